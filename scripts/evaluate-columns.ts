/**
 * Column recognition on layouts that nothing was trained on: scripts/columns/held_back.tsv, and the tables among
 * ../shared/samples where they lie beside the repository. A column is right when the proposal says what the label says; an
 * amount, time or direction must be right or asked about.
 */

import { globSync } from 'node:fs'
import { join } from 'node:path'
import { inspectStatement } from '../src/statements/inspect.ts'
import type { Field } from '../src/statements/statement.ts'
import { proposeLayout } from '../src/statements/table/layout.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { CHINESE } from '../testkit/strange/chinese.ts'
import { FOREIGN } from '../testkit/strange/foreign.ts'
import { judge } from '../testkit/strange/judge.ts'
import { TREACHEROUS } from '../testkit/strange/treacherous.ts'
import { type LabelledLayout, readLayouts, tableOf } from './columns/table.ts'

const VARIANTS = 5
const CRITICAL: ReadonlySet<Field | null> = new Set<Field>([
  'occurred_at',
  'date',
  'time',
  'amount',
  'amount_in',
  'amount_out',
  'direction',
])

export type Score = {
  columns: number
  right: number
  critical: number
  criticalRight: number
  asked: number
  wrong: string[]
  missed: string[]
  layouts: number
  layoutsAsked: number
}

export function evaluate(layouts: readonly LabelledLayout[], variants = VARIANTS): Score {
  const score: Score = {
    columns: 0,
    right: 0,
    critical: 0,
    criticalRight: 0,
    asked: 0,
    wrong: [],
    missed: [],
    layouts: 0,
    layoutsAsked: 0,
  }
  for (const [index, layout] of layouts.entries())
    for (let variant = 0; variant < variants; variant++) {
      const rows = tableOf(layout, 70_000 + index * 100 + variant)
      const headers = layout.columns.map(column => column.header)
      const found = proposeLayout(headers, rows, {})
      score.layouts++
      // Which of 03/04 is the month is a question about the dates, not about the column.
      const questions = found.doubts.filter(doubt => !doubt.code.startsWith('date_order'))
      if (questions.length > 0) score.layoutsAsked++
      for (const [at, { header, field, spare }] of layout.columns.entries()) {
        const said = found.columns[at]!.field
        const right = said === field || (spare && said === null) || sameMoment(said, field)
        const asked = questions.some(doubt => doubt.column === header || doubt.column === null)
        score.columns++
        if (right) score.right++
        else score.missed.push(`${layout.name}: ${header} is ${field}, taken for ${said}${asked ? ', asked' : ''}`)
        if (!CRITICAL.has(field) && !CRITICAL.has(said)) continue
        score.critical++
        if (right) score.criticalRight++
        // The whole file waits while anything is asked: nothing of it is read by a wrong mapping.
        else if (questions.length > 0) score.asked++
        else score.wrong.push(`${layout.name}: ${header} is ${field}, taken for ${said}`)
      }
    }
  return score
}

/** A date and a moment are one meaning; which of them it is, the values say. */
const sameMoment = (a: Field | null, b: Field | null): boolean =>
  (a === 'date' && b === 'occurred_at') || (a === 'occurred_at' && b === 'date')

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`

export function report(name: string, score: Score): string {
  const { columns, right, critical, criticalRight, asked, wrong, layouts, layoutsAsked } = score
  return [
    `${name}: ${layouts} tables, ${columns} columns`,
    `  columns right                     ${right}/${columns} ${percent(right, columns)}`,
    `  amount, time, direction right     ${criticalRight}/${critical} ${percent(criticalRight, critical)}`,
    `  … right or asked                  ${criticalRight + asked}/${critical} ${percent(criticalRight + asked, critical)}`,
    `  tables with a question            ${layoutsAsked}/${layouts}`,
    ...wrong.map(each => `  WRONG ${each}`),
  ].join('\n')
}

/** Tables of others beside the repository: how many are read without a question. What they say is checked by a test. */
async function realFiles(): Promise<string> {
  const files = globSync('../shared/samples/{generic-csv,cn-bank,cn-wallet,psp-other}/*', { cwd: PACKAGE_ROOT })
  if (files.length === 0) return 'no ../shared/samples beside the repository: skipped'
  const found: Record<string, number> = {
    'read without a question': 0,
    'asked about': 0,
    'refused or another format': 0,
  }
  for (const file of files.filter(name => !name.endsWith('.md'))) {
    const document = await inspectStatement(join(PACKAGE_ROOT, file), { currency: 'CNY', digest: false }).catch(
      () => null,
    )
    const table = document !== null && ['csv', 'xlsx', 'xls'].includes(document.format)
    const questions = document?.problems.some(({ code }) => /_(unsure|missing|alike|unknown|changed)$/.test(code))
    found[!table ? 'refused or another format' : questions ? 'asked about' : 'read without a question']!++
  }
  return `../shared/samples: ${Object.entries(found)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')}`
}

/** Whole files made up by others than who wrote the training table: what is read of them without a question must be true. */
async function strangeFiles(): Promise<string> {
  const groups = [
    [CHINESE, 'zh'],
    [FOREIGN, 'en'],
    [TREACHEROUS, 'zh'],
  ] as const
  let [files, columns, right, asked, wrong] = [0, 0, 0, 0, 0]
  for (const [layouts, tongue] of groups)
    for (const [index, layout] of layouts.entries())
      for (let variant = 0; variant < VARIANTS; variant++) {
        const judgement = await judge(layout, 40_000 + index * 100 + variant, tongue)
        files++
        columns += judgement.columns
        right += judgement.right
        if (judgement.asked) asked++
        if (judgement.wrong.length > 0) wrong++
      }
  return [
    `strange files: ${files} files, ${columns} columns`,
    `  columns right                     ${right}/${columns} ${percent(right, columns)}`,
    `  files with a question             ${asked}/${files}`,
    `  silently wrong amount, sign, time ${wrong}/${files}`,
  ].join('\n')
}

if (import.meta.main) {
  const held = evaluate(readLayouts('held_back.tsv'))
  console.log(report('held back', held))
  if (process.argv.includes('--missed')) for (const each of new Set(held.missed)) console.log(`  ${each}`)
  console.log(await strangeFiles())
  console.log(await realFiles())
  console.log(report('trained on', evaluate(readLayouts('layouts.tsv'), 1)))
}
