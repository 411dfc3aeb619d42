import { unionpayRecord } from '../src/statements/writing/unionpay.ts'
import { clock, delimited, fen, money, type ParseCase, pad } from './parse_values.ts'

/** A bank's export: lines of words above the header, bars, two columns of amounts, a running balance, the totals of both sides. */
function* bankExport(records: number): Generator<string> {
  yield `账户明细查询\n账号：3605011000000000001|户名：抚州市缴费中心|币种：人民币\n起始日期：20261120|终止日期：20261120\n\n交易日期|交易时间|交易流水号|收入金额|支出金额|账户余额|对方账号|对方户名|摘要\n`
  let received = 0n
  let spent = 0n
  for (let i = 0; i < records; i++) {
    const out = i % 10 === 9
    if (out) spent += BigInt(Math.floor(fen(i) / 10))
    else received += BigInt(fen(i))
    const amount = out ? `|${money(Math.floor(fen(i) / 10))}` : `${money(fen(i))}|`
    yield `20261120|${clock(i).slice(11)}|E${pad(i, 19)}|${amount}|${money(received - spent)}|6222020${pad(i, 12)}|张三|水费缴纳\n`
  }
  yield `合计|||${money(received)}|${money(spent)}||||\n`
}

/** Columns of fixed width in GBK, with a header line. */
function* fixedWidth(records: number): Generator<string> {
  yield '交易日期 时间   流水号               摘要                       金额\n'
  for (let i = 0; i < records; i++)
    yield `20261120 ${clock(i).slice(11).replaceAll(':', '')} A${pad(i, 19)} ${i % 2 === 0 ? '收水费测试小区' : '燃气费        '} ${money(fen(i)).padStart(16)}\n`
}

/** 银联 ZM: one record as the channel writes it, and others that differ in numbers and amounts. */
function* unionpay(records: number): Generator<string> {
  const of = { merId: '898360148160001', day: '2026-11-20', printedAt: 0 }
  const row = { refundNo: '', channelRefundNo: '', currency: 'CNY', batch: '', goods: '', merchant: of.merId }
  const first = unionpayRecord(
    {
      ...row,
      kind: 'payment',
      tradeNo: `20261120080000${pad(0, 7)}`,
      merchantOrderNo: `A${pad(0, 16)}`,
      amount: 100,
      at: Date.UTC(2026, 10, 20),
      payer: '622202******0001',
      fee: 0,
    },
    of,
    1,
  ).toString('latin1')
  for (let i = 0; i < records; i++) {
    const amount = pad(fen(i), 12)
    yield `${first.slice(0, 66)}${amount}${first.slice(78, 101)}${pad(i % 10_000_000, 7)}${first.slice(108, 113)}${pad(i, 16)}${first.slice(129, 181)}${amount}${first.slice(193, 375)}${amount}${first.slice(387)}\r\n`
  }
}

/** SGML with leaf tags left open, as banks write it. */
function* ofx(records: number): Generator<string> {
  yield 'OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX>\n<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1><STMTTRNRS><STMTRS>\n<CURDEF>USD\n<BANKACCTFROM><BANKID>1<ACCTID>36050110<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST>\n'
  for (let i = 0; i < records; i++)
    yield `<STMTTRN>\n<TRNTYPE>${i % 8 === 0 ? 'DEBIT' : 'CREDIT'}\n<DTPOSTED>20261120${clock(i).slice(11).replaceAll(':', '')}[8:CST]\n<TRNAMT>${i % 8 === 0 ? '-' : ''}${money(fen(i))}\n<FITID>2026112${pad(i, 12)}\n<NAME>SAMPLE INC ${i}\n<MEMO>WATER NOVEMBER\n</STMTTRN>\n`
  yield '</BANKTRANLIST>\n</STMTRS></STMTTRNRS></BANKMSGSRSV1>\n</OFX>\n'
}

export const BANK_CASES: readonly ParseCase[] = [
  { ...delimited, name: 'bank', encoding: 'gb18030', text: bankExport },
  // Nothing tells the direction of its amounts, which is a warning.
  {
    ...delimited,
    name: 'fixed-width',
    encoding: 'gb18030',
    text: fixedWidth,
    target: null,
    verdict: 'ready_with_warnings',
  },
  { ...delimited, name: 'unionpay', encoding: 'utf8', text: unionpay, target: null },
  { ...delimited, name: 'ofx', encoding: 'utf8', text: ofx, target: null },
]
