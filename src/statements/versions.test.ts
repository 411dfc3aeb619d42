import { strict as assert } from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { actor } from '../../testkit/actors.ts'
import { testDatabase } from '../../testkit/database.ts'
import { testVault } from '../../testkit/vault.ts'
import { type BillRow, wechatBill } from '../../testkit/wechat_bill.ts'
import { importStatement } from './operations.ts'

const calendar = { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 }
const [BEFORE, DAY, AFTER] = ['2026-11-19', '2026-11-20', '2026-11-21'] as const

const row = (order: string, day: string, fen: number, time = '10:00:00'): BillRow => ({
  at: `${day} ${time}`,
  trade: `42000000002026112000000${order.padStart(4, '0')}`,
  order,
  fen,
})
/** Paid before midnight; the channel lists it on the next day. */
const late = (order: string, day: string, fen: number): BillRow => row(order, day, fen, '23:59:30')

/** An account whose statements come one after the other, each newer than those before. */
async function account(t: TestContext) {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-versions-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  let files = 0
  type Told = { readonly newest?: boolean; readonly madeAt?: Date }
  const as = async (told: Told, day: string | undefined, rows: readonly BillRow[]) => {
    await db.pool.query('delete from touched_days')
    const path = join(folder, `${++files}.csv`)
    await writeFile(path, wechatBill(rows))
    const at = new Date(Date.parse('2026-11-22T09:00:00+08:00') + files * 60_000)
    const of = { path, channel: 'wechat', account: 'wx', day, ...told }
    return await importStatement({ db, vault, now: () => at }, { ...of, who: actor('li'), at, calendar })
  }
  return {
    as,
    bring: (day: string | undefined, ...rows: readonly BillRow[]) => as({}, day, rows),
    /** As the channel answers who asks it. */
    fetch: (day: string, ...rows: readonly BillRow[]) => as({ newest: true }, day, rows),
    async stands(): Promise<string[]> {
      const { rows } = await db.pool.query(
        `select l.merchant_order_no || ' ' || l.business_date || ' ' || l.amount as told from statement_lines l
          where not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id) order by 1`,
      )
      return rows.map(({ told }) => told)
    },
    async touched(): Promise<string[]> {
      const { rows } = await db.pool.query('select business_date::text as day from touched_days order by 1')
      return rows.map(({ day }) => day)
    },
    async forget(): Promise<void> {
      await db.pool.query('truncate statement_files, statement_lines, shared_lines cascade')
    },
    async changes(): Promise<string[]> {
      const { rows } = await db.pool.query(
        `select change || ' ' || coalesce(before ->> 'amount', '-') || ' ' || coalesce(after ->> 'amount', '-') as told
           from statement_changes order by file_id, no`,
      )
      return rows.map(({ told }) => told)
    },
  }
}

test('a newer version takes away what the older one listed of the day before', async t => {
  const { bring, stands, touched, changes } = await account(t)
  await bring(BEFORE, row('1', BEFORE, 500))
  await bring(DAY, late('2', BEFORE, 200), late('3', BEFORE, 50), row('4', DAY, 900))
  const changed = await bring(DAY, late('2', BEFORE, 300), late('3', BEFORE, 50), row('4', DAY, 900))
  assert.deepEqual([changed.booked, changed.known, changed.superseded], [1, 2, 1])
  assert.deepEqual(await stands(), ['1 2026-11-19 500', '2 2026-11-19 300', '3 2026-11-19 50', '4 2026-11-20 900'])
  // This one speaks of the day before no more.
  const removed = await bring(DAY, row('4', DAY, 900))
  assert.deepEqual([removed.booked, removed.known, removed.superseded], [0, 1, 2])
  assert.deepEqual(await stands(), ['1 2026-11-19 500', '4 2026-11-20 900'])
  assert.deepEqual(await touched(), [BEFORE, DAY])
  assert.deepEqual(await changes(), ['changed 200 300', 'removed 50 -', 'removed 300 -'])
})

