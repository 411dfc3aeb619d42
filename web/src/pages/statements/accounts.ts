import type { ArrivalList } from '../../../../src/arrivals/api.ts'
import { CHANNEL_NAMES } from '../../pieces/values.tsx'
import { useRead } from '../../shell/reading.ts'
import { useText } from '../../shell/text.ts'

/** Accounts that owe statements, to choose from. */
export function useAccounts(): { readonly value: string; readonly label: string }[] {
  const t = useText()
  const { data } = useRead<ArrivalList>('statements', '/api/statement-arrivals', { limit: 500 })
  const channels = new Map((data?.arrivals ?? []).map(({ account, channel }) => [account, channel]))
  return [...channels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, channel]) => ({
      value: account,
      label: `${t(CHANNEL_NAMES[channel] ?? { zh: channel, en: channel })} ${account}`,
    }))
}
