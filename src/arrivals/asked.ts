import type { Actor } from '../access/actor.ts'
import { covers } from '../access/scope.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { confirmTemplate, readTemplate } from '../statements/confirm_template.ts'
import { changesOf, findHeldFile, type HeldFile, listFiles } from '../statements/file_list.ts'
import { readRaw } from '../statements/file_store.ts'
import { inspectStatement } from '../statements/inspect.ts'
import { newestTemplates } from '../statements/template_store.ts'
import { addJob } from '../system/jobs.ts'
import { once, onceAround } from '../system/requests.ts'
import type {
  ArrivalList,
  ArrivalQuery,
  ArrivalView,
  ChangeList,
  ChangeQuery,
  FetchAsk,
  FileDetail,
  FileList,
  FileQuery,
  InspectQuery,
  InspectView,
  TemplateConfirmed,
  TemplateList,
  TemplateQuery,
  UploadQuery,
} from './api.ts'
import { type Arriving, planOf } from './arriving.ts'
import { FETCH_JOB } from './expecting.ts'
import { bring, concludeBrought, knownElsewhere } from './operations.ts'
import { readingOf } from './reading.ts'
import { findArrival, listArrivals, makeDue } from './store.ts'
import { arrivalView, changeView, fileDetail, fileView, inspectView, seesPayers, templateView } from './views.ts'

/** What people ask of arrivals and statement files. */

const PAGE = 100

export async function readArrivals(app: Arriving, actor: Actor, query: ArrivalQuery): Promise<ArrivalList> {
  const { after, limit = PAGE, ...filter } = query
  const [day, id] = after?.split('_') ?? []
  const found = await listArrivals(app.db.pool, actor.scopeOf('statement.read'), {
    ...filter,
    after: day === undefined ? undefined : { day, id: Number(id) },
    limit: limit + 1,
  })
  const arrivals = found.slice(0, limit)
  const last = found.length > limit ? arrivals.at(-1) : undefined
  return { arrivals: arrivals.map(arrivalView), next: last ? `${last.day}_${last.id}` : null }
}

/** Has a statement fetched at once, whatever its schedule; also one that is there: a channel may have restated it. Throws arrival_unknown, arrival_not_fetched, id_reused. */
export const fetchNow = (app: Arriving, actor: Actor, arrivalId: number, ask: FetchAsk): Promise<ArrivalView> =>
  app.db.transaction(tx => {
    const at = app.now()
    const request = { id: ask.id, operation: 'fetch_statement', body: { ...ask, arrivalId }, actor: actor.id, at }
    return once(tx, request, async () => {
      const scope = actor.scopeOf('statement.upload')
      const arrival = await findArrival(tx, scope, arrivalId)
      if (!arrival) throw arrivalUnknown(arrivalId)
      if (planOf(app, arrival.account).source.type !== 'api') throw notFetched(arrival.account)
      await makeDue(tx, arrivalId, at)
      await addJob(tx, FETCH_JOB, { id: arrivalId }, { key: `arrival:${arrivalId}`, attempts: 1 })
      await record(tx, at, actor, [
        {
          what: 'statement.fetch',
          object: { kind: 'arrival', id: String(arrivalId) },
          after: { account: arrival.account, day: arrival.day, kind: arrival.kind },
        },
      ])
      return arrivalView({ ...arrival, nextTryAt: at })
    })
  })

export async function readFiles(app: Arriving, actor: Actor, query: FileQuery): Promise<FileList> {
  const limit = query.limit ?? PAGE
  const found = await listFiles(app.db.pool, actor.scopeOf('statement.read'), { ...query, limit: limit + 1 })
  const files = found.slice(0, limit)
  return { files: files.map(fileView), next: found.length > limit ? (files.at(-1)?.id ?? null) : null }
}

/** Throws statement_unknown. */
export const readFile = async (app: Arriving, actor: Actor, id: number): Promise<FileDetail> =>
  fileDetail(await fileOf(app, actor, id), actor)

/** What a version changed against the one before it. Throws statement_unknown. */
export async function readChanges(app: Arriving, actor: Actor, id: number, query: ChangeQuery): Promise<ChangeList> {
  await fileOf(app, actor, id)
  const limit = query.limit ?? PAGE
  const found = await changesOf(app.db.pool, id, query.after ?? 0, limit + 1)
  const changes = found.slice(0, limit)
  return { changes: changes.map(changeView), next: found.length > limit ? (changes.at(-1)?.no ?? null) : null }
}

/** The bytes as they arrived. They hold payers in clear, so only who may see those gets them, and it is recorded first. Throws statement_unknown, raw_not_permitted. */
export async function downloadRaw(
  app: Arriving,
  actor: Actor,
  id: number,
): Promise<{ readonly name: string; readonly content: AsyncIterable<Buffer> }> {
  const file = await fileOf(app, actor, id)
  if (!seesPayers(actor)) throw rawNotPermitted(id)
  const { name, sm3, channel, account } = file
  await app.db.transaction(tx =>
    record(tx, app.now(), actor, [
      {
        what: 'statement.download',
        object: { kind: 'statement_file', id: String(id) },
        after: { name, sm3, channel, account },
      },
    ]),
  )
  return { name, content: readRaw(app.db.pool, app.vault, id) }
}

