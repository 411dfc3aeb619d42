import { useSearchParams } from 'react-router'

export type Address = {
  /** '' where the address does not say. */
  readonly get: (name: string) => string
  /** Changes what the address says, by default without a new step for the browser's back. */
  readonly set: (changes: Readonly<Record<string, string | null | undefined>>, options?: { step?: boolean }) => void
}

/** Filters and what is open stand in the page's address, so that reload, back and sharing work. */
export function useAddress(): Address {
  const [query, setQuery] = useSearchParams()
  return {
    get: name => query.get(name) ?? '',
    set: (changes, { step = false } = {}) =>
      setQuery(
        before => {
          const next = new URLSearchParams(before)
          for (const [name, value] of Object.entries(changes))
            if (value === null || value === undefined || value === '') next.delete(name)
            else next.set(name, value)
          return next
        },
        { replace: !step },
      ),
  }
}
