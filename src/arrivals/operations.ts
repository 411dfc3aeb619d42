import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Actor, SYSTEM } from '../access/actor.ts'
import { record } from '../audit/record.ts'
import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import { currentVersions, type StatementFile } from '../statements/file_store.ts'
import { touchDays } from '../statements/line_store.ts'
import { type ImportAnswer, type ImportRequest, importStatement } from '../statements/operations.ts'
import { askAcceptance } from './acceptance.ts'
import { type Arriving, planOf, rulesFor } from './arriving.ts'
import { type Box, openFolder } from './box.ts'
import { settleMissing } from './expecting.ts'
import { channelFailed, follow, type Outcome, outcomeOfError, refusalOf } from './outcome.ts'
import { namePattern } from './pattern.ts'
import type { AccountPlan } from './plan.ts'
import { openSftp } from './sftp.ts'
import {
  type Arrival,
  type ArrivalSource,
  claimArrival,
  concludeArrival,
  lockArrivalOf,
  markRead,
  missingArrivals,
  noteFiles,
  noteLook,
  planNextTry,
  type SeenFile,
  type Trouble,
} from './store.ts'

/** Whoever has taken an arrival and is not heard of for so long has died: the largest bill is down and booked well before. */
const GIVEN_UP_MS = 30 * 60_000

/**
 * Fetches what one arrival waits for from its channel, if it is due and nobody else does. Whatever comes of it is written down; only bugs
 * are thrown. It may run any number of times, in any number of processes.
 */
export async function fetchArrival(app: Arriving, id: number): Promise<void> {
  const at = app.now()
  const arrival = await claimArrival(app.db.pool, id, at, new Date(at.getTime() + GIVEN_UP_MS))
  if (!arrival) return
  const plan = planOf(app, arrival.account)
  let outcome: Outcome
  try {
    outcome = await download(app, plan, arrival)
  } catch (error) {
    await conclude(app, plan, arrival, outcomeOfError(error) ?? { state: 'failed', error: BROKEN }, 'api', SYSTEM)
    if (outcomeOfError(error)) return
    throw error
  }
  await conclude(app, plan, arrival, outcome, 'api', SYSTEM)
}

const BROKEN: Trouble = {
  code: 'statement_fetch_broken',
  zh: '下载或导入对账单时出现内部错误，已记入日志：将自动重试',
  en: 'An internal error occurred while the statement was fetched; it is in the log, and it is tried again',
}

async function download(app: Arriving, plan: AccountPlan, { day, kind }: Arrival): Promise<Outcome> {
  const answer = await plan.channel.downloadStatement(day, kind)
  if (answer.state === 'failed') return { state: 'failed', error: channelFailed(answer.reason) }
  if (answer.state !== 'ready') return answer
  const file = await inTemporary(async path => {
    await writeFile(path, answer.content, { mode: 0o600 })
    return await bring(app, plan, { path, name: answer.name, day, newest: true }, SYSTEM)
  })
  const known = knownElsewhere(file, plan, day)
  if (known) return { state: 'failed', error: known }
  if (file.state === 'awaiting_acceptance')
    await app.db.transaction(tx => askAcceptance(app, tx, file, SYSTEM, app.now()))
  return file.kind === kind ? { state: 'file', file } : { state: 'failed', error: wrongKind(file, kind) }
}

export type Brought = {
  readonly path: string
  readonly name: string
  readonly day: Day | undefined
} & Pick<ImportRequest, 'newest' | 'madeAt'>

/** Imports a file as this account's, judged by what is expected of it. Throws what `importStatement` throws. */
export async function bring(
  app: Arriving,
  plan: AccountPlan,
  { path, name, day, newest, madeAt }: Brought,
  who: Actor,
): Promise<ImportAnswer> {
  const at = app.now()
  const { calendar } = await rulesFor(app, plan, day ?? at.toISOString().slice(0, 10))
  const { channel, merchants, reading } = plan
  return await importStatement(app, {
    ...reading,
    ...{ path, name, day, newest, madeAt, merchants, who, at, calendar },
    channel: channel.name,
    account: channel.account,
  })
}

