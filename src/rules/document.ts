import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { type ChannelRules, DEFAULT_CHANNEL_RULES, type FeeRules, type RowChanges, type Rules } from './rules.ts'

/**
 * The rules document, JSON or YAML (JSON is YAML): `docs/rules.md` explains each field. Every field is optional; a channel
 * names only what differs from `defaults`, and `defaults` only what differs from the built-in ones. The titles are what a form
 * shows.
 */
const closed = { additionalProperties: false }
const Decimal = Type.String({ pattern: '^\\d{1,13}(\\.\\d{1,4})?$' })
const Rate = Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?%?$' })
const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
const DayText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const orNone = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const oneOf = <T extends string>(names: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(names.map(name => Type.Literal(name))))

const part = <P extends TProperties>(title: string, properties: P) =>
  Type.Partial(Type.Object(properties, closed), { ...closed, title })

/** What a person reads beside a field. */
const titled = <T extends TSchema>(title: string, schema: T): T => Object.assign(schema, { title })
const field = <T extends TSchema>(title: string, make: T): T => titled(title, structuredClone(make))

const FeeStepDocument = Type.Object(
  {
    from: Type.Optional(field('自账期起 From this day', DayText)),
    amount_from: Type.Optional(field('自此金额起 From this amount', Decimal)),
    rate: field('费率 Rate', Rate),
    min: Type.Optional(field('每笔最低 At least', orNone(Decimal))),
    max: Type.Optional(field('每笔最高 At most', orNone(Decimal))),
  },
  closed,
)

const FeesDocument = part('手续费 Fees', {
  rate: field('费率 Rate', orNone(Rate)),
  schedule: field('分段费率 Schedule', Type.Array(FeeStepDocument, { maxItems: 200 })),
  rounding: field('舍入 Rounding', oneOf(['half_up', 'half_even', 'down', 'up'])),
  tolerance_per_row: field('逐笔舍入容差 Tolerance per row', Decimal),
})

const ROW_FIELDS = {
  amount_tolerance: field('金额容差 Amount tolerance', Decimal),
  fees: FeesDocument,
  waive_below: field('低于此金额豁免 Waive below', orNone(Decimal)),
  confirm_above: field('高于此金额需复核确认 Confirm above', orNone(Decimal)),
}
const RowDocument = part('例外 Exceptions', ROW_FIELDS)
type RowText = Static<typeof RowDocument>

const byName = (title: string) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), RowDocument, { ...closed, title })

const ChannelDocument = part('渠道规则 Rules of a channel', {
  passes: field(
    '匹配步骤及次序 Passes in their order',
    Type.Array(oneOf(DEFAULT_CHANNEL_RULES.passes), { uniqueItems: true, minItems: 1 }),
  ),
  calendar: part('日历 Calendar', {
    zone: field('时区 Zone', Type.String({ minLength: 1, maxLength: 64 })),
    cutoff: field('日切 Cutoff', Clock),
    cutoff_margin_minutes: field('日切缓冲（分钟）Margin of the cutoff', Type.Integer({ minimum: 0, maximum: 720 })),
    closes_at: field('关账时刻 Closes at', Clock),
    closes_after_days: field('T+N 关账 Closes after days', Type.Integer({ minimum: 0, maximum: 30 })),
    working_days_only: field('只计工作日 Working days only', Type.Boolean()),
    holidays: field('节假日 Holidays', Type.Array(DayText, { uniqueItems: true, maxItems: 2000 })),
    workdays: field('调休上班日 Weekend days worked on', Type.Array(DayText, { uniqueItems: true, maxItems: 2000 })),
  }),
  windows: part('时间窗 Windows', {
    amount_time_minutes: field('金额时间窗（分钟）Amount and time', Type.Integer({ minimum: 0, maximum: 10_080 })),
    clear_lead_minutes: field('明显更近（分钟）Clear lead', Type.Integer({ minimum: 1, maximum: 10_080 })),
    subset_sum_minutes: field('凑和时间窗（分钟）Parts of a sum', Type.Integer({ minimum: 0, maximum: 44_640 })),
    number_days: field('号码有效天数 Days of a number', Type.Integer({ minimum: 0, maximum: 366 })),
  }),
  subset_sum: part('凑和 Sums', {
    max_candidates: field('候选上限 Candidates at most', Type.Integer({ minimum: 2, maximum: 44 })),
  }),
  split: part('分笔支付 Split payments', {
    max_parts: field('自动合并的最多笔数 Parts at most', orNone(Type.Integer({ minimum: 1, maximum: 10_000 }))),
  }),
  refunds: part('退款 Refunds', {
    fee: field('退款时手续费 Fee of a refund', oneOf(['returned', 'kept'])),
    confirm: field('退款一律复核确认 Confirm every refund', Type.Boolean()),
  }),
  ...ROW_FIELDS,
  merchants: byName('按收费单位 By merchant'),
  fee_items: byName('按缴费项目 By fee item'),
})

