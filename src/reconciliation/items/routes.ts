import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { actorOf } from '../../access/asking.ts'
import { readAmount } from '../../kernel/amount_field.ts'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import { formatMinor } from '../../kernel/money.ts'
import { billsOf } from '../../orders/list_store.ts'
import { openReviewsOf } from '../../reviews/store.ts'
import type { App } from '../../system/app.ts'
import { fileOf, recordOf } from '../open_rows.ts'
import * as api from './api.ts'
import { confirmationsOfItem, linesOfItem, matchOfItem } from './evidence_store.ts'
import { doubtOf, type Item, itemState } from './item.ts'
import { listItems, placeAt } from './list_store.ts'
import { CONFIRMATION, type Confirming, confirmItem, needsSecond, seenItem, undoConfirm } from './operations.ts'
import { anomalyReports } from './store.ts'

/** 已缴费-待对账: what was paid, and what reconciliation makes of it. */
export function itemRoutes(server: FastifyInstance, app: Confirming & Pick<App, 'vault'>): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()
  const shown = (items: readonly Item[]): Promise<api.ItemView[]> => viewsOf(app, items)

  http.get(
    '/items',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '已缴费项目及其对账状态 Paid items and where they stand',
        description: '不指定账期时只列未关账的账期。Without days: those of days that are not closed.',
        querystring: api.ItemQuery,
        response: { 200: api.ItemList },
      },
    },
    async request => {
      const { query } = request
      const amount = (text: string | undefined, field: string) =>
        text === undefined ? undefined : readAmount(text, 'CNY', field)
      const { items, next } = await listItems(app.db.pool, actorOf(request).scopeOf('day.read'), {
        channel: query.channel,
        account: query.account,
        from: query.from,
        to: query.to,
        merchantNo: query.merchant_no,
        least: amount(query.least, 'least'),
        most: amount(query.most, 'most'),
        states: query.state === undefined ? undefined : query.state === 'open' ? OPEN : [query.state],
        number: query.number,
        after: query.after,
        limit: query.limit ?? 50,
      })
      return { items: await shown(items), next }
    },
  )

  http.get(
    '/items/:payment_no',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '一笔已缴费项目及其依据 One paid item, with what stands behind it',
        params: api.ItemKey,
        response: { 200: api.ItemDetail },
      },
    },
    async request => {
      const { pool } = app.db
      const item = await seenItem(pool, actorOf(request), 'day.read', request.params.payment_no)
      const [[view], match, lines, confirmations, second] = await Promise.all([
        shown([item]),
        matchOfItem(pool, item),
        linesOfItem(pool, item),
        confirmationsOfItem(pool, item),
        needsSecond(pool, item),
      ])
      return {
        ...(view as api.ItemView),
        second_person: second,
        match: match && { ...match, difference: formatMinor(match.difference, item.currency) },
        lines: lines.map(({ id, occurredAt, tradeNo, amount, fee, ...line }) => ({
          ...line,
          file_id: fileOf(id),
          record: recordOf(id),
          amount: formatMinor(amount, line.currency),
          occurred_at: occurredAt && instantText(occurredAt),
          channel_trade_no: tradeNo,
          fee: fee === null ? null : formatMinor(fee, line.currency),
        })),
        confirmations: confirmations.map(({ at, undoneAt, ...word }) => ({
          ...word,
          at: instantText(at),
          undone_at: undoneAt && instantText(undoneAt),
        })),
      }
    },
  )

  http.get(
    '/item-place',
    {
      config: { permission: 'day.read' },
      schema: {
        tags: ['days'],
        summary: '某一时刻在列表中的位置 Where a moment stands in the list of items',
        querystring: api.PlaceQuery,
        response: { 200: api.PlaceAnswer },
      },
    },
    async request => {
      const { at, channel, account } = request.query
      return { after: await placeAt(app.db.pool, { at: new Date(at), channel, account }) }
    },
  )

  http.post(
    '/items/:payment_no/confirm',
    {
      config: { permission: 'item.confirm' },
      schema: {
        tags: ['days'],
        summary: '快速确认 Confirm quickly',
        description:
          '异常项目须说明理由并生成异常交易专项报告；超过规则金额的由第二人复核。An anomalous item needs a reason and writes an anomaly report; above the rules’ amount a second person decides.',
        params: api.ItemKey,
        body: api.ConfirmAsk,
        response: { 200: api.ConfirmAnswer },
      },
    },
    async request => {
      const { id, reason = '' } = request.body
      return await confirmItem(app, actorOf(request), { id, paymentNo: request.params.payment_no, reason })
    },
  )

  http.post(
    '/items/:payment_no/unconfirm',
    {
      config: { permission: 'item.confirm' },
      schema: {
        tags: ['days'],
        summary: '撤回确认（关账前）Take a confirmation back, before the close',
        params: api.ItemKey,
        body: api.UndoAsk,
        response: { 200: api.ConfirmAnswer },
      },
    },
    async request =>
      await undoConfirm(app, actorOf(request), { id: request.body.id, paymentNo: request.params.payment_no }),
  )

  http.post(
    '/items/confirm',
    {
      config: { permission: 'item.confirm' },
      schema: {
        tags: ['days'],
        summary: '批量快速确认，逐笔给出结果 Confirm several; each has its own result',
        body: api.BulkAsk,
        response: { 200: api.BulkAnswer },
      },
    },
    async request => {
      const { id, payment_nos: paymentNos, reason = '' } = request.body
      const results: Static<typeof api.BulkAnswer>['results'] = []
      for (const [i, paymentNo] of paymentNos.entries()) {
        try {
          const done = await confirmItem(app, actorOf(request), { id: `${id.slice(0, 56)}.${i}`, paymentNo, reason })
          results.push({ ...done, error: null })
        } catch (error) {
          if (!(error instanceof Failure)) throw error
          const { code, zh, en } = error
          const told = { code, message_zh: zh, message_en: en }
          results.push({ payment_no: paymentNo, state: null, review_id: null, report: null, error: told })
        }
      }
      return { results }
    },
  )

  http.get(
    '/anomaly-reports',
    {
      config: { permission: 'discrepancy.read' },
      schema: {
        tags: ['days'],
        summary: '异常交易专项报告 Anomaly reports',
        querystring: api.ReportQuery,
        response: { 200: api.ReportList },
      },
    },
    async request => {
      const limit = request.query.limit ?? 50
      const scope = actorOf(request).scopeOf('discrepancy.read')
      const reports = await anomalyReports(app.db.pool, scope, request.query.after ?? null, limit)
      return {
        reports: reports.map(({ paymentNo, orderNo, merchantNo, day, byName, at, amount, ...report }) => ({
          ...report,
          at: instantText(at),
          payment_no: paymentNo,
          order_no: orderNo,
          merchant_no: merchantNo,
          business_date: day,
          amount: formatMinor(amount, report.currency),
          expected: { ...report.expected },
          found: { ...report.found },
          by: byName,
        })),
        next: reports.length === limit ? (reports.at(-1)?.id ?? null) : null,
      }
    },
  )
}

