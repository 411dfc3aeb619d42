import type pg from 'pg'
import { onConnection } from './on_connection.ts'

/** A statement that is to be sent, its values ready: nothing about it can fail before the server sees it. */
export type Statement = pg.QueryConfig

/** How the work of a pipelined transaction ends: with its answer, and with statements that go to the server together with the commit. */
export type Ending<T> = { readonly answer: T; readonly last: readonly Statement[] }

/**
 * One transaction on a connection that takes statements without waiting for the answers to those before (`pipeline` of the client). `begin` goes out in one piece
 * with the first statements of `work`, `commit` with the `last` ones: where the cores are full, each piece that is sent and each answer that is waited for costs both
 * sides a turn. The answer is given when all of them have succeeded. When a statement fails, it is thrown, and the server takes the commit behind it for a rollback.
 */
export const pipelined = <T>(pool: pg.Pool, work: (tx: pg.ClientBase) => Promise<Ending<T>>): Promise<T> =>
  onConnection(pool, async tx => {
    const { stream } = tx.connection
    // Until `work` waits for the first time.
    stream.cork()
    process.nextTick(() => stream.uncork())
    const begun = tx.query('begin')
    begun.catch(() => {})
    const { answer, last } = await work(tx)
    stream.cork()
    const sent = [...last.map(statement => tx.query(statement)), tx.query('commit')]
    stream.uncork()
    const command = (await Promise.all([begun, ...sent])).at(-1)?.command
    if (command !== 'COMMIT')
      throw new Error(`a transaction ended with ${command}, and none of its statements had failed`)
    return answer
  })
