import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { blockDigest, NO_BLOCK } from './entry.ts'
import { leafOf, nodeOf, pathOf, rootOf, type Step } from './merkle.ts'
import { exportRoot, prove, readLog } from './operations.ts'
import { record } from './record.ts'
import type { ExportedRoot } from './root.ts'
import { seal } from './seal.ts'
import { blocksAfter } from './store.ts'
import { verify } from './verify.ts'

const WHO = actor('li')
const act = (what: string, id: string) => ({
  what,
  object: { kind: 'order', id },
  before: { state: 'unpaid' },
  after: { 状态: '已缴费' },
})

/** Transactions in other databases of the server, such as those of other tests, hold sealing back too: waits for them, so that it is one block. */
async function sealAll(app: TestApp): Promise<number> {
  const waiting = `select 1 from operation_log l where l.xact >= pg_snapshot_xmin(pg_current_snapshot()) limit 1`
  while ((await app.db.pool.query(waiting)).rowCount) await sleep(20)
  return await seal(app)
}

/** `entries` acts, sealed three at a time. */
async function log(t: TestContext, entries: number): Promise<TestApp> {
  const app = await testApp(t)
  for (let i = 1; i <= entries; i++) {
    await app.db.transaction(tx => record(tx, app.now(), WHO, [act('order.close', `FZ${i}`)]))
    app.pass(1)
    if (i % 3 === 0) await sealAll(app)
  }
  await sealAll(app)
  return app
}

const climb = (leaf: Buffer, path: readonly Step[]): Buffer =>
  path.reduce((at, { side, digest }) => (side === 'left' ? nodeOf(digest, at) : nodeOf(at, digest)), leaf)

describe('the tree', () => {
  test('has the shape of RFC 6962: a lone leaf is the root, three split as two and one', () => {
    const [a, b, c] = ['a', 'b', 'c'].map(leafOf) as [Buffer, Buffer, Buffer]
    assert.equal(leafOf('a').toString('hex'), createHash('sm3').update('\0a').digest('hex'))
    assert.deepEqual(rootOf(a), a)
    assert.deepEqual(rootOf(Buffer.concat([a, b, c])), nodeOf(nodeOf(a, b), c))
  })

  test('each leaf climbs to the root by its path, and no other does', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (count, pick) => {
        const all = Array.from({ length: count }, (_, i) => leafOf(`entry ${i}`))
        const leaves = Buffer.concat(all)
        const at = pick % count
        const path = pathOf(leaves, at)
        assert.deepEqual(climb(all[at] as Buffer, path), rootOf(leaves))
        assert.notDeepEqual(climb(leafOf('forged'), path), rootOf(leaves))
        if (count > 1) assert.notDeepEqual(climb(all[(at + 1) % count] as Buffer, path), rootOf(leaves))
      }),
    ))
})

test('acts are found by person, object, address, time and request, newest first, page by page', async t => {
  const app = await log(t, 5)
  await app.db.transaction(tx =>
    record(tx, app.now(), { ...actor('wang'), address: '203.0.113.9', requestId: 'req-wang-1' }, [
      act('refund.ask', 'R1'),
      act('refund.ask', 'R2'),
    ]),
  )
  const ids = async (query: Parameters<typeof readLog>[1]) =>
    (await readLog(app, query)).entries.map(entry => entry.object_id)
  assert.deepEqual(await ids({}), ['R2', 'R1', 'FZ5', 'FZ4', 'FZ3', 'FZ2', 'FZ1'])
  assert.deepEqual(await ids({ who: 'wang' }), ['R2', 'R1'])
  assert.deepEqual(await ids({ object: 'FZ3' }), ['FZ3'])
  assert.deepEqual(await ids({ address: '203.0.113.9', what: 'refund.ask' }), ['R2', 'R1'])
  assert.deepEqual(await ids({ request_id: 'req-wang-1' }), ['R2', 'R1'])
  assert.deepEqual(await ids({ from: '2026-11-25T01:00:01Z', to: '2026-11-25T01:00:03Z' }), ['FZ3', 'FZ2'])
  const first = await readLog(app, { limit: 4 })
  assert.ok(first.next)
  assert.deepEqual(await ids({ limit: 4, before: first.next }), ['FZ3', 'FZ2', 'FZ1'])
  assert.deepEqual(first.entries[0]?.after, { 状态: '已缴费' })
})

test('an act that is taken back leaves no entry', async t => {
  const app = await testApp(t)
  await assert.rejects(
    app.db.transaction(async tx => {
      await record(tx, app.now(), WHO, [act('order.close', 'FZ1')])
      throw new Error('taken back')
    }),
    /taken back/,
  )
  assert.deepEqual((await readLog(app, {})).entries, [])
})

