import { useSyncExternalStore } from 'react'

/** What this browser remembers of its user's choices, such as language and theme. A private window that keeps nothing still works. */
export type Remembered<T extends string> = { get(): T; set(value: T): void; subscribe(heard: () => void): () => void }

export function remembered<T extends string>(name: string, choices: readonly T[], otherwise: () => T): Remembered<T> {
  const key = `fzpay.${name}`
  const read = (): T => {
    try {
      const kept = localStorage.getItem(key) as T | null
      return kept !== null && choices.includes(kept) ? kept : otherwise()
    } catch {
      return otherwise()
    }
  }
  let value = read()
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const heard of listeners) heard()
  }
  // The same choice in the other tabs of this browser.
  window.addEventListener('storage', event => {
    if (event.key !== key) return
    value = read()
    tell()
  })
  return {
    get: () => value,
    set(next) {
      value = next
      try {
        localStorage.setItem(key, next)
      } catch {
        // Kept for this page at least.
      }
      tell()
    },
    subscribe(heard) {
      listeners.add(heard)
      return () => listeners.delete(heard)
    },
  }
}

export const useRemembered = <T extends string>({ get, subscribe }: Remembered<T>): T =>
  useSyncExternalStore(subscribe, get)
