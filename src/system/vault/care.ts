import type { App } from '../app.ts'
import { carryPayers } from './carry_payers.ts'
import { purposeOfColumn, type SealedColumn, usesKey } from './columns.ts'
import { destroyKey, lockKeys, readKeys, type StoredKey, tellNews } from './key_store.ts'
import { SHORT_LIVED } from './purposes.ts'
import { reseal, unfinished } from './reseal.ts'
import { type KeyLine, LEAD_MS } from './vault.ts'

/** A key is replaced by itself when it has made so many seals: an eighth of what it is good for, as counts of a killed process are lost. */
const ROTATE_AT_SEALS = 2 ** 29
/** How long a key is kept after its successor took over, at the least. */
const KEEP_MS = 86_400_000
/** Files under these keys lie where we cannot look: their keys are kept for ever. */
const KEPT: ReadonlySet<string> = new Set(['exports', 'evidence'])

/** What is done every minute: keys are replaced in time, rows brought under the current ones, and old keys destroyed that nothing uses. */
export async function careForKeys(app: App, columns: readonly SealedColumn[], signal?: AbortSignal): Promise<void> {
  await app.vault.refresh()
  await replaceUsedUp(app)
  await carryPayers(app, signal)
  await reseal(app, await unfinished(app, columns), signal)
  if (!signal?.aborted) await destroyUnused(app, columns)
}

async function replaceUsedUp(app: App): Promise<void> {
  const used = (await readKeys(app.db.pool)).filter(key => key.use === 'seal' && key.seals >= ROTATE_AT_SEALS)
  const due = used.filter(key => key.id === app.vault.currentKey('seal', key.purpose))
  if (due.length === 0) return
  const at = app.now()
  await app.db.transaction(async tx => {
    await lockKeys(tx)
    const newest = newestOf(await readKeys(tx))
    const lines = due.filter(key => newest.get(`${key.use} ${key.purpose}`)?.id === key.id)
    await app.vault.newKeys(tx, lines, 'system', new Date(at.getTime() + LEAD_MS))
  })
  app.log.info(
    { purposes: due.map(key => key.purpose) },
    'data keys were replaced because of the number of their seals',
  )
}

const newestOf = (keys: readonly StoredKey[]): Map<string, StoredKey> =>
  new Map(keys.map(key => [`${key.use} ${key.purpose}`, key]))

/**
 * Destroys keys that nothing is sealed or indexed with any more. A key of data that no column is known for is kept: where nobody can look,
 * nothing is proved.
 */
export async function destroyUnused(app: App, columns: readonly SealedColumn[]): Promise<number[]> {
  if ((await unfinished(app, columns)).length > 0) return []
  const destroyed: number[] = []
  for (const key of retired(await readKeys(app.db.pool), app.now())) {
    const holders = columnsOf(key, columns)
    const forgotten = key.use === 'blind' && SHORT_LIVED.has(key.purpose)
    if (!forgotten && (holders.length === 0 || KEPT.has(key.purpose))) continue
    const uses = await Promise.all(holders.map(column => usesKey(app.db.pool, column, key.use, key.id)))
    if (uses.includes(true)) continue
    await app.db.transaction(async tx => {
      await destroyKey(tx, key.id, app.now())
      await tellNews(tx)
    })
    destroyed.push(key.id)
  }
  if (destroyed.length > 0) {
    await app.vault.refresh()
    app.log.info({ keys: destroyed }, 'old data keys were destroyed: nothing uses them any more')
  }
  return destroyed
}

const columnsOf = ({ use, purpose }: KeyLine, columns: readonly SealedColumn[]): SealedColumn[] =>
  columns.filter(column => (use === 'seal' ? purposeOfColumn(column) : column.blind?.kind) === purpose)

/** Keys whose successor has been in use for long enough. */
const retired = (keys: readonly StoredKey[], at: Date): StoredKey[] =>
  keys.filter(
    (key, index) =>
      key.destroyedAt === null &&
      keys.some(
        (next, later) =>
          later > index &&
          next.use === key.use &&
          next.purpose === key.purpose &&
          next.activeFrom.getTime() + KEEP_MS <= at.getTime(),
      ),
  )
