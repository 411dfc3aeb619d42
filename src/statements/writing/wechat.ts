import { amountOf, beijing, feeOf, isPayment, isRefund, type WrittenRow, yuan } from './row.ts'

const TRADE_HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,' +
  '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const TRADE_TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const FUNDS_HEADER =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'
const FUNDS_TOTALS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'

export type Withdrawal = { readonly at: number; readonly no: string; readonly amount: number }

export type WechatBillOf = { readonly appid: string; readonly mchid: string }

/** 微信支付交易账单 ALL, 27 columns: UTF-8 with a mark, back-ticks before every value, totals at the end, fees with five decimals. */
export function wechatTradeBill(rows: readonly WrittenRow[], { appid, mchid }: WechatBillOf): Buffer {
  const lines = rows.map(row => {
    const refund = isRefund(row)
    const [paid, back] = refund ? ['0.00', yuan(row.amount)] : [yuan(row.amount), '0.00']
    return ticked([
      beijing(row.at),
      appid,
      mchid,
      row.merchant,
      '',
      row.tradeNo,
      row.merchantOrderNo,
      row.payer,
      row.tradeType ?? 'JSAPI',
      refund ? 'REFUND' : 'SUCCESS',
      'OTHERS',
      row.currency,
      paid,
      '0.00',
      refund ? row.channelRefundNo : '0',
      refund ? row.refundNo : '0',
      back,
      '0.00',
      refund ? 'ORIGINAL' : '',
      refund ? 'SUCCESS' : '',
      plain(row.goods),
      '',
      fiveDecimals(refund ? -row.fee : row.fee),
      '0.60%',
      paid,
      back,
      '',
    ])
  })
  const paid = rows.filter(isPayment)
  const back = rows.filter(isRefund)
  const [gross, returned] = [yuan(amountOf(paid)), yuan(amountOf(back))]
  const fees = fiveDecimals(feeOf(paid) - feeOf(back))
  const totals = [String(rows.length), gross, returned, '0.00', fees, gross, returned]
  return written([TRADE_HEADER, ...lines, TRADE_TOTALS, ticked(totals)])
}

/**
 * 微信支付资金账单 of the basic account: each movement with the balance after it, fees as movements of their own. `balance` is the
 * account's before the first row; `withdrawals` are what was paid out to the merchant's bank, after the rows.
 */
export function wechatFundsBill(
  rows: readonly WrittenRow[],
  { mchid }: WechatBillOf,
  balance: number,
  withdrawals: readonly Withdrawal[] = [],
): Buffer {
  const lines: string[] = []
  let after = balance
  const count = { in: 0, out: 0 }
  const sum = { in: 0, out: 0 }
  const add = (row: WrittenRow, name: string, type: string, signed: number, flow: string, note: string): void => {
    if (signed === 0) return
    const side = signed > 0 ? 'in' : 'out'
    count[side]++
    sum[side] += Math.abs(signed)
    after += signed
    lines.push(
      ticked([
        beijing(row.at),
        isRefund(row) ? row.channelRefundNo : row.tradeNo,
        flow,
        name,
        type,
        signed > 0 ? '收入' : '支出',
        yuan(Math.abs(signed)),
        yuan(after),
        `${mchid}API`,
        note,
        isRefund(row) ? row.refundNo : row.merchantOrderNo,
      ]),
    )
  }
  for (const row of rows)
    if (isRefund(row)) {
      add(row, '退款', '退款', -row.amount, row.tradeNo, `退款总金额${yuan(row.amount)}元;含手续费${yuan(row.fee)}元`)
      add(row, '退款', '退还交易手续费', row.fee, row.tradeNo, '')
    } else {
      add(row, '交易', '交易', row.amount, row.tradeNo, '')
      const note = `结算总金额${yuan(row.amount)}元;手续费${yuan(row.fee)}元`
      add(row, '交易', '扣除交易手续费', -row.fee, row.tradeNo, note)
    }
  for (const { at, no, amount } of withdrawals) {
    count.out++
    sum.out += amount
    after -= amount
    const values = [beijing(at), no, no, '提现', '自动提现', '支出', yuan(amount), yuan(after), `${mchid}API`, '', no]
    lines.push(ticked(values))
  }
  const totals = [String(lines.length), String(count.in), yuan(sum.in), String(count.out), yuan(sum.out)]
  return written([FUNDS_HEADER, ...lines, FUNDS_TOTALS, ticked(totals)])
}

const ticked = (values: readonly string[]): string => values.map(value => `\`${value}`).join(',')

const written = (lines: readonly string[]): Buffer => Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`)

const fiveDecimals = (fen: number): string => `${yuan(fen)}000`

/** WeChat neither quotes nor escapes; it takes separators and line ends out of names. */
const plain = (text: string): string => text.replace(/[,`\r\n]/g, ' ')
