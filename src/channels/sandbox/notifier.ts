import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Gateway, Waiting } from './book.ts'
import type { Desk } from './desk.ts'
import type { Rule } from './faults.ts'
import { noticeOf } from './signed_ahead.ts'
import type { NoticeParts } from './wechat.ts'

const seconds = (...all: readonly number[]): readonly number[] => all.map(each => each * 1000)
const MINUTE = 60
const HOUR = 3600

/** Pauses between deliveries until the merchant takes the notice, as the channels publish them. */
const SCHEDULES: Readonly<Record<Gateway, readonly number[]>> = {
  wechat: [
    ...seconds(15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, HOUR),
    ...seconds(3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR),
  ],
  alipay: seconds(4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR),
  unionpay: seconds(MINUTE, 2 * MINUTE, 4 * MINUTE, 15 * MINUTE),
}

/** A merchant that has not answered by then has not taken it. */
const ANSWER_MS = 5_000
const IN_FLIGHT_MAX = 256
/** A held-back notice goes out by then, even when no other one passes it. */
const HELD_MS = 2_000
/** Places of the queue that are behind it before it is cut. */
const QUEUE_KEPT = 4_096

/** What is wrong with one notice, decided once, however often it is sent. */
type Spoiling = {
  readonly delayMs: number
  /** Deliveries that get lost. */
  readonly lost: number
  readonly copies: number
  readonly heldMs: number
  readonly wrong: boolean
  readonly fen: number
}

