/**
 * How fast, and in how much memory, `fzpay inspect` reads a statement on one core: the whole command with its start, its SM3, its
 * garbage collector and every thread, beside a floor in the same run that only reads, decodes and cuts the same file into lines.
 *
 *   node bench/parse.ts [FORMAT…] [--mb 200 | --units N] [--runs 3] [--packing none|gzip|zip] [--core 0] [--json]
 *
 * `--mb 2000` is the 2 GB file, `xlsx --units 1000000` a workbook of so many rows (200,000 unless told). Files are made piece by
 * piece in a folder of their own in the system's temporary folder (TMPDIR) and deleted. The median of the runs is shown. Records
 * per second of processor time are what the core would do alone; by the clock they are fewer when others want the same core.
 */
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createGunzip } from 'node:zlib'
import { CASES, type Packing, unitsIn, writeCase } from './parse_cases.ts'
import type { ParseCase } from './parse_values.ts'
import { type Cost, canPin, costOf } from './process.ts'

const OWN = fileURLToPath(import.meta.url)
const FZPAY = fileURLToPath(new URL('../bin/fzpay.mjs', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mb: { type: 'string', default: '200' },
    units: { type: 'string' },
    runs: { type: 'string', default: '3' },
    packing: { type: 'string', default: 'none' },
    core: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    floor: { type: 'string' },
    encoding: { type: 'string', default: 'utf8' },
  },
})

/** The floor: the bytes read, unpacked where they are packed by gzip, decoded and cut into lines; nothing understood. */
async function countLines(path: string, encoding: string): Promise<number> {
  const decoder = new TextDecoder(encoding === 'utf8' ? 'utf-8' : encoding)
  const file = createReadStream(path)
  let lines = 0
  let rest = ''
  for await (const piece of values.packing === 'gzip' ? file.pipe(createGunzip()) : file) {
    const text = rest + decoder.decode(piece as Buffer, { stream: true })
    let from = 0
    for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', from)) {
      if (text.slice(from, feed).length > 0) lines++
      from = feed + 1
    }
    rest = text.slice(from)
  }
  return lines
}

const median = (costs: readonly Cost[]): Cost =>
  costs.toSorted((a, b) => a.processor - b.processor)[Math.floor(costs.length / 2)]!

async function measure(kind: ParseCase, folder: string, core: number | null): Promise<Record<string, string | number>> {
  // A workbook is packed as it is.
  const packing = kind.workbook ? 'zip' : (values.packing as Packing)
  const path = join(folder, 'statement')
  const units = values.units === undefined ? unitsIn(Number(values.mb) * 1e6, kind) : Number(values.units)
  await writeCase(path, units, kind, packing)
  const commands: Cost[] = []
  const floors: Cost[] = []
  // They take turns, so that what else the machine does falls on both.
  for (let run = 0; run < Number(values.runs); run++) {
    if (packing !== 'zip')
      floors.push(
        await costOf([process.execPath, OWN, '--floor', path, '--encoding', kind.encoding, '--packing', packing], core),
      )
    commands.push(await costOf([process.execPath, FZPAY, 'inspect', path, '--json'], core))
  }
  const command = median(commands)
  const { records, verdict } = JSON.parse(command.stdout) as { records: number; verdict: string }
  if (records !== kind.records(units) || verdict !== kind.verdict)
    throw new Error(`${kind.name}: ${records} records and ${verdict}, not ${kind.records(units)} and ${kind.verdict}`)
  const size = statSync(path).size
  rmSync(path)
  return {
    format: kind.name,
    MB: Math.round(size / 1e6),
    of: kind.unit,
    number: units,
    seconds: Number(command.seconds.toFixed(1)),
    processor: Number(command.processor.toFixed(1)),
    'a second': Math.round(units / command.seconds),
    'a processor second': Math.round(units / command.processor),
    target: kind.target ?? 'none',
    'times the floor': floors.length === 0 ? 'n/a' : Number((command.processor / median(floors).processor).toFixed(1)),
    'peak MB': Math.max(...commands.map(({ peakMb }) => peakMb)),
  }
}

if (values.floor !== undefined) console.log(await countLines(values.floor, values.encoding))
else {
  const unknown = positionals.find(name => !CASES.some(kind => kind.name === name))
  if (unknown !== undefined)
    throw new Error(`no format ${unknown}; there are ${CASES.map(({ name }) => name).join(' ')}`)
  const core = canPin() ? Number(values.core) : null
  if (core === null) console.error('taskset is missing: the commands may use every core')
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-'))
  const rows: Record<string, string | number>[] = []
  try {
    for (const kind of CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name)))
      rows.push(await measure(kind, folder, core))
  } finally {
    rmSync(folder, { recursive: true })
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else console.table(rows)
}
