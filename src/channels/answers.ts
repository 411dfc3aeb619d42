import { NoAnswer } from './http.ts'

export type Unknown = { readonly state: 'unknown'; readonly reason: string }

export const unknown = (reason: string): Unknown => ({ state: 'unknown', reason: reason.slice(0, 300) })

/** What was not answered, or not believably, is unknown: it says nothing about the money. */
export async function answered<T>(act: () => Promise<T>): Promise<T | Unknown> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof NoAnswer) return unknown(error.message)
    throw error
  }
}

/** A currency the account does not take; null when it does. Nothing is sent then: what the channel would charge is another thing. */
export const currencyRefused = (currency: string, taken: string) =>
  currency === taken
    ? null
    : ({ state: 'failed', code: 'currency_not_taken', reason: `takes ${taken}, not ${currency}` } as const)
