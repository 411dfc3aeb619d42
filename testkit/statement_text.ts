import { formatMinor } from '../src/kernel/money.ts'
import { Collector } from '../src/statements/collector.ts'
import type { Format, Probe } from '../src/statements/format.ts'
import type { Line, StatementEnd, StatementOptions } from '../src/statements/statement.ts'

export type ReadText = { readonly lines: readonly Line[]; readonly end: StatementEnd }

export const probeOf = (text: string, options: StatementOptions = {}): Probe => ({
  name: 'sample',
  text: text.slice(0, 65_536),
  bytes: Buffer.from(text.slice(0, 65_536)),
  whole: text.length <= 65_536,
  options,
})

/** Reads a statement from its text, without file, container and encoding; null where the format does not claim it. */
export function readText(
  format: Format,
  text: string,
  options: StatementOptions & { pieces?: (at: number) => number } = {},
): ReadText | null {
  const probe = probeOf(text, options)
  if (!format.recognise(probe)) return null
  const into = new Collector('sample')
  const reader = format.read(probe, into)
  const lines: Line[] = []
  for (let at = 0; at < text.length; ) {
    const size = options.pieces?.(at) ?? text.length
    reader.push(text.slice(at, at + size))
    at += size
    if (into.waiting >= 256) lines.push(...into.takeBatch())
  }
  reader.end()
  lines.push(...into.takeBatch())
  return { lines, end: into.end(null) }
}

/** One line of a table per record: N, day, amount, currency, tradeNo, merchantOrderNo, payer; "_" for nothing. */
export const recordTable = ({ lines }: ReadText): string[] =>
  lines.map(line =>
    [
      line.record,
      line.date,
      formatMinor(line.amount, line.currency),
      line.currency,
      line.tradeNo || line.channelRefundNo || line.reference || '_',
      line.merchantOrderNo || '_',
      line.payer || '_',
    ].join(' '),
  )

export const failedControls = ({ end }: ReadText): string[] =>
  end.controls.filter(control => !control.ok).map(({ name, stated, computed }) => `${name}: ${stated}, not ${computed}`)

/** Codes of what was told, failed controls left out: "record code", or the code alone. */
export const toldCodes = ({ end }: ReadText): string[] =>
  end.problems
    .filter(({ code }) => code !== 'control_failed')
    .map(({ record, code }) => (record === null ? code : `${record} ${code}`))
