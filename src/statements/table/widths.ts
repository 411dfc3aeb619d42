import type { ColumnWidth } from '../statement.ts'
import type { Template } from '../templates.ts'

/**
 * Columns of fixed width that touch each other: nothing in the file says where one ends, so a person does, once. A template
 * keeps the widths as its separator (`width:8,7,12,1`) and the names as its columns.
 */
const DIALECT = /^width:(\d+(?:,\d+)*)$/

export const widthDialect = (widths: readonly ColumnWidth[]): string =>
  `width:${widths.map(({ width }) => width).join(',')}`

/** The widths of every template that has some, newest first. */
export function knownWidths(templates: readonly Template[]): (readonly ColumnWidth[])[] {
  return templates.flatMap(({ dialect, columns }) => {
    const widths = DIALECT.exec(dialect)?.[1]?.split(',').map(Number)
    if (widths?.length !== columns.length) return []
    // "#3 digits" is how a template tells nameless columns apart.
    return [widths.map((width, at) => ({ name: /^#\d/.test(columns[at]!) ? null : columns[at]!, width }))]
  })
}

export type Span = readonly [from: number, to: number]

export function spansOfWidths(widths: readonly ColumnWidth[]): Span[] {
  let from = 0
  return widths.map(({ width }): Span => [from, (from += width)])
}

/** "日期=8,流水号=7,金额(分)=12,1": the width of every column in order, with its name where the file has none. null: not that. */
export function parseWidths(text: string): readonly ColumnWidth[] | null {
  const widths: ColumnWidth[] = []
  for (const item of text.split(/[,，]/)) {
    const [, name = '', digits = ''] = /^\s*(?:(.*\S)\s*=\s*)?(\d{1,4})\s*$/.exec(item) ?? []
    const width = Number(digits)
    if (width === 0) return null
    widths.push({ name: name.trim() || null, width })
  }
  return widths.length >= 2 ? widths : null
}
