import type { ListedBase } from './manifest.ts'
import { parseSegment, segmentOfObject, walObject } from './names.ts'
import type { Stored } from './repository.ts'

/** So many of the newest days, weeks and months that have a backup keep one: the newest of each. */
export type Keep = { readonly daily: number; readonly weekly: number; readonly monthly: number }

export type Why = 'newest' | 'daily' | 'weekly' | 'monthly' | 'under_way'

export type PrunePlan = {
  readonly kept: readonly { readonly base: string; readonly why: readonly Why[] }[]
  readonly removed: readonly { readonly base: string; readonly complete: boolean; readonly storedBytes: number }[]
  /** All objects to be removed: of the bases above, and WAL that no kept day needs. */
  readonly objects: readonly string[]
  readonly walRemoved: number
  readonly walBytes: number
}

/** A base without a manifest that is younger than this may still be being written. */
const UNDER_WAY_MS = 86_400_000

/** Which bases are kept, and why. The newest complete one always is. Days are those of the zone. */
export function decideKept(bases: readonly ListedBase[], keep: Keep, zone: string): Map<string, Why[]> {
  const newestFirst = bases.filter(base => base.complete).toSorted((a, b) => b.began.getTime() - a.began.getTime())
  const kept = new Map<string, Why[]>()
  const note = (base: string, why: Why): void => void kept.set(base, [...(kept.get(base) ?? []), why])
  if (newestFirst[0]) note(newestFirst[0].name, 'newest')
  for (const [why, count, periodOf] of [
    ['daily', keep.daily, dayOf],
    ['weekly', keep.weekly, weekOf],
    ['monthly', keep.monthly, monthOf],
  ] as const) {
    const seen = new Set<string>()
    for (const { name, began } of newestFirst) {
      const period = periodOf(began, zone)
      if (seen.has(period)) continue
      if (seen.size === count) break
      seen.add(period)
      note(name, why)
    }
  }
  return kept
}

const dateOf = (at: Date, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate()
const dayOf = (at: Date, zone: string): string => dateOf(at, zone).toString()
const monthOf = (at: Date, zone: string): string => dateOf(at, zone).toString().slice(0, 7)
function weekOf(at: Date, zone: string): string {
  const { yearOfWeek, weekOfYear } = dateOf(at, zone)
  return `${yearOfWeek}-W${weekOfYear}`
}

/**
 * What pruning removes. Each base holds the WAL that makes it consistent, so it can be restored to its own end for as long as it is kept; the archive's
 * WAL, by which a base is restored to any second, is kept from the oldest daily base on. Histories of timelines are kept for ever.
 */
export function planPrune(
  bases: readonly ListedBase[],
  wal: readonly Stored[],
  keep: Keep,
  zone: string,
  now: Date,
  segmentBytes: number,
): PrunePlan {
  const kept = decideKept(bases, keep, zone)
  for (const base of bases)
    if (!base.complete && now.getTime() - base.began.getTime() < UNDER_WAY_MS) kept.set(base.name, ['under_way'])
  const removed = bases.filter(base => !kept.has(base.name))
  const from = firstNeeded(bases, kept, segmentBytes)
  const full = new Set(wal.map(({ name }) => name))
  const walRemoved = wal.filter(({ name }) => {
    const found = segmentOfObject(name)
    const segment = found && parseSegment(found.segment, segmentBytes)
    if (!segment || from === null) return false
    return segment.no < from || (found.partial && full.has(walObject(found.segment)))
  })
  return {
    kept: [...kept].map(([base, why]) => ({ base, why })).sort((a, b) => (a.base < b.base ? -1 : 1)),
    removed: removed.map(({ name, complete, storedBytes }) => ({ base: name, complete, storedBytes })),
    // The manifest first: what is cut off in the middle leaves no base that looks whole.
    objects: [
      ...removed.flatMap(base => base.objects.toSorted((a, b) => Number(isPiece(a)) - Number(isPiece(b)))),
      ...walRemoved.map(({ name }) => name),
    ],
    walRemoved: walRemoved.length,
    walBytes: walRemoved.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

const isPiece = (name: string): boolean => name.includes('/piece-')

/** The number of the first segment that a kept day needs; null where nothing may be removed. */
function firstNeeded(bases: readonly ListedBase[], kept: Map<string, Why[]>, segmentBytes: number): number | null {
  const needing = bases.filter(({ name }) =>
    kept.get(name)?.some(why => why === 'newest' || why === 'daily' || why === 'under_way'),
  )
  const numbers = needing.flatMap(({ segment }) => parseSegment(segment, segmentBytes)?.no ?? [])
  return numbers.length === 0 ? null : Math.min(...numbers)
}
