/**
 * `node bench/lists.ts [--rows 10000000] [--runs 20] [--keep FOLDER] [--only WORD] [--explain]`: what the lists, filters and totals of the workbench cost on a
 * platform that has kept so many movements and as many lines, orders, payments and entries of the operation log over ninety days. The database is made by SQL
 * (`testkit/lists_seed.ts`), in FOLDER if one is given: it is used again by the next run with as many rows. Each question is the function that the page's route calls,
 * asked `--runs` times, each time of another place or value. Beside each list, in turn with it: its floor, as many keys read from the index alone. `--explain`
 * prints the plans of what is above the aim.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { pino } from 'pino'
import { parseWords } from '../src/command_line.ts'
import { countLatency } from '../src/orders/latency_store.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { seedLists } from '../testkit/lists_seed.ts'
import { TEST_MASTER } from '../testkit/vault.ts'
import { NOW, questionsOf } from './lists_asked.ts'

const words = parseWords(process.argv.slice(2), {
  flags: ['explain'],
  single: ['rows', 'runs', 'keep', 'only'],
  many: [],
})
const given = (name: string): string | undefined => words.values.get(name)?.[0]
const rows = Number(given('rows') ?? 10_000_000)
const runs = Number(given('runs') ?? 20)
/** Of a list, a filter or a total, in milliseconds. */
const AIM = 200

const kept = given('keep')
const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'fzpay-bench-lists-')) : join(kept, String(rows))
mkdirSync(folder, { recursive: true })
const made = join(folder, 'made')
const db = await openDatabase({ dataDir: join(folder, 'data'), volatile: true })
try {
  // What was kept may be of an older version.
  await migrate(db.pool)
  if (!existsSync(made)) {
    await seedLists(db, rows, text => console.error(text))
    writeFileSync(made, '')
  }
  let counted = 0
  const counting = await took(async () => (counted = await countLatency({ db, now: () => NOW })))
  if (counted > 0) console.log(`latency of ${counted} movements counted in ${(counting / 1000).toFixed(1)} s`)
  const vault = await Vault.open({ db, holder: TEST_MASTER, now: () => new Date(), log: pino({ level: 'silent' }) })
  const explained = questionsOf({ pool: explaining(db.pool), vault }, rows)
  let slow = 0
  console.log(`${rows.toLocaleString('en')} rows; ms: p50, p95 and most of ${runs}; floor p50, p95`)
  for (const [index, { name, ask, floor }] of questionsOf({ pool: db.pool, vault }, rows).entries()) {
    if (given('only') !== undefined && !name.includes(given('only') as string)) continue
    const times: number[] = []
    const floors: number[] = []
    let found = 0
    // The first is not counted: it may read from the disk what nobody has asked for since the start.
    for (let run = -1; run < runs; run++) {
      const time = await took(async () => (found = Math.max(found, await ask(run + 1))))
      const least = floor && (await took(() => floor(run + 1)))
      if (run < 0) continue
      times.push(time)
      if (least !== undefined) floors.push(least)
    }
    const p95 = at(times, 0.95)
    if (p95 > AIM) slow++
    console.log(
      `${p95 > AIM ? '!' : ' '} ${name.padEnd(64)} ${[at(times, 0.5), p95, at(times, 1)].map(ms => ms.toFixed(1).padStart(8)).join('')} ${
        floors.length === 0
          ? ''.padStart(16)
          : [at(floors, 0.5), at(floors, 0.95)].map(ms => ms.toFixed(1).padStart(8)).join('')
      }  ${found} rows`,
    )
    if (p95 > AIM && words.flags.has('explain')) await explained[index]?.ask(1)
  }
  console.log(slow === 0 ? `all within ${AIM} ms` : `${slow} above ${AIM} ms`)
  await vault.close()
} finally {
  await db.close()
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}

/** Says how each statement is carried out before it is. */
function explaining(pool: pg.Pool): pg.Pool {
  const query = async (first: string | pg.QueryConfig, given?: unknown[]) => {
    const { text, values = given ?? [] } = typeof first === 'string' ? { text: first } : first
    const { rows: plan } = await pool.query(`explain (analyze, buffers) ${text}`, values)
    console.log(plan.map(line => `      ${line['QUERY PLAN']}`).join('\n'))
    return await pool.query(text, values)
  }
  return { query } as unknown as pg.Pool
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

function at(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] as number
}
