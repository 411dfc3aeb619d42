import type { DayRule } from '../kernel/business_day.ts'
import type { Pass } from '../matching/entry.ts'

/** Decimal text in major units ("10.00"): rules are read by people. */
export type DecimalText = string

export type Rounding = 'half_up' | 'half_even' | 'down' | 'up'

/** What holds for one channel. Every field has a default; a rules document names only what differs. */
export type ChannelRules = {
  /** The passes that run, strongest first. */
  readonly passes: readonly Pass[]
  readonly calendar: DayRule & {
    /** An unmatched row this near to an uncovered neighbouring day is in transit. */
    readonly cutoffMarginMinutes: number
  }
  /** A keyed pair may differ by this much and is still a match, flagged `tolerance`. */
  readonly amountTolerance: DecimalText
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
  readonly fees: {
    /** Expected fee where our record has none ("0.6%", "0.006"); null: unknown, nothing is expected. */
    readonly rate: string | null
    readonly rounding: Rounding
    /** Netted fees may differ by this much per row before the group is an amount mismatch. */
    readonly tolerancePerRow: DecimalText
  }
  /** An unmatched row below this is `waived` (still counted); null: never. */
  readonly waiveBelow: DecimalText | null
  /** A match above this carries `needs_confirmation`; null: never. */
  readonly confirmAbove: DecimalText | null
}

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
  calendar: { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 },
  amountTolerance: '0.00',
  windows: { amountTimeMinutes: 30, clearLeadMinutes: 10, subsetSumMinutes: 1440, numberDays: 31 },
  subsetSum: { maxCandidates: 40 },
  fees: { rate: null, rounding: 'half_up', tolerancePerRow: '0.01' },
  waiveBelow: null,
  confirmAbove: null,
}

export const DEFAULT_RULES: Rules = { name: 'default', defaults: DEFAULT_CHANNEL_RULES, channels: {} }
