import type { Actor } from '../access/actor.ts'
import { inNameOf } from '../access/in_name_of.ts'
import { record } from '../audit/record.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { type Json, once } from '../system/requests.ts'
import { type Content, checkContent } from './content.ts'
import type { Format } from './export.ts'
import { startExport, whatOfTemplate } from './operations.ts'
import { nextOf, type Rhythm } from './period.ts'
import { scheduleUnknown, type Template, templateArchived, templateUnknown } from './template.ts'
import * as store from './template_store.ts'

export type TemplateAsk = {
  readonly id: string
  readonly name: string
  readonly content: Content
  readonly reason: string
}

/** A new template, its version 1. Throws report_invalid. */
export async function createTemplate(app: App, actor: Actor, ask: TemplateAsk): Promise<Template> {
  checkContent(ask.content)
  const at = app.now()
  const { id, ...body } = ask
  const { template_id } = await app.db.transaction(tx =>
    once(tx, { id, operation: 'create_report_template', body, actor: actor.id, at }, async () => {
      const template = { ...versionOf(actor, ask, at), id: app.newId(), version: 1 }
      await store.insertTemplate(tx, template)
      await record(tx, at, actor, [
        {
          what: 'report_template.create',
          object: { kind: 'report_template', id: template.id },
          after: shownOf(template),
        },
      ])
      return { template_id: template.id }
    }),
  )
  return await readTemplate(app, template_id)
}

/** Another version; those before it stay. Throws report_template_unknown, report_template_archived, report_invalid. */
export async function changeTemplate(
  app: App,
  actor: Actor,
  ask: TemplateAsk & { readonly templateId: string },
): Promise<Template> {
  checkContent(ask.content)
  const at = app.now()
  const { id, ...body } = ask
  const { version } = await app.db.transaction(tx =>
    once(tx, { id, operation: 'change_report_template', body, actor: actor.id, at }, async () => {
      const held = await store.lockTemplate(tx, ask.templateId)
      if (!held) throw templateUnknown(ask.templateId)
      if (held.archivedAt) throw templateArchived(ask.templateId)
      const [before] = await store.versionsOf(tx, ask.templateId)
      const template = { ...versionOf(actor, ask, at), id: ask.templateId, version: held.version + 1 }
      await store.addVersion(tx, template)
      await record(tx, at, actor, [
        {
          what: 'report_template.change',
          object: { kind: 'report_template', id: template.id },
          before: before ? shownOf(before) : null,
          after: shownOf(template),
        },
      ])
      return { version: template.version }
    }),
  )
  return await readTemplate(app, ask.templateId, version)
}

/** It is offered no more; schedules of it go on until they are ended. Throws report_template_unknown. */
export async function archiveTemplate(
  app: App,
  actor: Actor,
  ask: { readonly id: string; readonly templateId: string; readonly reason: string },
): Promise<Template> {
  const at = app.now()
  const { id, ...body } = ask
  await app.db.transaction(tx =>
    once(tx, { id, operation: 'archive_report_template', body, actor: actor.id, at }, async () => {
      if (!(await store.lockTemplate(tx, ask.templateId))) throw templateUnknown(ask.templateId)
      await store.archiveTemplate(tx, ask.templateId, at)
      await record(tx, at, actor, [
        {
          what: 'report_template.archive',
          object: { kind: 'report_template', id: ask.templateId },
          after: { reason: ask.reason },
        },
      ])
      return {}
    }),
  )
  return await readTemplate(app, ask.templateId)
}

const versionOf = (actor: Actor, { name, content, reason }: TemplateAsk, at: Date) => ({
  name,
  content,
  reason,
  author: actor.id,
  authorName: actor.name,
  at,
})

const shownOf = ({ name, version, content, reason }: Omit<Template, 'archivedAt'>) => ({
  name,
  version,
  reason,
  dataset: content.dataset,
  columns: content.columns.map(({ field }) => field),
  group: [...content.group],
  filters: Object.keys(content.filters),
})

export const readTemplates = (app: App): Promise<Template[]> => store.templates(app.db.pool)

/** The newest version, or the one that is named. Throws report_template_unknown. */
export async function readTemplate(app: App, id: string, version?: number): Promise<Template> {
  const versions = await store.versionsOf(app.db.pool, id)
  const found = version === undefined ? versions[0] : versions.find(each => each.version === version)
  if (!found) throw templateUnknown(version === undefined ? id : `${id} v${version}`)
  return found
}

export const readVersions = (app: App, id: string): Promise<Template[]> => store.versionsOf(app.db.pool, id)

// --- schedules -----------------------------------------------------------------------------------------------------------

export type ScheduleAsk = Rhythm & {
  readonly id: string
  readonly templateId: string
  readonly version: number | null
  readonly format: Format
  readonly lang: Lang
  /** A mail address; null: nobody is told. */
  readonly notify: string | null
}

