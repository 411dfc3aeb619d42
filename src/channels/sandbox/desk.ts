import { constants, type KeyObject, sign } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ChannelName } from '../channel.ts'
import type { Book, Event } from './book.ts'
import type { Faults, Occasion } from './faults.ts'
import type { Journal } from './journal.ts'
import type { SandboxKeys } from './keys.ts'
import type { SignedAhead } from './signed_ahead.ts'

/** What every counter of the sandbox works with. */
export type Desk = {
  readonly book: Book
  readonly faults: Faults
  readonly keys: SandboxKeys
  readonly journal: Journal
  readonly signedAhead: SignedAhead
  readonly now: () => number
  readonly url: string
  /** How many times faster than the published schedules. */
  readonly speed: number
  /** Applies an event and writes it down. */
  record(event: Event): void
}

export type Ask = {
  readonly method: string
  readonly path: string
  /** With the query, as it came. */
  readonly url: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Told = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** A request that was understood and whose signature fits. */
export type Call<A> = {
  readonly on: Occasion
  readonly channel: ChannelName
  /** What it is about: a payment's or refund's number, or a day. */
  readonly no: string
  work(twist: Twist): A
  refuse(code: string): A
  write(answer: A, wrong: boolean): Promise<Told> | Told
}

/** What goes wrong with one call. */
export type Twist = {
  readonly race: boolean
  readonly late: boolean
  readonly empty: boolean
  /** Added to amounts of the answer. */
  readonly fen: number
}

/** Carries a call out, on the disk before it is answered, as badly as the rules want it. null: no answer at all. */
export async function carryOut<A>(desk: Desk, call: Call<A>): Promise<Told | null> {
  const struck = desk.faults.strike(call.on, call.channel, call.no)
  const rule = (what: string) => struck.find(each => each.do === what)
  const [hang, error] = [rule('hang'), rule('error_500')]
  const delay = rule('delay')
  if (delay) await sleep(delay.ms ?? 1_000)
  if (hang?.undone) return null
  if (error?.undone) return broken
  const refuse = rule('refuse')
  const answer = refuse
    ? call.refuse(refuse.code ?? 'SYSTEM_ERROR')
    : call.work({
        race: rule('race') !== undefined,
        late: rule('late') !== undefined,
        empty: rule('empty') !== undefined,
        fen: rule('change_amount')?.fen ?? (rule('change_amount') ? 1 : 0),
      })
  await desk.journal.settled()
  if (hang) return null
  return error ? broken : await call.write(answer, rule('sign_wrong') !== undefined)
}

const broken: Told = { status: 500, headers: { 'content-type': 'text/plain' }, body: 'sandbox: told to answer 500' }

const signInPool = promisify(sign) as (algorithm: string, data: Buffer, key: SignKey) => Promise<Buffer>
type SignKey = { readonly key: KeyObject; readonly padding: number }

/** SHA-256 with RSA in the thread pool; `wrong`: of another text. */
export async function signed(key: KeyObject, text: string, wrong: boolean): Promise<string> {
  const data = Buffer.from(wrong ? `${text}!` : text)
  return (await signInPool('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING })).toString('base64')
}

/** A number of the channel's own: prefix, the Beijing day or time, and a running number. */
export const channelNo = (desk: Desk, prefix: string, stamp: string, digits: number): string =>
  `${prefix}${stamp}${String(desk.book.sequence + 1).padStart(digits, '0')}`
