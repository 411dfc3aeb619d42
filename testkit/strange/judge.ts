import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { Failure } from '../../src/kernel/failure.ts'
import { inspectStatement } from '../../src/statements/inspect.ts'
import { openStatement } from '../../src/statements/read.ts'
import type { Line, StatementOptions } from '../../src/statements/statement.ts'
import { isRight, type Movement, movementsOf, type StrangeLayout, signedOf } from './movements.ts'

export type Judgement = {
  readonly name: string
  readonly columns: number
  readonly right: number
  /** What is wrong about columns, and whether the file was asked about. */
  readonly missed: readonly string[]
  readonly asked: boolean
  readonly refused: string | null
  /** Records that say another amount, sign or moment than was meant, though nothing was asked. */
  readonly wrong: readonly string[]
  readonly rejected: number
  readonly told: readonly string[]
}

const quote = (cell: string, delimiter: string): string =>
  cell.includes(delimiter) || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell

export function fileOf(layout: StrangeLayout, movements: readonly Movement[]): Buffer {
  const { delimiter, columns } = layout
  const line = (cells: readonly string[]) => cells.map(cell => quote(cell, delimiter)).join(delimiter)
  const text = `${[
    ...(layout.above ?? []),
    ...(layout.headless ? [] : [line(columns.map(([header]) => header))]),
    ...movements.flatMap(movement => [
      line(columns.map(([, , cell]) => cell(movement))),
      ...[layout.between?.(movement, movements) ?? []].flat(),
    ]),
    ...(layout.below?.(movements) ?? []),
  ].join('\r\n')}\r\n`
  if (layout.encoding === 'utf16le') return Buffer.from(`\ufeff${text}`, 'utf16le')
  return layout.encoding
    ? iconv.encode(text, layout.encoding === 'latin1' ? 'windows-1252' : layout.encoding)
    : Buffer.from(text)
}

export async function judge(
  layout: StrangeLayout,
  seed: number,
  tongue: 'zh' | 'en',
  options: StatementOptions = {},
): Promise<Judgement> {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-strange-'))
  try {
    const movements = movementsOf(layout, seed, tongue)
    const path = join(folder, 'strange.txt')
    writeFileSync(path, fileOf(layout, movements))
    return await judged(layout, movements, path, { currency: 'CNY', digest: false, ...options })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function judged(
  layout: StrangeLayout,
  movements: readonly Movement[],
  path: string,
  options: StatementOptions,
): Promise<Judgement> {
  const seen = { name: layout.name, columns: layout.columns.length, wrong: [], told: [], rejected: 0 }
  let document: Awaited<ReturnType<typeof inspectStatement>>
  try {
    document = await inspectStatement(path, options)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...seen, right: 0, missed: [], asked: true, refused: error.code }
  }
  const missed = layout.columns.flatMap(([header, label], column) => {
    const said = document.columns[column]?.field ?? null
    return isRight(label, said) ? [] : [`${header} is ${label}, taken for ${said}`]
  })
  const asked = document.problems.some(({ severity, record }) => severity === 'error' && record === null)
  const lines: Line[] = []
  if (!asked) {
    const statement = await openStatement(path, options)
    for await (const batch of statement.records()) {
      lines.push(...batch)
      statement.rejected()
    }
  }
  return {
    ...seen,
    right: layout.columns.length - missed.length,
    missed,
    asked,
    refused: null,
    rejected: document.problems.filter(({ record, severity }) => record !== null && severity === 'error').length,
    told: [...new Set(document.problems.map(({ code, severity }) => `${severity} ${code}`))],
    wrong: asked ? [] : wrongOf(layout, movements, lines),
  }
}

function wrongOf(layout: StrangeLayout, movements: readonly Movement[], lines: readonly Line[]): string[] {
  const wrong: string[] = []
  if (lines.length > movements.length) wrong.push(`${lines.length} records for ${movements.length}`)
  for (const line of lines) {
    const movement = movements[line.record - 1]
    if (!movement) continue
    const amount = (layout.amount ?? signedOf)(movement)
    if (line.amount !== amount) wrong.push(`record ${line.record}: amount ${line.amount}, not ${amount}`)
    const day = layout.day?.(movement) ?? movement.day.toString()
    const at = movement.day.toZonedDateTime({ timeZone: layout.zone ?? 'Asia/Shanghai', plainTime: movement.clock })
    if (line.at === null ? line.date !== day : !layout.timeless && line.at !== at.epochMilliseconds)
      wrong.push(`record ${line.record}: ${line.at === null ? line.date : new Date(line.at).toISOString()}, not ${at}`)
    if (layout.timeless && line.at !== null) wrong.push(`record ${line.record}: a time that no column tells`)
    if (layout.failed?.(movement) && line.status === 'success') wrong.push(`record ${line.record}: it failed`)
    if (line.currency !== (layout.currency ?? line.currency)) wrong.push(`record ${line.record}: ${line.currency}`)
    if (line.neutral) wrong.push(`record ${line.record}: neutral`)
  }
  return wrong
}
