import {
  always,
  dmy,
  hms,
  inOnly,
  later,
  type Movement,
  outOnly,
  plain,
  type StrangeLayout,
  signedOf,
  stamp,
  sumOf,
  us,
  word,
  ymd,
} from './movements.ts'

const lastOfDay = (movement: Movement, movements: readonly Movement[]): boolean =>
  !movements.some(other => other.n > movement.n && other.day.equals(movement.day))
const sameDay = (movement: Movement, movements: readonly Movement[]) =>
  movements.filter(other => other.day.equals(movement.day))
const failedOne = ({ n }: Movement): boolean => n % 5 === 0

/** Files that can be read smoothly and wrongly. */
export const TREACHEROUS: readonly StrangeLayout[] = [
  {
    name: '日记账夹本日合计',
    delimiter: ',',
    columns: [
      ['日期', 'date', ymd('-')],
      ['凭证号', 'channel_trade_no/merchant_order_no?', m => `记${m.n}`],
      ['对方科目', null, always('应收账款')],
      ['摘要', 'description', m => m.text],
      ['收入', 'amount_in', inOnly(plain)],
      ['支出', 'amount_out', outOnly(plain)],
    ],
    between: (m, all) =>
      lastOfDay(m, all)
        ? `${ymd('-')(m)},,,本日合计,${plain(sumOf(sameDay(m, all), false))},${plain(sumOf(sameDay(m, all), true))}`
        : null,
    timeless: true,
  },
  {
    name: 'ledger with daily totals',
    delimiter: ';',
    columns: [
      ['Date', 'date', ymd('-')],
      ['Reference', 'merchant_order_no/channel_trade_no', m => m.ref],
      ['Description', 'description', m => m.text],
      ['Amount', 'amount', m => plain(signedOf(m))],
    ],
    between: (m, all) =>
      lastOfDay(m, all)
        ? `${ymd('-')(m)};;Total for the day;${plain(sumOf(sameDay(m, all), false) - sumOf(sameDay(m, all), true))}`
        : null,
    timeless: true,
  },
  {
    name: '处理应答列',
    delimiter: ',',
    columns: [
      ['交易时间', 'occurred_at', stamp],
      ['订单号', 'merchant_order_no', m => m.ref],
      ['交易金额', 'amount', m => plain(m.cents)],
      ['处理应答', 'status', m => (failedOne(m) ? '余额不足' : '交易成功')],
    ],
    allIn: true,
    failed: failedOne,
  },
  {
    name: 'outcome column',
    delimiter: ',',
    columns: [
      ['Processed at', 'occurred_at', stamp],
      ['Order id', 'merchant_order_no', m => m.ref],
      ['Amount', 'amount', m => plain(m.cents)],
      ['Outcome', 'status', m => (failedOne(m) ? 'declined' : 'approved')],
    ],
    allIn: true,
    failed: failedOne,
  },
  {
    name: '撤销标志列',
    delimiter: '|',
    columns: [
      ['交易日期', 'date', ymd('')],
      ['交易时间', 'time', hms('')],
      ['交易金额', 'amount', m => plain(m.cents)],
      ['撤销标志', null, m => (failedOne(m) ? 'Y' : 'N')],
      ['参考号', 'channel_trade_no', m => m.id.slice(-12)],
    ],
    allIn: true,
    failed: failedOne,
  },
  {
    name: '含税不含税两个金额',
    delimiter: ',',
    columns: [
      ['日期', 'date', ymd('-')],
      ['客户名称', 'payer_name', m => m.name],
      ['金额(不含税)', null, m => plain(m.cents - m.fee)],
      ['金额(含税)', 'amount', m => plain(m.cents)],
    ],
    allIn: true,
    timeless: true,
  },
  {
    name: 'times in UTC, said above',
    delimiter: ',',
    above: ['Payments export', 'All times are in UTC'],
    columns: [
      ['Time', 'occurred_at', stamp],
      ['Reference', 'merchant_order_no', m => m.ref],
      ['Amount', 'amount', m => plain(signedOf(m))],
    ],
    zone: 'UTC',
  },
  {
    name: '单位写在表下：分',
    delimiter: ',',
    columns: [
      ['交易时间', 'occurred_at', stamp],
      ['订单号', 'merchant_order_no', m => m.ref],
      ['交易金额', 'amount', m => String(m.cents)],
    ],
    below: () => ['说明：金额单位为分'],
    allIn: true,
  },
  {
    name: 'euros by their mark',
    delimiter: ';',
    columns: [
      ['Date', 'date', ymd('-')],
      ['Payee', 'payer_name', m => m.name],
      ['Amount', 'amount', m => `${m.out ? '-' : ''}€${us(m.cents)}`],
    ],
    timeless: true,
    currency: 'EUR',
  },
  {
    name: '两位年份日在前',
    delimiter: ';',
    columns: [
      ['日期', 'date', m => dmy('-')(m).replace('-20', '-')],
      ['摘要', 'description', m => m.text],
      ['发生额', 'amount', m => plain(signedOf(m))],
    ],
    timeless: true,
  },
  {
    name: '摘要里写退款',
    delimiter: ',',
    columns: [
      ['交易时间', 'occurred_at', stamp],
      ['流水号', 'channel_trade_no', m => m.id],
      ['金额', 'amount', m => plain(m.cents)],
      ['摘要', 'description', m => (m.out ? `退款-${m.ref}` : `缴费-${m.ref}`)],
    ],
  },
  {
    name: '业务名称里有提现',
    delimiter: ',',
    columns: [
      ['交易时间', 'occurred_at', stamp],
      ['业务名称', null, word('扫码收款', '余额提现')],
      ['流水号', 'channel_trade_no', m => m.id],
      ['金额', 'amount', m => plain(m.cents)],
    ],
  },
  {
    name: '借贷平三种方向',
    delimiter: ',',
    columns: [
      ['交易日', 'date', ymd('-')],
      ['借贷', 'direction', word('贷', '借')],
      ['发生额', 'amount', m => us(m.cents)],
      ['手续费', 'fee', always('0.00')],
      ['摘要', 'description', m => m.text],
    ],
    quoted: true,
    timeless: true,
  },
  {
    name: '手续费以分、金额以元',
    delimiter: ',',
    columns: [
      ['交易时间', 'occurred_at', stamp],
      ['交易金额(元)', 'amount', m => plain(m.cents)],
      ['手续费(分)', 'fee', m => String(m.fee)],
      ['订单号', 'merchant_order_no', m => m.ref],
    ],
    allIn: true,
  },
  {
    name: '两个交易日期列',
    delimiter: ',',
    columns: [
      ['交易日期', 'date', ymd('-')],
      ['交易日期', null, later(1, ymd('-'))],
      ['金额', 'amount', m => plain(signedOf(m))],
      ['摘要', 'description', m => m.text],
    ],
    timeless: true,
  },
  {
    name: 'amounts of three decimals',
    delimiter: ';',
    columns: [
      ['Date', 'date', ymd('-')],
      ['Ref', 'merchant_order_no', m => m.ref],
      ['Amount', 'amount', m => `${plain(signedOf(m))}0`],
    ],
    timeless: true,
  },
]
