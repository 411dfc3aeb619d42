import type pg from 'pg'
import { type Actor, SYSTEM } from '../../access/actor.ts'
import { record } from '../../audit/record.ts'
import { addDays, businessDayBounds, businessDayOf } from '../../kernel/business_day.ts'
import { Failure } from '../../kernel/failure.ts'
import { rulesOf } from '../../rules/rules.ts'
import { rulesOn } from '../../rules/store.ts'
import { lockAccount } from '../../statements/file_store.ts'
import { countPlaces, countRows } from './count_places.ts'
import { type BusinessDay, decideClose } from './day.ts'
import * as days from './day_store.ts'
import { proveDay } from './proof_store.ts'
import { type Settling, settleDay } from './run.ts'
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
  if (app.now().getTime() < businessDayBounds(of.day, calendar).to) throw dayNotOver(of)
  const over = addDays(businessDayOf(calendar)(app.now().getTime()), -1)
  for (let tries = 1; ; tries++) {
    const at = app.now()
    // All that takes long is looked at first, while bookings go on; then it is made sure, in a moment, that it is still so.
    const seen = await app.db.transaction(async tx => {
      const day = (await days.dayById(tx, found.id)) as BusinessDay
      return {
        day,
        places: await countPlaces(tx, day),
        proof: await proveDay(tx, day.id, at),
        selfCheck: await checkSample(tx, day, rules, at, day.run),
        ranBy: await days.rulesOfRun(tx, day.run),
        covered: (await days.coveredDays(tx, { ...of, over }, 0)).includes(of.day),
      }
    })
    const { places, proof, selfCheck, ranBy, covered } = seen
    const closed = await app.db.transaction(async tx => {
      const day = await days.lockDay(tx, found.id)
      if (day.state === 'closed') return day
      if (day.revision !== seen.day.revision) return null
      const forced = day.forcedBy !== ''
      const otherRules = ranBy !== null && ranBy !== version
      const block = decideClose({ covered, forced, otherRules, ...places, proof, selfCheck })
      if (block) {
        await days.markBlocked(tx, day.id, block, { proof, selfCheck })
        // The platform tries every few seconds; a person's try is an act.
        if (actor.id !== SYSTEM.id)
          await record(tx, at, actor, [
            {
              what: 'day.close_blocked',
              object: { kind: 'day', id: `${of.channel}/${of.account}/${of.day}` },
              after: { blocked: block.code },
            },
          ])
        await tellDay(tx, day.id)
        return await days.dayById(tx, day.id)
      }
      // Imports of the account wait, bookings under way end and the next wait a moment: what comes later is above the marks.
      await lockAccount(tx, of.channel, of.account)
      await tx.query('lock table movements in share mode')
      const now = await countRows(tx, day)
      if (now.ours !== places.ours || now.theirs !== places.theirs) return null
      const marks = await days.highestIds(tx, of)
      await days.markClosed(tx, day.id, { at, by: actor.id, proof, selfCheck, ...marks })
      await record(tx, at, actor, [
        {
          what: 'day.close',
          object: { kind: 'day', id: `${of.channel}/${of.account}/${of.day}` },
          after: {
            run: day.run,
            forced,
            rows: now,
            proof: JSON.parse(JSON.stringify(proof.byCurrency)),
            sampled: selfCheck.sampled,
          },
        },
      ])
      await tellDay(tx, day.id)
      return await days.dayById(tx, day.id)
    })
    if (closed) return closed
    // Rows came in between: they are settled before the next look.
    if (tries === TRIES) return (await days.dayById(app.db.pool, found.id)) as BusinessDay
    await settleDay(app, of)
  }
}

const TRIES = 3

const tellDay = async (tx: pg.ClientBase, id: number): Promise<void> =>
  void (await tx.query("select pg_notify('day_changed', $1)", [`${id}`]))

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
