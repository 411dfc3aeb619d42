import { type Static, Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import { exponentOf, parseDecimal } from '../kernel/money.ts'
import { DISCREPANCY_KINDS, type DiscrepancyKind } from '../matching/entry.ts'
import { oneOf } from '../system/schema_words.ts'
import type { CauseFacts } from './facts.ts'

/** The conditions of a cause that people add: all that are named must hold. Pure. */

const closed = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 64 })
const names = Type.Array(Name, { minItems: 1, maxItems: 100, uniqueItems: true })
const Decimal = Type.String({ pattern: '^\\d{1,13}(\\.\\d{1,4})?$' })
const Signed = Type.String({ pattern: '^-?\\d{1,13}(\\.\\d{1,4})?$' })
const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
const Day = Type.String({ format: 'date' })

export const Conditions = Type.Object(
  {
    kinds: Type.Optional(
      Type.Array(oneOf<DiscrepancyKind>(...DISCREPANCY_KINDS), {
        minItems: 1,
        uniqueItems: true,
        description: '差错类型',
      }),
    ),
    engine_causes: Type.Optional(
      Type.Array(Name, { minItems: 1, maxItems: 100, uniqueItems: true, description: '引擎给出的原因' }),
    ),
    channels: Type.Optional(names),
    accounts: Type.Optional(names),
    merchants: Type.Optional(names),
    fee_items: Type.Optional(names),
    currencies: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{3}$' }), { minItems: 1, uniqueItems: true })),
    amount: Type.Optional(
      Type.Object(
        { from: Type.Optional(Decimal), to: Type.Optional(Decimal) },
        { ...closed, description: 'Of its largest row, both ends included. 最大一笔的金额（含两端）' },
      ),
    ),
    difference: Type.Optional(
      Type.Object(
        { from: Type.Optional(Signed), to: Type.Optional(Signed) },
        { ...closed, description: 'Theirs minus ours, both ends included. 渠道减平台（含两端）' },
      ),
    ),
    difference_is: Type.Optional(
      Type.Object(
        {
          what: oneOf('zero', 'fee', 'share'),
          share: Type.Optional(
            Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?%$', description: 'Of the amount: "0.6%". 占金额的比例' }),
          ),
          tolerance: Type.Optional(Decimal),
        },
        {
          ...closed,
          description: 'Its size is nothing, the fee that the channel tells, or a share. 差额为零、手续费或比例',
        },
      ),
    ),
    time_of_day: Type.Optional(
      Type.Object(
        { from: Clock, to: Clock },
        { ...closed, description: 'Of any row, in the zone of the channel; may pass midnight. 任一笔的时刻，可跨零点' },
      ),
    ),
    weekdays: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, uniqueItems: true, description: '1 = 周一' }),
    ),
    days_of_month: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), { minItems: 1, uniqueItems: true }),
    ),
    days: Type.Optional(Type.Object({ from: Type.Optional(Day), to: Type.Optional(Day) }, closed)),
    sides: Type.Optional(oneOf('ours', 'theirs', 'both')),
    rows: Type.Optional(
      Type.Object(
        { from: Type.Optional(Type.Integer({ minimum: 1 })), to: Type.Optional(Type.Integer({ minimum: 1 })) },
        { ...closed, description: 'Of both books together. 两边合计笔数' },
      ),
    ),
    evidence: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Part of the evidence, in either language. 依据中的文字',
      }),
    ),
  },
  { ...closed, description: 'All that are named must hold. 列出的条件须同时满足' },
)
export type Conditions = Static<typeof Conditions>

/** Whether they can ever hold. Throws cause_conditions_empty, cause_conditions_wrong. */
export function checkConditions(conditions: Conditions, knownCauses: ReadonlySet<string>): void {
  if (Object.values(conditions).every(each => each === undefined))
    throw new Failure('cause_conditions_empty', {
      zh: '至少填写一个条件，否则它会盖住所有其他原因',
      en: 'Give at least one condition: without any it would cover every other cause',
    })
  const { amount, difference, days, rows, difference_is: is, time_of_day: time } = conditions
  const order = (field: string, from: number | string | null | undefined, to: number | string | null | undefined) => {
    if (from != null && to != null && from > to) throw wrong(field, `${from} > ${to}`)
  }
  // Four decimals hold every currency's; only the order is asked about here.
  const size = (text: string | undefined) => (text === undefined ? null : parseDecimal(text, 4))
  order('amount', size(amount?.from), size(amount?.to))
  order('difference', size(difference?.from), size(difference?.to))
  order('days', days?.from, days?.to)
  order('rows', rows?.from, rows?.to)
  if (is && (is.what === 'share') !== (is.share !== undefined)) throw wrong('difference_is.share', is.share ?? '')
  if (time && time.from === time.to) throw wrong('time_of_day', time.from)
  const unknown = conditions.engine_causes?.find(code => !knownCauses.has(code))
  if (unknown !== undefined) throw wrong('engine_causes', unknown)
}