export const RulesDocument = Type.Object(
  {
    name: Type.Optional(field('名称 Name', Type.String({ minLength: 1, maxLength: 100 }))),
    defaults: Type.Optional(ChannelDocument),
    channels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z0-9_-]{1,32}$' }), ChannelDocument, { title: '按渠道 By channel' }),
    ),
  },
  closed,
)
export type RulesDocument = Static<typeof RulesDocument>
export type ChannelText = Static<typeof ChannelDocument>

/** Fields of one channel's rules: outside `defaults` and `channels` they mean nothing. */
export const CHANNEL_FIELDS: readonly string[] = Object.keys((ChannelDocument as unknown as TObject).properties)

/** `base` with what `changes` says otherwise. */
export function merged(base: ChannelRules, changes: ChannelText): ChannelRules {
  const { calendar = {}, windows = {}, split = {}, refunds = {} } = changes
  const row = rowChanges(changes)
  return {
    passes: changes.passes ?? base.passes,
    calendar: {
      zone: calendar.zone ?? base.calendar.zone,
      cutoff: calendar.cutoff ?? base.calendar.cutoff,
      cutoffMarginMinutes: calendar.cutoff_margin_minutes ?? base.calendar.cutoffMarginMinutes,
    },
    closing: {
      closesAt: calendar.closes_at ?? base.closing.closesAt,
      closesAfterDays: calendar.closes_after_days ?? base.closing.closesAfterDays,
      workingDaysOnly: calendar.working_days_only ?? base.closing.workingDaysOnly,
      holidays: calendar.holidays ?? base.closing.holidays,
      workdays: calendar.workdays ?? base.closing.workdays,
    },
    windows: {
      amountTimeMinutes: windows.amount_time_minutes ?? base.windows.amountTimeMinutes,
      clearLeadMinutes: windows.clear_lead_minutes ?? base.windows.clearLeadMinutes,
      subsetSumMinutes: windows.subset_sum_minutes ?? base.windows.subsetSumMinutes,
      numberDays: windows.number_days ?? base.windows.numberDays,
    },
    subsetSum: { maxCandidates: changes.subset_sum?.max_candidates ?? base.subsetSum.maxCandidates },
    split: { maxParts: split.max_parts === undefined ? base.split.maxParts : split.max_parts },
    refunds: { fee: refunds.fee ?? base.refunds.fee, confirm: refunds.confirm ?? base.refunds.confirm },
    amountTolerance: row.amountTolerance ?? base.amountTolerance,
    fees: { ...base.fees, ...row.fees },
    waiveBelow: row.waiveBelow === undefined ? base.waiveBelow : row.waiveBelow,
    confirmAbove: row.confirmAbove === undefined ? base.confirmAbove : row.confirmAbove,
    merchants: together(base.merchants, changes.merchants),
    feeItems: together(base.feeItems, changes.fee_items),
  }
}

function together(
  base: ChannelRules['merchants'],
  changes: { readonly [name: string]: RowText } = {},
): ChannelRules['merchants'] {
  const all: Record<string, RowChanges> = { ...base }
  for (const [name, text] of Object.entries(changes)) all[name] = joined(base[name] ?? {}, rowChanges(text))
  return all
}

