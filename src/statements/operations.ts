import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { carryPayers } from '../system/vault/carry_payers.ts'
import { CopyInto } from './copy_into.ts'
import { sm3Of } from './digest.ts'
import {
  bookNew,
  findFile,
  INCOMING,
  insertFile,
  keepRaw,
  lockChannel,
  makeIncoming,
  nextFileId,
  type StatementFile,
  type StatementState,
  sealRaw,
} from './file_store.ts'
import { openStatement } from './read.ts'
import { channelContradicted } from './refusals.ts'
import type { Statement, StatementEnd, StatementOptions } from './statement.ts'
import { LINE_COLUMNS, type LineWriterOptions, lineWriter } from './store.ts'
import { newestTemplates } from './template_store.ts'

export type ImportRequest = StatementOptions & {
  readonly path: string
  /** Of generic files. A format that names its own channel refuses another one. */
  readonly channel?: string
  readonly who: Who
  /** When it arrived. */
  readonly at: Date
  /** The channel's day: zone and cutoff. */
  readonly calendar: LineWriterOptions['calendar']
}

export type ImportAnswer = StatementFile & {
  /** The same file was imported before: this is the first answer. */
  readonly repeated: boolean
}

export type Importing = Pick<App, 'db' | 'vault' | 'now'>

/**
 * Imports a statement into the platform's book, wholly or not at all, in one transaction: a crash at any moment leaves nothing.
 * The bytes are always kept, sealed. The same file again does nothing and gives the first answer. A file with unreadable records is
 * kept and waits for acceptance, one whose totals do not fit is refused and kept: neither books a line.
 * Throws a Failure when it is no readable statement at all, or when a generic file's channel is not told.
 */
export async function importStatement(app: Importing, request: ImportRequest): Promise<ImportAnswer> {
  const { db } = app
  const { path, ...options } = request
  const raw = await openRaw(path)
  try {
    const sm3 = sm3Of(raw.fd)
    const earlier = await findFile(db.pool, sm3)
    if (earlier) return { ...earlier, repeated: true }
    await carryPayers(app)
    const templates = await newestTemplates(db.pool)
    const statement = await openStatement(path, { ...options, templates, digest: false })
    try {
      return await book(app, raw, statement, request, sm3)
    } finally {
      await statement.close()
    }
  } finally {
    await raw.close()
  }
}

async function book(
  { db, vault }: Importing,
  raw: FileHandle,
  statement: Statement,
  { channel: given, currency, calendar, path, at, who }: ImportRequest,
  sm3: string,
): Promise<ImportAnswer> {
  const { channel: own, file, format } = statement.head
  if (own && given && own !== given.toLowerCase()) throw channelContradicted(file, format, own, given)
  const channel = own ?? given
  if (!channel) throw channelUnknown(statement.head.file)
  return await db.transaction(async tx => {
    await lockChannel(tx, channel)
    // Somebody may have imported it while we waited.
    const first = await findFile(tx, sm3)
    if (first) return { ...first, repeated: true }
    const id = await nextFileId(tx)
    await makeIncoming(tx)
    const writer = lineWriter({
      file: id,
      channel,
      calendar,
      currency: currency ?? 'CNY',
      watch: null,
      payers: names => vault.payers(names),
    })
    const copy = new CopyInto(tx, INCOMING, LINE_COLUMNS)
    try {
      for await (const batch of statement.records()) await writer.write(batch, copy)
      await copy.end()
    } catch (error) {
      await copy.abandon()
      throw error
    }
    const end = statement.end()
    const state = stateOf(end)
    const sealed = sealRaw(vault, id, raw)
    try {
      const { booked, known } = state === 'booked' ? await bookNew(tx) : { booked: 0, known: 0 }
      const file: StatementFile = {
        id,
        sm3,
        name: basename(path),
        bytes: statement.head.bytes,
        receivedAt: at,
        channel,
        format: statement.head.format,
        state,
        records: end.records,
        rejected: end.rejected,
        booked,
        known,
        controls: end.controls,
        problems: end.problems,
      }
      await insertFile(tx, file)
      const kept = await keepRaw(tx, id, sealed)
      if (kept.sm3 !== sm3 || kept.bytes !== file.bytes) throw fileChanged(file.name)
      const { name, format, records, rejected } = file
      await record(tx, at, who, [
        {
          what: 'statement.import',
          object: { kind: 'statement_file', id: String(id) },
          after: { name, sm3, channel, format, state, records, rejected, booked, known },
        },
      ])
      return { ...file, repeated: false }
    } finally {
      sealed.abandon()
    }
  })
}

const stateOf = (end: StatementEnd): StatementState =>
  end.verdict === 'rejected' ? 'refused' : end.rejected > 0 ? 'awaiting_acceptance' : 'booked'

async function openRaw(path: string) {
  try {
    return await open(path)
  } catch (error) {
    throw new Failure(
      'file_unreadable',
      {
        zh: `无法读取文件 ${basename(path)}（${(error as NodeJS.ErrnoException).code}）：请检查路径与权限`,
        en: `${basename(path)} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path and its permissions`,
      },
      { file: path },
    )
  }
}

const channelUnknown = (file: string): Failure =>
  new Failure(
    'channel_unknown',
    {
      zh: `${file} 是通用格式，文件本身不说明渠道：请用 --channel 指定，例如 --channel bank`,
      en: `${file} is a generic file that does not name its channel: give it with --channel, such as --channel bank`,
    },
    { file },
  )

const fileChanged = (file: string): Failure =>
  new Failure(
    'file_changed',
    {
      zh: `${file} 在导入过程中被改动，未记账：请等文件写完后重新导入`,
      en: `${file} changed while it was being imported; nothing is booked. Import it again when it is complete`,
    },
    { file },
  )
