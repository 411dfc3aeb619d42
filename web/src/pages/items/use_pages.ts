import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ItemList, ItemView } from '../../../../src/reconciliation/items/api.ts'
import { ask, type Refused } from '../../shell/api.ts'
import type { Query } from '../../shell/query.ts'
import { useRead } from '../../shell/reading.ts'
import { type Placed, placed, withKept } from './timeline.ts'

const PAGE = 100
/** Rare states among many rows: after so many pages without a row the user is asked whether to go on. */
const EMPTY_AT_MOST = 20
/** Pages that are out of sight are let go of soon: memory stays the same however far one scrolls. */
const LET_GO_MS = 10_000

const AT_TOP = { first: 0, last: 40 }

type Known = { readonly after: number; readonly count: number }
export type Slot = Placed | undefined
type Cut = {
  readonly kept: readonly ItemView[]
  readonly after: number | null
  readonly read: number
  readonly rows: readonly Placed[]
}

export type Pages = {
  readonly state: 'loading' | 'failed' | 'empty' | 'there'
  readonly error: Refused | null
  readonly again: () => void
  /** Of all pages that were opened so far. */
  readonly count: number
  /** undefined: it was there, was let go of, and is on its way again. */
  readonly at: (index: number) => Slot
  /** Says which rows are in sight. */
  readonly look: (first: number, last: number) => void
  readonly more: boolean
  /** There is more, and nobody is looking for it until asked. */
  readonly paused: boolean
  readonly goOn: () => void
  /** Payments that came since this list was opened. */
  readonly newer: number
  readonly renew: (from?: number) => void
}

/**
 * The list by pages of its keyset: each begins where the one above ends. Its top stays where it was when the list was opened, so that nothing slides away under the
 * hand of whoever works on it; what came since is counted. Only the pages in sight are held, and read again when something changes.
 */
