import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDemoClock } from './clock.ts'
import { nextAt } from './clock_line.ts'

test('the demo’s clock is moved forward only, and goes on from there after a restart', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-clock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'clock.json')
  let real = new Date('2026-11-26T10:00:00Z')
  const clock = await openDemoClock(path, () => real)
  assert.deepEqual(clock.now(), real)
  await clock.moveTo(new Date('2026-11-27T02:00:00Z'))
  assert.deepEqual(clock.now(), new Date('2026-11-27T02:00:00Z'))
  await clock.moveTo(new Date('2026-11-26T23:00:00Z'))
  assert.deepEqual(clock.now(), new Date('2026-11-27T02:00:00Z'), 'never back')
  real = new Date('2026-11-26T10:00:30Z')
  const again = await openDemoClock(path, () => real)
  assert.deepEqual(again.now(), new Date('2026-11-27T02:00:30Z'))
  writeFileSync(path, '{"ahead_ms":-1}')
  await assert.rejects(openDemoClock(path), { code: 'demo_clock_damaged' })
})

test('a time of day is the next one, never the present or one that is over', () => {
  const now = new Date('2026-11-27T10:00:00+08:00')
  assert.deepEqual(nextAt('10:01', now), new Date('2026-11-27T10:01:00+08:00'))
  assert.deepEqual(nextAt(' 10:00 ', now), new Date('2026-11-28T10:00:00+08:00'))
  assert.deepEqual(nextAt('9:20', now), new Date('2026-11-28T09:20:00+08:00'))
  for (const text of ['', '24:00', '10', '10:60', 'x']) assert.equal(nextAt(text, now), null)
})
