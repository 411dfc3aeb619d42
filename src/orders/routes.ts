import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { readAmount } from '../kernel/amount_field.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import { pageUnknown } from '../system/page_unknown.ts'
import { type Json, onceAround } from '../system/requests.ts'
import * as api from './api.ts'
import { paymentLatency } from './latency_store.ts'
import { openAnomalies, refusedNotices, waitingPayments, waitingSummary } from './list_store.ts'
import * as orders from './operations.ts'
import type { Paying } from './paying.ts'
import { type Progress, progressOf } from './progress.ts'
import { recordPage } from './record_store.ts'
import { reconciledNumbers } from './refund_book.ts'
import { ordersOfAccount, ordersUnderWay } from './store.ts'
import { billViews, orderView, paymentView, recordView } from './views.ts'

const PAYER = { permission: 'public' }

/** Bills and payments: what issuers, payers and the counter do. */
export function orderRoutes(server: FastifyInstance, app: Paying): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.post(
    '/orders',
    {
      config: { permission: 'order.issue' },
      schema: {
        tags: ['orders'],
        summary: '开缴费单 Issue a bill',
        body: api.OrderAsk,
        response: { 200: api.OrderView },
      },
    },
    async request => {
      const { body } = request
      const currency = body.currency ?? 'CNY'
      return orderView(
        await orders.issueOrder(app, actorOf(request), {
          orderNo: body.order_no,
          merchantNo: body.merchant_no,
          feeItemId: body.fee_item_id,
          accountNo: body.account_no,
          payerName: body.payer_name ?? '',
          phone: body.phone ?? '',
          email: body.email ?? '',
          title: body.title ?? '',
          period: body.period ?? '',
          amount: readAmount(body.amount, currency, 'amount'),
          currency,
          dueOn: body.due_on ?? null,
        }),
      )
    },
  )

  http.get(
    '/bills',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '按户号查账单 Find bills by account number',
        querystring: api.BillQuery,
        response: { 200: api.BillList },
      },
    },
    async ({ query }) => {
      const bills = await ordersOfAccount(app.db.pool, app.vault, query.merchant_no, query.account_no, 100)
      return { orders: billViews(bills, await ordersUnderWay(app.db.pool, bills)) }
    },
  )

  http.get(
    '/orders/:order_no',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '查缴费单 Read a bill',
        params: api.OrderKey,
        response: { 200: api.OrderView },
      },
    },
    async ({ params }) => orderView(await orders.readOrder(app, params.order_no)),
  )

  http.post(
    '/orders/:order_no/close',
    {
      config: { permission: 'order.issue' },
      schema: {
        tags: ['orders'],
        summary: '撤销未缴的缴费单 Take an unpaid bill back',
        params: api.OrderKey,
        body: api.CloseAsk,
        response: { 200: api.OrderView },
      },
    },
    async request => {
      const { params, body } = request
      return await onceAround(app, asked(app, request, 'close_order'), async () =>
        orderView(await orders.closeOrder(app, actorOf(request), params.order_no, body.reason)),
      )
    },
  )

  http.post(
    '/orders/:order_no/payments',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '发起支付 Begin a payment',
        params: api.OrderKey,
        body: api.PaymentAsk,
        response: { 200: api.PaymentView },
      },
    },
    async request => {
      const { params, body } = request
      const order = await orders.readOrder(app, params.order_no)
      const payment = await orders.startPayment(app, actorOf(request), {
        orderNo: params.order_no,
        id: body.id,
        channel: body.channel,
        method: body.method,
        amount: body.amount === undefined ? null : readAmount(body.amount, order.currency, 'amount'),
        openid: body.openid ?? null,
      })
      return paymentView(progressOf(payment, false))
    },
  )

  http.get(
    '/payments/:payment_no',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '支付进度 Where a payment stands',
        params: api.PaymentKey,
        response: { 200: api.PaymentView },
      },
    },
    async ({ params }) => paymentView(await readProgress(app, params.payment_no)),
  )

  http.post(
    '/payments/:payment_no/cancel',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '放弃支付（先向渠道查询并关单）Give an attempt up, after asking the channel',
        params: api.PaymentKey,
        body: api.RepeatAsk,
        response: { 200: api.PaymentView },
      },
    },
    async request =>
      await onceAround(app, asked(app, request, 'cancel_payment'), async () => {
        await orders.cancelPayment(app, actorOf(request), request.params.payment_no)
        return paymentView(await readProgress(app, request.params.payment_no))
      }),
  )

  http.post(
    '/payments/:payment_no/query',
    {
      config: { permission: 'payment.query' },
      schema: {
        tags: ['payments'],
        summary: '主动查询并补单 Ask the channel now',
        params: api.PaymentKey,
        body: api.RepeatAsk,
        response: { 200: api.PaymentView },
      },
    },
    async request =>
      await onceAround(app, asked(app, request, 'query_payment'), async () => {
        await orders.askNow(app, actorOf(request), request.params.payment_no)
        return paymentView(await readProgress(app, request.params.payment_no))
      }),
  )

  http.get(
    '/records',
    {
      config: { permission: 'payment.read' },
      schema: {
        tags: ['payments'],
        summary: '缴费记录 Payment records with their reconciliation status',
        description:
          '少见的状态或渠道，一页可能不满甚至为空：只要 next 不为空，就从 next 继续。With a state or channel that is rare a page may be short, even empty: as long as there is a next, go on from it.',
        querystring: api.RecordQuery,
        response: { 200: api.RecordList },
      },
    },
    async request => {
      const { query } = request
      const limit = query.limit ?? 50
      const { records, next } = await recordPage(app.db.pool, app.vault, actorOf(request).scopeOf('payment.read'), {
        merchantNo: query.merchant_no,
        accountNo: query.account_no,
        orderNo: query.order_no,
        channel: query.channel,
        from: query.from === undefined ? undefined : new Date(query.from),
        to: query.to === undefined ? undefined : new Date(query.to),
        states: query.state === undefined ? undefined : [query.state],
        after: query.after === undefined ? undefined : readPlace(query.after),
        limit,
      })
      return {
        records: records.map(recordView),
        next: next && `${next.createdAt.getTime()}_${next.paymentNo}`,
      }
    },
  )

  http.get(
    '/payments/waiting',
    {
      config: { permission: 'payment.read' },
      schema: {
        tags: ['payments'],
        summary: '延迟补偿队列：等待渠道结果的支付 What waits for the channel, and why',
        querystring: api.Limit,
        response: { 200: api.WaitingView },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('payment.read')
      const [summary, payments] = await Promise.all([
        waitingSummary(app.db.pool, scope),
        waitingPayments(app.db.pool, app.vault, scope, request.query.limit ?? 200),
      ])
      return {
        summary: summary.map(row => ({ ...row, oldest: instantText(row.oldest) })),
        payments: payments.map(payment => ({
          payment_no: payment.paymentNo,
          order_no: payment.orderNo,
          channel: payment.channel,
          account: payment.account,
          amount: formatMinor(payment.amount, payment.currency),
          currency: payment.currency,
          state: payment.state,
          created_at: instantText(payment.createdAt),
          expires_at: instantText(payment.expiresAt),
          next_query_at: instantText(payment.nextQueryAt),
          queries: payment.queries,
          last_answer: payment.lastAnswer,
        })),
      }
    },
  )

  http.get(
    '/payment-latency',
    {
      config: { permission: 'payment.read' },
      schema: {
        tags: ['payments'],
        summary: '渠道时延：从支付成功到入账 How long channels’ successes took to reach the book',
        description:
          'By channel and Beijing day of the attempt’s beginning. Counted in the background, so the newest half minute may be missing; times are kept in steps of 5 % and told to 2.5 %. 后台统计，最近半分钟可能未计入；时长误差不超过 2.5%',
        querystring: api.LatencyQuery,
        response: { 200: api.LatencyView },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('payment.read')
      const latency = await paymentLatency(app.db.pool, scope, app.now(), request.query.days ?? 7)
      return {
        latency: latency.map(({ median, p95, ...row }) => ({ ...row, median_seconds: median, p95_seconds: p95 })),
      }
    },
  )

  http.get(
    '/anomalies',
    {
      config: { permission: 'payment.read' },
      schema: {
        tags: ['payments'],
        summary: '待处理的异常支付 Payments that a person must look at',
        querystring: api.Limit,
        response: { 200: api.AnomalyList },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('payment.read')
      return { anomalies: (await openAnomalies(app.db.pool, scope, request.query.limit ?? 200)).map(anomalyView) }
    },
  )

  http.post(
    '/anomalies/:payment_no/:kind/settle',
    {
      config: { permission: 'payment.settle' },
      schema: {
        tags: ['payments'],
        summary: '异常支付处理完毕 A person has dealt with it',
        params: api.AnomalyKey,
        body: api.SettleAsk,
        response: { 200: api.AnomalyView },
      },
    },
    async request =>
      await onceAround(app, asked(app, request, 'settle_anomaly'), async () => {
        const settled = await orders.settleAnomaly(app, actorOf(request), {
          paymentNo: request.params.payment_no,
          kind: request.params.kind,
          note: request.body.note,
        })
        return anomalyView(settled)
      }),
  )

  http.get(
    '/refused-notices',
    {
      config: { permission: 'payment.read' },
      schema: {
        tags: ['payments'],
        summary: '被拒绝的渠道通知 Notices that were refused',
        querystring: api.Limit,
        response: { 200: api.RefusedList },
      },
    },
    async request => {
      const scope = actorOf(request).scopeOf('payment.read')
      const notices = await refusedNotices(app.db.pool, scope, request.query.limit ?? 200)
      return { notices: notices.map(row => ({ ...row, at: instantText(row.at) })) }
    },
  )
}

export async function readProgress(app: Paying, paymentNo: string): Promise<Progress> {
  const payment = await orders.readPayment(app, paymentNo)
  const reconciled =
    payment.state === 'success' && (await reconciledNumbers(app.db.pool, payment.orderNo)).has(paymentNo)
  return progressOf(payment, reconciled)
}

/** What `onceAround` must know of a call: the caller's id, and all that was asked. */
export const asked = (
  app: Paying,
  request: FastifyRequest & { readonly params: unknown; readonly body: { readonly id: string } },
  operation: string,
) => ({
  id: request.body.id,
  operation,
  body: { params: request.params, body: request.body },
  actor: actorOf(request).id,
  at: app.now(),
})

const anomalyView = (row: Awaited<ReturnType<typeof openAnomalies>>[number]) => ({
  order_no: row.orderNo,
  payment_no: row.paymentNo,
  kind: row.kind,
  evidence: row.evidence as Readonly<Record<string, Json>>,
  found_at: instantText(row.foundAt),
  settled_at: row.settledAt && instantText(row.settledAt),
  settled_by: row.settledBy,
  note: row.note,
})

function readPlace(text: string): { createdAt: Date; paymentNo: string } {
  const [, at, paymentNo] = /^(\d{1,15})_(.+)$/.exec(text) ?? []
  if (at === undefined || paymentNo === undefined) throw pageUnknown()
  return { createdAt: new Date(Number(at)), paymentNo }
}
