import type { App } from '../../system/app.ts'
import { useScratch } from '../scratch.ts'
import { type Helpers, helpSettling, type SharedSettling } from '../settle.ts'

/** A scratch, and what is settled in it. */
export type Shared = SharedSettling & { readonly schema: string }

/** Other processes that take shares of a large day. */
export type Sharing = {
  /** Rows of ours from which a day is shared; default 200,000. */
  readonly from?: number
  /** How many there are now: where nobody else is, cutting the day would only cost. */
  readonly helpers: () => Promise<number>
  readonly ask: (shared: Shared) => Promise<void>
}

const SHARE_FROM = 200_000

/** Who else takes shares of a day of so many rows; undefined: nobody. */
export async function helpersFor(
  sharing: Sharing | undefined,
  rows: number,
  shared: Shared,
): Promise<Helpers | undefined> {
  if (!sharing || rows < (sharing.from ?? SHARE_FROM)) return undefined
  const count = await sharing.helpers()
  return count > 0 ? { count, ask: () => sharing.ask(shared) } : undefined
}

/** Another process leads the run; this one takes what shares are left. The scratch may be gone by then. */
export async function shareRun(app: Pick<App, 'db'>, { schema, ...shared }: Shared): Promise<number> {
  const client = await app.db.connect()
  try {
    const { rows } = await client.query('select to_regnamespace($1) is not null as there', [schema])
    if (!rows[0].there) return 0
    await useScratch(client, schema)
    return await helpSettling(client, shared)
  } finally {
    await client.end()
  }
}
