import { createHmac } from 'node:crypto'
import type {
  Channel,
  ChannelName,
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
  RefundRef,
  StatementDownload,
} from '../../src/channels/channel.ts'
import { businessDayOf } from '../../src/kernel/business_day.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { alipayTradeBill } from '../../src/statements/writing/alipay.ts'
import type { WrittenRow } from '../../src/statements/writing/row.ts'
import { wechatTradeBill } from '../../src/statements/writing/wechat.ts'
import type { Dice } from './dice.ts'

export type Paid = {
  readonly no: string
  readonly orderNo: string
  readonly amount: number
  readonly at: Date
  readonly trade: string
}
type Refunded = { readonly no: string; readonly payment: Paid; readonly amount: number; at: Date | null; tries: number }

/** What a day's statement has otherwise than the channel's book. */
export type Misprint =
  | { readonly kind: 'amount'; readonly no: string; readonly amount: number }
  | { readonly kind: 'left_out'; readonly no: string }
  | { readonly kind: 'stranger'; readonly no: string; readonly amount: number }

/** What a payment about midnight is listed under: the day it is of, the next one that has rows of its own, or both. */
export type Listing = 'plain' | 'late' | 'twice'

/** A day's statement, as it was printed once. */
type Version = { readonly no: number; readonly misprints: readonly Misprint[]; readonly without: ReadonlySet<string> }

const ZONE = { zone: 'Asia/Shanghai', cutoff: '00:00' }
const dayOf = businessDayOf(ZONE)

/**
 * A channel with a book of its own, that answers as unreliably as the dice say: what it answers is always true of its book, or nothing. Its statements are files in
 * the real channel's format, read by the real readers.
 */
export class SimulatedChannel implements Channel {
  readonly name: ChannelName
  readonly account: string
  readonly merchant: string
  readonly methods: readonly Method[]
  readonly refundsListedUnder = 'payment' as const
  readonly calendar = ZONE
  readonly accepted = { status: 200, contentType: 'text/plain', body: 'ok' }
  readonly refused = { status: 401, contentType: 'text/plain', body: 'no' }
  readonly paid = new Map<string, Paid>()
  readonly refunds = new Map<string, Refunded>()
  readonly #orders = new Map<string, 'open' | 'closed'>()
  readonly #listing = new Map<string, Listing>()
  readonly #versions = new Map<string, Version[]>()
  readonly #shown = new Map<string, Version>()
  readonly #dice: Dice
  readonly #now: () => Date
  #trades = 0

  constructor(name: 'wechat' | 'alipay', dice: Dice, now: () => Date) {
    this.name = name
    this.account = `${name}-sim`
    this.merchant = name === 'wechat' ? '1900000001' : '2088000000000001'
    this.methods = name === 'wechat' ? ['native'] : ['precreate']
    this.#dice = dice
    this.#now = now
  }

