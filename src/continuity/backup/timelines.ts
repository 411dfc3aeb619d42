import { type Lsn, parseLsn, type Segment, segmentOf } from './names.ts'

/**
 * Each failover and each restore begins a new timeline. `end`: where the next one begins. A lineage is what a server calls its history, oldest first; its last
 * timeline has no end. Pure.
 */
export type Timeline = { readonly timeline: number; readonly end: Lsn | null }
export type Lineage = readonly Timeline[]

/** `1\t0/3000148\tno recovery target specified` for each timeline before `timeline`. */
export function parseHistory(timeline: number, text: string): Lineage {
  const before = text
    .split('\n')
    .map(line => /^(\d+)\t([0-9A-F]+\/[0-9A-F]+)/i.exec(line.trim()))
    .filter(found => found !== null)
    .map(([, no = '', end = '']): Timeline => ({ timeline: Number(no), end: parseLsn(end) }))
  return [...before, { timeline, end: null }]
}

/** The timeline a segment is read from: the newest that has begun by its end, as PostgreSQL copies what was before into it. */
export function timelineOfSegment(lineage: Lineage, no: number, segmentBytes: number): number {
  let found = lineage[0]?.timeline ?? 1
  for (const [index, { end }] of lineage.entries()) {
    const next = lineage[index + 1]
    if (next && end !== null && no >= segmentOf(end, segmentBytes)) found = next.timeline
  }
  return found
}

/** The segment that is archived next, after `stored`. null: nothing of this lineage is stored yet. */
export function nextToArchive(lineage: Lineage, stored: readonly Segment[], segmentBytes: number): Segment | null {
  const right = stored.filter(({ timeline, no }) => timelineOfSegment(lineage, no, segmentBytes) === timeline)
  if (right.length === 0) return null
  const no = Math.max(...right.map(segment => segment.no)) + 1
  return { timeline: timelineOfSegment(lineage, no, segmentBytes), no }
}