test('a newer version leaves alone what the statement of another day listed, and takes away what a part brought of the day', async t => {
  const { bring, stands, changes } = await account(t)
  await bring(undefined, row('1', DAY, 700))
  await bring(DAY, row('2', DAY, 900))
  assert.deepEqual(await stands(), ['2 2026-11-20 900'])
  await bring(AFTER, late('3', DAY, 200), row('4', AFTER, 100))
  const newer = await bring(DAY, row('2', DAY, 950))
  assert.deepEqual([newer.booked, newer.superseded], [1, 1])
  assert.deepEqual(await stands(), ['2 2026-11-20 950', '3 2026-11-20 200', '4 2026-11-21 100'])
  assert.deepEqual(await changes(), ['changed 900 950'])
})

test('a channel that prints its statement as it was before: the first version counts again, its bytes are kept again', async t => {
  const { fetch, stands, touched, changes } = await account(t)
  const [before, after] = [
    [row('1', DAY, 200), row('2', DAY, 900)],
    [row('1', DAY, 300), row('2', DAY, 900)],
  ]
  const first = await fetch(DAY, ...before)
  assert.equal((await fetch(DAY, ...before)).repeated, true)
  const second = await fetch(DAY, ...after)
  const back = await fetch(DAY, ...before)
  assert.deepEqual([back.repeated, back.sameAs, back.booked, back.known, back.superseded], [false, first.id, 1, 1, 1])
  assert.deepEqual(await stands(), ['1 2026-11-20 200', '2 2026-11-20 900'])
  assert.deepEqual(await touched(), [DAY])
  assert.deepEqual(await changes(), ['changed 200 300', 'changed 300 200'])
  const again = await fetch(DAY, ...before)
  assert.deepEqual([again.repeated, again.id], [true, back.id])
  const forth = await fetch(DAY, ...after)
  assert.deepEqual([forth.sameAs, forth.booked, forth.superseded], [second.id, 1, 1])
  assert.deepEqual(await stands(), ['1 2026-11-20 300', '2 2026-11-20 900'])
})

test('who only has an old file does not make it count again: not by bringing it, not by its time, not as another day’s', async t => {
  const { as, bring, stands } = await account(t)
  const made = (hour: number) => ({ madeAt: new Date(`2026-11-21T0${hour}:00:00+08:00`) })
  const [before, after] = [[row('1', DAY, 200)], [row('1', DAY, 300)]]
  await as(made(3), DAY, before)
  await as(made(5), DAY, after)
  for (const told of [{}, made(4)]) assert.equal((await as(told, DAY, before)).repeated, true)
  for (const day of [AFTER, undefined]) assert.equal((await as({ newest: true }, day, before)).repeated, true)
  assert.equal((await bring(DAY, ...before)).repeated, true)
  assert.deepEqual(await stands(), ['1 2026-11-20 300'])
  const back = await as(made(6), DAY, before)
  assert.deepEqual([back.repeated, back.superseded], [false, 1])
  assert.deepEqual(await stands(), ['1 2026-11-20 200'])
})

test('a statement that lists nothing may be that of many days; each of them is booked once', async t => {
  const { bring, fetch } = await account(t)
  const first = await bring(BEFORE)
  const second = await bring(DAY)
  assert.deepEqual([second.repeated, second.day, second.sameAs, second.records], [false, DAY, first.id, 0])
  for (const day of [BEFORE, DAY]) {
    const again = await fetch(day)
    assert.deepEqual([again.repeated, again.day], [true, day])
  }
})

test('of versions that say when they were made the later one counts, whatever the order they come in; none is made after it came', async t => {
  const { as, stands } = await account(t)
  const future = new Date('2030-01-01T00:00:00Z')
  const newer = await as({ madeAt: new Date('2026-11-21T05:00:00+08:00') }, DAY, [row('1', DAY, 300)])
  const older = await as({ madeAt: new Date('2026-11-21T03:00:00+08:00') }, DAY, [row('1', DAY, 200)])
  assert.deepEqual([newer.booked, older.booked, older.passedOver], [1, 0, 1])
  const wrongClock = await as({ madeAt: future }, DAY, [row('1', DAY, 400)])
  assert.ok(wrongClock.madeAt < future)
  await as({}, DAY, [row('1', DAY, 500)])
  assert.deepEqual(await stands(), ['1 2026-11-20 500'])
})

