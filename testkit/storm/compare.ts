import { parseDecimal } from '../../src/kernel/money.ts'
import type { TakenSms } from '../../src/notices/sandbox_sms.ts'
import type { Database } from '../../src/system/database.ts'

export type Comparison = {
  readonly channelPayments: number
  readonly channelRefunds: number
  /** Net of both books in 分. */
  readonly channelNet: number
  readonly ourNet: number
  /** Money the channels moved that our book does not have, or has otherwise; and the reverse. */
  readonly missing: readonly string[]
  readonly extra: readonly string[]
  /** Bills credited beyond their amount, or by more than one payment. */
  readonly paidTwice: readonly string[]
  readonly duplicates: number
  /** Successes and refunds without their message, and messages that came twice. */
  readonly notTold: readonly string[]
  readonly toldTwice: readonly string[]
  readonly messages: number
}

type ChannelBook = {
  readonly payments: readonly { payment_no: string; channel: string; amount: string }[]
  readonly refunds: readonly { refund_no: string; channel: string; amount: string; refunded_at: string | null }[]
}

/** Row by row and to the 分: what the channels say they moved against our movements, and who was told. */
export async function compareBooks(db: Database, channel: ChannelBook, sms: readonly TakenSms[]): Promise<Comparison> {
  const theirs = new Map<string, string>()
  let channelNet = 0
  const fen = (text: string): number => parseDecimal(text, 2) as number
  for (const { payment_no, amount, channel: name } of channel.payments) {
    theirs.set(payment_no, `${name} ${fen(amount)}`)
    channelNet += fen(amount)
  }
  for (const { refund_no, amount, channel: name, refunded_at } of channel.refunds) {
    if (refunded_at === null) continue
    theirs.set(refund_no, `${name} -${fen(amount)}`)
    channelNet -= fen(amount)
  }
  const { rows } = await db.pool.query('select payment_no, channel, amount, kind from movements')
  const ours = new Map<string, string>(rows.map(row => [row.payment_no, `${row.channel} ${row.amount}`]))
  const differing = (from: Map<string, string>, to: Map<string, string>): string[] =>
    [...from].filter(([no, what]) => to.get(no) !== what).map(([no, what]) => `${no} ${what}`)

  const twice = await db.pool.query(
    `select o.order_no from orders o
      where o.paid > o.amount or (select count(*) from payments p where p.order_no = o.order_no and p.credited) > 1`,
  )
  const duplicates = await db.pool.query(
    "select count(*)::int as n from payment_anomalies where kind = 'duplicate_payment'",
  )
  const told = new Map<string, number>()
  for (const { outId } of sms) {
    const key = outId.replace(/\.\d+$/, '')
    told.set(key, (told.get(key) ?? 0) + 1)
  }
  const due = rows.map(row => `${row.kind === 'refund' ? 'refunded' : 'paid'}:${row.payment_no}:sms`)
  return {
    channelPayments: channel.payments.length,
    channelRefunds: channel.refunds.filter(refund => refund.refunded_at !== null).length,
    channelNet,
    ourNet: rows.reduce((sum, row) => sum + row.amount, 0),
    missing: differing(theirs, ours),
    extra: differing(ours, theirs),
    paidTwice: twice.rows.map(row => row.order_no),
    duplicates: duplicates.rows[0].n,
    notTold: due.filter(key => !told.has(key)),
    toldTwice: [...told].filter(([, times]) => times > 1).map(([key]) => key),
    messages: sms.length,
  }
}
