import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib'
import type pg from 'pg'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Context } from '../system/vault/purposes.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Control, Problem } from './statement.ts'
import { LINE_COLUMNS } from './store.ts'

export type StatementState = 'booked' | 'awaiting_acceptance' | 'refused'

/** What became of a file when it arrived. The same file again gets this answer again. */
export type StatementFile = {
  readonly id: number
  readonly sm3: string
  readonly name: string
  readonly bytes: number
  readonly receivedAt: Date
  readonly channel: string
  readonly format: string
  readonly state: StatementState
  readonly records: number
  readonly rejected: number
  /** Lines it added to the book, and lines that stood there already. */
  readonly booked: number
  readonly known: number
  readonly controls: readonly Control[]
  readonly problems: readonly Problem[]
}

const PART = 1 << 20
const compress = promisify(zstdCompress) as (bytes: Buffer, options: object) => Promise<Buffer>
const expand = promisify(zstdDecompress) as (bytes: Buffer) => Promise<Buffer>

export async function findFile(db: pg.ClientBase | pg.Pool, sm3: string): Promise<StatementFile | null> {
  const { rows } = await db.query(
    `select id, sm3, name, bytes, received_at as "receivedAt", channel, format, state, records, rejected, booked, known,
            controls, problems
       from statement_files where sm3 = $1`,
    [sm3],
  )
  return rows[0] ?? null
}

/** Two imports that could bring the same lines wait for each other; the lock ends with the transaction. */
export async function lockChannel(tx: pg.ClientBase, channel: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('statement lines of ' || $1, 0))`, [channel])
}

/** The id that the file's lines will carry. */
export async function nextFileId(tx: pg.ClientBase): Promise<number> {
  const { rows } = await tx.query(`select nextval(pg_get_serial_sequence('statement_files', 'id'))::integer as id`)
  return rows[0].id
}

export async function insertFile(tx: pg.ClientBase, file: StatementFile): Promise<void> {
  await tx.query(
    `insert into statement_files
            (id, sm3, name, bytes, received_at, channel, format, state, records, rejected, booked, known, controls, problems)
     overriding system value
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      file.id,
      file.sm3,
      file.name,
      file.bytes,
      file.receivedAt,
      file.channel,
      file.format,
      file.state,
      file.records,
      file.rejected,
      file.booked,
      file.known,
      JSON.stringify(file.controls),
      JSON.stringify(file.problems),
    ],
  )
}

/** The quickest: it makes an eighth of a bill in half the time that sealing the rest would take. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export const STATEMENT_RAW: SealedColumn = {
  table: 'statement_raw',
  column: 'content',
  key: [
    { name: 'file_id', type: 'integer' },
    { name: 'part', type: 'integer' },
  ],
  context: ([file, part]) => rawContext(Number(file), Number(part)),
  plain: { columns: ['plain'], value: row => (row.plain ? zstdCompressSync(bytesOf(row.plain), COMPRESSION) : null) },
  batch: 8,
}

/** As JSON has them. */
const bytesOf = (text: string): Buffer => Buffer.from(text.slice('\\x'.length), 'hex')

const rawContext = (file: number, part: number): Context => `statements.raw:${file}/${part}`

/** Parts that may be ready before they are taken: at most so many megabytes, an eighth of it for most statements. */
const AHEAD = 48

/** The file's bytes, compressed and sealed part by part; and, once all parts were taken, the SM3 and the number of the bytes. */
export type SealedRaw = {
  readonly parts: AsyncIterable<Buffer>
  readonly told: () => { readonly sm3: string; readonly bytes: number }
  /** Nobody takes the rest. */
  readonly abandon: () => void
}