/** With whose bills they are, and what a second person is asked. */
async function viewsOf(app: Pick<App, 'db' | 'vault'>, items: readonly Item[]): Promise<api.ItemView[]> {
  const [bills, reviews] = await Promise.all([
    billsOf(app.db.pool, app.vault, [...new Set(items.map(item => item.orderNo))]),
    openReviewsOf(
      app.db.pool,
      CONFIRMATION.code,
      'payment',
      items.map(item => item.paymentNo),
    ),
  ])
  return items.map(item => {
    const bill = bills.get(item.orderNo)
    return {
      ...itemView(item),
      title: bill?.title ?? '',
      account_no: bill?.accountNo ?? '',
      payer_name: bill?.payerName ?? '',
      review_id: reviews.get(item.paymentNo) ?? null,
    }
  })
}

/** 待对账: all that is not final. */
const OPEN = ['waiting', 'matched', 'in_transit', 'discrepancy', 'confirmed'] as const

function itemView(item: Item) {
  const doubt = doubtOf(item)
  return {
    place: item.movementId,
    payment_no: item.paymentNo,
    order_no: item.orderNo,
    kind: item.kind,
    merchant_no: item.merchantNo,
    fee_item_id: item.feeItemId,
    channel: item.channel,
    account: item.account,
    channel_trade_no: item.tradeNo,
    amount: formatMinor(item.amount, item.currency),
    currency: item.currency,
    paid_at: item.paidAt && instantText(item.paidAt),
    business_date: item.day,
    day_id: item.dayId,
    state: itemState(item),
    flags: [...item.flags],
    anomalous: doubt !== null,
    doubt: doubt && { ...doubt, expected: { ...doubt.expected }, found: { ...doubt.found } },
    discrepancy_id: item.discrepancy?.id ?? null,
    undoable: item.confirmation !== null && !item.final,
    confirmed: item.confirmation && {
      at: instantText(item.confirmation.at),
      by: item.confirmation.name,
      kind: item.confirmation.kind,
      reason: item.confirmation.reason,
    },
  }
}
