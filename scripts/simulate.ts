/**
 * `npm run simulate [-- --days 100] [--payments 12] [--seeds 1-20]`: whole days of the platform from a seed (docs/continuity.md). Exit status 1 when something that must never
 * be was; the seed and the day say how to see it again.
 */
import { parseWords } from '../src/command_line.ts'
import { closeTestServer } from '../testkit/server.ts'
import { simulate } from '../testkit/simulator/simulate.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['days', 'payments', 'seeds'], many: [] })
const given = (name: string, otherwise: string): string => words.values.get(name)?.[0] ?? otherwise
const [first = 1, last = first] = given('seeds', '1-20').split('-').map(Number)
const from = performance.now()
let broken = 0
for (let seed = first; seed <= last; seed++) {
  const told = await simulate({
    ...{ seed, days: Number(given('days', '100')), paymentsADay: Number(given('payments', '12')) },
    tell: text => process.stderr.write(`${text}\n`),
  })
  broken += told.broken.length
  console.log(JSON.stringify(told))
}
console.log(`${last - first + 1} seeds, ${broken} broken, ${Math.round((performance.now() - from) / 1000)} s`)
await closeTestServer()
process.exitCode = broken > 0 ? 1 : 0
