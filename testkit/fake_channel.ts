import type {
  Channel,
  ChannelName,
  Channels,
  CloseAnswer,
  CreateAnswer,
  Method,
  Notice,
  PaymentAsk,
  PaymentOutcome,
  PaymentRef,
  RawNotice,
  RefundAsk,
  RefundOutcome,
} from '../src/channels/channel.ts'
import { Failure } from '../src/kernel/failure.ts'

/**
 * A channel in memory for tests of what the platform decides. It behaves until told otherwise: `answers` are taken before
 * its own, once each. Protocols are tested on the sandbox, not here.
 */
export class FakeChannel implements Channel {
  readonly name: ChannelName
  readonly account: string
  readonly merchant: string
  readonly methods: readonly Method[] = ['native', 'jsapi', 'h5', 'precreate', 'page', 'wap', 'gateway', 'transfer']
  readonly refundsListedUnder = 'payment' as const
  readonly calendar = { zone: 'Asia/Shanghai', cutoff: '00:00' }
  readonly accepted = { status: 200, contentType: 'text/plain', body: 'ok' }
  readonly refused = { status: 401, contentType: 'text/plain', body: 'no' }
  /** What it was asked, in order: 'create P', 'query P', … */
  readonly asked: string[] = []
  readonly answers: {
    create?: CreateAnswer[]
    query?: (PaymentOutcome | (() => PaymentOutcome))[]
    close?: CloseAnswer[]
    refund?: RefundOutcome[]
    queryRefund?: RefundOutcome[]
  } = {}
  readonly #book = new Map<string, PaymentOutcome>()
  readonly #refunds = new Map<string, RefundOutcome>()
  #trades = 0

  constructor(name: ChannelName = 'wechat', account = `${name}-main`) {
    this.name = name
    this.account = account
    this.merchant = `${name}-merchant`
  }

  /** The payer pays. Answers what the channel now says. */
  pay(payment: { paymentNo: string; amount: number }, at: Date, change: Partial<Paid> = {}): Paid {
    const paid: Paid = {
      state: 'success',
      channelTradeNo: `T${this.name}${++this.#trades}`,
      amount: payment.amount,
      currency: 'CNY',
      paidAt: at,
      payer: 'openid-1',
      fee: null,
      merchant: this.merchant,
      ...change,
    }
    this.#book.set(payment.paymentNo, paid)
    return paid
  }

  /** What was closed here can no longer be paid; what never reached us can. */
  readonly canPay = (paymentNo: string): boolean => this.#book.get(paymentNo)?.state !== 'closed'

  async create({ paymentNo }: PaymentAsk): Promise<CreateAnswer> {
    this.asked.push(`create ${paymentNo}`)
    const answer = this.answers.create?.shift()
    if (answer) return answer
    if (!this.#book.has(paymentNo)) this.#book.set(paymentNo, { state: 'pending' })
    return { state: 'pending', checkout: { kind: 'qr', codeUrl: `fake://${paymentNo}` } }
  }

  async query({ paymentNo }: PaymentRef): Promise<PaymentOutcome> {
    this.asked.push(`query ${paymentNo}`)
    const answer = this.answers.query?.shift()
    if (answer) return typeof answer === 'function' ? answer() : answer
    return this.#book.get(paymentNo) ?? { state: 'absent' }
  }

  async close({ paymentNo }: PaymentRef): Promise<CloseAnswer> {
    this.asked.push(`close ${paymentNo}`)
    const answer = this.answers.close?.shift()
    if (answer) return answer
    if (this.#book.get(paymentNo)?.state === 'success') return { state: 'paid' }
    if (this.#book.has(paymentNo)) this.#book.set(paymentNo, { state: 'closed' })
    return { state: 'closed' }
  }

  async refund({ refundNo, amount, askedAt }: RefundAsk): Promise<RefundOutcome> {
    this.asked.push(`refund ${refundNo}`)
    const answer = this.answers.refund?.shift()
    if (answer) return answer
    const outcome = { state: 'success' as const, channelRefundNo: `R-${refundNo}`, amount, refundedAt: askedAt }
    this.#refunds.set(refundNo, outcome)
    return outcome
  }

  async queryRefund({ refundNo }: { refundNo: string }): Promise<RefundOutcome> {
    this.asked.push(`queryRefund ${refundNo}`)
    return this.answers.queryRefund?.shift() ?? this.#refunds.get(refundNo) ?? { state: 'absent' }
  }

  async readNotice(_notice: RawNotice): Promise<Notice> {
    throw new Failure('notice_forged', { zh: '签名不符', en: 'bad signature' })
  }

  async downloadStatement() {
    return { state: 'not_published' as const }
  }
}

export type Paid = Extract<PaymentOutcome, { state: 'success' }>

export function fakeChannels(...all: readonly FakeChannel[]): Channels {
  return {
    all,
    account(name) {
      const found = all.find(channel => channel.account === name)
      if (!found) throw new Failure('channel_account_unknown', { zh: name, en: name })
      return found
    },
    offering(channel, method) {
      const found = all.find(one => one.name === channel && one.methods.includes(method))
      if (!found) throw new Failure('method_unavailable', { zh: method, en: method })
      return found
    },
  }
}