const wrong = (field: string, found: string): Failure =>
  new Failure(
    'cause_conditions_wrong',
    {
      zh: `条件 ${field}（${found}）永远不会成立：请更正`,
      en: `The condition ${field} (${found}) can never hold: correct it`,
    },
    { field: `conditions.${field}`, found },
  )

/** Whether all of them hold for a discrepancy. `zone`: of its channel. */
export function holds(conditions: Conditions, facts: CauseFacts, zone: string): boolean {
  const { currency } = facts
  const among = (list: readonly string[] | undefined, value: string) => list === undefined || list.includes(value)
  return (
    among(conditions.kinds, facts.kind) &&
    among(conditions.engine_causes, facts.cause) &&
    among(conditions.channels, facts.channel) &&
    among(conditions.accounts, facts.account) &&
    among(conditions.merchants, facts.merchant) &&
    (conditions.fee_items === undefined || facts.feeItems.some(item => conditions.fee_items?.includes(item))) &&
    among(conditions.currencies, currency) &&
    within(conditions.amount, facts.amount, currency) &&
    within(conditions.difference, facts.difference, currency) &&
    differenceIs(conditions.difference_is, facts) &&
    inTime(conditions.time_of_day, facts.times, zone) &&
    inCalendar(conditions, facts.businessDate) &&
    onSides(conditions.sides, facts) &&
    (conditions.rows?.from === undefined || facts.ours + facts.theirs >= conditions.rows.from) &&
    (conditions.rows?.to === undefined || facts.ours + facts.theirs <= conditions.rows.to) &&
    (conditions.evidence === undefined ||
      facts.evidenceZh.includes(conditions.evidence) ||
      facts.evidenceEn.includes(conditions.evidence))
  )
}

/** An end that the currency cannot write (half a yen) is no end of its amounts: it does not hold. */
function within(range: Conditions['amount'], value: number, currency: string): boolean {
  if (range === undefined) return true
  const end = (text: string | undefined): number | null | undefined =>
    text === undefined ? undefined : parseDecimal(text, exponentOf(currency))
  const [from, to] = [end(range.from), end(range.to)]
  return from !== null && to !== null && (from === undefined || value >= from) && (to === undefined || value <= to)
}

function differenceIs(is: Conditions['difference_is'], facts: CauseFacts): boolean {
  if (is === undefined) return true
  const size = Math.abs(facts.difference)
  const allowed = is.tolerance === undefined ? 0 : parseDecimal(is.tolerance, exponentOf(facts.currency))
  if (allowed === null) return false
  if (is.what === 'zero') return size <= allowed
  if (is.what === 'fee') return facts.fees !== null && Math.abs(size - Math.abs(facts.fees)) <= allowed
  // A share in millionths of a percent, so that it stays a whole number; half up.
  const share = parseDecimal((is.share ?? '').replace('%', ''), 6)
  if (share === null) return false
  const expected = Number((BigInt(facts.amount) * BigInt(share) + 50_000_000n) / 100_000_000n)
  return Math.abs(size - expected) <= allowed
}

function inTime(range: Conditions['time_of_day'], times: readonly number[], zone: string): boolean {
  if (range === undefined) return true
  return times.some(at => {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime()
    const clock = local.toString({ smallestUnit: 'minute' })
    return range.from < range.to ? clock >= range.from && clock < range.to : clock >= range.from || clock < range.to
  })
}

function inCalendar({ weekdays, days_of_month: dates, days }: Conditions, day: string): boolean {
  if (days?.from !== undefined && day < days.from) return false
  if (days?.to !== undefined && day > days.to) return false
  const date = Temporal.PlainDate.from(day)
  return (
    (weekdays === undefined || weekdays.includes(date.dayOfWeek)) && (dates === undefined || dates.includes(date.day))
  )
}

function onSides(sides: Conditions['sides'], { ours, theirs }: CauseFacts): boolean {
  if (sides === undefined) return true
  if (sides === 'both') return ours > 0 && theirs > 0
  return sides === 'ours' ? ours > 0 && theirs === 0 : theirs > 0 && ours === 0
}