/** Writes down what came of a try, and does what follows of it. */
async function conclude(
  app: Arriving,
  plan: AccountPlan,
  arrival: Arrival,
  outcome: Outcome,
  source: ArrivalSource,
  who: Actor,
): Promise<void> {
  await app.db.transaction(async tx => {
    const at = app.now()
    const fetched = source === 'api'
    const { state, ...following } = follow(arrival, outcome, at, plan.schedule, fetched)
    if (state === null) return await planNextTry(tx, arrival.id, following.nextTryAt)
    const mark = fetched ? arrival.attempts : null
    if (!(await concludeArrival(tx, arrival.id, mark, { ...following, state, source, at }))) return
    if (state === 'arrived' || state === 'empty') await settleMissing(tx, arrival, at)
    if (state === 'empty') await touchDays(tx, arrival.kind, arrival.channel, arrival.account, [arrival.day])
    if (state === 'empty')
      await record(tx, at, who, [
        {
          what: 'statement.empty',
          object: { kind: 'arrival', id: String(arrival.id) },
          before: { state: arrival.state },
          after: { state, account: arrival.account, day: arrival.day, kind: arrival.kind },
        },
      ])
  })
}

/** A file that was brought, not fetched: what it means for the day it is of, and for the second person it may need. */
export async function concludeBrought(
  app: Arriving,
  plan: AccountPlan,
  file: StatementFile,
  { day, source, who }: { readonly day: Day | undefined; readonly source: ArrivalSource; readonly who: Actor },
): Promise<void> {
  await app.db.transaction(async tx => {
    if (file.state === 'awaiting_acceptance') await askAcceptance(app, tx, file, who, app.now())
  })
  if (day === undefined) return
  const of = { account: plan.channel.account, day, kind: file.kind }
  const arrival = await app.db.transaction(tx => lockArrivalOf(tx, of))
  if (arrival) await conclude(app, plan, arrival, { state: 'file', file }, source, who)
}

/** Writes down that statements came which were booked without a word about it: on the command line, or by somebody who died right after. Gives how many. */
export async function noteBooked(app: Arriving): Promise<number> {
  const missing = await missingArrivals(app.db.pool)
  if (missing.length === 0) return 0
  const booked = await currentVersions(app.db.pool, missing)
  for (const file of booked) {
    const plan = app.plans.get(file.account)
    const arrival = missing.find(
      ({ account, kind, day }) => account === file.account && kind === file.kind && day === file.day,
    )
    if (plan && arrival) await conclude(app, plan, arrival, { state: 'file', file }, arrival.source, SYSTEM)
  }
  return booked.length
}

/** Looks into the folders and servers of all accounts that have one, and imports what lies there and is not written to any more. */
export async function lookIntoBoxes(app: Arriving, signal?: AbortSignal): Promise<void> {
  for (const plan of app.plans.values()) {
    if (signal?.aborted) return
    const { source, channel } = plan
    if (source.type !== 'folder' && source.type !== 'sftp') continue
    let box: Box | undefined
    try {
      box = source.type === 'folder' ? openFolder(resolve(app.folder, source.path), source) : await openSftp(source)
      await takeFiles(app, plan, box, source, signal)
      await noteLook(app.db.pool, channel.account, null, app.now())
    } catch (error) {
      // One that cannot be looked into does not keep the others waiting; whoever waits for its statements sees why.
      app.log.warn({ account: channel.account, err: error }, 'statements could not be looked for')
      await noteLook(app.db.pool, channel.account, troubleOf(error, source.type), app.now())
    } finally {
      await box?.close()
    }
  }
}

