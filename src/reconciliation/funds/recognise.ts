import type pg from 'pg'
import { rulesOn } from '../../rules/store.ts'
import type { App } from '../../system/app.ts'
import * as days from '../days/day_store.ts'
import { openDay } from '../days/run.ts'
import { lockPayouts, type PayoutPattern, placePayouts } from './payout_store.ts'
import type { SettlePlan } from './settings.ts'

export type Recognising = Pick<App, 'db' | 'now' | 'vault'> & { readonly plans: ReadonlyMap<string, SettlePlan> }

/** How the payouts among a bank account's lines are known, of all accounts that settle into it. The book keeps payers as keyed indexes. */
export const patternsOf = ({ vault, plans }: Pick<Recognising, 'vault' | 'plans'>, bank: string): PayoutPattern[] =>
  [...plans.values()]
    .filter(plan => plan.bank === bank)
    .map(({ account, counterparties, remittance }) => ({
      account,
      payers: vault.payers(counterparties),
      texts: remittance.map(likeOf),
    }))

/** "财付通*1900" as a pattern of `like` for any part of a text. */
const likeOf = (text: string): string =>
  `%${text
    .split('*')
    .map(part => part.replace(/[\\%_]/g, '\\$&'))
    .join('%')}%`

/**
 * Finds the payouts of channels among a bank account's lines of a day and gives them their place, so that they are neither a surplus nor looked
 * for among payments. Those that came late for a closed day count in the account's first open day. Asked before a run, or when lines came;
 * `again`: the day is settled once more where any were found. Gives how many.
 */
export async function recognisePayouts(app: Recognising, of: days.AccountDay, again: boolean): Promise<number> {
  const patterns = patternsOf(app, of.account)
  if (of.channel !== 'bank' || patterns.length === 0) return 0
  const at = app.now()
  const day = await openDay(app, of, await rulesOn(app.db.pool, of.day), at)
  return await app.db.transaction(async tx => {
    await lockPayouts(tx, of.account)
    const own = await days.lockDay(tx, day.id)
    const closed = own.state === 'closed'
    const open = closed ? await days.firstOpenDay(tx, of.channel, of.account) : own
    if (!open) return 0
    // A close at the same moment is waited for, and then counts it.
    if (closed && (await days.lockDay(tx, open.id)).state === 'closed') return 0
    const above = closed ? (own.lineMark ?? -1) : -1
    const placed = await placePayouts(tx, of, { dayId: open.id, late: closed, above }, patterns, at)
    if (placed === 0) return 0
    await days.bumpRevision(tx, [open.id])
    if (again) await settleAgain(tx, { ...of, day: open.day })
    return placed
  })
}

async function settleAgain(tx: pg.ClientBase, { channel, account, day }: days.AccountDay): Promise<void> {
  await tx.query(
    `insert into touched_days (channel, account, business_date) values ($1, $2, $3)
         on conflict (channel, account, business_date) do update set times = touched_days.times + 1`,
    [channel, account, day],
  )
}