/** The later changes over the earlier ones, fee by fee. */
export const joined = (earlier: RowChanges, later: RowChanges): RowChanges => ({
  ...earlier,
  ...later,
  ...(earlier.fees && later.fees ? { fees: { ...earlier.fees, ...later.fees } } : {}),
})

function rowChanges(text: RowText): RowChanges {
  const { amount_tolerance, waive_below, confirm_above, fees } = text
  return {
    ...(amount_tolerance === undefined ? {} : { amountTolerance: amount_tolerance }),
    ...(waive_below === undefined ? {} : { waiveBelow: waive_below }),
    ...(confirm_above === undefined ? {} : { confirmAbove: confirm_above }),
    ...(fees === undefined ? {} : { fees: feeChanges(fees) }),
  }
}

const feeChanges = ({
  rate,
  schedule,
  rounding,
  tolerance_per_row,
}: Static<typeof FeesDocument>): Partial<FeeRules> => ({
  ...(rate === undefined ? {} : { rate }),
  ...(schedule === undefined
    ? {}
    : {
        schedule: schedule.map(({ from = '0001-01-01', amount_from = '0', rate: share, min = null, max = null }) => ({
          from,
          amountFrom: amount_from,
          rate: share,
          min,
          max,
        })),
      }),
  ...(rounding === undefined ? {} : { rounding }),
  ...(tolerance_per_row === undefined ? {} : { tolerancePerRow: tolerance_per_row }),
})

/**
 * The document that spells out every field, so that it means the same for ever, whatever is built in later. Reading it gives
 * the same rules again.
 */
export const documentOf = ({ name, defaults, channels }: Rules): RulesDocument => ({
  name,
  defaults: channelText(defaults),
  channels: Object.fromEntries(Object.entries(channels).map(([channel, rules]) => [channel, channelText(rules)])),
})

const channelText = (rules: ChannelRules): ChannelText => ({
  passes: [...rules.passes],
  calendar: {
    zone: rules.calendar.zone,
    cutoff: rules.calendar.cutoff,
    cutoff_margin_minutes: rules.calendar.cutoffMarginMinutes,
    closes_at: rules.closing.closesAt,
    closes_after_days: rules.closing.closesAfterDays,
    working_days_only: rules.closing.workingDaysOnly,
    holidays: [...rules.closing.holidays],
    workdays: [...rules.closing.workdays],
  },
  windows: {
    amount_time_minutes: rules.windows.amountTimeMinutes,
    clear_lead_minutes: rules.windows.clearLeadMinutes,
    subset_sum_minutes: rules.windows.subsetSumMinutes,
    number_days: rules.windows.numberDays,
  },
  subset_sum: { max_candidates: rules.subsetSum.maxCandidates },
  split: { max_parts: rules.split.maxParts },
  refunds: { fee: rules.refunds.fee, confirm: rules.refunds.confirm },
  ...rowText(rules),
  merchants: namedText(rules.merchants),
  fee_items: namedText(rules.feeItems),
})

const namedText = (named: ChannelRules['merchants']): Record<string, RowText> =>
  Object.fromEntries(Object.entries(named).map(([name, changes]) => [name, rowText(changes)]))

const rowText = ({ amountTolerance, waiveBelow, confirmAbove, fees }: RowChanges): RowText => ({
  ...(amountTolerance === undefined ? {} : { amount_tolerance: amountTolerance }),
  ...(waiveBelow === undefined ? {} : { waive_below: waiveBelow }),
  ...(confirmAbove === undefined ? {} : { confirm_above: confirmAbove }),
  ...(fees === undefined ? {} : { fees: feeText(fees) }),
})

const feeText = ({ rate, schedule, rounding, tolerancePerRow }: Partial<FeeRules>): Static<typeof FeesDocument> => ({
  ...(rate === undefined ? {} : { rate }),
  ...(schedule === undefined
    ? {}
    : {
        schedule: schedule.map(step => ({
          from: step.from,
          amount_from: step.amountFrom,
          rate: step.rate,
          min: step.min,
          max: step.max,
        })),
      }),
  ...(rounding === undefined ? {} : { rounding }),
  ...(tolerancePerRow === undefined ? {} : { tolerance_per_row: tolerancePerRow }),
})
