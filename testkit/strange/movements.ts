import type { Field } from '../../src/statements/statement.ts'

/** Money that moved, before a bank writes it its own way. The same for the same seed. */
export type Movement = {
  readonly n: number
  readonly day: Temporal.PlainDate
  readonly clock: Temporal.PlainTime
  /** Minor units, always plus. */
  readonly cents: number
  readonly out: boolean
  readonly fee: number
  readonly balance: number
  readonly id: string
  readonly ref: string
  readonly name: string
  readonly text: string
}

export type StrangeColumn = readonly [
  header: string,
  /** What is right, alternatives apart by "/"; null: none of the fields, and "?" behind a field: as well. */
  label: string | null,
  cell: (movement: Movement) => string,
]

/** A file as somebody sends it, and what is true of it. */
export type StrangeLayout = {
  readonly name: string
  readonly delimiter: string
  readonly above?: readonly string[]
  /** No header row: the columns are #1, #2, … */
  readonly headless?: boolean
  readonly columns: readonly StrangeColumn[]
  readonly below?: (movements: readonly Movement[]) => readonly string[]
  /** A line that stands between the records, behind this one: a day's total. */
  readonly between?: (movement: Movement, movements: readonly Movement[]) => string | null
  /** Records that moved no money, whatever their amount says. */
  readonly failed?: (movement: Movement) => boolean
  readonly encoding?: 'gb18030' | 'big5' | 'utf16le' | 'latin1'
  readonly newestFirst?: boolean
  readonly allIn?: boolean
  readonly quoted?: boolean
  /** Signed minor units; default: in plus, out minus. */
  readonly amount?: (movement: Movement) => number
  /** Which day counts, where two are given. */
  readonly day?: (movement: Movement) => string
  /** Zone the clock is written in; default the reader's. */
  readonly zone?: string
  readonly timeless?: boolean
  readonly currency?: string
  readonly multiple?: number
  readonly fromDay?: string
}

export const signedOf = ({ out, cents }: Movement): number => (out ? -cents : cents)

function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const PEOPLE = {
  zh: ['谢文斌', '东乡粮食储备库', '黎川陶瓷厂', '吴晓燕', '章国平', '南丰蜜桔合作社', '曾丽', '资溪面包房'],
  en: ['H. Brandt', 'Lakeside Foods', 'Meyer & Co', 'P. Dubois', 'Harbour Supplies', 'C. Rossi', 'Oldham Press'],
}
const TEXTS = {
  zh: ['学费', '货款', '转账', '代发工资', '水电费', '服务费', '报销', '住宿费'],
  en: ['INVOICE 4471', 'STANDING ORDER', 'CARD 0917', 'TRANSFER', 'RENT MARCH', 'FREIGHT', 'SUPPLIES'],
}

export function movementsOf(layout: StrangeLayout, seed: number, tongue: 'zh' | 'en'): Movement[] {
  const random = seeded(seed)
  const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1))
  const of = <T>(list: readonly T[]): T => list[whole(0, list.length - 1)]!
  const first = Temporal.PlainDate.from(layout.fromDay ?? '2026-02-03')
  const count = whole(24, 46)
  let balance = whole(20_000_000, 60_000_000)
  let moment = 0
  const made = Array.from({ length: count }, (_, n): Movement => {
    moment += whole(2_000, 90_000)
    const multiple = layout.multiple ?? 1
    const cents = Math.max(1, Math.round(whole(700, random() < 0.25 ? 2_500_000 : 90_000) / multiple)) * multiple
    const out = layout.allIn ? false : random() < 0.42
    balance += out ? -cents : cents
    return {
      n: n + 1,
      day: first.add({ days: Math.floor(moment / 86_400) }),
      clock: Temporal.PlainTime.from('00:00').add({ seconds: moment % 86_400 }),
      cents,
      out,
      fee: Math.round(cents * 0.006),
      balance,
      id: `${4200}${String(whole(10 ** 9, 10 ** 10 - 1))}${String(100_000 + n)}`,
      ref: `${of(['SO', 'PX', 'JF'])}${whole(10 ** 7, 10 ** 8 - 1)}${n}`,
      name: of(PEOPLE[tongue]),
      text: of(TEXTS[tongue]),
    }
  })
  return layout.newestFirst ? made.toReversed() : made
}

export const two = (number: number): string => String(number).padStart(2, '0')

/** Days: ymd('-') is 2026-02-03, dmy('/') is 03/02/2026. */
export const ymd =
  (sign: string) =>
  ({ day }: Movement): string =>
    `${day.year}${sign}${two(day.month)}${sign}${two(day.day)}`
export const dmy =
  (sign: string) =>
  ({ day }: Movement): string =>
    `${two(day.day)}${sign}${two(day.month)}${sign}${day.year}`
export const mdy =
  (sign: string) =>
  ({ day }: Movement): string =>
    `${two(day.month)}${sign}${two(day.day)}${sign}${day.year}`
export const hms =
  (sign: string) =>
  ({ clock }: Movement): string =>
    [clock.hour, clock.minute, clock.second].map(two).join(sign)
export const stamp = (movement: Movement): string => `${ymd('-')(movement)} ${hms(':')(movement)}`
export const compact = (movement: Movement): string => ymd('')(movement) + hms('')(movement)
export const later = (days: number, write: (movement: Movement) => string) => (movement: Movement) =>
  write({ ...movement, day: movement.day.add({ days }) })

const groups = (digits: string, sign: string) => digits.replace(/\B(?=(\d{3})+$)/g, sign)
const written = (cents: number, group: string, point: string): string => {
  const text = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${groups(text.slice(0, -2), group)}${point}${text.slice(-2)}`
}
export const plain = (cents: number): string => written(cents, '', '.')
export const us = (cents: number): string => written(cents, ',', '.')
export const german = (cents: number): string => written(cents, '.', ',')
export const french = (cents: number): string => written(cents, '\u00a0', ',')

export const inOnly =
  (write: (cents: number) => string, empty = '') =>
  (movement: Movement) =>
    movement.out ? empty : write(movement.cents)
export const outOnly =
  (write: (cents: number) => string, empty = '') =>
  (movement: Movement) =>
    movement.out ? write(movement.cents) : empty
export const word = (income: string, outgo: string) => (movement: Movement) => (movement.out ? outgo : income)
export const always = (text: string) => () => text
export const sumOf = (movements: readonly Movement[], out: boolean): number =>
  movements.reduce((sum, movement) => sum + (movement.out === out ? movement.cents : 0), 0)

export const isRight = (label: string | null, said: Field | null): boolean => {
  if (label === null) return said === null
  const fields = label.replace('?', '').split('/')
  if (said === null) return label.endsWith('?')
  if (said === 'date' || said === 'occurred_at') return fields.includes('date') || fields.includes('occurred_at')
  return fields.includes(said)
}
