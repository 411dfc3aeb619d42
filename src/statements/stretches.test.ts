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

const DAY = '2026-11-20'
const calendar = { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 }

const row = (n: number, change: Partial<BillRow> = {}): BillRow => ({
  at: `${DAY} 10:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
  trade: `4200000000202611${String(n * 7919).padStart(12, '0')}`,
  order: `O${n}`,
  fen: 100 + (n % 977),
  ...change,
})

/** An account whose statement comes in versions; `stretches: false`: each line is compared, as if none had been kept. */
async function account(t: TestContext, stretches: boolean) {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-stretches-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  let version = 0
  return {
    db,
    async bring(rows: readonly BillRow[], madeAt = ++version) {
      if (!stretches) await db.pool.query('delete from statement_stretches')
      const path = join(folder, `${madeAt}.csv`)
      await writeFile(path, wechatBill(rows))
      const at = new Date(`2026-11-21T0${madeAt}:00:00+08:00`)
      const request = { path, channel: 'wechat', account: 'wx', day: DAY, madeAt: at, who: actor('li'), at, calendar }
      const { state, records, booked, known, superseded, passedOver } = await importStatement(
        { db, vault, now: () => at },
        request,
      )
      return { state, records, booked, known, superseded, passedOver }
    },
    /** What counts, as the file says it; and what was said to have changed. */
    async stands() {
      const { rows: lines } = await db.pool.query(
        `select channel_trade_no, amount, count(*)::integer as times from statement_lines l
          where not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id) group by 1, 2 order by 1, 2`,
      )
      const { rows: changes } = await db.pool.query(
        `select file_id, change, before ->> 'amount' as before, after ->> 'amount' as after,
                coalesce(before ->> 'channel_trade_no', after ->> 'channel_trade_no') as number
           from statement_changes order by 1, 2, 5, 3, 4`,
      )
      return { lines, changes }
    },
  }
}

test('a restated statement gives the same with stretches that are known as with every line compared, and writes little', async t => {
  const first = Array.from({ length: 2_000 }, (_, n) => row(n))
  // Equal records of one file are movements of their own.
  first.splice(900, 0, row(5), row(5))
  const second = first
    .toSpliced(700, 1, row(700, { fen: 99_999 }))
    .toSpliced(1_500, 3)
    .toSpliced(0, 0, row(5_000))
  const third = second
    .toSpliced(901, 1)
    .toSpliced(1_200, 1, row(1_200, { fen: 1 }), row(6_000))
    .reverse()
  const [known, compared] = [await account(t, true), await account(t, false)]
  for (const rows of [first, second, third, first.toSpliced(40, 2)]) {
    assert.deepEqual(await known.bring(rows), await compared.bring(rows))
    assert.deepEqual(await known.stands(), await compared.stands())
  }
  // Older than all of them: nothing of it counts, all the same.
  const late = first.toSpliced(1_000, 1)
  assert.deepEqual(await known.bring(late, 0), await compared.bring(late, 0))
  assert.deepEqual(await known.stands(), await compared.stands())
})

test('of a version that differs in one row only its stretch goes into the book', async t => {
  const { db, bring } = await account(t, true)
  const rows = Array.from({ length: 4_000 }, (_, n) => row(n))
  await bring(rows)
  const { rows: kept } = await db.pool.query(
    'select count(*)::integer as stretches, sum(last - first + 1)::integer as lines from statement_stretches',
  )
  assert.equal(kept[0].lines, 4_000)
  assert.ok(kept[0].stretches >= 8, `${kept[0].stretches} stretches`)
  const before = await pages(db)
  assert.deepEqual(await bring(rows.toSpliced(10, 0, row(9_000))), {
    state: 'booked',
    records: 4_001,
    booked: 1,
    known: 4_000,
    superseded: 0,
    passedOver: 0,
  })
  // Lines that are written and taken back leave their room behind.
  assert.ok((await pages(db)) < 1.4 * before, 'most lines were not written at all')
})

async function pages(db: Awaited<ReturnType<typeof account>>['db']): Promise<number> {
  const { rows } = await db.pool.query("select pg_relation_size('statement_lines')::integer as bytes")
  return rows[0].bytes
}