/** Exports a template again and again, in the name of whoever asks. Throws report_template_unknown, schedule_invalid. */
export async function createSchedule(app: App, actor: Actor, ask: ScheduleAsk): Promise<store.Schedule> {
  checkRhythm(ask)
  const at = app.now()
  const { id, ...body } = ask
  const { schedule_id } = await app.db.transaction(tx =>
    once(
      tx,
      { id, operation: 'create_report_schedule', body: { ...body, by: actor.id }, actor: actor.id, at },
      async () => {
        await whatOfTemplate(tx, { id: ask.templateId, version: ask.version ?? undefined }, ask.lang)
        const scheduleId = app.newId()
        const { notify, ...rhythm } = body
        await store.insertSchedule(tx, {
          ...rhythm,
          id: scheduleId,
          notify: notify === null ? null : app.vault.seal(notify, store.notifyContext(scheduleId)),
          accountId: actor.accountId,
          madeBy: actor.id,
          madeAt: at,
          nextAt: nextOf(ask, at),
          lastAt: null,
          endedAt: null,
          endedWhy: '',
        })
        await record(tx, at, actor, [
          {
            what: 'report_schedule.create',
            object: { kind: 'report_schedule', id: scheduleId },
            after: { ...rhythm, notify: notify !== null } as Json,
          },
        ])
        return { schedule_id: scheduleId }
      },
    ),
  )
  return await mustFind(app, schedule_id)
}

/** Throws report_schedule_unknown. */
export async function endSchedule(
  app: App,
  actor: Actor,
  ask: { readonly id: string; readonly scheduleId: string; readonly reason: string },
): Promise<store.Schedule> {
  const found = await store.findSchedule(app.db.pool, ask.scheduleId)
  if (!found || found.accountId !== actor.accountId) throw scheduleUnknown(ask.scheduleId)
  const at = app.now()
  const { id, ...body } = ask
  await app.db.transaction(tx =>
    once(tx, { id, operation: 'end_report_schedule', body, actor: actor.id, at }, async () => {
      await store.endSchedule(tx, ask.scheduleId, at, ask.reason)
      await record(tx, at, actor, [
        {
          what: 'report_schedule.end',
          object: { kind: 'report_schedule', id: ask.scheduleId },
          after: { reason: ask.reason },
        },
      ])
      return {}
    }),
  )
  return await mustFind(app, ask.scheduleId)
}

export const readSchedules = (app: App, actor: Actor): Promise<store.Schedule[]> =>
  store.schedulesOf(app.db.pool, actor.accountId)

/**
 * Starts what is due, once for each time. What was missed while nothing ran is made up for by one export, not by many. A schedule whose owner may
 * no longer export ends itself, and says why.
 */
export async function runSchedules(app: App, signal?: AbortSignal): Promise<number> {
  for (let started = 0; ; started++) {
    if (signal?.aborted) return started
    const more = await app.db.transaction(async tx => {
      const at = app.now()
      const schedule = await store.lockDue(tx, at)
      if (!schedule) return false
      const actor = await inNameOf(tx, schedule.accountId)
      if (!actor?.permissions.has('report.export')) {
        await store.endSchedule(tx, schedule.id, at, 'not_permitted')
        return true
      }
      try {
        const template = { id: schedule.templateId, version: schedule.version ?? undefined }
        const { what, name } = await whatOfTemplate(tx, template, schedule.lang)
        const due = { scheduleId: schedule.id, at: schedule.nextAt }
        await startExport(
          app,
          tx,
          actor,
          { id: app.newId(), what, name, format: schedule.format, lang: schedule.lang },
          due,
        )
        await store.planSchedule(tx, schedule.id, at, nextOf(schedule, at))
      } catch (error) {
        // The program's datasets have changed under it: its owner must look.
        if (!(error instanceof Failure)) throw error
        await store.endSchedule(tx, schedule.id, at, error.code)
      }
      return true
    })
    if (!more) return started
  }
}

function checkRhythm({ every, dayNo, zone }: Rhythm): void {
  const days = { day: null, week: 7, month: 31 }[every]
  const fits = days === null ? dayNo === null : dayNo !== null && dayNo <= days
  if (!fits)
    throw new Failure(
      'schedule_invalid',
      {
        zh: `day_no 与 every=${every} 不符：每日不填，每周为 1（周一）至 7，每月为 1 至 31`,
        en: `day_no does not fit every=${every}: none for day, 1 (Monday) to 7 for week, 1 to 31 for month`,
      },
      { field: 'day_no', found: dayNo },
    )
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
  } catch {
    throw new Failure(
      'schedule_invalid',
      {
        zh: `zone“${zone}”不是时区名，例如 Asia/Shanghai`,
        en: `The zone "${zone}" is unknown; for example Asia/Shanghai`,
      },
      { field: 'zone', found: zone },
    )
  }
}

async function mustFind(app: App, id: string): Promise<store.Schedule> {
  const found = await store.findSchedule(app.db.pool, id)
  if (!found) throw scheduleUnknown(id)
  return found
}
