import { formatMinor } from '../../../../src/kernel/money.ts'
import type { ItemView } from '../../../../src/reconciliation/items/api.ts'
import { minorOf } from '../../pieces/amounts.ts'
import { localOf } from '../../pieces/local_time.ts'

/** The list as it is read: by day and hour of the payment, newest first. Pure. */

/** A page of the list as the platform gave it; `after` and `next` are its ends. */
export type PageOfItems = { readonly items: readonly ItemView[]; readonly next: number | null }

export type Group = { readonly day: string; readonly hour: string }

/** The hour it was paid in, in Beijing; without a time the day is all that is known. */
export function groupOf({ paid_at: paidAt, business_date: day }: Pick<ItemView, 'paid_at' | 'business_date'>): Group {
  if (paidAt === null) return { day, hour: '' }
  const local = localOf(paidAt)
  return { day: local.day, hour: local.time.slice(0, 2) }
}

const keyOf = ({ day, hour }: Group): string => `${day} ${hour}`
export const sameGroup = (a: Group | undefined, b: Group | undefined): boolean =>
  a !== undefined && b !== undefined && keyOf(a) === keyOf(b)

/** `read`: when the platform said so (epoch milliseconds). */
export type Placed = { readonly item: ItemView; readonly group: Group; readonly late: boolean; readonly read: number }

/**
 * Items in the order of booking with the hour under which each stands. One that was booked late, among payments of later hours, stands where it was booked and is
 * marked: it makes no heads of its own.
 */
export function placed(items: readonly ItemView[], read = 0): Placed[] {
  const rows: Placed[] = []
  let newest: Group | undefined
  for (const item of items.toReversed()) {
    const own = groupOf(item)
    const late = newest !== undefined && keyOf(own) < keyOf(newest)
    if (!late) newest = own
    rows.push({ item, group: late && newest ? newest : own, late, read })
  }
  return rows.reverse()
}

/**
 * Rows that this user has just dealt with stay where they are until he asks for a new list, though they may no longer belong to it: nothing moves under his hand.
 * @param after where the page begins (places below it), or null: at the very top
 */
export function withKept(
  { items, next }: PageOfItems,
  kept: readonly ItemView[],
  after: number | null,
): readonly ItemView[] {
  const there = new Set(items.map(item => item.payment_no))
  const added = kept.filter(
    ({ place, payment_no: no }) =>
      !there.has(no) && (after === null || place < after) && (next === null || place >= next),
  )
  return added.length === 0 ? items : [...items, ...added].sort((a, b) => b.place - a.place)
}

/** "1,234.50" of decimal texts, exactly; one text for each currency. */
export function sumsOf(rows: readonly Pick<ItemView, 'amount' | 'currency'>[]): { currency: string; amount: string }[] {
  const sums = new Map<string, bigint>()
  for (const { amount, currency } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + minorOf(amount))
  return [...sums].map(([currency, sum]) => ({ currency, amount: formatMinor(sum, currency) }))
}

/** What this user did to a row since the list was opened. The row as it was stays, so that it may stay in its place. */
export type Done = {
  readonly item: ItemView
  /** `unsent`: the platform was not reached, and the same request may be sent again. */
  readonly phase: 'sending' | 'done' | 'unsent'
  readonly wish: 'confirm' | 'undo'
  readonly requestId: string
  readonly state: ItemView['state'] | 'awaiting_review'
  readonly reviewId: string | null
  /** When the answer came (epoch milliseconds); 0 before. */
  readonly at: number
}

export type Standing = {
  readonly state: ItemView['state'] | 'awaiting_review'
  readonly confirmable: boolean
  readonly undoable: boolean
  readonly reviewId: string | null
  readonly phase: Done['phase'] | null
}

/** A list that was asked for before the deed may come after its answer: it is believed when it is so much younger. */
const SETTLED_MS = 1_000

/** How a row stands: what the platform said last, be it in the list or in answer to what was done here. */
export function standing({ item, read }: Pick<Placed, 'item' | 'read'>, done: Done | undefined): Standing {
  const younger = done?.phase === 'done' && done.item !== item && read > done.at + SETTLED_MS
  if (!done || younger) {
    const { review_id: reviewId, undoable, confirmed } = item
    const state = reviewId === null ? item.state : 'awaiting_review'
    return { state, confirmable: isOpen(state) && confirmed === null, undoable, reviewId, phase: null }
  }
  const { phase, wish, state, reviewId } = done
  if (phase === 'unsent') return { state: item.state, confirmable: false, undoable: false, reviewId, phase }
  const undoable = phase === 'done' && wish === 'confirm' && state !== 'awaiting_review'
  return { state, confirmable: phase === 'done' && wish === 'undo' && isOpen(state), undoable, reviewId, phase }
}

const isOpen = (state: Standing['state']): boolean =>
  state !== 'reconciled' && state !== 'confirmed' && state !== 'awaiting_review'
