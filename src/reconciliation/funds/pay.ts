import type pg from 'pg'
import { addDays, type Day } from '../../kernel/business_day.ts'
import type { Comparing } from './compare.ts'
import * as payoutStore from './payout_store.ts'
import { type Assigned, assignPayouts, type Payout } from './payouts.ts'
import type { SettlePlan } from './settings.ts'
import { explainPayout, type PayoutState, stateOf } from './settlement.ts'
import * as store from './settlement_store.ts'

type Credits = Awaited<ReturnType<typeof payoutStore.creditsOf>>

/**
 * Decides which credits of a bank account pay which days of the accounts that settle into it, from all that is known by now: the order in which
 * statements came decides nothing. What comes out as before stays as it is.
 */
export async function decidePayouts(
  app: Pick<Comparing, 'db' | 'now' | 'plans' | 'lateDays' | 'lookBackDays'>,
  bank: string,
  today: Day,
): Promise<void> {
  const plans = [...app.plans.values()].filter(plan => plan.bank === bank)
  const accounts = plans.map(plan => plan.account)
  const from = addDays(today, -app.lookBackDays)
  await app.db.transaction(async tx => {
    await payoutStore.lockPayouts(tx, bank)
    // Their bills are not held against each other meanwhile.
    for (const { channel, account } of plans.toSorted((a, b) => (a.account < b.account ? -1 : 1)))
      await store.lockSettling(tx, { channel, account })
    await payoutStore.dropTakenAway(tx, bank)
    const { settlements, credits } = await withinReach(tx, accounts, bank, from)
    const at = app.now()
    const decided = [...new Set(settlements.map(each => each.currency))].map(currency => ({
      currency,
      ...assignPayouts(
        settlements.flatMap(each =>
          each.currency === currency && each.due !== null && each.dueOn !== null
            ? [{ id: each.id, account: each.account, day: each.day, dueOn: each.dueOn, amount: each.due }]
            : [],
        ),
        credits.filter(each => each.currency === currency),
      ),
    }))
    const payoutOf = await keep(tx, bank, decided, { settlements, credits, plans }, at)
    const ambiguous = new Set(decided.flatMap(each => [...each.ambiguous.dues]))
    const legs = settlements.map((each): store.PayoutLeg => {
      const paid = payoutOf.get(each.id)
      const payout = paid
        ? paid.payout.difference === 0
          ? 'received'
          : 'differs'
        : ambiguous.has(each.id)
          ? 'ambiguous'
          : waitsFor(each, addDays(today, -app.lateDays))
      const bills = each.differences.filter(({ code }) => !store.isPayoutCode(code))
      const told = paid && payout === 'differs' ? [explained(paid.payout, each, settlements, app.plans)] : []
      return {
        id: each.id,
        payout,
        payoutId: paid?.id ?? null,
        differences: [...bills, ...told],
        state: stateOf(each.compared ? bills : null, payout),
      }
    })
    await store.savePayoutLegs(tx, legs, at)
  })
}

/** Negative sums are kept by the channel from what it pays next: nobody waits for them. */
const waitsFor = ({ due, dueOn }: store.Settlement, late: Day): PayoutState =>
  due === null || dueOn === null ? 'unknown' : due === 0 ? 'none' : due > 0 && dueOn < late ? 'overdue' : 'waiting'

/** Days and credits that are decided together; what is bound to a day before them stays as it was. */
async function withinReach(tx: pg.ClientBase, accounts: readonly string[], bank: string, from: Day) {
  const settlements = await store.settlementsOf(tx, accounts, from)
  const credits = await payoutStore.creditsOf(tx, bank, from)
  const ids = [...settlements, ...credits].flatMap(({ payoutId }) => payoutId ?? [])
  const back = await payoutStore.reachingBack(tx, [...new Set(ids)], from)
  const free = ({ payoutId }: { readonly payoutId: number | null }) => payoutId === null || !back.has(payoutId)
  return { settlements: settlements.filter(free), credits: credits.filter(free) }
}

