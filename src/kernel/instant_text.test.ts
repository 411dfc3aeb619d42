import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instantText } from './instant_text.ts'

test('an instant is told by the local hour, with its offset', () => {
  const cases: [at: string, zone: string, text: string][] = [
    ['2026-11-20T02:00:00.999Z', 'Asia/Shanghai', '2026-11-20T10:00:00+08:00'],
    ['2026-11-20T17:30:00Z', 'Asia/Shanghai', '2026-11-21T01:30:00+08:00'],
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', '2026-03-29T01:59:59+01:00'],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29T03:00:00+02:00'],
    ['2026-11-20T02:00:00Z', 'Asia/Kolkata', '2026-11-20T07:30:00+05:30'],
    ['1969-12-31T23:59:59Z', 'UTC', '1969-12-31T23:59:59+00:00'],
  ]
  for (const [at, zone, text] of cases) assert.equal(instantText(new Date(at), zone), text)
})
