import type pg from 'pg'
import { type Scope, scopeSql } from '../access/scope.ts'
import { FILE_COLUMNS, NEWEST_FIRST, type StatementFile, type StatementState } from './file_store.ts'

/** Statement files as people look at them. A file is of a whole account: only who sees all merchants of a channel sees it. */

export type HeldFile = StatementFile & {
  /** Rows of it in statement_changes. */
  readonly changes: number
  /** It is the version of its day that counts; null: it is no day's whole statement. */
  readonly counts: boolean | null
}

const HELD = `${FILE_COLUMNS}, (select count(*)::int from statement_changes c where c.file_id = f.id) as changes,
            case when f.day is not null
                 then f.id is not distinct from (select c.id from statement_files c where c.channel = f.channel and c.account = f.account and c.kind = f.kind
                                                    and c.day = f.day and c.state = 'booked' ${NEWEST_FIRST} limit 1) end as counts`

const PLACE = { merchant: "''", channel: 'f.channel' } as const

export type FileFilter = {
  readonly channel?: string | undefined
  readonly account?: string | undefined
  readonly day?: string | undefined
  readonly kind?: string | undefined
  readonly state?: StatementState | undefined
  /** The last file of the page before. */
  readonly after?: number | undefined
  readonly limit: number
}

/** Newest first. */
export async function listFiles(db: pg.Pool, scope: Scope, filter: FileFilter): Promise<HeldFile[]> {
  const values: unknown[] = [
    filter.channel ?? null,
    filter.account ?? null,
    filter.day ?? null,
    filter.kind ?? null,
    filter.state ?? null,
    filter.after ?? null,
    filter.limit,
  ]
  const { rows } = await db.query(
    `select ${HELD} from statement_files f
      where ${scopeSql(scope, PLACE, values)} and ($1::text is null or f.channel = $1) and ($2::text is null or f.account = $2)
        and ($3::date is null or f.day = $3) and ($4::text is null or f.kind = $4::statement_kind)
        and ($5::text is null or f.state = $5::statement_state) and ($6::integer is null or f.id < $6)
      order by f.id desc limit $7`,
    values,
  )
  return rows
}

export async function findHeldFile(db: pg.Pool, scope: Scope, id: number): Promise<HeldFile | null> {
  const values: unknown[] = [id]
  const { rows } = await db.query(
    `select ${HELD} from statement_files f where f.id = $1 and ${scopeSql(scope, PLACE, values)}`,
    values,
  )
  return rows[0] ?? null
}

export async function lockFile(tx: pg.ClientBase, id: number): Promise<HeldFile | null> {
  const { rows } = await tx.query(`select ${HELD} from statement_files f where f.id = $1 for update of f`, [id])
  return rows[0] ?? null
}

/** What was decided about a file that waited. */
export async function markState(
  tx: pg.ClientBase,
  id: number,
  state: StatementState,
  counted: Pick<StatementFile, 'booked' | 'known' | 'passedOver' | 'superseded'>,
): Promise<void> {
  await tx.query(
    `update statement_files set state = $2, booked = $3, known = $4, passed_over = $5, superseded = $6 where id = $1`,
    [id, state, counted.booked, counted.known, counted.passedOver, counted.superseded],
  )
}

export type StatementChange = {
  readonly no: number
  readonly against: number
  readonly change: 'added' | 'removed' | 'changed'
  readonly businessDate: string
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

/** What a version of a statement changed, row by row. */
export async function changesOf(db: pg.Pool, id: number, after: number, limit: number): Promise<StatementChange[]> {
  const { rows } = await db.query(
    `select no, against, change, business_date::text as "businessDate", before, after from statement_changes
      where file_id = $1 and no > $2 order by no limit $3`,
    [id, after, limit],
  )
  return rows
}
