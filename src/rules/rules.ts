import type { Day, DayRule } from '../kernel/business_day.ts'
import type { Pass } from '../matching/entry.ts'

/** Decimal text in major units ("10.00"): rules are read by people. */
export type DecimalText = string

export type Rounding = 'half_up' | 'half_even' | 'down' | 'up'

/** When a business day is closed: local wall clock of the channel's zone, some days after it. `calendar.ts` reads it. */
export type ClosingRule = {
  /** "10:00". */
  readonly closesAt: string
  readonly closesAfterDays: number
  /** Count working days only: Monday to Friday but `holidays`, and `workdays` (调休) besides. */
  readonly workingDaysOnly: boolean
  readonly holidays: readonly Day[]
  readonly workdays: readonly Day[]
}

/** From a day and an amount on, this fee; the latest day, then the largest amount that a row reaches, decides. */
export type FeeStep = {
  readonly from: Day
  readonly amountFrom: DecimalText
  /** "0.6%", "0.006". */
  readonly rate: string
  /** Per record, of its size; null: no bound. */
  readonly min: DecimalText | null
  readonly max: DecimalText | null
}

export type FeeRules = {
  /** Expected fee where our record has none ("0.6%", "0.006"); null: unknown, nothing is expected. */
  readonly rate: string | null
  /** Comes before `rate`, which holds for rows that no step reaches. */
  readonly schedule: readonly FeeStep[]
  readonly rounding: Rounding
  /** Netted fees may differ by this much per row before the group is an amount mismatch. */
  readonly tolerancePerRow: DecimalText
}

/** What may differ from row to row, by its merchant (收费单位) and fee item (缴费项目). */
export type RowRules = {
  /** A keyed pair may differ by this much and is still a match, flagged `tolerance`. */
  readonly amountTolerance: DecimalText
  readonly fees: FeeRules
  /** An unmatched row below this is `waived` (still counted); null: never. */
  readonly waiveBelow: DecimalText | null
  /** A match above this carries `needs_confirmation`; null: never. */
  readonly confirmAbove: DecimalText | null
}

/** What a merchant's or a fee item's rows have differently. */
export type RowChanges = { readonly [field in keyof Omit<RowRules, 'fees'>]?: RowRules[field] } & {
  readonly fees?: { readonly [field in keyof FeeRules]?: FeeRules[field] }
}

/** What holds for one channel. Every field has a default; a rules document names only what differs. */
export type ChannelRules = {
  /** The passes that run, strongest first. */
  readonly passes: readonly Pass[]
  readonly calendar: DayRule & {
    /** An unmatched row this near to an uncovered neighbouring day is in transit. */
    readonly cutoffMarginMinutes: number
  }
  readonly closing: ClosingRule
  readonly windows: {
    /** Without a key: how far our clock and theirs may lie apart. */
    readonly amountTimeMinutes: number
    /** The best candidate must be at least this much nearer than the next one, else `ambiguous`. */
    readonly clearLeadMinutes: number
    readonly subsetSumMinutes: number
    /** Order numbers are used again after a while: beyond this many days an equal number is another order. */
    readonly numberDays: number
  }
  readonly subsetSum: {
    /** More candidates than this for one sum are `unresolved`, never guessed. */
    readonly maxCandidates: number
  }
  /** Payments that several lines make up, and lines that several payments make up, under one order number (分笔). */
  readonly split: {
    /** More rows than this on one side are a person's question; null: any number is fine; 1: no splitting at all. */
    readonly maxParts: number | null
  }
  readonly refunds: {
    /** Where our record of a refund has no fee and a rate is agreed: does the channel give its fee back? */
    readonly fee: 'returned' | 'kept'
    /** Each matched refund carries `needs_confirmation`, whatever its amount. */
    readonly confirm: boolean
  }
  /** By merchant number and by fee item; where both name a field, the fee item's counts. */
  readonly merchants: Readonly<Record<string, RowChanges>>
  readonly feeItems: Readonly<Record<string, RowChanges>>
} & RowRules

export type Rules = {
  readonly name: string
  readonly defaults: ChannelRules
  /** Complete rules by channel name; channels not named here follow `defaults`. */
  readonly channels: Readonly<Record<string, ChannelRules>>
}

export const rulesOf = (rules: Rules, channel: string): ChannelRules => rules.channels[channel] ?? rules.defaults

export const DEFAULT_CHANNEL_RULES: ChannelRules = {
  passes: [
    'refund_no',
    'trade_no',
    'merchant_order_no',
    'order_no',
    'similar_no',
    'batch_no',
    'day_total',
    'amount_time',
    'subset_sum',
  ],
  calendar: {
    zone: 'Asia/Shanghai',
    cutoff: '00:00',
    cutoffMarginMinutes: 5,
  },
  closing: { closesAt: '10:00', closesAfterDays: 1, workingDaysOnly: false, holidays: [], workdays: [] },
  amountTolerance: '0.00',
  windows: { amountTimeMinutes: 30, clearLeadMinutes: 10, subsetSumMinutes: 1440, numberDays: 31 },
  subsetSum: { maxCandidates: 40 },
  fees: { rate: null, schedule: [], rounding: 'half_up', tolerancePerRow: '0.01' },
  split: { maxParts: null },
  refunds: { fee: 'returned', confirm: false },
  waiveBelow: null,
  confirmAbove: null,
  merchants: {},
  feeItems: {},
}

export const DEFAULT_RULES: Rules = { name: 'default', defaults: DEFAULT_CHANNEL_RULES, channels: {} }
