import type pg from 'pg'
import type { RawRow } from './cells.ts'
import type { Query } from './query.ts'

const BATCH = 2000

/** A first look: all of a small result at once. */
export async function firstRows(db: pg.Pool, { text, values }: Query): Promise<RawRow[]> {
  const { rows } = await db.query({ text, values: [...values], rowMode: 'array' })
  return rows
}

export async function countRows(db: pg.Pool | pg.ClientBase, { count, values }: Query): Promise<number> {
  const { rows } = await db.query(trimmed(count, values))
  return rows[0].rows
}

/**
 * Begins a transaction that sees one moment of the books, for all queries of one report. The connection is the caller's own; whoever ends it ends
 * the reading.
 */
export async function beginReading(client: pg.ClientBase): Promise<void> {
  await client.query('begin isolation level repeatable read read only')
  // Sorting a million rows in 4 MB would go to disk many times over.
  await client.query("set local work_mem = '64MB'")
}

/** The rows in batches, through a cursor: memory holds one batch. Throws what `go` throws, which is asked before each. */
export async function* batchesOf(
  client: pg.ClientBase,
  cursor: string,
  { text, values }: Query,
  go: () => void,
): AsyncGenerator<RawRow[]> {
  const name = `report_${cursor}`
  await client.query({ text: `declare ${name} no scroll cursor for ${text}`, values: [...values] })
  for (;;) {
    go()
    const { rows } = await client.query({ text: `fetch ${BATCH} from ${name}`, rowMode: 'array' })
    if (rows.length > 0) yield rows as unknown as RawRow[]
    if (rows.length < BATCH) break
  }
  await client.query(`close ${name}`)
}

/** A count needs no values that only the selected columns name; PostgreSQL refuses what is given and not used. */
function trimmed(text: string, values: readonly unknown[]): { text: string; values: unknown[] } {
  const kept: unknown[] = []
  const numbers = new Map<string, number>()
  const renumbered = text.replace(/\$(\d+)/g, (_, number: string) => {
    let place = numbers.get(number)
    if (place === undefined) numbers.set(number, (place = kept.push(values[Number(number) - 1])))
    return `$${place}`
  })
  return { text: renumbered, values: kept }
}
