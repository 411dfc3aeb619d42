import { addDays } from '../../kernel/business_day.ts'
import { type Answer, until } from './caller.ts'
import type { Evening } from './evening.ts'
import { atTime, CHANNELS, DAY_STATES, type DayStage, goTo, labelled, table } from './stage.ts'

/** T+1 09:20: statements are there by themselves, and the days are settled. */
export async function playMorning(stage: DayStage, { day, lost }: Evening): Promise<void> {
  const { sandbox, cashier, say } = stage
  await goTo(stage, atTime(addDays(day, 1), '09:20:00'))
  // Of the lost payment nothing is heard still; the bank writes its files anew for the new day.
  await sandbox.rules([
    { on: 'notice', do: 'drop', no: lost },
    { on: 'query', do: 'error_500', no: lost },
  ])
  const { arrivals } = await until(
    'statements',
    () => cashier.get(`/api/statement-arrivals?day=${day}`),
    // Of a channel whose day ends in the evening a statement is expected earlier than of the others: all must be there.
    each =>
      Object.keys(CHANNELS).every(channel => each.arrivals.some((one: Answer) => one.channel === channel)) &&
      each.arrivals.every((one: Answer) => ['arrived', 'empty'].includes(one.state)),
  )
  const named = (lang: 'zh' | 'en'): string =>
    arrivals
      .toSorted((a: Answer, b: Answer) => a.arrival_id - b.arrival_id)
      .map((each: Answer) => {
        const kind = { trade: { zh: '交易', en: 'trade' }, funds: { zh: '资金', en: 'funds' } }[
          each.kind as 'trade' | 'funds'
        ]
        const empty = { zh: '（当日无交易）', en: ' (nothing moved)' }
        return `${CHANNELS[each.channel]?.[lang]}${lang === 'en' ? ' ' : ''}${kind[lang]}${each.state === 'empty' ? empty[lang] : ''}`
      })
      .join(lang === 'zh' ? '、' : ', ')
  say(
    labelled('账单', `${arrivals.length} 份自动到齐：${named('zh')}`),
    labelled('arrive', `${arrivals.length} statements by themselves: ${named('en')}`),
  )
  const days = await until(
    'provisional days',
    () => daysOf(stage, day),
    each =>
      each.length === Object.keys(CHANNELS).length &&
      each.every((one: Answer) => one.state === 'provisional' && one.proof?.ok),
  )
  say(labelled('看板', `账期 ${day} 已自动对账`), labelled('board', `${day} was reconciled by itself`))
  showBoard(stage, days)
}

export const daysOf = async ({ cashier }: Pick<DayStage, 'cashier'>, day: string): Promise<Answer> =>
  (await cashier.get(`/api/days?from=${day}&to=${day}`)).days.toSorted((a: Answer, b: Answer) => a.day_id - b.day_id)

/** What a finance officer looks at first. */
export function showBoard({ lang, say }: DayStage, days: Answer): void {
  const step = (proof: Answer, name: string): number =>
    proof?.steps.find((each: Answer) => each.step === name)?.rows ?? 0
  const rows = days.map((day: Answer) => {
    const proof = day.proof?.currencies[0]
    const transit = step(proof, 'in_transit') + step(proof, 'in_transit_in') + step(proof, 'in_transit_out')
    const open = day.discrepancies
      .filter((each: Answer) => each.state === 'open' && each.kind !== 'in_transit')
      .reduce((sum: number, each: Answer) => sum + each.rows, 0)
    return [
      CHANNELS[day.channel]?.[lang] ?? day.channel,
      DAY_STATES[day.state]?.[lang] ?? day.state,
      proof?.ours ?? '0.00',
      proof?.theirs ?? '0.00',
      String(transit),
      String(open),
      day.proof?.ok ? '✓' : '✗',
    ]
  })
  const titles =
    lang === 'zh'
      ? ['渠道', '状态', '>平台净额', '>渠道净额', '>在途', '>待处理差错', '平衡']
      : ['Channel', 'State', '>Ours', '>Theirs', '>In transit', '>Discrepancies', 'Proof']
  for (const line of table(titles, rows)) say(line, line)
}
