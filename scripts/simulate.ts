/**
 * `npm run simulate [-- --days 100] [--payments 12] [--seeds 1-20 | --found] [--jobs 2] [--resume]`: whole days of the platform from a seed (docs/continuity.md), each seed in a
 * process and on a database server of its own. Exit status 1 when something that must never be was; its line says how to see it again, the log in the data folder what was before it.
 * `--found` plays the seeds that broke something once, each for as many days as it took. `--resume` leaves out what an earlier run has seen hold.
 */
import { appendFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { dataFolder } from '../src/system/paths.ts'
import { FOUND } from '../testkit/simulator/found.ts'
import { holds, playSeed, type Told } from '../testkit/simulator/seed.ts'

const words = parseWords(process.argv.slice(2), {
  flags: ['resume', 'found'],
  single: ['days', 'payments', 'seeds', 'jobs'],
  many: [],
})
const given = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const paymentsADay = Number(given('payments', '12'))
const asked: readonly Asked[] = words.flags.has('found')
  ? FOUND
  : range(given('seeds', '1-20'), Number(given('days', '100')))
const folder = join(dataFolder(), 'simulate')

type Asked = { readonly seed: number; readonly days: number }

function range(seeds: string, days: number): Asked[] {
  const [first = 1, last = first] = seeds.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => ({ seed: first + at, days }))
}

/** A line for each seed that was played, whatever came of it. */
const playedFile = (days: number): string => join(folder, `played-${days}-${paymentsADay}.jsonl`)

function heldBefore({ seed, days }: Asked): boolean {
  if (!words.flags.has('resume') || !existsSync(playedFile(days))) return false
  const lines = readFileSync(playedFile(days), 'utf8').trim().split('\n')
  return lines.map(line => JSON.parse(line) as Told).some(told => told.seed === seed && holds(told))
}

function lineOf(told: Told, { days }: Asked): string {
  const again = (until: number) => `npm run simulate -- --days ${until} --payments ${paymentsADay} --seeds ${told.seed}`
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
      const log = openSync(join(folder, `seed-${game.seed}-${game.days}.log`), 'w')
      const told = await playSeed({ ...game, paymentsADay }, join(folder, `job-${job}`), log)
      if (!holds(told)) broken++
      appendFileSync(playedFile(game.days), `${JSON.stringify(told)}\n`)
      console.log(lineOf(told, game))
    }
  }),
)
console.log(`${games} seeds, ${broken} broken, ${Math.round((performance.now() - from) / 1000)} s`)
process.exitCode = broken > 0 ? 1 : 0
