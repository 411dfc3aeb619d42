import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query'
import { useState } from 'react'
import type { Topic } from '../../../src/live/topics.ts'
import { ask, newRequestId, type Refused } from './api.ts'
import type { Query } from './query.ts'
import { type Deed, newWishes } from './wishes.ts'

/** What a list is about: the live stream names these when they change. 'own' is what no stream tells about. */
export type Subject = Topic | 'own' | 'session' | 'log' | 'system' | 'paying'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the platform refused stays refused; what could not be reached is tried again.
      retry: (times, error) => times < 2 && ((error as Refused).status === 0 || (error as Refused).status >= 502),
    },
    // Whoever is offline is told so at once, rather than kept waiting for a network.
    // Passwords and keys are told once: no answer stays in memory when its page was left.
    mutations: { networkMode: 'always', gcTime: 1_000 },
  },
})

export type ReadOptions = { readonly enabled?: boolean; readonly every?: number; readonly keep?: boolean }

/**
 * Reads a route and reads it again when its subject changes. `keep` shows the last answer while a changed query is on its way.
 * @param every milliseconds, for what no stream tells about
 */
export function useRead<T>(
  subject: Subject,
  path: string,
  query?: Query,
  options: ReadOptions = {},
): UseQueryResult<T, Refused> {
  return useQuery<T, Refused>({
    queryKey: [subject, path, query ?? {}],
    queryFn: ({ signal }) => ask<T>('GET', path, { query, signal }),
    enabled: options.enabled ?? true,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
    ...(options.keep === false ? {} : { placeholderData: keepPreviousData }),
  })
}

/**
 * Does what a person asked for, and has what it changes read again: `mutate` for what is shown by this hook's own state, `mutateAsync`, which throws Refused, for dialogs that show it themselves.
 * The same wish keeps its id until it was done, so that trying again repeats the same request; another wish gets another.
 */
export function useDeed<T = unknown>(changes: readonly Subject[]): UseMutationResult<T, Refused, Deed> {
  const [wishes] = useState(() => newWishes(newRequestId))
  return useMutation<T, Refused, Deed>({
    mutationFn: deed => ask<T>(deed.method, deed.path, { body: wishes.bodyOf(deed) }),
    onSuccess: (_, deed) => {
      wishes.forget(deed)
      void changedHere(changes)
    },
    onError: (error, deed) => {
      // Something else was done under this id: it can never be answered otherwise.
      if (error.code === 'id_reused') wishes.forget(deed)
    },
  })
}

/** Has all open lists of these subjects read again. */
export const changedHere = (subjects: readonly Subject[]): Promise<unknown> =>
  Promise.all(subjects.map(subject => queries.invalidateQueries({ queryKey: [subject] })))
