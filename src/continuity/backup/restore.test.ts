import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { closedDay } from '../../../testkit/closed_days.ts'
import { TEST_MASTER } from '../../../testkit/vault.ts'
import { shellActor } from '../../access/actor.ts'
import { record } from '../../audit/record.ts'
import { seal } from '../../audit/seal.ts'
import { readSection } from '../../system/config.ts'
import { type Database, openDatabase } from '../../system/database.ts'
import { newId } from '../../system/ids.ts'
import { migrate } from '../../system/migrate.ts'
import { silent } from '../../system/notice.ts'
import { localKey } from '../../system/vault/master_key.ts'
import { Vault } from '../../system/vault/vault.ts'
import { BackupSection } from './api.ts'
import { type Archiver, startArchiver } from './archiver.ts'
import { type Backing, checkPages, makeBase } from './base.ts'
import { checkBackup } from './check_backup.ts'
import { folderRepository } from './folder_repository.ts'
import { listBases, type Manifest, readManifest, refuseOther, writeManifest } from './manifest.ts'
import { pieceObject, segmentOfObject, WAL, walObject } from './names.ts'
import { backUp, backUpWhenDue, planPruning, readBackups, watchBackups } from './operations.ts'
import { type RestoreAsk, restore } from './restore.ts'
import { getSegment } from './segments.ts'
import { readState } from './store.ts'
import { takeTable } from './take_table.ts'

// One cluster and one archive for all of these, in the order of a bad day; closed to nobody, as the server may run as another account.
const FOLDER = mkdtempSync(join(tmpdir(), 'fzpay-backup-'))
chmodSync(FOLDER, 0o755)
const DATA = join(FOLDER, 'data')
const repository = folderRepository(join(FOLDER, 'repository'))
const now = () => new Date()
const actor = shellActor('tester')

let db: Database
let gaps = 0
let archiver: Archiver
let archivedUntil = new Date(0)
let base: Manifest
/** After the first movements; the table is dropped later. */
let beforeDrop: Date

/** The one of now first. */
let masters: Backing['vault']['holders'] = [TEST_MASTER]

const vault = {
  get holders() {
    return masters
  },
}
const app = () => ({ db, now, newId, repository, vault })
const open = () => openDatabase({ dataDir: DATA, volatile: true, connections: 4 })
const into = (name: string) => join(FOLDER, name)

const asked = (name: string, more: Partial<RestoreAsk> = {}): RestoreAsk => ({
  repository,
  holders: [TEST_MASTER],
  into: into(name),
  target: null,
  base: null,
  columns: [],
  now,
  say: silent,
  volatile: true,
  ...more,
})

const archive = (of: Database) =>
  startArchiver({
    ...app(),
    db: of,
    log: pino({ level: 'silent' }),
    seconds: 1,
    stored: async ({ until }) => void (archivedUntil = until),
    gap: async () => void gaps++,
  })

async function archivedPast(moment: Date): Promise<void> {
  for (const end = Date.now() + 60_000; archivedUntil <= moment; await sleep(50))
    assert.ok(Date.now() < end, 'the WAL is archived')
}

const act = (what: string, on = db) =>
  on.transaction(tx => record(tx, now(), actor, [{ what, object: { kind: 'test', id: what }, after: {} }]))

before(async () => {
  db = await open()
  await migrate(db.pool)
  const vault = await Vault.open({ db, holder: TEST_MASTER, now, log: pino({ level: 'silent' }) })
  await vault.close()
  archiver = archive(db)
  await act('before.backup')
  await seal(app())
  base = await backUp(app(), actor)
})

after(async () => {
  await archiver.stop()
  await db.close()
  rmSync(FOLDER, { recursive: true, force: true, maxRetries: 5 })
})

test('a base backup is sealed, told of, and kept in the history and in the operation log', async () => {
  const [listed] = await listBases(repository)
  assert.equal(listed?.name, base.base)
  assert.deepEqual(await readManifest(repository, [TEST_MASTER], base.base), base)
  assert.equal(base.rows.operation_log, 1)
  assert.equal(base.root?.block, 1)
  assert.ok((await readState(db.pool)).lastGood)
  const { rows } = await db.pool.query("select count(*) as made from operation_log where what = 'backup.make'")
  assert.deepEqual(rows, [{ made: 1 }])
  for (const object of [pieceObject(base.base, 0), `base/${base.base}/manifest`])
    assert.equal((await repository.get(object))?.includes('operation_log'), false, 'nothing stands in plain text')
})

