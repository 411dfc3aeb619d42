import { useSyncExternalStore } from 'react'

/** Payments begun in this browser that may still be open: whoever closed the page finds them again. */
export type Begun = {
  readonly paymentNo: string
  readonly title: string
  readonly amount: string
  readonly currency: string
  readonly at: string
}

const KEY = 'fzpay.open_payments'
const MOST = 10
/** Longer than a bank transfer may take by default. */
const DAYS = 10

const isBegun = (value: unknown): value is Begun =>
  typeof value === 'object' &&
  value !== null &&
  (['paymentNo', 'title', 'amount', 'currency', 'at'] as const).every(
    name => typeof (value as Record<string, unknown>)[name] === 'string',
  )

/** What was kept, as far as it can be read and is not too old. Pure. */
export function begunOf(kept: string | null, now: number): readonly Begun[] {
  try {
    const read: unknown = JSON.parse(kept ?? '[]')
    if (!Array.isArray(read)) return []
    return read.filter(isBegun).filter(({ at }) => now - Date.parse(at) < DAYS * 86_400_000)
  } catch {
    return []
  }
}

function read(): readonly Begun[] {
  try {
    return begunOf(localStorage.getItem(KEY), Date.now())
  } catch {
    return []
  }
}

let value = read()
const heard = new Set<() => void>()

function keep(next: readonly Begun[]): void {
  value = next
  try {
    localStorage.setItem(KEY, JSON.stringify(next))
  } catch {
    // Kept for this page at least.
  }
  for (const tell of heard) tell()
}

export const remember = (begun: Begun): void =>
  keep([begun, ...value.filter(({ paymentNo }) => paymentNo !== begun.paymentNo)].slice(0, MOST))

export const forget = (paymentNo: string): void => {
  if (value.some(begun => begun.paymentNo === paymentNo)) keep(value.filter(begun => begun.paymentNo !== paymentNo))
}

export const useBegun = (): readonly Begun[] =>
  useSyncExternalStore(
    tell => {
      heard.add(tell)
      return () => heard.delete(tell)
    },
    () => value,
  )