test('a line that two days’ statements list counts as long as one of them lists it', async t => {
  const { bring, stands } = await account(t)
  const both = late('1', BEFORE, 500)
  await bring(BEFORE, both, row('2', BEFORE, 100))
  await bring(DAY, both, row('3', DAY, 900))
  await bring(BEFORE, row('2', BEFORE, 100))
  assert.deepEqual(await stands(), ['1 2026-11-19 500', '2 2026-11-19 100', '3 2026-11-20 900'])
  // Listed again by the first, dropped by the second: it stays.
  await bring(BEFORE, both, row('2', BEFORE, 110))
  await bring(DAY, row('3', DAY, 910))
  assert.deepEqual(await stands(), ['1 2026-11-19 500', '2 2026-11-19 110', '3 2026-11-20 910'])
  const last = await bring(BEFORE, row('2', BEFORE, 120))
  assert.equal(last.superseded, 2)
  assert.deepEqual(await stands(), ['2 2026-11-19 120', '3 2026-11-20 910'])
})

test('a line that the later day’s statement listed first, and one that a part brought, count by the same rule', async t => {
  const { bring, stands } = await account(t)
  const [one, two] = [late('1', BEFORE, 500), late('2', BEFORE, 600)]
  await bring(undefined, two)
  await bring(DAY, one, two, row('3', DAY, 900))
  await bring(BEFORE, one, two, row('4', BEFORE, 100))
  await bring(DAY, row('3', DAY, 900))
  assert.deepEqual(await stands(), ['1 2026-11-19 500', '2 2026-11-19 600', '3 2026-11-20 900', '4 2026-11-19 100'])
  await bring(BEFORE, row('4', BEFORE, 100))
  assert.deepEqual(await stands(), ['3 2026-11-20 900', '4 2026-11-19 100'])
})

test('whatever versions come, in any order, what stands is what some day’s newest version lists', async t => {
  // Few records and days, so that they meet: 3 days, 4 records at midnight that both neighbours may list, one that may differ in its amount.
  const DAYS: readonly string[] = [BEFORE, DAY, AFTER]
  const midnight = DAYS.slice(0, 2).flatMap((day, n) => [late(`${n}1`, day, 100), late(`${n}2`, day, 200)])
  const version = fc.record({
    day: fc.integer({ min: 0, max: 2 }),
    lists: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    doubled: fc.boolean(),
    fen: fc.integer({ min: 1, max: 3 }),
    minute: fc.integer({ min: 0, max: 6 }),
  })
  const { as, stands, forget } = await account(t)
  const played = fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 9 }), async versions => {
    await forget()
    const counts = new Map<number, { at: number; rows: readonly BillRow[] }>()
    for (const { day, lists, doubled, fen, minute } of versions) {
      const near = midnight.filter((each, n) => lists[n] && [DAYS[day], DAYS[day - 1]].includes(each.at.slice(0, 10)))
      const own = row(`9${day}`, DAYS[day] as string, fen)
      const rows = [...near, own, ...(doubled ? [own] : [])]
      await as({ madeAt: new Date(Date.parse('2026-11-21T05:00:00Z') + minute * 60_000) }, DAYS[day], rows)
      const counting = counts.get(day)
      // The same file again says nothing new.
      if (counting && wechatBill(counting.rows) === wechatBill(rows)) continue
      if (!counting || counting.at <= minute) counts.set(day, { at: minute, rows })
    }
    const expected = new Map<string, number>()
    for (const { rows } of counts.values()) {
      const said = Map.groupBy(rows, ({ order, at, fen }) => `${order} ${at.slice(0, 10)} ${fen}`)
      for (const [told, alike] of said) expected.set(told, Math.max(expected.get(told) ?? 0, alike.length))
    }
    const all = [...expected].flatMap(([told, times]) => Array.from({ length: times }, () => told)).sort()
    assert.deepEqual(await stands(), all)
  })
  await fc.assert(played, { numRuns: 15 })
})
