import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantText } from '../../kernel/instant_text.ts'
import { basesOf, type ListedBase, restorableFrom } from './manifest.ts'
import {
  baseName,
  lsnText,
  manifestObject,
  parseBaseName,
  parseLsn,
  parseSegment,
  partObject,
  pieceObject,
  segmentName,
  walObject,
} from './names.ts'
import { decideKept, planPrune } from './retention.ts'
import { isDue, lastScheduled, troublesOf } from './schedule.ts'
import type { BackupState } from './store.ts'
import { candidates, lineageOf, parseTarget, planWal } from './target.ts'
import { nextToArchive, parseHistory, timelineOfSegment } from './timelines.ts'

const MB16 = 16 << 20
const ZONE = 'Asia/Shanghai'

test('positions and segments are named as PostgreSQL names them', () => {
  assert.equal(segmentName({ timeline: 1, no: segmentNo('1/FF000000') }, MB16), '0000000100000001000000FF')
  assert.equal(segmentName({ timeline: 17, no: segmentNo('2/00000000') }, MB16), '000000110000000200000000')
  assert.deepEqual(parseSegment('0000000100000001000000FF', MB16), { timeline: 1, no: 511 })
  assert.equal(parseSegment('00000002.history', MB16), null)
  assert.throws(() => parseLsn('16'))
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), lsn => {
      assert.equal(parseLsn(lsnText(lsn)), lsn)
    }),
  )
})

const segmentNo = (lsn: string): number => Number(parseLsn(lsn) / BigInt(MB16))

test('a moment without an offset is one of Shanghai', () => {
  for (const [text, utc] of [
    ['2026-11-26 14:02:00', '2026-11-26T06:02:00.000Z'],
    ['2026-11-26T14:02', '2026-11-26T06:02:00.000Z'],
    ['2026-11-26T06:02:00Z', '2026-11-26T06:02:00.000Z'],
    ['2026-11-26 14:02:00.5+09:00', '2026-11-26T05:02:00.500Z'],
  ] as const)
    assert.equal(parseTarget(text).toISOString(), utc)
  for (const text of ['', '14:02', '2026-11-26', '2026-02-30 10:00', 'yesterday'])
    assert.throws(() => parseTarget(text), { code: 'restore_target_unreadable' })
})

const based = (...moments: string[]): ListedBase[] =>
  moments.map((moment, index) => {
    const name = baseName(parseTarget(moment), segmentName({ timeline: 1, no: index * 10 }, MB16))
    return {
      ...(parseBaseName(name) as NonNullable<ReturnType<typeof parseBaseName>>),
      complete: true,
      storedBytes: 1,
      objects: [],
    }
  })

test('of each of the newest days, weeks and months the newest base is kept', () => {
  const bases = based(
    '2026-09-30 02:30',
    '2026-10-31 02:30',
    '2026-11-15 02:30', // a Sunday, the last of its week
    '2026-11-22 02:30', // the next Sunday
    '2026-11-24 02:30',
    '2026-11-25 02:30',
    '2026-11-26 00:30', // the 25th in UTC
    '2026-11-26 23:30',
  )
  const kept = decideKept(bases, { daily: 2, weekly: 3, monthly: 2 }, ZONE)
  assert.deepEqual(
    bases.map(({ name, began }) => `${instantText(began).slice(5, 10)} ${kept.get(name)?.join(' ') ?? '-'}`),
    [
      '09-30 -',
      '10-31 monthly',
      '11-15 weekly',
      '11-22 weekly',
      '11-24 -',
      '11-25 daily',
      '11-26 -',
      '11-26 newest daily weekly monthly',
    ],
  )
})

