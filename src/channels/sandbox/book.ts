import { businessDayOf, type Day } from '../../kernel/business_day.ts'
import type { ChannelName } from '../channel.ts'

/** The sandbox's own book: what payers ordered, paid and got back. Amounts in fen, times in epoch milliseconds. */

export type Gateway = Exclude<ChannelName, 'bank'>

export type Order = {
  readonly channel: Gateway
  /** The merchant's number (out_trade_no, orderId). */
  readonly no: string
  readonly tradeNo: string
  /** Names the cashier page; prepay_id with WeChat. */
  readonly token: string
  readonly method: string
  readonly amount: number
  readonly title: string
  /** Given back with every notice. */
  readonly attach: string
  readonly notifyUrl: string
  readonly returnUrl: string
  readonly createdAt: number
  readonly expiresAt: number
  /** All that was asked for, to tell the same order from another one under its number. */
  readonly ask: string
  /** False: a code that nobody has scanned, which Alipay does not call a trade. */
  opened: boolean
  state: 'open' | 'paid' | 'closed'
  /** UnionPay's word for the last try that failed. */
  failed: string
  paidAt: number
  payer: string
  paid: number
  fee: number
  returned: number
  readonly refunds: Refund[]
}

export type Refund = {
  readonly channel: Gateway
  readonly no: string
  readonly orderNo: string
  readonly channelRefundNo: string
  readonly amount: number
  readonly fee: number
  readonly notifyUrl: string
  readonly attach: string
  readonly askedAt: number
  /** By the merchant's own clock, where the protocol sends it. */
  readonly sentAt: string
  readonly ask: string
  doneAt: number | null
}

export type Transfer = {
  readonly flowNo: string
  readonly at: number
  /** Signed: money into the merchant's account in plus. */
  readonly amount: number
  readonly payer: string
  readonly payerName: string
  readonly text: string
}

/** A notice that the merchant has not taken yet. */
export type Waiting = {
  readonly id: string
  readonly kind: 'payment' | 'refund'
  readonly channel: Gateway
  readonly no: string
  readonly at: number
  tries: number
  /** Ids of the rules that spoil it; null: not decided yet. */
  spoiled: readonly string[] | null
}

/** A change of a published statement. `no` is the payment's or refund's number, or the transfer's flow number. */
export type Restatement = {
  readonly channel: ChannelName
  readonly day: Day
  readonly remove: readonly string[]
  /** Listed by the next day's statement instead. Journals of before the word have none. */
  readonly defer?: readonly string[]
  readonly change: readonly { readonly no: string; readonly amount: number }[]
  readonly add: readonly { readonly no: string; readonly amount: number; readonly at: number }[]
}

export type Entry = { readonly order: Order; readonly refund: Refund | null }

export type Event =
  | { readonly t: 'order'; readonly order: Omit<Order, 'refunds'> }
  | { readonly t: 'opened'; readonly channel: Gateway; readonly no: string }
  | {
      readonly t: 'paid'
      readonly channel: Gateway
      readonly no: string
      readonly at: number
      readonly payer: string
      readonly amount: number
    }
  | { readonly t: 'failed'; readonly channel: Gateway; readonly no: string; readonly code: string }
  | { readonly t: 'closed'; readonly channel: Gateway; readonly no: string }
  | { readonly t: 'refund'; readonly refund: Refund }
  | { readonly t: 'refunded'; readonly channel: Gateway; readonly no: string; readonly at: number }
  | { readonly t: 'transfer'; readonly transfer: Transfer }
  | { readonly t: 'spoiled'; readonly id: string; readonly by: readonly string[] }
  | { readonly t: 'tried'; readonly id: string }
  | { readonly t: 'noticed'; readonly id: string; readonly taken: boolean }
  | { readonly t: 'published'; readonly channel: ChannelName; readonly day: Day; readonly at: number }
  | { readonly t: 'restated'; readonly restatement: Restatement }
  | { readonly t: 'rules'; readonly rules: readonly unknown[] }

const CALENDARS: Readonly<Record<ChannelName, { readonly zone: string; readonly cutoff: string }>> = {
  wechat: { zone: 'Asia/Shanghai', cutoff: '00:00' },
  alipay: { zone: 'Asia/Shanghai', cutoff: '00:00' },
  unionpay: { zone: 'Asia/Shanghai', cutoff: '23:00' },
  bank: { zone: 'Asia/Shanghai', cutoff: '00:00' },
}

/** 0.6 %, rounded half up. */
export const feeOf = (amount: number): number => Math.floor((amount * 6 + 500) / 1000)

/** Fee given back with a refund: its share, and never more than was taken. */
export function feeBack(order: Order, amount: number): number {
  const given = order.refunds.reduce((sum, refund) => sum + refund.fee, 0)
  return Math.min(feeOf(amount), order.fee - given)
}

export const refundable = (order: Order): number => order.paid - order.returned

