import type pg from 'pg'

/**
 * Work on one connection of the pool, which opens and ends its transaction itself. What fails is rolled back and thrown; a failed rollback closes the connection
 * rather than hand it on.
 */
export async function onConnection<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  // A server that goes away tells the query under way, and every client besides: unheard, that would end the process.
  const lost = (error: Error) => {
    broken = error
  }
  tx.on('error', lost)
  try {
    return await work(tx)
  } catch (error) {
    // It is answered after everything that is still under way.
    await tx.query('rollback').catch(failed => {
      broken = failed as Error
    })
    throw error
  } finally {
    tx.off('error', lost)
    tx.release(broken)
  }
}
