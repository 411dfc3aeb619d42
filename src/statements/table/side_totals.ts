import { formatMinor } from '../../kernel/money.ts'
import { narrow } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { exactMinor, magnitude } from './controls.ts'
import { beginsWithDigit } from './vocabulary.ts'

/** What a line around a table states of one side: "收入合计: 2 笔，共 1,235.00 元", "借方总笔数：1". */
export type SideTotal = {
  readonly name: string
  readonly side: 'in' | 'out'
  readonly count: string | null
  readonly amount: string | null
}

/** What the records of the table come to on one side. */
export type SideSums = {
  readonly count: number
  /** Minor units, plus; banks net what was taken back or do not, hence several. */
  readonly sums: readonly bigint[]
}

const IN = '收入|转入|存入|贷方|进账|credits?|deposits?'
const OUT = '支出|转出|支取|取出|借方|debits?|withdrawals?'
const SIDE = `(?:交易|发生)?(${IN}|${OUT})(?:交易|发生额?)?`
const ALL = '(?:合计|总计|共计|累计|总)'
const NAME = `(?:${SIDE}\\s{0,8}(?:金额|额)?\\s{0,8}${ALL}|(?:${ALL}|total)\\s{0,8}${SIDE})`
const MONEY = '[-+]?(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d{1,6}|(?=\\s{0,8}元))'
/** Bounded, as all blanks here: a line of nothing but blanks is no work. */
const GAP = '[\\s:=,;]{0,20}'
const COUNT = `(?:共\\s{0,8})?(\\d+)\\s{0,8}(?:笔|条)`
const AMOUNT = `(?:共|合计|计|金额|人民币)?${GAP}¥?(${MONEY})`
const TOTAL = new RegExp(
  `${NAME}(?:(?:交易)?笔数${GAP}(\\d+)(?![\\d.])|(?:发生|合计)?(?:金额|额)?${GAP}(?:${COUNT}(?:${GAP}${AMOUNT})?|¥?(${MONEY})))`,
  'gi',
)
const FIRST = new RegExp(`^[\\s#*]{0,20}${NAME}`, 'i')
/** Totals of a page or a day are not those of the file. */
const OF_A_PART = /本页|本日|当日|小计|承前|page|daily/i
const IS_IN = new RegExp(`^(?:${IN})$`, 'i')

/** The line with its cells joined: a comma that divides thousands may have divided cells. */
const lineOf = (cells: readonly string[]): string => narrow(cells.map(cell => cell.trim()).join(','))

/** The totals by side that a line states. */
export function sideTotalsIn(cells: readonly string[]): SideTotal[] {
  const line = lineOf(cells)
  if (OF_A_PART.test(line)) return []
  return [...line.matchAll(TOTAL)].map(found => {
    const [name, before, behind, count, counted, sumOfCounted, sum] = found
    return {
      name: name.split(/[:=,\d]/)[0]!.trim(),
      side: IS_IN.test(before ?? behind ?? '') ? 'in' : 'out',
      count: count ?? counted ?? null,
      amount: sumOfCounted ?? sum ?? null,
    }
  })
}

/** A row that is no record: it begins with the name of such a total. */
export const isSideTotal = (cells: readonly string[]): boolean => {
  if (beginsWithDigit(cells[0] ?? '')) return false
  const first = cells.find(cell => cell.trim() !== '') ?? ''
  return FIRST.test(narrow(first)) && sideTotalsIn(cells).length > 0
}

/** The text without its totals by side, whose numbers are not those of all records. */
export const withoutSideTotals = (text: string): string => text.replace(TOTAL, ' ')

const named = ({ name }: SideTotal, what: string): string => (/[数额]$/.test(name) ? name : `${name} ${what}`)

const isOfParts = (totals: readonly SideTotal[], side: SideTotal['side']): boolean =>
  (['count', 'amount'] as const).some(
    what => new Set(totals.flatMap(total => (total.side === side ? (total[what] ?? []) : []))).size > 1,
  )

const NOT_COUNTED: Sentences = {
  zh: '其中有未成功或不计收支的记录',
  en: 'some records did not succeed or move no money',
}

/**
 * Holds stated totals against the records. `loose`: records that a bank may count on either side or not at all (zeros, failed
 * ones). Two different totals of one side are those of parts, and say nothing about the whole.
 */
export function checkSideTotals(
  into: Collector,
  totals: readonly SideTotal[],
  sides: Readonly<Record<'in' | 'out', SideSums>>,
  { loose, currency, exponent }: { loose: number; currency: string; exponent: number },
): void {
  for (const what of ['count', 'amount'] as const)
    for (const side of ['in', 'out'] as const) {
      const total = totals.find(each => each.side === side && each[what] !== null)
      if (!total || isOfParts(totals, side)) continue
      const { count, sums } = sides[side]
      const text = total[what]!
      if (what === 'count') {
        const ok = Math.abs(Number(text) - count) <= loose
        into.control({ name: named(total, '笔数'), stated: text, computed: String(count), ok })
        continue
      }
      const read = exactMinor(text, exponent)
      const found = sums.find(sum => read !== null && magnitude(sum) === magnitude(read))
      const control = {
        name: named(total, '金额'),
        stated: text,
        computed: formatMinor(found ?? sums[0] ?? 0n, currency),
        ok: found !== undefined,
      }
      if (loose > 0 && into.rejectedCount === 0) into.control(control, true, NOT_COUNTED)
      else into.control(control)
    }
}
