import { Failure } from '../kernel/failure.ts'
import type { Content } from './content.ts'

export type Template = {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly content: Content
  readonly reason: string
  readonly author: string
  readonly authorName: string
  readonly at: Date
  readonly archivedAt: Date | null
}

export const templateUnknown = (id: string): Failure =>
  new Failure(
    'report_template_unknown',
    { zh: `没有这个报表模板或版本：${id}`, en: `There is no such report template or version: ${id}` },
    { template_id: id },
  )

export const templateArchived = (id: string): Failure =>
  new Failure(
    'report_template_archived',
    { zh: `报表模板 ${id} 已停用：请选用其他模板`, en: `Report template ${id} is archived: take another one` },
    { template_id: id },
  )

export const scheduleUnknown = (id: string): Failure =>
  new Failure(
    'report_schedule_unknown',
    { zh: `没有您的这个报表计划：${id}`, en: `You have no such schedule: ${id}` },
    { schedule_id: id },
  )
