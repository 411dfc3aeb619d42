import type { MaskedField } from '../access/masking.ts'
import type { Lang } from '../kernel/failure.ts'

/**
 * What can be reported: each dataset is one set-based query, described field by field. All SQL in a description is written by us; what a reader
 * gives (filters, scope) goes in as parameters. Pure.
 */

/**
 * `money`: minor units, an amount of the row's currency. `count`: a whole number. `percent`: hundredths, exact. `date` and `time`: a
 * business day and an instant. `code`: a word of the program, told by `words`.
 */
export type FieldType = 'text' | 'code' | 'money' | 'count' | 'percent' | 'date' | 'time'

export type Field = {
  readonly zh: string
  readonly en: string
  readonly type: FieldType
  /** The expression; `:today` and `:now` are the day and the moment of the report. */
  readonly sql: string
  /** Of the dataset's joins: those it needs. */
  readonly joins?: readonly string[]
  readonly words?: (code: string, lang: Lang) => string
  /** Whoever may not see it whole sees it masked. */
  readonly mask?: MaskedField
  /** It lies sealed: opened row by row, not to be filtered, grouped or ordered by. */
  readonly sealed?: 'accountNo' | 'payerName' | 'payer'
  /** Adding it up means something. */
  readonly sums?: boolean
  /** Width in characters, in a workbook. */
  readonly width?: number
}

/**
 * A condition. `dates`: `sql` is a date, the reader gives from and to. `any`: `?` is a list of texts. `least`: `?` is an amount in minor
 * units. `account`: `?` is the list of blind indexes of an account number.
 */
export type Filter = {
  readonly zh: string
  readonly en: string
  readonly kind: 'dates' | 'any' | 'least' | 'account'
  readonly sql: string
  readonly joins?: readonly string[]
  /** The only values there are. */
  readonly values?: readonly string[]
}

export type Join = { readonly sql: string; readonly after?: readonly string[] }

export type Dataset = {
  readonly name: DatasetName
  readonly zh: string
  readonly en: string
  readonly from: string
  /** Always holds. */
  readonly where?: string
  readonly joins: Readonly<Record<string, Join>>
  /** Where a row lies; a text constant '' is of no merchant. */
  readonly place: { readonly merchant: string; readonly channel: string; readonly joins?: readonly string[] }
  readonly fields: Readonly<Record<string, Field>>
  readonly filters: Readonly<Record<string, Filter>>
  /** Names of fields. */
  readonly order: readonly string[]
  /** What makes the order whole: expressions. */
  readonly key: readonly string[]
}

export const DATASET_NAMES = [
  'items',
  'discrepancies',
  'anomaly_reports',
  'ageing',
  'fees',
  'merchant_settlement',
  'daily',
  'settlements',
] as const
export type DatasetName = (typeof DATASET_NAMES)[number]

/** Every dataset has it: no amount is shown without its currency. */
export const CURRENCY = 'currency'
