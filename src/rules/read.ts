import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { Failure } from '../kernel/failure.ts'
import { type ChannelRules, DEFAULT_CHANNEL_RULES, type Rules } from './rules.ts'

/**
 * The rules document, JSON or YAML (JSON is YAML): `docs/rules.md` explains each field. Every field is optional; a channel
 * names only what differs from `defaults`, and `defaults` only what differs from the built-in ones.
 */
const Decimal = Type.String({ pattern: '^\\d{1,13}(\\.\\d{1,4})?$' })
const Rate = Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,6})?%?$' })
const Clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })
const closed = { additionalProperties: false }

const PASS_NAMES = DEFAULT_CHANNEL_RULES.passes

const ChannelDocument = Type.Partial(
  Type.Object(
    {
      passes: Type.Array(Type.Union(PASS_NAMES.map(name => Type.Literal(name))), { uniqueItems: true, minItems: 1 }),
      calendar: Type.Partial(
        Type.Object(
          {
            zone: Type.String({ minLength: 1 }),
            cutoff: Clock,
            cutoff_margin_minutes: Type.Integer({ minimum: 0, maximum: 720 }),
          },
          closed,
        ),
        closed,
      ),
      amount_tolerance: Decimal,
      windows: Type.Partial(
        Type.Object(
          {
            amount_time_minutes: Type.Integer({ minimum: 0, maximum: 10_080 }),
            clear_lead_minutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
            subset_sum_minutes: Type.Integer({ minimum: 0, maximum: 44_640 }),
            number_days: Type.Integer({ minimum: 0, maximum: 366 }),
          },
          closed,
        ),
        closed,
      ),
      subset_sum: Type.Partial(
        Type.Object({ max_candidates: Type.Integer({ minimum: 2, maximum: 44 }) }, closed),
        closed,
      ),
      fees: Type.Partial(
        Type.Object(
          {
            rate: Type.Union([Rate, Type.Null()]),
            rounding: Type.Union([
              Type.Literal('half_up'),
              Type.Literal('half_even'),
              Type.Literal('down'),
              Type.Literal('up'),
            ]),
            tolerance_per_row: Decimal,
          },
          closed,
        ),
        closed,
      ),
      waive_below: Type.Union([Decimal, Type.Null()]),
      confirm_above: Type.Union([Decimal, Type.Null()]),
    },
    closed,
  ),
  closed,
)

export const RulesDocument = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    defaults: Type.Optional(ChannelDocument),
    channels: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z0-9_-]{1,32}$' }), ChannelDocument)),
  },
  closed,
)

type ChannelText = Static<typeof ChannelDocument>

/**
 * Reads and checks a rules document. Throws `Failure('rules_unreadable')` with the place and what is allowed there; amounts
 * and rates must be quoted decimals, because a YAML or JSON number is a float.
 */
export function parseRules(text: string, file: string): Rules {
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: true })
  const broken = document.errors[0]
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1
    const what = broken.message.split('\n')[0] ?? ''
    throw unreadable(file, '', { zh: `第 ${line} 行不合 YAML 或 JSON 的写法`, en: `line ${line}: ${what}` })
  }
  const value: unknown = document.toJS() ?? {}
  if (!Value.Check(RulesDocument, value)) {
    const [place, why] = firstFault([...Value.Errors(RulesDocument, value)])
    throw unreadable(file, place, why)
  }
  const rules = value as Static<typeof RulesDocument>
  const defaults = merged(DEFAULT_CHANNEL_RULES, rules.defaults ?? {}, file)
  const channels = Object.entries(rules.channels ?? {}).map(
    ([name, changes]) => [name, merged(defaults, changes, file)] as const,
  )
  return { name: rules.name ?? file, defaults, channels: Object.fromEntries(channels) }
}

