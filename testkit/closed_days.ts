import type pg from 'pg'
import { readBooks } from '../src/matching/case_text.ts'
import type { Entry } from '../src/matching/entry.ts'

/** A business day that was closed, with these books: as `case_text.ts` writes them, of 2026-11-20 and its neighbours. */
export async function closedDay(pool: pg.Pool, day: string, books: string, channel = 'wechat'): Promise<number> {
  // The day first: a platform that runs opens one for movements that have none.
  const { rows } = await pool.query(
    `insert into days (channel, account, business_date, state, closes_at, opened_at, closed_at, proof, movement_mark, line_mark)
     values ($1, '', $2, 'closed', now(), now(), now(), '{}', 9e15::bigint, 9e15::bigint) returning id`,
    [channel, day],
  )
  const { payments, lines } = readBooks(books)
  await insertBook(pool, 'movements', payments)
  await insertBook(pool, 'statement_lines', lines)
  return rows[0].id
}

async function insertBook(
  pool: pg.Pool,
  book: 'movements' | 'statement_lines',
  entries: readonly Entry[],
): Promise<void> {
  for (const entry of entries) {
    const { rows } = await pool.query(`select coalesce(max(id), 0) + 1 as id from ${book}`)
    const id = rows[0].id
    const columns = {
      id,
      ...(book === 'movements' ? { payment_no: entry.id, fee_item: entry.feeItem ?? '' } : {}),
      order_no: entry.orderNo || `#${id}`,
      kind: entry.kind,
      status: entry.status,
      channel: entry.channel,
      channel_trade_no: entry.tradeNo,
      merchant_order_no: entry.merchantOrderNo,
      refund_no: entry.refundNo,
      channel_refund_no: entry.channelRefundNo,
      amount: entry.amount,
      currency: entry.currency,
      occurred_at: entry.at === null ? null : new Date(entry.at),
      business_date: entry.day,
      merchant: entry.merchant,
      payer: entry.payer,
      fee: entry.fee,
      batch_no: entry.batchNo,
      account: '',
    }
    const names = Object.keys(columns)
    await pool.query(
      `insert into ${book} (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(columns),
    )
  }
}