test('the log refuses changes, whoever asks', async t => {
  const app = await log(t, 3)
  for (const sql of [
    "update operation_log set what = 'x'",
    'delete from operation_log',
    'truncate operation_log',
    "update operation_blocks set root = '\\x00'",
    'delete from operation_blocks',
    'truncate operation_blocks cascade',
  ])
    await assert.rejects(app.db.pool.query(sql), /never changed/, sql)
})

test('what is under way is sealed when it has ended, and nothing comes before a sealed block', async t => {
  const app = await testApp(t)
  const slow = await app.db.pool.connect()
  try {
    await slow.query('begin')
    await record(slow, app.now(), WHO, [act('order.close', 'slow')])
    await app.db.transaction(tx => record(tx, app.now(), WHO, [act('order.close', 'quick')]))
    assert.equal(await seal(app), 0, 'the quick one waits for the slow one, which may still come before it')
    await slow.query('commit')
  } finally {
    slow.release()
  }
  assert.equal(await sealAll(app), 2)
  assert.deepEqual((await verify(app.db, null)).findings, [])
})

test('many writers and several sealers at once: every entry is sealed once', async t => {
  const app = await testApp(t)
  let writing = true
  const writers = Promise.all(
    Array.from({ length: 6 }, async (_, w) => {
      for (let i = 0; i < 40; i++)
        await app.db.transaction(tx => record(tx, app.now(), WHO, [act('order.close', `${w}-${i}`)]))
    }),
  ).finally(() => {
    writing = false
  })
  const sealers = Array.from({ length: 3 }, async () => {
    while (writing) await seal(app)
  })
  await Promise.all([writers, ...sealers])
  await sealAll(app)
  const { entries, unsealed, findings } = await verify(app.db, null)
  assert.deepEqual({ entries, unsealed, findings }, { entries: 240, unsealed: 0, findings: [] })
})

/** What a superuser can do; `rewrites` also makes all digests anew, as somebody would who knows how it works. */
const DAMAGE: readonly { name: string; sql: string; rewrites?: boolean; expected: string[] }[] = [
  { name: 'nothing', sql: 'select 1', expected: [] },
  {
    name: 'an altered act',
    sql: "update operation_log set what = 'order.read' where id = 5",
    expected: ['entry_altered 2 5'],
  },
  {
    name: 'a time moved by a microsecond',
    sql: "update operation_log set at = at + interval '1 microsecond' where id = 4",
    expected: ['entry_altered 2 4'],
  },
  { name: 'a deleted entry', sql: 'delete from operation_log where id = 8', expected: ['entry_missing 3 1'] },
  {
    name: 'an inserted entry',
    sql: `insert into operation_log (id, xact, at, request_id, who_id, who_name, address, device, what, object_kind, object_id, detail)
          overriding system value
          select 1000, xact, at, request_id, 'nobody', who_name, address, device, what, object_kind, object_id, detail from operation_log where id = 4`,
    expected: ['entry_inserted 2 1000'],
  },
  {
    name: 'two entries exchanged',
    sql: `update operation_log l set xact = o.xact, at = o.at from operation_log o
           where (l.id, o.id) in ((4, 5), (5, 4))`,
    expected: ['entry_altered 2 4', 'entry_altered 2 5'],
  },
  {
    name: 'an entry moved to another block',
    sql: 'update operation_log l set xact = o.xact from operation_log o where l.id = 2 and o.id = 9',
    expected: ['entry_missing 1 1', 'entry_inserted 3 2'],
  },
  {
    name: 'a block altered',
    sql: "update operation_blocks set sealed_at = sealed_at + interval '1 hour' where no = 2",
    expected: ['block_altered 2'],
  },
  {
    name: 'a block taken out',
    sql: 'delete from operation_blocks where no = 2',
    expected: ['block_missing 2', 'chain_broken 3', 'entry_inserted 3 4', 'entry_inserted 3 5', 'entry_inserted 3 6'],
  },
  { name: 'the last block cut off', sql: 'delete from operation_blocks where no = 4', expected: ['root_missing 4'] },
  {
    name: 'entry and digests rewritten',
    sql: "update operation_log set who_name = '张三' where id = 5",
    rewrites: true,
    expected: ['root_differs 4'],
  },
  {
    name: 'deleted and rewritten',
    sql: 'delete from operation_log where id = 1',
    rewrites: true,
    expected: ['root_differs 4'],
  },
]

for (const { name, sql, rewrites, expected } of DAMAGE)
  test(`done by the owner of the database: ${name}`, async t => {
    const app = await log(t, 10)
    const root = await exportRoot(app, WHO)
    assert.equal(root.block, 4)
    await app.db.transaction(async tx => {
      await tx.query("set local session_replication_role = 'replica'")
      await tx.query(sql)
      if (rewrites) await rewrite(app, tx)
    })
    const { findings } = await verify(app.db, root)
    const said = findings.map(finding => Object.values(finding).join(' '))
    assert.deepEqual(said.toSorted(), expected.toSorted())
    if (rewrites) assert.deepEqual((await verify(app.db, null)).findings, [], 'only the kept root tells')
  })

