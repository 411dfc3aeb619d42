import iconv from 'iconv-lite'
import { beijing, isPayment, type WrittenRow, yuan } from './row.ts'

const HEADER = '交易时间,银行流水号,商户号,商户订单号,批次号,收入金额,支出金额,币种,付款账号,摘要'

/** 银行流水: GBK, two amount columns with thousands separators, no totals. */
export function bankStatement(rows: readonly WrittenRow[]): Buffer {
  const lines = rows.map(row => {
    const amount = row.amountText ? `"${row.amountText}"` : grouped(row.amount)
    const [received, spent] = isPayment(row) ? [amount, ''] : ['', amount]
    return [
      ...[beijing(row.at), row.tradeNo, row.merchant, row.merchantOrderNo, row.batch],
      ...[received, spent, row.currency, row.payer, quoted(row.goods)],
    ].join(',')
  })
  return iconv.encode(`${[HEADER, ...lines].join('\r\n')}\r\n`, 'gbk')
}

const grouped = (fen: number): string => `"${yuan(fen).replace(/\B(?=(\d{3})+(?=\.))/g, ',')}"`

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
