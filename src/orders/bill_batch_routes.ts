import { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/asking.ts'
import type { App } from '../system/app.ts'
import { laidDown, type UploadLimits } from '../system/upload.ts'
import * as api from './bill_batch_api.ts'
import { BYTES_MAX } from './bill_batch_file.ts'
import * as batches from './bill_batch_operations.ts'

const READ = { permission: 'order.read' }
const ISSUE = { permission: 'order.issue' }
const LIMITS: UploadLimits = { bytesMax: BYTES_MAX, kinds: ['text', 'zip'] }
const TAGS = { tags: ['bills'] }

const BatchKey = Type.Object({ batch_id: Type.String() })
const ProblemsQuery = Type.Object({
  lang: Type.Optional(Type.Unsafe<'zh' | 'en'>({ type: 'string', enum: ['zh', 'en'] })),
})

/** Files of bills: checked, then issued. The file is the body of its request, of any media type but JSON. */
export function billBatchRoutes(server: FastifyInstance, app: App): void {
  // Plugins of Fastify are scopes: only these routes take a body as it comes.
  server.register(async scope => {
    scope.removeContentTypeParser('text/plain')
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const http = scope.withTypeProvider<TypeBoxTypeProvider>()

    http.post(
      '/bill-batches',
      {
        config: { ...ISSUE, upload: LIMITS.kinds },
        bodyLimit: BYTES_MAX,
        schema: {
          ...TAGS,
          summary: '上传账单文件预检（CSV 或 xlsx，不开单） Check a file of bills; issues nothing',
          consumes: ['application/octet-stream'],
          querystring: api.BillBatchUpload,
          response: { 200: api.BillBatchView },
        },
      },
      async request => {
        const { id, name, merchant_no } = request.query
        return await laidDown(request.body, LIMITS, path =>
          batches.checkBillBatch(app, actorOf(request), { id, path, name, merchantNo: merchant_no ?? null }),
        )
      },
    )
    http.post(
      '/bill-batches/:batch_id/issue',
      {
        config: ISSUE,
        schema: {
          ...TAGS,
          summary: '确认开单：整批成功或分毫不动 Issue a checked batch, wholly or not at all',
          params: BatchKey,
          body: api.BillBatchIssue,
          response: { 200: api.BillBatchHead },
        },
      },
      request => batches.issueBillBatch(app, actorOf(request), request.params.batch_id, request.body),
    )
    http.get(
      '/bill-batches',
      {
        config: READ,
        schema: {
          ...TAGS,
          summary: '账单批次列表 List batches',
          querystring: api.BillBatchQuery,
          response: { 200: api.BillBatchList },
        },
      },
      request => batches.readBillBatches(app, actorOf(request), request.query),
    )
    http.get(
      '/bill-batches/:batch_id',
      {
        config: READ,
        schema: {
          ...TAGS,
          summary: '预检报告 The report of a batch',
          params: BatchKey,
          response: { 200: api.BillBatchView },
        },
      },
      request => batches.readBillBatch(app, actorOf(request), request.params.batch_id),
    )
    http.get(
      '/bill-batches/:batch_id/problems.csv',
      {
        config: READ,
        schema: {
          ...TAGS,
          summary: '错误清单（CSV） All problems of a batch as CSV',
          produces: ['text/csv'],
          params: BatchKey,
          querystring: ProblemsQuery,
          response: { 200: { description: 'text/csv', type: 'string' } },
        },
      },
      async (request, reply) => {
        const pieces = await batches.readBillProblems(
          app,
          actorOf(request),
          request.params.batch_id,
          request.query.lang ?? 'zh',
        )
        reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="problems.csv"')
        // A stream is sent as it is; the type of the answer comes from its description, which can only say text.
        return reply.send(Readable.from(pieces) as unknown as string)
      },
    )
  })
}
