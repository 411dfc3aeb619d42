import type { Actor } from '../../access/actor.ts'
import { record } from '../../audit/record.ts'
import { addDays, businessDayBounds, businessDayOf } from '../../kernel/business_day.ts'
import { Failure } from '../../kernel/failure.ts'
import { rulesOf } from '../../rules/rules.ts'
import { rulesOn } from '../../rules/store.ts'
import { type BusinessDay, decideClose } from './day.ts'
import * as days from './day_store.ts'
import { countPlaces, proveDay } from './proof_store.ts'
import type { Settling } from './run.ts'
import { checkSample } from './self_check.ts'

/**
 * Closes a day, if nothing speaks against it: its statement is there, each of its rows has exactly one place, the proof holds, and the engine alone
 * agrees about a sample. What is still open goes on as an open item with its owner. Otherwise the day says what holds it up. A closed day stays as it is.
 * Throws day_unknown, day_not_over.
 */
export async function closeDay(app: Settling, actor: Actor, of: days.AccountDay): Promise<BusinessDay> {
  const found = await days.findDay(app.db.pool, of)
  if (!found) throw dayUnknown(of)
  if (found.state === 'closed') return found
  const { rules, version } = await rulesOn(app.db.pool, of.day)
  const { calendar } = rulesOf(rules, of.channel)
  const at = app.now()
  if (at.getTime() < businessDayBounds(of.day, calendar).to) throw dayNotOver(of)
  return await app.db.transaction(async tx => {
    const day = await days.lockDay(tx, found.id)
    if (day.state === 'closed') return day
    // Bookings under way end, and the next wait a moment: what is counted now is all there is, and what comes later is above the marks.
    await tx.query('lock table movements, statement_lines in share mode')
    const over = addDays(businessDayOf(calendar)(at.getTime()), -1)
    const covered = (await days.coveredDays(tx, { ...of, over }, 0)).includes(of.day)
    const places = await countPlaces(tx, day.id)
    const proof = await proveDay(tx, day.id, at)
    const selfCheck = await checkSample(tx, day, rules, at, day.run)
    const ranBy = await days.rulesOfRun(tx, day.run)
    const forced = day.forcedBy !== ''
    const block = decideClose({
      state: day.state,
      otherRules: ranBy !== null && ranBy !== version,
      covered,
      forced,
      ...places,
      proof,
      selfCheck,
    })
    if (block) {
      await days.markBlocked(tx, day.id, block, { proof, selfCheck })
      await tx.query("select pg_notify('day_changed', $1)", [`${day.id}`])
      return (await days.dayById(tx, day.id)) as BusinessDay
    }
    const marks = await days.highestIds(tx, of)
    await days.markClosed(tx, day.id, { at, by: actor.id, proof, selfCheck, ...marks })
    await record(tx, at, actor, [
      {
        what: 'day.close',
        object: { kind: 'day', id: `${of.channel}/${of.account}/${of.day}` },
        after: {
          run: day.run,
          forced,
          proof: JSON.parse(JSON.stringify(proof.byCurrency)),
          sampled: selfCheck.sampled,
        },
      },
    ])
    await tx.query("select pg_notify('day_changed', $1)", [`${day.id}`])
    return (await days.dayById(tx, day.id)) as BusinessDay
  })
}

export const dayUnknown = (of: days.AccountDay): Failure =>
  new Failure(
    'day_unknown',
    {
      zh: `没有 ${of.channel}${of.account ? `/${of.account}` : ''} ${of.day} 的对账日`,
      en: `there is no reconciliation day ${of.day} of ${of.channel}${of.account ? `/${of.account}` : ''}`,
    },
    { ...of },
  )

const dayNotOver = (of: days.AccountDay): Failure =>
  new Failure(
    'day_not_over',
    { zh: `${of.day} 还没有结束，不能关账`, en: `${of.day} is not over yet and cannot be closed` },
    { ...of },
  )
