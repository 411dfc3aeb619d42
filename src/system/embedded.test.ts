import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from './database.ts'
import type { Notice } from './notice.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { goneWithin, isAlive, parsePidFile } from './postgres_process.ts'
import { LOCKS } from './presence.ts'

// One cluster for all of these, under a name that is hard on quoting; each test leaves it stopped.
const TEMPORARY = mkdtempSync(join(tmpdir(), 'fzpay-'))
chmodSync(TEMPORARY, 0o755)
const DATA = join(TEMPORARY, '对账 data "1"')
after(() => rmSync(TEMPORARY, { recursive: true, force: true, maxRetries: 5 }))

const open = (dataDir = DATA, said: Notice[] = []): Promise<Database> =>
  openDatabase({ dataDir, volatile: true, connections: 2, say: notice => said.push(notice) })

const postmaster = (dataDir = DATA) => parsePidFile(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'))

/** Another process that opens the database, says so, and stays until it is ended. */
async function otherProcess(dataDir = DATA): Promise<ChildProcess> {
  const program = `
    import { openDatabase } from ${JSON.stringify(join(PACKAGE_ROOT, 'src/system/database.ts'))}
    const db = await openDatabase({ dataDir: process.argv[1], volatile: true })
    console.log('open')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout ?? child, 'data')
  return child
}

async function end(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  child.kill(name)
  await once(child, 'exit')
}

/** The server has noticed that a process which ended a moment ago is gone: only `db` is there. */
async function isAlone(db: Database): Promise<void> {
  const present = 'select count(*)::int as n from pg_locks where locktype = $1 and classid = $2 and objid = 1'
  const count = async () => (await db.pool.query(present, ['advisory', LOCKS])).rows[0].n
  for (const end = performance.now() + 10_000; (await count()) > 1; await sleep(5))
    assert.ok(performance.now() < end, 'the other process is still there')
}

async function isStopped(pid: number): Promise<void> {
  assert.equal(await goneWithin(pid, 5000), true, 'the server is gone')
}

test('the first opening makes the cluster; the last closing stops the server', async () => {
  const said: Notice[] = []
  const db = await open(DATA, said)
  assert.equal(said.length, 1)
  assert.match(said[0]?.en ?? '', /first time only/)
  const { rows } = await db.pool.query(
    "select current_setting('server_version_num')::int / 10000 as major, current_setting('TimeZone') as zone",
  )
  assert.deepEqual(rows, [{ major: 18, zone: 'UTC' }])
  const server = postmaster()
  assert.ok(server)
  await db.close()
  assert.equal(isAlive(server.pid), false)
  assert.equal(existsSync(join(DATA, 'postgres/postmaster.pid')), false)
})

test('only the owner can read the cluster, and nobody enters without the password', async () => {
  assert.equal(lstatSync(join(DATA, 'postgres')).mode & 0o777, 0o700)
  assert.equal(lstatSync(join(DATA, 'postgres/fzpay.password')).mode & 0o777, 0o600)
  const db = await open()
  const wrong = new URL(db.url)
  wrong.password = 'guess'
  await assert.rejects(openDatabase({ url: wrong.href }), { code: 'database_unreachable' })
  await db.close()
})

test('two that start at the same moment share one server, and the last one out stops it', async () => {
  const [one, two] = await Promise.all([otherProcess(), open()])
  const server = postmaster()
  assert.ok(server)
  await end(one, 'SIGTERM')
  assert.equal(isAlive(server.pid), true)
  await isAlone(two)
  await two.close()
  await isStopped(server.pid)
})

test('after kill -9 of its user the server waits, and the next process takes it over', async () => {
  const other = await otherProcess()
  const server = postmaster()
  assert.ok(server)
  await end(other, 'SIGKILL')
  assert.equal(isAlive(server.pid), true)
  const db = await open()
  assert.equal(postmaster()?.pid, server.pid)
  await isAlone(db)
  await db.close()
  await isStopped(server.pid)
})

test('a server that crashed and recovered by itself is left as any other: the last one stops it', async () => {
  const db = await open()
  const server = postmaster()
  assert.ok(server)
  const { rows } = await db.pool.query('select pg_backend_pid() as pid')
  process.kill(rows[0].pid, 'SIGKILL')
  const other = await open()
  assert.equal(postmaster()?.pid, server.pid, 'it never ended')
  await db.close()
  assert.equal(isAlive(server.pid), true, 'somebody else is there')
  await other.close()
  await isStopped(server.pid)
})
test('after kill -9 of the server itself the next start recovers', async () => {
  const db = await open()
  await db.pool.query('create table if not exists survives (x int)')
  await db.pool.query('checkpoint')
  const server = postmaster()
  assert.ok(server)
  process.kill(server.pid, 'SIGKILL')
  await isStopped(server.pid)
  await db.close()
  const again = await open()
  assert.deepEqual((await again.pool.query('select count(*) as n from survives')).rows, [{ n: 0 }])
  await again.close()
})

test('a postmaster.pid whose number now belongs to another process does not hold up the start', async () => {
  const pidFile = join(DATA, 'postgres/postmaster.pid')
  writeFileSync(pidFile, `${process.pid}\n${DATA}\n1\n1\n\n127.0.0.1\n 1 1\nready\n`)
  const db = await open()
  assert.notEqual(postmaster()?.pid, process.pid)
  await db.close()
})

test('a process that exits without closing leaves no server behind', async () => {
  const program = `
    import { openDatabase } from ${JSON.stringify(join(PACKAGE_ROOT, 'src/system/database.ts'))}
    await openDatabase({ dataDir: process.argv[1], volatile: true })
    process.exit(7)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, DATA], { stdio: 'inherit' })
  const [status] = await once(child, 'exit')
  assert.equal(status, 7)
  const server = existsSync(join(DATA, 'postgres/postmaster.pid')) ? postmaster() : null
  if (server) await isStopped(server.pid)
})

test('an initialisation that was cut short is done again and cleared away', async () => {
  const dataDir = join(TEMPORARY, 'cut')
  const abandoned = join(dataDir, '.postgres.new-4194305-00000000') // beyond the largest process number
  mkdirSync(join(abandoned, 'cluster'), { recursive: true })
  writeFileSync(join(abandoned, 'cluster/PG_VERSION'), '18\n')
  const db = await open(dataDir)
  await db.close()
  assert.equal(existsSync(abandoned), false)
})

test('as root, data in a home closed to others lie elsewhere, and the home stays closed', {
  skip: process.getuid?.() !== 0,
}, async () => {
  const home = join(TEMPORARY, 'home')
  mkdirSync(home, { mode: 0o700 })
  const dataDir = join(home, 'data')
  const said: Notice[] = []
  const db = await open(dataDir, said)
  await db.close()
  assert.match(said[0]?.en ?? '', /the database files lie in/)
  assert.equal(lstatSync(join(dataDir, 'postgres')).isSymbolicLink(), true)
  assert.equal(lstatSync(home).mode & 0o777, 0o700)
  const elsewhere = /lie in (\S+)/.exec(said[0]?.en ?? '')?.[1] ?? ''
  assert.match(readFileSync(join(elsewhere, 'README'), 'utf8'), /home\/data/)
  rmSync(elsewhere, { recursive: true })
})
