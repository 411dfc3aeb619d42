import { narrow, readAmount } from '../amount_text.ts'
import { columnWord } from '../column_word.ts'
import type { Column, DateOrder, Field, StatementOptions } from '../statement.ts'
import { type Account, accountOf, cardSide, isRepaid, isSpent, isTakenBack, isYearless, withYear } from './account.ts'
import { settleDates } from './date_order.ts'
import { decimalOf } from './decimal_sign.ts'
import { CRITICAL, isGuessed, type Meaning, meaningsOf, SURE } from './meanings.ts'
import { filledInTurns, relationsOf } from './relations.ts'
import { type Shape, shapeOf } from './shape.ts'
import { askForSideWords, askForStatusWords, SIDELESS } from './side_words.ts'
import { zoneInName, zoneStated } from './stated_zone.ts'
import { isUnit, type Unit, unitStated } from './units.ts'
import { bareHeader, isKnownName, kindOf, sideOf, statusOf } from './vocabulary.ts'

/** How the sign of an amount is told. */
export type SignRule =
  | 'signed' // the amount carries it
  | 'side' // a direction column says it, the amount is a magnitude
  | 'kind' // the kind of the record says it (refund: out)
  | 'in_out' // two columns: in, out
  | 'in_out_net' // the same, where a minus takes back what the column means (冲账)
  | 'inverse' // what a credit card's holder owes: plus is money out
  | 'words' // the words of a card statement say it: 消费 out, 还款 in
  | 'all_in' // nothing says it: everything is taken for money in, with a warning

/** What a table's columns mean, settled from its header and first rows. `-1`: there is no such column. */
export type Layout = {
  readonly headers: readonly string[]
  readonly columns: readonly Column[]
  readonly at: Readonly<Record<Field, number>>
  readonly sign: SignRule
  readonly decimal: '.' | ','
  /** Amounts are whole minor units (分). */
  readonly minorUnits: boolean
  /** A name or a line around the table states the unit. */
  readonly unitStated: boolean
  readonly currency: string | null
  readonly dateOrder: DateOrder | null
  /** Where the date is empty, this column's counts (交易日, 记账日). -1: there is none. */
  readonly dateElse: number
  /** Dates are written without their year, which the rows above tell. */
  readonly yearless: boolean
  readonly account: Account
  readonly serialDates: boolean
  /** Columns of nothing but zeros so far that mean nothing: money that appears in them beside an amount of zero is not passed over. */
  readonly waiting: readonly number[]
  /** The zone of its times, where its names or the lines above say one. */
  readonly zone: string | null
  /** The running balance holds over the first rows, in this order of time. */
  readonly balance: 'ascending' | 'descending' | null
  readonly confidence: number
  readonly doubts: readonly Doubt[]
  readonly notes: readonly Doubt[]
}

/** Something a person must say (or should know) about a column. */
export type Doubt = { readonly column: string | null; readonly code: string; readonly zh: string; readonly en: string }

/** Balances are compared to this many decimals, which leaves room for amounts of 900,000,000,000. */
const BALANCE_DECIMALS = 4
const FIELDS: readonly Field[] = [
  'occurred_at',
  'date',
  'time',
  'order_no',
  'merchant_order_no',
  'channel_trade_no',
  'refund_no',
  'channel_refund_no',
  'amount',
  'amount_in',
  'amount_out',
  'refund_amount',
  'direction',
  'kind',
  'status',
  'currency',
  'fee',
  'balance',
  'merchant_no',
  'payer_account',
  'payer_name',
  'batch_no',
  'channel',
  'zone',
  'description',
]
const MONEY: ReadonlySet<Field> = new Set<Field>([
  'amount',
  'amount_in',
  'amount_out',
  'refund_amount',
  'fee',
  'balance',
])

type Candidate = { column: number; field: Field; rank: number; confidence: number }

/**
 * Proposes what every column means from names and values, and settles signs, decimals and dates. A running balance proves
 * the result where there is one. What stays open is a doubt: nothing about amounts, times or directions is guessed.
 */
export function proposeLayout(
  given: readonly string[],
  rows: readonly (readonly string[])[],
  options: StatementOptions,
  above: readonly (readonly string[])[] = [],
): Layout {
  const headers = given.map(header => narrowHeader(cleanCell(header)))
  const account = accountOf(above, headers)
  const written = rows.map(row => headers.map((_, column) => cleanCell(row[column] ?? '')))
  const yearless = headers.map((_, column) => isYearless(written.flatMap(row => row[column] || [])))
  const cleaned = written.map(row =>
    row.map((cell, column) => (yearless[column] ? (withYear(cell, account) ?? cell) : cell)),
  )
  const shapes = headers.map((_, column) => shapeOf(cleaned.map(row => row[column]!)))
  const meanings = meaningsOf(headers, cleaned, shapes)
  const doubts: Doubt[] = []
  const notes: Doubt[] = []
  const chosen = chooseColumns(headers, shapes, meanings, options, doubts)
  const at = Object.fromEntries(FIELDS.map(field => [field, chosen.get(field)?.column ?? -1])) as Record<Field, number>

  const decimal = decimalOf(
    headers,
    shapes,
    [at.amount, at.amount_in, at.amount_out, at.balance, at.fee].filter(column => column >= 0),
    options,
    doubts,
  )
  const lines = above.map(cells => cells.filter(cell => cell.trim() !== '').join(' '))
  const timeless = doubts.length
  settleTime(headers, shapes, meanings, chosen, at, doubts)
  if (account.to === 0) askForYear(headers, yearless, at, doubts, timeless)
  const moment = at.occurred_at >= 0 ? at.occurred_at : at.date
  const dates =
    moment < 0
      ? { order: null, serial: false }
      : settleDates(headers[moment]!, shapes[moment]!, moment, rows, options, account, doubts, notes)
  const zone = options.zone ?? zoneOf(headers, at, lines, doubts)
  const units = [at.amount, at.amount_in, at.amount_out]
    .filter(column => column >= 0)
    .map(column => meanings[column]!.unit)
  const unit = unitOf(headers, meanings, unitStated(lines), at, doubts)
  if (!unit.stated) noteWholeNumbers(headers, shapes, at, options, account, notes)
  askForCurrency(headers, shapes, at, units, doubts)
  askForDirection(headers, shapes, meanings, saidColumns(headers, options, []), at, doubts)
  askForStatus(headers, shapes, meanings, saidColumns(headers, options, []), at, doubts)
  const { sign, balance, proven } = settleSigns(
    headers,
    shapes,
    meanings,
    chosen,
    at,
    rows,
    decimal,
    unit.minor,
    doubts,
    notes,
    account,
  )
  const said = saidColumns(headers, options, [])
  askGuesses({ headers, shapes, meanings, chosen, said, sign, proven, doubts })
  if (sign === 'all_in') {
    const sideless = [...chosen.values()].filter(({ field }) => SIDELESS.has(field)).map(({ column }) => column)
    askForSideWords(headers, shapes, new Set([...said.keys(), ...sideless]), doubts)
  }
  if (at.status < 0) {
    const other = [...chosen.values()].filter(({ field }) => field !== 'description').map(({ column }) => column)
    askForStatusWords(headers, shapes, new Set([...said.keys(), ...other]), doubts)
  }
  if (!proven) {
    askWhereNumbersSayOtherwise(headers, shapes, cleaned, at, doubts)
    const taken = new Set([...said.keys(), ...[...chosen.values()].map(({ column }) => column)])
    if (at.amount >= 0 && !said.has(at.amount))
      for (const column of filledInTurns(cleaned, shapes, at.amount))
        if (!taken.has(column) && !doubts.some(doubt => doubt.column === headers[column]))
          doubts.push(unsureDoubt(headers[column]!, 'amount'))
  }

  const confidences = [...chosen.values()]
    .filter(({ field }) => MONEY.has(field) || ['occurred_at', 'date', 'direction'].includes(field))
    .map(each => each.confidence)
  const columns = headers.map((header, column): Column => {
    const own = [...chosen.values()].find(each => each.column === column)
    return {
      header,
      field: own?.field ?? null,
      confidence: own
        ? proven && MONEY.has(own.field)
          ? 0.99
          : own.confidence
        : meanings[column]!.field === null
          ? 0.5
          : 0.6,
    }
  })
  return {
    headers,
    columns,
    at,
    sign,
    decimal,
    minorUnits: unit.minor,
    unitStated: unit.stated,
    waiting: headers.flatMap((_, column) =>
      [...chosen.values()].some(each => each.column === column) ||
      said.has(column) ||
      !isWaiting(shapes[column]!) ||
      (shapes[column]!.values.length === 0 && isKnownName(headers[column]!))
        ? []
        : [column],
    ),
    zone,
    currency: unit.currency ?? (at.currency < 0 ? (account.currency ?? onlyCurrencyOf(headers, shapes, at)) : null),
    dateOrder: dates.order,
    dateElse: dateElse(headers, shapes, at, cleaned),
    yearless: yearless[at.date] === true,
    account,
    serialDates: dates.serial,
    balance,
    confidence: doubts.length > 0 ? 0.4 : Math.min(proven ? 0.99 : 0.95, ...confidences),
    doubts,
    notes,
  }
}