export function usePages(query: Query, kept: readonly ItemView[]): Pages {
  const client = useQueryClient()
  const name = JSON.stringify(query)
  const [opening, setOpening] = useState<{ readonly from: number | undefined; readonly no: number }>({
    from: undefined,
    no: 0,
  })
  const [known, setKnown] = useState<readonly Known[]>([])
  const [sight, setSight] = useState(AT_TOP)
  const [empties, setEmpties] = useState(0)
  const opened = useRef('')
  const { from, no } = opening
  const identity = `${name} ${no}`

  // Read anew for each opening, and until there is a row.
  const first = useQuery<ItemList, Refused>({
    queryKey: ['items', '/api/items', query, 'opening', from, no],
    queryFn: ({ signal }) =>
      ask<ItemList>('GET', '/api/items', { query: { ...query, after: from, limit: PAGE }, signal }),
    enabled: known.length === 0 || opened.current !== identity,
    gcTime: 0,
  })
  const newest = known[0]?.after
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins anew
  useEffect(() => {
    setKnown([])
    setSight(AT_TOP)
    setEmpties(0)
  }, [identity])
  useEffect(() => {
    const top = first.data?.items[0]
    if (!first.data || opened.current === identity) return
    if (!top && first.data.next === null) return
    opened.current = identity
    const after = from ?? (top ? top.place + 1 : (first.data.next ?? 0) + 1)
    client.setQueryData(keyOf(query, after), first.data)
    setKnown([{ after, count: first.data.items.length }])
  }, [first.data, identity, from, client, query])

  // Which pages are in sight, and their neighbours.
  const inSight = useMemo(() => {
    let row = 0
    const indexes: number[] = []
    known.forEach(({ count }, index) => {
      if (row <= sight.last + PAGE && row + count >= sight.first - PAGE) indexes.push(index)
      row += count
    })
    return indexes
  }, [known, sight])
  const reads = useQueries({
    queries: inSight.map(index => {
      const { after } = known[index] as Known
      return {
        queryKey: keyOf(query, after),
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          ask<ItemList>('GET', '/api/items', { query: { ...query, after, limit: PAGE }, signal }),
        gcTime: LET_GO_MS,
      }
    }),
  })
  const pages = new Map(inSight.map((index, i) => [index, reads[i]?.data as ItemList | undefined]))
  const readAt = new Map(inSight.map((index, i) => [index, reads[i]?.dataUpdatedAt]))
  const failed = reads.find(read => read.error)

  // Cut once for each answer: rows that did not change stay the same objects, and are not drawn again.
  const cuts = useRef(new WeakMap<ItemList, Cut>())
  const cut = new Map<number, readonly Placed[]>()
  for (const [index, page] of pages) {
    if (!page) continue
    const made: Omit<Cut, 'rows'> = { kept, after: known[index]?.after ?? null, read: readAt.get(index) ?? 0 }
    const before = cuts.current.get(page)
    const same = before?.kept === made.kept && before.after === made.after && before.read === made.read
    const rows = same ? before.rows : placed(withKept(page, kept, made.after), made.read)
    if (!same) cuts.current.set(page, { ...made, rows })
    cut.set(index, rows)
  }

  // A page that was read again may end elsewhere, and hold more or fewer rows: those below follow.
  useEffect(() => {
    const next = [...known]
    for (const [index, rows] of cut) {
      const page = pages.get(index)
      const here = next[index]
      if (!here || !page) continue
      if (here.count !== rows.length) next[index] = { ...here, count: rows.length }
      const below = next[index + 1]
      if (below && page.next !== null && below.after !== page.next) next[index + 1] = { ...below, after: page.next }
      if (below && page.next === null) next.length = index + 1
    }
    if (next.length !== known.length || next.some((page, i) => page !== known[i])) setKnown(next)
  })

  const starts = useMemo(() => {
    let row = 0
    return known.map(({ count: rows }) => {
      const start = row
      row += rows
      return start
    })
  }, [known])
  const count = (starts.at(-1) ?? 0) + (known.at(-1)?.count ?? 0)
  const lastPage = pages.get(known.length - 1)
  const next = lastPage?.next ?? null
  const more = known.length > 0 && (lastPage === undefined || next !== null)
  const paused = empties >= EMPTY_AT_MOST
  useEffect(() => {
    if (!lastPage || next === null || paused || count - sight.last > PAGE / 2) return
    setEmpties(lastPage.items.length === 0 ? empties + 1 : 0)
    setKnown([...known, { after: next, count: 0 }])
  }, [lastPage, next, paused, count, sight.last, known, empties])

  const newer = useRead<ItemList>(
    'items',
    '/api/items',
    { ...query, limit: 21 },
    { enabled: newest !== undefined && from === undefined && query.number === undefined },
  )
  const at = (index: number): Slot => {
    // The last page that begins at this row or before it.
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= index) low = middle
      else high = middle
    }
    return cut.get(low)?.[index - (starts[low] ?? 0)]
  }
  return {
    state: count > 0 || more ? 'there' : first.error ? 'failed' : first.isPending ? 'loading' : 'empty',
    error: (first.error ?? failed?.error ?? null) as Refused | null,
    again: () => void client.refetchQueries({ queryKey: ['items'], type: 'active' }),
    count,
    at,
    look: useCallback((firstRow, lastRow) => {
      setSight(seen =>
        Math.abs(seen.first - firstRow) + Math.abs(seen.last - lastRow) < 20
          ? seen
          : { first: firstRow, last: lastRow },
      )
    }, []),
    more,
    paused,
    goOn: () => setEmpties(0),
    newer:
      newest === undefined || newer.isPlaceholderData
        ? 0
        : (newer.data?.items ?? []).filter(item => item.place >= newest).length,
    renew: useCallback(place => setOpening(before => ({ from: place, no: before.no + 1 })), []),
  }
}

const keyOf = (query: Query, after: number) => ['items', '/api/items', { ...query, after, limit: PAGE }]
