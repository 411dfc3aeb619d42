import type { Container, Encoding, Field } from './statement.ts'

/** `fzpay inspect --json`: the shape other people's scripts read. */
export type InspectDocument = {
  readonly file: string
  readonly bytes: number
  readonly sm3: string | null
  readonly container: Container
  readonly encoding: Encoding
  readonly format: string
  readonly delimiter: string | null
  readonly confidence: number
  readonly columns: readonly { readonly header: string; readonly field: Field | null; readonly confidence: number }[]
  readonly records: number
  /** null with several currencies or an unknown one: then `by_currency` carries them. */
  readonly credits: InspectTally | null
  readonly debits: InspectTally | null
  readonly neutral: InspectTally | null
  readonly currency: string | null
  /** By currency code; "" is the currency the file does not name. */
  readonly by_currency: Readonly<
    Record<string, { readonly credits: InspectTally; readonly debits: InspectTally; readonly neutral: InspectTally }>
  >
  readonly first: InspectRecord | null
  readonly last: InspectRecord | null
  readonly controls: readonly {
    readonly name: string
    readonly stated: string
    readonly computed: string
    readonly ok: boolean
  }[]
  readonly problems: readonly InspectProblem[]
  readonly verdict: 'ready' | 'ready_with_warnings' | 'rejected'
  /** Where they were asked for: the first records as they were read, … */
  readonly rows?: readonly InspectRow[]
  /** … or, where the columns must be said first, the first rows as they stand in the file. */
  readonly cells?: readonly (readonly string[])[]
}

/** Decimal strings in major units. */
export type InspectTally = { readonly count: number; readonly amount: string }

/** `at`: RFC 3339 with the offset of the zone the file was read in, or the date alone where the file has no time. */
export type InspectRecord = { readonly at: string | null; readonly amount: string; readonly id: string | null }

export type InspectRow = InspectRecord & {
  readonly record: number
  readonly line: number
  readonly kind: string
  readonly status: string
  readonly currency: string
  readonly order_no: string
}

export type InspectProblem = {
  readonly record: number | null
  readonly line: number | null
  readonly column: string | null
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
}
