import { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import * as api from './api.ts'
import { type Export, MEDIA } from './export.ts'
import * as reports from './operations.ts'
import { PERIODS } from './period.ts'
import { STANDARD } from './standard.ts'
import * as templates from './template_operations.ts'
import { contentOf, dailyView, datasetViews, exportView, scheduleView, standardView, templateView } from './views.ts'

const READ = { permission: 'report.read' }
const EXPORT = { permission: 'report.export' }
const TEMPLATE = { permission: 'report.template' }
const TAGS = { tags: ['reports'] }

/** 报表: what can be reported, and the daily report. */
export function reportRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/reports/datasets',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '可报表的数据：字段与筛选 Datasets, their fields and filters',
        response: { 200: api.DatasetList },
      },
    },
    async () => ({ datasets: datasetViews(), periods: [...PERIODS] }),
  )

  http.post(
    '/reports/preview',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '预览前 50 行 The first 50 rows of a report',
        body: api.PreviewAsk,
        response: { 200: api.Preview },
      },
    },
    request => {
      const { content, lang } = request.body
      return reports.previewReport(app, actorOf(request), contentOf(content), lang ?? 'zh')
    },
  )

  http.get(
    '/reports/daily/:date',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '对账日报与平衡 The daily report with its proof',
        params: api.DailyKey,
        response: { 200: api.DailyView },
      },
    },
    async request => {
      const { date } = request.params
      return dailyView(mustBeDay(date), await reports.readDay(app, actorOf(request), date))
    },
  )

  templateRoutes(server, app)
  exportRoutes(server, app)
  scheduleRoutes(server, app)
}

function templateRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/reports/templates',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '报表模板（内置与自定义）Templates, of the program and of the house',
        response: { 200: api.TemplateList },
      },
    },
    async () => ({
      templates: [...STANDARD.map(standardView), ...(await templates.readTemplates(app)).map(templateView)],
    }),
  )

  http.get(
    '/reports/templates/:template_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一个模板（可指定版本）A template, of any version',
        params: api.TemplateKey,
        querystring: api.TemplateQuery,
        response: { 200: api.TemplateView },
      },
    },
    async ({ params, query }) => {
      const standard = STANDARD.find(({ id }) => id === params.template_id)
      if (standard) return standardView(standard)
      return templateView(await templates.readTemplate(app, params.template_id, query.version))
    },
  )

  http.get(
    '/reports/templates/:template_id/versions',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '模板的所有版本 All versions of a template',
        params: api.TemplateKey,
        response: { 200: api.TemplateList },
      },
    },
    async ({ params }) => ({ templates: (await templates.readVersions(app, params.template_id)).map(templateView) }),
  )

  http.post(
    '/reports/templates',
    {
      config: TEMPLATE,
      schema: {
        ...TAGS,
        summary: '新建报表模板 A new template',
        body: api.TemplateAsk,
        response: { 200: api.TemplateView },
      },
    },
    async request => {
      const ask = { ...request.body, content: contentOf(request.body.content) }
      return templateView(await templates.createTemplate(app, actorOf(request), ask))
    },
  )

  http.post(
    '/reports/templates/:template_id/versions',
    {
      config: TEMPLATE,
      schema: {
        ...TAGS,
        summary: '模板的新版本 Another version of a template',
        params: api.TemplateKey,
        body: api.TemplateAsk,
        response: { 200: api.TemplateView },
      },
    },
    async request => {
      const content = contentOf(request.body.content)
      const ask = { ...request.body, content, templateId: request.params.template_id }
      return templateView(await templates.changeTemplate(app, actorOf(request), ask))
    },
  )

  http.post(
    '/reports/templates/:template_id/archive',
    {
      config: TEMPLATE,
      schema: {
        ...TAGS,
        summary: '停用模板 Archive a template',
        params: api.TemplateKey,
        body: api.ReasonAsk,
        response: { 200: api.TemplateView },
      },
    },
    async request =>
      templateView(
        await templates.archiveTemplate(app, actorOf(request), {
          ...request.body,
          templateId: request.params.template_id,
        }),
      ),
  )
}

function exportRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/reports/exports',
    {
      config: EXPORT,
      schema: {
        ...TAGS,
        summary: '导出（后台生成 Excel、CSV 或 PDF）Export a report, written in the background',
        body: api.ExportAsk,
        response: { 200: api.ExportView },
      },
    },
    async request => {
      const { body } = request
      return exportView(
        await reports.askExport(app, actorOf(request), {
          id: body.id,
          format: body.format,
          lang: body.lang ?? 'zh',
          daily: body.daily && { ...body.daily, date: mustBeDay(body.daily.date) },
          template: body.template && {
            id: body.template.template_id,
            version: body.template.version,
            filters: body.template.filters,
          },
          content: body.content && contentOf(body.content),
        }),
      )
    },
  )

  http.get(
    '/reports/exports',
    {
      config: EXPORT,
      schema: {
        ...TAGS,
        summary: '本人的导出 One’s own exports, the newest first',
        querystring: api.ExportQuery,
        response: { 200: api.ExportList },
      },
    },
    async request => {
      const limit = request.query.limit ?? 50
      const found = await reports.readExports(app, actorOf(request), request.query.after ?? null, limit)
      return { exports: found.map(exportView), next: found.length === limit ? (found.at(-1)?.id ?? null) : null }
    },
  )

  http.get(
    '/reports/exports/:export_id',
    {
      config: EXPORT,
      schema: {
        ...TAGS,
        summary: '导出的进度 Progress of an export',
        params: api.ExportKey,
        response: { 200: api.ExportView },
      },
    },
    async request => exportView(await reports.readExport(app, actorOf(request), request.params.export_id)),
  )

  http.post(
    '/reports/exports/:export_id/cancel',
    {
      config: EXPORT,
      schema: {
        ...TAGS,
        summary: '取消导出 Cancel an export',
        params: api.ExportKey,
        body: api.CancelAsk,
        response: { 200: api.ExportView },
      },
    },
    async request =>
      exportView(
        await reports.cancelExport(app, actorOf(request), {
          id: request.body.id,
          exportId: request.params.export_id,
        }),
      ),
  )

  http.get(
    '/reports/exports/:export_id/file',
    {
      config: EXPORT,
      schema: {
        ...TAGS,
        summary: '下载（记入日志）Download the file; it is logged',
        produces: Object.values(MEDIA),
        params: api.ExportKey,
        response: { 200: { description: 'the file', type: 'string', format: 'binary' } },
      },
    },
    async (request, reply) => {
      const { file, bytes } = await reports.downloadExport(app, actorOf(request), request.params.export_id)
      reply
        .header('content-type', MEDIA[file.format])
        .header('content-length', file.bytes)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName(file))}`)
        .header('content-security-policy', "default-src 'none'; sandbox")
      // A stream is sent as it is; the type of the answer comes from its description, which can only say text.
      return reply.send(Readable.from(bytes, { objectMode: false }) as unknown as string)
    },
  )
}

const fileName = ({ name, format, id }: Export): string =>
  `${name.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ')} ${id.slice(0, 10)}.${format}`

function scheduleRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/reports/schedules',
    {
      config: TEMPLATE,
      schema: { ...TAGS, summary: '本人的报表计划 One’s own schedules', response: { 200: api.ScheduleList } },
    },
    async request => ({
      schedules: (await templates.readSchedules(app, actorOf(request))).map(each => scheduleView(each, app.vault)),
    }),
  )

  http.post(
    '/reports/schedules',
    {
      config: TEMPLATE,
      schema: {
        ...TAGS,
        summary: '定时导出 Export a template again and again',
        body: api.ScheduleAsk,
        response: { 200: api.ScheduleView },
      },
    },
    async request => {
      const { body } = request
      const made = await templates.createSchedule(app, actorOf(request), {
        id: body.id,
        templateId: body.template_id,
        version: body.version ?? null,
        format: body.format,
        lang: body.lang ?? 'zh',
        every: body.every,
        dayNo: body.day_no ?? null,
        localTime: body.local_time,
        zone: body.zone ?? reports.HOUSE_ZONE,
        notify: body.notify ?? null,
      })
      return scheduleView(made, app.vault)
    },
  )

  http.post(
    '/reports/schedules/:schedule_id/end',
    {
      config: TEMPLATE,
      schema: {
        ...TAGS,
        summary: '结束计划 End a schedule',
        params: api.ScheduleKey,
        body: api.ReasonAsk,
        response: { 200: api.ScheduleView },
      },
    },
    async request => {
      const ask = { ...request.body, scheduleId: request.params.schedule_id }
      return scheduleView(await templates.endSchedule(app, actorOf(request), ask), app.vault)
    },
  )
}

/** Throws Failure date_invalid for what no calendar has. */
function mustBeDay(text: string): string {
  try {
    if (Temporal.PlainDate.from(text).toString() === text) return text
  } catch {
    // Said below.
  }
  throw new Failure(
    'date_invalid',
    { zh: `没有这个日期：${text}，例如 2026-11-20`, en: `There is no such date: ${text}; for example 2026-11-20` },
    { found: text },
  )
}
