/**
 * `node bench/day.ts [--rows 1000000]`: a reconciliation day of so many movements and lines on an embedded database of its own, as the platform does it:
 * the statement file is imported, the day is settled to its provisional result; then the statement is restated in ten rows and the day settled again;
 * then it is closed. Beside it, in the same run, the floor: both books copied by COPY into plain tables and joined once.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { SYSTEM } from '../src/access/actor.ts'
import { parseWords } from '../src/command_line.ts'
import { closeDay } from '../src/reconciliation/days/close.ts'
import { settleDay } from '../src/reconciliation/days/run.ts'
import { loadBooks } from '../src/reconciliation/load_books.ts'
import { openScratch } from '../src/reconciliation/scratch.ts'
import { DEFAULT_RULES } from '../src/rules/rules.ts'
import { importStatement } from '../src/statements/operations.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { generate } from './generate.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['rows'], many: [] })
const rows = Number(words.values.get('rows')?.[0] ?? 1_000_000)
const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-day-'))
const db = await openDatabase({ dataDir: join(folder, 'data') })
try {
  await migrate(db.pool)
  const now = () => new Date('2026-11-21T08:00:00+08:00')
  const log = pino({ level: 'silent' })
  const vault = await Vault.open({ db, holder: localKey(Buffer.alloc(16, 7)), now, log })
  const app = { db, vault, now, log }
  const { payments, statement } = await generate(folder, rows)
  await bookMovements(payments)
  const bring = (path: string, at: Date) =>
    importStatement(app, {
      path,
      channel: 'wechat',
      account: 'wx',
      day: '2026-11-20',
      who: SYSTEM,
      at,
      calendar: { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 },
    })
  const of = { channel: 'wechat', account: 'wx', day: '2026-11-20' }
  const imported = await took(() => bring(statement, now()))
  const settled = await took(() => settleDay(app, of))
  console.log(
    `${rows} rows: import ${imported.s} s, settle ${settled.s} s, together ${(imported.ms + settled.ms) / 1000} s`,
  )
  console.log(JSON.stringify(settled.value))
  const restated = join(folder, 'restated.csv')
  writeFileSync(restated, restate(readFileSync(statement, 'utf8'), 10))
  const second = await took(() => bring(restated, new Date('2026-11-21T09:00:00+08:00')))
  const again = await took(() => settleDay(app, of))
  console.log(
    `restated in ten rows: import ${second.s} s (${second.value.superseded} lines superseded), settled again in ${again.s} s`,
  )
  console.log(JSON.stringify(again.value))
  const closed = await took(() => closeDay(app, SYSTEM, of))
  console.log(
    `closed in ${closed.s} s: ${closed.value.state} ${closed.value.blocked} ${JSON.stringify(closed.value.proof)}`,
  )
  await vault.close()
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}

async function took<T>(work: () => Promise<T>): Promise<{ value: T; ms: number; s: string }> {
  const from = performance.now()
  const value = await work()
  const ms = performance.now() - from
  return { value, ms, s: (ms / 1000).toFixed(2) }
}

/** Our own book, as it was booked through the day. */
async function bookMovements(path: string): Promise<void> {
  const scratch = await openScratch(db)
  const { size } = await import('node:fs').then(fs => fs.promises.stat(path))
  await loadBooks(
    [
      {
        url: db.url,
        schema: scratch.schema,
        rules: DEFAULT_RULES,
        fresh: true,
        book: 'movements',
        files: [{ path, name: 'p', number: 0, bytes: size }],
      },
    ],
    { threads: null },
  )
  await db.pool.query(`update ${scratch.schema}.movements set account = 'wx', payer = ''`)
  await db.pool.query(`insert into movements select * from ${scratch.schema}.movements order by id`)
  await scratch.close()
  await db.pool.query('vacuum analyze movements')
  await db.pool.query('checkpoint')
}

/** One fen more in so many rows, and in the totals. */
function restate(text: string, count: number): string {
  const lines = text.split('\n')
  let done = 0
  for (let i = 1; done < count && i < lines.length; i += 7) {
    const cells = (lines[i] ?? '').split(',')
    if (cells.length < 27) break
    const plus = (cell = '') => `\`${(Number(cell.replace('`', '')) + 0.01).toFixed(2)}`
    cells[12] = plus(cells[12])
    cells[24] = plus(cells[24])
    lines[i] = cells.join(',')
    done++
  }
  const last = lines.findLastIndex(line => line.startsWith('`'))
  const totals = (lines[last] ?? '').split(',')
  for (const at of [1, 5]) totals[at] = `\`${(Number((totals[at] ?? '').replace('`', '')) + count / 100).toFixed(2)}`
  lines[last] = totals.join(',')
  return lines.join('\n')
}
