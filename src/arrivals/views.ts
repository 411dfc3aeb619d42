import type { Actor } from '../access/actor.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import type { InspectDocument } from '../statements/api.ts'
import type { HeldFile, StatementChange } from '../statements/file_list.ts'
import type { Problem } from '../statements/statement.ts'
import type { Template } from '../statements/templates.ts'
import type { ArrivalView, ChangeList, FileDetail, FileView, InspectView, TemplateView } from './api.ts'
import type { Arrival } from './store.ts'

const at = (date: Date | null): string | null => date && instantText(date)

export const arrivalView = (arrival: Arrival): ArrivalView => ({
  arrival_id: arrival.id,
  channel: arrival.channel,
  account: arrival.account,
  day: arrival.day,
  kind: arrival.kind,
  state: arrival.state,
  source: arrival.source,
  attempts: arrival.attempts,
  last_tried_at: at(arrival.lastTriedAt),
  next_try_at: at(arrival.nextTryAt),
  error: arrival.error && { code: arrival.error.code, message_zh: arrival.error.zh, message_en: arrival.error.en },
  file_id: arrival.fileId,
  expected_at: instantText(arrival.expectedAt),
  alert_at: instantText(arrival.alertAt),
  alerted_at: at(arrival.alertedAt),
  arrived_at: at(arrival.arrivedAt),
  empty_at: at(arrival.emptyAt),
})

export const fileView = (file: HeldFile): FileView => ({
  file_id: file.id,
  name: file.name,
  sm3: file.sm3,
  bytes: Number(file.bytes),
  received_at: instantText(file.receivedAt),
  made_at: instantText(file.madeAt),
  same_as: file.sameAs,
  channel: file.channel,
  account: file.account,
  day: file.day,
  kind: file.kind,
  format: file.format,
  state: file.state,
  counts: file.counts,
  records: file.records,
  rejected: file.rejected,
  booked: file.booked,
  known: file.known,
  passed_over: file.passedOver,
  superseded: file.superseded,
  changes: file.changes,
})

export const fileDetail = (file: HeldFile, actor: Actor): FileDetail => ({
  ...fileView(file),
  controls: file.controls.map(({ name, stated, computed, ok }) => ({ name, stated, computed, ok })),
  problems: file.problems.map(problem => problemView(problem, seesPayers(actor))),
})

/** What a statement holds of payers is seen by who may see all of it: their names, accounts and numbers. */
export const seesPayers = ({ permissions }: Actor): boolean =>
  ['field.account_no', 'field.payer_name', 'field.contact'].every(permission => permissions.has(permission))

/** The sentences about a record quote what was found in it. */
function problemView({ record, line, column, severity, code, zh, en }: Problem, whole: boolean) {
  const place = { record, line, column, severity, code }
  if (whole || record === null) return { ...place, message_zh: zh, message_en: en }
  const where = column === null ? '' : ` ${column}`
  return {
    ...place,
    message_zh: `第 ${record} 条记录${where}无法读取或存疑（${code}）`,
    message_en: `Record ${record}${where} cannot be read, or is doubtful (${code})`,
  }
}

export const changeView = (change: StatementChange): ChangeList['changes'][number] => ({
  no: change.no,
  against: change.against,
  change: change.change,
  day: change.businessDate,
  before: change.before && rowView(change.before),
  after: change.after && rowView(change.after),
})

/** As `statement_changes` keeps a row: amounts in minor units, instants as PostgreSQL writes them. */
function rowView(row: Readonly<Record<string, unknown>>) {
  const text = (name: string): string => String(row[name] ?? '')
  const currency = text('currency')
  const occurred = row.occurred_at
  return {
    kind: text('kind'),
    status: text('status'),
    channel_trade_no: text('channel_trade_no'),
    merchant_order_no: text('merchant_order_no'),
    refund_no: text('refund_no'),
    amount: formatMinor(Number(row.amount), currency),
    currency,
    occurred_at: typeof occurred === 'string' ? instantText(new Date(occurred)) : null,
    fee: typeof row.fee === 'number' ? formatMinor(row.fee, currency) : null,
  }
}

export const templateView = (template: Template): TemplateView => ({
  name: template.name,
  version: template.version,
  columns: template.columns.map((header, column) => ({
    header,
    field: template.mapping[header] ?? template.mapping[`#${column + 1}`] ?? null,
  })),
  date_order: template.dateOrder,
  decimal: template.decimal,
  currency: template.currency,
  confirmed_by: template.confirmedBy,
  confirmed_at: instantText(template.confirmedAt),
})

export const inspectView = ({ rows, cells, ...document }: InspectDocument): InspectView => ({
  ...document,
  columns: [...document.columns],
  controls: [...document.controls],
  problems: [...document.problems],
  ...(rows ? { rows: [...rows] } : {}),
  ...(cells ? { cells: cells.map(row => [...row]) } : {}),
})
