import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import type { Vault } from '../system/vault/vault.ts'
import type * as api from './api.ts'
import type { Content } from './content.ts'
import { type DayReport, type DayStep, matchRate, stepName } from './daily.ts'
import { DATASETS } from './datasets/all.ts'
import type { Export } from './export.ts'
import type { Standard } from './standard.ts'
import type { Template } from './template.ts'
import { notifyContext, type Schedule } from './template_store.ts'

const at = (instant: Date | null): string | null => instant && instantText(instant)

/** A content as it was given → one with all of its parts. */
export const contentOf = (given: api.Content): Content => ({
  dataset: given.dataset,
  columns: given.columns,
  filters: given.filters ?? {},
  group: given.group ?? [],
  order: given.order ?? [],
})

export const contentView = (content: Content): api.Content => ({
  dataset: content.dataset,
  columns: [...content.columns],
  filters: Object.fromEntries(
    Object.entries(content.filters).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  ) as NonNullable<api.Content['filters']>,
  group: [...content.group],
  order: [...content.order],
})

export const datasetViews = () =>
  Object.values(DATASETS).map(({ name, zh, en, fields, filters }) => ({
    dataset: name,
    zh,
    en,
    fields: Object.entries(fields).map(([field, { zh, en, type, sums, mask, sealed }]) => ({
      ...{ field, zh, en, type },
      ...{ sums: sums ?? false, masked: mask !== undefined, sealed: sealed !== undefined },
    })),
    filters: Object.entries(filters).map(([filter, { zh, en, kind, values }]) => ({
      ...{ filter, zh, en, kind },
      values: [...(values ?? [])],
    })),
  }))

export const standardView = ({ id, zh, content }: Standard): api.TemplateView => ({
  template_id: id,
  name: zh,
  version: null,
  content: contentView(content),
  reason: '',
  author: '',
  author_name: '',
  at: null,
  archived_at: null,
})

export const templateView = (template: Template): api.TemplateView => ({
  template_id: template.id,
  name: template.name,
  version: template.version,
  content: contentView(template.content),
  reason: template.reason,
  author: template.author,
  author_name: template.authorName,
  at: at(template.at),
  archived_at: at(template.archivedAt),
})

export const exportView = (made: Export): api.ExportView => ({
  export_id: made.id,
  name: made.name,
  format: made.format,
  state: made.state,
  rows_done: made.rowsDone,
  rows_total: made.rowsTotal,
  bytes: made.bytes,
  sm3: made.sm3,
  schedule_id: made.scheduleId,
  asked_at: instantText(made.askedAt),
  ended_at: at(made.endedAt),
  expires_at: at(made.expiresAt),
  failure: made.failure,
})

export const scheduleView = (schedule: Schedule, vault: Vault): api.ScheduleView => ({
  schedule_id: schedule.id,
  template_id: schedule.templateId,
  version: schedule.version,
  format: schedule.format,
  lang: schedule.lang,
  every: schedule.every,
  day_no: schedule.dayNo,
  local_time: schedule.localTime,
  zone: schedule.zone,
  notify: schedule.notify && vault.openText(schedule.notify, notifyContext(schedule.id)),
  made_at: instantText(schedule.madeAt),
  next_at: at(schedule.nextAt),
  last_at: at(schedule.lastAt),
  ended_at: at(schedule.endedAt),
  ended_why: schedule.endedWhy,
})

export const dailyView = (date: string, days: readonly DayReport[]): api.DailyView => ({
  date,
  days: days.map(day => {
    const { currency } = day
    const side = ({ rows, amount }: DayStep) => ({ rows, amount: formatMinor(amount, currency) })
    return {
      channel: day.channel,
      account: day.account,
      currency,
      state: day.state,
      ours: side(day.ours),
      steps: day.steps.map(step => ({
        step: step.step,
        zh: stepName(step, 'zh'),
        en: stepName(step, 'en'),
        ...side(step),
      })),
      reached: formatMinor(day.reached, currency),
      theirs: side(day.theirs),
      balanced: day.ok,
      matched_rows: day.matchedRows,
      match_rate: matchRate(day),
      closed_at: at(day.closedAt),
      closed_by: day.closedBy,
      blocked: day.blocked,
    }
  }),
})
