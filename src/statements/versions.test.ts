import { strict as assert } from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
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
  return {
    async bring(day: string | undefined, ...rows: readonly BillRow[]) {
      await db.pool.query('delete from touched_days')
      const path = join(folder, `${++files}.csv`)
      await writeFile(path, wechatBill(rows))
      const at = new Date(Date.parse('2026-11-22T09:00:00+08:00') + files * 60_000)
      const of = { path, channel: 'wechat', account: 'wx', day }
      return await importStatement({ db, vault, now: () => at }, { ...of, who: actor('li'), at, calendar })
    },
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
