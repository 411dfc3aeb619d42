import { Failure } from '../../kernel/failure.ts'
import type { Collector } from '../collector.ts'
import type { ReaderHead } from '../format.ts'
import type { StatementOptions } from '../statement.ts'
import type { FoundTable } from './dialect.ts'
import { type Layout, proposeLayout } from './layout.ts'

/** A table whose columns are certain; a Failure that asks a person where they are not. */
export function settledTable(
  table: FoundTable,
  delimiter: string | null,
  options: StatementOptions,
  into: Collector,
): { layout: Layout; head: ReaderHead } {
  const layout = proposeLayout(table.headers, table.sample, options, table.above)
  const head: ReaderHead = {
    delimiter,
    confidence: layout.confidence,
    columns: layout.columns,
    zone: options.zone ?? 'Asia/Shanghai',
    period: null,
    currency: layout.currency ?? options.currency ?? null,
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
      problems: layout.doubts.map(doubt => ({ severity: 'error', record: null, line: null, ...doubt })),
    },
  )
}
