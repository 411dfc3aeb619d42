import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { ask, type Refused } from './api.ts'
import type { Query } from './query.ts'
import type { Subject } from './reading.ts'

export type Paged<Row> = {
  readonly rows: readonly Row[]
  readonly loading: boolean
  readonly error: Refused | null
  readonly again: () => void
  /** Asks for the next page; undefined: there is none. */
  readonly more: (() => void) | undefined
}

/** Reads a list page by page (`after`, `next`), and from its beginning when its subject changes. `rowsOf` must be one function for good. */
export function usePages<Answer extends { readonly next: string | null }, Row>(
  subject: Subject,
  path: string,
  query: Query,
  rowsOf: (answer: Answer) => readonly Row[],
): Paged<Row> {
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery<
    Answer,
    Refused,
    { pages: Answer[] },
    readonly unknown[],
    string | undefined
  >({
    queryKey: [subject, path, 'pages', query],
    queryFn: ({ pageParam, signal }) => ask<Answer>('GET', path, { query: { ...query, after: pageParam }, signal }),
    initialPageParam: undefined,
    getNextPageParam: answer => answer.next ?? undefined,
  })
  const rows = useMemo(() => (data?.pages ?? []).flatMap(answer => rowsOf(answer)), [data, rowsOf])
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  // A page without a row that has a next one has only looked so far: nothing is found when the last page says so.
  const looking = rows.length === 0 && hasNextPage && error === null
  useEffect(() => {
    if (looking) more()
  }, [looking, more])
  return {
    rows,
    loading: isPending || looking,
    error: data === undefined ? error : null,
    again: () => void refetch(),
    more: hasNextPage ? more : undefined,
  }
}
