import type { Collector } from './collector.ts'
import type { BookKind } from './sheets/book.ts'
import type { Column, Problem, StatementHead, StatementOptions } from './statement.ts'
import type { KnownLayout } from './templates.ts'

/** The beginning of a statement (256 KB, unpacked and decoded), from which it is recognised. */
export type Probe = {
  /** Base name of the file, or of the entry in the zip. For messages; a name decides nothing. */
  readonly name: string
  readonly text: string
  readonly bytes: Uint8Array
  /** The probe is the whole file. */
  readonly whole: boolean
  readonly options: StatementOptions
}

/** How sure a format is that the file is its own (0 to 1), and why, for the reader of a report. */
export type Recognition = { readonly score: number; readonly reasons: readonly string[] }

/** What a reader knows once it has seen the probe. */
export type ReaderHead = {
  readonly delimiter: string | null
  readonly confidence: number
  readonly columns: readonly Column[]
  readonly zone: string
  readonly period: { readonly from: string; readonly to: string } | null
  /** What the file counts in where it has no record to say so. */
  readonly currency?: string | null
  /** Tables of anyone: the layout by which a confirmed mapping is known again. */
  readonly layout?: KnownLayout
}

/** Reads one statement file; fed with its text in pieces of any size, from the first character on. */
export type Reader = {
  readonly head: ReaderHead
  readonly push: (text: string) => void
  /** A file that came along in the same zip and states totals of this one (支付宝 汇总). */
  readonly companion?: (text: string, name: string) => void
  /** No more text: leftovers, control totals. */
  readonly end: () => void
}

/**
 * One physical format. A new one is one file in `formats/`, a line in `formats/index.ts`, its samples, and a row in
 * docs/formats.md. The pipeline knows nothing about any of them.
 */
export type Format = {
  readonly name: string
  /** The format's own channel; null where the caller says (generic files). */
  readonly channel: string | null
  /**
   * What `push` is fed with: `decoded` text, or one character per byte (`bytes`) for formats that cut by bytes before
   * decoding (fixed width with GBK text); those decode their fields themselves (`decodeStrictly`).
   */
  readonly feed: 'decoded' | 'bytes'
  /** null: certainly not mine. */
  readonly recognise: (probe: Probe) => Recognition | null
  /** True for an entry of the same zip that holds totals, not records. */
  readonly recogniseCompanion?: (probe: Probe) => boolean
  /** Throws a Failure when the file is this format but cannot be read (a column is missing, the mapping is not sure). */
  readonly read: (probe: Probe, into: Collector) => Reader
  /**
   * The same for the rows of a spreadsheet (the first thousand, from the first on): a format whose layout comes as a workbook
   * too has both.
   */
  readonly recogniseRows?: (rows: readonly Cells[], kind: BookKind) => Recognition | null
  readonly readRows?: (rows: readonly Cells[], into: Collector, options: StatementOptions) => RowReader
}

export type Cells = readonly string[]

/** Reads the rows of a sheet, fed from its first one on, header and all. */
export type RowReader = {
  readonly head: ReaderHead
  readonly row: (cells: Cells, line: number) => void
  readonly end: () => void
}

/** What the refusal `columns_unsure` carries (detail.asked): the layout was read, its columns need a person's word. */
export type Asked = {
  readonly head: StatementHead
  readonly sm3: string | null
  readonly problems: readonly Problem[]
  /** First rows, for whoever helps to tell what the columns are; never to leave the house unmasked. */
  readonly sample: readonly (readonly string[])[]
}