test('pruning: the newest base stays whatever the numbers, and the WAL from the oldest daily base on', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 }),
      fc.record({ daily: fc.integer({ min: 1, max: 9 }), weekly: fc.nat(6), monthly: fc.nat(6) }),
      (days, keep) => {
        const began = days.toSorted((a, b) => a - b).map(day => new Date(Date.UTC(2026, 0, 1 + day, 3)))
        const bases = based(...began.map(at => at.toISOString()))
        const wal = bases.flatMap((_, index) =>
          [0, 9].map(more => ({
            name: walObject(segmentName({ timeline: 1, no: index * 10 + more }, MB16)),
            bytes: 1,
          })),
        )
        const plan = planPrune(bases, wal, keep, ZONE, new Date(Date.UTC(2028, 0)), MB16)
        const daily = plan.kept.filter(({ why }) => why.includes('daily'))
        assert.equal(plan.kept.at(-1)?.base, bases.at(-1)?.name)
        assert.equal(daily.length, Math.min(keep.daily, bases.length))
        assert.equal(plan.kept.length + plan.removed.length, bases.length)
        const from = walObject(parseBaseName(daily[0]?.base ?? '')?.segment ?? '')
        assert.deepEqual(
          plan.objects.filter(name => name.startsWith('wal/')),
          wal.map(({ name }) => name).filter(name => name < from),
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('pruning: what is being written stays, what was cut off yesterday goes, a beginning goes when the whole is there', () => {
  const [old, young, whole] = based('2026-11-24 02:30', '2026-11-26 02:30', '2026-11-25 02:30') as [
    ListedBase,
    ListedBase,
    ListedBase,
  ]
  const segment = segmentName({ timeline: 1, no: 40 }, MB16)
  const listed = basesOf([
    { name: pieceObject(old.name, 0), bytes: 5 },
    { name: pieceObject(young.name, 0), bytes: 5 },
    { name: manifestObject(whole.name), bytes: 1 },
    { name: pieceObject(whole.name, 0), bytes: 5 },
  ])
  const wal = [
    walObject(segment),
    partObject(segment, 0),
    partObject(segmentName({ timeline: 1, no: 41 }, MB16), 0),
    'wal/00000002.history',
  ]
  const now = parseTarget('2026-11-26 02:40')
  const plan = planPrune(
    listed,
    wal.map(name => ({ name, bytes: 1 })),
    { daily: 1, weekly: 0, monthly: 0 },
    ZONE,
    now,
    MB16,
  )
  assert.deepEqual(plan.objects, [pieceObject(old.name, 0), partObject(segment, 0)])
  assert.deepEqual(
    plan.kept.map(({ why }) => why.join(' ')),
    ['newest daily', 'under_way'],
  )
})

test('a restore begins with the newest complete base that began before the target', () => {
  const bases = based('2026-11-24 02:30', '2026-11-25 02:30', '2026-11-26 02:30')
  const days = (target: string | null) =>
    candidates(bases, target === null ? null : parseTarget(target)).map(({ began }) => instantText(began).slice(8, 10))
  assert.deepEqual(days('2026-11-25 14:02'), ['25', '24'])
  assert.deepEqual(days('2026-11-24 02:29:59'), [])
  assert.deepEqual(days(null), ['26', '25', '24'])
  assert.equal(restorableFrom({ ended: '2026-11-26T06:02:00.001Z' }), '2026-11-26T14:02:01+08:00')
})

test('WAL is taken from the newest line of history, and a hole in it is named', () => {
  const manifest = { stop: '0/5000120', segmentBytes: MB16, timeline: 1 }
  const archive = (...names: string[]) => names.map(name => walObject(name.padStart(24, '0')))
  const first = (no: number) => segmentName({ timeline: 1, no }, MB16)
  const second = (no: number) => segmentName({ timeline: 2, no }, MB16)
  const one = lineageOf(manifest, [])
  assert.deepEqual(planWal(manifest, one, archive(first(5), first(6), first(7))), {
    segments: [first(6), first(7)],
    gapAt: null,
  })
  assert.deepEqual(planWal(manifest, one, archive(first(6), first(8))), { segments: [first(6)], gapAt: first(7) })
  assert.deepEqual(planWal(manifest, one, archive(first(7))), { segments: [], gapAt: first(6) })
  assert.deepEqual(planWal(manifest, one, [...archive(first(6)), partObject(first(7), 4096)]).segments, [
    first(6),
    first(7),
  ])
  // Promoted within segment 7: what the old primary still wrote there and after it is on the other line.
  const two = lineageOf(manifest, [parseHistory(2, '1\t0/7000148\tno recovery target specified\n')])
  assert.deepEqual(planWal(manifest, two, archive(first(6), first(7), first(8), second(7), second(8))), {
    segments: [first(6), second(7), second(8)],
    gapAt: null,
  })
  assert.deepEqual(
    [6, 7, 8].map(no => timelineOfSegment(two, no, MB16)),
    [1, 2, 2],
  )
})

test('archiving goes on after what is stored, also across a failover', () => {
  const on = (lineage: Parameters<typeof nextToArchive>[0], ...stored: [number, number][]) =>
    nextToArchive(
      lineage,
      stored.map(([timeline, no]) => ({ timeline, no })),
      MB16,
    )
  const one = [{ timeline: 1, end: null }]
  const two = parseHistory(2, '1\t0/7000148\tno recovery target specified')
  assert.equal(on(one), null)
  assert.deepEqual(on(one, [1, 4], [1, 5]), { timeline: 1, no: 6 })
  assert.deepEqual(on(two, [1, 4]), { timeline: 1, no: 5 }, 'what the old line lacks comes first')
  assert.deepEqual(on(two, [1, 6]), { timeline: 2, no: 7 })
  assert.deepEqual(on(two, [1, 6], [1, 9]), { timeline: 2, no: 7 }, 'the old primary had gone further')
  assert.deepEqual(on(two, [1, 6], [1, 9], [2, 7]), { timeline: 2, no: 8 })
})

const state = (lastGood: string | null, more: { tried?: string; until?: string; gap?: string } = {}): BackupState => ({
  lastGood: lastGood === null ? null : parseTarget(lastGood),
  lastTried: more.tried ? parseTarget(more.tried) : lastGood === null ? null : parseTarget(lastGood),
  storedBytes: 0,
  archive: {
    segment: null,
    storedBytes: 0,
    until: more.until ? parseTarget(more.until) : null,
    gapAt: more.gap ? parseTarget(more.gap) : null,
  },
})

test('a base backup is due at once, at its times, and where WAL was lost', () => {
  const due = (of: BackupState, now: string) => isDue(of, ['02:30', '14:30'], parseTarget(now))
  assert.equal(instantText(lastScheduled(['02:30'], parseTarget('2026-11-26 02:29'))), '2026-11-25T02:30:00+08:00')
  assert.equal(due(state(null), '2026-11-26 10:00'), true)
  assert.equal(due(state('2026-11-26 02:31'), '2026-11-26 14:29'), false)
  assert.equal(due(state('2026-11-26 02:31'), '2026-11-26 14:30'), true)
  assert.equal(due(state('2026-11-26 02:31', { gap: '2026-11-26 09:00' }), '2026-11-26 10:00'), true)
  const failed = state('2026-11-25 02:31', { tried: '2026-11-26 02:31' })
  assert.deepEqual([due(failed, '2026-11-26 02:59'), due(failed, '2026-11-26 03:01')], [false, true])
})

test('an alert says what is too old; a platform that has only begun is given its time', () => {
  const of = (s: BackupState, since: string) =>
    troublesOf(s, { alert_hours: 30, alert_wal_minutes: 5 }, parseTarget(since), parseTarget('2026-11-26 10:00'))
  const fine = { until: '2026-11-26 09:58' }
  assert.deepEqual(of(state('2026-11-26 02:30', fine), '2026-11-01 00:00'), [])
  assert.deepEqual(of(state('2026-11-25 03:59', fine), '2026-11-01 00:00'), ['backup_too_old'])
  assert.deepEqual(of(state('2026-11-26 02:30', { until: '2026-11-26 09:54' }), '2026-11-01 00:00'), ['wal_too_old'])
  assert.deepEqual(of(state('2026-11-26 02:30', { until: '2026-11-25 18:00' }), '2026-11-26 09:58'), [])
  assert.deepEqual(of(state(null), '2026-11-26 09:58'), [])
  assert.deepEqual(of(state(null), '2026-11-25 03:00'), ['backup_too_old', 'wal_too_old'])
  assert.deepEqual(of(state('2026-11-26 02:30', { ...fine, gap: '2026-11-26 09:00' }), '2026-11-01 00:00'), ['wal_gap'])
})
