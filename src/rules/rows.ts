import { joined } from './document.ts'
import type { ChannelRules, RowRules } from './rules.ts'

/** What a row says about itself that rules may look at. `feeItem`: ours only, '' where nothing tells. */
export type RuledRow = { readonly merchant: string; readonly feeItem?: string | undefined }

const kept = new WeakMap<ChannelRules, Map<string, RowRules>>()

/** The rules of one row: its channel's, with what its merchant and then its fee item have differently. */
export function rowRules(rules: ChannelRules, { merchant, feeItem = '' }: RuledRow): RowRules {
  const byMerchant = Object.hasOwn(rules.merchants, merchant) ? rules.merchants[merchant] : undefined
  const byItem = Object.hasOwn(rules.feeItems, feeItem) ? rules.feeItems[feeItem] : undefined
  if (!byMerchant && !byItem) return rules
  let known = kept.get(rules)
  if (!known) {
    known = new Map()
    kept.set(rules, known)
  }
  const key = JSON.stringify([merchant, feeItem])
  const seen = known.get(key)
  if (seen) return seen
  const { fees, ...changes } = joined(byMerchant ?? {}, byItem ?? {})
  const { amountTolerance, waiveBelow, confirmAbove } = rules
  const made = { amountTolerance, waiveBelow, confirmAbove, ...changes, fees: { ...rules.fees, ...fees } }
  known.set(key, made)
  return made
}
