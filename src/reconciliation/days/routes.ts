import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from '../../access/actor.ts'
import { actorOf } from '../../access/asking.ts'
import { covers, merchantsOf } from '../../access/scope.ts'
import { instantText } from '../../kernel/instant_text.ts'
import { formatMinor } from '../../kernel/money.ts'
import { onceAround } from '../../system/requests.ts'
import * as api from './api.ts'
import { type BoardDay, boardDays, dayTotals } from './board_store.ts'
import { closeDay, dayUnknown } from './close.ts'
import type { BusinessDay, Proof } from './day.ts'
import { dayById } from './day_store.ts'
import { askForcedClose, dayClosed } from './forced.ts'
import { type Settling, settleDay } from './run.ts'
import { stepName } from './step_names.ts'

/** 对账日: the board of days, and what is done to them. */
export function dayRoutes(server: FastifyInstance, app: Settling): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/days',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '对账日看板 The board of days',
        querystring: api.DayQuery,
        response: { 200: api.DayList },
      },
    },
    async request => {
      const { from, to, channel, account, state } = request.query
      const scope = actorOf(request).scopeOf('day.read')
      const states =
        state === undefined ? undefined : state === 'open' ? ['waiting', 'settling', 'provisional'] : [state]
      const days = await boardDays(app.db.pool, scope, { from, to, channel, account, states })
      return { days: days.map(day => dayView(day, merchantsOf(scope) === null, app.now())) }
    },
  )

  http.get(
    '/days/:day_id',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '一个对账日及其平衡表 One day and its proof',
        params: api.DayKey,
        response: { 200: api.DayView },
      },
    },
    async request => await seen(request, request.params.day_id),
  )

  http.get(
    '/day-totals',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '按状态汇总（任意行数）Sums by state, over any number of rows',
        description: '不指定账期时为未关账的账期。Without days: those of days that are not closed.',
        querystring: api.TotalsQuery,
        response: { 200: api.TotalsView },
      },
    },
    async request => {
      const { merchant_no: merchantNo, ...filter } = request.query
      const totals = await dayTotals(app.db.pool, actorOf(request).scopeOf('day.read'), { ...filter, merchantNo })
      return {
        totals: totals.map(({ amount, fee, ...total }) => ({
          ...total,
          amount: minorText(amount, total.currency),
          fee: minorText(fee, total.currency),
        })),
      }
    },
  )

  http.post(
    '/days/:day_id/settle',
    {
      config: { permission: 'day.run' },
      schema: {
        tags: ['days'],
        summary: '立即对账 Reconcile now',
        params: api.DayKey,
        body: api.DayAsk,
        response: { 200: api.DayView },
      },
    },
    async request => {
      const day = await open(request, 'day.run')
      const { id } = request.body
      await onceAround(
        app,
        { id, operation: 'settle_day', body: request.params, actor: actorOf(request).id, at: app.now() },
        async () => {
          await settleDay(app, day, actorOf(request))
          return { day_id: day.id }
        },
      )
      return await seen(request, day.id)
    },
  )

  http.post(
    '/days/:day_id/close',
    {
      config: { permission: 'day.close', everywhere: true },
      schema: {
        tags: ['days'],
        summary: '关账 Close a day',
        description: '不能关账时返回原因（blocked）。Where it cannot close, `blocked` says why.',
        params: api.DayKey,
        body: api.DayAsk,
        response: { 200: api.DayView },
      },
    },
    async request => {
      const day = await known(request, 'day.close')
      const { id } = request.body
      await onceAround(
        app,
        { id, operation: 'close_day', body: request.params, actor: actorOf(request).id, at: app.now() },
        async () => {
          const { state, blocked } = await closeDay(app, actorOf(request), day)
          return { state, blocked }
        },
      )
      return await seen(request, day.id)
    },
  )

  http.post(
    '/days/:day_id/force-close',
    {
      config: { permission: 'day.close', everywhere: true },
      schema: {
        tags: ['days'],
        summary: '申请无对账单强制关账（复核）Ask to close without a statement',
        params: api.DayKey,
        body: api.ForceAsk,
        response: { 200: api.ForceAnswer },
      },
    },
    async request => {
      const day = await open(request, 'day.close')
      const { id, reason, vouchers = [] } = request.body
      const actor = actorOf(request)
      return await onceAround(
        app,
        { id, operation: 'force_close', body: { ...request.params, reason, vouchers }, actor: actor.id, at: app.now() },
        () => askForcedClose(app, actor, day, { id, reason, vouchers }),
      )
    },
  )

  async function known(request: FastifyRequest, permission: string): Promise<BusinessDay> {
    const { day_id: id } = request.params as { day_id: number }
    const day = await dayById(app.db.pool, id)
    if (!day || !mayTouch(actorOf(request), permission, day))
      throw dayUnknown({ channel: '', account: '', day: String(id) })
    return day
  }

  async function open(request: FastifyRequest, permission: string): Promise<BusinessDay> {
    const day = await known(request, permission)
    if (day.state === 'closed') throw dayClosed(day)
    return day
  }

  async function seen(request: FastifyRequest, id: number) {
    const scope = actorOf(request).scopeOf('day.read')
    const [day] = await boardDays(app.db.pool, scope, { id })
    if (!day) throw dayUnknown({ channel: '', account: '', day: String(id) })
    return dayView(day, merchantsOf(scope) === null, app.now())
  }
}

const mayTouch = (actor: Actor, permission: string, day: BusinessDay): boolean =>
  covers(actor.scopeOf(permission), { channel: day.channel })

/** Totals of a whole account are for whoever sees all of its merchants. */
function dayView(
  { id, day, closesAt, provisionalAt, closedAt, closedBy, blockedWhy, proof, selfCheck, ...rest }: BoardDay,
  whole: boolean,
  now: Date,
) {
  return {
    ...rest,
    day_id: id,
    business_date: day,
    closes_at: instantText(closesAt),
    closes_in: Math.round((closesAt.getTime() - now.getTime()) / 1000),
    provisional_at: provisionalAt && instantText(provisionalAt),
    closed_at: closedAt && instantText(closedAt),
    closed_by: closedBy,
    blocked_why: blockedWhy,
    proof: whole ? proof && proofView(proof) : null,
    self_check: selfCheck && { ...selfCheck, disagreements: whole ? [...selfCheck.disagreements] : [] },
    discrepancies: [...rest.discrepancies],
    settlements: whole ? [...rest.settlements] : [],
    totals: rest.totals.map(total => ({ ...total, amount: minorText(total.amount, total.currency) })),
  }
}

const proofView = ({ at, ok, byCurrency }: Proof) => ({
  at,
  ok,
  currencies: Object.entries(byCurrency).map(([currency, { ours, theirs, steps, rest }]) => ({
    currency,
    ours: minorText(ours, currency),
    theirs: minorText(theirs, currency),
    steps: steps.map(step => ({ ...step, ...stepName(step.step), amount: minorText(step.amount, currency) })),
    rest: minorText(rest, currency),
  })),
})

/** Sums may pass 2^53: digits in, digits out. */
const minorText = (minor: string, currency: string): string => formatMinor(BigInt(minor), currency)
