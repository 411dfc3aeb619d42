import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { VoucherKey, VoucherUpload, VoucherView } from '../reviews/api.ts'
import { VOUCHER_BYTES_MAX } from '../reviews/voucher.ts'
import { sendVoucher } from '../reviews/voucher_answer.ts'
import { readOwnVoucher } from '../reviews/voucher_operations.ts'
import { takeRawBodies } from '../system/http.ts'
import * as api from './api.ts'
import * as own from './own_operations.ts'

const READ = { permission: 'own.read' }
const MANAGE = { permission: 'own.manage' }
const TAGS = { tags: ['own'] }

/** 对账申诉, for the payer himself. */
export function ownAppealRoutes(server: FastifyInstance, app: own.Appealing): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/own/appeals',
    { config: READ, schema: { ...TAGS, summary: '本人的申诉 My appeals', response: { 200: api.OwnAppealList } } },
    async request => ({ appeals: await own.ownAppeals(app, actorOf(request)) }),
  )
  http.get(
    '/own/appeals/:appeal_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '本人的一件申诉 One of my appeals',
        params: api.AppealKey,
        response: { 200: api.OwnAppealView },
      },
    },
    request => own.ownAppeal(app, actorOf(request), request.params.appeal_id),
  )
  http.post(
    '/own/appeals',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '提交申诉 File an appeal about one of my payments',
        body: api.FileAsk,
        response: { 200: api.OwnAppealView },
      },
    },
    request => {
      const { id, kind, text, payment_no, channel_trade_no = '', email = '', vouchers = [] } = request.body
      const filing = { id, kind, text, email, vouchers, paymentNo: payment_no, channelTradeNo: channel_trade_no }
      return own.fileAppeal(app, actorOf(request), filing)
    },
  )
  http.post(
    '/own/appeals/:appeal_id/withdraw',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '撤回申诉 Take an appeal back',
        params: api.AppealKey,
        body: api.WithdrawAsk,
        response: { 200: api.OwnAppealView },
      },
    },
    request =>
      own.withdrawAppeal(app, actorOf(request), {
        id: request.body.id,
        appealId: request.params.appeal_id,
        reason: request.body.reason ?? '',
      }),
  )

  // Plugins of Fastify are scopes: only these routes take a body as it comes.
  server.register(async scope => {
    takeRawBodies(scope, VOUCHER_BYTES_MAX)
    const files = scope.withTypeProvider<TypeBoxTypeProvider>()
    files.post(
      '/own/vouchers',
      {
        config: { ...MANAGE, upload: ['pdf', 'png', 'jpeg'] },
        bodyLimit: VOUCHER_BYTES_MAX,
        schema: {
          ...TAGS,
          summary: '上传申诉凭证（PDF、JPEG、PNG，≤10 MB）Upload a voucher for an appeal',
          description: 'The body is the file itself. 请求体为文件本身，类型按内容判断。',
          consumes: ['application/octet-stream'],
          querystring: VoucherUpload,
          response: { 200: VoucherView },
        },
      },
      async request => {
        const content = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        return await own.uploadOwnVoucher(app, actorOf(request), { ...request.query, content })
      },
    )
    files.get(
      '/own/vouchers/:voucher_id',
      {
        config: READ,
        schema: {
          ...TAGS,
          summary: '下载本人的凭证 Download a voucher of mine',
          produces: ['application/pdf', 'image/jpeg', 'image/png'],
          params: VoucherKey,
          response: { 200: { description: 'the file', type: 'string', format: 'binary' } },
        },
      },
      async (request, reply) =>
        sendVoucher(reply, await readOwnVoucher(app, actorOf(request), request.params.voucher_id)),
    )
  })
}
