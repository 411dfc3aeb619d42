import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib'
import type pg from 'pg'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Context } from '../system/vault/purposes.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Control, Problem } from './statement.ts'

export type StatementState = 'booked' | 'awaiting_acceptance' | 'refused'

/** trade: what moved, against our own book. funds: what the channel or bank did with the money afterwards. */
export type StatementKind = 'trade' | 'funds'

/** What became of a file when it arrived. The same file again gets this answer again, unless it is a statement again (`sameAs`). */
export type StatementFile = {
  readonly id: number
  readonly sm3: string
  readonly name: string
  readonly bytes: number
  readonly receivedAt: Date
  readonly channel: string
  /** Which of our accounts with the channel; '' where it has none. */
  readonly account: string
  readonly kind: StatementKind
  /** The day whose whole statement it is; null: a part, or an export over any time. */
  readonly day: string | null
  /** By the file's own word, else its sender's, else when it arrived: the newest version of a day's statement counts. */
  readonly madeAt: Date
  /** The file of the same bytes that came before, where these are a statement again: one that goes back to it, or another day's empty one. */
  readonly sameAs: number | null
  readonly format: string
  readonly state: StatementState
  readonly records: number
  readonly rejected: number
  /** Lines it added to the book, and lines that stood there already. */
  readonly booked: number
  readonly known: number
  /** Lines that are not booked because a newer version of the day's statement stands. */
  readonly passedOver: number
  /** Lines of an older version that this one took away. */
  readonly superseded: number
  readonly controls: readonly Control[]
  readonly problems: readonly Problem[]
}

const PART = 1 << 20
const compress = promisify(zstdCompress) as (bytes: Buffer, options: object) => Promise<Buffer>
const expand = promisify(zstdDecompress) as (bytes: Buffer) => Promise<Buffer>

export const FILE_COLUMNS = `id, sm3, name, bytes, received_at as "receivedAt", channel, account, kind, day::text as day, made_at as "madeAt", same_as as "sameAs", format, state,
            records, rejected, booked, known, passed_over as "passedOver", superseded, controls, problems`

/** The last one of these bytes: as the day's statement, else as whatever it was. */
export async function findFile(
  db: pg.ClientBase | pg.Pool,
  sm3: string,
  as: { readonly account: string; readonly day: string | null },
): Promise<StatementFile | null> {
  const { rows } = await db.query(
    `select ${FILE_COLUMNS} from statement_files where sm3 = $1
      order by account = $2 and day is not distinct from $3::date desc, id desc limit 1`,
    [sm3, as.account, as.day],
  )
  return rows[0] ?? null
}

/** Whether any file of so many bytes ever came. */
export async function hasSize(db: pg.ClientBase | pg.Pool, bytes: number): Promise<boolean> {
  const { rows } = await db.query('select exists (select from statement_files where bytes = $1) as there', [bytes])
  return rows[0].there
}

export type DayOfAccount = {
  readonly channel: string
  readonly account: string
  readonly kind: StatementKind
  readonly day: string
}

/** Of the files that were booked as a day's whole statement the first one counts. */
export const NEWEST_FIRST = 'order by made_at desc, id desc'

/** The version of a day's statement that counts: the one made last. null: none has been booked. */
export const currentVersion = async (db: pg.ClientBase | pg.Pool, of: DayOfAccount): Promise<StatementFile | null> =>
  (await currentVersions(db, [of]))[0] ?? null

/** The versions that count of these days' statements, of those that have one. */
export async function currentVersions(
  db: pg.ClientBase | pg.Pool,
  days: readonly DayOfAccount[],
): Promise<StatementFile[]> {
  const { rows } = await db.query(
    `select f.* from unnest($1::text[], $2::text[], $3::statement_kind[], $4::date[]) as of (channel, account, kind, day),
        lateral (select ${FILE_COLUMNS} from statement_files f
                  where f.channel = of.channel and f.account = of.account and f.kind = of.kind and f.day = of.day and f.state = 'booked'
                  ${NEWEST_FIRST} limit 1) f`,
    [days.map(of => of.channel), days.map(of => of.account), days.map(of => of.kind), days.map(of => of.day)],
  )
  return rows
}

