import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../access/asking.ts'
import { instantText } from '../kernel/instant_text.ts'
import { sendVoucher } from '../reviews/voucher_answer.ts'
import { pageUnknown } from '../system/page_unknown.ts'
import * as api from './api.ts'
import { HOUR_MS } from './appeal.ts'
import * as appeals from './operations.ts'
import type { Appealing } from './own_operations.ts'
import { appealFigures } from './store.ts'

const READ = { permission: 'appeal.read' }
const HANDLE = { permission: 'appeal.handle' }
const TAGS = { tags: ['appeals'] }
const FIGURES_MS = 30 * 24 * HOUR_MS

/** 对账申诉, for the staff. */
export function appealRoutes(server: FastifyInstance, app: Appealing): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/appeals',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '对账申诉（默认为处理中，按到期时间）Appeals, the open ones by when they are due',
        querystring: api.AppealQuery,
        response: { 200: api.AppealList },
      },
    },
    async request => {
      const { query } = request
      const actor = actorOf(request)
      return await appeals.readAppeals(app, actor, {
        state: query.state ?? 'open',
        kind: query.kind,
        owner: query.owner && (query.owner === 'mine' ? actor.id : ''),
        overdueAt: query.overdue ? app.now() : undefined,
        merchantNo: query.merchant_no,
        channel: query.channel,
        paymentNo: query.payment_no,
        after: query.after === undefined ? undefined : readPlace(query.after),
        limit: query.limit ?? 50,
      })
    },
  )

  http.get(
    '/appeal-figures',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '申诉统计（未结、超时、答复用时中位数、按时率）Figures of appeals',
        querystring: api.FiguresQuery,
        response: { 200: api.AppealFigures },
      },
    },
    async request => {
      const at = app.now()
      const to = request.query.to === undefined ? at : new Date(request.query.to)
      const from = request.query.from === undefined ? new Date(to.getTime() - FIGURES_MS) : new Date(request.query.from)
      const scope = actorOf(request).scopeOf('appeal.read')
      const figures = await appealFigures(app.db.pool, scope, { from, to, at })
      return {
        from: instantText(from),
        to: instantText(to),
        open: figures.open,
        overdue: figures.overdue,
        filed: figures.filed,
        answered: figures.answered,
        closed_by_reconciliation: figures.settled,
        withdrawn: figures.withdrawn,
        median_answer_seconds: figures.medianSeconds === null ? null : Math.round(figures.medianSeconds),
        answered_in_time_share: figures.judged === 0 ? null : figures.inTime / figures.judged,
      }
    },
  )

  http.get(
    '/appeals/:appeal_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一件申诉 One of them, with what stands behind it',
        params: api.AppealKey,
        response: { 200: api.AppealDetail },
      },
    },
    request => appeals.readAppeal(app, actorOf(request), request.params.appeal_id),
  )

  http.get(
    '/appeals/:appeal_id/vouchers/:voucher_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '下载申诉凭证（记入日志）Download a voucher of an appeal; it is logged',
        produces: ['application/pdf', 'image/jpeg', 'image/png'],
        params: api.AppealVoucherKey,
        response: { 200: { description: 'the file', type: 'string', format: 'binary' } },
      },
    },
    async (request, reply) => {
      const { appeal_id: appealId, voucher_id: voucherId } = request.params
      return sendVoucher(reply, await appeals.readAppealVoucher(app, actorOf(request), { appealId, voucherId }))
    },
  )

  const simple = [
    ['take', '受理 Work on it', appeals.takeAppeal],
    ['release', '放回 Let others work on it', appeals.releaseAppeal],
  ] as const
  for (const [act, summary, work] of simple)
    http.post(
      `/appeals/:appeal_id/${act}`,
      {
        config: HANDLE,
        schema: { ...TAGS, summary, params: api.AppealKey, body: api.DoAsk, response: { 200: api.AppealDetail } },
      },
      request => work(app, actorOf(request), { id: request.body.id, appealId: request.params.appeal_id }),
    )

  http.post(
    '/appeals/:appeal_id/comments',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '内部备注 A note for the staff',
        params: api.AppealKey,
        body: api.CommentAsk,
        response: { 200: api.AppealDetail },
      },
    },
    request => appeals.commentAppeal(app, actorOf(request), { ...request.body, appealId: request.params.appeal_id }),
  )

  http.post(
    '/appeals/:appeal_id/discrepancy',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '关联差错（null 取消）Name the discrepancy behind it',
        params: api.AppealKey,
        body: api.LinkAsk,
        response: { 200: api.AppealDetail },
      },
    },
    request =>
      appeals.linkAppeal(app, actorOf(request), {
        id: request.body.id,
        appealId: request.params.appeal_id,
        discrepancyId: request.body.discrepancy_id,
      }),
  )

  http.post(
    '/appeals/:appeal_id/answer',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '答复（短信或邮件通知缴费人）Answer: the payer is told',
        params: api.AppealKey,
        body: api.AnswerAsk,
        response: { 200: api.AppealDetail },
      },
    },
    request =>
      appeals.answerAppeal(app, actorOf(request), {
        id: request.body.id,
        appealId: request.params.appeal_id,
        verdict: request.body.verdict,
        answer: request.body.text,
      }),
  )
}

function readPlace(text: string): { dueAt: Date; id: string } {
  const [, at, id] = /^(\d{1,15})_(.+)$/.exec(text) ?? []
  if (at === undefined || id === undefined) throw pageUnknown()
  return { dueAt: new Date(Number(at)), id }
}