export class Book {
  readonly orders = new Map<string, Order>()
  readonly byToken = new Map<string, Order>()
  readonly byTradeNo = new Map<string, Order>()
  readonly refunds = new Map<string, Refund>()
  readonly transfers: Transfer[] = []
  readonly waiting = new Map<string, Waiting>()
  readonly published = new Map<string, number>()
  readonly restated: Restatement[] = []
  /** Of the merchant's account with each channel. */
  readonly balance: Record<Gateway, number>
  readonly count = { paid: 0, refunded: 0, noticed: 0, givenUp: 0 }
  rules: readonly unknown[] = []
  /** Numbers given out so far. */
  sequence = 0
  readonly #days: Record<Gateway, Map<Day, Entry[]>> = { wechat: new Map(), alipay: new Map(), unionpay: new Map() }
  readonly #dayOf: Record<ChannelName, (at: number) => Day>

  readonly openingBalance: number

  constructor(openingBalance: number) {
    this.openingBalance = openingBalance
    this.balance = { wechat: openingBalance, alipay: openingBalance, unionpay: openingBalance }
    const dayOf = (channel: ChannelName) => businessDayOf(CALENDARS[channel])
    this.#dayOf = {
      wechat: dayOf('wechat'),
      alipay: dayOf('alipay'),
      unionpay: dayOf('unionpay'),
      bank: dayOf('bank'),
    }
  }

  dayOf(channel: ChannelName, at: number): Day {
    return this.#dayOf[channel](at)
  }

  order(channel: Gateway, no: string): Order | undefined {
    return this.orders.get(`${channel}/${no}`)
  }

  refund(channel: Gateway, no: string): Refund | undefined {
    return this.refunds.get(`${channel}/${no}`)
  }

  orderOf(refund: Refund): Order {
    return this.order(refund.channel, refund.orderNo) as Order
  }

  /** Movements of a channel's day, in the order they happened. */
  day(channel: Gateway, day: Day): readonly Entry[] {
    return this.#days[channel].get(day) ?? []
  }

  days(channel: Gateway): Iterable<Day> {
    return this.#days[channel].keys()
  }

  /** The only way anything changes, live and at replay. */
  apply(event: Event): void {
    switch (event.t) {
      case 'order':
        this.#take({ ...event.order, refunds: [] })
        break
      case 'opened':
        this.#known(event).opened = true
        break
      case 'paid':
        this.#pay(this.#known(event), event.at, event.payer, event.amount)
        break
      case 'failed':
        this.#known(event).failed = event.code
        break
      case 'closed':
        this.#known(event).state = 'closed'
        break
      case 'refund':
        this.#askRefund({ ...event.refund })
        break
      case 'refunded':
        this.#giveBack(this.refund(event.channel, event.no) as Refund, event.at)
        break
      case 'transfer':
        this.sequence++
        this.transfers.push(event.transfer)
        break
      case 'spoiled': {
        const waiting = this.waiting.get(event.id)
        if (waiting) waiting.spoiled = event.by
        break
      }
      case 'tried': {
        const waiting = this.waiting.get(event.id)
        if (waiting) waiting.tries++
        break
      }
      case 'noticed':
        if (this.waiting.delete(event.id)) this.count[event.taken ? 'noticed' : 'givenUp']++
        break
      case 'published':
        this.published.set(`${event.channel}/${event.day}`, event.at)
        break
      case 'restated':
        this.restated.push(event.restatement)
        break
      case 'rules':
        this.rules = event.rules
        break
    }
  }

  #known({ channel, no }: { channel: Gateway; no: string }): Order {
    return this.order(channel, no) as Order
  }

  #take(order: Order): void {
    this.sequence++
    this.orders.set(`${order.channel}/${order.no}`, order)
    this.byToken.set(order.token, order)
    this.byTradeNo.set(order.tradeNo, order)
  }

  #pay(order: Order, at: number, payer: string, amount: number): void {
    order.state = 'paid'
    order.opened = true
    order.paidAt = at
    order.payer = payer
    order.paid = amount
    order.fee = feeOf(amount)
    this.balance[order.channel] += amount - order.fee
    this.count.paid++
    this.#list(order.channel, at, { order, refund: null })
    this.#await('payment', order.channel, order.no, at, order.notifyUrl)
  }

  #askRefund(refund: Refund): void {
    this.sequence++
    const order = this.orderOf(refund)
    order.returned += refund.amount
    order.refunds.push(refund)
    this.balance[refund.channel] -= refund.amount - refund.fee
    this.refunds.set(`${refund.channel}/${refund.no}`, refund)
  }

  #giveBack(refund: Refund, at: number): void {
    refund.doneAt = at
    this.count.refunded++
    this.#list(refund.channel, at, { order: this.orderOf(refund), refund })
    this.#await('refund', refund.channel, refund.no, at, refund.notifyUrl)
  }

  #list(channel: Gateway, at: number, entry: Entry): void {
    const day = this.dayOf(channel, at)
    const entries = this.#days[channel].get(day)
    if (entries) entries.push(entry)
    else this.#days[channel].set(day, [entry])
  }

  #await(kind: 'payment' | 'refund', channel: Gateway, no: string, at: number, url: string): void {
    if (url === '') return
    const id = `${kind}/${channel}/${no}`
    this.waiting.set(id, { id, kind, channel, no, at, tries: 0, spoiled: null })
  }
}
