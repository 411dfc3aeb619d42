import type pg from 'pg'

/** Rows that statements read from each table, counted by PostgreSQL itself: by whatever way, found or passed over. */
export type RowsRead = Readonly<Record<string, number>>

/** What a function's statements read: each is explained with its own values, and run. */
export async function readOf(pool: pg.Pool, ask: (pool: pg.Pool) => Promise<unknown>): Promise<RowsRead> {
  const read: Record<string, number> = {}
  const query = async (first: string | pg.QueryConfig, given?: unknown[]) => {
    const { text, values = given ?? [] } = typeof first === 'string' ? { text: first } : first
    const { rows } = await pool.query(`explain (analyze, timing off, format json) ${text}`, values)
    add(rows[0]['QUERY PLAN'][0].Plan, read)
    return await pool.query(text, values)
  }
  await ask({ query } as unknown as pg.Pool)
  return read
}

type Plan = {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly Plan[]
}

function add(plan: Plan, read: Record<string, number>): void {
  const table = plan['Relation Name']
  if (table !== undefined) {
    const rows =
      plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)
    read[table] = (read[table] ?? 0) + rows * plan['Actual Loops']
  }
  for (const each of plan.Plans ?? []) add(each, read)
}