const narrowHeader = (header: string): string => header.replace(/^\ufeff/, '').replace(/^[`'\s]+|\s+$/g, '')

/** A cell without what programs wrap around values to keep them text: ="0001", '0001, `0001, tabs. */
export function cleanCell(cell: string): string {
  const first = cell.charCodeAt(0)
  const last = cell.charCodeAt(cell.length - 1)
  if (
    cell === '' ||
    (first > 61 && first !== 96 && first < 0x80 && last > 34) ||
    (first >= 48 && first <= 57 && last >= 48 && last <= 57) ||
    // Han from one end to the other, most often: neither a blank nor a wrapping sign is among these.
    (first >= 0x4e00 && first < 0xa000 && last >= 0x4e00 && last < 0xa000)
  )
    return cell
  let text = cell.trim()
  if (text.startsWith('="') && text.endsWith('"')) text = text.slice(2, -1)
  else if (text.startsWith('`') || text.startsWith("'")) text = text.slice(1)
  return text.trim()
}

const most = (part: number, shape: Shape): boolean => shape.values.length > 0 && part >= shape.values.length * 0.9

/**
 * 交易类型 with 收入/支出 in it is the direction; 类型 with CR/DR too. 支付 or 付款 alone is what the payer did: on a merchant's
 * statement that is money in, so it takes a word that can only be a side, or both sides, to call the column one.
 */
const tellsSides = (values: readonly string[]): boolean =>
  values.every(value => kindOf(value) === null || sideOf(value) !== null) &&
  (values.some(value => sideOf(value) !== null && kindOf(value) === null) ||
    (values.some(value => sideOf(value) === 'in') && values.some(value => sideOf(value) === 'out')))

/** Of so few values one bad cell is half: the column's name says more, and what cannot be read rejects its row. */
const FEW = 5

/** Does what stands in the column agree with what its name says? */
function fits(field: Field, shape: Shape): boolean {
  if (shape.values.length === 0) return true
  const few = shape.values.length < FEW
  switch (field) {
    case 'amount':
    case 'amount_in':
    case 'amount_out':
    case 'refund_amount':
    case 'fee':
    case 'balance':
      return (
        (shape.amounts >= shape.values.length * 0.6 && shape.dates < shape.values.length * 0.9) ||
        shape.amounts === shape.values.length ||
        (few && shape.dates === 0 && shape.times === 0)
      )
    case 'occurred_at':
    case 'date':
      return (
        shape.dates >= shape.values.length * 0.6 ||
        shape.serials === shape.values.length ||
        (few && shape.values.some(value => /\d{4}[-/.年]\d/.test(value)))
      )
    case 'time':
      return shape.times >= shape.values.length * 0.6 || shape.stamps >= shape.values.length * 0.6
    case 'direction':
      return most(shape.sides, shape)
    case 'kind':
      return shape.values.some(value => kindOf(value) !== null)
    case 'status':
      return shape.values.filter(value => statusOf(value) !== null).length >= shape.values.length * 0.6
    case 'channel_trade_no':
      // 序号 and id are as often the number of the row.
      return !shape.values.every(value => /^\d{1,4}$/.test(value))
    case 'currency':
      return shape.values.every(value => currencyOf(value) !== null)
    default:
      return true
  }
}

function chooseColumns(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  options: StatementOptions,
  doubts: Doubt[],
): Map<Field, Candidate> {
  const said = saidColumns(headers, options, doubts)
  const candidates: Candidate[] = []
  for (const column of headers.keys()) {
    const word = said.get(column)
    if (word !== undefined) {
      if (word !== null) candidates.push({ column, field: word, rank: -1, confidence: 1 })
      continue
    }
    const meaning = meanings[column]!
    const shape = shapes[column]!
    let field = meaning.field
    if ((field === 'kind' || field === 'description') && most(shape.sides, shape) && tellsSides(shape.values))
      field = 'direction'
    if ((field === 'date' || field === 'occurred_at') && !fits(field, shape) && most(shape.times, shape)) field = 'time'
    if (field === 'time' && (most(shape.stamps, shape) || most(shape.serials, shape))) field = 'occurred_at'
    if (field === 'status' && !fits(field, shape) && fits('kind', shape)) field = 'kind'
    if (field !== null && fits(field, shape))
      candidates.push({ column, field, rank: meaning.rank, confidence: meaning.confidence })
  }
  const chosen = new Map<Field, Candidate>()
  const order = ({ rank, field, column }: Candidate): number =>
    rank < 0 ? rank : rank + lateness(field, column, headers, shapes)
  for (const candidate of candidates.toSorted((a, b) => order(a) - order(b) || a.column - b.column)) {
    const other = chosen.get(candidate.field)
    if (!other) chosen.set(candidate.field, candidate)
    else if (
      other.rank === candidate.rank &&
      candidate.rank >= 0 &&
      (headers[other.column] === headers[candidate.column]
        ? CRITICAL.has(candidate.field) && differ(shapes[other.column]!, shapes[candidate.column]!)
        : candidate.field.startsWith('amount'))
    )
      doubts.push(alikeDoubt(headers, other.column, candidate))
  }
  settleAmounts(chosen, shapes)
  return byShape(headers, shapes, chosen, said)
}

/**
 * Columns that lose to others of their field: those without a value, and 交易金额 beside 记账金额, which is what the account was
 * moved by, in its own currency.
 */
function lateness(field: Field, column: number, headers: readonly string[], shapes: readonly Shape[]): number {
  if (!MONEY.has(field) && field !== 'currency') return 0
  const booked = /^(?:记账|入账|入帐|结算|posted|booked|billing)/i
  const traded = /^(?:交易|transaction)/i
  const name = headers[column]!
  const twin = name.replace(traded, '')
  const beside =
    traded.test(name) &&
    headers.some((other, index) => booked.test(other) && other.replace(booked, '') === twin && !isEmpty(shapes[index]!))
  return (isEmpty(shapes[column]!) ? 10_000 : 0) + (beside ? 1_000 : 0)
}

const isEmpty = (shape: Shape): boolean => shape.values.length === 0

/** The same column twice does no harm; one without values tells nothing. */
const differ = (a: Shape, b: Shape): boolean =>
  !isEmpty(a) &&
  !isEmpty(b) &&
  (a.values.length !== b.values.length || a.values.some((value, row) => value !== b.values[row]))

function alikeDoubt(headers: readonly string[], other: number, { column, field }: Candidate): Doubt {
  const same = headers[other] === headers[column]
  const [first, second] = same ? [`#${other + 1}`, `#${column + 1}`] : [headers[other]!, headers[column]!]
  return {
    column: headers[column]!,
    code: 'columns_alike',
    zh: same
      ? `第 ${other + 1} 列和第 ${column + 1} 列都叫“${headers[column]}”，内容却不同：请指明用哪一列，如 ${columnWord(second, field)}`
      : `列“${first}”和“${second}”都像金额：请指明用哪一列，如 ${columnWord(second, field)}`,
    en: same
      ? `columns ${first} and ${second} are both called "${headers[column]}" and hold different values: say which one counts, such as ${columnWord(second, field)}`
      : `columns "${first}" and "${second}" both look like the amount: say which one it is, such as ${columnWord(second, field)}`,
  }
}

/** 交易日 is empty on repayments; 记账日 then tells the day. */
function dateElse(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  cleaned: readonly (readonly string[])[],
): number {
  if (at.date < 0 || !cleaned.some(row => row[at.date] === '')) return -1
  return headers.findIndex(
    (header, column) =>
      column !== at.date &&
      /^(?:记账|入账|入帐)(?:日|日期)$|^post(?:ed|ing)?\s*date$/i.test(header) &&
      shapes[column]!.dates === shapes[column]!.values.length &&
      cleaned.every(row => row[at.date] !== '' || row[column] !== ''),
  )
}

/** A column of states in words nobody knows: which of them moved money must be said before anything is counted. */
function askForStatus(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  said: ReadonlyMap<number, Field | null>,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.status >= 0 && meanings[at.status]!.likely.size === 0) return
  const column = meanings.findIndex(
    ({ field, rank, likely }, index) =>
      field === 'status' &&
      rank < 50 &&
      likely.size === 0 &&
      !said.has(index) &&
      at.kind !== index &&
      shapes[index]!.values.length > 0 &&
      shapes[index]!.values.every(value => /\p{L}/u.test(value)),
  )
  if (column < 0) return
  const words = [...new Set(shapes[column]!.values)].slice(0, 3).join('、')
  doubts.push({
    column: headers[column]!,
    code: 'status_unknown',
    zh: `状态列“${headers[column]}”的值（${words}）未知，不知道哪些记录的钱已经到账：请只保留成功的记录并写 ${columnWord(headers[column], '-')}，或写 ${columnWord(headers[column], 'status')}（看不懂的状态会被拒收）`,
    en: `the values of the status column "${headers[column]}" (${words}) are not known, so which records moved money is not either: keep only the successful ones and say ${columnWord(headers[column], '-')}, or ${columnWord(headers[column], 'status')} (rows with unknown words are rejected)`,
  })
}

/** A column called 借贷 or 收支 whose words nobody knows: the direction is there and must not be passed over. */
function askForDirection(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  said: ReadonlyMap<number, Field | null>,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.direction >= 0 || at.amount < 0) return
  const column = meanings.findIndex(
    ({ field, likely }, index) =>
      field === 'direction' &&
      likely.size === 0 &&
      !said.has(index) &&
      at.kind !== index &&
      shapes[index]!.values.length > 0,
  )
  if (column < 0) return
  const words = [...new Set(shapes[column]!.values)].slice(0, 4).join('、')
  doubts.push({
    column: headers[column]!,
    code: 'direction_unknown',
    zh: `方向列“${headers[column]}”的值（${words}）看不懂，应为收入/支出、借/贷、CR/DR 等：请改成这样的词，或写 ${columnWord(headers[column], '-')}（金额自带正负号时）`,
    en: `the values of the direction column "${headers[column]}" (${words}) are not known; words such as 收入/支出 or CR/DR are: change them, or say ${columnWord(headers[column], '-')} where the amounts carry their sign`,
  })
}

