import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import { TEST_MASTER, TEST_MASTER_HEX, testVault } from '../../testkit/vault.ts'
import { Failure } from '../kernel/failure.ts'
import { silent } from '../system/notice.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { careForKeys } from '../system/vault/care.ts'
import { checkColumn } from '../system/vault/check.ts'
import type { SealedColumn } from '../system/vault/columns.ts'
import { localKey } from '../system/vault/master_key.ts'
import { openVault } from '../system/vault/open_vault.ts'
import { reseal } from '../system/vault/reseal.ts'
import { LEAD_MS, Vault } from '../system/vault/vault.ts'
import { readVault, rewrapKeys, rotateKeys } from './operations.ts'

/** A table as an owner would have it: sealed, found by a number, and with rows from before in plain text. */
const LETTERS: SealedColumn = {
  table: 'letters',
  column: 'body',
  key: [
    { name: 'box', type: 'text' },
    { name: 'nr', type: 'bigint' },
  ],
  context: key => `notices.letters.body:${key.join('/')}`,
  blind: { column: 'body_index', kind: 'account_no', of: opened => opened.toString().split(' ')[0] ?? '' },
  plain: { columns: ['plain'], value: row => row.plain ?? null },
  batch: 10,
}

async function lettersApp(app: TestApp, sealed: number, plain: number): Promise<void> {
  await app.db.pool.query(
    'create table letters (box text, nr bigint, body bytea, body_index bytea, plain text, primary key (box, nr))',
  )
  for (let i = 0; i < sealed; i++) await writeLetter(app, app.vault, i)
  await app.db.pool.query(
    `insert into letters (box, nr, plain) select 'B', i, (20000 + i) || ' 你好' from generate_series(1, $1) i`,
    [plain],
  )
}

const textOf = (nr: number, version = 0): string => `${10_000 + nr} 你好 ${version}`

const writeLetter = (app: TestApp, vault: Vault, nr: number, version = 0) =>
  app.db.pool.query(
    `insert into letters (box, nr, body, body_index) values ('A', $1, $2, $3)
     on conflict (box, nr) do update set body = excluded.body, body_index = excluded.body_index`,
    [nr, vault.seal(textOf(nr, version), `notices.letters.body:A/${nr}`), vault.blind('account_no', `${10_000 + nr}`)],
  )

const rotate = (app: TestApp, id = 'rotate-0001') =>
  rotateKeys(app, actor('ops'), { id, purposes: ['notices'], blind: ['account_no'] }, [LETTERS])

const found = async (app: TestApp, accountNo: string): Promise<number> => {
  const { rowCount } = await app.db.pool.query('select from letters where body_index = any($1)', [
    app.vault.blinds('account_no', accountNo),
  ])
  return rowCount ?? 0
}

test('rows from before in plain text are sealed, and their plain text is gone', async t => {
  const app = await testApp(t)
  await lettersApp(app, 3, 25)
  assert.deepEqual(await checkColumn(app.db.pool, app.vault, LETTERS), {
    target: 'letters.body',
    rows: 28,
    plain: 25,
    failed: 0,
    failures: [],
  })
  await careForKeys(app, [LETTERS])
  assert.deepEqual(await checkColumn(app.db.pool, app.vault, LETTERS), {
    target: 'letters.body',
    rows: 28,
    plain: 0,
    failed: 0,
    failures: [],
  })
  const { rows } = await app.db.pool.query('select count(plain)::integer as plain from letters')
  assert.equal(rows[0].plain, 0)
  assert.equal(await found(app, '20007'), 1)
})

test('rotation while others read and write: nothing is unreadable at any moment, and in the end all is under the new keys', async t => {
  const app = await testApp(t)
  const other = await testVault(app.db, app.now)
  await lettersApp(app, 60, 40)
  const answer = await rotate(app)
  assert.deepEqual(answer.rotated, ['notices', 'blind:account_no'])
  assert.deepEqual(await rotate(app), answer)
  await other.refresh()
  const before = app.vault.currentKey('seal', 'notices')
  app.pass(LEAD_MS / 1000)
  assert.ok(app.vault.currentKey('seal', 'notices') > before)

  let over = false
  let version = 0
  const written = new Map<number, number>()
  const traffic = async (vault: Vault) => {
    while (!over) {
      const nr = (version * 7) % 60
      const mine = ++version
      written.set(nr, mine)
      await writeLetter(app, vault, nr, mine)
      const { rows } = await app.db.pool.query(`select nr, body from letters where box = 'A'`)
      for (const row of rows) vault.open(row.body, `notices.letters.body:A/${row.nr}`)
      assert.equal(await found(app, `${10_000 + nr}`), 1)
    }
  }
  const busy = [traffic(app.vault), traffic(other)]
  await careForKeys(app, [LETTERS])
  over = true
  await Promise.all(busy)
  await careForKeys(app, [LETTERS])

  const check = await checkColumn(app.db.pool, app.vault, LETTERS)
  assert.deepEqual([check.rows, check.plain, check.failed], [100, 0, 0])
  const { rows } = await app.db.pool.query('select nr, body, body_index from letters order by box, nr')
  const current = [app.vault.currentKey('seal', 'notices'), app.vault.currentKey('blind', 'account_no')]
  assert.ok(rows.every(row => row.body.readUInt16BE(1) === current[0] && row.body_index.readUInt16BE(0) === current[1]))
  const view = await readVault(app, [LETTERS])
  assert.ok(view.work.every(work => work.finished_at !== null && work.rows_failed === 0))
})

