import { wechatTradeBill } from '../src/statements/writing/wechat.ts'

/** A WeChat trade bill (ALL, today's 27 columns) with right totals, for tests that need a statement but not its quirks. */
export type BillRow = {
  /** Beijing time. */
  readonly at: string
  readonly trade: string
  readonly order: string
  readonly fen: number
  /** A refund, by this number. */
  readonly refund?: string
  readonly payer?: string
  /** In fen. */
  readonly fee?: number
}

export function wechatBill(rows: readonly BillRow[]): string {
  const written = rows.map(row => ({
    kind: row.refund === undefined ? ('payment' as const) : ('refund' as const),
    tradeNo: row.trade,
    merchantOrderNo: row.order,
    refundNo: row.refund ?? '',
    channelRefundNo: row.refund === undefined ? '' : `50${row.refund}`,
    amount: row.fen,
    currency: 'CNY',
    at: Date.parse(`${row.at.replace(' ', 'T')}+08:00`),
    merchant: '0',
    payer: row.payer ?? 'openid',
    fee: row.fee ?? 0,
    batch: '',
    goods: '水费',
  }))
  return wechatTradeBill(written, { appid: 'wx0000000000000001', mchid: '1900000001' }).toString().slice(1)
}
