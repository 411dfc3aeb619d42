import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../../kernel/failure.ts'
import { formatMinor, parseDecimal } from '../../kernel/money.ts'
import { referenceOf } from '../bank/reference.ts'
import { jsonObject } from '../http.ts'
import { type TransferAsk, transfer } from './bank.ts'
import type { Book, Event, Order } from './book.ts'
import type { Ask, Desk, Told } from './desk.ts'
import { readRules } from './faults.ts'
import { fail, findOrder, pay } from './payer.ts'

/** The payer's side and the handles of misbehaviour, as JSON under /sandbox. docs/sandbox.md describes each. */

const closed = { additionalProperties: false } as const
const DayText = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' })
const ChannelText = Type.Union([
  Type.Literal('wechat'),
  Type.Literal('alipay'),
  Type.Literal('unionpay'),
  Type.Literal('bank'),
])
const text = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }))

export const PayAsk = Type.Object(
  {
    payment_no: text(64),
    code_url: text(512),
    payer: text(64),
    /** Decimal, in 元; without it what was ordered. */
    amount: text(20),
    result: Type.Optional(Type.Union([Type.Literal('success'), Type.Literal('failed')])),
  },
  closed,
)
export const TransferBody = Type.Object(
  {
    /** What the payer writes into 附言; made of payment_no where that is given. */
    reference: text(200),
    payment_no: text(64),
    /** Decimal, in 元; negative for money that leaves. */
    amount: Type.String({ minLength: 1, maxLength: 20 }),
    payer: text(40),
    payer_name: text(80),
  },
  closed,
)
export const PublishAsk = Type.Object({ channel: ChannelText, day: DayText }, closed)
export const RestateAsk = Type.Object(
  {
    channel: ChannelText,
    day: DayText,
    remove: Type.Optional(Type.Array(Type.String())),
    /** Listed by the next day's statement instead, as a channel does with what comes late in the evening. */
    defer: Type.Optional(Type.Array(Type.String())),
    change: Type.Optional(Type.Array(Type.Object({ no: Type.String(), amount: Type.String() }, closed))),
    add: Type.Optional(
      Type.Array(Type.Object({ no: Type.String(), amount: Type.String(), at: Type.Optional(Type.String()) }, closed)),
    ),
  },
  closed,
)
export type PayAsk = Static<typeof PayAsk>
export type TransferBody = Static<typeof TransferBody>
export type PublishAsk = Static<typeof PublishAsk>
export type RestateAsk = Static<typeof RestateAsk>

export async function control(desk: Desk, { method, path, body, query, headers }: Ask): Promise<Told> {
  const at = `${method} ${path}`
  // A page in the same browser cannot send this type without asking first, and is not answered.
  if (method === 'POST' && !/^application\/json\b/.test(headers['content-type'] ?? ''))
    throw wrong('content-type', 'application/json')
  const answer = answerOf(desk, at, body, query)
  await desk.journal.settled()
  return json(answer === null ? 404 : 200, answer ?? { error: { code: 'not_found', path } })
}

function answerOf(desk: Desk, at: string, body: string, query: URLSearchParams): object | null {
  switch (at) {
    case 'POST /sandbox/pay':
      return payments(desk, body)
    case 'POST /sandbox/transfer':
      return transferred(desk, read(TransferBody, body))
    case 'GET /sandbox/rules':
      return { rules: desk.faults.rules }
    case 'POST /sandbox/rules':
      return setRules(desk, parse(body))
    case 'DELETE /sandbox/rules':
      return setRules(desk, [])
    case 'POST /sandbox/publish':
      return publish(desk, read(PublishAsk, body))
    case 'POST /sandbox/restate':
      return restate(desk, read(RestateAsk, body))
    case 'GET /sandbox/status':
      return status(desk.book)
    case 'GET /sandbox/book':
      return bookOf(desk.book, query.get('channel'))
    default:
      return null
  }
}

export const json = (status: number, content: object): Told => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(content),
})

/** One payment, or a list of them: each answered by itself. */
function payments(desk: Desk, body: string): object {
  const given = parse(body)
  if (!Array.isArray(given)) return payOne(desk, checked(PayAsk, given))
  return {
    payments: given.map(each => {
      try {
        return payOne(desk, checked(PayAsk, each))
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return { error: { code: error.code, zh: error.zh, en: error.en } }
      }
    }),
  }
}

