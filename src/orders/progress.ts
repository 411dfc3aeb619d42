import type { Payment } from './payment.ts'

/** The payer's certainty: four steps, each with its moment. What is not reached yet has none. */
export type Progress = {
  readonly payment: Payment
  readonly steps: readonly {
    readonly step: 'submitted' | 'channel_confirmed' | 'booked' | 'reconciled'
    readonly done: boolean
    readonly at: Date | null
  }[]
  /** Nothing will change any more, but for refunds: reconciled, failed or closed. */
  readonly final: boolean
}

/**
 * Where a payment stands: submitted to the channel → confirmed by it → booked here → reconciled with the channel's statement.
 * `reconciled` is derived from the links between the books, and has no moment of its own before the day is closed.
 */
export function progressOf(payment: Payment, reconciled: boolean): Progress {
  const booked = payment.state === 'success'
  return {
    payment,
    steps: [
      { step: 'submitted', done: payment.submittedAt !== null || booked, at: payment.submittedAt },
      { step: 'channel_confirmed', done: booked, at: payment.paidAt },
      { step: 'booked', done: booked, at: payment.bookedAt },
      { step: 'reconciled', done: booked && reconciled, at: null },
    ],
    final: payment.state === 'failed' || payment.state === 'closed' || (booked && reconciled),
  }
}
