import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

export type Address = {
  /** '' where the address does not say. */
  readonly get: (name: string) => string
  /** Changes what the address says, by default without a new step for the browser's back. */
  readonly set: (changes: Readonly<Record<string, string | null | undefined>>, options?: { step?: boolean }) => void
}

/** Filters and what is open stand in the page's address, so that reload, back and sharing work; what is empty leaves it. */
export function useAddress(): Address {
  const [query, setQuery] = useSearchParams()
  const set = useCallback<Address['set']>(
    (changes, { step = false } = {}) =>
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
    [setQuery],
  )
  return { get: name => query.get(name) ?? '', set }
}

/** The named ones of them, and a way to change some. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string | undefined>>) => void] {
  const { get, set } = useAddress()
  return [Object.fromEntries(names.map(name => [name, get(name)])) as Record<Name, string>, set]
}
