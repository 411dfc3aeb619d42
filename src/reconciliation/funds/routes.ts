import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { actorOf } from '../../access/asking.ts'
import type { App } from '../../system/app.ts'
import * as api from './api.ts'
import * as settlements from './operations.ts'

const READ = { permission: 'day.read' }
const HANDLE = { permission: 'discrepancy.handle' }
const TAGS = { tags: ['settlements'] }

/** 三方对账: trade bill, funds bill and bank, by account and day. A second person decides through `/reviews`. */
export function settlementRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/settlements',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '三方对账：交易账单、资金账单、银行到账 Trade bill, funds bill and bank, by account and day',
        querystring: api.SettlementQuery,
        response: { 200: api.SettlementList },
      },
    },
    request => settlements.readSettlements(app, actorOf(request), request.query),
  )
  http.get(
    '/settlements/:settlement_id',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '一个账期的结算、到账与备注 One day, the credits that pay it, and what was said',
        params: api.SettlementKey,
        response: { 200: api.SettlementDetail },
      },
    },
    request => settlements.readSettlement(app, actorOf(request), request.params.settlement_id),
  )
  http.get(
    '/payouts',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '银行对账单中的渠道结算到账 Payouts of channels among the bank’s lines',
        querystring: api.CreditQuery,
        response: { 200: api.CreditList },
      },
    },
    request => settlements.readCredits(app, actorOf(request), request.query),
  )
  http.post(
    '/settlements/:settlement_id/comments',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '备注 A note',
        params: api.SettlementKey,
        body: api.CommentAsk,
        response: { 200: api.SettlementDetail },
      },
    },
    request => settlements.commentSettlement(app, actorOf(request), request.params.settlement_id, request.body),
  )
  http.post(
    '/settlements/:settlement_id/acceptance',
    {
      config: HANDLE,
      schema: {
        ...TAGS,
        summary: '申请接受差异（复核）Ask to let the differences stand',
        params: api.SettlementKey,
        body: api.AcceptAsk,
        response: { 200: api.AcceptAnswer },
      },
    },
    request => settlements.askAcceptance(app, actorOf(request), request.params.settlement_id, request.body),
  )
}
