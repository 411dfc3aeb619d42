import { useEffect, useSyncExternalStore } from 'react'
import { changedHere, type Subject } from './reading.ts'

/** Whether news of changes come in: 'late' when the stream is down and pages may be old. */
export type Liveness = 'live' | 'late'
let liveness: Liveness = 'live'
const watchers = new Set<() => void>()
const setLiveness = (next: Liveness): void => {
  if (liveness === next) return
  liveness = next
  for (const heard of watchers) heard()
}

export const useLiveness = (): Liveness =>
  useSyncExternalStore(
    heard => {
      watchers.add(heard)
      return () => watchers.delete(heard)
    },
    () => liveness,
  )

type News = { readonly source: string; readonly revisions: Readonly<Record<string, number>> }

/** Topics that changed between two states of the stream; all of them when the second comes from another server or after a restart. */
export function changedTopics(before: News | null, now: News): string[] {
  if (before === null) return []
  const topics = Object.keys(now.revisions)
  return before.source === now.source
    ? topics.filter(topic => now.revisions[topic] !== before.revisions[topic])
    : topics
}

const AGAIN_MS = 3_000

/** While it is mounted, lists that changed anywhere are read again: on this device within a second. */
export function useLive(): void {
  useEffect(() => {
    let news: News | null = null
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = (): void => {
      source = new EventSource('/api/live')
      source.addEventListener('changed', event => {
        const now = JSON.parse(event.data) as News
        const topics = changedTopics(news, now)
        news = now
        setLiveness('live')
        if (topics.length > 0) void changedHere(topics as Subject[])
      })
      source.addEventListener('open', () => setLiveness('live'))
      source.addEventListener('error', () => {
        setLiveness('late')
        // A browser gives up after an answer that is no stream (a proxy's 502): we do not.
        if (source?.readyState !== EventSource.CLOSED) return
        timer = setTimeout(() => {
          // Says whether the session is over: then the log-in page takes the place of this one.
          void changedHere(['session'])
          open()
        }, AGAIN_MS)
      })
    }
    open()
    return () => {
      clearTimeout(timer)
      source?.close()
    }
  }, [])
}
