import { addDays, type Day } from '../kernel/business_day.ts'
import type { StatementFile } from './file_store.ts'
import type { Problem } from './statement.ts'
import type { LineWriter } from './store.ts'

/** Whose and which day's statement a file should be. */
export type Wanted = {
  readonly day?: Day | undefined
  /** Numbers by which the channel knows us; a file that names none is not doubted. */
  readonly merchants?: readonly string[] | undefined
}

/** Digits by which an account is known though the file writes a bank's code before it. */
const ENOUGH_DIGITS = 8
const SHOWN = 3
const WRONG_DAY = 'statement_wrong_day'
const WRONG_MERCHANT = 'statement_wrong_merchant'

/** Refused only because it was taken for another account's or day's: where it belongs it may be brought again. */
export const isForeign = ({ state, problems }: Pick<StatementFile, 'state' | 'problems'>): boolean =>
  state === 'refused' && problems.some(({ code }) => code === WRONG_DAY || code === WRONG_MERCHANT)

/**
 * What makes a file the wrong one, by what its lines say; null: nothing does. Channels list some rows a day early or late; a day's statement has
 * rows of the day nevertheless, and most lie near it.
 */
export function foreignFile(
  { day, merchants }: Wanted,
  writer: Pick<LineWriter, 'days' | 'merchants'>,
  file: string,
): Problem | null {
  const days = writer.days()
  if (day !== undefined && days.size > 0 && !isOf(day, days)) return wrongDay(file, [...days.keys()].sort(), day)
  const own = merchants ?? []
  const others = [...writer.merchants()].filter(said => said !== '' && !own.some(each => isSame(each, said)))
  return merchants === undefined || others.length === 0 ? null : wrongMerchant(file, others, merchants)
}

function isOf(day: Day, days: ReadonlyMap<Day, number>): boolean {
  let all = 0
  let near = 0
  for (const [each, count] of days) {
    all += count
    if (each >= addDays(day, -1) && each <= addDays(day, 1)) near += count
  }
  return days.has(day) && near * 2 > all
}

/** Banks write an account with blanks, with a bank's code before it, or with its middle as stars. */
function isSame(own: string, said: string): boolean {
  const [a, b] = [bare(own), bare(said)]
  if (a === b) return true
  if (b.includes('*')) return b.length === a.length && [...b].every((letter, at) => letter === '*' || letter === a[at])
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.length >= ENOUGH_DIGITS && long.endsWith(short)
}

const bare = (text: string): string => text.replace(/[^0-9A-Za-z*]/g, '').toUpperCase()

const problem = (code: string, zh: string, en: string): Problem => ({
  severity: 'error',
  record: null,
  line: null,
  column: null,
  code,
  zh,
  en,
})

function wrongDay(file: string, found: readonly Day[], day: Day): Problem {
  const span = found.length === 1 ? found[0] : `${found[0]} – ${found.at(-1)}`
  return problem(
    WRONG_DAY,
    `“${file}”应为 ${day} 的对账单，其中记录却在 ${span}：未入账，请取正确日期的账单；它确是另一日的完整账单时才改选日期`,
    `"${file}" should be the statement of ${day}, but its records lie in ${span}: nothing is booked, fetch the right day's; say another day only if it is that day's whole statement`,
  )
}

function wrongMerchant(file: string, others: readonly string[], merchants: readonly string[]): Problem {
  const told = others.slice(0, SHOWN).join('、')
  return problem(
    WRONG_MERCHANT,
    `“${file}”含有商户号（账号）${told} 的记录，不属于本账户（${merchants.join('、')}）：未入账，请确认账单来源；若也是本账户的号码，请加到配置 statements.accounts 的 merchants`,
    `"${file}" has records of merchant (account) ${told}, which is not this account (${merchants.join(', ')}): nothing is booked, check where it comes from; if it is a number of the account too, add it to merchants in statements.accounts`,
  )
}
