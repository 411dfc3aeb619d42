import { narrow } from '../amount_text.ts'
import { isDay } from '../local_time.ts'
import { readWritten } from './dates.ts'
import { type SideTotal, sideTotalsIn, withoutSideTotals } from './side_totals.ts'

/** What bank exports say above their table, and what cardholders' statements mean by their words. */
export type Account = {
  /** The account's currency, where the rows above name exactly one. */
  readonly currency: string | null
  /** A credit card: its amounts are often written as what is owed. */
  readonly card: boolean
  /** The days the statement covers, as 20240101; one of its month where only that is given. 0: not said. */
  readonly from: number
  readonly to: number
  /** Records the file promises. */
  readonly count: string | null
  /** The totals of money in and money out that those rows state. */
  readonly sides: readonly SideTotal[]
}

const CURRENCIES: readonly [RegExp, string][] = [
  [/人民币|\bCNY\b|\bRMB\b/, 'CNY'],
  [/美元|\bUSD\b/, 'USD'],
  [/港币|港元|\bHKD\b/, 'HKD'],
  [/欧元|\bEUR\b/, 'EUR'],
  [/日元|日圆|\bJPY\b/, 'JPY'],
  [/英镑|\bGBP\b/, 'GBP'],
  [/澳门元|\bMOP\b/, 'MOP'],
  [/新台币|\bTWD\b/, 'TWD'],
]
/** Only beside such words is a currency the account's, and not one of a note. */
const OF_ACCOUNT = /币\s*种|币\s*别|货\s*币|currency|账户类型|卡内账户|存款|单位/i
const CARD = /信用卡|贷记卡|准贷记|credit\s*card/i
const CARD_COLUMN = /卡号?[末后][四4]位/
const COUNT =
  /(?:total[_ ]?count|总笔数|总记录数|记录总数)\s*[:=]?\s*(\d+)|(?<![\u4e00-\u9fff]|(?:收入|支出|贷方|借方|转入|转出|退款)\s*[:=]\s*)共\s*[:=]?\s*(\d+)\s*(?:笔|条)/gi

export function accountOf(above: readonly (readonly string[])[], headers: readonly string[]): Account {
  const lines = above.map(cells =>
    narrow(
      cells
        .map(cell => cell.trim())
        .filter(cell => cell !== '')
        .join(' '),
    ),
  )
  const named = new Set<string>()
  for (const line of lines.filter(text => OF_ACCOUNT.test(text)))
    for (const [pattern, currency] of CURRENCIES) if (pattern.test(line)) named.add(currency)
  const text = withoutSideTotals(lines.join('\n'))
  const counts = new Set([...text.matchAll(COUNT)].map(found => found[1] ?? found[2] ?? ''))
  return {
    currency: named.size === 1 ? [...named][0]! : null,
    card: CARD.test(text) || headers.some(header => CARD_COLUMN.test(header)),
    ...periodIn(text),
    count: counts.size === 1 ? [...counts][0]! : null,
    sides: above.flatMap(sideTotalsIn),
  }
}

/** "20251201-20251231", "起始日期: 2024-01-01 … 2024-12-31", "2024年01月". */
function periodIn(text: string): { from: number; to: number } {
  const days = [...text.matchAll(/\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|(?<!\d)20\d{6}(?!\d)/g)]
    .map(([found]) => readWritten(found)?.ymd ?? 0)
    .filter(ymd => ymd > 0)
  if (days.length >= 2) return { from: Math.min(...days), to: Math.max(...days) }
  const months = [...text.matchAll(/(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*(?:月|账单|期|$)/gm)]
    .map(([, year, month]) => Number(year) * 100 + Number(month))
    .filter(month => month % 100 >= 1 && month % 100 <= 12)
  if (new Set(months).size !== 1) return { from: 0, to: 0 }
  const month = months[0]!
  const last = [31, 30, 29, 28].find(day => isDay(month * 100 + day))!
  return { from: month * 100 + 1, to: month * 100 + last }
}

const YEARLESS = /^(\d{1,2})[-/.月](\d{1,2})日?$/

/** Does a column hold days without a year (12/29)? */
export const isYearless = (values: readonly string[]): boolean =>
  values.length > 0 && values.filter(value => YEARLESS.test(value)).length >= values.length * 0.9

/** Days before the period that its statement may hold: last month's purchases, booked in this one. */
const BEFORE_DAYS = 92

/** "12/29" in a statement of January 2024 is 2023-12-29. null: no day that the statement can mean, or two of them. */
export function withYear(text: string, account: Account): string | null {
  const parts = YEARLESS.exec(narrow(text).trim())
  if (!parts || account.to === 0) return null
  const found: string[] = []
  const first = plainDay(account.from).subtract({ days: BEFORE_DAYS })
  const last = plainDay(account.to)
  for (let year = last.year; year >= first.year; year--) {
    const ymd = year * 10_000 + Number(parts[1]) * 100 + Number(parts[2])
    if (!isDay(ymd)) continue
    const day = plainDay(ymd)
    if (Temporal.PlainDate.compare(day, first) >= 0 && Temporal.PlainDate.compare(day, last) <= 0)
      found.push(day.toString())
  }
  return found.length === 1 ? found[0]! : null
}

const plainDay = (ymd: number): Temporal.PlainDate =>
  new Temporal.PlainDate(Math.floor(ymd / 10_000), Math.floor(ymd / 100) % 100, ymd % 100)

const CARD_IN = /^(?:\S{0,10}还款|退货|退款|返现|撤销|冲正|溢缴|payment\b|repayment|refund|return)/i
const CARD_OUT =
  /^(?:\S{0,4}消费|取现|预借现金|分期|利息|手续费|年费|违约金|滞纳金|purchase|sale|cash advance|interest|fee)/i
const REPAID = /还款|repayment|payment received|payment\s*-\s*thank you/i
const SPENT = /消费|取现|预借现金|年费|purchase/i

/** The side a cardholder's words tell: what is spent goes out, what is paid back or returned comes in. */
export const cardSide = (text: string): 'in' | 'out' | null =>
  CARD_IN.test(text.trim()) ? 'in' : CARD_OUT.test(text.trim()) ? 'out' : null

export const isRepaid = (text: string): boolean => REPAID.test(text)
export const isSpent = (text: string): boolean => SPENT.test(text)
/** 隔日冲账, 退汇, 抹账: the row takes back what another one moved. */
export const isTakenBack = (text: string): boolean => /冲|退|抹账|撤|revers|refund|return|chargeback/i.test(text)
