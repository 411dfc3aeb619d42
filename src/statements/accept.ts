import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import type { Json } from '../system/requests.ts'
import { type HeldFile, lockFile, markState } from './file_list.ts'
import { currentVersion, lockAccount, readRaw } from './file_store.ts'
import { copyLines, type Importing, tellTouched, writing } from './operations.ts'
import { openStatement } from './read.ts'
import type { StatementOptions } from './statement.ts'
import { type LineWriter, type LineWriterOptions, lineWriter } from './store.ts'
import { newestTemplates } from './template_store.ts'
import { settleLines } from './versions.ts'

/** What a question about a held file stands on; it is locked from here on. */
export async function lockedBasis(tx: pg.ClientBase, id: number): Promise<Json> {
  const file = await lockFile(tx, id)
  return file ? basisOf(file) : null
}

export const basisOf = ({ sm3, state, records, rejected }: HeldFile): Json => ({ sm3, state, records, rejected })

/**
 * Books what can be read of a statement with unreadable records: from the bytes that were kept, as they arrived.
 * It must be awaiting acceptance and locked; anything else is a bug.
 */
export async function acceptStatement(
  { vault }: Pick<Importing, 'vault'>,
  tx: pg.ClientBase,
  id: number,
  reading: StatementOptions & { readonly calendar: LineWriterOptions['calendar'] },
  { who, at }: { readonly who: Who; readonly at: Date },
): Promise<{ readonly booked: number; readonly known: number; readonly rejected: number }> {
  const held = await waiting(tx, id)
  const { channel, account } = held
  // As an import does: first the account, then what stands of the day.
  await lockAccount(tx, channel, account)
  const current = held.day === null ? null : await currentVersion(tx, { ...held, day: held.day })
  const writer = lineWriter({ ...writing(reading, vault), file: id, channel, account, funds: held.kind === 'funds' })
  await readAgain(vault, tx, held, reading, writer)
  const readable = held.records - held.rejected
  const counted = await settleLines(tx, { ...held, records: readable }, writer, current)
  await markState(tx, id, 'booked', counted)
  await tellTouched(tx, held, [...writer.days().keys()], true)
  const { booked, known } = counted
  const { rejected } = held
  await record(tx, at, who, [
    {
      what: 'statement.accept',
      object: { kind: 'statement_file', id: String(id) },
      before: { state: held.state },
      after: { state: 'booked', booked, known, rejected },
    },
  ])
  return { booked, known, rejected }
}

/** The lines out of the bytes that were kept, into the book. */
async function readAgain(
  vault: Importing['vault'],
  tx: pg.ClientBase,
  held: HeldFile,
  { calendar: _, ...options }: StatementOptions & { readonly calendar: LineWriterOptions['calendar'] },
  writer: LineWriter,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-accept-'))
  try {
    const path = join(folder, 'file')
    await pipeline(Readable.from(readRaw(tx, vault, held.id)), createWriteStream(path, { mode: 0o600 }))
    const templates = await newestTemplates(tx)
    const statement = await openStatement(path, { ...options, name: held.name, templates, digest: false })
    try {
      const end = await copyLines(tx, statement, writer, held.kind)
      if (end.records !== held.records || end.rejected !== held.rejected)
        throw new Error(`statement ${held.id} reads otherwise than when it came: ${end.records}/${end.rejected}`)
    } finally {
      await statement.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Nothing of it is booked, and it waits no longer. It must be awaiting acceptance and locked; anything else is a bug. */
export async function refuseStatement(
  tx: pg.ClientBase,
  id: number,
  { who, at }: { readonly who: Who; readonly at: Date },
): Promise<void> {
  const held = await waiting(tx, id)
  await markState(tx, id, 'refused', { booked: 0, known: 0, passedOver: 0, superseded: 0 })
  await record(tx, at, who, [
    {
      what: 'statement.refuse',
      object: { kind: 'statement_file', id: String(id) },
      before: { state: held.state },
      after: { state: 'refused' },
    },
  ])
}

async function waiting(tx: pg.ClientBase, id: number): Promise<HeldFile> {
  const held = await lockFile(tx, id)
  if (held?.state !== 'awaiting_acceptance') throw new Error(`statement ${id} is ${held?.state}, not waiting`)
  return held
}