test('of entries inserted beyond measure some are named, and nothing is said of the blocks beside', async t => {
  const app = await log(t, 10)
  await app.db.transaction(async tx => {
    await tx.query("set local session_replication_role = 'replica'")
    await tx.query(`insert into operation_log (id, xact, at, request_id, who_id, who_name, address, device, what, object_kind, object_id, detail)
          overriding system value
          select 1000 + n, xact, at, request_id, 'nobody', who_name, address, device, what, object_kind, object_id, detail
            from operation_log, generate_series(1, 500) n where id = 4`)
  })
  const { findings, blocks } = await verify(app.db, null)
  assert.deepEqual([blocks, findings.length, new Set(findings.map(({ block }) => block))], [4, 105, new Set([2])])
})

/** Makes every digest anew over what the log holds now. */
async function rewrite(app: TestApp, tx: Parameters<typeof record>[0]): Promise<void> {
  const { entriesFrom } = await import('./store.ts')
  const { entryDigest } = await import('./entry.ts')
  let previous = NO_BLOCK
  let after = { xact: '0', id: '0' }
  for (const block of await blocksAfter(app.db.pool, 0, 100)) {
    const upTo = { xact: block.lastXact, id: block.lastId }
    const entries = await entriesFrom(tx, after, upTo, 1_000)
    const leaves = Buffer.concat(entries.map(entryDigest))
    const header = { ...block, entries: entries.length, root: rootOf(leaves).toString('hex'), previous }
    const digest = blockDigest(header)
    await tx.query(
      'update operation_blocks set entries = $2, leaves = $3, root = $4, previous = $5, digest = $6 where no = $1',
      [block.no, entries.length, leaves, Buffer.from(header.root, 'hex'), Buffer.from(previous, 'hex'), digest],
    )
    previous = digest.toString('hex')
    after = upTo
  }
}

describe('proof of one entry', () => {
  const script = (proof: unknown, root: unknown) => check(proof, root)

  test('is checked offline by the standalone script against the kept root', async t => {
    const app = await log(t, 10)
    await assert.rejects(prove(app, '2'), { code: 'root_not_exported' })
    const root = await exportRoot(app, WHO)
    await assert.rejects(prove(app, '99'), { code: 'entry_unknown' })
    await assert.rejects(prove(app, '11'), { code: 'entry_unsealed' })
    for (const id of ['1', '5', '10']) {
      const { status, text } = await script(await prove(app, id), root)
      assert.equal(status, 0, text)
      assert.match(text, new RegExp(`order FZ${id}\\b`))
    }
  })

  test('forged ones are refused: entry, path, headers, root', async t => {
    const app = await log(t, 10)
    const root = await exportRoot(app, WHO)
    const proof = await prove(app, '4')
    const other = await prove(app, '9')
    const forged: [string, unknown, ExportedRoot][] = [
      ['another act', { ...proof, entry: proof.entry.replace('order.close', 'order.read') }, root],
      ['the path of another', { ...proof, path: other.path }, root],
      ['a path cut short', { ...proof, path: proof.path.slice(1) }, root],
      ['headers left out', { ...proof, headers: [proof.headers[0], proof.headers.at(-1)] }, root],
      ['no headers', { ...proof, headers: [] }, root],
      ['headers cut off', { ...proof, headers: proof.headers.slice(0, -1) }, root],
      ['another root', proof, { ...root, digest: NO_BLOCK }],
    ]
    for (const [name, bad, against] of forged) assert.equal((await script(bad, against)).status, 1, name)
    assert.equal((await script({ format: 'x' }, root)).status, 2)
  })

  test('an entry that was altered since is not proven but reported', async t => {
    const app = await log(t, 3)
    await exportRoot(app, WHO)
    await app.db.transaction(async tx => {
      await tx.query("set local session_replication_role = 'replica'")
      await tx.query("update operation_log set detail = '{}' where id = 2")
    })
    await assert.rejects(prove(app, '2'), { code: 'entry_altered' })
  })
})

async function check(proof: unknown, root: unknown): Promise<{ status: number; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-proof-'))
  try {
    const [proofFile, rootFile] = [join(folder, 'proof.json'), join(folder, 'root.json')]
    await writeFile(proofFile, JSON.stringify(proof))
    await writeFile(rootFile, JSON.stringify(root))
    const script = join(PACKAGE_ROOT, 'scripts', 'verify-log-proof.mjs')
    return await promisify(execFile)(process.execPath, [script, proofFile, rootFile]).then(
      ({ stdout }) => ({ status: 0, text: stdout }),
      error => ({ status: error.code as number, text: String(error.stderr) }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}
