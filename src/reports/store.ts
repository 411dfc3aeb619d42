import type pg from 'pg'
import type { Export, ExportState } from './export.ts'

type Db = pg.Pool | pg.ClientBase

const EXPORT = `x.id, x.what, x.format, x.lang, x.name, x.account_id as "accountId", x.asked_by as "askedBy", x.asked_name as "askedName", x.scope,
  x.sees, x.asked_at as "askedAt", x.schedule_id as "scheduleId", x.state, x.attempt, x.rows_total as "rowsTotal", x.rows_done as "rowsDone", x.bytes,
  x.sm3, x.ended_at as "endedAt", x.expires_at as "expiresAt", x.failure`

export type NewExport = Pick<
  Export,
  | 'id'
  | 'what'
  | 'format'
  | 'lang'
  | 'name'
  | 'accountId'
  | 'askedBy'
  | 'askedName'
  | 'scope'
  | 'sees'
  | 'askedAt'
  | 'scheduleId'
> & { readonly dueAt: Date | null }

/** false: the schedule made its export of this time already. */
export async function insertExport(tx: Db, row: NewExport): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into report_exports (id, what, format, lang, name, account_id, asked_by, asked_name, scope, sees, asked_at, schedule_id, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (schedule_id, due_at) do nothing`,
    [
      row.id,
      JSON.stringify(row.what),
      row.format,
      row.lang,
      row.name,
      row.accountId,
      row.askedBy,
      row.askedName,
      JSON.stringify(row.scope),
      row.sees,
      row.askedAt,
      row.scheduleId,
      row.dueAt,
    ],
  )
  return rowCount === 1
}

/** Of one person, the newest first. `asked_by` tells apart who has no account of his own. */
export async function exportsOf(
  db: Db,
  { accountId, id }: { accountId: string; id: string },
  after: string | null,
  limit: number,
): Promise<Export[]> {
  const { rows } = await db.query(
    `select ${EXPORT} from report_exports x where x.account_id = $1 and x.asked_by = $2 and ($3::text is null or x.id < $3)
      order by x.id desc limit $4`,
    [accountId, id, after, limit],
  )
  return rows
}

export async function findExport(db: Db, id: string): Promise<Export | null> {
  const { rows } = await db.query(`select ${EXPORT} from report_exports x where x.id = $1`, [id])
  return rows[0] ?? null
}

/** Unfinished ones of a person; asks of the same person wait for each other until the transaction ends. */
export async function countUnfinished(tx: Db, accountId: string, askedBy: string): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('exports of ' || $1, 0))", [askedBy])
  const { rows } = await tx.query(
    `select count(*) as count from report_exports where account_id = $1 and asked_by = $2 and state in ('waiting', 'running')`,
    [accountId, askedBy],
  )
  return rows[0].count
}

/** Begins its writing; what an earlier start left is thrown away. null: it is over. */
export async function beginExport(tx: Db, id: string): Promise<Export | null> {
  const { rows } = await tx.query(
    `update report_exports x set state = 'running', attempt = attempt + 1, rows_total = null, rows_done = 0
      where id = $1 and state in ('waiting', 'running') returning ${EXPORT}`,
    [id],
  )
  if (rows.length === 0) return null
  await tx.query('delete from report_pieces where export_id = $1', [id])
  return rows[0]
}

type Turn = Pick<Export, 'id' | 'attempt'>

/** Of this start. false: it was cancelled, or another worker has taken over. */
export async function tellProgress(
  db: Db,
  { id, attempt }: Turn,
  total: number | null,
  done: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update report_exports set rows_total = coalesce($3, rows_total), rows_done = $4 where id = $1 and attempt = $2 and state = 'running'`,
    [id, attempt, total, done],
  )
  return rowCount === 1
}

/** As `tellProgress`: a piece of an end that came meanwhile is not kept. */
export async function keepPiece(db: Db, { id, attempt }: Turn, no: number, bytes: Buffer): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into report_pieces (export_id, attempt, no, bytes)
     select id, attempt, $3, $4 from report_exports where id = $1 and attempt = $2 and state = 'running' for share`,
    [id, attempt, no, bytes],
  )
  return rowCount === 1
}

export async function finishExport(
  tx: Db,
  { id, attempt }: Turn,
  end: {
    readonly rows: number
    readonly bytes: number
    readonly sm3: string
    readonly at: Date
    readonly expiresAt: Date
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update report_exports set state = 'ready', rows_done = $3, rows_total = $3, bytes = $4, sm3 = $5, ended_at = $6, expires_at = $7
      where id = $1 and attempt = $2 and state = 'running'`,
    [id, attempt, end.rows, end.bytes, end.sm3, end.at, end.expiresAt],
  )
  return rowCount === 1
}

export async function endExport(
  tx: Db,
  id: string,
  state: Extract<ExportState, 'failed' | 'cancelled'>,
  at: Date,
  failure: Export['failure'] = null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update report_exports set state = $2::export_state, ended_at = $3, failure = $4 where id = $1 and state in ('waiting', 'running')`,
    [id, state, at, failure === null ? null : JSON.stringify(failure)],
  )
  if (rowCount !== 1) return false
  await tx.query('delete from report_pieces where export_id = $1', [id])
  return true
}

/** Its sealed pieces, one in memory at a time. */
export async function* piecesOf(db: Db, { id, attempt }: Turn): AsyncGenerator<Buffer> {
  for (let no = 0; ; no++) {
    const { rows } = await db.query(
      'select bytes from report_pieces where export_id = $1 and attempt = $2 and no = $3',
      [id, attempt, no],
    )
    if (rows.length === 0) return
    yield rows[0].bytes
  }
}

/** Files that were kept long enough go; that they were is still known. */
export async function expireExports(tx: Db, at: Date): Promise<void> {
  await tx.query(
    `with gone as (update report_exports set state = 'expired' where state = 'ready' and expires_at <= $1 returning id)
     delete from report_pieces p using gone where p.export_id = gone.id`,
    [at],
  )
}

/** One of so many places in which exports are written, on a connection that holds it until it ends. */
export async function takePlace(client: pg.ClientBase, places: number): Promise<boolean> {
  for (let place = 0; place < places; place++) {
    const { rows } = await client.query(
      "select pg_try_advisory_lock(hashtextextended('report writer ' || $1, 0)) as taken",
      [place],
    )
    if (rows[0].taken) return true
  }
  return false
}
