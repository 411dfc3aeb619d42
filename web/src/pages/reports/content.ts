import type { Content, DatasetList } from '../../../../src/reports/api.ts'
import type { Say } from '../../pieces/look.ts'
import { listed } from '../../pieces/phrases.ts'
import type { Both } from '../../shell/both.ts'
import { PERIODS, VALUES } from './words.ts'

export type Dataset = DatasetList['datasets'][number]
export type Filters = NonNullable<Content['filters']>
export type FilterValue = Filters[string]

/** The number of rows of a group: a column of grouped reports, as `src/reports/content.ts` names it. */
export const GROUP_ROWS = 'group_rows'
const ROWS: Both = { zh: '笔数', en: 'Rows' }

export const fieldName = (dataset: Dataset, name: string): Both =>
  name === GROUP_ROWS ? ROWS : (dataset.fields.find(({ field }) => field === name) ?? { zh: name, en: name })

/** Fields that a report may show: all, or of a grouped one its groups, what can be added up, and the number of rows. */
export function columnsOpen(dataset: Dataset, group: readonly string[]): string[] {
  const all = dataset.fields.map(({ field }) => field)
  if (group.length === 0) return all
  const sums = dataset.fields.filter(({ sums }) => sums).map(({ field }) => field)
  return [...new Set([...group, GROUP_ROWS, ...sums, ...all.filter(field => field === 'currency')])]
}

/** What a report can be grouped by. */
export const groupsOpen = (dataset: Dataset): string[] =>
  dataset.fields.filter(({ sealed, type }) => !sealed && type !== 'money').map(({ field }) => field)

/** What it can be ordered by. */
export const ordersOpen = (dataset: Dataset, group: readonly string[]): string[] =>
  columnsOpen(dataset, group).filter(name => !dataset.fields.find(({ field }) => field === name)?.sealed)

/** The content for another dataset or other groups: what cannot stand in it any more goes. */
export function fitting(dataset: Dataset, content: Content): Content {
  const group = (content.group ?? []).filter(name => groupsOpen(dataset).includes(name))
  const columns = content.columns.filter(({ field }) => columnsOpen(dataset, group).includes(field))
  const first = group.length > 0 ? [...group, GROUP_ROWS] : columnsOpen(dataset, group).slice(0, 6)
  return {
    dataset: dataset.dataset,
    columns: columns.length > 0 ? columns : first.map(field => ({ field })),
    filters: Object.fromEntries(
      Object.entries(content.filters ?? {}).filter(([name]) => dataset.filters.some(({ filter }) => filter === name)),
    ),
    group,
    order: (content.order ?? []).filter(({ field }) => ordersOpen(dataset, group).includes(field)),
  }
}

/** A filter's value as a person reads it. */
export function filterText(value: FilterValue, t: Say): string {
  const word = (code: string): string => t(VALUES[code] ?? PERIODS[code] ?? { zh: code, en: code })
  if (typeof value === 'string') return word(value)
  if (Array.isArray(value)) return listed(t, value.map(word))
  return `${value.from} – ${value.to}`
}