test('old keys are destroyed a day later and only when nothing uses them; then the database itself cannot open what was copied before', async t => {
  const app = await testApp(t)
  await lettersApp(app, 5, 0)
  const stolen = app.vault.seal('x', 'notices.letters.body:A/1')
  const old = app.vault.currentKey('seal', 'notices')
  await rotate(app)
  app.pass(LEAD_MS / 1000)
  // One row that cannot be opened holds on to its key.
  const { rows } = await app.db.pool.query(`select body from letters where nr = 3`)
  const damaged = Buffer.from(rows[0].body)
  damaged[20] = (damaged[20] as number) ^ 1
  await app.db.pool.query('update letters set body = $1 where nr = 3', [damaged])
  await careForKeys(app, [LETTERS])
  app.pass(2 * 86_400)
  await careForKeys(app, [LETTERS])
  assert.equal(app.vault.openText(stolen, 'notices.letters.body:A/1'), 'x')
  const check = await checkColumn(app.db.pool, app.vault, LETTERS)
  assert.deepEqual(check.failures, [{ row: 'A/3', reason: 'damaged' }])
  // Restored from a backup, it is brought under the new key, and the old one can go.
  await app.db.pool.query('update letters set body = $1 where nr = 3', [rows[0].body])
  await app.db.pool.query('update vault_work set finished_at = null')
  await careForKeys(app, [LETTERS])
  assert.throws(() => app.vault.open(stolen, 'notices.letters.body:A/1'), { code: 'sealed_unreadable' })
  const view = await readVault(app, [LETTERS])
  const gone = view.keys.filter(key => key.state === 'destroyed')
  assert.deepEqual(gone.map(key => `${key.use} ${key.purpose}`).sort(), ['blind account_no', 'seal notices'])
  assert.ok(gone.some(key => key.key === old))
  assert.equal((await checkColumn(app.db.pool, app.vault, LETTERS)).failed, 0)
})

test('re-sealing that is told to stop goes on where it was', async t => {
  const app = await testApp(t)
  await lettersApp(app, 0, 95)
  const stop = new AbortController()
  const db = app.db
  let transactions = 0
  const stopping = {
    ...app,
    db: {
      ...db,
      transaction: <T>(work: Parameters<typeof db.transaction<T>>[0]) => {
        if (++transactions === 3) stop.abort()
        return db.transaction(work)
      },
    },
  }
  assert.equal(await reseal(stopping, [LETTERS], stop.signal), 30)
  const { rows } = await db.pool.query('select last, rows_done from vault_work')
  assert.deepEqual(rows, [{ last: ['B', '30'], rows_done: 30 }])
  assert.equal(await reseal(app, [LETTERS]), 65)
})

