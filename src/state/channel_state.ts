import type { ArrivalsOfAccount } from '../arrivals/store.ts'
import { instantText } from '../kernel/instant_text.ts'
import type { activitySince, refusedSince } from '../orders/list_store.ts'
import type { ChannelsView } from './api.ts'

type Activity = Awaited<ReturnType<typeof activitySince>>[number]
type Refusals = Awaited<ReturnType<typeof refusedSince>>[number]
type AccountView = ChannelsView['accounts'][number]

const at = (moment: Date | null): string | null => moment && instantText(moment)

/** One line for each account that paid, was refused, or should have sent a statement. Pure. */
export function accountsOf(
  active: readonly Activity[],
  refused: readonly Refusals[],
  arrivals: readonly ArrivalsOfAccount[],
): AccountView[] {
  const known = new Map<string, { channel: string; account: string }>()
  for (const { channel, account } of [...active, ...refused, ...arrivals])
    known.set(`${channel} ${account}`, { channel, account })
  return [...known]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { channel, account }]) => {
      const own = <T extends { channel: string; account: string }>(rows: readonly T[]): T[] =>
        rows.filter(row => row.channel === channel && row.account === account)
      const [did] = own(active)
      const [refusal] = own(refused)
      return {
        channel,
        account,
        started: did?.started ?? 0,
        paid: did?.paid ?? 0,
        last_booked_at: at(did?.lastBookedAt ?? null),
        notices_refused: refusal?.count ?? 0,
        refused_code: refusal?.code ?? '',
        statements: own(arrivals).map(({ kind, lastDay, lastAt, missing, zh, en }) => ({
          kind,
          last_day: lastDay,
          last_at: at(lastAt),
          missing,
          trouble: zh === null ? null : { zh, en: en ?? zh },
        })),
      }
    })
}