/** 格式预检: books nothing. Throws what `inspectStatement` throws, channel_account_unknown. */
export async function inspectFile(app: Arriving, actor: Actor, path: string, ask: InspectQuery): Promise<InspectView> {
  const { name, account, lang = 'zh' } = ask
  const standing = account === undefined ? {} : uploadTo(app, actor, account).reading
  const said = readingOf(ask)
  const templates = await newestTemplates(app.db.pool)
  const document = await inspectStatement(path, {
    ...{ ...standing, ...said, templates, name, lang, rows: ROWS_SHOWN },
    ...(said.mapping ? { standingMapping: false, mapping: { ...standing.mapping, ...said.mapping } } : {}),
  })
  return inspectView(document)
}

const ROWS_SHOWN = 20

/**
 * Keeps what a person says of a file's columns, for every later file of its layout: `statements/confirm_template.ts`. Throws what `confirmTemplate` throws,
 * mapping_unreadable, id_reused.
 */
export async function confirmLayout(
  app: Arriving,
  actor: Actor,
  path: string,
  sm3: string,
  ask: TemplateQuery,
): Promise<TemplateConfirmed> {
  const at = app.now()
  const request = { id: ask.id, operation: 'confirm_template', body: { ...ask, sm3 }, actor: actor.id, at }
  return await onceAround(app, request, async () => {
    const { template, repeated, records } = await confirmTemplate(app.db, {
      ...readingOf(ask),
      ...{ path, file: ask.name, name: ask.template, by: actor.name, who: actor, at },
    })
    return { ...templateView(template), repeated, records }
  })
}

/** The newest version of each confirmed layout. */
export const readTemplates = async (app: Arriving): Promise<TemplateList> => ({
  templates: (await newestTemplates(app.db.pool)).map(templateView),
})

/** All versions of one, the newest first. Throws template_unknown. */
export const readTemplateVersions = async (app: Arriving, name: string): Promise<TemplateList> => ({
  templates: (await readTemplate(app.db, name)).map(templateView),
})

/**
 * Books a file that a person brings, as the account's. The same id with the same file gives the first answer. Throws channel_account_unknown,
 * statement_known_elsewhere, id_reused, and what `importStatement` throws.
 */
export async function uploadFile(
  app: Arriving,
  actor: Actor,
  path: string,
  sm3: string,
  ask: UploadQuery,
): Promise<FileDetail> {
  const plan = uploadTo(app, actor, ask.account)
  const { id, name, day, newest } = ask
  const request = { id, operation: 'upload_statement', body: { ...ask, sm3 }, actor: actor.id, at: app.now() }
  const { file_id, repeated } = await onceAround(app, request, async () => {
    const file = await bring(app, plan, { path, name, day, newest }, actor)
    const known = knownElsewhere(file, plan, day)
    if (known) throw new Failure(known.code, known, { file: file.id })
    await concludeBrought(app, plan, file, { day, source: 'upload', who: actor })
    return { file_id: file.id, repeated: file.repeated }
  })
  const file = (await findHeldFile(app.db.pool, actor.scopeOf('statement.upload'), file_id)) as HeldFile
  return { ...fileDetail(file, actor), repeated }
}

/** A statement is of a whole account: who brings one must be let to all merchants of the channel. */
function uploadTo(app: Arriving, actor: Actor, account: string) {
  const plan = planOf(app, account)
  if (covers(actor.scopeOf('statement.upload'), { merchant: '', channel: plan.channel.name })) return plan
  return planOf({ plans: new Map() }, account)
}

async function fileOf(app: Arriving, actor: Actor, id: number): Promise<HeldFile> {
  const file = await findHeldFile(app.db.pool, actor.scopeOf('statement.read'), id)
  if (!file) throw statementUnknown(id)
  return file
}

const arrivalUnknown = (id: number): Failure =>
  new Failure(
    'arrival_unknown',
    { zh: `没有对账单到达记录 ${id}：请核对编号`, en: `There is no arrival ${id}: check the number` },
    { arrival_id: id },
  )

const statementUnknown = (id: number): Failure =>
  new Failure(
    'statement_unknown',
    { zh: `没有对账单文件 ${id}：请核对编号`, en: `There is no statement file ${id}: check the number` },
    { file_id: id },
  )

const notFetched = (account: string): Failure =>
  new Failure(
    'arrival_not_fetched',
    {
      zh: `账户 ${account} 的对账单不从渠道接口下载（由目录、SFTP 或人工上传而来）：请把文件放到约定位置，或上传`,
      en: `Statements of account ${account} are not fetched from its channel (they come by folder, SFTP or upload): put the file there, or upload it`,
    },
    { account },
  )

const rawNotPermitted = (id: number): Failure =>
  new Failure(
    'raw_not_permitted',
    {
      zh: `对账单原文含缴费人信息：下载需要“完整的户号、姓名、联系方式”三项查看权限`,
      en: `A statement as it arrived holds data of payers: to download it, one must be allowed to see account numbers, names and contacts whole`,
    },
    { file_id: id },
  )
