export const MEDIA = ['sms', 'mail'] as const
export type Medium = (typeof MEDIA)[number]

export const TEMPLATES = [
  'payment_succeeded',
  'payment_surplus',
  'refund_made',
  'bill_issued',
  'log_in_code',
  'security_alert',
  'appeal_received',
  'appeal_answered',
  'appeal_settled',
  'appeals_due',
  'discrepancies_due',
  'report_ready',
] as const
export type Template = (typeof TEMPLATES)[number]

/** Facts as the contract writes them: decimal amounts, RFC 3339 times. Numbers of persons are masked when they are told. */
export type MessageData = Readonly<Record<string, string>>

/** A message to one person. */
export type Message = {
  /** What makes it this message and no other ('paid:PAYMENT_NO:sms'): enqueued twice, it is there once. */
  readonly key: string
  readonly medium: Medium
  /** A phone number or a mail address. */
  readonly recipient: string
  readonly template: Template
  readonly data: MessageData
}

/** A message to the payer of an order: who he is and what his account is stay sealed until it leaves. */
export type ToPayer = Pick<Message, 'key' | 'medium' | 'template'> & {
  /** All but the account number. */
  readonly facts: MessageData
  readonly orderNo: string
  /** As it stands sealed in the order. */
  readonly person: Buffer
}

export const MESSAGE_STATES = ['waiting', 'sending', 'sent', 'failed', 'unknown', 'withdrawn'] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

/** A message that a sender has claimed. `attempts` counts this one. */
export type Claimed = Message & {
  readonly id: number
  readonly attempts: number
  readonly handedAt: Date
  /** false: it was handed to the provider before, and nobody knows what became of it. */
  readonly fresh: boolean
}

/** What a provider's answer to a message means. */
export type Outcome =
  | { readonly state: 'sent'; readonly ref: string }
  /** It certainly was not sent; `again`: it may be tried later. */
  | { readonly state: 'refused'; readonly reason: string; readonly again: boolean }
  /** Time-out, cut connection, 5xx: it may have been sent. */
  | { readonly state: 'unknown'; readonly reason: string }

/** What a provider says when it is asked what became of a message. */
export type Inquiry = Outcome | { readonly state: 'absent' }

/** What is written about a message after an answer. */
export type Verdict = {
  readonly id: number
  readonly attempts: number
  readonly state: MessageState
  readonly nextAt: Date | null
  readonly sentAt: Date | null
  readonly ref: string
  readonly error: string
}

/** Seconds until the next try after the n-th refusal; after the last one it has failed. */
export const RETRY_STEPS = [30, 120, 600, 1800, 7200, 21_600, 43_200] as const
/** A provider lists what it took within this time: what is absent then was never taken. */
export const ABSENT_AFTER_S = 600
/** A provider is asked for three days; then a person must decide. */
const ASKED_FOR_S = 3 * 86_400
const ASK_DELAY_MIN_S = 30
const ASK_DELAY_MAX_S = 3600

const after = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000)

/** What becomes of a message that its recipient does not want: it is never handed over. */
export const decideMuted = ({ id, attempts }: Claimed): Verdict => ({
  ...{ id, attempts, state: 'withdrawn', nextAt: null, sentAt: null, ref: '', error: 'muted by the payer' },
})

/** What becomes of a message that was just handed over. `askable`: the provider can tell later what it did. */
export function decideSent(message: Claimed, outcome: Outcome, at: Date, askable: boolean): Verdict {
  const { id, attempts } = message
  if (outcome.state === 'sent') return sent(message, outcome.ref, at)
  const error = outcome.reason.slice(0, 300)
  if (outcome.state === 'unknown')
    return askable
      ? { id, attempts, state: 'sending', nextAt: after(at, ASK_DELAY_MIN_S), sentAt: null, ref: '', error }
      : { id, attempts, state: 'unknown', nextAt: null, sentAt: null, ref: '', error }
  return refused(message, error, outcome.again, at)
}

/** What becomes of a message whose provider was asked. It is only handed over again when it certainly was not taken. */
export function decideAsked(message: Claimed, inquiry: Inquiry, at: Date, absentAfterS = ABSENT_AFTER_S): Verdict {
  const { id, attempts } = message
  if (inquiry.state === 'sent') return sent(message, inquiry.ref, at)
  if (inquiry.state === 'refused') return refused(message, inquiry.reason.slice(0, 300), inquiry.again, at)
  const elapsed = (at.getTime() - message.handedAt.getTime()) / 1000
  if (inquiry.state === 'absent' && elapsed >= absentAfterS)
    return { id, attempts, state: 'waiting', nextAt: at, sentAt: null, ref: '', error: 'never reached the provider' }
  const error = inquiry.state === 'absent' ? 'not listed by the provider yet' : inquiry.reason.slice(0, 300)
  if (elapsed > ASKED_FOR_S) return { id, attempts, state: 'unknown', nextAt: null, sentAt: null, ref: '', error }
  // As long again as it took so far, so that the delay doubles.
  const delay = Math.min(Math.max(elapsed, ASK_DELAY_MIN_S), ASK_DELAY_MAX_S)
  return { id, attempts, state: 'sending', nextAt: after(at, delay), sentAt: null, ref: '', error }
}

const sent = ({ id, attempts }: Claimed, ref: string, at: Date): Verdict => ({
  id,
  attempts,
  state: 'sent',
  nextAt: null,
  sentAt: at,
  ref,
  error: '',
})

function refused({ id, attempts }: Claimed, error: string, again: boolean, at: Date): Verdict {
  const step = RETRY_STEPS[attempts - 1]
  if (!again || step === undefined) return { id, attempts, state: 'failed', nextAt: null, sentAt: null, ref: '', error }
  return { id, attempts, state: 'waiting', nextAt: after(at, step), sentAt: null, ref: '', error }
}
