import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { closesAt, isWorkingDay } from './calendar.ts'
import { DEFAULT_CHANNEL_RULES } from './rules.ts'

const { calendar, closing: usual } = DEFAULT_CHANNEL_RULES
const closing = (day: string, { zone = calendar.zone, ...changes }: Partial<typeof usual> & { zone?: string } = {}) =>
  closesAt(day, { calendar: { ...calendar, zone }, closing: { ...usual, ...changes } }).toISOString()

test('a day closes at T+1 10:00 by the clock of its channel', () => {
  assert.equal(closing('2026-11-20'), '2026-11-21T02:00:00.000Z')
  assert.equal(closing('2026-12-31', { zone: 'UTC', closesAt: '09:30' }), '2027-01-01T09:30:00.000Z')
  assert.equal(closing('2026-11-20', { closesAfterDays: 0, closesAt: '23:59' }), '2026-11-20T15:59:00.000Z')
})

test('counting working days passes over weekends and holidays, and stops at weekends that are worked on', () => {
  const working = { workingDaysOnly: true }
  assert.equal(closing('2026-11-19', working), '2026-11-20T02:00:00.000Z', 'Thursday: Friday')
  assert.equal(closing('2026-11-20', working), '2026-11-23T02:00:00.000Z', 'Friday: Monday')
  assert.equal(closing('2026-11-21', working), '2026-11-23T02:00:00.000Z', 'Saturday: Monday')
  assert.equal(closing('2026-11-20', { ...working, workdays: ['2026-11-22'] }), '2026-11-22T02:00:00.000Z')
  assert.equal(closing('2026-11-20', { ...working, holidays: ['2026-11-23'] }), '2026-11-24T02:00:00.000Z')
  assert.equal(closing('2026-11-20', { ...working, closesAfterDays: 2 }), '2026-11-24T02:00:00.000Z')
})

test('the clock of a zone with summer time is the wall clock', () => {
  assert.equal(closing('2026-03-28', { zone: 'Europe/Berlin' }), '2026-03-29T08:00:00.000Z')
  assert.equal(closing('2026-03-27', { zone: 'Europe/Berlin' }), '2026-03-28T09:00:00.000Z')
})

test('a day that is both is worked on', () => {
  assert.equal(isWorkingDay('2026-11-21', { holidays: ['2026-11-21'], workdays: ['2026-11-21'] }), true)
  assert.equal(isWorkingDay('2026-11-20', { holidays: ['2026-11-20'], workdays: [] }), false)
})
