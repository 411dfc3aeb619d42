/**
 * How well probes are told from what people write: `npm run probes`. Every line of testkit/probes is judged as a query value and identifier
 * (strict) and as free text; what is missed and every false alarm is listed.
 */
import { probeIn } from '../src/intrusion/probes.ts'
import { readAttacks, readOrdinary } from '../testkit/probes.ts'

const attacks = readAttacks()
const ordinary = readOrdinary()
const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`.padStart(8)

console.log(`${attacks.length} attacks; caught in a query value or identifier, and in free text:`)
const families = [...new Set(attacks.map(attack => attack.family))]
for (const family of families) {
  const own = attacks.filter(attack => attack.family === family)
  const strict = own.filter(({ text }) => probeIn(text, 'query')?.certain)
  const free = own.filter(({ text }) => probeIn(text, 'free_text'))
  console.log(
    `  ${family.padEnd(14)} ${String(own.length).padStart(3)} ${share(strict.length, own.length)} ${share(free.length, own.length)}`,
  )
}
const strict = attacks.filter(({ text }) => probeIn(text, 'query')?.certain)
const free = attacks.filter(({ text }) => probeIn(text, 'free_text'))
console.log(
  `  ${'all'.padEnd(14)} ${attacks.length} ${share(strict.length, attacks.length)} ${share(free.length, attacks.length)}`,
)
for (const { family, text } of attacks)
  if (!probeIn(text, 'query')?.certain) console.log(`  missed as a query value: ${family} ${text}`)
const alarms = ordinary.filter(({ text }) => probeIn(text, 'free_text'))
console.log(`${ordinary.length} ordinary texts: ${alarms.length} false alarms`)
for (const { kind, text } of alarms) console.log(`  ${kind} ${text}: ${probeIn(text, 'free_text')?.family}`)
if (process.argv.includes('--all'))
  for (const { family, text } of attacks)
    if (!probeIn(text, 'free_text')) console.log(`  let pass as free text: ${family} ${text}`)

const texts = ordinary.map(({ text }) => text)
const rounds = 400
for (let i = 0; i < 50; i++) for (const text of texts) probeIn(text, 'free_text')
const from = performance.now()
for (let i = 0; i < rounds; i++) for (const text of texts) probeIn(text, 'free_text')
console.log(`${(((performance.now() - from) * 1000) / rounds / texts.length).toFixed(2)} µs a text`)
