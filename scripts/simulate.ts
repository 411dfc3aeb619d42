/**
 * `npm run simulate [-- --days 100] [--payments 12] [--seeds 1-20] [--jobs 2] [--resume]`: whole days of the platform from a seed (docs/continuity.md), each seed in a process
 * and on a database server of its own. Exit status 1 when something that must never be was; its line says how to see it again, the log in the data folder what was before it.
 * `--resume` leaves out the seeds that an earlier run of as many days has seen hold.
 */
import { fork } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { dataFolder, PACKAGE_ROOT } from '../src/system/paths.ts'
import type { Told } from '../testkit/simulator/seed.ts'

const words = parseWords(process.argv.slice(2), {
  flags: ['resume'],
  single: ['days', 'payments', 'seeds', 'jobs'],
  many: [],
})
const given = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const [days, payments] = [given('days', '100'), given('payments', '12')]
const [first = 1, last = first] = given('seeds', '1-20').split('-').map(Number)
const folder = join(dataFolder(), 'simulate')
/** A line for each seed that was played, whatever came of it. */
const PLAYED = join(folder, `played-${days}-${payments}.jsonl`)

const holds = (told: Told): boolean => 'broken' in told && told.broken.length === 0

function heldBefore(): Set<number> {
  if (!words.flags.has('resume') || !existsSync(PLAYED)) return new Set()
  const all = readFileSync(PLAYED, 'utf8').trim().split('\n')
  return new Set(
    all
      .map(line => JSON.parse(line) as Told)
      .filter(holds)
      .map(({ seed }) => seed),
  )
}

/** One seed in a process of its own. Young objects are many and die: room for them saves a tenth of the time. */
function play(seed: number, job: number): Promise<Told> {
  const log = openSync(join(folder, `seed-${seed}.log`), 'w')
  const child = fork(join(PACKAGE_ROOT, 'testkit/simulator/seed.ts'), [String(seed), days, payments], {
    env: {
      NODE_COMPILE_CACHE: join(PACKAGE_ROOT, 'node_modules/.cache/fzpay'),
      ...process.env,
      FZPAY_DATA: join(folder, `job-${job}`),
    },
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', log, log, 'ipc'],
  })
  return new Promise(resolve => {
    child.once('message', told => resolve(told as Told))
    child.once('exit', (code, signal) =>
      resolve({ seed, seconds: 0, failure: `its process ended: ${signal ?? `exit status ${code}`}` }),
    )
  })
}

function lineOf(told: Told): string {
  const again = (until: string | number) =>
    `npm run simulate -- --days ${until} --payments ${payments} --seeds ${told.seed}`
  if ('failure' in told) return `seed ${told.seed} BROKE OFF: ${told.failure}\n  again: ${again(days)}`
  if (!holds(told)) return `seed ${told.seed} BROKE ${told.broken.join('\n  ')}\n  again: ${again(told.days)}`
  const { seed, closed, movements, discrepancies, restated, strikes, revived, seconds } = told
  return `seed ${seed}: ${told.days} days hold, ${closed} closes, ${movements} movements, ${discrepancies} discrepancies, ${restated} restated, ${strikes} strikes, ${revived} new platforms, ${seconds} s`
}

mkdirSync(folder, { recursive: true })
const from = performance.now()
const known = heldBefore()
const left = Array.from({ length: last - first + 1 }, (_, at) => first + at).filter(seed => !known.has(seed))
const asked = left.length
let broken = 0
await Promise.all(
  Array.from({ length: Math.min(asked, Number(given('jobs', '2'))) }, async (_, job) => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const told = await play(seed, job)
      if (!holds(told)) broken++
      appendFileSync(PLAYED, `${JSON.stringify(told)}\n`)
      console.log(lineOf(told))
    }
  }),
)
console.log(`${asked} seeds of ${days} days, ${broken} broken, ${Math.round((performance.now() - from) / 1000)} s`)
process.exitCode = broken > 0 ? 1 : 0
