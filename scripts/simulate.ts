/**
 * `npm run simulate [-- --days 100] [--payments 12] [--seeds 1-20 | --found] [--jobs 2] [--resume]`: whole days of the platform from a seed (docs/continuity.md), each seed in a
 * process and on a database server of its own. Exit status 1 when something that must never be was; its line says how to see it again, the log in the data folder what was before it.
 * `--found` plays the seeds that broke something once, each for as many days as it took. `--resume` leaves out what an earlier run has seen hold.
 */
import { fork } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { dataFolder, PACKAGE_ROOT } from '../src/system/paths.ts'
import { FOUND } from '../testkit/simulator/found.ts'
import type { Told } from '../testkit/simulator/seed.ts'

const words = parseWords(process.argv.slice(2), {
  flags: ['resume', 'found'],
  single: ['days', 'payments', 'seeds', 'jobs'],
  many: [],
})
const given = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const payments = given('payments', '12')
const asked: readonly Game[] = words.flags.has('found')
  ? FOUND
  : range(given('seeds', '1-20'), Number(given('days', '100')))
const folder = join(dataFolder(), 'simulate')

type Game = { readonly seed: number; readonly days: number }

function range(seeds: string, days: number): Game[] {
  const [first = 1, last = first] = seeds.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => ({ seed: first + at, days }))
}

/** A line for each seed that was played, whatever came of it. */
const playedFile = (days: number): string => join(folder, `played-${days}-${payments}.jsonl`)

const holds = (told: Told): boolean => 'broken' in told && told.broken.length === 0

function heldBefore({ seed, days }: Game): boolean {
  if (!words.flags.has('resume') || !existsSync(playedFile(days))) return false
  const lines = readFileSync(playedFile(days), 'utf8').trim().split('\n')
  return lines.map(line => JSON.parse(line) as Told).some(told => told.seed === seed && holds(told))
}

/** One seed in a process of its own. Young objects are many and die: room for them saves a tenth of the time. */
function play({ seed, days }: Game, job: number): Promise<Told> {
  const log = openSync(join(folder, `seed-${seed}-${days}.log`), 'w')
  const child = fork(join(PACKAGE_ROOT, 'testkit/simulator/seed.ts'), [String(seed), String(days), payments], {
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

function lineOf(told: Told, { days }: Game): string {
  const again = (until: number) => `npm run simulate -- --days ${until} --payments ${payments} --seeds ${told.seed}`
  if ('failure' in told) return `seed ${told.seed} BROKE OFF: ${told.failure}\n  again: ${again(days)}`
  if (!holds(told)) return `seed ${told.seed} BROKE ${told.broken.join('\n  ')}\n  again: ${again(told.days)}`
  const { seed, closed, movements, discrepancies, restated, strikes, crashes, revived, seconds } = told
  return `seed ${seed}: ${told.days} days hold, ${closed} closes, ${movements} movements, ${discrepancies} discrepancies, ${restated} restated, ${strikes} strikes (${crashes} on the database itself), ${revived} new platforms, ${seconds} s`
}

mkdirSync(folder, { recursive: true })
const from = performance.now()
const left = asked.filter(game => !heldBefore(game))
const games = left.length
let broken = 0
await Promise.all(
  Array.from({ length: Math.min(games, Number(given('jobs', '2'))) }, async (_, job) => {
    for (let game = left.shift(); game !== undefined; game = left.shift()) {
      const told = await play(game, job)
      if (!holds(told)) broken++
      appendFileSync(playedFile(game.days), `${JSON.stringify(told)}\n`)
      console.log(lineOf(told, game))
    }
  }),
)
console.log(`${games} seeds, ${broken} broken, ${Math.round((performance.now() - from) / 1000)} s`)
process.exitCode = broken > 0 ? 1 : 0
