import { Failure } from '../kernel/failure.ts'
import { endAttempt, learn } from './operations.ts'
import type { Paying } from './paying.ts'
import { EXPIRY_MARGIN_MS, isOpen, type Payment } from './payment.ts'
import { claimDue } from './store.ts'

/** Payments claimed in one go, and questions to channels under way at the same time. */
const CLAIM = 64
const AT_ONCE = 32
/** Whoever claims and dies only delays them by this; longer than two questions and a closing take until they time out. */
const LEASE_MS = 45_000

/**
 * 延迟补偿: asks channels about all payments that are due, and books what they say. What a channel does not say for certain
 * stays as it is and is asked about later. A payment that nobody completed is closed with the channel once it has expired.
 * Returns how many were asked about. Any number of processes may do this at once.
 */
export async function compensate(app: Paying, signal?: AbortSignal): Promise<number> {
  let asked = 0
  while (!signal?.aborted) {
    const due = await claimDue(app.db.pool, app.vault, app.now(), CLAIM, LEASE_MS)
    if (due.length === 0) break
    await eachAtOnce(due, AT_ONCE, payment => compensateOne(app, payment))
    asked += due.length
    if (due.length < CLAIM) break
  }
  return asked
}

async function compensateOne(app: Paying, payment: Payment): Promise<void> {
  try {
    const found = await app.channels.account(payment.account).query(payment)
    const over = app.now().getTime() >= payment.expiresAt.getTime() + EXPIRY_MARGIN_MS
    if (found.state === 'pending' && over && isOpen(payment.state)) await endAttempt(app, payment)
    else await learn(app, payment, found, 'query')
  } catch (error) {
    if (error instanceof Failure && error.code === 'payment_outcome_unknown')
      return await learn(app, payment, { state: 'unknown', reason: 'not closed' }, 'query')
    // One payment that cannot be asked about must not keep the others waiting; it stays due, and the operator sees why.
    app.log.warn({ err: error, payment_no: payment.paymentNo }, 'payment could not be asked about')
  }
}

/** Runs `act` for each item, `width` of them at a time. */
export async function eachAtOnce<T>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < items.length) await act(items[next++] as T)
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane))
}
