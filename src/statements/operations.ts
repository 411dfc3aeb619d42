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
import { sm3Of } from './digest.ts'
import {
  countLines,
  currentVersion,
  findFile,
  insertFile,
  keepRaw,
  lockAccount,
  nextFileId,
  type StatementFile,
  type StatementKind,
  type StatementState,
  sealRaw,
} from './file_store.ts'
import {
  type Arrived,
  BOOK_OF,
  compareLines,
  dropAll,
  dropKnown,
  isNewer,
  keepChanges,
  overlaps,
  supersede,
  touchDays,
} from './line_store.ts'
import { openStatement } from './read.ts'
import { channelContradicted } from './refusals.ts'
import type { Problem, Statement, StatementEnd, StatementOptions } from './statement.ts'
import { LINE_COLUMNS, type LineWriter, type LineWriterOptions, lineWriter } from './store.ts'
import { newestTemplates } from './template_store.ts'

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
  /** When this version was made, by the file's or the sender's own word; default: when it arrived. The newest version of a day counts. */
  readonly madeAt?: Date | undefined
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
 * The bytes are always kept, sealed. The same file again does nothing and gives the first answer. A file with unreadable records is
 * kept and waits for acceptance; one whose totals do not fit, or that is another merchant's or another day's, is refused and kept: neither books
 * a line. Of a day's whole statement the newest version counts, whatever the order they come in.
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
  request: ImportRequest,
  sm3: string,
): Promise<ImportAnswer> {
  const { channel: own, file: fileName, format } = statement.head
  const { channel: given, account = '', path, at, who } = request
  if (own && given && own !== given.toLowerCase()) throw channelContradicted(fileName, format, own, given)
  const channel = own ?? given
  if (!channel) throw channelUnknown(fileName)
  const kind: StatementKind = FUNDS_FORMATS.has(format) ? 'funds' : 'trade'
  return await db.transaction(async tx => {
    await lockAccount(tx, channel, account)
    // Somebody may have imported it while we waited.
    const first = await findFile(tx, sm3)
    if (first) return { ...first, repeated: true }
    const id = await nextFileId(tx)
    // The lines go straight into the book; those that turn out not to belong there are taken back before anybody sees them.
    await tx.query('savepoint before_lines')
    const writer = lineWriter({
      file: id,
      channel,
      account,
      calendar: request.calendar,
      currency: request.currency ?? 'CNY',
      watch: null,
      payers: names => vault.payers(names),
    })
    const copy = new CopyInto(tx, BOOK_OF[kind], LINE_COLUMNS)
    const sealed = sealRaw(vault, id, raw)
    try {
      try {
        for await (const batch of statement.records()) await writer.write(batch, copy)
        await copy.end()
      } catch (error) {
        await copy.abandon()
        throw error
      }
      const end = statement.end()
      const foreign = foreignFile(request, writer, basename(path))
      const state: StatementState = foreign ? 'refused' : stateOf(end)
      if (state !== 'booked') await tx.query('rollback to savepoint before_lines')
      const file: StatementFile = {
        id,
        sm3,
        name: request.name ?? basename(path),
        bytes: statement.head.bytes,
        receivedAt: at,
        channel,
        account,
        kind,
        day: request.day ?? null,
        madeAt: request.madeAt ?? at,
        format,
        state,
        records: end.records,
        rejected: end.rejected,
        booked: 0,
        known: 0,
        passedOver: 0,
        superseded: 0,
        controls: end.controls,
        problems: foreign ? [foreign, ...end.problems] : end.problems,
      }
      const current =
        state === 'booked' && file.day !== null ? await currentVersion(tx, { ...file, day: file.day }) : null
      await insertFile(tx, { ...file, booked: state === 'booked' ? end.records : 0 })
      const counted = state === 'booked' ? await settleLines(tx, file, writer, current) : NOTHING_BOOKED
      await countLines(tx, id, counted)
      const kept = await keepRaw(tx, id, sealed)
      if (kept.sm3 !== sm3 || kept.bytes !== file.bytes) throw fileChanged(file.name)
      const done = { ...file, ...counted }
      await record(tx, at, who, [importAct(done)])
      if (state === 'booked') await tellTouched(tx, done, [...writer.days().keys()])
      return { ...done, repeated: false }
    } finally {
      sealed.abandon()
    }
  })
}

/** What the channel says of our money there, rather than what payers paid. */
const FUNDS_FORMATS: ReadonlySet<string> = new Set(['wechat-funds', 'alipay-account'])

type Counted = Pick<StatementFile, 'booked' | 'known' | 'passedOver' | 'superseded'>
const NOTHING_BOOKED: Counted = { booked: 0, known: 0, passedOver: 0, superseded: 0 }

/** Which of the lines that stand in the book now may stay, and which older ones count no longer. */
async function settleLines(
  tx: pg.ClientBase,
  file: StatementFile,
  writer: LineWriter,
  current: StatementFile | null,
): Promise<Counted> {
  const days = [...writer.days().keys(), ...(file.day === null ? [] : [file.day])].sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return NOTHING_BOOKED
  const { id, channel, account, kind, records } = file
  const arrived: Arrived = { id, channel, account, kind, records, first, last }
  if (!(await overlaps(tx, arrived))) return { ...NOTHING_BOOKED, booked: records }
  await compareLines(tx, arrived)
  if (file.day !== null && current) await keepChanges(tx, arrived, file.day, current.id)
  if (current && !isNewer(file, current)) {
    const known = await dropKnown(tx, arrived)
    const passedOver = await dropAll(tx, arrived)
    return { ...NOTHING_BOOKED, known, passedOver }
  }
  const superseded = file.day === null ? 0 : await supersede(tx, arrived, file.day, file.receivedAt)
  const known = await dropKnown(tx, arrived)
  return { ...NOTHING_BOOKED, booked: records - known, known, superseded }
}

/** The account's days are to be reconciled again: said with the lines, or not at all. */
const tellTouched = (
  tx: pg.ClientBase,
  { kind, channel, account, day }: StatementFile,
  days: readonly string[],
): Promise<void> =>
  kind === 'trade' ? touchDays(tx, channel, account, [...days, ...(day === null ? [] : [day])]) : Promise.resolve()

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

/** A whole day's statement in which no line is of that day, or any file that names a merchant who is not us. */
function foreignFile(
  { day, merchants }: Pick<ImportRequest, 'day' | 'merchants'>,
  writer: LineWriter,
  file: string,
): Problem | null {
  const days = writer.days()
  const problem = (code: string, zh: string, en: string): Problem => ({
    severity: 'error',
    record: null,
    line: null,
    column: null,
    code,
    zh,
    en,
  })
  if (day !== undefined && days.size > 0 && !days.has(day)) {
    const found = [...days.keys()].sort().join('、')
    return problem(
      'statement_wrong_day',
      `“${file}”应为 ${day} 的对账单，其中记录却在 ${found}：未入账，请取正确日期的账单`,
      `"${file}" should be the statement of ${day}, but its records lie in ${found}: nothing is booked, fetch the right day's`,
    )
  }
  const others = merchants ? [...writer.merchants()].filter(name => name !== '' && !merchants.includes(name)) : []
  if (others.length === 0) return null
  const told = others.slice(0, 3).join('、')
  return problem(
    'statement_wrong_merchant',
    `“${file}”含有商户号 ${told} 的记录，不属于本账户（${merchants?.join('、')}）：未入账，请确认账单来源`,
    `"${file}" has records of merchant ${told}, which is not this account (${merchants?.join(', ')}): nothing is booked, check where it comes from`,
  )
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
