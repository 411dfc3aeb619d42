import type pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { MOVEMENT_COLUMNS } from '../src/reconciliation/payments.ts'
import { useScratch } from '../src/reconciliation/scratch.ts'
import { LINE_COLUMNS } from '../src/statements/store.ts'
import type { Database } from '../src/system/database.ts'

/**
 * The floor: what the same server needs, by hand-written SQL and nothing else, to take in both books from buffers that are
 * ready in memory and to write the links of one hash join. No file is read, nothing is checked, no duplicate is noticed.
 */
export type Books = { readonly movements: readonly Buffer[]; readonly lines: readonly Buffer[] }

export type Floor = {
  readonly total: number
  readonly copy: number
  readonly join: number
  readonly links: number
}

/** The books as a run has loaded them, in binary COPY format. */
export async function encodedBooks(client: pg.Client, schema: string): Promise<Books> {
  return {
    movements: await copyOut(client, `${schema}.movements (${MOVEMENT_COLUMNS.join(', ')})`),
    lines: await copyOut(client, `${schema}.statement_lines (${LINE_COLUMNS.join(', ')})`),
  }
}

async function copyOut(client: pg.Client, what: string): Promise<Buffer[]> {
  const pieces: Buffer[] = []
  let piece = Buffer.allocUnsafeSlow(256 << 10)
  let at = 0
  for await (const chunk of client.query(to(`copy ${what} to stdout (format binary)`))) {
    if (at + chunk.length > piece.length) {
      pieces.push(piece.subarray(0, at))
      piece = Buffer.allocUnsafeSlow(Math.max(256 << 10, chunk.length))
      at = 0
    }
    chunk.copy(piece, at)
    at += chunk.length
  }
  pieces.push(piece.subarray(0, at))
  return pieces
}

export type FloorKind = {
  /** Both COPYs at once, on two connections, as the command does it; or one after the other. */
  readonly parallel: boolean
  readonly logged: boolean
}

export async function floor(db: Database, books: Books, { parallel, logged }: FloorKind): Promise<Floor> {
  const one = await db.connect()
  const two = await db.connect()
  try {
    await one.query('drop schema if exists bench_floor cascade')
    const start = performance.now()
    await one.query('create schema bench_floor')
    await useScratch(one, 'bench_floor')
    await useScratch(two, 'bench_floor')
    for (const table of ['movements', 'statement_lines', 'match_links'])
      await one.query(
        `create ${logged ? '' : 'unlogged'} table bench_floor.${table} (like public.${table}) with (autovacuum_enabled = false)`,
      )
    const first = () => copyIn(one, 'movements', MOVEMENT_COLUMNS, books.movements)
    const second = (client: pg.Client) => copyIn(client, 'statement_lines', LINE_COLUMNS, books.lines)
    if (parallel) await Promise.all([first(), second(two)])
    else {
      await first()
      await second(one)
    }
    const copied = performance.now()
    const { rowCount } = await one.query(`
      insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation)
      select m.order_no, m.id, l.id, 'trade_no', m.business_date <> l.business_date, false
        from movements m
        join statement_lines l on l.channel_trade_no = m.channel_trade_no
       where l.amount = m.amount and l.kind = m.kind and l.channel = m.channel and l.currency = m.currency
         and m.status = 'success' and l.status = 'success'`)
    const end = performance.now()
    return { total: end - start, copy: copied - start, join: end - copied, links: rowCount ?? 0 }
  } finally {
    await one.query('drop schema if exists bench_floor cascade')
    await one.end()
    await two.end()
  }
}

async function copyIn(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  pieces: readonly Buffer[],
): Promise<void> {
  await client.query(`begin; truncate ${table}`)
  const stream = client.query(from(`copy ${table} (${columns.join(', ')}) from stdin (format binary, freeze)`))
  await new Promise<void>((resolve, reject) => {
    stream.on('error', reject)
    stream.on('finish', resolve)
    let next = 0
    const write = () => {
      while (next < pieces.length) if (!stream.write(pieces[next++])) return void stream.once('drain', write)
      stream.end()
    }
    write()
  })
  await client.query('commit')
}
