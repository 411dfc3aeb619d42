import type pg from 'pg'

/** How far a column has come under certain keys. */
export type Work = {
  readonly target: string
  readonly keys: string
  readonly last: readonly string[] | null
  readonly rowsDone: number
  readonly rowsFailed: number
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

const COLUMNS = `target, keys, last, rows_done as "rowsDone", rows_failed as "rowsFailed", started_at as "startedAt", finished_at as "finishedAt"`

export async function readWork(db: pg.Pool): Promise<Work[]> {
  const { rows } = await db.query(`select ${COLUMNS} from vault_work order by started_at, target`)
  return rows
}

/** Begins, or goes on where it was. */
export async function beginWork(db: pg.Pool, target: string, keys: string, at: Date): Promise<Work> {
  const { rows } = await db.query(
    `insert into vault_work as w (target, keys, started_at) values ($1, $2, $3)
     on conflict (target, keys) do update set started_at = w.started_at returning ${COLUMNS}`,
    [target, keys, at],
  )
  return rows[0]
}

export async function saveWork(
  tx: pg.ClientBase,
  { target, keys }: Pick<Work, 'target' | 'keys'>,
  last: readonly string[],
  done: number,
  failed: number,
): Promise<void> {
  await tx.query(
    `update vault_work set last = $3, rows_done = rows_done + $4, rows_failed = rows_failed + $5 where target = $1 and keys = $2`,
    [target, keys, JSON.stringify(last), done, failed],
  )
}

/** Looks at the column from its beginning again: rows may have changed behind the walk. */
export async function rewindWork(db: pg.Pool, { target, keys }: Pick<Work, 'target' | 'keys'>): Promise<void> {
  await db.query(
    'update vault_work set last = null, rows_failed = 0, finished_at = null where target = $1 and keys = $2',
    [target, keys],
  )
}

export async function finishWork(
  db: pg.Pool,
  { target, keys }: Pick<Work, 'target' | 'keys'>,
  at: Date,
): Promise<void> {
  await db.query('update vault_work set finished_at = $3 where target = $1 and keys = $2', [target, keys, at])
}