function payOne(desk: Desk, ask: PayAsk): object {
  const order = findOrder(desk, { paymentNo: ask.payment_no, codeUrl: ask.code_url })
  if (ask.result === 'failed') fail(desk, order)
  else pay(desk, order, ask.payer, ask.amount === undefined ? undefined : fen('amount', ask.amount))
  return paymentOf(order)
}

export function transferred(desk: Desk, ask: TransferBody): object {
  const reference = ask.reference ?? (ask.payment_no ? referenceOf(ask.payment_no) : '')
  const amount = fen('amount', ask.amount)
  if (amount === 0) throw wrong('amount', 'not zero')
  const given: TransferAsk = { amount, text: reference, payer: ask.payer, payerName: ask.payer_name }
  const made = transfer(desk, given)
  return { flow_no: made.flowNo, reference, amount: formatMinor(made.amount, 'CNY'), at: new Date(made.at) }
}

export function setRules(desk: Desk, given: unknown): object {
  const rules = readRules(given)
  desk.record({ t: 'rules', rules })
  return { rules }
}

export function publish(desk: Desk, { channel, day }: PublishAsk): object {
  desk.record({ t: 'published', channel, day, at: desk.now() })
  return { channel, day, until: new Date(desk.now()) }
}

export function restate(
  desk: Desk,
  { channel, day, remove = [], defer = [], change = [], add = [] }: RestateAsk,
): object {
  const noon = Date.parse(`${day}T12:00:00+08:00`)
  const restatement = {
    ...{ channel, day, remove, defer },
    change: change.map(({ no, amount }) => ({ no, amount: fen('change', amount) })),
    add: add.map(({ no, amount, at }) => ({
      no,
      amount: fen('add', amount),
      at: at === undefined ? noon : instant(at),
    })),
  }
  const event: Event = { t: 'restated', restatement }
  desk.record(event)
  return {
    channel,
    day,
    version: desk.book.restated.filter(each => each.channel === channel && each.day === day).length + 1,
  }
}

export const status = ({ count, orders, waiting, balance }: Book): object => ({
  orders: orders.size,
  ...count,
  notices_waiting: waiting.size,
  balance: Object.fromEntries(Object.entries(balance).map(([channel, fen]) => [channel, formatMinor(fen, 'CNY')])),
})

/** What was paid and given back, for comparison with the platform's book. */
export function bookOf(book: Book, channel: string | null): object {
  const orders = [...book.orders.values()].filter(order => channel === null || order.channel === channel)
  return {
    payments: orders.filter(({ state }) => state === 'paid').map(paymentOf),
    refunds: [...book.refunds.values()]
      .filter(refund => channel === null || refund.channel === channel)
      .map(refund => ({
        ...{ channel: refund.channel, refund_no: refund.no, payment_no: refund.orderNo },
        ...{ channel_refund_no: refund.channelRefundNo, amount: formatMinor(refund.amount, 'CNY') },
        ...{
          fee: formatMinor(refund.fee, 'CNY'),
          refunded_at: refund.doneAt === null ? null : new Date(refund.doneAt),
        },
      })),
    transfers: channel === null || channel === 'bank' ? book.transfers : [],
  }
}

const paymentOf = (order: Order): object => ({
  ...{ channel: order.channel, payment_no: order.no, order_no: order.attach, state: order.state },
  ...{ channel_trade_no: order.tradeNo, amount: formatMinor(order.paid || order.amount, 'CNY') },
  ...{ fee: formatMinor(order.fee, 'CNY'), refunded: formatMinor(order.returned, 'CNY'), payer: order.payer },
  paid_at: order.paidAt === 0 ? null : new Date(order.paidAt),
})

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw wrong('body', 'JSON')
  }
}

function read<S extends TSchema>(schema: S, body: string): Static<S> {
  return checked(schema, jsonObject(body))
}

function checked<S extends TSchema>(schema: S, value: unknown): Static<S> {
  const [error] = Value.Errors(schema, value)
  if (error) throw wrong(error.instancePath.slice(1) || 'body', error.message)
  return value as Static<S>
}

function fen(field: string, amount: string): number {
  const minor = parseDecimal(amount, 2)
  if (minor === null) throw wrong(field, '12.34')
  return minor
}

function instant(at: string): number {
  const epoch = Date.parse(at)
  if (Number.isNaN(epoch)) throw wrong('at', '2026-11-25T12:00:00+08:00')
  return epoch
}

const wrong = (field: string, expected: string): Failure =>
  new Failure(
    'sandbox_request_invalid',
    { zh: `${field} 有误，应为：${expected}`, en: `${field} is wrong; expected: ${expected}` },
    { field, expected },
  )
