import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CHANNEL_RULES } from '../rules/rules.ts'
import { namePattern } from './pattern.ts'
import { expectedOf, nextCheck, nextTry, type Schedule } from './schedule.ts'

const usual: Schedule = {
  zone: 'Asia/Shanghai',
  firstTry: '09:00',
  retryMinutes: [5, 10, 30],
  alertMinutesBefore: 60,
  publishes: 'daily',
  recheckDays: 1,
}

const expected = (day: string, changes: Partial<Schedule> = {}, holidays: string[] = []) => {
  const closing = { ...DEFAULT_CHANNEL_RULES.closing, holidays, workingDaysOnly: changes.publishes === 'working_days' }
  const { expectedAt, alertAt } = expectedOf(day, { ...usual, ...changes }, { ...DEFAULT_CHANNEL_RULES, closing })
  return [expectedAt.toISOString(), alertAt.toISOString()]
}

test('a statement is expected the next morning, and missed an hour before the day closes', () => {
  assert.deepEqual(expected('2026-11-24'), ['2026-11-25T01:00:00.000Z', '2026-11-25T01:00:00.000Z'])
  assert.deepEqual(expected('2026-11-24', { alertMinutesBefore: 30, firstTry: '08:15' }), [
    '2026-11-25T00:15:00.000Z',
    '2026-11-25T01:30:00.000Z',
  ])
})

test('who publishes on working days has Friday’s statement on Monday, and that of a holiday after it', () => {
  const working = { publishes: 'working_days' } as const
  assert.equal(expected('2026-11-20', working)[0], '2026-11-23T01:00:00.000Z')
  assert.equal(expected('2026-11-20', working, ['2026-11-23'])[0], '2026-11-24T01:00:00.000Z')
})

test('tries grow apart; one falls on the moment of the alert, none is planned beyond it before', () => {
  const alertAt = new Date('2026-11-25T01:12:00Z')
  const next = (attempts: number, at: string) => nextTry(attempts, new Date(at), alertAt, usual).toISOString()
  assert.equal(next(1, '2026-11-25T01:00:00Z'), '2026-11-25T01:05:00.000Z')
  assert.equal(next(2, '2026-11-25T01:05:00Z'), alertAt.toISOString())
  assert.equal(next(3, '2026-11-25T01:12:00Z'), '2026-11-25T01:42:00.000Z')
  assert.equal(next(40, '2026-11-25T02:00:00Z'), '2026-11-25T02:30:00.000Z')
})

test('what came is looked for again a day later, so often as it is told to', () => {
  const expectedAt = new Date('2026-11-25T01:00:00Z')
  const check = (at: string, recheckDays: number) =>
    nextCheck(new Date(at), expectedAt, { ...usual, recheckDays })?.toISOString() ?? null
  assert.equal(check('2026-11-25T01:00:00Z', 1), '2026-11-26T01:00:00.000Z')
  assert.equal(check('2026-11-26T01:00:00Z', 1), null)
  assert.equal(check('2026-11-26T01:00:00Z', 2), '2026-11-27T01:00:00.000Z')
  assert.equal(check('2026-11-25T01:00:00Z', 0), null)
})

test('a name says its day, by the pattern and by nothing else', () => {
  const { dayOf } = namePattern('ICBC_{day}*.txt')
  assert.equal(dayOf('ICBC_20261124.txt'), '2026-11-24')
  assert.equal(dayOf('ICBC_20261124_2.txt'), '2026-11-24')
  for (const name of ['ICBC_20261124xtxt', 'ICBC_20261324.txt', 'x_ICBC_20261124.txt', 'ICBC_20261124.txt.part'])
    assert.equal(dayOf(name), null, name)
  assert.equal(namePattern('{date}/a').dayOf('2026-11-24'), null)
  assert.equal(namePattern('a-{date}.csv').dayOf('a-2026-02-30.csv'), null)
})