  /** Somebody pays, unless it is paid or closed. */
  pay(no: string, orderNo: string, amount: number, listing: Listing = 'plain'): Paid | null {
    if (this.paid.has(no) || this.#orders.get(no) !== 'open') return null
    const trade = `42${String(++this.#trades).padStart(26, '0')}`
    const paid = { no, orderNo, amount, at: this.#now(), trade }
    this.paid.set(no, paid)
    this.#listing.set(no, listing)
    return paid
  }

  /** The body of the notice of a payment; `forged`: signed by somebody else. */
  noticeOf({ no, orderNo }: Paid, forged = false): string {
    const said = JSON.stringify({ no, orderNo })
    return JSON.stringify({ said, sign: sign(said, forged ? 'a thief' : this.account) })
  }

  async create({ paymentNo }: PaymentAsk): Promise<CreateAnswer> {
    if (this.#dice.says(0.02)) return { state: 'unknown', reason: 'no answer, and nothing was done' }
    if (!this.#orders.has(paymentNo)) this.#orders.set(paymentNo, 'open')
    if (this.#dice.says(0.03)) return { state: 'unknown', reason: 'no answer' }
    return { state: 'pending', checkout: { kind: 'qr', codeUrl: `sim://${paymentNo}` } }
  }

  async query({ paymentNo }: PaymentRef): Promise<PaymentOutcome> {
    if (this.#dice.says(0.1)) return { state: 'unknown', reason: 'no answer' }
    const paid = this.paid.get(paymentNo)
    if (paid) return this.#outcome(paid)
    const order = this.#orders.get(paymentNo)
    return { state: order === undefined ? 'absent' : order === 'open' ? 'pending' : 'closed' }
  }

  async close({ paymentNo }: PaymentRef): Promise<CloseAnswer> {
    if (this.paid.has(paymentNo)) return { state: 'paid' }
    if (this.#orders.has(paymentNo)) this.#orders.set(paymentNo, 'closed')
    return this.#dice.says(0.05) ? { state: 'unknown', reason: 'no answer' } : { state: 'closed' }
  }

  async refund({ refundNo, paymentNo, amount }: RefundAsk): Promise<RefundOutcome> {
    const payment = this.paid.get(paymentNo)
    if (!payment) return { state: 'failed', code: 'NOT_PAID', reason: 'nothing was paid' }
    const refund = this.refunds.get(refundNo) ?? { no: refundNo, payment, amount, at: null, tries: 0 }
    this.refunds.set(refundNo, refund)
    if (this.#dice.says(0.1)) return { state: 'unknown', reason: 'no answer' }
    if (this.#dice.says(0.6)) refund.at ??= this.#now()
    return this.#refundOutcome(refund)
  }

  async queryRefund({ refundNo }: RefundRef): Promise<RefundOutcome> {
    if (this.#dice.says(0.1)) return { state: 'unknown', reason: 'no answer' }
    const refund = this.refunds.get(refundNo)
    if (!refund) return { state: 'absent' }
    if (++refund.tries >= 2) refund.at ??= this.#now()
    return this.#refundOutcome(refund)
  }

  async readNotice({ body }: RawNotice): Promise<Notice> {
    const { said, sign: given } = JSON.parse(body.toString()) as { said: string; sign: string }
    if (given !== sign(said, this.account)) throw new Failure('notice_forged', { zh: '签名不符', en: 'bad signature' })
    const { no, orderNo } = JSON.parse(said) as { no: string; orderNo: string }
    return { kind: 'payment', paymentNo: no, orderNo, outcome: this.#outcome(this.paid.get(no) as Paid) }
  }

  /** Makes the day's statement, or the next version of it, ready: with these misprints and no others, and without what is left out on purpose. */
  publish(day: string, misprints: readonly Misprint[], without: readonly string[] = []): void {
    const versions = this.#versions.get(day) ?? []
    const version = { no: versions.length + 1, misprints, without: new Set(without) }
    this.#versions.set(day, [...versions, version])
    this.#shown.set(day, version)
  }

  /** Shows the first version again, byte for byte. */
  publishFirstAgain(day: string): void {
    this.#shown.set(day, (this.#versions.get(day) as Version[])[0] as Version)
  }

  /** What the statement that is shown has wrong. */
  misprintsOf(day: string): readonly Misprint[] {
    return this.#shown.get(day)?.misprints ?? []
  }

  /** The rows of the statement that is shown. */
  statementOf(day: string): WrittenRow[] {
    const { misprints, without } = this.#shown.get(day) as Version
    const rows = this.rowsOf(day).filter(row => row.kind !== 'payment' || !without.has(row.merchantOrderNo))
    for (const misprint of misprints) misprinted(rows, misprint, day)
    return rows
  }

  listingOf(no: string): Listing {
    return this.#listing.get(no) ?? 'plain'
  }

  /** Numbers of payments that this day's statement lists as well as the one before it. */
  listedTwice(day: string): string[] {
    return this.#rowsListed('twice')
      .filter(({ at }) => nextDay(dayOf(at)) === day && this.#listedOn(dayOf(at), day) === day)
      .map(row => row.merchantOrderNo)
  }

  /** What the channel's book has on the day, as its statement lists it: of a day that is over. A statement has rows of its own day, or none at all. */
  rowsOf(day: string): WrittenRow[] {
    const own = this.#ownRowsOf(day)
    if (own.length === 0) return own
    const late = [...this.#rowsListed('late'), ...this.#rowsListed('twice')].filter(
      ({ at }) => this.#listedOn(dayOf(at), day) === day,
    )
    return [...own, ...late].sort((a, b) => a.at - b.at || (a.tradeNo < b.tradeNo ? -1 : 1))
  }

  /** Numbers of payments that should stand in the day's statement at the latest, and wait for a day with rows of its own. */
  heldBackOn(day: string): string[] {
    return this.#rowsListed('late')
      .filter(({ at }) => dayOf(at) < day && this.#listedOn(dayOf(at), day) > day)
      .map(row => row.merchantOrderNo)
  }

  #ownRowsOf(day: string): WrittenRow[] {
    const payments = [...this.paid.values()].filter(paid => this.#listing.get(paid.no) !== 'late' && isOn(paid.at, day))
    const refunds = [...this.refunds.values()].filter(({ at }) => isOn(at, day))
    return [
      ...payments.map(paid => this.#row(paid, 'payment', paid.amount, paid.at, '')),
      ...refunds.map(({ no, payment, amount, at }) => this.#row(payment, 'refund', amount, at as Date, no)),
    ]
  }

  #rowsListed(listing: Listing): WrittenRow[] {
    return [...this.paid.values()]
      .filter(paid => this.#listing.get(paid.no) === listing)
      .map(paid => this.#row(paid, 'payment', paid.amount, paid.at, ''))
  }

  /** The first day after the payment's that has rows of its own; the day after `upTo` where none has until then. */
  #listedOn(paidOn: string, upTo: string): string {
    let day = nextDay(paidOn)
    while (day <= upTo && this.#ownRowsOf(day).length === 0) day = nextDay(day)
    return day
  }

  async downloadStatement(day: string, kind: string): Promise<StatementDownload> {
    const version = this.#shown.get(day)?.no
    if (kind !== 'trade' || version === undefined) return { state: 'not_published' }
    if (this.#dice.says(0.1)) return { state: 'failed', reason: 'no answer' }
    const rows = this.statementOf(day)
    if (rows.length === 0) return { state: 'empty' }
    const name = `${day.replaceAll('-', '')}-${version}`
    return this.name === 'wechat'
      ? { state: 'ready', name: `${name}.csv`, content: wechatTradeBill(rows, { appid: 'wx1', mchid: this.merchant }) }
      : {
          state: 'ready',
          name: `${name}.csv.zip`,
          content: alipayTradeBill(rows, {
            account: `${this.merchant}0156`,
            day,
            printedAt: Date.parse(`${nextDay(day)}T09:00:00+08:00`) + version,
          }),
        }
  }

  #outcome({ trade, amount, at }: Paid): PaymentOutcome {
    const known = { channelTradeNo: trade, amount, currency: 'CNY', paidAt: at }
    return { state: 'success', ...known, payer: 'payer', fee: null, merchant: this.merchant }
  }

  #refundOutcome({ no, amount, at }: Refunded): RefundOutcome {
    return at === null
      ? { state: 'pending', channelRefundNo: `50${no}` }
      : { state: 'success', channelRefundNo: `50${no}`, amount, refundedAt: at }
  }

  #row({ no, trade }: Paid, kind: 'payment' | 'refund', amount: number, at: Date, refundNo: string): WrittenRow {
    const refund =
      kind === 'refund' ? { refundNo, channelRefundNo: `50${refundNo}` } : { refundNo: '', channelRefundNo: '' }
    const of = {
      tradeNo: trade,
      merchantOrderNo: no,
      currency: 'CNY',
      at: at.getTime(),
      merchant: this.name === 'wechat' ? '0' : '',
    }
    return { kind, ...of, ...refund, amount, payer: 'payer', fee: 0, batch: '', goods: '水费' }
  }
}

function misprinted(rows: WrittenRow[], misprint: Misprint, day: string): void {
  if (misprint.kind === 'stranger') {
    const at = Date.parse(`${day}T12:00:00+08:00`)
    const of = { tradeNo: `99${misprint.no}`, merchantOrderNo: misprint.no, refundNo: '', channelRefundNo: '' }
    rows.push({
      kind: 'payment',
      ...of,
      amount: misprint.amount,
      currency: 'CNY',
      at,
      merchant: '0',
      payer: '',
      fee: 0,
      batch: '',
      goods: '',
    })
    return
  }
  const place = rows.findIndex(row => row.kind === 'payment' && row.merchantOrderNo === misprint.no)
  const row = rows[place]
  if (!row) return
  if (misprint.kind === 'left_out') rows.splice(place, 1)
  else rows[place] = { ...row, amount: misprint.amount }
}

const isOn = (at: Date | null, day: string): boolean => at !== null && dayOf(at.getTime()) === day

const sign = (said: string, key: string): string => createHmac('sha256', key).update(said).digest('hex')

export const nextDay = (day: string): string => Temporal.PlainDate.from(day).add({ days: 1 }).toString()
