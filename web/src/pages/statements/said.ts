import type { InspectView } from '../../../../src/arrivals/api.ts'
import { fieldText } from '../../../../src/statements/field_words.ts'
import { FIELDS, type Field } from '../../../../src/statements/statement.ts'

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

const OPTIONS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  'date-order': ['“日期的写法”', '"How dates are written"'],
  decimal: ['“小数点”', '"Decimal sign"'],
  currency: ['“币种”', '"Currency"'],
}
const COLUMN = /--column (?:"([^"]*)=([a-z_]+|-)"|'([^']*)=([a-z_]+|-)'|([^\s=]+)=([a-z_]+|-))/g

/** A problem says how to mend it at the terminal (`--column Paid=amount`); here the same is chosen: “Paid”选“金额”. Pure. */
export const onThisPage = (message: string, lang: 'zh' | 'en'): string =>
  message
    .replace(COLUMN, (_, ...groups: (string | undefined)[]) => {
      const [header = '', field = '-'] = groups.slice(0, 6).filter(group => group !== undefined)
      const known = FIELDS.find(each => each === field)
      if (lang === 'zh') return `“${header}”选“${known ? fieldText(known, lang) : '不用这一列'}”`
      return `"${header}" as "${known ? fieldText(known, lang) : 'Leave it out'}"`
    })
    .replace(
      /--(date-order|decimal|currency)/g,
      (_, option: string) => OPTIONS[option]?.[lang === 'zh' ? 0 : 1] ?? option,
    )