function askForYear(
  headers: readonly string[],
  yearless: readonly boolean[],
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
  from: number,
): void {
  const column = yearless.indexOf(true)
  if (column < 0 || at.occurred_at >= 0 || at.date >= 0) return
  doubts.splice(from, doubts.length - from, {
    column: headers[column]!,
    code: 'year_missing',
    zh: `列“${headers[column]}”的日期没有年份，表格上方也没有写明账单月份或起止日期：请下载带年份的对账单，或在表头上方加一行如“账单月份 2024年01月”`,
    en: `the dates of column "${headers[column]}" have no year and nothing above the table tells the statement's month or period: fetch a statement with years, or add a line such as "2024年01月" above the header`,
  })
}

/** Amount (USD) beside a currency column that says BRL: one of them is not this amount's. */
function askForCurrency(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  units: readonly Unit[],
  doubts: Doubt[],
): void {
  const unit = units.find(each => each.currency !== null)?.currency
  if (!unit || at.currency < 0) return
  const other = shapes[at.currency]!.values.find(value => currencyOf(value) !== unit)
  if (other === undefined) return
  const column = at.amount >= 0 ? at.amount : at.amount_in
  doubts.push({
    column: headers[column]!,
    code: 'currency_contradicted',
    zh: `金额列“${headers[column]}”写的是 ${unit}，币种列“${headers[at.currency]}”却是 ${other.slice(0, 10)}：请用列映射指明按哪一列金额、是否使用币种列`,
    en: `the amount column "${headers[column]}" is in ${unit}, but the currency column "${headers[at.currency]}" says ${other.slice(0, 10)}: say by a mapping which amount counts and whether the currency column does`,
  })
}

/** CNY 13.50: every amount names its currency, and it is the same; or the column's name does (人民币金额). */
function onlyCurrencyOf(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
): string | null {
  const column = at.amount >= 0 ? at.amount : at.amount_in
  if (column < 0) return null
  const own = /^(人民币|美元|港币|欧元)/.exec(headers[column]!)?.[1]
  if (own) return currencyOf(own)
  const values = shapes[column]!.values
  const named = new Set(values.map(value => currencyIn(value)))
  return named.size === 1 ? [...named][0]! : null
}