test('a table dropped at 14:03 is there at 14:02, verified, and can be taken back alone', async () => {
  await closedDay(
    db.pool,
    '2026-11-20',
    `payment P1 80.00 10:01 order=O1 trade=T1
     payment P2 20.00 10:02 order=O2 trade=T2
     line    L1 80.00 10:01 order=O1 trade=T1
     line    L2 20.00 10:02 order=O2 trade=T2`,
  )
  await act('before.drop')
  await sleep(20)
  beforeDrop = now()
  await sleep(20)
  await db.pool.query('drop table movements cascade')
  await act('after.drop')
  await archivedPast(now())

  const report = await restore(asked('restored', { target: beforeDrop }))
  assert.equal(report.good, true)
  assert.deepEqual(
    report.checks.map(({ holds }) => holds),
    [true, true, true, true, true],
  )
  assert.match(report.checks[3]?.detail.en ?? '', /all 1 hold/)
  assert.ok(existsSync(join(into('restored'), 'postgres/PG_VERSION')))
  assert.equal(JSON.parse(readFileSync(join(into('restored'), 'restore-report.json'), 'utf8')).good, true)

  const restored = await openDatabase({ dataDir: into('restored'), volatile: true, connections: 2 })
  try {
    const acts = await restored.pool.query('select what from operation_log order by id')
    assert.deepEqual(
      acts.rows.map(({ what }) => what),
      ['before.backup', 'backup.make', 'before.drop'],
    )
    assert.deepEqual(await takeTable(restored, db, 'movements', true), {
      table: 'movements',
      made: true,
      rows: 2,
      added: 2,
    })
    assert.equal((await db.pool.query("select to_regclass('movements') as there")).rows[0].there, null)
    assert.deepEqual(await takeTable(restored, db, 'movements', false), {
      table: 'movements',
      made: true,
      rows: 2,
      added: 2,
    })
    await db.pool.query("delete from movements where payment_no = 'P1'")
    assert.deepEqual(await takeTable(restored, db, 'movements', false), {
      table: 'movements',
      made: false,
      rows: 2,
      added: 1,
    })
    await assert.rejects(takeTable(restored, db, 'no_such', false), { code: 'restore_table_unknown' })
  } finally {
    await restored.close()
  }
  const again = await db.pool.query('select count(*) as rows from movements')
  assert.deepEqual(again.rows, [{ rows: 2 }])
  const kept = await db.pool.query("select count(*) as rows from operation_log where what = 'after.drop'")
  assert.deepEqual(kept.rows, [{ rows: 1 }], 'what was done since stays')
  await assert.rejects(
    db.pool.query('insert into movements select * from movements limit 1'),
    { code: '23505' },
    'its keys are back too',
  )
})

test('what cannot be restored is refused with one clear error, before anything large is fetched', async () => {
  const day = 86_400_000
  const began = new Date(base.began)
  for (const [code, more] of [
    ['restore_before_first', { target: new Date(began.getTime() - day) }],
    ['restore_after_last', { target: new Date(Date.now() + day) }],
    ['master_key_wrong', { holders: [localKey(Buffer.alloc(16, 9))] }],
    ['restore_no_backup', { repository: folderRepository(into('elsewhere')) }],
    ['backup_object_missing', { base: base.base.replace(/^2/, '1') }],
  ] as const) {
    await assert.rejects(restore(asked('refused', more)), { code })
    assert.equal(existsSync(join(into('refused'), 'postgres')), false, code)
  }
  await assert.rejects(restore(asked('restored')), { code: 'restore_folder_used' })
  await assert.rejects(refuseOther(repository, masters, '1'), { code: 'backup_other_database' })
  await refuseOther(repository, masters, base.system)
})

test('a damaged piece and a hole in the archive are named', async () => {
  const found = await checkBackup(repository, [TEST_MASTER], base)
  assert.deepEqual([found.pieces, found.gapAt], [base.pieces, null])
  assert.ok(found.until >= beforeDrop)

  const name = pieceObject(base.base, 1)
  const piece = (await repository.get(name)) as Buffer
  const damaged = Buffer.from(piece)
  damaged[1000] = (damaged[1000] ?? 0) ^ 1
  await repository.put(name, damaged)
  await assert.rejects(restore(asked('damaged', { target: beforeDrop })), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'backup_damaged')
    assert.ok(error.message.includes(name))
    return true
  })
  assert.equal(existsSync(join(into('damaged'), 'postgres.restoring')), false, 'nothing half restored stays')
  await repository.put(name, piece)

  await db.pool.query('select pg_switch_wal()')
  await act('in.the.next.segment')
  await archivedPast(now())
  const archived = (await repository.list(WAL)).map(stored => stored.name)
  const [segment = ''] = archived.filter(at => at > walObject(base.base.slice(-24)) && !at.includes('.partial/'))
  const bytes = (await repository.get(segment)) as Buffer
  await repository.remove([segment])
  await assert.rejects(restore(asked('hole')), { code: 'restore_wal_missing' })
  await repository.put(segment, bytes)
})

