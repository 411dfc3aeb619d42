import type { Actor } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { once } from '../system/requests.ts'
import type { SealedColumn } from '../system/vault/columns.ts'
import { targetOf } from '../system/vault/columns.ts'
import { readKeys, type StoredKey } from '../system/vault/key_store.ts'
import type { KeyHolder } from '../system/vault/master_key.ts'
import { BLIND_KINDS, type BlindKind, PURPOSES, SHORT_LIVED } from '../system/vault/purposes.ts'
import { keysOf } from '../system/vault/reseal.ts'
import { type KeyLine, LEAD_MS } from '../system/vault/vault.ts'
import { readWork } from '../system/vault/work_store.ts'
import type { RotateAsk, RotateView, VaultView } from './api.ts'

/**
 * Makes new data keys. They are used a minute from now, when every process has read them; rows are brought under them in the background.
 * Throws Failure blind_fixed for a blind index that cannot be made anew.
 */
export async function rotateKeys(
  app: App,
  actor: Actor,
  ask: RotateAsk,
  columns: readonly SealedColumn[],
): Promise<RotateView> {
  const blind = ask.blind ?? []
  for (const kind of blind)
    if (!SHORT_LIVED.has(kind) && !columns.some(column => column.blind?.kind === kind)) throw blindFixed(kind)
  const lines: KeyLine[] = [
    ...(ask.purposes ?? PURPOSES).map(purpose => ({ use: 'seal' as const, purpose })),
    ...blind.map(purpose => ({ use: 'blind' as const, purpose })),
  ]
  const at = app.now()
  const answer = await app.db.transaction(tx =>
    once(tx, { id: ask.id, operation: 'rotate_keys', body: ask, actor: actor.id, at }, async () => {
      const activeFrom = new Date(at.getTime() + LEAD_MS)
      await app.vault.newKeys(tx, lines, actor.id, activeFrom)
      const rotated = lines.map(({ use, purpose }) => (use === 'seal' ? purpose : `${use}:${purpose}`))
      await record(tx, at, actor, [
        {
          what: 'vault.rotate',
          object: { kind: 'data_keys', id: ask.id },
          after: { rotated, active_from: activeFrom.toISOString(), reason: ask.reason ?? '' },
        },
      ])
      return {
        active_from: activeFrom.toISOString(),
        rotated,
      }
    }),
  )
  await app.vault.refresh()
  return answer
}

/** Wraps all data keys with another master key. What is sealed stays as it is; processes that run take the new one up where they find it, and make no new key before. */
export const rewrapKeys = (app: App, actor: Actor, holder: KeyHolder): Promise<number> =>
  app.db.transaction(async tx => {
    const count = await app.vault.rewrap(tx, holder)
    await record(tx, app.now(), actor, [
      {
        what: 'vault.rewrap',
        object: { kind: 'master_key', id: holder.id },
        before: { master: app.vault.master },
        after: { master: holder.id, keys: count },
      },
    ])
    return count
  })

/** The keys, and how far their rows have come; nothing of it opens anything. */
export async function readVault(app: App, columns: readonly SealedColumn[]): Promise<VaultView> {
  await app.vault.refresh()
  const keys = await readKeys(app.db.pool)
  const work = await readWork(app.db.pool)
  const current = new Set(
    [
      ...PURPOSES.map(purpose => ({ use: 'seal' as const, purpose: purpose as string })),
      ...BLIND_KINDS.map(purpose => ({ use: 'blind' as const, purpose: purpose as string })),
    ].map(({ use, purpose }) => app.vault.currentKey(use, purpose)),
  )
  const at = app.now()
  const stateOf = (key: StoredKey): VaultView['keys'][number]['state'] => {
    if (key.destroyedAt) return 'destroyed'
    if (current.has(key.id)) return 'current'
    return key.activeFrom > at ? 'next' : 'old'
  }
  return {
    master: app.vault.master,
    keys: keys.map(key => ({
      key: key.id,
      use: key.use,
      purpose: key.purpose,
      state: stateOf(key),
      master: key.master,
      created_at: key.createdAt.toISOString(),
      created_by: key.createdBy,
      active_from: key.activeFrom.toISOString(),
      seals: key.seals,
      destroyed_at: key.destroyedAt?.toISOString() ?? null,
    })),
    work: columns.flatMap(column => {
      const found = work.find(one => one.target === targetOf(column) && one.keys === keysOf(app.vault, column).text)
      if (!found) return []
      return [
        {
          column: found.target,
          rows_done: found.rowsDone,
          rows_failed: found.rowsFailed,
          started_at: found.startedAt.toISOString(),
          finished_at: found.finishedAt?.toISOString() ?? null,
        },
      ]
    }),
  }
}

const blindFixed = (kind: BlindKind): Failure =>
  new Failure(
    'blind_fixed',
    {
      zh: `盲索引 ${kind} 不能轮换：没有保存可据以重建的原文`,
      en: `The blind index ${kind} cannot be rotated: nothing is kept that it could be made anew from`,
    },
    { kind },
  )
