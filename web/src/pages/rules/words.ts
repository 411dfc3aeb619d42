import type { Lang } from '../../../../src/kernel/failure.ts'
import { causeName, FLAGS, flagNames, KINDS, kindName, PASSES, passName } from '../../../../src/reports/words.ts'
import { CHANNEL_NAMES } from '../../pieces/channel_names.ts'
import type { Say, StateLook } from '../../pieces/look.ts'
import type { Both } from '../../shell/both.ts'
import type { Scope, Section } from './fields.ts'

export const CHOICES: Readonly<Record<string, Both>> = {
  half_up: { zh: '四舍五入', en: 'Half up' },
  half_even: { zh: '四舍六入五成双', en: 'Half to even' },
  down: { zh: '舍去', en: 'Down' },
  up: { zh: '进一', en: 'Up' },
  returned: { zh: '渠道退还', en: 'Returned' },
  kept: { zh: '渠道不退', en: 'Kept' },
  ...PASSES,
}

export const CHANGES: Readonly<Record<string, Both>> = {
  newly_matched: { zh: '由差错变为对平', en: 'Newly matched' },
  newly_unmatched: { zh: '由对平变为差错', en: 'No longer matched' },
  changed_partners: { zh: '换了配对对象', en: 'Other partners' },
  changed_money: { zh: '差额改变', en: 'Other differences' },
  changed_kind: { zh: '类别或标记改变', en: 'Other kind or mark' },
}

export const GATE_STATES: Readonly<Record<string, StateLook>> = {
  waiting: { zh: '排队', en: 'Queued', colour: 'default' },
  running: { zh: '检查中', en: 'Running', colour: 'processing' },
  done: { zh: '已完成', en: 'Done', colour: 'success' },
  failed: { zh: '失败', en: 'Failed', colour: 'error' },
}

/** What the engine decided of a row, in words: "match trade_no needs_confirmation", "channel_only unknown". */
export function decisionWords(told: string, lang: Lang): string {
  const [first = '', second = '', ...rest] = told.split(' ')
  if (first === 'match') {
    const marks = rest.map(mark =>
      mark in FLAGS
        ? flagNames([mark as keyof typeof FLAGS], lang)
        : mark in KINDS
          ? kindName(mark as keyof typeof KINDS, lang)
          : mark,
    )
    const by = passName(second as keyof typeof PASSES, lang)
    return [lang === 'zh' ? `对平（${by}）` : `matched (${by})`, ...marks].join(lang === 'zh' ? '，' : ', ')
  }
  if (!(first in KINDS)) return told
  const kind = kindName(first as keyof typeof KINDS, lang)
  return second === '' ? kind : `${kind}${lang === 'zh' ? '：' : ': '}${causeName(second, lang)}`
}

export function scopeName(scope: Scope, t: Say): string {
  const words = (name: string, index: number): string => {
    if (scope[index - 1] === 'channels') return t(CHANNEL_NAMES[name] ?? { zh: name, en: name })
    if (scope[index - 1] === 'merchants') return t(`收费单位 ${name}`, `merchant ${name}`)
    if (scope[index - 1] === 'fee_items') return t(`缴费项目 ${name}`, `fee item ${name}`)
    return index === 0 && name === 'defaults' ? t('默认规则', 'Defaults') : ''
  }
  return scope.map(words).filter(Boolean).join(' · ')
}

/** `channels.wechat.fees.rate` in words. */
export function placeName(path: string, sections: readonly Section[], t: Say): string {
  const parts = path.split('.')
  if (path === 'name') return t('名称', 'Name')
  const deep = parts[0] === 'channels' ? 2 : 1
  const exception = parts[deep] === 'merchants' || parts[deep] === 'fee_items' ? 2 : 0
  const scope = parts.slice(0, deep + exception)
  const rest = parts.slice(deep + exception)
  for (const section of sections)
    for (const field of section.fields)
      if (field.path.join('.') === rest.join('.'))
        return [scopeName(scope, t), ...(field.path.length > 1 ? [t(section.title)] : []), t(field.title)].join(' · ')
  return [scopeName(scope, t), ...rest].filter(Boolean).join(' · ')
}
