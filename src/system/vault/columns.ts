import type pg from 'pg'
import type { BlindKind, Context, Purpose } from './purposes.ts'
import { purposeOf } from './purposes.ts'

/**
 * A column of sealed values. The folder that owns the table says so here, and the vault re-seals, checks and carries over by it: every sealed
 * column must be known, or a key could be destroyed that is still needed.
 */
export type SealedColumn = {
  readonly table: string
  readonly column: string
  /** The primary key, in its order. */
  readonly key: readonly { readonly name: string; readonly type: 'text' | 'integer' | 'bigint' }[]
  /** Where the value of a row is sealed: the same that the owner's code says. */
  readonly context: (key: readonly string[]) => Context
  /** What the row is found by. */
  readonly blind?: {
    readonly column: string
    readonly kind: BlindKind
    readonly of: (opened: Buffer) => string
  }
  /** Columns that held the same in plain text before: emptied as their rows are sealed. `null`: the row holds nothing. */
  readonly plain?: {
    readonly columns: readonly string[]
    readonly value: (row: Readonly<Record<string, string>>) => string | Uint8Array | null
  }
  /** Rows in one go; fewer where they are large. */
  readonly batch?: number
}

export const targetOf = ({ table, column }: SealedColumn): string => `${table}.${column}`

export const purposeOfColumn = (column: SealedColumn): Purpose => purposeOf(column.context(column.key.map(() => '0')))

export type SealedRow = {
  readonly key: readonly string[]
  readonly sealed: Buffer | null
  readonly blind: Buffer | null
  readonly plain: Readonly<Record<string, string>>
}

/** Which rows: all that hold anything, or those that are not under the current keys. */
export type Which = 'all' | { readonly sealKey: number; readonly blindKey: number | null }

/** The next rows in the order of their key. Names of tables and columns are the program's own; values are parameters. */
export async function nextRows(
  db: pg.Pool | pg.ClientBase,
  column: SealedColumn,
  after: readonly string[] | null,
  which: Which,
): Promise<SealedRow[]> {
  const { key, blind, plain } = column
  const values: unknown[] = []
  const names = key.map(({ name }) => name).join(', ')
  const conditions = [whichSql(column, which, values)]
  if (after)
    conditions.push(
      `(${names}) > (${key.map(({ type }, index) => `$${values.push(after[index])}::${type}`).join(', ')})`,
    )
  const { rows } = await db.query(
    `select array[${key.map(({ name }) => `${name}::text`).join(', ')}] as key, ${column.column} as sealed,
            ${blind?.column ?? 'null::bytea'} as blind,
            ${plain ? `jsonb_build_object(${plain.columns.map(name => `'${name}', ${name}`).join(', ')})` : `'{}'::jsonb`} as plain
       from ${column.table} where ${conditions.join(' and ')} order by ${names} limit $${values.push(column.batch ?? 500)}`,
    values,
  )
  return rows
}

const plainSql = ({ column, plain }: SealedColumn): string =>
  plain
    ? `(${column} is null and coalesce(${plain.columns.map(name => `nullif(${name}::text, '')`).join(', ')}) is not null)`
    : 'false'

function whichSql(column: SealedColumn, which: Which, values: unknown[]): string {
  if (which === 'all') return `(${column.column} is not null or ${plainSql(column)})`
  const under = (id: number): string => `$${values.push(keyBytes(id))}::bytea`
  const parts = [`substring(${column.column} from 2 for 2) <> ${under(which.sealKey)}`, plainSql(column)]
  if (column.blind && which.blindKey !== null)
    parts.push(
      `(${column.column} is not null and substring(${column.blind.column} from 1 for 2) is distinct from ${under(which.blindKey)})`,
    )
  return `(${parts.join(' or ')})`
}

export type Resealed = {
  readonly key: readonly string[]
  readonly was: Buffer | null
  readonly sealed: Buffer
  readonly blind: Buffer | null
}

/** Writes rows that nobody has changed meanwhile; how many. */
export async function writeRows(tx: pg.ClientBase, column: SealedColumn, rows: readonly Resealed[]): Promise<number> {
  const { key, blind, plain } = column
  const values: unknown[] = [
    rows.map(row => row.was),
    rows.map(row => row.sealed),
    rows.map(row => row.blind),
    ...key.map((_, index) => rows.map(row => row.key[index])),
  ]
  const names = key.map((_, index) => `k${index}`)
  const sets = [
    `${column.column} = v.sealed`,
    ...(blind ? [`${blind.column} = v.blind`] : []),
    ...(plain?.columns.map(name => `${name} = null`) ?? []),
  ]
  const { rowCount } = await tx.query(
    `update ${column.table} t set ${sets.join(', ')}
       from unnest($1::bytea[], $2::bytea[], $3::bytea[], ${key.map(({ type }, index) => `$${index + 4}::${type}[]`).join(', ')})
         as v (was, sealed, blind, ${names.join(', ')})
      where ${key.map(({ name }, index) => `t.${name} = v.${names[index]}`).join(' and ')}
        and t.${column.column} is not distinct from v.was`,
    values,
  )
  return rowCount ?? 0
}

/** Whether any row is still under a key. */
export async function usesKey(db: pg.Pool, column: SealedColumn, use: 'seal' | 'blind', id: number): Promise<boolean> {
  const prefix =
    use === 'seal' ? `substring(${column.column} from 2 for 2)` : `substring(${column.blind?.column} from 1 for 2)`
  const { rows } = await db.query(`select exists (select from ${column.table} where ${prefix} = $1) as used`, [
    keyBytes(id),
  ])
  return rows[0].used
}

function keyBytes(id: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(id)
  return bytes
}
