import type pg from 'pg'

/** How far one standby is behind the primary that is asked. */
export type Lag = {
  readonly standby: string
  /** sync, async, potential or quorum, as PostgreSQL calls it. */
  readonly state: string
  /** Of the log, that the standby has not written to its disk. */
  readonly bytes: number
  /** From a commit here until it can be read there; 0 where nothing is under way. */
  readonly seconds: number
}

/** Of all standbys that stream; none on a standby itself. */
export async function lagOf(db: Pick<pg.Pool, 'query'>): Promise<Lag[]> {
  const { rows } = await db.query<Lag>(
    `select application_name as standby, sync_state as state,
            greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn))::bigint as bytes,
            coalesce(extract(epoch from replay_lag), 0)::float8 as seconds
       from pg_stat_replication where state = 'streaming' and not pg_is_in_recovery()
      order by application_name`,
  )
  return rows
}
