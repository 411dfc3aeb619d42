import type { Actor } from '../access/actor.ts'
import { plainPhone } from '../access/payers.ts'
import { payersByPhones } from '../access/store.ts'
import { record } from '../audit/record.ts'
import type { App } from '../system/app.ts'
import type { OwnNotices, OwnNoticesAsk } from './api.ts'
import type { Claimed } from './message.ts'
import { MUTABLE, type Mutable, mayBeMuted } from './mute.ts'
import * as store from './own_store.ts'

/** 通知设置: which messages a payer wants on the phone that he logs in by. */

export async function readOwnNotices(app: App, actor: Actor): Promise<OwnNotices> {
  const muted = (await store.mutesOf(app.db.pool, [actor.accountId])).get(actor.accountId)
  return viewOf(muted ?? new Set())
}

/** The same choice again changes nothing and leaves no entry. */
export const setOwnNotices = (app: App, actor: Actor, { muted }: OwnNoticesAsk): Promise<OwnNotices> =>
  app.db.transaction(async tx => {
    const at = app.now()
    await store.lockMutes(tx, actor.accountId)
    const before = (await store.mutesOf(tx, [actor.accountId])).get(actor.accountId) ?? new Set()
    const after = new Set(muted)
    if (before.symmetricDifference(after).size === 0) return viewOf(after)
    await store.replaceMutes(tx, actor.accountId, [...after], at)
    await record(tx, at, actor, [
      {
        what: 'own_notice.set',
        object: { kind: 'account', id: actor.accountId },
        before: { muted: listOf(before) },
        after: { muted: listOf(after) },
      },
    ])
    return viewOf(after)
  })

const listOf = (muted: ReadonlySet<Mutable>): string => [...muted].sort().join(', ')

const viewOf = (muted: ReadonlySet<Mutable>): OwnNotices => ({
  notices: MUTABLE.map(template => ({ template, wanted: !muted.has(template) })),
})

/** Of claimed messages those whose recipient does not want them, by their ids. */
export async function unwanted({ db, vault }: App, claimed: readonly Claimed[]): Promise<ReadonlySet<number>> {
  const asked = claimed.filter(mayBeMuted).flatMap(message => {
    const phone = plainPhone(message.recipient)
    return phone === null ? [] : [{ message, blinds: vault.blinds('phone', phone).map(each => each.toString('hex')) }]
  })
  if (asked.length === 0) return new Set()
  const payers = await payersByPhones(db.pool, [...new Set(asked.flatMap(({ blinds }) => blinds))])
  const mutes = await store.mutesOf(db.pool, [...payers.values()])
  return new Set(
    asked
      .filter(({ message, blinds }) =>
        blinds.some(blind => mutes.get(payers.get(blind) ?? '')?.has(message.template as Mutable)),
      )
      .map(({ message }) => message.id),
  )
}
