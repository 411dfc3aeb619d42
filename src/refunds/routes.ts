import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { readAmount } from '../kernel/amount_field.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import { OrderKey, PaymentKey } from '../orders/api.ts'
import { readOrderWithin, readPaymentWithin } from '../orders/operations.ts'
import type { Paying } from '../orders/paying.ts'
import * as api from './api.ts'
import * as refunds from './operations.ts'
import { readRefundWithin } from './reading.ts'
import type { Refund } from './refund.ts'
import { refundsOf } from './store.ts'

/** Money on its way back: asking for it, and reversing what never was. A second person decides through `/reviews`. */
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
          vouchers: body.vouchers,
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
      refundView(await readRefundWithin(app, actorOf(request).scopeOf('refund.read'), request.params.refund_no)),
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
  review_id: refund.reviewId,
})
