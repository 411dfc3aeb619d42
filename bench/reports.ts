/**
 * `node bench/reports.ts [--rows 1000000] [--format csv]`: the detail of so many payments as a file, as the background job writes it: read through a
 * cursor, written, sealed, kept. Says rows a second and the most memory of this process. One format a process, so that memory is its own.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { parseWords } from '../src/command_line.ts'
import type { Format } from '../src/reports/export.ts'
import { startExport } from '../src/reports/operations.ts'
import { STANDARD } from '../src/reports/standard.ts'
import { findExport } from '../src/reports/store.ts'
import { writeExport } from '../src/reports/writing.ts'
import { openDatabase } from '../src/system/database.ts'
import { newId } from '../src/system/ids.ts'
import { prepareJobs } from '../src/system/jobs.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { actor } from '../testkit/actors.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['rows', 'format'], many: [] })
const count = Number(words.values.get('rows')?.[0] ?? 1_000_000)
const format = (words.values.get('format')?.[0] ?? 'csv') as Format

const folder = join(PACKAGE_ROOT, 'bench/data/reports')
rmSync(folder, { recursive: true, force: true })
const db = await openDatabase({ dataDir: folder })
try {
  await migrate(db.pool)
  const log = pino({ level: 'silent' })
  await prepareJobs(db, log)
  const now = (): Date => new Date('2026-11-20T02:00:00Z')
  const app = { db, now, newId, log, vault: await Vault.open({ db, holder: localKey(randomBytes(16)), now, log }) }
  await db.pool.query("insert into departments (id, name, created_at) values ('D1', '公用事业', now())")
  await db.pool.query(
    "insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '抚州水务', 'D1', now())",
  )
  await db.pool.query(
    `insert into movements (id, payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, amount, currency,
                            occurred_at, business_date, merchant, fee)
     select n, 'P' || n, 'O' || n, 'payment', 'success', 'wechat', 'main', '4200' || n, 'P' || n, n % 100000 + 1, 'CNY',
            '2026-11-19 00:00+08'::timestamptz + n % 86400 * interval '1 second', '2026-11-19', 'M1', 1
       from generate_series(1, $1) n`,
    [count],
  )
  await db.pool.query(
    `insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
     select order_no, id, id, 'trade_no', false, false, 1 from movements`,
  )
  await db.pool.query('vacuum analyze')
  const standard = STANDARD.find(({ id }) => id === 'standard.items')
  if (!standard) throw new Error('there is no standard.items')
  // Without what lies sealed in each bill: opening that is the vault's figure.
  const columns = standard.content.columns.filter(
    ({ field }) => !['account_no', 'payer_name', 'merchant_type'].includes(field),
  )
  const what = { content: { ...standard.content, columns }, template: standard.id, version: null }
  const id = newId()
  await db.transaction(tx => startExport(app, tx, actor('bench'), { id, what, format, lang: 'zh', name: 'bench' }))

  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)
  const from = performance.now()
  await writeExport(app, { export_id: id }, new AbortController().signal)
  const seconds = (performance.now() - from) / 1000
  clearInterval(watch)
  const made = await findExport(db.pool, id)
  if (made?.state !== 'ready' || made.rowsDone !== count) throw new Error(`not written: ${JSON.stringify(made)}`)
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
  process.stdout.write(
    `${format}: ${count.toLocaleString('en')} rows, ${columns.length} columns, ${megabytes(made.bytes ?? 0)} MB in ${seconds.toFixed(1)} s: ` +
      `${Math.round(count / seconds).toLocaleString('en')} rows/s, ${megabytes(peak)} MB of memory at most\n`,
  )
  await app.vault.close()
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}
