import type { Scope } from '../access/scope.ts'
import { Failure, type Lang } from '../kernel/failure.ts'
import type { Content } from './content.ts'

/** An export: a report as a file, written in the background for one reader. Pure. */

export const FORMATS = ['csv', 'xlsx', 'pdf'] as const
export type Format = (typeof FORMATS)[number]

/** What is in it: the daily report of a date, or a content. The content is kept, whatever becomes of the template it came from. */
export type What =
  | { readonly daily: string; readonly matches: boolean }
  | { readonly content: Content; readonly template: string; readonly version: number | null }

export const EXPORT_STATES = ['waiting', 'running', 'ready', 'failed', 'cancelled', 'expired'] as const
export type ExportState = (typeof EXPORT_STATES)[number]

export type Export = {
  readonly id: string
  readonly what: What
  readonly format: Format
  readonly lang: Lang
  readonly name: string
  readonly accountId: string
  readonly askedBy: string
  readonly askedName: string
  readonly scope: Scope
  /** `field.…` permissions he had. */
  readonly sees: readonly string[]
  readonly askedAt: Date
  readonly scheduleId: string | null
  readonly state: ExportState
  readonly attempt: number
  readonly rowsTotal: number | null
  readonly rowsDone: number
  readonly bytes: number | null
  readonly sm3: string | null
  readonly endedAt: Date | null
  readonly expiresAt: Date | null
  readonly failure: { readonly code: string; readonly zh: string; readonly en: string } | null
}

/** Unfinished exports of one person. */
export const UNFINISHED_MAX = 3
/** A file is kept so many days. */
export const KEPT_DAYS = 7
/** Exports that are written at the same time, on all machines together: the morning's reconciliation needs the rest. */
export const WRITERS = 2
/** A PDF is for paper. */
export const PDF_ROWS_MAX = 5000
/** Starts of one export, before it is given up. */
export const ATTEMPTS = 5

export const MEDIA: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
}

export const isOver = (state: ExportState): boolean => state !== 'waiting' && state !== 'running'

export const exportUnknown = (id: string): Failure =>
  new Failure(
    'export_unknown',
    {
      zh: `没有您的这个导出：${id}；请从导出列表中选择`,
      en: `You have no such export: ${id}; choose one of your list`,
    },
    { export_id: id },
  )

export const exportNotReady = ({ id, state }: Pick<Export, 'id' | 'state'>): Failure =>
  new Failure(
    'export_not_ready',
    {
      zh: `导出 ${id} 没有可下载的文件（状态 ${state}）：请等待完成，或重新导出`,
      en: `There is no file of export ${id} (${state}): wait until it is ready, or export again`,
    },
    { export_id: id, state },
  )

export const exportStale = (id: string): Failure =>
  new Failure(
    'export_stale',
    {
      zh: `导出 ${id} 之后，您的权限或数据范围已收窄，文件不能再下载：请重新导出`,
      en: `What you may see has become less since export ${id} was made: export again`,
    },
    { export_id: id },
  )

export const tooManyExports = (): Failure =>
  new Failure(
    'exports_too_many',
    {
      zh: `您已有 ${UNFINISHED_MAX} 个未完成的导出：请等待其中之一完成，或取消一个`,
      en: `You have ${UNFINISHED_MAX} unfinished exports: wait for one of them, or cancel one`,
    },
    { limit: UNFINISHED_MAX },
  )

export const tooLongForPaper = (rows: number): Failure =>
  new Failure(
    'report_too_long_for_pdf',
    {
      zh: `报表有 ${rows} 行，PDF 最多 ${PDF_ROWS_MAX} 行：请缩小范围，或改用 Excel、CSV`,
      en: `The report has ${rows} rows, a PDF at most ${PDF_ROWS_MAX}: narrow the filters, or take Excel or CSV`,
    },
    { rows, limit: PDF_ROWS_MAX },
  )

/** Thrown within the writing, to end it. */
export class Ended extends Error {}
