import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { ask, type Refused } from '../shell/api.ts'
import type { Query } from '../shell/query.ts'
import type { Subject } from '../shell/reading.ts'

export type Pages<T> = {
  readonly rows: readonly T[]
  readonly pending: boolean
  readonly fetching: boolean
  readonly error: Refused | null
  readonly again: () => void
  /** Reads the next page; undefined at the end. */
  readonly more: (() => void) | undefined
}

/** A list that goes on from where its last page ended. `nextOf` gives the cursor of the next page, or null; `cursor` is what the route calls it; `every`: milliseconds, for what no stream tells about. */
export function usePages<P, T>(
  subject: Subject,
  path: string,
  query: Query,
  rowsOf: (page: P) => readonly T[],
  nextOf: (page: P) => string | number | null | undefined,
  cursor = 'after',
  every?: number,
): Pages<T> {
  const list = useInfiniteQuery<P, Refused>({
    queryKey: [subject, path, 'pages', query],
    queryFn: ({ pageParam, signal }) =>
      ask<P>('GET', path, { query: { ...query, [cursor]: pageParam as string | undefined }, signal }),
    initialPageParam: undefined,
    getNextPageParam: last => nextOf(last) ?? undefined,
    placeholderData: keepPreviousData,
    ...(every === undefined ? {} : { refetchInterval: every }),
  })
  return {
    rows: list.data?.pages.flatMap(page => rowsOf(page)) ?? [],
    pending: list.isPending,
    fetching: list.isFetching,
    error: list.error,
    again: () => void list.refetch(),
    more: list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined,
  }
}
