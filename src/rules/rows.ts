import { joined } from './document.ts'
import type { ChannelRules, RowRules, Rules } from './rules.ts'

/** What a row says about itself that rules may look at. `feeItem`: ours only, '' where nothing tells. */
export type RuledRow = { readonly merchant: string; readonly feeItem?: string | undefined }

/**
 * What is said of a merchant holds for each of its fee items as well, beneath what the fee item's own exception says. A movement of ours names its fee item;
 * what it and a statement call merchant is the number by which the channel knows us, the same for all whose bills are paid through that account.
 * @param itemsOf ids of the fee items of each merchant
 */
export function saidOfFeeItems(rules: Rules, itemsOf: ReadonlyMap<string, readonly string[]>): Rules {
  const spread = (channel: ChannelRules): ChannelRules => {
    const feeItems = { ...channel.feeItems }
    for (const [merchant, changes] of Object.entries(channel.merchants))
      for (const item of itemsOf.get(merchant) ?? [])
        feeItems[item] = joined(changes, Object.hasOwn(channel.feeItems, item) ? (channel.feeItems[item] ?? {}) : {})
    return { ...channel, feeItems }
  }
  return {
    ...rules,
    defaults: spread(rules.defaults),
    channels: Object.fromEntries(Object.entries(rules.channels).map(([name, channel]) => [name, spread(channel)])),
  }
}

/** The merchants of which something is said. */
export const merchantsNamed = (rules: Rules): string[] => [
  ...new Set([rules.defaults, ...Object.values(rules.channels)].flatMap(({ merchants }) => Object.keys(merchants))),
]

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
