import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { reconcileFiles } from '../src/reconciliation/reconcile.ts'
import { DEFAULT_RULES } from '../src/rules/rules.ts'
import { type Database, openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { encodedBooks, type Floor, floor } from './floor.ts'
import { generate } from './generate.ts'
import { watchServer } from './memory.ts'

/**
 * The whole command (`fzpay reconcile … --json --summary`, a process of its own on a started database) beside the floor of
 * the same run: floor and command take turns, so that whatever else the machine does hits both; medians are reported.
 */
export type ReconcileFigure = {
  readonly rows: number
  readonly runs: number
  /** Seconds, medians. */
  readonly command: number
  /** By hand on one connection: COPY, COPY, join and insert. */
  readonly floor: number | null
  readonly ratio: number | null
  /** Both COPYs at once, on two connections. */
  readonly floorAtOnce: number | null
  readonly ratioAtOnce: number | null
  /** As `floor`, with tables that survive a crash; for information. */
  readonly floorLogged: number | null
  readonly rowsPerSecond: number
  /** MB. */
  readonly nodePeak: number
  readonly postgresPeak: number | null
  readonly steps: Readonly<Record<string, number>>
  readonly faults: number
  readonly discrepancies: number
}

export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly postgres: string
}

const FOLDER = join(PACKAGE_ROOT, 'bench/data')
/** Above this the floor's buffers would not fit into memory beside everything else. */
const FLOOR_MAX = 2_000_000

export async function benchReconcile(
  sizes: readonly number[],
  runs: number,
  tell: (text: string) => void,
): Promise<{ machine: Machine; figures: ReconcileFigure[] }> {
  const db = await openDatabase()
  try {
    await migrate(db.pool)
    const { rows } = await db.pool.query('show server_version')
    const machine: Machine = {
      cpu: cpus()[0]?.model.trim() ?? '',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      postgres: rows[0].server_version,
    }
    const figures: ReconcileFigure[] = []
    for (const size of sizes) figures.push(await benchSize(db, size, size > FLOOR_MAX ? 1 : runs, tell))
    return { machine, figures }
  } finally {
    await db.close()
    rmSync(FOLDER, { recursive: true, force: true })
  }
}

async function benchSize(
  db: Database,
  rows: number,
  runs: number,
  tell: (text: string) => void,
): Promise<ReconcileFigure> {
  needDisk(rows)
  mkdirSync(FOLDER, { recursive: true })
  tell(`${rows}: writing the files`)
  const day = await generate(FOLDER, rows)
  const books = rows > FLOOR_MAX ? null : await booksOf(db, day)
  const floors: { oneByOne: Floor; atOnce: Floor }[] = []
  const commands: Command[] = []
  for (let run = 0; run < runs; run++) {
    if (books) {
      await settleDown(db)
      const oneByOne = await floor(db, books, { parallel: false, logged: false })
      await settleDown(db)
      floors.push({ oneByOne, atOnce: await floor(db, books, { parallel: true, logged: false }) })
    }
    await settleDown(db)
    const watch = await watchServer(db.pool)
    const command = await runCommand(day.payments, day.statement)
    commands.push({ ...command, postgresPeak: watch.stop() })
    tell(
      `${rows}: run ${run + 1}/${runs}: command ${seconds(command.took)} s${books ? `, floor ${seconds(floors.at(-1)?.oneByOne.total ?? 0)} s, at once ${seconds(floors.at(-1)?.atOnce.total ?? 0)} s` : ''}`,
    )
  }
  await settleDown(db)
  const logged = books ? (await floor(db, books, { parallel: false, logged: true })).total : null
  rmSync(day.payments)
  rmSync(day.statement)
  const command = median(commands.map(({ took }) => took))
  const of = (kind: 'oneByOne' | 'atOnce') => (books ? median(floors.map(each => each[kind].total)) : null)
  const times = (base: number | null) => (base === null ? null : round(command / base))
  return {
    rows,
    runs,
    command: round(command / 1000),
    floor: inSeconds(of('oneByOne')),
    ratio: times(of('oneByOne')),
    floorAtOnce: inSeconds(of('atOnce')),
    ratioAtOnce: times(of('atOnce')),
    floorLogged: inSeconds(logged),
    rowsPerSecond: Math.round((2 * rows) / (command / 1000)),
    nodePeak: Math.max(...commands.map(({ nodePeak }) => nodePeak)),
    postgresPeak:
      commands[0]?.postgresPeak === null ? null : Math.max(...commands.map(({ postgresPeak }) => postgresPeak ?? 0)),
    steps: Object.fromEntries(
      Object.keys(commands[0]?.steps ?? {}).map(step => [
        step,
        round(median(commands.map(({ steps }) => steps[step] ?? 0)) / 1000),
      ]),
    ),
    faults: day.faults,
    discrepancies: commands[0]?.discrepancies ?? 0,
  }
}

/** What the last run has left to write must not be paid for by the next. */
async function settleDown(db: Database): Promise<void> {
  await db.pool.query('checkpoint')
}

/** The same rows that the command loads, ready to be copied in. */
async function booksOf(db: Database, day: { payments: string; statement: string }) {
  const result = await reconcileFiles(db, {
    payments: [day.payments],
    statements: [day.statement],
    rules: DEFAULT_RULES,
  })
  const client = await db.connect()
  try {
    const { rows } = await client.query(
      "select nspname as schema from pg_namespace where nspname ~ '^reconcile_[0-9]+$' order by oid desc limit 1",
    )
    return await encodedBooks(client, rows[0].schema)
  } finally {
    await client.end()
    await result.close()
  }
}

type Command = {
  readonly took: number
  readonly nodePeak: number
  readonly steps: Record<string, number>
  readonly discrepancies: number
  readonly postgresPeak: number | null
}

function runCommand(payments: string, statement: string): Promise<Command> {
  const words = [
    join(PACKAGE_ROOT, 'src/cli.ts'),
    'reconcile',
    '--payments',
    payments,
    '--statement',
    statement,
    '--json',
    '--summary',
    '--timings',
  ]
  return new Promise((resolve, reject) => {
    const start = performance.now()
    execFile(process.execPath, words, { maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      const took = performance.now() - start
      if (error) return reject(new Error(`${error.message}\n${stderr}`))
      const { peak_mb, ...steps } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}')
      const { summary } = JSON.parse(stdout)
      if (!summary.balance.ok) return reject(new Error('the balance does not hold'))
      resolve({ took, nodePeak: peak_mb, steps, discrepancies: summary.discrepancies, postgresPeak: null })
    })
  })
}

/** Files and tables take about 1.2 kB a row. */
function needDisk(rows: number): void {
  mkdirSync(FOLDER, { recursive: true })
  const { bavail, bsize } = statfsSync(FOLDER)
  const wanted = rows * 2_500
  if (bavail * bsize < wanted) throw new Error(`${rows} rows need ${Math.ceil(wanted / 2 ** 30)} GB of disk`)
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2)
const inSeconds = (ms: number | null): number | null => (ms === null ? null : round(ms / 1000))
const round = (value: number): number => Math.round(value * 100) / 100

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