/** Delivers what waits in the book, on the channels' schedules, with the mishaps the rules want. */
export class Notifier {
  readonly #desk: Desk
  readonly #agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX })
  readonly #secureAgent = new SecureAgent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX })
  readonly #timers = new Set<NodeJS.Timeout>()
  #queue: Waiting[] = []
  #at = 0
  #held: Waiting[] = []
  #inFlight = 0
  #stopped = false

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** What was not taken before the last stop. */
  resume(): void {
    for (const waiting of this.#desk.book.waiting.values()) this.#push(waiting)
  }

  /** A new one, whose event was recorded. */
  take(waiting: Waiting): void {
    const { faults } = this.#desk
    if (faults.rules.length > 0) {
      const about = waiting.no
      const by = faults.strike('notice', waiting.channel, about).map(({ id }) => id)
      if (by.length > 0) this.#desk.record({ t: 'spoiled', id: waiting.id, by })
    }
    const { delayMs, heldMs } = spoilingOf(this.#rulesOf(waiting))
    if (delayMs > 0) this.#later(waiting, delayMs)
    else if (heldMs > 0) this.#hold(waiting, heldMs)
    else this.#push(waiting)
  }

  /** Notices under way or on schedule. */
  get pending(): number {
    return this.#desk.book.waiting.size
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#queue = []
    this.#at = 0
    while (this.#inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    this.#agent.destroy()
    this.#secureAgent.destroy()
  }

  #rulesOf(waiting: Waiting): readonly Rule[] {
    return waiting.spoiled ? this.#desk.faults.byId(waiting.spoiled) : []
  }

  #later(waiting: Waiting, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#push(waiting)
    }, ms)
    this.#timers.add(timer)
  }

  #hold(waiting: Waiting, ms: number): void {
    this.#held.push(waiting)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#release(waiting)
    }, ms)
    this.#timers.add(timer)
  }

  #release(waiting: Waiting): void {
    if (!this.#held.includes(waiting)) return
    this.#held = this.#held.filter(each => each !== waiting)
    this.#push(waiting)
  }

  #push(waiting: Waiting): void {
    if (this.#stopped) return
    this.#queue.push(waiting)
    this.#pump()
  }

  #pump(): void {
    while (this.#inFlight < IN_FLIGHT_MAX && this.#at < this.#queue.length) {
      const waiting = this.#queue[this.#at++] as Waiting
      // Taking the first of a long array would move all others.
      if (this.#at === this.#queue.length || this.#at === QUEUE_KEPT) this.#queue = this.#queue.slice(this.#at)
      if (this.#queue.length === 0 || this.#at === QUEUE_KEPT) this.#at = 0
      this.#inFlight++
      this.#deliver(waiting).finally(() => {
        this.#inFlight--
        this.#pump()
      })
    }
  }

  async #deliver(waiting: Waiting): Promise<void> {
    const { book } = this.#desk
    // Nothing is told that a power failure could take back.
    await this.#desk.journal.settled()
    const spoiling = spoilingOf(this.#rulesOf(waiting))
    if (waiting.tries < spoiling.lost) return this.#again(waiting, spoiling.lost === Number.POSITIVE_INFINITY)
    let taken = false
    for (let copy = 0; copy < spoiling.copies; copy++) taken = (await this.#send(waiting, spoiling)) || taken
    // Whoever was held back comes after this one.
    for (const held of this.#held.filter(each => each.channel === waiting.channel)) this.#release(held)
    if (!taken) return this.#again(waiting, false)
    if (book.waiting.has(waiting.id)) this.#desk.record({ t: 'noticed', id: waiting.id, taken: true })
  }

  #again(waiting: Waiting, never: boolean): void {
    if (this.#stopped) return
    const pause = never ? undefined : SCHEDULES[waiting.channel][waiting.tries]
    if (pause === undefined) return this.#desk.record({ t: 'noticed', id: waiting.id, taken: false })
    this.#desk.record({ t: 'tried', id: waiting.id })
    this.#later(waiting, pause / this.#desk.speed)
  }

  /** Whether the merchant took it. */
  async #send({ id, kind, channel, no }: Waiting, spoiling: Spoiling): Promise<boolean> {
    const { book } = this.#desk
    const refund = kind === 'refund' ? (book.refund(channel, no) ?? null) : null
    const order = refund ? book.orderOf(refund) : book.order(channel, no)
    if (!order) return true
    const { signedAhead, now } = this.#desk
    const ready = refund || spoiling.wrong || spoiling.fen !== 0 ? null : signedAhead.find(order, now())
    const parts = ready ?? (await noticeOf(this.#desk, id, { order, refund }, spoiling))
    const answer = await this.#post((refund ?? order).notifyUrl, parts)
    if (!answer) return false
    if (channel === 'wechat') return answer.status === 200 || answer.status === 204
    return answer.status === 200 && (channel !== 'alipay' || answer.body.trim() === 'success')
  }

  #post(url: string, { headers, body }: NoticeParts): Promise<{ status: number; body: string } | null> {
    return new Promise(resolve => {
      const length = String(Buffer.byteLength(body))
      const secure = url.startsWith('https:')
      const asked = (secure ? secureRequest : request)(url, {
        method: 'POST',
        agent: secure ? this.#secureAgent : this.#agent,
        headers: { ...headers, 'content-length': length },
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      asked.on('response', response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', piece => {
          if (text.length < 1024) text += piece
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
        response.on('error', () => resolve(null))
      })
      asked.on('error', () => resolve(null))
      asked.end(body)
    })
  }
}

function spoilingOf(rules: readonly Rule[]): Spoiling {
  const rule = (what: Rule['do']) => rules.find(each => each.do === what)
  const [drop, double, amount, reorder, delay] = [
    rule('drop'),
    rule('double'),
    rule('change_amount'),
    rule('reorder'),
    rule('delay'),
  ]
  return {
    delayMs: delay ? (delay.ms ?? 1_000) : 0,
    lost: drop ? (drop.attempts ?? Number.POSITIVE_INFINITY) : 0,
    copies: double ? (double.times ?? 2) : 1,
    heldMs: reorder ? (reorder.ms ?? HELD_MS) : 0,
    wrong: rule('sign_wrong') !== undefined,
    fen: amount ? (amount.fen ?? 1) : 0,
  }
}
