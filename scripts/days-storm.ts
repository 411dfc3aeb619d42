/**
 * `npm run days [-- --days 20] [--payments 150] [--servers 2] [--workers 4] [--kills 3] [--seed 1]`: days of traffic with faults against servers and workers that are killed at
 * random (docs/days.md). Exit status 1 when a day does not close with its proof, or a row is settled twice or not at all.
 */
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { dataFolder } from '../src/system/paths.ts'
import { daysStorm } from '../testkit/days_storm/days_storm.ts'

const words = parseWords(process.argv.slice(2), {
  flags: [],
  single: ['days', 'payments', 'servers', 'workers', 'kills', 'seed'],
  many: [],
})
const given = (name: string, fallback: number): number => Number(words.values.get(name)?.[0] ?? fallback)
const report = await daysStorm({
  folder: join(dataFolder(), 'days-storm'),
  days: given('days', 20),
  paymentsADay: given('payments', 150),
  servers: given('servers', 2),
  workers: given('workers', 4),
  killsADay: given('kills', 3),
  seed: given('seed', 1),
  patienceMs: 180_000,
  tell: text => process.stderr.write(`${text}\n`),
})
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
const { notClosed, closed, proofsThatHold, unplaced, twice, falsePairs } = report
process.exitCode = notClosed.length === 0 && closed === proofsThatHold && unplaced + twice + falsePairs === 0 ? 0 : 1