/** Marks that stand for one currency; $, ¥ and kr stand for several. */
const MARKS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '₩': 'KRW',
  '₹': 'INR',
  '฿': 'THB',
  US$: 'USD',
  HK$: 'HKD',
  NT$: 'TWD',
}
const MARK = /€|£|₩|₹|฿|US\$|HK\$|NT\$/

/** The currency that stands before or behind an amount in its cell. */
export const currencyIn = (cell: string): string | null =>
  /^\s*([A-Z]{3})\s?[-+\d(]/.exec(cell)?.[1] ??
  /[\d)]\s?([A-Z]{3})\s*$/.exec(cell)?.[1] ??
  MARKS[MARK.exec(cell)?.[0] ?? ''] ??
  null

/** Either one amount column or two columns for in and out. Names alone do not say which, when a file has all three. */
function settleAmounts(chosen: Map<Field, Candidate>, shapes: readonly Shape[]): void {
  const [amount, income, outgo] = [chosen.get('amount'), chosen.get('amount_in'), chosen.get('amount_out')]
  const drop = (...fields: Field[]) => {
    for (const field of fields) chosen.delete(field)
  }
  if (!amount) return
  // A person named the one column that counts.
  if (amount.rank >= 0 && (income?.rank === -1 || outgo?.rank === -1)) return drop('amount')
  if (amount.rank < 0 || !income || !outgo) drop('amount_in', 'amount_out')
  // Both sides filled in every row are totals repeated beside each movement, not the movement.
  else if (isConstant(shapes[income.column]!) && isConstant(shapes[outgo.column]!)) drop('amount_in', 'amount_out')
  else drop('amount')
}

const isConstant = (shape: Shape): boolean => shape.values.length > 1 && shape.distinct === 1

/** A time or an amount that no name gives away, where exactly one column can be it: proposed, not sure. */
function byShape(
  headers: readonly string[],
  shapes: readonly Shape[],
  chosen: Map<Field, Candidate>,
  said: ReadonlyMap<number, Field | null>,
): Map<Field, Candidate> {
  const free = headers
    .map((_, column) => column)
    .filter(column => !said.has(column) && ![...chosen.values()].some(each => each.column === column))
  const only = (test: (shape: Shape) => boolean): number => {
    const found = free.filter(column => shapes[column]!.values.length > 0 && test(shapes[column]!))
    return found.length === 1 ? found[0]! : -1
  }
  const nameless = headers.every(header => header.startsWith('#'))
  const confidence = nameless ? SURE : 0.7
  if (!chosen.has('occurred_at') && !chosen.has('date')) {
    const column = only(shape => shape.dates === shape.values.length)
    if (column >= 0)
      chosen.set(most(shapes[column]!.stamps, shapes[column]!) ? 'occurred_at' : 'date', {
        column,
        field: most(shapes[column]!.stamps, shapes[column]!) ? 'occurred_at' : 'date',
        rank: 99,
        confidence,
      })
  }
  const half = chosen.get('amount_in')?.rank === -1 || chosen.get('amount_out')?.rank === -1
  if (!half && !chosen.has('amount') && !(chosen.has('amount_in') && chosen.has('amount_out'))) {
    const column = only(shape => shape.decimals === shape.values.length && shape.dates === 0)
    if (column >= 0) chosen.set('amount', { column, field: 'amount', rank: 99, confidence })
  }
  if (!chosen.has('direction') && !chosen.has('amount_in') && !chosen.has('kind')) {
    const column = only(shape => shape.sides === shape.values.length && shape.distinct <= 3)
    if (column >= 0) chosen.set('direction', { column, field: 'direction', rank: 99, confidence: SURE })
  }
  if (nameless && chosen.has('date') && !chosen.has('time')) {
    const column = only(shape => shape.times === shape.values.length && shape.values.length === shape.rows)
    if (column >= 0) chosen.set('time', { column, field: 'time', rank: 99, confidence: SURE })
  }
  if (nameless && !chosen.has('currency')) {
    const column = only(shape => shape.values.every(value => /^[A-Z]{3}$/.test(value)))
    if (column >= 0) chosen.set('currency', { column, field: 'currency', rank: 99, confidence: SURE })
  }
  if (nameless && !chosen.has('channel_trade_no')) {
    const column = only(
      shape =>
        shape.distinct === shape.values.length &&
        shape.values.every(value => /^[A-Za-z0-9_-]{8,64}$/.test(value)) &&
        shape.dates < shape.values.length,
    )
    if (column >= 0) chosen.set('channel_trade_no', { column, field: 'channel_trade_no', rank: 99, confidence: 0.7 })
  }
  return chosen
}

/** The person's word, by header or "#3". */
function saidColumns(
  headers: readonly string[],
  options: StatementOptions,
  doubts: Doubt[],
): Map<number, Field | null> {
  const said = new Map<number, Field | null>()
  for (const [name, field] of Object.entries(options.mapping ?? {})) {
    const number = /^#(\d+)$/.exec(name)
    const column = number
      ? Number(number[1]) - 1
      : headers.findIndex(header => header === name || bareHeader(header) === bareHeader(name))
    const namesakes = number
      ? []
      : headers.flatMap((header, index) => (header === headers[column] ? [`#${index + 1}`] : []))
    if (namesakes.length > 1)
      doubts.push({
        column: name,
        code: 'column_ambiguous',
        zh: `文件有 ${namesakes.length} 列都叫“${name}”：列映射里请写列号，即 ${namesakes.join('、')} 之一`,
        en: `${namesakes.length} columns are called "${name}": name one by its number, ${namesakes.join(' or ')}`,
      })
    else if (column >= 0 && column < headers.length) said.set(column, field)
    else
      doubts.push({
        column: name,
        code: 'column_missing',
        zh: `列映射里的“${name}”在文件中不存在；文件的列是：${headers.join('、')}`,
        en: `the mapping names a column "${name}" that the file does not have; its columns are: ${headers.join(', ')}`,
      })
  }
  return said
}

function settleTime(
  headers: readonly string[],
  shapes: readonly Shape[],
  named: readonly Meaning[],
  chosen: Map<Field, Candidate>,
  at: Record<Field, number>,
  doubts: Doubt[],
): void {
  // A column of full moments makes a date and a time column needless; a date with a time beside it is a moment.
  if (
    at.occurred_at >= 0 &&
    shapes[at.occurred_at]!.stamps === 0 &&
    shapes[at.occurred_at]!.serials === 0 &&
    at.date < 0
  ) {
    at.date = at.occurred_at
    at.occurred_at = -1
    chosen.set('date', { ...chosen.get('occurred_at')!, field: 'date' })
    chosen.delete('occurred_at')
  }
  const drop = (field: Field) => {
    at[field] = -1
    chosen.delete(field)
  }
  if (at.occurred_at >= 0) {
    const dated = shapes[at.occurred_at]!.stamps > 0 || shapes[at.occurred_at]!.serials > 0
    // 记账时间 with only a date in it, beside 交易日期: keep the date.
    if (!dated && at.date >= 0) drop('occurred_at')
    else {
      if (at.date >= 0) drop('date')
      if (at.time >= 0) drop('time')
    }
  }
  const when = at.occurred_at >= 0 ? chosen.get('occurred_at') : chosen.get('date')
  if (when) return
  // A name that promises a date over values that are none: say which and what was found.
  const column = named.findIndex(
    ({ field }, index) => (field === 'date' || field === 'occurred_at') && shapes[index]!.values.length > 0,
  )
  doubts.push(column < 0 ? missingDoubt('time', headers) : unreadTimes(headers[column]!, shapes[column]!.values[0]!))
}