/** Begins at once and works ahead of whoever takes the parts: while the database books the lines, this process would only wait. */
export function sealRaw(vault: Vault, id: number, from: FileHandle): SealedRaw {
  const hash = createHash('sm3')
  let bytes = 0
  async function* sealedParts(): AsyncGenerator<Buffer> {
    for (let part = 0; ; part++) {
      const { buffer, bytesRead } = await from.read(Buffer.allocUnsafe(PART), 0, PART, bytes)
      if (bytesRead === 0) return
      const plain = buffer.subarray(0, bytesRead)
      hash.update(plain)
      bytes += bytesRead
      yield vault.seal(await compress(plain, COMPRESSION), rawContext(id, part))
    }
  }
  const ahead = new PassThrough({ objectMode: true, highWaterMark: AHEAD })
  // What goes wrong comes out where the parts are taken.
  pipeline(sealedParts(), ahead).catch(() => {})
  return {
    parts: ahead,
    told: () => ({ sm3: hash.digest('hex'), bytes }),
    abandon: () => void ahead.destroy(),
  }
}

/** Keeps the bytes, and says their SM3 and number. */
export async function keepRaw(
  tx: pg.ClientBase,
  id: number,
  { parts, told }: SealedRaw,
): Promise<{ sm3: string; bytes: number }> {
  let part = 0
  for await (const content of parts)
    await tx.query('insert into statement_raw (file_id, part, content) values ($1, $2, $3)', [id, part++, content])
  return told()
}

/** The bytes as they arrived, part by part. Throws Failure sealed_unreadable. */
export async function* readRaw(db: pg.ClientBase | pg.Pool, vault: Vault, id: number): AsyncGenerator<Buffer> {
  for (let part = 0; ; part++) {
    const { rows } = await db.query('select content, plain from statement_raw where file_id = $1 and part = $2', [
      id,
      part,
    ])
    if (!rows[0]) return
    yield rows[0].content === null ? rows[0].plain : await expand(vault.open(rows[0].content, rawContext(id, part)))
  }
}

/** Where the lines of one file wait until it is known whether they may be booked. */
export const INCOMING = 'incoming_lines'

export async function makeIncoming(tx: pg.ClientBase): Promise<void> {
  await tx.query(
    `create temporary table ${INCOMING} (like statement_lines including defaults including constraints) on commit drop`,
  )
}

/** All that a record says; its place in a file is not part of it. */
const CONTENT = LINE_COLUMNS.filter(column => column !== 'id' && column !== 'order_no')

/**
 * Books what is new. A record is known when the book holds it already as often as this file has listed it so far: equal
 * records within one file are separate movements, overlapping exports add only the rest. An order number that stands for a
 * missing one ('#' || id) is not compared.
 */
export async function bookNew(tx: pg.ClientBase): Promise<{ booked: number; known: number }> {
  await tx.query(`analyze ${INCOMING}`)
  const content = (row: string) =>
    `row(${CONTENT.map(column => `${row}.${column}`).join(', ')}, ${givenOrderNo(row)})::text`
  const { rows: overlap } = await tx.query(
    `select exists (
       select from (select channel, min(business_date) as first, max(business_date) as last from ${INCOMING} group by channel) i
         join statement_lines l on l.channel = i.channel and l.business_date between i.first and i.last
     ) as possible`,
  )
  const columns = LINE_COLUMNS.join(', ')
  const incoming = await tx.query(`select count(*)::integer as count from ${INCOMING}`)
  const text = overlap[0].possible
    ? `with days as (select distinct channel, business_date from ${INCOMING}),
            held as (select ${content('l')} as content, count(*) as times
                       from statement_lines l join days using (channel, business_date) group by 1),
            listed as (select i.id as line, ${content('i')} as content from ${INCOMING} i),
            counted as (select line, content, row_number() over (partition by content order by line) as nth from listed)
       insert into statement_lines (${columns})
       select ${LINE_COLUMNS.map(column => `i.${column}`).join(', ')}
         from counted c left join held h using (content) join ${INCOMING} i on i.id = c.line
        where c.nth > coalesce(h.times, 0)`
    : `insert into statement_lines (${columns}) select ${columns} from ${INCOMING}`
  const { rowCount } = await tx.query(text)
  const booked = rowCount ?? 0
  return { booked, known: incoming.rows[0].count - booked }
}

const givenOrderNo = (row: string): string =>
  `case when ${row}.order_no = '#' || ${row}.id then '' else ${row}.order_no end`
