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
import { EVERYWHERE } from '../src/access/scope.ts'
import { parseWords } from '../src/command_line.ts'
import { dayTotals } from '../src/reconciliation/days/board_store.ts'
import { closeDay } from '../src/reconciliation/days/close.ts'
import { settleDay } from '../src/reconciliation/days/run.ts'
import { refreshTotals, staleTotals } from '../src/reconciliation/days/totals_store.ts'
import { type ItemFilter, listItems } from '../src/reconciliation/items/list_store.ts'
import { confirmItem } from '../src/reconciliation/items/operations.ts'
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
  await people(app)
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

/** What people do on such a day: lists with filters, totals, and 500 quick confirmations, one after the other. */
async function people(app: { db: typeof db; now: () => Date }): Promise<void> {
  await db.pool.query(`
    insert into departments (id, name, created_at) values ('D', '部门', now());
    insert into merchants (merchant_no, name, department_id, created_at) values ('M', '水务', 'D', now());
    insert into fee_items (id, merchant_no, name, category, created_at) values ('W', 'M', '水费', 'water', now());
    create table some_rows as select * from movements where kind = 'payment' and id % ${Math.max(1, Math.floor(rows / 700))} = 7 limit 500;
    insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, amount, currency, part_payment, part_min, paid, created_at, paid_at)
    select order_no, repeat('0', 64), 'M', 'W', '水费', amount, currency, false, 1, amount, occurred_at, occurred_at from some_rows;
    insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, received, paid_at,
                          booked_at, merchant_no)
    select order_no, payment_no, payment_no, repeat('0', 64), channel, account, 'native', amount, currency, 'success', occurred_at, occurred_at, amount, occurred_at,
           occurred_at, 'M' from some_rows`)
  const [day] = await staleTotals(db.pool)
  const counted = await took(() => db.transaction(tx => refreshTotals(tx, day as number)))
  const lists: number[] = []
  const asks: readonly Partial<ItemFilter>[] = [
    {},
    { states: ['discrepancy'] },
    { channel: 'wechat', least: 100_000 },
    { number: '4200000002026112000000000000777' },
  ]
  for (let i = 0; i < 40; i++)
    lists.push((await took(() => listItems(db.pool, EVERYWHERE, { limit: 50, ...asks[i % asks.length] }))).ms)
  const totals: number[] = []
  for (let i = 0; i < 20; i++)
    totals.push((await took(() => dayTotals(db.pool, EVERYWHERE, { from: '2026-11-01', to: '2026-11-30' }))).ms)
  const { rows: some } = await db.pool.query('select payment_no from some_rows')
  const confirmed: number[] = []
  for (const [i, { payment_no: paymentNo }] of some.entries())
    confirmed.push(
      (
        await took(() =>
          confirmItem(app, SYSTEM, { id: `bench-confirm-${i}`, paymentNo, reason: '核实' }).catch(() => null),
        )
      ).ms,
    )
  const p = (all: readonly number[], share: number) =>
    [...all].sort((a, b) => a - b)[Math.floor((all.length - 1) * share)]?.toFixed(1)
  const told = (name: string, all: readonly number[]) => `${name} p50 ${p(all, 0.5)}, p95 ${p(all, 0.95)} ms`
  console.log(
    `${told('lists', lists)}; ${told('totals', totals)} (counted in ${counted.s} s); ${told(`${some.length} confirmations`, confirmed)}`,
  )
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
