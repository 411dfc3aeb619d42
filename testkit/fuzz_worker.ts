import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { Failure } from '../src/kernel/failure.ts'
import type { InspectDocument } from '../src/statements/api.ts'
import { inspectStatement } from '../src/statements/inspect.ts'
import { CASE_MB, CASE_MS, type Finding, type FuzzReport, fuzzSamples } from './fuzz.ts'
import { mutate, seeded } from './mutate.ts'

const { from, to } = workerData as { from: number; to: number }
const samples = fuzzSamples().map(sample => ({ ...sample, bytes: readFileSync(sample.path) }))
const sound = new Map<string, InspectDocument | null>()
const scratch = mkdtempSync(join(tmpdir(), 'fzpay-fuzz-'))
const report = (message: FuzzReport) => parentPort!.postMessage(message)

const LIMITS = { unpackedBytes: 32 << 20, ratio: 300, rowLength: 1 << 20, pieceBytes: 65_536 }

async function tryOne(seed: number): Promise<void> {
  const random = seeded(seed)
  const sample = samples[Math.floor(random() * samples.length)]!
  const other = samples[Math.floor(random() * samples.length)]!
  report({ started: seed, sample: sample.name })
  if (!sound.has(sample.name)) sound.set(sample.name, await inspected(sample.path).catch(() => null))
  const path = join(scratch, 'case')
  writeFileSync(path, mutate(sample.bytes, other.bytes, random))
  const findings: Finding[] = []
  const find = (kind: Finding['kind'], detail: string) => findings.push({ seed, sample: sample.name, kind, detail })
  const before = memory()
  const began = performance.now()
  let outcome: string
  try {
    const document = await inspected(path)
    outcome = document.verdict
    const wrong = wrongTotal(sound.get(sample.name) ?? null, document)
    if (wrong) find('wrong_total', wrong)
  } catch (error) {
    outcome = 'refused'
    if (!(error instanceof Failure)) {
      outcome = 'crash'
      find('crash', error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }
  const ms = performance.now() - began
  const mb = Math.max(0, memory() - before)
  if (ms > CASE_MS) find('slow', `${Math.round(ms)} ms`)
  if (mb > CASE_MB) find('memory', `${Math.round(mb)} MB more`)
  report({ ended: seed, sample: sample.name, outcome, ms, mb, findings })
}

const inspected = (path: string): Promise<InspectDocument> =>
  inspectStatement(path, { currency: 'CNY', digest: false, limits: LIMITS, lang: 'en' })

const memory = (): number => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return (heapUsed + external + arrayBuffers) / 1e6
}

/**
 * A file that is ready for booking, still states the totals it stated when it was sound, and now adds up to something else: then
 * its own control was not used. Which figure a control states is told by the sound file.
 */
function wrongTotal(before: InspectDocument | null, now: InspectDocument): string | null {
  if (!before || before.verdict === 'rejected' || now.verdict !== 'ready' || before.format !== now.format) return null
  const [was, is] = [figures(before), figures(now)]
  for (const control of before.controls) {
    // One of several statements in the file says nothing about the sum of them all.
    if (before.controls.filter(each => tagOf(each.name) === tagOf(control.name)).length > 1) continue
    // A running balance whose opening is not stated holds over whatever rows are left.
    if (/期末|balance|saldo/i.test(control.name)) continue
    const same = now.controls.find(each => each.name === control.name && each.stated === control.stated)
    const meant = [...was].filter(([, value]) => value === control.computed).map(([figure]) => figure)
    if (!same || meant.length === 0) continue
    if (meant.every(figure => is.get(figure) !== control.computed))
      return `${control.name} states ${control.stated}, but ${meant.join(' or ')} is ${meant.map(figure => is.get(figure)).join(' or ')}`
  }
  return null
}

const tagOf = (name: string): string => name.split(' ')[0]!

function figures({ by_currency, records }: InspectDocument): Map<string, string> {
  const found = new Map([['records', String(records)]])
  for (const [currency, { credits, debits, neutral }] of Object.entries(by_currency)) {
    found.set(`${currency} credits`, credits.amount)
    found.set(`${currency} debits`, debits.amount)
    found.set(`${currency} credits count`, String(credits.count))
    found.set(`${currency} debits count`, String(debits.count))
    found.set(`${currency} neutral`, neutral.amount)
    const cents = (text: string) => Math.round(Number(text) * 1_000)
    const plain = (thousandths: number) => (thousandths / 1_000).toFixed(2)
    found.set(`${currency} net`, plain(cents(credits.amount) - cents(debits.amount)))
    found.set(`${currency} turnover`, plain(cents(credits.amount) + cents(debits.amount)))
  }
  return found
}

try {
  for (let seed = from; seed < to; seed++) await tryOne(seed)
} finally {
  rmSync(scratch, { recursive: true })
}