/** The unit that the names of the money columns state, or else the lines above the table; two that differ are asked about. */
function unitOf(
  headers: readonly string[],
  meanings: readonly Meaning[],
  above: Unit,
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): { currency: string | null; minor: boolean; stated: boolean } {
  const main = [at.amount, at.amount_in, at.amount_out].filter(column => column >= 0)
  const beside = [at.refund_amount, at.fee, at.balance].filter(column => column >= 0)
  const own = (columns: readonly number[]) => columns.filter(column => isUnit(meanings[column]!.unit))
  const named = own(main)[0]
  const unit = named === undefined ? above : meanings[named]!.unit
  const header = headers[named ?? main[0] ?? -1] ?? null
  if (unit.unknown !== null)
    doubts.push({
      column: header,
      code: 'unit_unknown',
      zh: `金额列“${header}”的单位“${unit.unknown}”不支持：请换算成元后再提交`,
      en: `the unit "${unit.unknown}" of the amount column "${header}" is not supported: give whole currency units`,
    })
  const other = [...own(main), ...own(beside)].find(
    column =>
      (meanings[column]!.unit.minor !== unit.minor &&
        !(named === undefined && !isUnit(unit) && !meanings[column]!.unit.minor)) ||
      (meanings[column]!.unit.unknown !== null && unit.unknown === null),
  )
  if (other !== undefined)
    doubts.push({
      column: headers[other]!,
      code: 'unit_mixed',
      zh: `列“${headers[other]}”与金额列“${header}”的单位不同，不能确定金额以元还是以分计：请统一单位后再提交，或写 ${columnWord(headers[other], '-')} 不用此列`,
      en: `columns "${headers[other]}" and "${header}" state different units, so whether amounts are whole or minor units is not certain: give one unit, or say ${columnWord(headers[other], '-')} to leave that column out`,
    })
  return { currency: unit.currency, minor: unit.minor, stated: isUnit(unit) }
}

/** Enough numbers to tell that none of them has decimals. */
const WHOLE_MIN = 5
const NO_MINOR_UNITS = /^(JPY|KRW|TWD|VND|CLP|HUF|IDR)$/

/** 77853 without a unit may be 分. Nothing in the file says so, hence it is told. */
function noteWholeNumbers(
  headers: readonly string[],
  shapes: readonly Shape[],
  at: Readonly<Record<Field, number>>,
  options: StatementOptions,
  account: Account,
  notes: Doubt[],
): void {
  const main = [at.amount, at.amount_in, at.amount_out].filter(column => column >= 0)
  const all = [...main, at.fee, at.balance].filter(column => column >= 0).flatMap(column => shapes[column]!.values)
  const whole = all.every(value => /^[-+]?\d+$/.test(value))
  const odd = new Set(all.filter(value => !/(?:^0|00)$/.test(value)))
  const currency =
    at.currency < 0 ? (account.currency ?? options.currency ?? '') : (shapes[at.currency]!.values[0] ?? '')
  if (!whole || odd.size < WHOLE_MIN || NO_MINOR_UNITS.test(currency)) return
  const header = headers[main[0] ?? -1]
  if (header === undefined) return
  notes.push({
    column: header,
    code: 'unit_assumed',
    zh: `列“${header}”的数都没有小数，也没有写明单位：按元读取；如果以分计，请把列名改成“${header}(分)”后再提交`,
    en: `no number of column "${header}" has decimals and nothing states their unit: they are read as whole currency units; where they are minor units, rename the column "${header} (minor units)"`,
  })
}

/** The zone that the time column's name or a line above states; one that could be several is asked about. */
function zoneOf(
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  lines: readonly string[],
  doubts: Doubt[],
): string | null {
  const column = at.occurred_at >= 0 ? at.occurred_at : at.time
  if (column < 0 || at.zone >= 0) return null
  const zone = zoneInName(headers[column]!) ?? zoneStated(lines)
  if (zone !== '') return zone
  doubts.push({
    column: headers[column]!,
    code: 'zone_unsure',
    zh: `列“${headers[column]}”的时区写法可以指几个时区：请用 --timezone 指明，如 --timezone Asia/Shanghai`,
    en: `the time zone that is stated for column "${headers[column]}" may be several: say which by --timezone, such as --timezone America/New_York`,
  })
  return null
}

/** The balance follows from another column than the one that is taken for the amount: names were exchanged. */
function askWhereNumbersSayOtherwise(
  headers: readonly string[],
  shapes: readonly Shape[],
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  doubts: Doubt[],
): void {
  if (at.balance < 0 || at.amount < 0) return
  const relations = relationsOf(rows, shapes)
  const movers = [...relations].filter(([, own]) => own.has('moves')).map(([column]) => column)
  const [mover] = movers
  if (mover === undefined || movers.length > 1 || mover === at.amount) return
  doubts.push({
    column: headers[at.amount]!,
    code: 'balance_refutes',
    zh: `余额并不按列“${headers[at.amount]}”变动，而是按列“${headers[mover]}”变动：列的含义可能对调了，请核对，如 ${columnWord(headers[mover], 'amount')}`,
    en: `the balance does not follow column "${headers[at.amount]}" but column "${headers[mover]}": what they mean may have been exchanged; check, and say for instance ${columnWord(headers[mover], 'amount')}`,
  })
}

type Signs = { sign: SignRule; balance: Layout['balance']; proven: boolean }

