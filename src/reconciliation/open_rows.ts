import type pg from 'pg'
import type { Entry } from '../matching/entry.ts'

const FETCH = 5_000

/** `file * 2^32 + record` taken apart. */
export const fileOf = (id: number): number => Math.floor(id / 4_294_967_296)
export const recordOf = (id: number): number => id % 4_294_967_296

/**
 * Rows of a book as the engine sees them. `nameOf` gives a line its FILE#N; a movement has its own name. `note` hears of each row's
 * key in the book.
 */
export async function readEntries(
  client: pg.ClientBase,
  table: 'open_movements' | 'open_lines' | 'context_movements' | 'context_lines',
  nameOf: (id: number) => string,
  note: (entry: Entry, orderNo: string, id: number) => void = () => {},
  /** False inside a transaction of the caller's. */
  alone = true,
): Promise<Entry[]> {
  const [own, feeItem] = table.endsWith('movements') ? ['payment_no', 'fee_item'] : ['null', "''"]
  const entries: Entry[] = []
  if (alone) await client.query('begin')
  await client.query(`
    declare rows no scroll cursor for
    select id, ${own}, order_no, kind, status, channel, channel_trade_no, merchant_order_no, refund_no, channel_refund_no,
           amount, currency, (extract(epoch from occurred_at) * 1000)::bigint, business_date, merchant, payer, fee, batch_no, ${feeItem}
      from ${table} order by id`)
  for (;;) {
    const { rows } = await client.query({ text: `fetch ${FETCH} from rows`, rowMode: 'array' })
    for (const row of rows as Row[]) {
      const entry = entryOf(row, nameOf)
      note(entry, row[2], row[0])
      entries.push(entry)
    }
    if (rows.length < FETCH) break
  }
  await client.query(alone ? 'commit' : 'close rows')
  return entries
}

type Row = [
  id: number,
  own: string | null,
  orderNo: string,
  kind: Entry['kind'],
  status: Entry['status'],
  channel: string,
  tradeNo: string,
  merchantOrderNo: string,
  refundNo: string,
  channelRefundNo: string,
  amount: number,
  currency: string,
  at: number | null,
  day: string,
  merchant: string,
  payer: string,
  fee: number | null,
  batchNo: string,
  feeItem: string,
]

function entryOf(row: Row, nameOf: (id: number) => string): Entry {
  const [
    id,
    own,
    orderNo,
    kind,
    status,
    channel,
    tradeNo,
    merchantOrderNo,
    refundNo,
    channelRefundNo,
    amount,
    currency,
    at,
  ] = row
  const [, , , , , , , , , , , , , day, merchant, payer, fee, batchNo, feeItem] = row
  return {
    id: own ?? nameOf(id),
    kind,
    status,
    channel,
    orderNo: orderNo === `#${id}` ? '' : orderNo,
    tradeNo,
    merchantOrderNo,
    refundNo,
    channelRefundNo,
    amount,
    currency,
    at,
    day,
    merchant,
    payer,
    fee,
    batchNo,
    ...(feeItem === '' ? {} : { feeItem }),
  }
}
