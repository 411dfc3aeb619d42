import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { isEverywhere, type Scope } from '../access/scope.ts'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { addJob } from '../system/jobs.ts'
import { type Json, once } from '../system/requests.ts'
import { openFile } from '../system/vault/sealed_file.ts'
import { Table } from './cells.ts'
import { type Content, checkContent, columnsOf, type FilterValue } from './content.ts'
import { type DayReport, readDaily } from './daily.ts'
import { DATASETS } from './datasets/all.ts'
import {
  type Export,
  exportNotReady,
  exportStale,
  exportUnknown,
  type Format,
  tooManyExports,
  UNFINISHED_MAX,
  type What,
} from './export.ts'
import { queryOf } from './query.ts'
import { firstRows } from './rows.ts'
import { STANDARD } from './standard.ts'
import * as store from './store.ts'
import { templateUnknown } from './template.ts'
import { versionsOf } from './template_store.ts'
import type { Cell } from './workbook.ts'

export const EXPORT_TASK = 'reports.export'

/** The zone in which a house reads its reports and counts its days. */
export const HOUSE_ZONE = 'Asia/Shanghai'

export const momentOf = (now: Date) => ({
  now,
  today: Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(HOUSE_ZONE).toPlainDate().toString(),
})

const PREVIEW_ROWS = 50

/** Of all permissions those that unmask. */
const sightOf = (actor: Pick<Actor, 'permissions'>): string[] =>
  [...actor.permissions].filter(permission => permission.startsWith('field.')).sort()

/** What a report would begin with: the first rows as their reader sees them. Throws report_invalid. */
export async function previewReport(
  app: App,
  actor: Actor,
  content: Content,
  lang: Lang,
): Promise<{ titles: string[]; rows: (string | null)[][] }> {
  checkContent(content)
  const columns = columnsOf(content, lang)
  const scope = actor.scopeOf('report.read')
  const blinds = (accountNo: string) => app.vault.blinds('account_no', accountNo)
  const query = queryOf(content, scope, momentOf(app.now()), blinds, PREVIEW_ROWS)
  const table = new Table(columns, query, app.vault, { lang, zone: HOUSE_ZONE, sees: new Set(sightOf(actor)) })
  const rows = await firstRows(app.db.pool, query)
  return { titles: columns.map(({ title }) => title), rows: rows.map(row => table.cells(row).map(plainText)) }
}

const plainText = (cell: Cell): string | null => {
  if (cell === null || typeof cell === 'string') return cell
  return 'decimal' in cell ? cell.decimal : cell.text
}

export const readDay = (app: App, actor: Actor, date: string): Promise<DayReport[]> =>
  app.db.transaction(tx => readDaily(tx, actor.scopeOf('report.read'), date, app.now()))

/** What is asked to be exported: one of the three. */
export type ExportAsk = {
  readonly id: string
  readonly format: Format
  readonly lang: Lang
  readonly daily?: { readonly date: string; readonly matches?: boolean | undefined } | undefined
  readonly template?:
    | {
        readonly id: string
        readonly version?: number | undefined
        /** In place of the template's own of these names. */
        readonly filters?: Readonly<Record<string, FilterValue>> | undefined
      }
    | undefined
  readonly content?: Content | undefined
}

/**
 * Asks for a report as a file, written in the background. The same id gives the same export. Throws report_invalid,
 * report_template_unknown, exports_too_many, export_ask_unclear.
 */
export async function askExport(app: App, actor: Actor, ask: ExportAsk): Promise<Export> {
  const at = app.now()
  const { id, ...body } = ask
  const { export_id } = await app.db.transaction(tx =>
    once(tx, { id, operation: 'ask_export', body: { ...body, by: actor.id }, actor: actor.id, at }, async () => {
      const { what, name } = await whatOf(tx, ask)
      if ((await store.countUnfinished(tx, actor.accountId, actor.id)) >= UNFINISHED_MAX) throw tooManyExports()
      const exportId = app.newId()
      await startExport(app, tx, actor, { id: exportId, what, name, format: ask.format, lang: ask.lang })
      return { export_id: exportId }
    }),
  )
  return await mustFind(app.db.pool, export_id)
}

/** Writes down an export and asks for the job, in the caller's transaction. false: this time of the schedule has one. */
export async function startExport(
  app: App,
  tx: pg.ClientBase,
  actor: Actor,
  ask: Pick<Export, 'id' | 'what' | 'format' | 'lang' | 'name'>,
  due: { readonly scheduleId: string; readonly at: Date } | null = null,
): Promise<boolean> {
  const at = app.now()
  const scope = actor.scopeOf('report.export')
  const fresh = await store.insertExport(tx, {
    ...ask,
    accountId: actor.accountId,
    askedBy: actor.id,
    askedName: actor.name,
    scope,
    sees: sightOf(actor),
    askedAt: at,
    scheduleId: due?.scheduleId ?? null,
    dueAt: due?.at ?? null,
  })
  if (!fresh) return false
  await record(tx, at, actor, [
    {
      what: 'report.export',
      object: { kind: 'export', id: ask.id },
      after: { name: ask.name, format: ask.format, ...loggedOf(ask.what), scope: scope as unknown as Json },
    },
  ])
  await addJob(tx, EXPORT_TASK, { export_id: ask.id }, { attempts: 30 })
  return true
}

