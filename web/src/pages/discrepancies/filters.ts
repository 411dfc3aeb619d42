import type { TotalsView } from '../../../../src/discrepancies/api.ts'
import { DISCREPANCY_KINDS, type DiscrepancyKind } from '../../../../src/matching/entry.ts'
import type { Query } from '../../shell/query.ts'

/** What the address of the list says, and what is asked of the platform for it. Pure. */

export const FILTERS = [
  'kind',
  'state',
  'owner',
  'overdue',
  'channel',
  'account',
  'from',
  'to',
  'cause',
  'number',
  'order',
] as const
export type Filters = Readonly<Record<(typeof FILTERS)[number], string>>

/** Filters that count for the totals of all tabs. */
export function totalsQuery(filters: Filters): Query {
  const { kind: _, order: __, state, ...rest } = filters
  return { ...rest, state: state === 'any' ? undefined : state || 'open' }
}

/** What waits for people: `kind` empty and open. Those come with the most urgent first, and without what time settles. */
export const isWork = ({ kind, state }: Filters): boolean => kind === '' && (state === '' || state === 'open')

export function listQuery(filters: Filters): Query {
  const urgent = (state: string) => state === '' || state === 'open'
  const order = filters.order === 'newest' || !urgent(filters.state) || filters.kind === 'in_transit' ? 'newest' : 'due'
  const kind =
    isWork(filters) && order === 'newest'
      ? DISCREPANCY_KINDS.filter(each => each !== 'in_transit').join(',')
      : filters.kind
  return { ...totalsQuery(filters), kind, order, limit: 100 }
}

export type Tab = { readonly kind: DiscrepancyKind | ''; readonly count: number; readonly overdue: number }

/** Tabs with their counts: the work first, then the kinds of which there is something, and the one that is open. */
export function tabsOf(totals: TotalsView['totals'], filters: Filters): Tab[] {
  const sum = (kinds: (kind: string) => boolean, field: 'count' | 'overdue'): number =>
    totals.filter(({ kind }) => kinds(kind)).reduce((all, total) => all + total[field], 0)
  const work = isWork({ ...filters, kind: '' })
  const all = (kind: string): boolean => !work || kind !== 'in_transit'
  return [
    { kind: '', count: sum(all, 'count'), overdue: sum(all, 'overdue') },
    ...DISCREPANCY_KINDS.map(kind => ({
      kind,
      count: sum(each => each === kind, 'count'),
      overdue: sum(each => each === kind, 'overdue'),
    })).filter(({ kind, count }) => count > 0 || kind === filters.kind),
  ]
}
