import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type pg from 'pg'
import type { Act, Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { carryPayers } from '../system/vault/carry_payers.ts'
import { CopyInto } from './copy_into.ts'
import { type Digest, digestOf } from './digest.ts'
import {
  countLines,
  currentVersion,
  findFile,
  hasSize,
  insertFile,
  keepRaw,
  lockAccount,
  nextFileId,
  rewriteFile,
  type StatementFile,
  type StatementKind,
  type StatementState,
  sealRaw,
} from './file_store.ts'
import { foreignFile, isForeign } from './foreign_file.ts'
import { BOOK_OF, COLUMNS_OF, overlaps, touchDays } from './line_store.ts'
import { openStatement } from './read.ts'
import { channelContradicted } from './refusals.ts'
import { RepeatWatch } from './repeats.ts'
import type { Statement, StatementEnd, StatementOptions } from './statement.ts'
import { type LineWriter, type LineWriterOptions, lineWriter, SPACES } from './store.ts'
import { heldStretches, keepRepeated, keepStretches } from './stretch_store.ts'
import { Stretches } from './stretches.ts'
import { newestTemplates } from './template_store.ts'
import { isStatementAgain, madeAtOf, NOTHING_BOOKED, settleLines } from './versions.ts'

export type ImportRequest = StatementOptions & {
  readonly path: string
  /** As it is to be kept; default: the path's last part. */
  readonly name?: string
  /** Of generic files. A format that names its own channel refuses another one. */
  readonly channel?: string
  /** Which of our accounts with the channel; default ''. */
  readonly account?: string
  /** The business day whose whole statement it is: then lines of that day which it does not list count no longer. Default: a part, which only adds. */
  readonly day?: Day | undefined
  /** When this version was made, by its sender's word (a file's time on a server). The file's own word goes before it; without either: when it arrived. */
  readonly madeAt?: Date | undefined
  /** Whoever brings it says that this is what the channel states now, whatever came before: as one does who has just asked the channel. */
  readonly newest?: boolean | undefined
  /** Numbers by which the channel knows us there: a file that names others is somebody else's. */
  readonly merchants?: readonly string[] | undefined
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
 * The bytes are always kept, sealed. The same file again does nothing and gives the first answer, unless it is a statement again (`isStatementAgain`). A file with unreadable records is
 * kept and waits for acceptance; one whose totals do not fit, or that is another merchant's or another day's, is refused and kept: neither books
 * a line. Of a day's whole statement the newest version counts, whatever the order they come in.
 * Throws a Failure when it is no readable statement at all, or when a generic file's channel is not told.
 */
export async function importStatement(app: Importing, request: ImportRequest): Promise<ImportAnswer> {
  const { db } = app
  const { path, ...options } = request
  const { account = '', day = null } = request
  const raw = await openRaw(path)
  let digest: Digest | undefined
  try {
    const { size } = await raw.stat()
    digest = digestOf(raw.fd, size, true)
    const known: Known = {
      sm3: digest.done,
      sha256: digest.sha256,
      find: async db => ((await hasSize(db, size)) ? await findFile(db, await known.sm3, { account, day }) : null),
    }
    const earlier = await known.find(db.pool)
    if (earlier && !isForeign(earlier) && !(await isStatementAgain(db.pool, earlier, request)))
      return { ...earlier, repeated: true }
    await carryPayers(app)
    const templates = await newestTemplates(db.pool)
    const statement = await openStatement(path, { ...options, templates, digest: false })
    try {
      return await book(app, raw, statement, request, known)
    } finally {
      await statement.close()
    }
  } finally {
    await digest?.cancel()
    await raw.close()
  }
}

/** The same file of before, looked for by its digest, which is made while the file is read: only where one of its size is there does anybody wait for it. */
type Known = {
  readonly sm3: Promise<string>
  readonly sha256: Promise<string | null>
  readonly find: (db: pg.ClientBase | pg.Pool) => Promise<StatementFile | null>
}

async function book(
  { db, vault }: Importing,
  raw: FileHandle,
  statement: Statement,
  request: ImportRequest,
  known: Known,
): Promise<ImportAnswer> {
  const { channel: own, file: fileName, format } = statement.head
  const { channel: given, account = '', at, who } = request
  if (own && given && own !== given.toLowerCase()) throw channelContradicted(fileName, format, own, given)
  const channel = own ?? given
  if (!channel) throw channelUnknown(fileName)
  const kind: StatementKind = FUNDS_FORMATS.has(format) ? 'funds' : 'trade'
  return await db.transaction(async tx => {
    await lockAccount(tx, channel, account)
    // Somebody may have imported it while we waited.
    const earlier = await known.find(tx)
    const refused = earlier && isForeign(earlier) ? earlier : null
    if (earlier && !refused && !(await isStatementAgain(tx, earlier, request))) return { ...earlier, repeated: true }
    const id = refused?.id ?? (await nextFileId(tx))
    // The lines go straight into the book; those that turn out not to belong there are taken back before anybody sees them.
    await tx.query('savepoint before_lines')
    const { day } = request
    const alone =
      day !== undefined && !(await overlaps(tx, { id, channel, account, kind, records: 0, first: day, last: day }))
        ? day
        : null
    const stretches = day === undefined ? null : new Stretches(await heldStretches(tx, { channel, account, kind, day }))
    // Numbers lie in a stretch until it is whole: there is time to look them up.
    const watch = stretches === null || kind === 'funds' ? null : new RepeatWatch(statement.head.bytes)
    const writer = lineWriter({
      ...writing(request, vault),
      watch,
      file: id,
      channel,
      account,
      funds: kind === 'funds',
      stretches,
    })
    const sealed = sealRaw(vault, id, raw)
    try {
      const end = await copyLines(tx, statement, writer, kind)
      const sm3 = await known.sm3
      const foreign = foreignFile(request, writer, request.name ?? basename(request.path))
      const state: StatementState = foreign ? 'refused' : stateOf(end)
      if (state !== 'booked') await tx.query('rollback to savepoint before_lines')
      const file = fileOf(statement, request, end, {
        ...{ id, sm3, channel, kind, state },
        sameAs: refused ? null : (earlier?.id ?? null),
        problems: foreign ? [foreign, ...end.problems] : end.problems,
      })
      const current =
        state === 'booked' && file.day !== null ? await currentVersion(tx, { ...file, day: file.day }) : null
      const inserted = { ...file, booked: state === 'booked' ? end.records : 0 }
      if (refused) await rewriteFile(tx, inserted)
      else await insertFile(tx, inserted)
      const counted =
        state === 'booked' ? await settleLines(tx, file, writer, current, stretches, alone) : NOTHING_BOOKED
      await countLines(tx, id, counted)
      if (stretches && counted.booked === file.records) await keepStretches(tx, id, stretches.fresh())
      if (watch && state === 'booked') await keepRepeated(tx, id, toldRepeated(watch))
      if (!refused) {
        const kept = await keepRaw(tx, id, sealed)
        if (kept.sha256 !== (await known.sha256) || kept.bytes !== file.bytes) throw fileChanged(file.name)
      }
      const done = { ...file, ...counted }
      await record(tx, at, who, [importAct(done)])
      // The next run plans by what it knows of the book: a large statement changes that.
      if (counted.booked > LARGE) await tx.query(`analyze ${BOOK_OF[kind]}`)
      // A file that lay refused has a number of before: runs may have seen greater ones.
      if (state === 'booked') await tellTouched(tx, done, [...writer.days().keys()], refused !== null)
      return { ...done, repeated: false }
    } finally {
      sealed.abandon()
    }
  })
}

/** What is known of a file before any of its lines is booked. */
const fileOf = (
  { head: { bytes, format } }: Statement,
  request: ImportRequest,
  end: StatementEnd,
  found: Pick<StatementFile, 'id' | 'sm3' | 'channel' | 'kind' | 'state' | 'sameAs' | 'problems'>,
): StatementFile => ({
  ...found,
  ...{ bytes, format, records: end.records, rejected: end.rejected, controls: end.controls },
  name: request.name ?? basename(request.path),
  receivedAt: request.at,
  account: request.account ?? '',
  day: request.day ?? null,
  madeAt: madeAtOf(request, end),
  ...NOTHING_BOOKED,
})

/** Numbers that are kept with a file; of more than these the book is asked. */
const REPEATED_MAX = 10_000

function toldRepeated(watch: RepeatWatch): readonly string[] | null {
  const numbers = watch.repeated([SPACES.trade, SPACES.order])
  return numbers && numbers.length <= REPEATED_MAX ? numbers : null
}

/** What a line writer needs besides the file's own names. */
export const writing = (
  { calendar, currency = 'CNY' }: Pick<ImportRequest, 'calendar' | 'currency'>,
  vault: Importing['vault'],
) => ({ calendar, currency, watch: null, payers: (names: readonly string[]) => vault.payers(names) })

/** The statement's lines, into the book of its kind. */
export async function copyLines(
  tx: pg.ClientBase,
  statement: Statement,
  writer: LineWriter,
  kind: StatementKind,
): Promise<StatementEnd> {
  const copy = new CopyInto(tx, BOOK_OF[kind], COLUMNS_OF[kind])
  try {
    for await (const batch of statement.records()) await writer.write(batch, copy)
    await writer.end(copy)
    await copy.end()
  } catch (error) {
    await copy.abandon()
    throw error
  }
  return statement.end()
}

/** What the channel says of our money there, rather than what payers paid. */
const FUNDS_FORMATS: ReadonlySet<string> = new Set(['wechat-funds', 'alipay-account'])

/** Lines. */
const LARGE = 20_000

/** The account's days are to be reconciled again: said with the lines, or not at all. */
export const tellTouched = (
  tx: pg.ClientBase,
  { kind, channel, account, day }: StatementFile,
  days: readonly string[],
  whole = false,
): Promise<void> => touchDays(tx, kind, channel, account, [...days, ...(day === null ? [] : [day])], whole)

const importAct = ({
  id,
  name,
  sm3,
  channel,
  account,
  format,
  state,
  records,
  rejected,
  booked,
  known,
  superseded,
}: StatementFile): Act => ({
  what: 'statement.import',
  object: { kind: 'statement_file', id: String(id) },
  after: { name, sm3, channel, account, format, state, records, rejected, booked, known, superseded },
})

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
