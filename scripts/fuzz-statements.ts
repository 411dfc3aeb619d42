/**
 * Reads damaged statements of every format: `fuzz-statements.ts [--cases 100000] [--from SEED]`. The same seed is the same case,
 * as long as the samples are the same. `--from SEED --cases 1` repeats one.
 */
import { parseWords } from '../src/command_line.ts'
import { fuzz } from '../testkit/fuzz.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['cases', 'from'], many: [] })
const number = (name: string, otherwise: number): number => Number(words.values.get(name)?.[0] ?? otherwise)
const cases = number('cases', 100_000)
const result = await fuzz({
  from: number('from', 0),
  cases,
  say: done => {
    if (done % 5_000 === 0) console.error(`${done}/${cases}`)
  },
})
const { findings, ...figures } = result
console.log(JSON.stringify(figures, null, 2))
for (const { seed, sample, kind, detail } of findings) console.log(`${kind} at seed ${seed} (${sample}): ${detail}`)
console.log(findings.length === 0 ? 'nothing found' : `${findings.length} found`)
process.exitCode = findings.length > 0 ? 1 : 0
