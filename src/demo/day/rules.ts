import { addDays } from '../../kernel/business_day.ts'
import { type Answer, until } from './caller.ts'
import { CHANNELS, type DayStage, dayOf, type Ids, labelled, table } from './stage.ts'

/** Each version has a name of its own: the same again would be refused. */
const documentOf = (day: string): string => `name: 抚州 小额豁免与大额复核 ${day}
defaults:
  waive_below: "10.00"
  confirm_above: "5000.00"
`

/** The next version of the rules: written, replayed on the closed days, activated by a second person. */
export async function playRules(stage: DayStage, id: Ids): Promise<void> {
  const { clock, finance, finance2, lang, say } = stage
  const day = dayOf(clock.now())
  const version = await finance.post('/api/rules/versions', {
    ...{ id: id(), document: documentOf(day) },
    reason: '10 元以下差异豁免，5000 元以上确认须复核',
  })
  const asked = await finance.post(`/api/rules/versions/${version.version}/gates`, { id: id(), days: 30 })
  const gate = await until(
    'the gate',
    () => finance.get(`/api/rules/gates/${asked.gate_id}`),
    each => each.state === 'done' || each.state === 'failed',
  )
  if (gate.state === 'failed') throw new Error(`the gate failed: ${gate.failure}`)
  const { replayed, rows, changes, cases } = gate.result
  say(
    labelled(
      '规则',
      `第 ${version.version} 版：10 元以下豁免，5000 元以上须第二人确认；回归检查重放 ${replayed} 个账期 ${rows} 行、${cases.cases} 个案例`,
    ),
    labelled(
      'rules',
      `version ${version.version}: waive below 10, a second person above 5,000; the gate replays ${replayed} days of ${rows} rows and ${cases.cases} cases`,
    ),
  )
  const counted = changes.filter((each: Answer) => each.ours + each.theirs > 0)
  const told = (of: 'zh' | 'en'): string =>
    counted
      .map((each: Answer) => {
        const name = CHANGE_NAMES[each.change]?.[of]
        return of === 'zh'
          ? `${name} ${each.ours} 笔平台、${each.theirs} 行账单`
          : `${name}: ${each.ours} of ours, ${each.theirs} of theirs`
      })
      .join(of === 'zh' ? '；' : '; ')
  say(
    labelled('', counted.length === 0 ? '全部结果不变' : `${told('zh')}；其余不变`),
    labelled('', counted.length === 0 ? 'nothing changes' : `${told('en')}; nothing else changes`),
  )
  const examples = counted.flatMap((each: Answer) => each.examples).slice(0, 3)
  const titles =
    lang === 'zh' ? ['例', '渠道', '>金额', '原', '新'] : ['For example', 'Channel', '>Amount', 'Before', 'After']
  const rowsOf = examples.map((each: Answer) => [
    each.name,
    CHANNELS[each.channel]?.[lang] ?? each.channel,
    each.amount,
    each.before,
    each.after,
  ])
  if (rowsOf.length > 0) for (const line of table(titles, rowsOf)) say(line, line)
  const from = addDays(day, 1)
  const { review_id: review } = await finance.post(`/api/rules/versions/${version.version}/activation`, {
    ...{ id: id(), from_day: from, gate_id: asked.gate_id },
    reason: '回归检查无意外变化',
  })
  const { decided_name: who } = await finance2.post(`/api/reviews/${review}/approve`, {
    id: id(),
    reason: '已核对回归检查结果',
  })
  say(labelled('', `${who}复核同意，自 ${from} 账期起生效`), labelled('', `${who} agrees: it holds from ${from}`))
}

const CHANGE_NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  newly_matched: { zh: '新对平', en: 'newly matched' },
  newly_unmatched: { zh: '新增未对平', en: 'newly unmatched' },
  changed_partners: { zh: '对手变化', en: 'changed partners' },
  changed_money: { zh: '差额变化', en: 'changed money' },
  changed_kind: { zh: '类别变化', en: 'changed kind' },
}