/** What was exported, as the log keeps it: an account number that was looked for is not told. */
export function loggedOf(what: What): { readonly [name: string]: Json } {
  if ('daily' in what) return { daily: what.daily, matches: what.matches }
  const { dataset, filters, group, columns } = what.content
  const shown = Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [
      name,
      DATASETS[dataset].filters[name]?.kind === 'account' ? '***' : (value as Json),
    ]),
  )
  return {
    template: what.template,
    version: what.version,
    dataset,
    filters: shown,
    group: [...group],
    columns: columns.map(({ field }) => field),
  }
}

async function whatOf(db: pg.ClientBase, ask: ExportAsk): Promise<{ what: What; name: string }> {
  const given = [ask.daily, ask.template, ask.content].filter(each => each !== undefined)
  if (given.length !== 1)
    throw new Failure('export_ask_unclear', {
      zh: 'daily、template、content 三者须恰好给出一个',
      en: 'Exactly one of daily, template and content is to be given',
    })
  if (ask.daily) {
    const name = `${ask.lang === 'zh' ? '对账日报' : 'Daily reconciliation'} ${ask.daily.date}`
    if (ask.format === 'csv')
      throw new Failure('export_ask_unclear', {
        zh: '对账日报含多张表，只能导出 Excel 或 PDF；需要 CSV 时请用模板 standard.daily',
        en: 'The daily report has several tables: take xlsx or pdf, or the template standard.daily for CSV',
      })
    return { what: { daily: ask.daily.date, matches: ask.daily.matches ?? false }, name }
  }
  if (ask.content) {
    checkContent(ask.content)
    return {
      what: { content: ask.content, template: '', version: null },
      name: DATASETS[ask.content.dataset][ask.lang],
    }
  }
  const template = ask.template as NonNullable<ExportAsk['template']>
  return await whatOfTemplate(db, template, ask.lang)
}

/** A template's content as it is to be exported, with filters of the moment. Throws report_template_unknown, report_invalid. */
export async function whatOfTemplate(
  db: pg.ClientBase | pg.Pool,
  template: NonNullable<ExportAsk['template']>,
  lang: Lang,
): Promise<{ what: What; name: string }> {
  const standard = STANDARD.find(({ id }) => id === template.id)
  const versions = standard ? [] : await versionsOf(db, template.id)
  const found =
    template.version === undefined ? versions[0] : versions.find(({ version }) => version === template.version)
  const base = standard?.content ?? found?.content
  if (!base) throw templateUnknown(template.id)
  const content = { ...base, filters: { ...base.filters, ...template.filters } }
  checkContent(content)
  return {
    what: { content, template: template.id, version: found?.version ?? null },
    name: standard?.[lang] ?? found?.name ?? '',
  }
}

export const readExports = (app: App, actor: Actor, after: string | null, limit: number): Promise<Export[]> =>
  store.exportsOf(app.db.pool, actor, after, limit)

/** One's own. Throws export_unknown. */
export async function readExport(app: App, actor: Actor, id: string): Promise<Export> {
  const found = await store.findExport(app.db.pool, id)
  if (found?.accountId !== actor.accountId || found.askedBy !== actor.id) throw exportUnknown(id)
  return found
}

/** Ends one that is not ready yet; one that is over stays as it is. Throws export_unknown. */
export async function cancelExport(app: App, actor: Actor, ask: { id: string; exportId: string }): Promise<Export> {
  const { id } = await readExport(app, actor, ask.exportId)
  const at = app.now()
  const body = { export_id: id }
  await app.db.transaction(tx =>
    once(tx, { id: ask.id, operation: 'cancel_export', body, actor: actor.id, at }, async () => {
      const ended = await store.endExport(tx, id, 'cancelled', at)
      await record(tx, at, actor, [
        { what: 'report.export_cancel', object: { kind: 'export', id }, after: { cancelled: ended } },
      ])
      return { ended }
    }),
  )
  return await mustFind(app.db.pool, id)
}

/**
 * The file, opened piece by piece on the way out; the download is in the log before the first byte leaves. Throws export_unknown,
 * export_not_ready, and export_stale where its reader may see less now than when it was written.
 */
export async function downloadExport(
  app: App,
  actor: Actor,
  id: string,
): Promise<{ file: Export; bytes: AsyncGenerator<Buffer> }> {
  const file = await readExport(app, actor, id)
  if (file.state !== 'ready' || (file.expiresAt as Date) <= app.now()) throw exportNotReady(file)
  if (!stillSees(actor, file)) throw exportStale(id)
  await app.db.transaction(tx =>
    record(tx, app.now(), actor, [
      {
        what: 'report.download',
        object: { kind: 'export', id },
        after: { name: file.name, format: file.format, rows: file.rowsDone, ...loggedOf(file.what) },
      },
    ]),
  )
  return { file, bytes: openFile(app.vault, 'exports', store.piecesOf(app.db.pool, file)) }
}

function stillSees(actor: Actor, { scope, sees }: Pick<Export, 'scope' | 'sees'>): boolean {
  const now = actor.scopeOf('report.export')
  return sees.every(field => actor.permissions.has(field)) && (isEverywhere(now) || sameScope(now, scope))
}

const sameScope = (a: Scope, b: Scope): boolean =>
  canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json)

async function mustFind(db: pg.Pool, id: string): Promise<Export> {
  const found = await store.findExport(db, id)
  if (!found) throw exportUnknown(id)
  return found
}

/** Whose export it is, as the log names him when the platform finishes it. */
export const whoseOf = ({ askedBy, askedName }: Pick<Export, 'askedBy' | 'askedName'>): Who => ({
  id: askedBy,
  name: askedName,
  address: '',
  device: '',
  requestId: '',
})
