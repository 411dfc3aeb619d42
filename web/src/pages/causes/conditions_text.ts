import type { CauseVersionView } from '../../../../src/causes/api.ts'
import { KIND_LOOKS } from '../../pieces/discrepancy_words.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import type { Both } from '../../shell/both.ts'

/** Conditions of a cause as sentences, so that nobody reads codes. Pure. */

type Conditions = CauseVersionView['conditions']
const both = (zh: string, en: string): Both => ({ zh, en })

const range = (
  name: Both,
  of: { readonly from?: string | number; readonly to?: string | number } | undefined,
): Both[] => {
  if (of === undefined || (of.from === undefined && of.to === undefined)) return []
  const [from, to] = [of.from ?? '', of.to ?? '']
  return [
    both(
      `${name.zh} ${from === '' ? '不限' : from} 至 ${to === '' ? '不限' : to}`,
      `${name.en} ${from === '' ? 'any' : from} to ${to === '' ? 'any' : to}`,
    ),
  ]
}
const list = (name: Both, of: readonly (string | number)[] | undefined): Both[] =>
  of === undefined ? [] : [both(`${name.zh}：${of.join('、')}`, `${name.en}: ${of.join(', ')}`)]

const WEEKDAYS_ZH = '一二三四五六日'
const WEEKDAYS_EN = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const SIDES: Readonly<Record<string, Both>> = {
  ours: both('只有平台一方有记录', 'Only ours has rows'),
  theirs: both('只有渠道一方有记录', 'Only theirs has rows'),
  both: both('两边都有记录', 'Both sides have rows'),
}

export function conditionSentences(of: Conditions, causeName: (code: string) => string): Both[] {
  const named = (codes: readonly string[] | undefined, words: (code: string) => Both): Both | null =>
    codes === undefined
      ? null
      : both(codes.map(code => words(code).zh).join('、'), codes.map(code => words(code).en).join(', '))
  const kinds = named(of.kinds, code => KIND_LOOKS[code as keyof typeof KIND_LOOKS])
  const channels = named(of.channels, code => CHANNEL_NAMES[code] ?? both(code, code))
  const is = of.difference_is
  const tolerance =
    is?.tolerance === undefined ? both('', '') : both(`（容差 ${is.tolerance}）`, ` (within ${is.tolerance})`)
  return [
    ...(kinds ? [both(`类型：${kinds.zh}`, `Kinds: ${kinds.en}`)] : []),
    ...list(both('引擎原因', 'The engine’s cause'), of.engine_causes?.map(causeName)),
    ...(channels ? [both(`渠道：${channels.zh}`, `Channels: ${channels.en}`)] : []),
    ...list(both('渠道账户', 'Accounts'), of.accounts),
    ...list(both('收费单位', 'Merchants'), of.merchants),
    ...list(both('缴费项目', 'Fee items'), of.fee_items),
    ...list(both('币种', 'Currencies'), of.currencies),
    ...range(both('金额', 'Amount'), of.amount),
    ...range(both('差额（渠道减平台）', 'Difference (theirs minus ours)'), of.difference),
    ...(is === undefined
      ? []
      : [
          is.what === 'zero'
            ? both(`差额为零${tolerance.zh}`, `The difference is zero${tolerance.en}`)
            : is.what === 'fee'
              ? both(`差额等于渠道手续费${tolerance.zh}`, `The difference is the channel’s fee${tolerance.en}`)
              : both(
                  `差额为金额的 ${is.share}${tolerance.zh}`,
                  `The difference is ${is.share} of the amount${tolerance.en}`,
                ),
        ]),
    ...range(both('时刻', 'Time of day'), of.time_of_day),
    ...(of.weekdays === undefined
      ? []
      : [
          both(
            `周${of.weekdays.map(day => WEEKDAYS_ZH[day - 1]).join('、')}`,
            of.weekdays.map(day => WEEKDAYS_EN[day - 1]).join(', '),
          ),
        ]),
    ...list(both('每月几日', 'Days of the month'), of.days_of_month),
    ...range(both('账期', 'Business days'), of.days),
    ...(of.sides === undefined ? [] : [SIDES[of.sides] ?? both(of.sides, of.sides)]),
    ...range(both('两边合计笔数', 'Rows of both sides'), of.rows),
    ...(of.evidence === undefined ? [] : [both(`依据含“${of.evidence}”`, `The evidence has "${of.evidence}"`)]),
  ]
}
