import { strict as assert } from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { testDatabase } from '../../testkit/database.ts'
import { testVault } from '../../testkit/vault.ts'
import { type BillRow, wechatBill } from '../../testkit/wechat_bill.ts'
import { Failure } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { readRaw } from './file_store.ts'
import { importStatement } from './operations.ts'

const calendar = { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 }
const at = new Date('2026-11-21T09:00:00+08:00')

const fare = (n: number, change: Partial<BillRow> = {}): BillRow => ({
  at: `2026-11-20 10:0${n}:00`,
  trade: `420000000020261120000000000${n}`,
  order: `O${n}`,
  fen: 200,
  ...change,
})

async function counter(t: TestContext) {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-import-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const bring = async (name: string, text: string | Buffer, channel?: string, day?: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return await importStatement(
      { db, vault, now: () => at },
      { path, who: actor('li'), at, calendar, day, ...(channel ? { channel } : {}) },
    )
  }
  return { db, vault, bring }
}

const linesOf = async (db: Database) => {
  const { rows } = await db.pool.query('select order_no, amount from statement_lines order by id')
  return rows.map(row => `${row.order_no} ${row.amount}`)
}

test('a statement is booked once: the same file again is a no-op with the first answer', async t => {
  const { db, bring } = await counter(t)
  const bill = wechatBill([fare(1), fare(2), fare(2, { refund: 'R1', fen: 50 })])
  const first = await bring('a.csv', bill)
  assert.deepEqual([first.state, first.records, first.booked, first.known, first.repeated], ['booked', 3, 3, 0, false])
  const again = await bring('renamed.csv', bill)
  assert.deepEqual({ ...again, repeated: false }, first)
  assert.equal(again.repeated, true)
  assert.deepEqual(await linesOf(db), [
    `#${first.id * 2 ** 32 + 1} 200`,
    `#${first.id * 2 ** 32 + 2} 200`,
    `#${first.id * 2 ** 32 + 3} -50`,
  ])
})

test("numbers that a whole day's statement lists twice are kept with it; of a part nobody says", async t => {
  const { db, bring } = await counter(t)
  const twice = { trade: fare(2).trade }
  const rows = [
    fare(1),
    fare(2),
    fare(3, { order: 'O1' }),
    fare(4, twice),
    fare(5, { ...twice, refund: 'R1', fen: 50 }),
  ]
  const { id } = await bring('whole.csv', wechatBill(rows), undefined, '2026-11-20')
  const { id: part } = await bring('part.csv', wechatBill([fare(6), fare(7, { trade: fare(6).trade })]))
  const kept = async (file: number) =>
    (await db.pool.query('select repeated from statement_files where id = $1', [file])).rows[0].repeated
  assert.deepEqual((await kept(id)).sort(), [twice.trade, 'O1'])
  assert.equal(await kept(part), null)
})

test('the bytes are kept as they arrived, sealed', async t => {
  const { db, vault, bring } = await counter(t)
  const bill = Buffer.from(wechatBill(Array.from({ length: 9 }, (_, i) => fare(i))))
  const { id, sm3 } = await bring('a.csv', bill)
  const parts: Buffer[] = []
  for await (const part of readRaw(db.pool, vault, id)) parts.push(part)
  assert.deepEqual(Buffer.concat(parts), bill)
  assert.match(sm3, /^[0-9a-f]{64}$/)
  const { rows } = await db.pool.query('select content from statement_raw')
  assert.ok(rows.every(row => !row.content.includes('4200000000') && !row.content.includes('微信')))
  // A part that was altered, or put in another's place, is not taken for the evidence.
  await bring('b.csv', wechatBill([fare(7)]))
  await db.pool.query(
    'update statement_raw set content = (select content from statement_raw where file_id = $1) where file_id <> $1',
    [id],
  )
  await assert.rejects(
    Array.fromAsync(readRaw(db.pool, vault, id + 1)),
    (error: Failure) => error.code === 'sealed_unreadable' && error.detail.where === `statements.raw:${id + 1}/0`,
  )
})

test('overlapping exports add only what is new', async t => {
  const { db, bring } = await counter(t)
  await bring('morning.csv', wechatBill([fare(1), fare(2)]))
  const later = await bring('day.csv', wechatBill([fare(1), fare(2), fare(3)]))
  assert.deepEqual([later.booked, later.known], [1, 2])
  assert.equal((await linesOf(db)).length, 3)
})

