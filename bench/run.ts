/**
 * `npm run bench [-- --rows 500,100000,1000000] [--runs 3] [--large]`: prints the table and writes bench/results.json.
 * `--large` adds 10,000,000 rows, which take some minutes and 8 GB of disk.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { benchReconcile, type Machine, type ReconcileFigure } from './reconcile.ts'

const words = parseWords(process.argv.slice(2), { flags: ['large'], single: ['rows', 'runs'], many: [] })
const given = words.values.get('rows')?.[0]
const sizes = (given ?? '500,100000,1000000').split(',').map(Number)
if (words.flags.has('large')) sizes.push(10_000_000)
const runs = Number(words.values.get('runs')?.[0] ?? 5)

const result = await benchReconcile(sizes, runs, text => process.stderr.write(`${text}\n`))
const table = tableOf(result.machine, result.figures)
process.stdout.write(table)
writeFileSync(join(PACKAGE_ROOT, 'bench/results.json'), `${JSON.stringify(result, null, 2)}\n`)

export function tableOf(machine: Machine, figures: readonly ReconcileFigure[]): string {
  const shown = (value: number | null) => (value === null ? '–' : String(value))
  const head = [
    'rows × rows',
    'command s',
    'floor s',
    '×',
    'floor, both COPYs at once s',
    '×',
    'floor, logged s',
    'rows/s',
    'Node MB',
    'PostgreSQL MB',
    'open',
    'load',
    'settle',
    'decide',
    'prove',
  ]
  const rows = figures.map(f => [
    f.rows.toLocaleString('en'),
    shown(f.command),
    shown(f.floor),
    shown(f.ratio),
    shown(f.floorAtOnce),
    shown(f.ratioAtOnce),
    shown(f.floorLogged),
    f.rowsPerSecond.toLocaleString('en'),
    shown(f.nodePeak),
    shown(f.postgresPeak),
    ...['open', 'load', 'settle', 'decide', 'prove'].map(step => shown(f.steps[step] ?? null)),
  ])
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Node ${machine.node}, PostgreSQL ${machine.postgres}\n\n` +
    line(head) +
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))) +
    rows.map(line).join('')
  )
}
