import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** Filters of a page as its address has them, and a way to change some of them: what is empty leaves the address. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string | undefined>>) => void] {
  const [search, setSearch] = useSearchParams()
  const filters = Object.fromEntries(names.map(name => [name, search.get(name) ?? ''])) as Record<Name, string>
  const change = useCallback(
    (changes: Partial<Record<Name, string | undefined>>): void => {
      setSearch(
        before => {
          const next = new URLSearchParams(before)
          for (const [name, value] of Object.entries<string | undefined>(changes))
            if (value === undefined || value === '') next.delete(name)
            else next.set(name, value)
          return next
        },
        { replace: true },
      )
    },
    [setSearch],
  )
  return [filters, change]
}
