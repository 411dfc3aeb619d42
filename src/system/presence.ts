import pg from 'pg'

/**
 * Who uses the embedded server. Every process holds one idle connection with a shared advisory lock; whoever gets the
 * lock alone is the last one and stops the server. The kernel closes the connection of a killed process, so nothing can
 * be left behind.
 */
export type Presence = {
  /** True when nobody else is here; from then on newcomers wait for the server to be gone. */
  leave(): Promise<boolean>
  /** Closes the connection. */
  end(): Promise<void>
}

/** 'fzpa' in ASCII: the first half of all our advisory locks. */
export const LOCKS = 0x667a7061
const IN_USE = 1

export type Arrival = { readonly presence: Presence } | { readonly notYet: string }

/** Enters, and sees to it that the product's database exists; or says why that is not possible at this moment. Other trouble (a wrong password) is thrown. */
export async function enter(connection: pg.ClientConfig, database: string): Promise<Arrival> {
  const client = new pg.Client({ ...connection, database: 'postgres', application_name: `fzpay ${process.pid}` })
  client.on('error', () => {}) // The server went away: whoever needs it learns it from their own query.
  try {
    await client.connect()
    const { rows } = await client.query('select pg_try_advisory_lock_shared($1, $2) as entered', [LOCKS, IN_USE])
    if (!rows[0].entered) {
      await client.end()
      return { notYet: 'stopping' }
    }
    await ensureDatabase(client, database)
    return { presence: presenceOn(client as Waiting) }
  } catch (error) {
    client.end().catch(() => {})
    const code = (error as { code?: string }).code ?? ''
    if (NOT_YET.has(code) || (error as Error).message.startsWith('Connection terminated')) return { notYet: code }
    throw error
  }
}

/** Refused, cut, starting or stopping, out of connections. */
const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03', '53300'])

/** The client has these two; its published types forget them. */
type Waiting = pg.Client & { ref(): void; unref(): void }

/** The waiting connection does not keep the process alive; saying goodbye does. */
function presenceOn(client: Waiting): Presence {
  client.unref()
  return {
    async leave() {
      client.ref()
      await client.query('select pg_advisory_unlock_shared($1, $2)', [LOCKS, IN_USE])
      const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as alone', [LOCKS, IN_USE])
      return rows[0].alone === true
    },
    async end() {
      client.ref()
      await client.end().catch(() => {})
    },
  }
}

/** Looked for every time: the first start may have been cut short before it was made. */
async function ensureDatabase(client: pg.Client, database: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
  if (rowCount !== 0) return
  try {
    await client.query(`create database ${database}`)
  } catch (error) {
    // 42P04 duplicate_database, 23505 the same a moment earlier: another process was faster.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  }
}
