import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import type { Manifest } from './manifest.ts'
import {
  type BaseName,
  parseLsn,
  parseSegment,
  type Segment,
  segmentName,
  segmentOf,
  segmentOfObject,
} from './names.ts'
import { type Lineage, timelineOfSegment } from './timelines.ts'

/** Which second is restored, and from what. Pure. */

const ZONE = 'Asia/Shanghai'

/** `2026-11-26 14:02:00` of Asia/Shanghai, or with an offset as in `2026-11-26T06:02:00Z`. Throws Failure restore_target_unreadable. */
export function parseTarget(text: string): Date {
  const written = text.trim().replace(' ', 'T')
  try {
    if (/(?:Z|[+-]\d\d:?\d\d)$/i.test(written)) return new Date(Temporal.Instant.from(written).epochMilliseconds)
    if (!/T\d\d:\d\d/.test(written)) throw new RangeError('no time of day')
    return new Date(Temporal.PlainDateTime.from(written).toZonedDateTime(ZONE).epochMilliseconds)
  } catch {
    throw new Failure(
      'restore_target_unreadable',
      {
        zh: `--to "${text}" 不是时刻：请写成 '2026-11-26 14:02:00'（北京时间），或带时区偏移，如 2026-11-26T06:02:00Z`,
        en: `--to "${text}" is no moment: write it as '2026-11-26 14:02:00' (Asia/Shanghai), or with an offset such as 2026-11-26T06:02:00Z`,
      },
      { given: text },
    )
  }
}

/** Complete bases that began before the target, newest first: the first of them whose end is before it too is restored. */
export function candidates(
  bases: readonly (BaseName & { readonly complete: boolean })[],
  target: Date | null,
): BaseName[] {
  return bases
    .filter(base => base.complete && (target === null || base.began.getTime() <= target.getTime()))
    .toSorted((a, b) => b.began.getTime() - a.began.getTime())
}

export type WalPlan = {
  /** Names of the segments that follow the base, without a gap. */
  readonly segments: readonly string[]
  /** The segment that is missing although later ones are there; null where the archive simply ends. */
  readonly gapAt: string | null
}

/** Segments of the archive that follow what the base holds itself. */
export function planWal(
  manifest: Pick<Manifest, 'stop' | 'segmentBytes'>,
  lineage: Lineage,
  archived: readonly string[],
): WalPlan {
  const { segmentBytes, stop } = manifest
  const there = new Set(archived.flatMap(name => segmentOfObject(name)?.segment ?? []))
  const of = (no: number): Segment => ({ timeline: timelineOfSegment(lineage, no, segmentBytes), no })
  const first = segmentOf(parseLsn(stop) - 1n, segmentBytes) + 1
  const segments: string[] = []
  for (let no = first; there.has(segmentName(of(no), segmentBytes)); no++)
    segments.push(segmentName(of(no), segmentBytes))
  const end = first + segments.length
  const later = [...there].some(name => {
    const found = parseSegment(name, segmentBytes)
    return found !== null && found.no > end && of(found.no).timeline === found.timeline
  })
  return { segments, gapAt: later ? segmentName(of(end), segmentBytes) : null }
}

/** The newest line of history that the base belongs to: after a failover or a restore the platform went on there. */
export function lineageOf(base: Pick<Manifest, 'timeline'>, histories: readonly Lineage[]): Lineage {
  const own = histories.filter(lineage => lineage.some(({ timeline }) => timeline === base.timeline))
  return (
    own.toSorted((a, b) => (b.at(-1)?.timeline ?? 0) - (a.at(-1)?.timeline ?? 0))[0] ?? [
      { timeline: base.timeline, end: null },
    ]
  )
}

export const noBackup = (repository: string): Failure =>
  new Failure(
    'restore_no_backup',
    {
      zh: `备份存储 ${repository} 中没有完整的基础备份：请检查 --repository 或配置 backup 是否指向正确的位置`,
      en: `The repository ${repository} holds no complete base backup: check that --repository or the section backup names the right place`,
    },
    { repository },
  )

export const beforeFirst = (target: Date, first: string | null): Failure =>
  new Failure(
    'restore_before_first',
    {
      zh: `${instantText(target)} 早于最早的备份${first ? `（完成于 ${first}）` : ''}：无法恢复到该时刻，请选择其后的时刻`,
      en: `${instantText(target)} is before the first backup${first ? ` (complete at ${first})` : ''} and cannot be restored: choose a later moment`,
    },
    { target: instantText(target), first },
  )

export const afterLast = (target: Date, last: Date): Failure =>
  new Failure(
    'restore_after_last',
    {
      zh: `${instantText(target)} 晚于最后归档的 WAL（${instantText(last)}）：请选择不晚于它的时刻，或去掉 --to 恢复到最后`,
      en: `${instantText(target)} is after the last archived WAL (${instantText(last)}): choose a moment up to then, or leave --to out for the last one`,
    },
    { target: instantText(target), last: instantText(last) },
  )

export const segmentMissing = (segment: string, until: Date): Failure =>
  new Failure(
    'restore_wal_missing',
    {
      zh: `归档中缺少 WAL 段 ${segment}，其后的无法恢复：可用 --to '${instantText(until)}' 恢复到它之前，或选用之后的基础备份`,
      en: `The archive lacks the WAL segment ${segment}, and nothing after it can be restored from this base: restore to before it by --to '${instantText(until)}', or from a later base`,
    },
    { segment, until: instantText(until) },
  )