/** The files that have been booked as the day's whole statement. */
export async function versionsOf(db: pg.ClientBase, of: DayOfAccount): Promise<number[]> {
  const { rows } = await db.query(
    `select id from statement_files where channel = $1 and account = $2 and kind = $3 and day = $4 and state = 'booked' order by id`,
    [of.channel, of.account, of.kind, of.day],
  )
  return rows.map(row => row.id)
}

/** Two imports that could bring the same lines wait for each other; the lock ends with the transaction. */
export async function lockAccount(tx: pg.ClientBase, channel: string, account: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('statement lines of ' || $1 || '/' || $2, 0))`, [
    channel,
    account,
  ])
}

/** The id that the file's lines will carry. */
export async function nextFileId(tx: pg.ClientBase): Promise<number> {
  const { rows } = await tx.query(`select nextval(pg_get_serial_sequence('statement_files', 'id'))::integer as id`)
  return rows[0].id
}

export async function insertFile(tx: pg.ClientBase, file: StatementFile): Promise<void> {
  await tx.query(
    `insert into statement_files
            (id, sm3, name, bytes, received_at, channel, format, state, records, rejected, booked, known, controls, problems,
             account, kind, day, made_at, passed_over, superseded, same_as)
     overriding system value
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
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
      file.account,
      file.kind,
      file.day,
      file.madeAt,
      file.passedOver,
      file.superseded,
      file.sameAs,
    ],
  )
}

/** A file that lay refused is what it is now; its bytes are kept already. */
export async function rewriteFile(tx: pg.ClientBase, file: StatementFile): Promise<void> {
  await tx.query(
    `update statement_files
        set name = $2, received_at = $3, channel = $4, account = $5, kind = $6, day = $7, made_at = $8, format = $9, state = $10,
            records = $11, rejected = $12, booked = $13, known = $14, controls = $15, problems = $16
      where id = $1`,
    [
      file.id,
      file.name,
      file.receivedAt,
      file.channel,
      file.account,
      file.kind,
      file.day,
      file.madeAt,
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

export async function countLines(
  tx: pg.ClientBase,
  id: number,
  counted: Pick<StatementFile, 'booked' | 'known' | 'passedOver' | 'superseded'>,
): Promise<void> {
  await tx.query(
    'update statement_files set booked = $2, known = $3, passed_over = $4, superseded = $5 where id = $1',
    [id, counted.booked, counted.known, counted.passedOver, counted.superseded],
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

/** Bytes that may be ready before they are taken: all of a statement of 400 MB, which is packed to an eighth. */
const AHEAD = 48 << 20

/** The file's bytes, compressed and sealed part by part; and, once all parts were taken, the SHA-256 and the number of the bytes. */
export type SealedRaw = {
  readonly parts: AsyncIterable<Buffer>
  readonly told: () => { readonly sha256: string; readonly bytes: number }
  /** Nobody takes the rest. */
  readonly abandon: () => void
}

/** Begins at once and works ahead of whoever takes the parts: while the database books the lines, this process would only wait. */
export function sealRaw(vault: Vault, id: number, from: FileHandle): SealedRaw {
  const hash = createHash('sha256')
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
  const source = sealedParts()
  // What goes wrong comes out where the parts are taken.
  const parts = new ReadableStream<Buffer>(
    {
      async pull(into) {
        const next = await source.next()
        if (next.done) into.close()
        else into.enqueue(next.value)
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }),
  )
  return {
    parts,
    told: () => ({ sha256: hash.digest('hex'), bytes }),
    abandon: () => void parts.cancel().catch(() => {}),
  }
}

/** Keeps the bytes, and says their SHA-256 and number. */
export async function keepRaw(
  tx: pg.ClientBase,
  id: number,
  { parts, told }: SealedRaw,
): Promise<{ sha256: string; bytes: number }> {
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
