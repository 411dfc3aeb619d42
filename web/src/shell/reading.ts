import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
} from '@tanstack/react-query'
import type { Topic } from '../../../src/live/topics.ts'
import { ask, type Method, newRequestId, type Refused } from './api.ts'
import type { Query } from './query.ts'

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
    mutations: { networkMode: 'always' },
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

/** Something a person does: method, address and body of the request that does it. */
export type Deed = { readonly method: Method; readonly path: string; readonly body?: unknown }

/**
 * Does what a person asked for, and has what it changes read again. The id in the body is made with `withId`, once for each wish, so that trying again repeats the same request.
 */
export function useDeed<T = unknown>(changes: readonly Subject[]): UseMutationResult<T, Refused, Deed> {
  return useMutation<T, Refused, Deed>({
    mutationFn: ({ method, path, body }) => ask<T>(method, path, { body }),
    onSuccess: () => void changedHere(changes),
  })
}

export const withId = <T extends object>(body: T): T & { readonly id: string } => ({ id: newRequestId(), ...body })

/** Has all open lists of these subjects read again. */
export const changedHere = (subjects: readonly Subject[]): Promise<unknown> =>
  Promise.all(subjects.map(subject => queries.invalidateQueries({ queryKey: [subject] })))
