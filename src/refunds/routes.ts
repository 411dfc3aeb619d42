import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { readAmount } from '../kernel/amount_field.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import { Limit, OrderKey, PaymentKey } from '../orders/api.ts'
import { readOrderWithin, readPaymentWithin } from '../orders/operations.ts'
import type { Paying } from '../orders/paying.ts'
import { asked } from '../orders/routes.ts'
import { onceAround } from '../system/requests.ts'
import * as api from './api.ts'
import * as refunds from './operations.ts'
import type { Refund } from './refund.ts'
import { refundsOf, refundsToReview } from './store.ts'

/** Money on its way back: asking for it, deciding, and reversing what never was. */
export function refundRoutes(server: FastifyInstance, app: Paying): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/payments/:payment_no/refunds',
    {
      config: { permission: 'refund.ask' },
      schema: {
        tags: ['refunds'],
        summary: '申请退款（全额、部分、多次）Ask for a refund, full or in part',
        params: PaymentKey,
        body: api.RefundAsk,
        response: { 200: api.RefundView },
      },
    },
    async request => {
      const { params, body } = request
      const { currency } = await readPaymentWithin(app, actorOf(request).scopeOf('refund.ask'), params.payment_no)
      return refundView(
        await refunds.askRefund(app, actorOf(request), {
          id: body.id,
          paymentNo: params.payment_no,
          amount: body.amount === undefined ? null : readAmount(body.amount, currency, 'amount'),
          reason: body.reason,
        }),
      )
    },
  )

  http.post(
    '/payments/:payment_no/reversal',
    {
      config: { permission: 'payment.reverse' },
      schema: {
        tags: ['refunds'],
        summary: '冲正：渠道否认的成功 Take back a success that the channel denies',
        params: PaymentKey,
        body: api.ReversalAsk,
        response: { 200: api.RefundView },
      },
    },
    async request =>
      refundView(
        await refunds.reversePayment(app, actorOf(request), {
          id: request.body.id,
          paymentNo: request.params.payment_no,
          reason: request.body.reason,
        }),
      ),
  )

  http.get(
    '/refunds/:refund_no',
    {
      config: { permission: 'refund.read' },
      schema: {
        tags: ['refunds'],
        summary: '查退款 Read a refund',
        params: api.RefundKey,
        response: { 200: api.RefundView },
      },
    },
    async request =>
      refundView(
        await refunds.readRefundWithin(app, actorOf(request).scopeOf('refund.read'), request.params.refund_no),
      ),
  )

  http.get(
    '/orders/:order_no/refunds',
    {
      config: { permission: 'refund.read' },
      schema: {
        tags: ['refunds'],
        summary: '缴费单的退款 Refunds of a bill',
        params: OrderKey,
        response: { 200: api.RefundList },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('refund.read')
      const { orderNo } = await readOrderWithin(app, scope, request.params.order_no)
      return { refunds: (await refundsOf(app.db.pool, scope, orderNo)).map(refundView) }
    },
  )

  http.get(
    '/refunds/awaiting-review',
    {
      config: { permission: 'refund.review' },
      schema: {
        tags: ['refunds'],
        summary: '待复核的退款 Refunds that wait for a second person',
        querystring: Limit,
        response: { 200: api.RefundList },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('refund.review')
      return { refunds: (await refundsToReview(app.db.pool, scope, request.query.limit ?? 200)).map(refundView) }
    },
  )

  http.post(
    '/refunds/:refund_no/approve',
    {
      config: { permission: 'refund.review' },
      schema: {
        tags: ['refunds'],
        summary: '复核通过退款 Agree to a refund',
        params: api.RefundKey,
        body: api.ApproveAsk,
        response: { 200: api.RefundView },
      },
    },
    async request =>
      await onceAround(app, asked(app, request, 'approve_refund'), async () =>
        refundView(await refunds.approveRefund(app, actorOf(request), request.params.refund_no)),
      ),
  )

  http.post(
    '/refunds/:refund_no/refuse',
    {
      config: { permission: 'refund.review' },
      schema: {
        tags: ['refunds'],
        summary: '复核拒绝退款 Refuse a refund',
        params: api.RefundKey,
        body: api.RefuseAsk,
        response: { 200: api.RefundView },
      },
    },
    async request =>
      await onceAround(app, asked(app, request, 'refuse_refund'), async () =>
        refundView(await refunds.refuseRefund(app, actorOf(request), request.params.refund_no, request.body.reason)),
      ),
  )
}

const refundView = (refund: Refund): api.RefundView => ({
  refund_no: refund.refundNo,
  order_no: refund.orderNo,
  payment_no: refund.paymentNo,
  kind: refund.kind,
  amount: formatMinor(refund.amount, refund.currency),
  currency: refund.currency,
  reason: refund.reason,
  state: refund.state,
  asked_by: refund.askedBy,
  asked_at: instantText(refund.askedAt),
  decided_by: refund.decidedBy,
  channel_refund_no: refund.channelRefundNo,
  refunded_at: refund.refundedAt && instantText(refund.refundedAt),
  failure: refund.failure,
  last_answer: refund.lastAnswer,
})