function settleSigns(
  headers: readonly string[],
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  chosen: Map<Field, Candidate>,
  at: Record<Field, number>,
  rows: readonly (readonly string[])[],
  decimal: '.' | ',',
  minor: boolean,
  doubts: Doubt[],
  notes: Doubt[],
  account: Account,
): Signs {
  takeHalf(chosen, at)
  const two = at.amount_in >= 0 && at.amount_out >= 0
  if (!two && at.amount < 0) {
    const half = at.amount_in >= 0 ? at.amount_in : at.amount_out
    const may = half >= 0 ? [half] : likeliestSums(shapes, meanings, chosen)
    if (may.length > 0) doubts.push(...may.map(column => unsureDoubt(headers[column]!, 'amount')))
    else doubts.push(missingDoubt('amount', headers))
    return { sign: 'signed', balance: null, proven: false }
  }
  const style = { exponent: minor ? 0 : BALANCE_DECIMALS, decimal } as const
  const cell = (row: readonly string[], column: number): number => {
    const read = readAmount(cleanCell(row[column] ?? ''), style)
    return typeof read === 'string' ? Number.NaN : read.minor
  }
  const zero = (value: number): number => (Number.isNaN(value) ? 0 : value)
  const moved = (row: readonly string[], rule: SignRule): number => {
    const amount = at.amount >= 0 ? cell(row, at.amount) : 0
    switch (rule) {
      case 'in_out':
        return Math.abs(zero(cell(row, at.amount_in))) - Math.abs(zero(cell(row, at.amount_out)))
      case 'in_out_net':
        return zero(cell(row, at.amount_in)) - zero(cell(row, at.amount_out))
      case 'side': {
        const side = sideOf(cleanCell(row[at.direction] ?? ''))
        return side === 'neutral' ? 0 : side === 'out' ? -Math.abs(amount) : Math.abs(amount)
      }
      case 'kind':
        return kindOf(cleanCell(row[at.kind] ?? '')) === 'refund' ? -Math.abs(amount) : Math.abs(amount)
      default:
        return amount
    }
  }
  const proves = (rule: SignRule): Layout['balance'] =>
    at.balance < 0
      ? null
      : runningBalance(
          rows.map(row => moved(row, rule)),
          rows.map(row => cell(row, at.balance)),
        )

  const values = at.amount >= 0 ? shapes[at.amount]!.values.map(value => readAmount(value, style)) : []
  const reads = values.filter(read => typeof read !== 'string')
  const negative = reads.some(read => read.minor < 0)
  const marked = reads.some(read => read.side !== null)
  const plain: SignRule = two
    ? 'in_out'
    : at.direction >= 0
      ? 'side'
      : negative || marked
        ? 'signed'
        : at.kind >= 0 && shapes[at.kind]!.values.every(value => kindOf(value) !== null)
          ? 'kind'
          : 'all_in'

  const said = chosen.get('amount')?.rank === -1
  if (saidOut(chosen)) return { sign: 'inverse', balance: null, proven: false }
  if (plain === 'signed' && !said && !marked) {
    const card = cardSigns(rows, headers, at, row => cell(row, at.amount), account, proves('signed') !== null)
    if (card === 'inverse') return { sign: 'inverse', balance: null, proven: false }
    if (card === 'unsure') {
      doubts.push(cardDoubt(headers[at.amount]!))
      return { sign: 'signed', balance: null, proven: false }
    }
  }
  if (plain === 'all_in' && !said && at.balance < 0) {
    const card = cardWords(rows, at, account)
    if (card === 'words') return { sign: 'words', balance: null, proven: true }
    if (card === 'unsure') {
      doubts.push(cardDoubt(headers[at.amount]!))
      return { sign: 'all_in', balance: null, proven: false }
    }
  }
  const proof = proves(plain)
  if (proof) return { sign: plain, balance: proof, proven: true }
  if (two) {
    const net = proves('in_out_net')
    if (net) return { sign: 'in_out_net', balance: net, proven: true }
    // Named the other way round ("Debit" is money in): only the balance can prove that.
    swap(chosen, at)
    const found = proves('in_out')
    if (found) {
      if (chosen.get('amount_in')!.rank === -1) notes.push(swappedNote(headers[at.amount_in]!, headers[at.amount_out]!))
      return { sign: 'in_out', balance: found, proven: true }
    }
    swap(chosen, at)
  }
  if (two && takesBack(rows, headers, at, cell, doubts)) return { sign: 'in_out_net', balance: null, proven: false }
  const others: SignRule[] = two
    ? []
    : (['signed', 'side', 'kind'] as const).filter(
        rule => rule !== plain && (rule !== 'side' || at.direction >= 0) && (rule !== 'kind' || at.kind >= 0),
      )
  for (const rule of others) {
    const found = proves(rule)
    if (found) return { sign: rule, balance: found, proven: true }
  }
  // Amounts that were only guessed, and that a balance speaks against, are not accepted.
  const guessed = (['amount', 'amount_in', 'amount_out'] as const).some(field =>
    isGuessed(chosen.get(field)?.rank ?? 0),
  )
  if (at.balance >= 0 && shapes[at.balance]!.values.length > 1 && shapes[at.balance]!.distinct > 1)
    (guessed ? doubts : notes).push({
      column: headers[at.balance]!,
      code: 'balance_unproven',
      zh: `余额列“${headers[at.balance]}”与逐笔金额对不上，未能用它证明金额的正负：请核对前几行`,
      en: `the balance column "${headers[at.balance]}" does not follow the amounts, so it proves nothing: check the first rows`,
    })
  if (plain === 'side' && negative && !agrees(rows, at, cell))
    doubts.push({
      column: headers[at.amount]!,
      code: 'sign_unsure',
      zh: `列“${headers[at.amount]}”的正负号与方向列“${headers[at.direction]}”互相矛盾：请说明以哪个为准`,
      en: `the signs of column "${headers[at.amount]}" contradict the direction column "${headers[at.direction]}": say which one counts`,
    })
  if (plain === 'all_in' && at.balance >= 0 && shapes[at.balance]!.distinct > 2 && !said) {
    doubts.push({
      column: headers[at.amount]!,
      code: 'sign_unsure',
      zh: `列“${headers[at.amount]}”没有正负号，文件也没有看得懂的收支方向列，而余额“${headers[at.balance]}”说明并非全是收入：请用列映射指明方向列，如 --column 列名=direction`,
      en: `column "${headers[at.amount]}" has no signs and no column tells the direction in known words, while the balance "${headers[at.balance]}" shows that not everything is money in: name the direction column by a mapping, such as --column NAME=direction`,
    })
    return { sign: plain, balance: null, proven: false }
  }
  if (plain === 'all_in' && reads.length > 0 && !chosen.has('amount_in'))
    notes.push({
      column: headers[at.amount]!,
      code: 'direction_assumed',
      zh: `文件没有收支方向列，列“${headers[at.amount]}”也没有负数：全部按收入读取，请确认`,
      en: `no column tells the direction and column "${headers[at.amount]}" has no negative value: everything is read as money in, please confirm`,
    })
  return { sign: plain, balance: null, proven: false }
}

type Settled = {
  readonly headers: readonly string[]
  readonly shapes: readonly Shape[]
  readonly meanings: readonly Meaning[]
  readonly chosen: ReadonlyMap<Field, Candidate>
  readonly said: ReadonlyMap<number, Field | null>
  readonly sign: SignRule
  readonly proven: boolean
  readonly doubts: Doubt[]
}

/** Where every value is zero, only the name speaks; so little of a chance is enough to ask. */
const HARDLY = 0.05

const ZERO = /^[-+]?0+(?:[.,]0+)?$/

/** A column of nothing but zeros, or of nothing: it may be filled further down. */
const isWaiting = (shape: Shape): boolean => shape.values.every(value => ZERO.test(value))

const SUMS: readonly Field[] = ['amount', 'amount_in', 'amount_out']
const MOMENTS: readonly Field[] = ['occurred_at', 'date']

/**
 * Asks about what the classifier is not sure of: a column taken for an amount, a time or a direction below SURE, and one that
 * was not taken but may well be it. Amounts that a running balance proves are beyond question.
 */
