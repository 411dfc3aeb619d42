import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { sm3Of } from '../statements/digest.ts'
import { laidDown, type UploadLimits } from '../system/upload.ts'
import * as api from './api.ts'
import type { Arriving } from './arriving.ts'
import * as asked from './asked.ts'

const READ = { permission: 'statement.read' }
const UPLOAD = { permission: 'statement.upload' }
const TAGS = { tags: ['statements'] }

/** Statements: what is expected, what came, and bringing one. A file is the body of its request, of any media type but JSON. */
export function arrivalRoutes(server: FastifyInstance, app: Arriving, bytesMax: number): void {
  const limits: UploadLimits = { bytesMax, kinds: ['text', 'zip', 'gzip', 'ole', 'unknown'] }
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/statement-arrivals',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '对账单到达情况 Which statements are expected, and what became of them',
        querystring: api.ArrivalQuery,
        response: { 200: api.ArrivalList },
      },
    },
    request => asked.readArrivals(app, actorOf(request), request.query),
  )
  http.post(
    '/statement-arrivals/:arrival_id/fetch',
    {
      config: UPLOAD,
      schema: {
        ...TAGS,
        summary: '立即下载 Fetch a statement now',
        params: api.ArrivalKey,
        body: api.FetchAsk,
        response: { 200: api.ArrivalView },
      },
    },
    request => asked.fetchNow(app, actorOf(request), request.params.arrival_id, request.body),
  )
  http.get(
    '/statements',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '对账单文件及其版本 Statement files and their versions',
        querystring: api.FileQuery,
        response: { 200: api.FileList },
      },
    },
    request => asked.readFiles(app, actorOf(request), request.query),
  )
  http.get(
    '/statements/:file_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一份对账单：合计与问题 A statement, its totals and problems',
        params: api.FileKey,
        response: { 200: api.FileDetail },
      },
    },
    request => asked.readFile(app, actorOf(request), request.params.file_id),
  )
  http.get(
    '/statements/:file_id/changes',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '重出对账单的差异 What a version changed',
        params: api.FileKey,
        querystring: api.ChangeQuery,
        response: { 200: api.ChangeList },
      },
    },
    request => asked.readChanges(app, actorOf(request), request.params.file_id, request.query),
  )
  http.get(
    '/statements/:file_id/raw',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '下载原文（记入日志） Download the bytes as they arrived (recorded)',
        produces: ['application/octet-stream'],
        params: api.FileKey,
        response: { 200: { description: 'application/octet-stream', type: 'string' } },
      },
    },
    async (request, reply) => {
      const { name, content } = await asked.downloadRaw(app, actorOf(request), request.params.file_id)
      reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
      // A stream is sent as it is; the type of the answer comes from its description, which can only say text.
      return reply.send(Readable.from(content) as unknown as string)
    },
  )

  http.get(
    '/statement-templates',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '已确认的格式模板 Layouts that somebody has confirmed',
        response: { 200: api.TemplateList },
      },
    },
    () => asked.readTemplates(app),
  )
  http.get(
    '/statement-templates/:name',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一个格式模板的各版本 The versions of a layout',
        params: api.TemplateKey,
        response: { 200: api.TemplateList },
      },
    },
    request => asked.readTemplateVersions(app, request.params.name),
  )

  // Plugins of Fastify are scopes: only these routes take a body as it comes.
  server.register(async scope => {
    scope.removeContentTypeParser('text/plain')
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const files = scope.withTypeProvider<TypeBoxTypeProvider>()

    files.post(
      '/statements/inspect',
      {
        config: { ...UPLOAD, upload: limits.kinds },
        bodyLimit: bytesMax,
        schema: {
          ...TAGS,
          summary: '格式预检（不入账） Look into a statement; books nothing',
          consumes: ['application/octet-stream'],
          querystring: api.InspectQuery,
          response: { 200: api.InspectView },
        },
      },
      async request =>
        await laidDown(request.body, limits, path => asked.inspectFile(app, actorOf(request), path, request.query)),
    )
    files.post(
      '/statement-templates',
      {
        // A layout is read so for everybody from now on.
        config: { ...UPLOAD, everywhere: true, upload: limits.kinds },
        bodyLimit: bytesMax,
        schema: {
          ...TAGS,
          summary: '确认列的含义并存为模板 Confirm the columns of a layout, proven by the file',
          consumes: ['application/octet-stream'],
          querystring: api.TemplateQuery,
          response: { 200: api.TemplateConfirmed },
        },
      },
      async request =>
        await laidDown(request.body, limits, async path =>
          asked.confirmLayout(app, actorOf(request), path, await digest(path), request.query),
        ),
    )
    files.post(
      '/statements',
      {
        config: { ...UPLOAD, upload: limits.kinds },
        bodyLimit: bytesMax,
        schema: {
          ...TAGS,
          summary: '上传对账单并入账 Upload a statement and book it',
          consumes: ['application/octet-stream'],
          querystring: api.UploadQuery,
          response: { 200: api.FileDetail },
        },
      },
      async request =>
        await laidDown(request.body, limits, async path =>
          asked.uploadFile(app, actorOf(request), path, await digest(path), request.query),
        ),
    )
  })
}

async function digest(path: string): Promise<string> {
  const file = await open(path)
  try {
    return sm3Of(file.fd)
  } finally {
    await file.close()
  }
}
