import type pg from 'pg'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Format } from './export.ts'
import type { Rhythm } from './period.ts'
import type { Template } from './template.ts'

type Db = pg.Pool | pg.ClientBase

const TEMPLATE = `t.id, t.name, v.version, v.content, v.reason, v.author, v.author_name as "authorName", v.at, t.archived_at as "archivedAt"`

/** Their newest versions, by name. */
export async function templates(db: Db): Promise<Template[]> {
  const { rows } = await db.query(
    `select ${TEMPLATE} from report_templates t join report_template_versions v on v.template_id = t.id and v.version = t.version
      where t.archived_at is null order by t.name, t.id`,
  )
  return rows
}

/** All versions, the newest first; none: there is no such template. */
export async function versionsOf(db: Db, id: string): Promise<Template[]> {
  const { rows } = await db.query(
    `select ${TEMPLATE} from report_templates t join report_template_versions v on v.template_id = t.id
      where t.id = $1 order by v.version desc`,
    [id],
  )
  return rows
}

export async function insertTemplate(tx: Db, template: Omit<Template, 'archivedAt'>): Promise<void> {
  await tx.query('insert into report_templates (id, name, dataset, version, created_at) values ($1, $2, $3, $4, $5)', [
    template.id,
    template.name,
    template.content.dataset,
    template.version,
    template.at,
  ])
  await insertVersion(tx, template)
}

async function insertVersion(tx: Db, template: Omit<Template, 'archivedAt'>): Promise<void> {
  const { id, version, content, reason, author, authorName, at } = template
  await tx.query(
    `insert into report_template_versions (template_id, version, content, reason, author, author_name, at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, version, JSON.stringify(content), reason, author, authorName, at],
  )
}

/** The number of the newest version; held until the transaction ends. null: unknown. */
export async function lockTemplate(tx: Db, id: string): Promise<{ version: number; archivedAt: Date | null } | null> {
  const { rows } = await tx.query(
    'select version, archived_at as "archivedAt" from report_templates where id = $1 for update',
    [id],
  )
  return rows[0] ?? null
}

export async function addVersion(tx: Db, template: Omit<Template, 'archivedAt'>): Promise<void> {
  await insertVersion(tx, template)
  await tx.query('update report_templates set name = $2, version = $3, dataset = $4 where id = $1', [
    template.id,
    template.name,
    template.version,
    template.content.dataset,
  ])
}

export const archiveTemplate = (tx: Db, id: string, at: Date): Promise<unknown> =>
  tx.query('update report_templates set archived_at = $2 where id = $1 and archived_at is null', [id, at])

// --- schedules -----------------------------------------------------------------------------------------------------------

export const notifyContext = (id: string) => `exports.report_schedules.notify:${id}` as const

export const REPORTS_SEALED: readonly SealedColumn[] = [
  {
    table: 'report_schedules',
    column: 'notify',
    key: [{ name: 'id', type: 'text' }],
    context: ([id = '']) => notifyContext(id),
  },
]

export type Schedule = Rhythm & {
  readonly id: string
  readonly templateId: string
  readonly version: number | null
  readonly format: Format
  readonly lang: 'zh' | 'en'
  readonly notify: Buffer | null
  readonly accountId: string
  readonly madeBy: string
  readonly madeAt: Date
  readonly nextAt: Date | null
  readonly lastAt: Date | null
  readonly endedAt: Date | null
  readonly endedWhy: string
}

const SCHEDULE = `s.id, s.template_id as "templateId", s.version, s.format, s.lang, s.every, s.day_no as "dayNo",
  to_char(s.local_time, 'HH24:MI') as "localTime", s.zone, s.notify, s.account_id as "accountId", s.made_by as "madeBy", s.made_at as "madeAt",
  s.next_at as "nextAt", s.last_at as "lastAt", s.ended_at as "endedAt", s.ended_why as "endedWhy"`

export async function insertSchedule(tx: Db, schedule: Schedule): Promise<void> {
  await tx.query(
    `insert into report_schedules (id, template_id, version, format, lang, every, day_no, local_time, zone, notify, account_id, made_by, made_at, next_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      schedule.id,
      schedule.templateId,
      schedule.version,
      schedule.format,
      schedule.lang,
      schedule.every,
      schedule.dayNo,
      schedule.localTime,
      schedule.zone,
      schedule.notify,
      schedule.accountId,
      schedule.madeBy,
      schedule.madeAt,
      schedule.nextAt,
    ],
  )
}

export async function schedulesOf(db: Db, accountId: string): Promise<Schedule[]> {
  const { rows } = await db.query(`select ${SCHEDULE} from report_schedules s where s.account_id = $1 order by s.id`, [
    accountId,
  ])
  return rows
}

export async function findSchedule(db: Db, id: string): Promise<Schedule | null> {
  const { rows } = await db.query(`select ${SCHEDULE} from report_schedules s where s.id = $1`, [id])
  return rows[0] ?? null
}

/** One schedule that is due, held until the transaction ends. */
export async function lockDue(tx: Db, at: Date): Promise<(Schedule & { readonly nextAt: Date }) | null> {
  const { rows } = await tx.query(
    `select ${SCHEDULE} from report_schedules s where s.next_at <= $1 order by s.next_at limit 1 for update skip locked`,
    [at],
  )
  return rows[0] ?? null
}

export const planSchedule = (tx: Db, id: string, lastAt: Date, nextAt: Date): Promise<unknown> =>
  tx.query('update report_schedules set last_at = $2, next_at = $3 where id = $1', [id, lastAt, nextAt])

export async function endSchedule(tx: Db, id: string, at: Date, why: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update report_schedules set next_at = null, ended_at = $2, ended_why = $3 where id = $1 and ended_at is null',
    [id, at, why],
  )
  return rowCount === 1
}
