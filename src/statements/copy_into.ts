import type pg from 'pg'
import { type CopyStreamQuery, from } from 'pg-copy-streams'
import { CopyRows } from './copy_rows.ts'

export type CopyOptions = {
  /** Called while the rows written last can still be read. */
  readonly beforePassing?: () => void
  /** Rows need no second visit by vacuum or reader: only into a table made or emptied in the same transaction. */
  readonly freeze?: boolean
}

/**
 * A running binary COPY into one table: rows are written into one buffer while the other is on its way to the server, so
 * memory stays at two buffers however slow the server is.
 */
export class CopyInto {
  readonly #stream: CopyStreamQuery
  #rows = new CopyRows()
  #spare: CopyRows | undefined = new CopyRows()
  #sending: Promise<void> = Promise.resolve()
  #broken: Error | undefined
  /** Who waits for the stream, which forgets them when it breaks: whoever waited for it alone would wait for ever. */
  #fail: ((error: Error) => void) | undefined
  readonly #beforePassing: () => void

  constructor(client: pg.ClientBase, table: string, columns: readonly string[], options: CopyOptions = {}) {
    this.#beforePassing = options.beforePassing ?? (() => {})
    this.#stream = client.query(
      from(`copy ${table} (${columns.join(', ')}) from stdin (format binary${options.freeze ? ', freeze' : ''})`),
    )
    this.#stream.on('error', error => {
      this.#broken = error
      this.#fail?.(error)
    })
    this.#rows.header()
  }

  /** The buffer to write the next row to; call `passOn` first when it has no room. */
  get rows(): CopyRows {
    return this.#rows
  }

  /** Sees to it that a row of this size fits. */
  async makeRoom(size: number): Promise<void> {
    await this.passOn()
    if (!this.#rows.roomFor(size)) this.#rows = new CopyRows(size)
  }

  /** Sends what is written so far. */
  async passOn(): Promise<void> {
    this.#beforePassing()
    await this.#sending
    if (this.#broken) throw this.#broken
    const full = this.#rows
    const spare = this.#spare ?? new CopyRows()
    spare.at = 0
    this.#rows = spare
    this.#spare = undefined
    this.#sending = this.#send(full)
    // Whoever awaits the next `passOn` or `end` hears of it.
    this.#sending.catch(() => {})
  }

  async end(): Promise<void> {
    if (!this.#rows.roomFor(2)) await this.passOn()
    this.#rows.trailer()
    await this.passOn()
    await this.#sending
    await this.#untilBroken(done => this.#stream.end(done))
  }

  /** Gives up: nothing of this COPY stays. */
  async abandon(): Promise<void> {
    await this.#sending.catch(() => {})
    if (this.#broken) return
    await new Promise<void>(resolve => {
      this.#stream.once('error', () => resolve())
      this.#stream.once('close', () => resolve())
      this.#stream.destroy(new Error('abandoned'))
    })
  }

  /** pg-copy-streams answers when the socket has drained, and a buffer of this size always waits for that: then it is free. */
  async #send(full: CopyRows): Promise<void> {
    await this.#untilBroken(done => this.#stream.write(full.bytes.subarray(0, full.at), done))
    // A short last piece may still lie in the socket's queue.
    if (full.at === full.bytes.length || full.at > 128 << 10) this.#spare = full
  }

  #untilBroken(act: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject
      if (this.#broken) reject(this.#broken)
      else act(error => (error ? reject(error) : resolve()))
    })
  }
}
