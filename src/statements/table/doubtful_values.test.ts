import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatementOptions } from '../statement.ts'
import { proposeLayout } from './layout.ts'
import { zoneInName, zoneStated } from './stated_zone.ts'
import { unitNamed, unitStated } from './units.ts'
import { isTotalText } from './vocabulary.ts'

const proposed = (header: string, rows: readonly string[], options: StatementOptions = {}, above: string[] = []) =>
  proposeLayout(
    header.split('|'),
    rows.map(row => row.split('|')),
    options,
    above.map(line => [line]),
  )
const codes = (layout: ReturnType<typeof proposed>) => layout.doubts.map(doubt => doubt.code)

test('units in names and above tables: 分, cents, 万元', () => {
  assert.deepEqual(unitNamed('分'), { currency: 'CNY', minor: true, unknown: null })
  assert.deepEqual(unitNamed('in cents'), { currency: null, minor: true, unknown: null })
  assert.equal(unitNamed('万元').unknown, '万元')
  assert.equal(unitNamed('含税').minor, false)
  assert.equal(unitStated(['编制单位：财务部  单位：万元']).unknown, '万元')
  assert.equal(unitStated(['编制单位：元坝小学']).currency, null)
  assert.equal(unitStated(['金额以分为单位']).minor, true)
  assert.equal(unitStated(['Amounts are in cents']).minor, true)
  assert.equal(unitStated(['金额单位：元', '金额单位：分']).unknown, '元/分')
  const layout = proposed('交易时间|交易金额分|积分', ['2026-01-02 03:04:05|1234|7', '2026-01-03 03:04:05|99|8'])
  assert.deepEqual([layout.minorUnits, layout.columns[2]!.field], [true, null])
})

test('zones in names and above tables; one that may be several is asked about', () => {
  assert.equal(zoneInName('Created (UTC)'), 'UTC')
  assert.equal(zoneInName('created_at_utc'), 'UTC')
  assert.equal(zoneInName('交易时间(北京时间)'), '+08:00')
  assert.equal(zoneInName('交易时间(元)'), null)
  assert.equal(zoneStated(['Time zone: UTC+8']), '+08:00')
  assert.equal(zoneStated(['时区：CST']), '')
  assert.ok(codes(proposed('Time (CST)|Amount', ['2026-01-02 03:04:05|1.00'])).includes('zone_unsure'))
  assert.equal(proposed('Time (UTC)|Amount', ['2026-01-02 03:04:05|1.00'], { zone: 'Asia/Tokyo' }).zone, 'Asia/Tokyo')
})

test('26/02/03: the year may come first; dates that lie together, or the period above, prove the order', () => {
  const rows = (...days: string[]) => days.map(day => `${day}|1.00`)
  assert.equal(proposed('日期|金额', rows('26-02-03', '26-02-09', '26-02-20')).dateOrder, 'ymd')
  assert.equal(proposed('日期|金额', rows('13/02/26', '19/02/26', '27/02/26')).dateOrder, 'dmy')
  assert.deepEqual(codes(proposed('日期|金额', rows('25/02/26'))), ['date_order_unsure'])
  assert.equal(proposed('日期|金额', rows('25/02/26'), {}, ['2025-02-01 2025-02-28']).dateOrder, 'ymd')
  assert.equal(proposed('日期|金额', rows('25.02.26'), { dateOrder: 'ymd' }).dateOrder, 'ymd')
  assert.deepEqual(codes(proposed('日期|金额', rows('02/25/2026'), { dateOrder: 'dmy' })), ['date_order_contradicted'])
})

test('1.230 groups where other numbers do without; where every number has three digits behind it is asked', () => {
  const rows = (...sums: string[]) => sums.map((sum, day) => `2026-01-0${day + 1}|${sum}`)
  assert.equal(proposed('日期|金额', rows('1.230', '500')).decimal, ',')
  assert.equal(proposed('日期|金额', rows('1.230', '1500.000')).decimal, '.')
  assert.deepEqual(codes(proposed('日期|金额', rows('1.230', '7.000'))), ['decimal_unsure'])
  assert.deepEqual(codes(proposed('日期|金额', rows('1,230', '7,000'))), ['decimal_unsure'])
  assert.equal(proposed('日期|金额', rows('1,230', '7,000'), { decimal: '.' }).doubts.length, 0)
})

test('a total among the records is known by its text; a shop called TOTAL is none', () => {
  for (const text of ['本日合计', '本月累计', '承前页', 'Total for the day', 'Daily total'])
    assert.ok(isTotalText(text), text)
  for (const text of ['TOTAL', 'Total Energies Lyon', '合计收费处', '本月房租']) assert.ok(!isTotalText(text), text)
})

test('sums that rise evenly do not make a fixed tax their mover', () => {
  const rows = [10, 11, 12, 13, 14].map((sum, day) => `2026-03-0${day + 1} 09:00:00|${sum}.00|1.00`)
  const layout = proposed('Processed On|Total Charged|Tax', rows)
  assert.notEqual(layout.columns[2]!.field, 'amount')
  assert.ok(layout.doubts.length > 0 || layout.columns[1]!.field === 'amount')
})
