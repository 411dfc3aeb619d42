import { Failure } from '../../kernel/failure.ts'
import type { App } from '../app.ts'
import {
  nextRows,
  purposeOfColumn,
  type Resealed,
  type SealedColumn,
  type SealedRow,
  targetOf,
  writeRows,
} from './columns.ts'
import type { Vault } from './vault.ts'
import { beginWork, finishWork, readWork, rewindWork, saveWork, type Work } from './work_store.ts'

/**
 * Brings all rows under the current keys, and seals what still stands in plain text, in small transactions: readers and writers go on
 * meanwhile, and after a stop at any moment it goes on where it was. How many rows it wrote.
 */
export async function reseal(app: App, columns: readonly SealedColumn[], signal?: AbortSignal): Promise<number> {
  let rows = 0
  for (const column of columns) {
    if (signal?.aborted) break
    rows += await resealColumn(app, column, signal)
  }
  return rows
}

/** The keys a column is under, by their numbers. */
export function keysOf(vault: Vault, column: SealedColumn): { sealKey: number; blindKey: number | null; text: string } {
  const sealKey = vault.currentKey('seal', purposeOfColumn(column))
  const blindKey = column.blind ? vault.currentKey('blind', column.blind.kind) : null
  return { sealKey, blindKey, text: blindKey === null ? `${sealKey}` : `${sealKey}+${blindKey}` }
}

async function resealColumn(app: App, column: SealedColumn, signal: AbortSignal | undefined): Promise<number> {
  const keys = keysOf(app.vault, column)
  const work = await beginWork(app.db.pool, targetOf(column), keys.text, app.now())
  if (work.finishedAt) return 0
  let total = 0
  // Until a whole walk from the beginning finds nothing to do: what was written under an older key behind the walk is met by the next.
  for (let after = work.last, fromStart = after === null; ; after = null, fromStart = true) {
    const written = await walk(app, column, keys, work, after, signal)
    total += written
    if (signal?.aborted) return total
    if (written === 0 && fromStart) break
    await rewindWork(app.db.pool, work)
  }
  await finishWork(app.db.pool, work, app.now())
  return total
}

async function walk(
  app: App,
  column: SealedColumn,
  keys: { readonly sealKey: number; readonly blindKey: number | null },
  work: Work,
  from: readonly string[] | null,
  signal: AbortSignal | undefined,
): Promise<number> {
  let after = from
  let total = 0
  while (!signal?.aborted) {
    const rows = await nextRows(app.db.pool, column, after, keys)
    const last = rows.at(-1)
    if (!last) break
    const made: Resealed[] = []
    let failed = 0
    for (const row of rows) {
      const next = resealedRow(app.vault, column, row)
      if (next === 'unreadable') failed++
      else if (next) made.push(next)
    }
    total += await app.db.transaction(async tx => {
      const written = await writeRows(tx, column, made)
      await saveWork(tx, work, last.key, written, failed)
      return written
    })
    after = last.key
  }
  return total
}

/** null: nothing is to be written. What cannot be opened stays as it is: `fzpay vault check` says where. */
function resealedRow(vault: Vault, column: SealedColumn, row: SealedRow): Resealed | 'unreadable' | null {
  const context = column.context(row.key)
  try {
    const opened = row.sealed === null ? (column.plain?.value(row.plain) ?? null) : vault.open(row.sealed, context)
    if (opened === null) return null
    const blind = column.blind ? vault.blind(column.blind.kind, column.blind.of(Buffer.from(opened as Buffer))) : null
    return { key: row.key, was: row.sealed, sealed: vault.seal(opened, context), blind }
  } catch (error) {
    if (error instanceof Failure && error.code === 'sealed_unreadable') return 'unreadable'
    throw error
  }
}

/** Columns that are not wholly under the current keys yet. */
export async function unfinished(app: App, columns: readonly SealedColumn[]): Promise<SealedColumn[]> {
  const finished = new Set(
    (await readWork(app.db.pool)).filter(work => work.finishedAt).map(({ target, keys }) => `${target} ${keys}`),
  )
  return columns.filter(column => !finished.has(`${targetOf(column)} ${keysOf(app.vault, column).text}`))
}
