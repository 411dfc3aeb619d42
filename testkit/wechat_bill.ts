/** A WeChat trade bill (ALL, today's 27 columns) with right totals, for tests that need a statement but not its quirks. */
export type BillRow = {
  readonly at: string
  readonly trade: string
  readonly order: string
  readonly fen: number
  readonly refund?: string
  readonly payer?: string
  readonly fee?: string
}

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`

export function wechatBill(rows: readonly BillRow[]): string {
  const lines = rows.map(row => {
    const refund = row.refund !== undefined
    const [paid, back] = refund ? ['0.00', yuan(row.fen)] : [yuan(row.fen), '0.00']
    const cells = [
      row.at,
      'wx0000000000000001',
      '1900000001',
      '0',
      '',
      row.trade,
      row.order,
      row.payer ?? 'openid',
      'JSAPI',
      refund ? 'REFUND' : 'SUCCESS',
      'CFT',
      'CNY',
      paid,
      '0.00',
      refund ? `50${row.refund}` : '0',
      row.refund ?? '0',
      back,
      '0.00',
      refund ? 'ORIGINAL' : '',
      refund ? 'SUCCESS' : '',
      '水费',
      '',
      row.fee ?? '0.00000',
      '0.60%',
      paid,
      back,
      '',
    ]
    return cells.map(cell => `\`${cell}`).join(',')
  })
  const sum = (refunds: boolean) =>
    yuan(rows.reduce((total, row) => total + ((row.refund !== undefined) === refunds ? row.fen : 0), 0))
  const fees = rows.reduce((total, row) => total + Number((row.fee ?? '0.00000').replace('.', '')), 0)
  const feeText = `${fees < 0 ? '-' : ''}${(Math.abs(fees) / 100_000).toFixed(5)}`
  const totals = [String(rows.length), sum(false), sum(true), '0.00', feeText, sum(false), sum(true)]
  return [HEADER, ...lines, TOTALS, totals.map(total => `\`${total}`).join(','), ''].join('\r\n')
}
