import type pg from 'pg'
import { Failure } from '../../kernel/failure.ts'
import { nextRows, type SealedColumn, type SealedRow, targetOf } from './columns.ts'
import type { Vault } from './vault.ts'

export type ColumnCheck = {
  /** orders.person */
  readonly target: string
  readonly rows: number
  /** Rows that still stand in plain text. */
  readonly plain: number
  readonly failed: number
  /** The first rows that cannot be opened, or whose blind index is not theirs. */
  readonly failures: readonly { readonly row: string; readonly reason: string }[]
}

const SHOWN = 10

/** Opens every sealed value of a column. It reads in the order of the key, so that it may run beside everything else. */
export async function checkColumn(db: pg.Pool, vault: Vault, column: SealedColumn): Promise<ColumnCheck> {
  let rows = 0
  let plain = 0
  let failed = 0
  const failures: { row: string; reason: string }[] = []
  for (let after: readonly string[] | null = null; ; ) {
    const page: SealedRow[] = await nextRows(db, column, after, 'all')
    const last = page.at(-1)
    if (!last) return { target: targetOf(column), rows, plain, failed, failures }
    for (const row of page) {
      rows++
      if (row.sealed === null) plain++
      const reason = row.sealed === null ? null : wrongWith(vault, column, row.key, row.sealed, row.blind)
      if (reason === null) continue
      failed++
      if (failures.length < SHOWN) failures.push({ row: row.key.join('/'), reason })
    }
    after = last.key
  }
}

function wrongWith(
  vault: Vault,
  { context, blind }: SealedColumn,
  key: readonly string[],
  sealed: Buffer,
  index: Buffer | null,
): string | null {
  try {
    const opened = vault.open(sealed, context(key))
    if (!blind) return null
    const fits = index !== null && vault.blinds(blind.kind, blind.of(opened)).some(one => one.equals(index))
    return fits ? null : 'blind_index'
  } catch (error) {
    if (error instanceof Failure && error.code === 'sealed_unreadable') return String(error.detail.reason)
    throw error
  }
}
