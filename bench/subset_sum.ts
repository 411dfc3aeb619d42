/** `node bench/subset_sum.ts`: the exact search over the largest number of candidates, when there is no solution to be found. */

import { exactSums } from '../src/matching/subset_sum.ts'
import { DEFAULT_CHANNEL_RULES } from '../src/rules/rules.ts'

const count = DEFAULT_CHANNEL_RULES.subsetSum.maxCandidates
// Even amounts never add up to an odd target, so both halves are searched to the end.
const amounts = Array.from({ length: count }, (_, i) => 2 * (((1_000_003 * (i + 1)) % 99_991) + 7))
const target = Math.floor(amounts.reduce((sum, amount) => sum + amount, 0) / 4) * 2 + 1
const times = Array.from({ length: 11 }, () => {
  const started = performance.now()
  if (exactSums(amounts, target, count).found !== 'none') throw new Error('there is no such sum')
  return performance.now() - started
}).sort((a, b) => a - b)
process.stdout.write(`${count} candidates: median ${times[5]?.toFixed(0)} ms, slowest ${times[10]?.toFixed(0)} ms\n`)
