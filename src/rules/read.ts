import { Value } from 'typebox/value'
import { parseDocument } from 'yaml'
import { Failure } from '../kernel/failure.ts'
import { parseDecimal } from '../kernel/money.ts'
import { CHANNEL_FIELDS, merged, RulesDocument } from './document.ts'
import { type ChannelRules, DEFAULT_CHANNEL_RULES, type RowChanges, type Rules } from './rules.ts'

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
  const rules = value as RulesDocument
  const defaults = merged(DEFAULT_CHANNEL_RULES, rules.defaults ?? {})
  const channels = Object.entries(rules.channels ?? {}).map(
    ([name, changes]) => [name, merged(defaults, changes)] as const,
  )
  for (const [place, channel] of [
    ['defaults', defaults] as const,
    ...channels.map(([name, channel]) => [`channels.${name}`, channel] as const),
  ]) {
    checkChannel(place, channel, file)
    checkFees(place, channel.fees, file)
    for (const [name, changes] of Object.entries(channel.merchants))
      checkFees(`${place}.merchants.${name}`, changes.fees, file)
    for (const [name, changes] of Object.entries(channel.feeItems))
      checkFees(`${place}.fee_items.${name}`, changes.fees, file)
  }
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

/** What the shape cannot tell: zones and dates that exist. */
function checkChannel(place: string, { calendar, closing }: ChannelRules, file: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: calendar.zone })
  } catch {
    throw unreadable(file, `${place}.calendar.zone`, {
      zh: `没有 ${calendar.zone} 这个时区，应如 Asia/Shanghai`,
      en: `"${calendar.zone}" is not an IANA time zone`,
    })
  }
  for (const list of ['holidays', 'workdays'] as const) checkDays(`${place}.calendar.${list}`, closing[list], file)
}

function checkFees(place: string, fees: RowChanges['fees'], file: string): void {
  checkDays(`${place}.fees.schedule`, fees?.schedule?.map(({ from }) => from) ?? [], file)
  for (const { min, max } of fees?.schedule ?? [])
    if (min !== null && max !== null && (parseDecimal(min, 4) ?? 0) > (parseDecimal(max, 4) ?? 0))
      throw unreadable(file, `${place}.fees.schedule`, {
        zh: `每笔最低 ${min} 高于最高 ${max}`,
        en: `the least fee ${min} is above the most ${max}`,
      })
}

function checkDays(place: string, days: readonly string[], file: string): void {
  for (const day of days)
    if (!exists(day))
      throw unreadable(file, place, { zh: `没有 ${day} 这一天`, en: `"${day}" is no day of the calendar` })
}

/** Without Temporal: browsers read rules by this file, too, and not all of them have it yet. */
function exists(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === day
}
