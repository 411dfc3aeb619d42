import type { Day } from '../kernel/business_day.ts'
import type { Kind, Status } from '../matching/entry.ts'
import type { KnownLayout, Template } from './templates.ts'

/** What wraps the text: a zip may hold several statements (支付宝: 明细 + 汇总). */
export type Container = 'none' | 'gzip' | 'zip'

export type Encoding = 'utf-8' | 'utf-8-bom' | 'gb18030' | 'utf-16le' | 'utf-16be' | 'big5' | 'windows-1252' | 'ascii'

/** One transaction record of a statement, in the product's one shape. An empty string means the record does not say. */
export type Line = {
  /** N: 1-based among the file's transaction records; a rejected record keeps its number. */
  readonly record: number
  /** Physical line (or row) in the decoded text, 1-based: what a person sees in an editor. */
  readonly lineNumber: number
  readonly kind: Kind
  readonly status: Status
  readonly orderNo: string
  readonly tradeNo: string
  readonly merchantOrderNo: string
  readonly refundNo: string
  readonly channelRefundNo: string
  /** Minor units, signed from the account owner's side: money in plus, money out minus. */
  readonly amount: number
  readonly currency: string
  /** Epoch milliseconds; null where the file has no time, then `date` is set. */
  readonly at: number | null
  readonly date: Day | null
  readonly merchant: string
  readonly payer: string
  /** Minor units, plus: kept by the channel, minus: given back. null: not given, which is not zero. */
  readonly fee: number | null
  readonly batchNo: string
  /** What else names the record, for a person to find it by; nothing is matched by it. */
  readonly reference?: string
  /** The payer's own words, where they were asked for (`StatementOptions.remittance`) and the format keeps them apart; never stored. */
  readonly remittance?: string
  /** The file's own word that no money moved (收/支 `/`, 不计收支). */
  readonly neutral: boolean
  /** Of funds statements only. */
  readonly fund?: FundFacts
}

/** What a movement of our money at the channel was: the sale, money given back, the channel's charge (or a part of it back), or what it paid out to our bank. */
export const FUND_ENTRIES = ['payment', 'refund', 'fee', 'withdrawal', 'other'] as const
export type FundEntry = (typeof FUND_ENTRIES)[number]

export type FundFacts = {
  readonly entry: FundEntry
  /** Of the account after it, minor units; null where the file does not say. */
  readonly balance: number | null
}

export type Problem = {
  readonly severity: 'error' | 'warning'
  /** N of the record, physical line, column header; null where there is none (a missing column, a failed footer). */
  readonly record: number | null
  readonly line: number | null
  readonly column: string | null
  readonly code: string
  /** What was found, what was expected, how to mend it. */
  readonly zh: string
  readonly en: string
}

/** A total the file states about itself, against what was computed from its records. */
export type Control = {
  readonly name: string
  readonly stated: string
  readonly computed: string
  readonly ok: boolean
}

export type Column = { readonly header: string; readonly field: Field | null; readonly confidence: number }

/** What a column can mean. */
export const FIELDS = [
  'occurred_at',
  'date',
  'time',
  'order_no',
  'merchant_order_no',
  'channel_trade_no',
  'refund_no',
  'channel_refund_no',
  'amount',
  'amount_in',
  'amount_out',
  'refund_amount',
  'direction',
  'kind',
  'status',
  'currency',
  'fee',
  'balance',
  'merchant_no',
  'payer_account',
  'payer_name',
  'batch_no',
  'channel',
  'zone',
  'description',
] as const

export type Field = (typeof FIELDS)[number]

export type Tally = { readonly count: number; readonly amount: bigint }

export type Sums = { readonly credits: Tally; readonly debits: Tally; readonly neutral: Tally }

