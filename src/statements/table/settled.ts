import { Failure } from '../../kernel/failure.ts'
import type { Collector } from '../collector.ts'
import type { ReaderHead } from '../format.ts'
import type { StatementOptions } from '../statement.ts'
import { layoutColumns, learnt } from '../templates.ts'
import type { FoundTable } from './dialect.ts'
import { cleanCell, type Layout, proposeLayout } from './layout.ts'
import { shapeOf } from './shape.ts'

/** A table whose columns are certain; a Failure that asks a person where they are not. */
export function settledTable(
  table: FoundTable,
  delimiter: string | null,
  options: StatementOptions,
  into: Collector,
): { layout: Layout; head: ReaderHead } {
  const known = {
    dialect: delimiter ?? '',
    columns: layoutColumns(
      table.headers.map(header => header.trim()),
      column => shapeOf(table.sample.map(row => cleanCell(row[column] ?? ''))),
    ),
  }
  const told = learnt(known, options)
  const layout = withTold(proposeLayout(table.headers, table.sample, told.options, table.above), told)
  const head: ReaderHead = {
    delimiter,
    confidence: layout.confidence,
    columns: layout.columns,
    zone: options.zone ?? 'Asia/Shanghai',
    period: null,
    currency: layout.currency ?? options.currency ?? null,
    layout: known,
  }
  if (layout.doubts.length === 0) return { layout, head }
  throw new Failure(
    'columns_unsure',
    {
      zh: `文件“${into.file}”的列含义不能确定：${layout.doubts.map(doubt => doubt.zh).join('；')}`,
      en: `the columns of "${into.file}" are not certain: ${layout.doubts.map(doubt => doubt.en).join('; ')}`,
    },
    {
      file: into.file,
      head,
      sample: table.sample,
      problems: layout.doubts.map(doubt => ({ severity: 'error', record: null, line: null, ...doubt })),
    },
  )
}

/** What a template leaves to ask, and what it says of the currency. */
function withTold(layout: Layout, told: ReturnType<typeof learnt>): Layout {
  if (!told.template) return layout
  const asked = new Set(told.doubts.map(doubt => doubt.column))
  return {
    ...layout,
    currency: layout.currency ?? (layout.at.currency < 0 ? (told.options.currency ?? null) : null),
    // A column that is missing since is asked about as what changed, not once more.
    doubts: [
      ...told.doubts,
      ...layout.doubts.filter(doubt =>
        doubt.column === null ? asked.size === 0 || !doubt.code.endsWith('_missing') : !asked.has(doubt.column),
      ),
    ],
    notes: [...told.notes, ...layout.notes],
  }
}
