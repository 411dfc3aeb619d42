import pg from 'pg'
import type { Node } from './node.ts'

/** How long a server may take to answer before it counts as not answering: long enough for a machine that is busy with everything else. */
const ANSWER_MS = 3_000

/** The manager's own connection to a server, by the way everybody takes; made again whenever it broke. */
export class Line {
  readonly #node: Node
  #client: Promise<pg.Client> | undefined

  constructor(node: Node) {
    this.#node = node
  }

  /** Who streams from it; null: it does not answer. */
  async streaming(): Promise<Set<string> | null> {
    const names = await this.#ask<{ name: string }>(
      "select application_name as name from pg_stat_replication where state = 'streaming'",
    )
    return names && new Set(names.map(({ name }) => name))
  }

  async answers(): Promise<boolean> {
    return (await this.#ask('select 1')) !== null
  }

  close(): void {
    this.#client?.then(end, () => {})
    this.#client = undefined
  }

  async #ask<T extends pg.QueryResultRow>(sql: string): Promise<T[] | null> {
    if (!this.#node.hasData()) return null
    const client = (this.#client ??= this.#connect())
    try {
      return (await (await client).query<T>(sql)).rows
    } catch {
      // Another question may have given it up, and begun a new one, meanwhile.
      if (this.#client === client) this.close()
      return null
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#node.urlAt(this.#node.publicPort),
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    })
    client.on('error', () => {})
    await client.connect()
    return client
  }
}

/** Without a goodbye, which a server that is cut off would never hear. */
const end = (client: pg.Client): void => void client.connection.stream.destroy()
