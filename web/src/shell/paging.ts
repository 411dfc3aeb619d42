import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo } from 'react'
import { ask, type Refused } from './api.ts'
import type { Query } from './query.ts'
import type { Subject } from './reading.ts'

export type Paged<Row> = {
  readonly rows: readonly Row[]
  readonly loading: boolean
  /** The next page is on its way. */
  readonly loadingMore: boolean
  /** Why nothing is there. Rows that could not be read again stay as they were. */
  readonly error: Refused | null
  readonly again: () => void
  /** Asks for the next page; undefined: there is none. */
  readonly more: (() => void) | undefined
}

export type PagingOptions<Row> = {
  /** What the route calls the place where a page goes on; `after` by itself. */
  readonly cursor?: string
  /** That place, for a route that does not say it as `next`: of the last row of a page that is full by the `limit` of the query. */
  readonly placeOf?: (row: Row) => string | number
  /** Milliseconds, for what no stream tells about. */
  readonly every?: number | undefined
}

/** Reads a list page by page. When its query changes it begins anew, and shows the last rows meanwhile. `rowsOf` must be one function for good. */
export function usePages<Answer extends object, Row>(
  subject: Subject,
  path: string,
  query: Query,
  rowsOf: (answer: Answer) => readonly Row[],
  { cursor = 'after', placeOf, every }: PagingOptions<Row> = {},
): Paged<Row> {
  const nextOf = (answer: Answer): string | number | null | undefined => {
    if (!placeOf) return (answer as { readonly next?: string | null }).next
    const rows = rowsOf(answer)
    return rows.length === query.limit ? placeOf(rows.at(-1) as Row) : null
  }
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPlaceholderData } =
    useInfiniteQuery<Answer, Refused, { pages: Answer[] }, readonly unknown[], string | number | undefined>({
      queryKey: [subject, path, 'pages', query],
      queryFn: ({ pageParam, signal }) =>
        ask<Answer>('GET', path, { query: { ...query, [cursor]: pageParam }, signal }),
      initialPageParam: undefined,
      getNextPageParam: answer => nextOf(answer) ?? undefined,
      placeholderData: keepPreviousData,
      ...(every === undefined ? {} : { refetchInterval: every }),
    })
  const rows = useMemo(() => (data?.pages ?? []).flatMap(answer => rowsOf(answer)), [data, rowsOf])
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  // A page without a row that has a next one has only looked so far: nothing is found when the last page says so.
  const looking = rows.length === 0 && hasNextPage && !isPlaceholderData && error === null
  useEffect(() => {
    if (looking) more()
  }, [looking, more])
  return {
    rows,
    loading: isPending || looking,
    loadingMore: isFetchingNextPage,
    error: data === undefined ? error : null,
    again: () => void refetch(),
    // Where the last list would go on is no place of this one.
    more: hasNextPage && !isPlaceholderData ? more : undefined,
  }
}