/** Known before the first record. */
export type StatementHead = {
  readonly file: string
  readonly bytes: number
  readonly container: Container
  /** Final when the last record is read: "ascii" until the first other byte, wherever that is. */
  readonly encoding: Encoding
  readonly format: string
  readonly delimiter: string | null
  readonly confidence: number
  readonly columns: readonly Column[]
  /** The format's own channel (wechat, alipay); null for generic files: the caller says. */
  readonly channel: string | null
  readonly zone: string
  /** The days the file says it covers, where it says so (支付宝 起始/终止日期). */
  readonly period: { readonly from: Day; readonly to: Day } | null
  /** What the file counts in where it has no record to say so. */
  readonly currency?: string | null
  /** Tables of anyone: the layout by which a confirmed mapping is known again. */
  readonly layout?: KnownLayout
}

/** Known after the last record. */
export type StatementEnd = {
  readonly sm3: string | null
  readonly records: number
  readonly rejected: number
  /** Per currency, in order of first appearance. */
  readonly byCurrency: ReadonlyMap<string, Sums>
  /** What the file says it counts in although no record does; null: it does not say, or names several. */
  readonly currency?: string | null
  /** When the file was made by its own word (支付宝 导出时间, camt CreDtTm), in epoch milliseconds; null where it does not say. */
  readonly madeAt: number | null
  readonly first: Line | null
  readonly last: Line | null
  readonly controls: readonly Control[]
  /** The first 1,000; `problemCount` counts them all. */
  readonly problems: readonly Problem[]
  readonly problemCount: number
  readonly verdict: 'ready' | 'ready_with_warnings' | 'rejected'
}

export type StatementOptions = {
  /** Zone of local times without one. Default Asia/Shanghai. */
  readonly zone?: string
  /** Currency of files that do not say. */
  readonly currency?: string
  /** A person's word on what a column means, by header ("#3" for the third column): it beats every proposal. null: leave it out. */
  readonly mapping?: Readonly<Record<string, Field | null>>
  /** `mapping` is configured for all files of a sender, not said of this one: a format with columns of its own is read without it. */
  readonly standingMapping?: boolean
  /** Layouts confirmed before, newest version of each: read without a question. */
  readonly templates?: readonly Template[]
  /** A person's word on dates such as 03/04/2026, where the file itself does not prove the order. */
  readonly dateOrder?: DateOrder
  /** A person's word on columns of fixed width that touch each other, from the first one on. */
  readonly widths?: readonly ColumnWidth[]
  /** A person's word on numbers such as 1.230, where all of the file have three digits behind the sign. */
  readonly decimal?: '.' | ','
  /** What a packed file may unpack to, and how long a row may be; against zip bombs. */
  readonly limits?: Partial<Limits>
  /** Give the payers' own words with the lines of MT940, MT942 and camt. Default false: who books lines has no use for them. */
  readonly remittance?: boolean
  /** Compute the SM3 of the file as it lies on disk. Default true. */
  readonly digest?: boolean
  /** Called with the number of bytes of the file consumed so far. */
  readonly onProgress?: (bytes: number) => void
}

/** Places of a column: bytes, or what its characters take on a screen in UTF-8. `name`: where the file names no columns. */
export type ColumnWidth = { readonly name: string | null; readonly width: number }

export type DateOrder = 'ymd' | 'dmy' | 'mdy'

export type Limits = {
  /** Bytes all entries together may unpack to. Default 16 GB. */
  readonly unpackedBytes: number
  /** Unpacked bytes per packed byte, judged from 32 MB on. Default 300: text of money rows reaches 5 to 40. */
  readonly ratio: number
  /** Characters of one row. Default 1,048,576. */
  readonly rowLength: number
  /** Bytes read at a time. Default 65,536. */
  readonly pieceBytes: number
}

/**
 * A statement being read: constant memory, one pass. `records` yields batches of good lines; each rejected record is
 * told once through `rejected` (same numbering). `end` is complete when `records` is exhausted.
 */
export type Statement = {
  readonly head: StatementHead
  readonly records: () => AsyncIterable<readonly Line[]>
  readonly rejected: () => readonly Problem[]
  readonly end: () => StatementEnd
  /** Lets go of the file. Needed only when `records` is not read to its end. */
  readonly close: () => Promise<void>
}
