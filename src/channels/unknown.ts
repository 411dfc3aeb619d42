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
