import { useSyncExternalStore } from 'react'
import { type Begun, begunOf } from './begun.ts'

const KEY = 'fzpay.open_payments'
const MOST = 10
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