const unreadable = (file: string, place: string, what: Text): Failure =>
  new Failure(
    'rules_unreadable',
    {
      zh: `规则文件 ${file}${place ? ` 的 ${place} ` : ''}不合规：${what.zh}。金额与费率须写成带引号的十进制，例如 "10.00"、"0.6%"；字段说明见 docs/rules.md。`,
      en: `Rules file ${file}${place ? `, at ${place}` : ''}: ${what.en}. Amounts and rates are quoted decimals such as "10.00" or "0.6%"; docs/rules.md lists the fields.`,
    },
    { file, place },
  )

type Text = { readonly zh: string; readonly en: string }

type Fault = {
  readonly keyword: string
  readonly instancePath: string
  readonly message: string
  readonly params: object
}

/** Fields of one channel's rules: outside `defaults` and `channels` they mean nothing. */
const CHANNEL_FIELDS = Object.keys(ChannelDocument.properties)

/** Where the document does not fit, and why, in words. The deepest place is the one that a person wrote wrongly. */
function firstFault(faults: readonly Fault[]): [place: string, why: Text] {
  const deepest = faults.toSorted((a, b) => b.instancePath.length - a.instancePath.length)[0]
  const place = deepest?.instancePath.replaceAll('/', '.').slice(1) ?? ''
  const here = faults.filter(fault => fault.instancePath === deepest?.instancePath)
  if (deepest?.keyword === 'boolean') {
    const inside = CHANNEL_FIELDS.includes(place)
    return [
      place,
      inside
        ? { zh: '应写在 defaults 或 channels 之下', en: 'it belongs under defaults or channels' }
        : { zh: '没有这个字段', en: 'there is no such field' },
    ]
  }
  const allowed = here.flatMap(fault => ('allowedValue' in fault.params ? [String(fault.params.allowedValue)] : []))
  if (allowed.length > 0)
    return [place, { zh: `应为 ${allowed.join('、')} 之一`, en: `expected one of ${allowed.join(', ')}` }]
  const types = here.flatMap(fault =>
    fault.keyword === 'type' && 'type' in fault.params ? [String(fault.params.type)] : [],
  )
  if (types.includes('string')) return [place, { zh: '应为带引号的文字', en: 'expected a quoted text' }]
  return [place, { zh: `写法不对（${deepest?.message ?? ''}）`, en: deepest?.message ?? '' }]
}

function merged(base: ChannelRules, changes: ChannelText, file: string): ChannelRules {
  const zone = changes.calendar?.zone ?? base.calendar.zone
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw unreadable(file, 'calendar.zone', {
      zh: `没有 ${zone} 这个时区，应如 Asia/Shanghai`,
      en: `"${zone}" is not an IANA time zone`,
    })
  }
  return {
    passes: changes.passes ?? base.passes,
    calendar: {
      zone,
      cutoff: changes.calendar?.cutoff ?? base.calendar.cutoff,
      cutoffMarginMinutes: changes.calendar?.cutoff_margin_minutes ?? base.calendar.cutoffMarginMinutes,
    },
    amountTolerance: changes.amount_tolerance ?? base.amountTolerance,
    windows: {
      amountTimeMinutes: changes.windows?.amount_time_minutes ?? base.windows.amountTimeMinutes,
      clearLeadMinutes: changes.windows?.clear_lead_minutes ?? base.windows.clearLeadMinutes,
      subsetSumMinutes: changes.windows?.subset_sum_minutes ?? base.windows.subsetSumMinutes,
      numberDays: changes.windows?.number_days ?? base.windows.numberDays,
    },
    subsetSum: { maxCandidates: changes.subset_sum?.max_candidates ?? base.subsetSum.maxCandidates },
    fees: {
      rate: changes.fees?.rate === undefined ? base.fees.rate : changes.fees.rate,
      rounding: changes.fees?.rounding ?? base.fees.rounding,
      tolerancePerRow: changes.fees?.tolerance_per_row ?? base.fees.tolerancePerRow,
    },
    waiveBelow: changes.waive_below === undefined ? base.waiveBelow : changes.waive_below,
    confirmAbove: changes.confirm_above === undefined ? base.confirmAbove : changes.confirm_above,
  }
}
