import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { sendVoucher } from '../reviews/voucher_answer.ts'
import * as api from './api.ts'
import { actOnMany, doAction } from './bulk.ts'
import { matchRows, unmatch } from './match_operations.ts'
import { attach, comment, type Discrepancies, type Doing } from './operations.ts'
import {
  readDiscrepancies,
  readDiscrepancy,
  readDiscrepancyVoucher,
  readFigures,
  readOpenRows,
  readTotals,
} from './reading.ts'

const READ = { permission: 'discrepancy.read' }
const HANDLE = { permission: 'discrepancy.handle' }
const TAGS = { tags: ['discrepancies'] }

/** 差错. */
export function discrepancyRoutes(server: FastifyInstance, app: Discrepancies): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/discrepancies',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '差错列表 Discrepancies',
        querystring: api.DiscrepancyQuery,
        response: { 200: api.DiscrepancyList },
      },
    },
    request => readDiscrepancies(app, actorOf(request), request.query),
  )

  http.get(
    '/discrepancy-totals',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '差错按类型汇总 Discrepancies by kind',
        querystring: api.TotalsQuery,
        response: { 200: api.TotalsView },
      },
    },
    request => readTotals(app, actorOf(request), request.query),
  )

  http.get(
    '/discrepancy-rows',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '可手工匹配的记录 Rows that can be matched by hand',
        querystring: api.OpenRowQuery,
        response: { 200: api.OpenRowList },
      },
    },
    request => readOpenRows(app, actorOf(request), request.query),
  )

  http.get(
    '/discrepancy-figures',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '差错按原因和账龄汇总 Discrepancies by cause and age',
        querystring: api.TotalsQuery,
        response: { 200: api.FiguresView },
      },
    },
    request => readFigures(app, actorOf(request), request.query),
  )

  http.get(
    '/discrepancies/:discrepancy_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一件差错及其两边依据 One of them, with what both sides say',
        params: api.DiscrepancyKey,
        response: { 200: api.DiscrepancyDetail },
      },
    },
    request => readDiscrepancy(app, actorOf(request), Number(request.params.discrepancy_id)),
  )

  http.get(
    '/discrepancies/:discrepancy_id/vouchers/:voucher_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '下载差错凭证（记入日志）Download a voucher of a discrepancy; it is logged',
        produces: ['application/pdf', 'image/jpeg', 'image/png'],
        params: api.DiscrepancyVoucherKey,
        response: { 200: { description: 'the file', type: 'string', format: 'binary' } },
      },
    },
    async (request, reply) => {
      const { discrepancy_id: id, voucher_id: voucherId } = request.params
      return sendVoucher(
        reply,
        await readDiscrepancyVoucher(app, actorOf(request), { discrepancyId: Number(id), voucherId }),
      )
    },
  )

  http.post(
    '/discrepancies/:discrepancy_id/actions',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '处理差错 Deal with a discrepancy',
        params: api.DiscrepancyKey,
        body: api.ActAsk,
        response: { 200: api.ActAnswer },
      },
    },
    async request => {
      const discrepancyId = Number(request.params.discrepancy_id)
      const actor = actorOf(request)
      const done = await doAction(app, actor, { ...doingOf(request.body), discrepancyId })
      return {
        outcome: done.outcome,
        review_id: done.reviewId,
        refund_no: done.refundNo,
        discrepancy: await readDiscrepancy(app, actor, discrepancyId),
      }
    },
  )

  http.post(
    '/discrepancies/actions',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '批量处理，逐件返回结果 The same for many, with a result for each',
        body: api.BulkAsk,
        response: { 200: api.BulkAnswer },
      },
    },
    request =>
      actOnMany(app, actorOf(request), {
        ...doingOf(request.body),
        discrepancies: request.body.discrepancies.map(Number),
      }),
  )

  http.post(
    '/discrepancies/:discrepancy_id/comments',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '备注 A note for colleagues',
        params: api.DiscrepancyKey,
        body: api.CommentAsk,
        response: { 200: api.DiscrepancyDetail },
      },
    },
    async request => {
      const discrepancyId = Number(request.params.discrepancy_id)
      await comment(app, actorOf(request), { ...request.body, discrepancyId })
      return await readDiscrepancy(app, actorOf(request), discrepancyId)
    },
  )

  http.post(
    '/discrepancies/:discrepancy_id/vouchers',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '附上凭证 Attach vouchers',
        params: api.DiscrepancyKey,
        body: api.VouchersAsk,
        response: { 200: api.DiscrepancyDetail },
      },
    },
    async request => {
      const discrepancyId = Number(request.params.discrepancy_id)
      await attach(app, actorOf(request), { ...request.body, discrepancyId })
      return await readDiscrepancy(app, actorOf(request), discrepancyId)
    },
  )

  http.post(
    '/matches',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '手工匹配未结差错中的记录 Match rows of open discrepancies by hand',
        body: api.MatchAsk,
        response: { 200: api.MatchAnswer },
      },
    },
    request => {
      const { id, reason, discrepancies = [], rows = [], true_cause: trueCause = '', vouchers = [] } = request.body
      return matchRows(app, actorOf(request), {
        id,
        reason,
        trueCause,
        vouchers,
        discrepancies: discrepancies.map(Number),
        rows: rows.map(row => ({ side: row.side, orderNo: row.order_no, id: Number(row.row_id) })),
      })
    },
  )

  http.post(
    '/matches/undo',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '拆开未关账账期的匹配 Take a match of an open day apart',
        body: api.UnmatchAsk,
        response: { 200: api.UnmatchAnswer },
      },
    },
    request => {
      const { id, reason, match_group: group, order_no: orderNo = '', payment_no: paymentNo = '' } = request.body
      const { vouchers = [] } = request.body
      return unmatch(app, actorOf(request), {
        id,
        reason,
        orderNo,
        paymentNo,
        vouchers,
        group: group === undefined ? null : Number(group),
      })
    },
  )
}

const doingOf = (ask: api.ActAsk): Omit<Doing, 'discrepancyId'> => ({
  id: ask.id,
  action: ask.action,
  reason: ask.reason ?? '',
  until: ask.until === undefined ? undefined : new Date(ask.until),
  owner: ask.owner,
  trueCause: ask.true_cause ?? '',
  vouchers: ask.vouchers ?? [],
})