test('identical rows that are really two payments survive, also a re-import', async t => {
  const { db, bring } = await counter(t)
  const csv = (rows: string[]) => ['交易时间,金额,付款人', ...rows, ''].join('\n')
  const twice = ['2026-11-20 08:00:01,2.00,张三', '2026-11-20 08:00:01,2.00,张三']
  const first = await bring('bus.csv', csv(twice), 'bank')
  assert.deepEqual([first.booked, first.known], [2, 0])
  const second = await bring('bus-more.csv', csv([...twice, twice[0] as string]), 'bank')
  assert.deepEqual([second.booked, second.known], [1, 2])
  assert.equal((await linesOf(db)).length, 3)
})

test('a restated row is new: content differs under the same number', async t => {
  const { bring } = await counter(t)
  await bring('a.csv', wechatBill([fare(1)]))
  assert.deepEqual((await bring('b.csv', wechatBill([fare(1, { fen: 300 })]))).booked, 1)
})

test('a file with an unreadable record is kept, waits for acceptance, and books nothing', async t => {
  const { db, bring } = await counter(t)
  const answer = await bring('bad.csv', wechatBill([fare(1), fare(2)]).replace('`2.00', '`2..00'))
  assert.deepEqual([answer.state, answer.records, answer.rejected, answer.booked], ['awaiting_acceptance', 2, 1, 0])
  assert.equal(answer.problems[0]?.record, 1)
  assert.deepEqual(await linesOf(db), [])
})

test('a file whose totals do not fit is kept and refused', async t => {
  const { db, bring } = await counter(t)
  const answer = await bring('cut.csv', wechatBill([fare(1), fare(2)]).replace(/^`2026-11-20 10:02.*\r\n/m, ''))
  assert.deepEqual([answer.state, answer.booked], ['refused', 0])
  assert.ok(answer.controls.some(control => !control.ok))
  assert.deepEqual(await linesOf(db), [])
})

test('two imports of one file at once: one books, both answer the same', async t => {
  const { db, bring } = await counter(t)
  const bill = wechatBill([fare(1), fare(2)])
  const [a, b] = await Promise.all([bring('a.csv', bill), bring('b.csv', bill)])
  assert.equal(a.id, b.id)
  assert.deepEqual([a.repeated, b.repeated].sort(), [false, true])
  assert.equal((await linesOf(db)).length, 2)
})

test('a crash in the middle leaves nothing half booked, and the next try books it', async t => {
  const { db, bring } = await counter(t)
  await db.pool.query(
    `create function crash() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$`,
  )
  await db.pool.query('create trigger crash before insert on statement_raw for each row execute function crash()')
  const bill = wechatBill([fare(1), fare(2)])
  await assert.rejects(bring('a.csv', bill))
  assert.deepEqual(await linesOf(db), [])
  const { rows } = await db.pool.query('select count(*)::integer as files from statement_files')
  assert.equal(rows[0].files, 0)
  await db.pool.query('drop trigger crash on statement_raw')
  assert.equal((await bring('a.csv', bill)).booked, 2)
})

test('what is no statement is refused and leaves nothing', async t => {
  const { db, bring } = await counter(t)
  await assert.rejects(bring('noise.bin', Buffer.from([0, 1, 2, 3, 0, 255, 254, 0, 7])), Failure)
  await assert.rejects(bring('empty.csv', ''), Failure)
  const { rows } = await db.pool.query('select count(*)::integer as files from statement_files')
  assert.equal(rows[0].files, 0)
})

test('a generic file needs a channel', async t => {
  const { bring } = await counter(t)
  const csv = '交易时间,金额\n2026-11-20 08:00:01,2.00\n'
  await assert.rejects(
    bring('bank.csv', csv),
    (failure: unknown) => failure instanceof Failure && failure.code === 'channel_unknown',
  )
  assert.equal((await bring('bank.csv', csv, 'bank')).booked, 1)
})

test('a format that names its channel refuses another one, and takes its own in any case', async t => {
  const { bring } = await counter(t)
  const bill = wechatBill([fare(1)])
  const failure = await bring('a.csv', bill, 'alipay').catch((error: unknown) => error)
  assert.ok(failure instanceof Failure)
  assert.equal(failure.code, 'channel_contradicted')
  for (const word of ['a.csv', 'wechat', 'alipay'])
    assert.ok(failure.zh.includes(word) && failure.en.includes(word), word)
  assert.equal((await bring('a.csv', bill, 'WeChat')).booked, 1)
})
