import type pg from 'pg'
import { Failure } from '../../kernel/failure.ts'
import { databaseClient } from '../../system/database_clients.ts'

/**
 * A connection in PostgreSQL's streaming replication protocol (https://www.postgresql.org/docs/current/protocol-replication.html): what `pg_basebackup` and
 * `pg_receivewal` speak. In the mode that names a database it answers SQL too, and needs no line of its own in pg_hba.conf.
 */
export type Replication = {
  /** A command with short answers; the rows of its last one as text, by the names of their columns. */
  readonly ask: (command: string) => Promise<Rows>
  /**
   * A command that answers with data. `take` gets each message, and the server waits while it is busy. Rows that stand before and after the data come back.
   * Throws whatever `take` throws, after which the connection is of no more use.
   */
  readonly stream: (command: string, take: Take) => Promise<Streamed>
  /** Tells the server while it streams WAL. */
  readonly tell: (message: Buffer) => void
  /** A stream under way is cut off. */
  readonly end: () => Promise<void>
}

/** `rows`: those that came before the message. */
export type Take = (message: Buffer, rows: Rows) => Promise<void> | void
export type Rows = readonly Readonly<Record<string, string>>[]

export type Streamed = {
  readonly rows: Rows
  /** What the server remarked, such as pages whose checksum does not fit. */
  readonly notices: readonly string[]
}

type Wire = pg.Connection & {
  readonly stream: { pause(): void; resume(): void }
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** Throws Failure backup_not_permitted where the role may not replicate; what the driver throws where the server is not there. */
export async function openReplication(url: string, applicationName: string): Promise<Replication> {
  const settings = { replication: 'database', application_name: applicationName, keepAlive: true }
  const client = databaseClient(url, settings as pg.ClientConfig)
  let lost: Error | undefined
  client.on('error', error => (lost = error))
  try {
    await client.connect()
  } catch (error) {
    if ((error as { code?: string }).code === '42501') throw notPermitted((error as Error).message)
    throw error
  }
  const wire = (client as unknown as { connection: Wire }).connection
  const run = async (command: string, take: Take): Promise<Streamed> => {
    if (lost) throw lost
    const query = new Streaming(command, take)
    client.query(query as unknown as pg.Submittable)
    return await query.done
  }
  return {
    ask: async command => (await run(command, () => {})).rows,
    stream: run,
    tell: message => wire.sendCopyFromChunk(message),
    end: () => client.end().catch(() => {}),
  }
}

/** A query as the driver drives it, whose data goes to a taker piece by piece. */
class Streaming {
  readonly done: Promise<Streamed>
  readonly #command: string
  readonly #take: Take
  readonly #settle: PromiseWithResolvers<Streamed>
  readonly #rows: Record<string, string>[] = []
  readonly #notices: string[] = []
  #names: string[] = []
  #waiting: Buffer[] = []
  #busy = false
  #taken = Promise.resolve()
  #failed: unknown
  #wire: Wire | undefined

  constructor(command: string, take: Take) {
    this.#command = command
    this.#take = take
    this.#settle = Promise.withResolvers()
    this.done = this.#settle.promise
  }

  submit(wire: Wire): void {
    this.#wire = wire
    wire.on('notice', this.#noticed)
    wire.once('replicationStart', () => wire.once('copyDone', this.#answerEnd))
    wire.query(this.#command)
  }

  handleRowDescription({ fields }: { fields: { name: string }[] }): void {
    this.#names = fields.map(({ name }) => name)
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.#rows.push(Object.fromEntries(this.#names.map((name, at) => [name, fields[at] ?? ''])))
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    this.#waiting.push(chunk)
    if (!this.#busy) this.#taken = this.#takeAll()
  }

  /** The driver hands on what one read of the socket held; the next read waits until that is taken. */
  async #takeAll(): Promise<void> {
    this.#busy = true
    this.#wire?.stream.pause()
    try {
      for (let batch = this.#waiting; batch.length > 0; batch = this.#waiting) {
        this.#waiting = []
        for (const message of batch) {
          const busy = this.#failed === undefined ? this.#take(message, this.#rows) : undefined
          if (busy) await busy
        }
      }
    } catch (error) {
      this.#failed = error
      this.#settle.reject(error)
    } finally {
      this.#busy = false
      this.#wire?.stream.resume()
    }
  }

  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}

  handleError(error: Error): void {
    this.#end()
    this.#settle.reject(this.#failed ?? Object.assign(error, { notices: this.#notices }))
  }

  handleReadyForQuery(): void {
    this.#end()
    const finish = () =>
      this.#failed === undefined
        ? this.#settle.resolve({ rows: this.#rows, notices: this.#notices })
        : this.#settle.reject(this.#failed)
    void this.#taken.then(finish)
  }

  #noticed = ({ message = '' }: { message?: string }): void => void this.#notices.push(message)

  /** Where a timeline ends the server says so, and waits for us to say the same. */
  #answerEnd = (): void => this.#wire?.endCopyFrom()

  #end(): void {
    this.#wire?.off('notice', this.#noticed)
    this.#wire?.off('copyDone', this.#answerEnd)
  }
}

const notPermitted = (reason: string): Failure =>
  new Failure(
    'backup_not_permitted',
    {
      zh: `数据库账户没有复制权限，无法备份（${reason}）：请由数据库管理员授予它 REPLICATION 属性和角色 pg_checkpoint`,
      en: `The database role may not replicate, so no backup can be made (${reason}): the database's administrator must give it the attribute REPLICATION and the role pg_checkpoint`,
    },
    { reason },
  )
