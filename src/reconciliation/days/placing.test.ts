import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Discrepancy, Match } from '../../matching/entry.ts'
import { placeEarly, type Standing, waitingRows } from './placing.ts'

/** Rows of our book a to j, each in one part of what stood before and in one of what the engine found now. */
const NAMES = [...'abcdefghij']
const partition = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: NAMES.length, maxLength: NAMES.length })
const partsOf = (parts: readonly number[]): string[][] =>
  [...Map.groupBy(NAMES, (_, at) => parts[at] as number).entries()].sort(([a], [b]) => a - b).map(([, names]) => names)

const standingOf = (payments: readonly string[], id: number): Standing => ({
  ...{ id, kind: 'platform_only', state: 'open', owner: '' },
  payments,
  lines: [],
})
const found = (payments: readonly string[]) =>
  ({ kind: 'platform_only', payments, lines: [] }) as unknown as Discrepancy
const matched = (payments: readonly string[]) => ({ payments, lines: [] }) as unknown as Match

test('before the statement: what counts elsewhere never loses its place, what is the day’s own waits, and no row has two places', () => {
  fc.assert(
    fc.property(
      partition,
      partition,
      fc.nat({ max: 4 }),
      fc.nat({ max: 4 }),
      fc.subarray(NAMES),
      (before, now, standings, matches, ownRows) => {
        const own = (_: string, name: string) => ownRows.includes(name)
        const standing = partsOf(before).slice(0, standings).map(standingOf)
        const parts = partsOf(now)
        const outcome = {
          matches: parts.slice(0, matches).map(matched),
          discrepancies: parts.slice(matches).map(found),
        }
        const placing = placeEarly(standing, outcome, own)
        const over = new Set(placing.over.map(({ standing: { id } }) => id))
        const places = [
          ...outcome.matches.flatMap(({ payments }) => payments),
          ...placing.found.flatMap(({ discrepancy }) => discrepancy.payments),
        ]
        const renewed = new Set(placing.found.flatMap(({ was }) => was?.id ?? []))
        const stays = standing.filter(({ id }) => !over.has(id) && !renewed.has(id)).flatMap(({ payments }) => payments)
        const settled = new Set(places)
        assert.equal(settled.size, places.length)
        for (const name of stays) assert.ok(!settled.has(name), `${name} has two places`)
        const stood = new Set(standing.flatMap(({ payments }) => payments))
        for (const name of NAMES) {
          const placed = settled.has(name) || stays.includes(name)
          if (stood.has(name) || !own('ours', name)) assert.ok(placed, `${name} has lost its place`)
        }
        const waiting = waitingRows(placing.found, outcome, own).map(({ name }) => name)
        for (const name of waiting) assert.ok(own('ours', name) && !settled.has(name))
        for (const name of NAMES.filter(name => own('ours', name) && !settled.has(name)))
          assert.ok(waiting.includes(name))
      },
    ),
    { numRuns: 2000 },
  )
})