test('a process killed in the middle of re-sealing loses nothing: every row is whole, and the next one finishes', async t => {
  const app = await testApp(t)
  await lettersApp(app, 0, 3000)
  const script = `
    import { openDatabase } from './src/system/database.ts'
    import { localKey } from './src/system/vault/master_key.ts'
    import { Vault } from './src/system/vault/vault.ts'
    import { reseal } from './src/system/vault/reseal.ts'
    const db = await openDatabase({ url: process.env.DATABASE })
    const now = () => new Date('${app.now().toISOString()}')
    const log = { warn() {}, info() {} }
    const vault = await Vault.open({ db, holder: localKey(Buffer.from('${TEST_MASTER_HEX}', 'hex')), now, log })
    console.log('begun')
    await reseal({ db, now, log, vault, newId: () => '' }, [{
      table: 'letters', column: 'body', batch: 10,
      key: [{ name: 'box', type: 'text' }, { name: 'nr', type: 'bigint' }],
      context: key => 'notices.letters.body:' + key.join('/'),
      blind: { column: 'body_index', kind: 'account_no', of: opened => opened.toString().split(' ')[0] },
      plain: { columns: ['plain'], value: row => row.plain ?? null },
    }])`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: PACKAGE_ROOT,
    env: { ...process.env, DATABASE: app.db.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const done = async (): Promise<number> =>
    (await app.db.pool.query('select count(body)::integer as done from letters')).rows[0].done
  while ((await done()) < 100) assert.equal(child.exitCode, null)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const half = await checkColumn(app.db.pool, app.vault, LETTERS)
  assert.equal(half.rows, 3000)
  assert.equal(half.failed, 0)
  assert.ok(half.plain > 0, 'it was killed before it had finished')
  await careForKeys(app, [LETTERS])
  const whole = await checkColumn(app.db.pool, app.vault, LETTERS)
  assert.deepEqual([whole.rows, whole.plain, whole.failed], [3000, 0, 0])
})

test('a blind index that swapped rows is found by the check', async t => {
  const app = await testApp(t)
  await lettersApp(app, 3, 0)
  await app.db.pool.query(`update letters set body_index = (select body_index from letters where nr = 1) where nr = 2`)
  const check = await checkColumn(app.db.pool, app.vault, LETTERS)
  assert.deepEqual(check.failures, [{ row: 'A/2', reason: 'blind_index' }])
})

test('a new master key: all opens under it, nothing under the old one; a process that still has the old one makes no keys', async t => {
  const app = await testApp(t)
  await lettersApp(app, 3, 0)
  const next = localKey(Buffer.alloc(16, 5))
  const count = await rewrapKeys(app, actor('ops'), next)
  assert.ok(count > 5)
  // What runs goes on reading and writing.
  await writeLetter(app, app.vault, 9)
  await app.vault.refresh()
  await assert.rejects(rotate(app), { code: 'master_key_wrong' })
  await assert.rejects(testVault(app.db, app.now), { code: 'master_key_wrong' })
  const later = await Vault.open({ db: app.db, holder: next, now: app.now, log: app.log })
  assert.equal((await checkColumn(app.db.pool, later, LETTERS)).failed, 0)
  await later.close()
  assert.notEqual(next.id, TEST_MASTER.id)
  const { rows } = await app.db.pool.query(`select what, detail from operation_log`)
  assert.equal(rows[0].what, 'vault.rewrap')
})

test('a process that finds the new master key takes it up while it runs, and says so once where it does not', async t => {
  const app = await testApp(t)
  const next = Buffer.alloc(16, 5)
  const warned: string[] = []
  const log = { info: () => {}, warn: (_: object, text: string) => void warned.push(text) } as unknown as typeof app.log
  // What stands in the file of `vault.master_key_file`, which a person changes after `rewrap`.
  let file = TEST_MASTER_HEX
  const vault = await openVault({
    ...{ db: app.db, now: app.now, log, say: silent, settings: { master_key: file } },
    settingsNow: () => ({ master_key: file }),
  })
  t.after(() => vault.close())
  await rewrapKeys(app, actor('ops'), localKey(next))
  for (let times = 0; times < 2; times++) await vault.refresh()
  assert.deepEqual([vault.master, warned.length], [TEST_MASTER.id, 1])
  file = next.toString('hex')
  await vault.refresh()
  assert.deepEqual(
    vault.holders.map(({ id }) => id),
    [localKey(next).id, TEST_MASTER.id],
  )
  await app.db.transaction(tx =>
    vault.newKeys(tx, [{ use: 'seal', purpose: 'notices' }], 'test', new Date(app.now().getTime() + 1)),
  )
  await vault.refresh()
  assert.equal(vault.openText(vault.seal('x', 'notices.letters.body:A/1'), 'notices.letters.body:A/1'), 'x')
  assert.equal(warned.length, 1)
})

test('the index of what was tried is rotated with nothing to make it anew from: counts begin anew, and the old key goes after a day', async t => {
  const app = await testApp(t)
  await lettersApp(app, 0, 0)
  const first = app.vault.blind('target', 'phone 13800000000')
  await rotateKeys(app, actor('ops'), { id: 'rotate-0003', purposes: [], blind: ['target'] }, [LETTERS])
  assert.deepEqual(app.vault.blind('target', 'phone 13800000000'), first)
  app.pass(LEAD_MS / 1000)
  const second = app.vault.blind('target', 'phone 13800000000')
  assert.notDeepEqual(second, first)
  assert.deepEqual(app.vault.blinds('target', 'phone 13800000000'), [second, first])
  await careForKeys(app, [LETTERS])
  assert.equal(app.vault.blinds('target', 'phone 13800000000').length, 2)
  app.pass(86_400)
  await careForKeys(app, [LETTERS])
  assert.deepEqual(app.vault.blinds('target', 'phone 13800000000'), [second])
  assert.notDeepEqual(app.vault.blind('target', ' x'), app.vault.blind('target', 'x'), 'one spelling is one target')
})

test('an index that nothing could be made anew from is not rotated', async t => {
  const app = await testApp(t)
  await assert.rejects(
    rotateKeys(app, actor('ops'), { id: 'rotate-0002', blind: ['payer'] }, [LETTERS]),
    (error: unknown) => error instanceof Failure && error.code === 'blind_fixed',
  )
})
