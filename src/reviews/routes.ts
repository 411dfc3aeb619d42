import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { Failure } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { takeRawBodies } from '../system/http.ts'
import { pageUnknown } from '../system/page_unknown.ts'
import * as api from './api.ts'
import * as reviews from './operations.ts'
import { VOUCHER_BYTES_MAX } from './voucher.ts'
import { sendVoucher } from './voucher_answer.ts'
import { readVoucher, uploadVoucher } from './voucher_operations.ts'

const READ = { permission: 'review.read' }
const ASK = { permission: 'review.ask' }
const DECIDE = { permission: 'review.decide' }
const TAGS = { tags: ['reviews'] }

/** 复核: what waits for a second person, and his word. */
export function reviewRoutes(server: FastifyInstance, app: reviews.Reviewing): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/reviews',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '复核事项（按状态、类型、本人或他人）What needs or needed a second person',
        querystring: api.ReviewQuery,
        response: { 200: api.ReviewList },
      },
    },
    async request => {
      const { query } = request
      return await reviews.readReviews(app, actorOf(request), {
        state: query.state,
        kind: query.kind,
        whose: query.whose,
        object: objectOf(query),
        after: query.after === undefined ? undefined : readPlace(query.after),
        limit: query.limit ?? 50,
      })
    },
  )

  http.get(
    '/review-kinds',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '需要复核的事项类型 Kinds of what needs a second person',
        response: { 200: api.ReviewKindList },
      },
    },
    async () => ({
      kinds: [...app.kinds.values()].map(kind => ({
        kind: kind.code,
        ...kind.name,
        decide: kind.decide,
        expires_after_hours: kind.expiresAfterHours,
        needs_voucher: kind.needsVoucher,
      })),
    }),
  )

  http.get(
    '/reviews/:review_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一项复核 One of them',
        params: api.ReviewKey,
        response: { 200: api.ReviewView },
      },
    },
    request => reviews.readReview(app, actorOf(request), request.params.review_id),
  )

  http.post(
    '/reviews/:review_id/approve',
    {
      config: DECIDE,
      schema: {
        ...TAGS,
        summary: '同意并执行 Agree: it is done at once',
        params: api.ReviewKey,
        body: api.ApproveAsk,
        response: { 200: api.ReviewView },
      },
    },
    request => reviews.approveReview(app, actorOf(request), wordOf(request)),
  )

  http.post(
    '/reviews/:review_id/refuse',
    {
      config: DECIDE,
      schema: {
        ...TAGS,
        summary: '拒绝 Refuse',
        params: api.ReviewKey,
        body: api.RefuseAsk,
        response: { 200: api.ReviewView },
      },
    },
    request => reviews.refuseReview(app, actorOf(request), wordOf(request)),
  )

  http.post(
    '/reviews/:review_id/withdraw',
    {
      config: ASK,
      schema: {
        ...TAGS,
        summary: '申请人撤回 Withdraw what one asked for',
        params: api.ReviewKey,
        body: api.ApproveAsk,
        response: { 200: api.ReviewView },
      },
    },
    request => reviews.withdrawReview(app, actorOf(request), wordOf(request)),
  )
}

/** 凭证: uploaded before they are named in a request. */
export function voucherRoutes(server: FastifyInstance, app: App & reviews.Reviewing): void {
  // Plugins of Fastify are scopes: only these routes take a body as it comes.
  server.register(async scope => {
    takeRawBodies(scope, VOUCHER_BYTES_MAX)
    const http = scope.withTypeProvider<TypeBoxTypeProvider>()

    http.post(
      '/vouchers',
      {
        config: { ...ASK, upload: ['pdf', 'png', 'jpeg'] },
        bodyLimit: VOUCHER_BYTES_MAX,
        schema: {
          ...TAGS,
          summary: '上传凭证（PDF、JPEG、PNG，≤10 MB，SM4 加密保存）Upload a voucher',
          description: 'The body is the file itself. 请求体为文件本身，类型按内容判断。',
          consumes: ['application/octet-stream'],
          querystring: api.VoucherUpload,
          response: { 200: api.VoucherView },
        },
      },
      async request => {
        const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        return await uploadVoucher(app, actorOf(request), { ...request.query, content })
      },
    )

    http.get(
      '/vouchers/:voucher_id',
      {
        config: READ,
        schema: {
          ...TAGS,
          summary: '下载凭证（记入日志）Download a voucher; it is logged',
          produces: ['application/pdf', 'image/jpeg', 'image/png'],
          params: api.VoucherKey,
          response: { 200: { description: 'the file', type: 'string', format: 'binary' } },
        },
      },
      async (request, reply) => sendVoucher(reply, await readVoucher(app, actorOf(request), request.params.voucher_id)),
    )
  })
}

const wordOf = (request: {
  readonly params: { readonly review_id: string }
  readonly body: { readonly id: string; readonly reason?: string | undefined }
}): reviews.Word => ({
  id: request.body.id,
  reviewId: request.params.review_id,
  reason: request.body.reason ?? '',
})

function objectOf(query: {
  readonly object_kind?: string | undefined
  readonly object_id?: string | undefined
}): { kind: string; id: string } | undefined {
  if (query.object_kind === undefined && query.object_id === undefined) return undefined
  if (query.object_kind !== undefined && query.object_id !== undefined)
    return { kind: query.object_kind, id: query.object_id }
  throw new Failure('object_incomplete', {
    zh: 'object_kind 与 object_id 须同时给出',
    en: 'object_kind and object_id are given together',
  })
}

function readPlace(text: string): { askedAt: Date; id: string } {
  const [, at, id] = /^(\d{1,15})_(.+)$/.exec(text) ?? []
  if (at === undefined || id === undefined) throw pageUnknown()
  return { askedAt: new Date(Number(at)), id }
}
