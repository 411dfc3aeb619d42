import { businessDayOf, type Day } from '../../kernel/business_day.ts'
import { rulesOf } from '../../rules/rules.ts'
import { rulesOn } from '../../rules/store.ts'
import type { App } from '../../system/app.ts'
import * as days from '../days/day_store.ts'
import { decidePayouts } from './pay.ts'
import { paidOn } from './payouts.ts'
import { type Recognising, recognisePayouts } from './recognise.ts'
import { compareFunds, dueOf, NO_FINDINGS } from './settlement.ts'
import * as store from './settlement_store.ts'
import { findingsOf, sumsOf } from './sums_store.ts'

export type Comparing = Recognising &
  Pick<App, 'log'> & {
    /** A payout that has not come so many days after it was due is overdue. */
    readonly lateDays: number
    readonly lookBackDays: number
  }

const AT_ONCE = 200

/**
 * Looks again at every day whose trade bill, funds bill or bank statement changed, and then at which credits pay which days. Safe to run at any
 * time, any number of times, in any number of processes: what comes out stands in the books alone. Gives how many days it looked at.
 */
export async function compareSettlements(app: Comparing, signal?: AbortSignal): Promise<number> {
  let looked = 0
  while (!signal?.aborted) {
    const touched = await store.touchedSettlements(app.db.pool, AT_ONCE)
    const beside: days.AccountDay[] = []
    for (const of of touched) {
      if (signal?.aborted) return looked
      if (of.channel === 'bank') await recognisePayouts(app, of, true)
      else {
        await compareDay(app, of)
        beside.push(...(await store.daysBeside(app.db.pool, of)).map(day => ({ ...of, day })))
      }
    }
    const keyOf = ({ channel, account, day }: days.AccountDay): string => `${channel}/${account}/${day}`
    const done = new Set(touched.map(keyOf))
    // Oldest first: a balance is held against the one before it.
    for (const of of beside.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
      if (done.has(keyOf(of))) continue
      done.add(keyOf(of))
      await compareDay(app, of)
    }
    await app.db.transaction(tx => store.takeTouched(tx, touched))
    looked += touched.length
    if (touched.length < AT_ONCE) break
  }
  for (const bank of new Set([...app.plans.values()].map(plan => plan.bank))) {
    if (signal?.aborted) break
    await decidePayouts(app, bank, await today(app))
  }
  return looked
}

async function today(app: Comparing): Promise<Day> {
  const at = app.now()
  const { rules } = await rulesOn(app.db.pool, at.toISOString().slice(0, 10))
  return businessDayOf(rulesOf(rules, 'bank').calendar)(at.getTime())
}

/** Holds the funds bill of a day against its trade bill, by currency, and keeps what comes out. */
export async function compareDay(app: Comparing, of: days.AccountDay): Promise<void> {
  const plan = app.plans.get(of.account)
  const { rules } = await rulesOn(app.db.pool, of.day)
  const { closing } = rulesOf(rules, of.channel)
  await app.db.transaction(async tx => {
    await store.lockSettling(tx, of)
    const traded = (await days.coveredDays(tx, { ...of, over: of.day }, 0)).includes(of.day)
    const legs: store.FundsLeg[] = []
    for (const { currency, trade, funds } of await sumsOf(tx, of)) {
      const compared = funds !== null && traded
      const differ =
        compared && (funds.gross !== trade.gross || funds.refunds !== trade.refunds || funds.fees !== trade.fees)
      const findings = differ ? await findingsOf(tx, of, currency) : NO_FINDINGS
      const before = await store.closingBefore(tx, of, currency)
      legs.push({
        currency,
        trade,
        funds,
        compared,
        differences: compared ? compareFunds(trade, funds, findings, before, currency) : [],
        due: plan ? dueOf(trade, funds, plan.pays) : null,
        dueOn: plan ? paidOn(of.day, plan, closing) : null,
      })
    }
    await store.saveFunds(tx, of, legs, app.now())
    if (!plan) await store.saveWithoutBank(tx, of, app.now())
  })
}