function troubleOf(error: unknown, source: 'folder' | 'sftp'): Trouble {
  const outcome = outcomeOfError(error)
  if (outcome?.state === 'failed') return outcome.error
  const reason = (error as NodeJS.ErrnoException).code ?? 'error'
  return {
    code: `${source}_unreadable`,
    zh: `账单目录无法读取（${reason}）：请检查配置的路径与权限`,
    en: `The folder of statements cannot be read (${reason}): check the configured path and its rights`,
  }
}

async function takeFiles(
  app: Arriving,
  plan: AccountPlan,
  box: Box,
  { type, pattern }: { readonly type: 'folder' | 'sftp'; readonly pattern: string },
  signal?: AbortSignal,
): Promise<void> {
  const { account } = plan.channel
  const { dayOf } = namePattern(pattern)
  const listed = (await box.list()).filter(({ name }) => dayOf(name) !== null)
  const stillFor = app.now().getTime() - app.stableSeconds * 1000
  const seen = await noteFiles(app.db.pool, account, listed, app.now())
  for (const file of seen.filter(({ readAt, seenAt }) => readAt === null && seenAt.getTime() <= stillFor)) {
    if (signal?.aborted) return
    const outcome = await takeFile(app, plan, box, file, { day: dayOf(file.name) as Day, source: type })
    await markRead(app.db.pool, account, file, outcome, app.now())
    if (outcome === '') await box.taken(file.name)
  }
}

/** Gives the code of what is wrong with the file; '' where it was imported. */
async function takeFile(
  app: Arriving,
  plan: AccountPlan,
  box: Box,
  { name, changedAt }: SeenFile,
  { day, source }: { readonly day: Day; readonly source: 'folder' | 'sftp' },
): Promise<string> {
  return await inTemporary(async path => {
    await box.fetch(name, path)
    try {
      const file = await bring(app, plan, { path, name, day, madeAt: changedAt }, SYSTEM)
      const known = knownElsewhere(file, plan, day)
      if (known) throw new Failure(known.code, known)
      await concludeBrought(app, plan, file, { day, source, who: SYSTEM })
      return file.state === 'refused' ? refusalOf(file.problems).code : ''
    } catch (error) {
      const outcome = outcomeOfError(error)
      if (!outcome) throw error
      const of = { account: plan.channel.account, day, kind: plan.kinds[0] ?? ('trade' as const) }
      const arrival = await app.db.transaction(tx => lockArrivalOf(tx, of))
      if (arrival) await conclude(app, plan, arrival, outcome, source, SYSTEM)
      return outcome.state === 'failed' ? outcome.error.code : ''
    }
  })
}

async function inTemporary<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-arrival-'))
  try {
    return await work(join(folder, 'file'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same bytes were imported before, but as something else: they do not make this day's statement. */
export function knownElsewhere(file: ImportAnswer, { channel }: AccountPlan, day: Day | undefined): Trouble | null {
  if (!file.repeated || (file.account === channel.account && (day === undefined || file.day === day))) return null
  const [account, as] = [file.account || '—', file.day ?? '—']
  return {
    code: 'statement_known_elsewhere',
    zh: `同样的文件已作为账户 ${account}、账期 ${as} 的对账单导入（文件 ${file.id}）：请确认账户和日期，重新获取正确的文件`,
    en: `The same file was imported as the statement of account ${account}, day ${as} (file ${file.id}): check account and day, and fetch the right file`,
  }
}

const wrongKind = (file: StatementFile, wanted: string): Trouble => ({
  code: 'statement_wrong_kind',
  zh: `渠道给的“${file.name}”是${file.kind === 'funds' ? '资金账单' : '交易账单'}，要的是${wanted === 'funds' ? '资金账单' : '交易账单'}：请检查配置 statements.accounts 的 kinds`,
  en: `The channel gave "${file.name}", a ${file.kind} statement, where the ${wanted} statement was asked for: check kinds in statements.accounts`,
})