test('what does not verify is never called good', async () => {
  const root = base.root && { ...base.root, digest: '0'.repeat(64) }
  await writeManifest(repository, TEST_MASTER, { ...base, root, rows: { ...base.rows, payments: 7 } })
  await assert.rejects(restore(asked('unverified', { target: beforeDrop })), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'restore_not_verified')
    assert.match(error.message, /payments 0 < 7/)
    assert.match(error.message, /root_differs/)
    return true
  })
  assert.equal(existsSync(join(into('unverified'), 'postgres')), false)
  assert.equal(JSON.parse(readFileSync(join(into('unverified'), 'restore-report.json'), 'utf8')).good, false)
  await writeManifest(repository, TEST_MASTER, base)
})

test('no second base is made before its time, and what is too old raises an alert that ends by itself', async () => {
  const vault = await Vault.open({ db, holder: TEST_MASTER, now, log: pino({ level: 'silent' }) })
  const settings = readSection(null, { name: 'backup', schema: BackupSection })
  let at = now()
  const backups = {
    ...app(),
    vault,
    settings,
    log: pino({ level: 'silent' }),
    now: () => at,
    since: at,
    mailTo: [],
    webhook: false,
  }
  const alerts = async () => {
    const { rows } = await db.pool.query('select kind, acknowledged_at is null as open from alerts order by kind')
    return rows.map(row => `${row.kind} ${row.open ? 'open' : 'over'}`)
  }
  assert.equal(await backUpWhenDue(backups), false)
  assert.deepEqual(await watchBackups(backups), [])
  at = new Date(at.getTime() + 31 * 3_600_000)
  assert.deepEqual(await watchBackups(backups), ['backup_too_old', 'wal_too_old'])
  assert.deepEqual(await alerts(), ['backup_too_old open', 'wal_too_old open'])
  at = backups.since
  assert.deepEqual(await watchBackups(backups), [])
  assert.deepEqual(await alerts(), ['backup_too_old over', 'wal_too_old over'])
  const view = await readBackups({ db }, repository)
  assert.deepEqual([view.configured, view.runs.length, view.runs[0]?.base], [true, 1, base.base])
  assert.deepEqual((await planPruning(backups, settings.keep)).removed, [])
  await vault.close()
})

test('the platform goes on with what was restored, and its archive on a timeline of its own', async () => {
  await archiver.stop()
  const restored = await openDatabase({ dataDir: into('restored'), volatile: true, connections: 4 })
  const second = archive(restored)
  try {
    await backUp({ ...app(), db: restored }, actor)
    await act('life.goes.on', restored)
    await archivedPast(now())
  } finally {
    await second.stop()
    await restored.close()
  }
  assert.ok(await repository.get('wal/00000002.history'))
  await restore(asked('again'))
  const again = await openDatabase({ dataDir: into('again'), volatile: true, connections: 2 })
  const acts = await again.pool.query("select what from operation_log where what ~ '[.](drop|on)$' order by id")
  await again.close()
  assert.deepEqual(
    acts.rows.map(({ what }) => what),
    ['before.drop', 'life.goes.on'],
  )
})

test('WAL that was lost to the archive is told of, and archiving goes on after it', async () => {
  await db.pool.query("select pg_drop_replication_slot('fzpay_backup')")
  for (const what of ['lost.one', 'lost.two']) {
    await act(what)
    await db.pool.query('select pg_switch_wal()')
    await db.pool.query('checkpoint')
  }
  const before = gaps
  archiver = archive(db)
  const from = now()
  await act('kept')
  await archivedPast(from)
  assert.equal(gaps, before + 1)
})

test('what is archived after a change of the master key is sealed under the new one, and a restore needs both', async () => {
  const next = localKey(Buffer.alloc(16, 5))
  masters = [next, TEST_MASTER]
  const from = now()
  await act('under.the.next')
  await archivedPast(from)
  const sealedBy = async (name: string) => JSON.parse(String(await repository.get(name)).split('\n')[0] ?? '').master
  const newest = (await repository.list(WAL)).findLast(({ name }) => name.startsWith('wal/00000001/'))?.name ?? ''
  assert.equal(await sealedBy(newest), next.id)
  const { segment = '' } = segmentOfObject(newest) ?? {}
  assert.ok(await getSegment(repository, masters, segment, base.segmentBytes))
  await assert.rejects(getSegment(repository, [TEST_MASTER], segment, base.segmentBytes), { code: 'master_key_wrong' })
})

test('a corrupt page is found, with its table, and no backup is made of it', async () => {
  await checkPages({ db })
  const { rows } = await db.pool.query("select pg_relation_filepath('operation_log') as path")
  await archiver.stop()
  await db.close()
  const file = openSync(join(DATA, 'postgres', rows[0].path), 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, 8000)
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, 8000)
  db = await open()
  for (const finds of [() => checkPages({ db }), () => makeBase(app())])
    await assert.rejects(finds(), (error: Error & { code?: string; detail?: unknown }) => {
      assert.equal(error.code, 'backup_page_corrupt')
      assert.deepEqual(
        [(error.detail as { relation: string }).relation, (error.detail as { block: string }).block],
        ['operation_log', '0'],
      )
      return true
    })
  assert.equal((await listBases(repository)).length, 2)
})