function askGuesses({ headers, shapes, meanings, chosen, said, sign, proven, doubts }: Settled): void {
  const ask = (column: number, what: Wanted) => {
    if (!doubts.some(doubt => doubt.column === headers[column])) doubts.push(unsureDoubt(headers[column]!, what))
  }
  const taken = new Set([...chosen.values()].map(each => each.column))
  const likelier = (fields: readonly Field[], least: number): number[] =>
    meanings
      .map((meaning, column) => ({
        column,
        likely: fields.reduce((sum, field) => sum + (meaning.likely.get(field) ?? 0), 0),
      }))
      .filter(({ column, likely }) => likely > least && !taken.has(column) && !said.has(column))
      .map(({ column }) => column)
  // What is the same in every row says something about the file.
  const rivals = (fields: readonly Field[], least: number, fit: (shape: Shape) => boolean): number[] =>
    likelier(fields, least).filter(column => {
      const shape = shapes[column]!
      return shape.values.length > 0 && !isConstant(shape) && fit(shape)
    })
  /** Against a name that is known, a rival must be more likely than not. */
  const least = (guessed: boolean): number => (guessed ? 1 - SURE : 0.5)
  const differs = (column: number, from: number): boolean =>
    shapes[column]!.values.some((value, row) => value !== shapes[from]!.values[row])

  const moment = chosen.get('occurred_at') ?? chosen.get('date')
  if (moment && moment.rank >= 0) {
    if (moment.confidence < SURE) ask(moment.column, 'time')
    for (const column of rivals(MOMENTS, least(isGuessed(moment.rank)), shape => most(shape.dates, shape)))
      if (differs(column, moment.column)) ask(column, 'time')
  }
  const time = chosen.get('time')
  if (time && time.confidence < SURE) ask(time.column, 'time')

  // All rows so far are money in, and a column waits for what goes out.
  if (sign === 'all_in' && isGuessed(chosen.get('amount')?.rank ?? 0))
    for (const column of likelier(['amount_in', 'amount_out'], HARDLY))
      if (isWaiting(shapes[column]!) || likelier(['amount_in', 'amount_out'], 1 - SURE).includes(column))
        ask(column, 'amount')
  if (proven) return
  const sums = SUMS.flatMap(field => chosen.get(field) ?? [])
  for (const { column, confidence } of sums) if (confidence < SURE) ask(column, 'amount')
  if (sums.length > 0 && sums.every(each => each.rank >= 0))
    for (const column of rivals(SUMS, least(sums.some(each => isGuessed(each.rank))), shape =>
      most(shape.amounts, shape),
    ))
      if (sums.every(each => differs(column, each.column))) ask(column, 'amount')
  const direction = chosen.get('direction')
  if (direction && direction.confidence < SURE) ask(direction.column, 'direction')
  const kind = chosen.get('kind')
  if (sign === 'kind' && kind && kind.confidence < SURE) ask(kind.column, 'direction')
  if (sign === 'all_in' || sign === 'kind')
    for (const column of rivals(['direction'], 1 - SURE, shape => shape.distinct > 1 && shape.distinct <= 4))
      ask(column, 'direction')
}

/** From here on a column is named among those that may be the missing amount. */
const SUGGESTED = 0.1

/** Where no column is likely enough to be the amount, those that may be it: a list of all columns helps nobody. */
function likeliestSums(
  shapes: readonly Shape[],
  meanings: readonly Meaning[],
  chosen: ReadonlyMap<Field, Candidate>,
): number[] {
  const taken = new Set([...chosen.values()].map(each => each.column))
  return meanings
    .map(({ likely }, column) => ({
      column,
      likely: SUMS.reduce((sum, field) => sum + (likely.get(field) ?? 0), 0),
    }))
    .filter(
      ({ column, likely }) =>
        likely > SUGGESTED && !taken.has(column) && most(shapes[column]!.amounts, shapes[column]!),
    )
    .toSorted((a, b) => b.likely - a.likely)
    .slice(0, 3)
    .map(({ column }) => column)
}

/** A person named only the column of money out (or in): it is the amount, with its own sign. */
function takeHalf(chosen: Map<Field, Candidate>, at: Record<Field, number>): void {
  if (at.amount >= 0) return
  for (const [half, other] of [
    ['amount_in', 'amount_out'],
    ['amount_out', 'amount_in'],
  ] as const)
    if (at[other] < 0 && (chosen.get(half)?.rank === -1 || (half === 'amount_in' && isNamed(chosen.get(half))))) {
      at.amount = at[half]
      chosen.set('amount', { ...chosen.get(half)!, field: 'amount' })
      if (chosen.get(half)!.rank === -1 && half === 'amount_in') chosen.delete('amount_in')
      at[half] = -1
      return
    }
}

/** 收入金额 alone says all there is: a file of what came in. */
const isNamed = (candidate: Candidate | undefined): boolean => candidate !== undefined && !isGuessed(candidate.rank)

const saidOut = (chosen: ReadonlyMap<Field, Candidate>): boolean =>
  chosen.get('amount')?.rank === -1 && chosen.get('amount')?.column === chosen.get('amount_out')?.column

const textOf = (row: readonly string[], headers: readonly string[], at: Readonly<Record<Field, number>>): string =>
  [at.description, at.kind, ...headers.keys()]
    .filter((column, index, all) => column >= 0 && all.indexOf(column) === index)
    .map(column => cleanCell(row[column] ?? ''))
    .filter(cell => /[\p{L}]/u.test(cell))
    .join(' ')

/**
 * Card statements write what is owed: spending plus, repaying minus. A current account writes it the other way round, and it too
 * knows 信用卡还款. So the words count together with each other or with a title; what stays open is asked.
 */
function cardSigns(
  rows: readonly (readonly string[])[],
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  amountOf: (row: readonly string[]) => number,
  account: Account,
  balanced: boolean,
): 'inverse' | 'plain' | 'unsure' {
  const signs = { repaid: new Set<number>(), spent: new Set<number>() }
  for (const row of rows) {
    const sign = Math.sign(amountOf(row))
    if (Number.isNaN(sign) || sign === 0) continue
    const text = textOf(row, headers, at)
    if (isRepaid(text)) signs.repaid.add(sign)
    else if (isSpent(text)) signs.spent.add(sign)
  }
  const only = (set: ReadonlySet<number>, sign: number): boolean => set.size === 1 && set.has(sign)
  if (only(signs.repaid, -1) && (account.card || only(signs.spent, 1)) && !only(signs.spent, -1)) return 'inverse'
  if (only(signs.repaid, 1) && !only(signs.spent, 1)) return 'plain'
  if (only(signs.spent, -1) && !only(signs.repaid, -1)) return 'plain'
  if (only(signs.spent, 1) && account.card && signs.repaid.size === 0) return 'inverse'
  return account.card || (only(signs.repaid, -1) && signs.spent.size === 0 && !balanced && at.balance < 0)
    ? 'unsure'
    : 'plain'
}

/** Amounts without a sign, where every row begins with a word of card statements and one of them is a repayment. */
function cardWords(
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  account: Account,
): 'words' | 'unsure' | null {
  if (at.description < 0) return account.card ? 'unsure' : null
  const texts = rows.map(row => cleanCell(row[at.description] ?? '')).filter(text => text !== '')
  if (!account.card && !texts.some(isRepaid)) return null
  return texts.length > 0 && texts.every(text => cardSide(text) !== null) ? 'words' : 'unsure'
}