type Decided = Assigned & { readonly currency: string }
type Paid = { readonly id: number; readonly payout: Payout }

/** Payouts that are as they were keep their number; the others are taken back, and what is new is written. By settlement. */
async function keep(
  tx: pg.ClientBase,
  bank: string,
  decided: readonly Decided[],
  {
    settlements,
    credits,
    plans,
  }: {
    readonly settlements: readonly store.Settlement[]
    readonly credits: Credits
    readonly plans: readonly SettlePlan[]
  },
  at: Date,
): Promise<Map<number, Paid>> {
  const members = (dues: readonly number[], paid: readonly number[]): string =>
    `${dues.toSorted((a, b) => a - b).join(',')}=${paid.toSorted((a, b) => a - b).join(',')}`
  const ids = new Set([...settlements, ...credits].flatMap(({ payoutId }) => payoutId ?? []))
  const standing = new Map(
    (await payoutStore.payoutsBy(tx, [...ids])).map(({ id, how, difference }) => {
      const of = (rows: readonly { readonly id: number; readonly payoutId: number | null }[]) =>
        rows.filter(row => row.payoutId === id).map(row => row.id)
      return [`${how} ${difference} ${members(of(settlements), of(credits))}`, id]
    }),
  )
  const wanted = decided.flatMap(({ currency, payouts }) =>
    payouts.map(payout => ({
      payout,
      currency,
      key: `${payout.how} ${payout.difference} ${members(
        payout.dues.map(due => due.id),
        payout.credits.map(credit => credit.id),
      )}`,
    })),
  )
  const keys = new Set(wanted.map(({ key }) => key))
  const kept = new Set([...standing].flatMap(([key, id]) => (keys.has(key) ? [id] : [])))
  await payoutStore.forgetPayouts(
    tx,
    [...ids].filter(id => !kept.has(id)),
  )
  const fresh = wanted.filter(({ key }) => !standing.has(key))
  const channelOf = new Map(plans.map(plan => [plan.account, plan.channel]))
  const made = await payoutStore.insertPayouts(
    tx,
    bank,
    fresh.map(({ payout, currency }) => ({
      ...{ how: payout.how, account: payout.account, difference: payout.difference, currency },
      channel: channelOf.get(payout.account) as string,
      credits: payout.credits.map(credit => credit.id),
    })),
    at,
  )
  const numbers = new Map(fresh.map(({ key }, i) => [key, made[i] as number]))
  return new Map(
    wanted.flatMap(({ key, payout }) => {
      const id = (standing.get(key) ?? numbers.get(key)) as number
      return payout.dues.map(due => [due.id, { id, payout }] as const)
    }),
  )
}

function explained(
  payout: Payout,
  of: store.Settlement,
  settlements: readonly store.Settlement[],
  plans: ReadonlyMap<string, SettlePlan>,
) {
  const own = settlements.filter(
    each => each.account === of.account && each.channel === of.channel && each.currency === of.currency,
  )
  const paid = new Set(payout.dues.map(due => due.id))
  const group = own.filter(each => paid.has(each.id))
  const last = group.reduce((day, each) => (each.day > day ? each.day : day), of.day)
  const sum = (rows: readonly store.Settlement[], field: 'gross' | 'refunds' | 'fees'): number =>
    rows.reduce((total, each) => total + (each.funds ?? each.trade)[field], 0)
  const next = own.filter(each => each.day === addDays(last, 1))
  return explainPayout(
    payout.credits.reduce((total, credit) => total + credit.amount, 0),
    {
      due: payout.dues.reduce((total, due) => total + due.amount, 0),
      gross: sum(group, 'gross'),
      refunds: sum(group, 'refunds'),
      fees: sum(group, 'fees'),
    },
    plans.get(of.account)?.pays ?? 'net',
    sum(next, 'refunds'),
    of.currency,
  )
}
