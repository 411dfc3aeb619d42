import type { InspectView } from '../../../../src/arrivals/api.ts'
import type { Field } from '../../../../src/statements/statement.ts'

/** What a person says of a file's columns, over what was proposed. By column number, from 0; null leaves a column out. */
export type Said = Readonly<Record<number, Field | null>>

/** How a file is to be read beside its columns; '' says nothing. */
export type Reading = {
  readonly currency: string
  readonly date_order: '' | 'ymd' | 'dmy' | 'mdy'
  readonly decimal: '' | '.' | ','
}
export const NO_READING: Reading = { currency: '', date_order: '', decimal: '' }

/** The platform takes columns by number: two may share a name. Pure. */
export const mappingOf = (said: Said): string | undefined =>
  Object.keys(said).length === 0
    ? undefined
    : JSON.stringify(
        Object.fromEntries(Object.entries(said).map(([column, field]) => [`#${Number(column) + 1}`, field])),
      )

/** For a template all columns count, also those that were proposed and left as they are. Pure. */
export const wholeMapping = (columns: InspectView['columns'], said: Said): string =>
  JSON.stringify(
    Object.fromEntries(columns.map(({ field }, column) => [`#${column + 1}`, column in said ? said[column] : field])),
  )

/** Formats that fix what their columns mean: there a person has nothing to say. */
const TABLES = ['csv', 'fixed-width', 'xlsx', 'xls', 'spreadsheet', 'html']
export const mayBeSaid = ({ format }: Pick<InspectView, 'format'>): boolean =>
  TABLES.some(each => format.startsWith(each))

/** Sure enough not to be looked at: below it the column is marked. */
export const SURE = 0.8