const swappedNote = (income: string, outgo: string): Doubt => ({
  column: income,
  code: 'sides_exchanged',
  zh: `余额证明列“${income}”是收入、“${outgo}”是支出，与列映射相反：已按余额读取，请核对映射或模板`,
  en: `the balance proves that column "${income}" is money in and "${outgo}" money out, the other way round than the mapping says: it is read as the balance proves, check the mapping or template`,
})

const cardDoubt = (header: string): Doubt => ({
  column: header,
  code: 'sign_unsure',
  zh: `这是信用卡或含还款的账单，列“${header}”的正数是消费还是还款无法从文件确定：请用列映射说明，正数为支出写 ${columnWord(header, 'amount_out')}，正数为收入写 ${columnWord(header, 'amount')}`,
  en: `this is a card statement (or one with repayments), and the file does not prove whether plus in column "${header}" is spent or paid back: say by a mapping ${columnWord(header, 'amount_out')} where plus is money out, or =amount where it is money in`,
})

/** Negative amounts among positive ones of a column take back, if their rows say so; otherwise they are asked about. */
function takesBack(
  rows: readonly (readonly string[])[],
  headers: readonly string[],
  at: Readonly<Record<Field, number>>,
  cell: (row: readonly string[], column: number) => number,
  doubts: Doubt[],
): boolean {
  let found = false
  for (const column of [at.amount_in, at.amount_out]) {
    const negative = rows.filter(row => cell(row, column) < 0)
    // All of them negative: the minus is part of how the column is written.
    if (negative.length === 0 || !rows.some(row => cell(row, column) > 0)) {
      if (column !== at.amount_in || negative.length === 0) continue
    }
    found = true
    if (negative.every(row => isTakenBack(textOf(row, headers, at)))) continue
    doubts.push({
      column: headers[column]!,
      code: 'sign_unsure',
      zh: `列“${headers[column]}”里有正数也有负数（如 ${cleanCell(negative[0]![column] ?? '')}），而余额和摘要都不能说明负数的含义：请核对后另行导出，或用列映射排除`,
      en: `column "${headers[column]}" holds plus and minus (such as ${cleanCell(negative[0]![column] ?? '')}), and neither a balance nor the text tells what minus means: check and export again`,
    })
  }
  return found
}

function swap(chosen: Map<Field, Candidate>, at: Record<Field, number>): void {
  const [income, outgo] = [chosen.get('amount_in')!, chosen.get('amount_out')!]
  chosen.set('amount_in', { ...outgo, field: 'amount_in' })
  chosen.set('amount_out', { ...income, field: 'amount_out' })
  at.amount_in = outgo.column
  at.amount_out = income.column
}

/** Out goes with minus and in with plus wherever an amount is negative, or the sign is the same on all outgoing rows. */
function agrees(
  rows: readonly (readonly string[])[],
  at: Readonly<Record<Field, number>>,
  cell: (row: readonly string[], column: number) => number,
): boolean {
  return rows.every(row => {
    const amount = cell(row, at.amount)
    return !(amount < 0) || sideOf(cleanCell(row[at.direction] ?? '')) === 'out'
  })
}

/**
 * Each balance is the one before plus what moved (or, newest first, the one after). Nine in ten transitions must hold, and at
 * least one must move something: files have gaps where a page begins.
 */
function runningBalance(moved: readonly number[], balances: readonly number[]): Layout['balance'] {
  let [steps, up, down] = [0, 0, 0]
  // A balance that changes where nothing moved: something else moves it.
  let [hiddenUp, hiddenDown] = [false, false]
  let previous = -1
  for (let i = 0; i < moved.length; i++) {
    if (Number.isNaN(balances[i]) || Number.isNaN(moved[i])) continue
    if (previous >= 0) {
      const step = balances[i]! - balances[previous]!
      if (step !== 0 && moved[i] === 0) hiddenUp = true
      if (step !== 0 && moved[previous] === 0) hiddenDown = true
      if (moved[i] !== 0 || moved[previous] !== 0) {
        steps++
        if (step === moved[i]) up++
        if (-step === moved[previous]) down++
      }
    }
    previous = i
  }
  if (steps === 0) return null
  if (up >= down && up >= steps * 0.9 && !hiddenUp) return 'ascending'
  return down >= steps * 0.9 && !hiddenDown ? 'descending' : null
}

/** "CNY", "人民币", "156". */
export function currencyOf(word: string): string | null {
  const bare = narrow(word).trim().toUpperCase()
  if (/^[A-Z]{3}$/.test(bare)) return bare === 'RMB' ? 'CNY' : bare
  return NAMES[bare] ?? null
}

const NAMES: Readonly<Record<string, string>> = {
  人民币: 'CNY',
  人民币元: 'CNY',
  元: 'CNY',
  '156': 'CNY',
  美元: 'USD',
  港币: 'HKD',
  港元: 'HKD',
  欧元: 'EUR',
  日元: 'JPY',
  英镑: 'GBP',
  澳门元: 'MOP',
  新台币: 'TWD',
  '840': 'USD',
  '344': 'HKD',
  '978': 'EUR',
  '392': 'JPY',
  '826': 'GBP',
}

const WANTED = {
  time: { zh: '时间', en: 'time', field: 'occurred_at' },
  amount: { zh: '金额', en: 'amount', field: 'amount' },
  direction: { zh: '收支方向', en: 'direction', field: 'direction' },
} as const
type Wanted = keyof typeof WANTED

const missingDoubt = (what: 'time' | 'amount', headers: readonly string[]): Doubt => ({
  column: null,
  code: what === 'time' ? 'time_column_missing' : 'amount_column_missing',
  zh: `没有找到${WANTED[what].zh}列（列有：${headers.join('、')}）：请用列映射指明，写作 --column 列名=${WANTED[what].field}`,
  en: `no ${WANTED[what].en} column was found among: ${headers.join(', ')}; name it by a mapping, written --column HEADER=${WANTED[what].field}`,
})

const unreadTimes = (header: string, example: string): Doubt => ({
  column: header,
  code: 'time_column_unreadable',
  zh: `列“${header}”应是时间，但它的值（如 ${example.slice(0, 30)}）不是看得懂的日期：请改成 2026-11-20 或 2026-11-20 09:30:00 这样的写法，或用列映射指明另一列，写作 --column 列名=occurred_at`,
  en: `column "${header}" should be the time, but its values (such as ${example.slice(0, 30)}) are no dates that can be read: write them like 2026-11-20 or 2026-11-20 09:30:00, or name another column by a mapping, written --column HEADER=occurred_at`,
})

const unsureDoubt = (header: string, what: Wanted): Doubt => ({
  column: header,
  code: `${what}_column_unsure`,
  zh: `列“${header}”可能是${WANTED[what].zh}，但不能确定：请用列映射确认，如 ${columnWord(header, WANTED[what].field)}（不是则写 ${columnWord(header, '-')}）`,
  en: `column "${header}" may be the ${WANTED[what].en}, which is not certain: confirm by a mapping, such as ${columnWord(header, WANTED[what].field)} (or ${columnWord(header, '-')} if it is not)`,
})
