import type { Claimed, Template } from './message.ts'

/** What a payer may do without. Codes, answers, refunds and surpluses are always told: money or an answer depends on them. */
export const MUTABLE = ['bill_issued', 'payment_succeeded', 'appeal_received'] as const satisfies readonly Template[]
export type Mutable = (typeof MUTABLE)[number]

/** Only a phone is proven to be a payer's own, so his choice holds for what goes to it. Pure. */
export const mayBeMuted = ({ medium, template, fresh }: Pick<Claimed, 'medium' | 'template' | 'fresh'>): boolean =>
  medium === 'sms' && fresh && (MUTABLE as readonly Template[]).includes(template)
