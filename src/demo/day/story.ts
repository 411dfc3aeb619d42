import { playAppeals, playSettledAppeal } from './appeals.ts'
import { playClose, playReports, showRecords } from './close.ts'
import { playEvening } from './evening.ts'
import { playMorning } from './morning.ts'
import { playRules } from './rules.ts'
import { type DayStage, idsOf, labelled, localTime } from './stage.ts'
import { playDiscrepancies, playItems, playRefund } from './work.ts'

/**
 * A reconciliation day from its last payments to the close at T+1 10:00, played over the platform's own HTTP interface by those whose work it is. The demo's
 * clock goes forward with it, and stays where the story ends.
 */
export async function playDay(stage: DayStage): Promise<void> {
  const { clock, say, run } = stage
  const id = idsOf(run)
  const evening = await playEvening(stage, id)
  await playMorning(stage, evening)
  await playItems(stage, evening, id)
  await playDiscrepancies(stage, evening, id)
  await playRefund(stage, evening, id)
  const appeal = await playAppeals(stage, evening, id)
  await playClose(stage, evening)
  await showRecords(stage)
  await playSettledAppeal(stage, appeal)
  await playRules(stage, id)
  await playReports(stage, evening, id)
  const at = localTime(clock.now())
  say(
    labelled('时间', `演示时间现为 ${at}，由此继续`),
    labelled('time', `the demo’s clock says ${at} and goes on from there`),
  )
}
