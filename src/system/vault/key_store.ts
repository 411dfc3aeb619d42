import type pg from 'pg'

export type KeyUse = 'seal' | 'blind'

export type StoredKey = {
  readonly id: number
  readonly use: KeyUse
  readonly purpose: string
  readonly wrapped: Buffer | null
  readonly master: string
  readonly createdAt: Date
  readonly createdBy: string
  readonly activeFrom: Date
  readonly seals: number
  readonly destroyedAt: Date | null
}

type Db = pg.Pool | pg.ClientBase

/** All keys, oldest first. */
export async function readKeys(db: Db): Promise<StoredKey[]> {
  const { rows } = await db.query(
    `select id, use, purpose, wrapped, master, created_at as "createdAt", created_by as "createdBy", active_from as "activeFrom",
            seals, destroyed_at as "destroyedAt"
       from vault_keys order by active_from, id`,
  )
  return rows
}

/** Whoever makes or wraps keys waits for the one who does; the lock ends with the transaction. */
export async function lockKeys(tx: pg.ClientBase): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('vault keys', 0))`)
}

/** The numbers that new keys are wrapped for. */
export async function nextKeyIds(tx: pg.ClientBase, count: number): Promise<number[]> {
  const { rows } = await tx.query(
    `select nextval(pg_get_serial_sequence('vault_keys', 'id'))::integer as id from generate_series(1, $1)`,
    [count],
  )
  return rows.map(row => row.id)
}

export type NewKey = Omit<StoredKey, 'seals' | 'destroyedAt' | 'wrapped'> & { readonly wrapped: Buffer }

export async function insertKeys(tx: pg.ClientBase, keys: readonly NewKey[]): Promise<void> {
  await tx.query(
    `insert into vault_keys (id, use, purpose, wrapped, master, created_at, created_by, active_from)
     select * from unnest($1::integer[], $2::vault_key_use[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[], $7::text[],
                          $8::timestamptz[])`,
    [
      keys.map(key => key.id),
      keys.map(key => key.use),
      keys.map(key => key.purpose),
      keys.map(key => key.wrapped),
      keys.map(key => key.master),
      keys.map(key => key.createdAt),
      keys.map(key => key.createdBy),
      keys.map(key => key.activeFrom),
    ],
  )
}

export async function rewrapKey(tx: pg.ClientBase, id: number, wrapped: Buffer, master: string): Promise<void> {
  await tx.query('update vault_keys set wrapped = $2, master = $3 where id = $1', [id, wrapped, master])
}

export async function destroyKey(tx: pg.ClientBase, id: number, at: Date): Promise<void> {
  await tx.query('update vault_keys set wrapped = null, destroyed_at = $2 where id = $1 and destroyed_at is null', [
    id,
    at,
  ])
}

export async function addSeals(db: Db, counts: ReadonlyMap<number, number>): Promise<void> {
  await db.query(
    `update vault_keys k set seals = k.seals + n.seals
       from unnest($1::integer[], $2::bigint[]) as n (id, seals) where k.id = n.id`,
    [[...counts.keys()], [...counts.values()]],
  )
}

export const NEWS = 'fzpay_vault'

/** Tells all processes at the commit that keys have changed. */
export async function tellNews(tx: pg.ClientBase): Promise<void> {
  await tx.query(`select pg_notify('${NEWS}', '')`)
}
