/**
 * `node bench/restore.ts [--gb 2] [--folder FOLDER] [--keep FOLDER [--make]]`: how fast a database of so many gigabytes is backed up and restored, beside the floor of the same run:
 * `cp -r` of the same folder, and the write of its bytes to disk. Everything is on one disk; processor time is that of this process. `--keep`: the database is made there, going on
 * where an earlier run was ended, and stays; `--make` does no more than that.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { makeBase } from '../src/continuity/backup/base.ts'
import { folderRepository } from '../src/continuity/backup/folder_repository.ts'
import { restore } from '../src/continuity/backup/restore.ts'
import { type Database, openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { silent } from '../src/system/notice.ts'
import { localKey } from '../src/system/vault/master_key.ts'

const words = parseWords(process.argv.slice(2), { flags: ['make'], single: ['gb', 'folder', 'keep'], many: [] })
const gb = Number(words.values.get('gb')?.[0] ?? 2)
const parent = words.values.get('folder')?.[0] ?? tmpdir()
const folder = mkdtempSync(join(parent, 'fzpay-bench-restore-'))
chmodSync(folder, 0o755)
const kept = words.values.get('keep')?.[0]
const dataDir = join(kept ?? folder, 'data')
if (kept !== undefined) {
  mkdirSync(kept, { recursive: true })
  chmodSync(kept, 0o755)
}
const holder = localKey(randomBytes(16))
const now = () => new Date()
const repository = folderRepository(join(folder, 'repository'))

/** Rows a statement inserts. */
const BATCH = 200_000

try {
  await made()
  if (!words.flags.has('make')) await measured()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The database, full and at rest. */
async function made(): Promise<void> {
  const db = await openDatabase({ dataDir })
  try {
    await migrate(db.pool)
    await fill(db)
    await db.pool.query('checkpoint')
  } finally {
    await db.close()
  }
}

async function measured(): Promise<void> {
  const db = await openDatabase({ dataDir })
  try {
    const cluster = join(dataDir, 'postgres')
    report('floor: cp -r and sync', await bytesOf(db), copied(cluster))
    const begun = performance.now()
    const used = process.cpuUsage()
    const manifest = await makeBase({ db, now, repository, vault: { holders: [holder] } })
    report('backup', manifest.bytes, (performance.now() - begun) / 1000, used)
    console.log(`  ${mb(manifest.storedBytes)} MB stored, ${(manifest.bytes / manifest.storedBytes).toFixed(1)} : 1`)
  } finally {
    await db.close()
  }
  const used = process.cpuUsage()
  const { bytes, seconds } = await restore({
    repository,
    holders: [holder],
    into: join(folder, 'restored'),
    target: null,
    base: null,
    columns: [],
    now,
    say: silent,
  })
  report('restore: fetched, opened, unpacked', bytes, seconds.fetch)
  report('restore: with recovery', bytes, seconds.fetch + seconds.recover)
  report('restore: verified', bytes, seconds.all, used)
  console.log(`memory of this process at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
}

/** The platform's own book, a fifth of it sealed texts, which do not compress. */
async function fill(db: Database): Promise<void> {
  const wanted = gb * 1e9
  await db.pool.query('create table if not exists bench_sealed (id bigint, sealed bytea)')
  const { rows } = await db.pool.query('select coalesce(max(id), 0)::float8 as made from movements')
  for (let from: number = rows[0].made; (await bytesOf(db)) < wanted; from += BATCH)
    await db.transaction(async tx => {
      await tx.query(
        `insert into movements (id, order_no, payment_no, kind, status, channel, channel_trade_no, merchant_order_no, amount, currency, occurred_at,
                                business_date, merchant, payer, account)
         select g, 'FZ2026112000' || g, 'P' || g, 'payment', 'success', 'wechat', '42000' || (g * 7919::bigint) % 1000000007, 'P' || g,
                (g * 104729::bigint) % 500000 + 1, 'CNY', timestamptz '2026-11-20 00:00+08' + g * interval '10 ms', date '2026-11-20', 'M' || g % 50,
                '~' || substr(encode(sha256(g::text::bytea), 'base64'), 1, 20), ''
           from generate_series($1::bigint + 1, $1::bigint + ${BATCH}) g`,
        [from],
      )
      await tx.query(
        `insert into bench_sealed select g, sha512(g::text::bytea) || sha512((-g)::text::bytea) from generate_series($1::bigint + 1, $1::bigint + ${BATCH}) g`,
        [from],
      )
    })
}

async function bytesOf(db: Database): Promise<number> {
  const { rows } = await db.pool.query('select pg_database_size(current_database()) as bytes')
  return rows[0].bytes
}

/** Seconds of the plainest copy there is. */
function copied(cluster: string): number {
  const to = join(folder, 'copy')
  mkdirSync(to)
  const begun = performance.now()
  spawnSync('cp', ['-r', join(cluster, 'base'), to])
  spawnSync('sync', ['-f', to])
  const seconds = (performance.now() - begun) / 1000
  rmSync(to, { recursive: true })
  return seconds
}

/** `used`: the processor's clock of this process before it began; a busy machine stretches the wall's clock, not this one. */
function report(what: string, bytes: number, seconds: number, used?: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(used)
  const processor = used ? `  (${((user + system) / 1e6).toFixed(1)} s of this process's processor time)` : ''
  console.log(
    `${what.padEnd(38)} ${mb(bytes).padStart(7)} MB  ${seconds.toFixed(1).padStart(6)} s  ${mb(bytes / seconds).padStart(4)} MB/s${processor}`,
  )
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
