import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failure } from '../kernel/failure.ts'
import { LocalClock, stampAt } from './local_time.ts'
import { ordersOf, readSerial, readTime, readWritten, ymdOf } from './table/dates.ts'

const at = (text: string, zone = 'Asia/Shanghai') => stampAt(text, 0, text.length, new LocalClock(zone))

test('the same instant as Temporal, on any day and in any zone', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1995-01-01'), max: new Date('2035-12-31'), noInvalidDate: true }),
      fc.constantFrom('Asia/Shanghai', 'UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', '+08:00'),
      (date, zone) => {
        const local = Temporal.Instant.fromEpochMilliseconds(date.getTime())
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime()
          .round('second')
        const text = `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}`
        assert.equal(at(text, zone), local.toZonedDateTime(zone).epochMilliseconds)
      },
    ),
    { numRuns: 500 },
  )
})

test('Chinese summer time of 1988 is honoured', () => {
  assert.equal(at('1988-07-01 00:00:00'), Date.parse('1988-06-30T15:00:00Z'))
})

test('what is no time is not guessed', () => {
  for (const text of [
    '2026-02-29 00:00:00',
    '2026-13-01 00:00:00',
    '2026-11-20 24:00:00',
    '2026-11-20 23:60:00',
    '2026-11-20 23:59:60',
    '2026-11-20T23:59:59',
    '2026/11/20 23:59:59',
    '20O6-11-20 23:59:59',
    '',
  ])
    assert.ok(Number.isNaN(at(text)), text)
  assert.equal(at('2028-02-29 23:59:59'), Date.parse('2028-02-29T15:59:59Z'))
})

test('an unknown zone is refused', () => {
  assert.throws(
    () => new LocalClock('Asia/Fuzhou'),
    (error: unknown) => error instanceof Failure && error.code === 'zone_unknown',
  )
})

test('how dates are written', () => {
  const cases: [string, number, number | null][] = [
    ['2026-11-20', 20261120, null],
    ['2026/1/2', 20260102, null],
    ['2026.11.20', 20261120, null],
    ['2026年11月20日', 20261120, null],
    ['20261120', 20261120, null],
    ['20261120080509', 20261120, 29109],
    ['2026-11-20T08:05:09', 20261120, 29109],
    ['2026/11/20 8:05', 20261120, 29100],
    ['2026年1月2日 08时05分09秒', 20260102, 29109],
    ['05-DEC-24', 20241205, null],
    ['5 December 2024', 20241205, null],
    ['Dec 5, 2024', 20241205, null],
    ['115/11/20', 20261120, null],
    ['20.11.2026', 20261120, null],
    ['２０２６-１１-２０', 20261120, null],
    ['2026-11-20 下午 8:05:09', 20261120, 72309],
    ['2026-11-20 12:05:09 AM', 20261120, 309],
  ]
  for (const [text, ymd, seconds] of cases) {
    const written = readWritten(text)
    assert.deepEqual([written?.ymd, written?.seconds], [ymd, seconds], text)
  }
  for (const text of ['2026-02-30', '12/15/2018/23', '昨天', '2026-11-20 25:00:00', '2026', '1234567890', '13-XYZ-24'])
    assert.equal(readWritten(text), null, text)
})

test('day and month are told apart by the file or not at all', () => {
  const written = (...texts: string[]) => texts.map(text => readWritten(text)!)
  assert.deepEqual(ordersOf(written('03/04/2026', '05/06/2026')), ['dmy', 'mdy'])
  assert.deepEqual(ordersOf(written('03/04/2026', '13/06/2026')), ['dmy'])
  assert.deepEqual(ordersOf(written('03/04/2026', '06/13/2026')), ['mdy'])
  assert.deepEqual(ordersOf(written('14/03/2026', '03/14/2026')), [])
  assert.equal(ymdOf(readWritten('03/04/26')!, 'dmy'), 20260403)
  assert.equal(ymdOf(readWritten('03/04/26')!, 'mdy'), 20260304)
})

test('day numbers of a spreadsheet', () => {
  assert.deepEqual([readSerial('45627')?.ymd, readSerial('45627')?.seconds], [20241201, null])
  assert.deepEqual([readSerial('45631.3369097222')?.ymd, readSerial('45631.3369097222')?.seconds], [20241205, 29109])
  assert.equal(readSerial('12345'), null)
})

test('times and their offsets', () => {
  assert.deepEqual(readTime('08:05:09+08:00'), { seconds: 29109, millis: 0, offset: 480 })
  assert.deepEqual(readTime('080509'), { seconds: 29109, millis: 0, offset: null })
  assert.deepEqual(readTime('08:05:09.123Z'), { seconds: 29109, millis: 123, offset: 0 })
  assert.equal(readTime('24:00'), null)
})
