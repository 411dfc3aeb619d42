import { Failure, type Lang } from '../kernel/failure.ts'
import { CURRENCY, type Dataset, type DatasetName, type Field, type Filter } from './dataset.ts'
import { DATASETS } from './datasets/all.ts'
import { isPeriod, type Period } from './period.ts'

/** What a report shows: a dataset, which fields in which order, of which rows. Pure. */
export type Content = {
  readonly dataset: DatasetName
  readonly columns: readonly { readonly field: string; readonly title?: string | undefined }[]
  readonly filters: Readonly<Record<string, FilterValue>>
  /** Fields; the other columns are then sums, and the number of rows is one of them. */
  readonly group: readonly string[]
  /** Without it the dataset's own order. */
  readonly order: readonly { readonly field: string; readonly descending?: boolean | undefined }[]
}

/** Of `dates`: a period by name, or from and to, both inclusive. Of `any`: texts. Of `least`: a decimal in major units. */
export type FilterValue = Period | { readonly from: string; readonly to: string } | readonly string[] | string

/** A column of a grouped report: how many rows a group has. */
export const GROUP_ROWS = 'group_rows'
const GROUP_ROWS_FIELD: Field = { zh: '笔数', en: 'Rows', type: 'count', sql: 'count(*)', sums: true }

export type Column = { readonly name: string; readonly title: string; readonly field: Field }

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Throws Failure report_invalid: where, what was found, and what could stand there. */
export function checkContent(content: Content): void {
  const dataset = DATASETS[content.dataset]
  const grouped = content.group.length > 0
  const names = Object.keys(dataset.fields)
  const known = (name: string, where: string): Field => {
    if (grouped && name === GROUP_ROWS) return GROUP_ROWS_FIELD
    if (!Object.hasOwn(dataset.fields, name)) throw invalid(where, name, names)
    return dataset.fields[name] as Field
  }
  if (content.columns.length === 0) throw invalid('columns', '', names)
  for (const [i, name] of content.group.entries())
    if (known(name, `group.${i}`).sealed || dataset.fields[name]?.type === 'money')
      throw invalid(`group.${i}`, name, groupable(dataset))
  const seen = new Set<string>()
  for (const [i, column] of content.columns.entries()) {
    const field = known(column.field, `columns.${i}.field`)
    if (seen.has(column.field))
      throw invalid(
        `columns.${i}.field`,
        column.field,
        names.filter(name => !seen.has(name)),
      )
    seen.add(column.field)
    if (grouped && !content.group.includes(column.field) && column.field !== CURRENCY && !field.sums)
      throw invalid(`columns.${i}.field`, column.field, [...content.group, GROUP_ROWS, ...summable(dataset)])
  }
  for (const [i, { field: name }] of content.order.entries()) {
    const field = known(name, `order.${i}.field`)
    if (field.sealed)
      throw invalid(
        `order.${i}.field`,
        name,
        names.filter(each => !dataset.fields[each]?.sealed),
      )
    if (grouped && !content.group.includes(name) && !field.sums)
      throw invalid(`order.${i}.field`, name, [...content.group, GROUP_ROWS, ...summable(dataset)])
  }
  for (const [name, value] of Object.entries(content.filters)) {
    if (!Object.hasOwn(dataset.filters, name)) throw invalid(`filters.${name}`, name, Object.keys(dataset.filters))
    checkFilter(name, dataset.filters[name] as Filter, value)
  }
}

function checkFilter(name: string, filter: Filter, value: FilterValue): void {
  const where = `filters.${name}`
  if (filter.kind === 'dates') {
    if (
      typeof value === 'string'
        ? isPeriod(value)
        : !Array.isArray(value) && isRange(value as { from: string; to: string })
    )
      return
    throw invalid(where, JSON.stringify(value), ['last_month', '{"from":"2026-11-01","to":"2026-11-30"}'])
  }
  if (filter.kind === 'any') {
    if (Array.isArray(value) && value.length > 0 && value.every(each => typeof each === 'string')) {
      const strange = filter.values && value.find(each => !filter.values?.includes(each))
      if (strange === undefined) return
      throw invalid(where, strange, filter.values ?? [])
    }
    throw invalid(where, JSON.stringify(value), [JSON.stringify([filter.values?.[0] ?? 'wechat'])])
  }
  if (typeof value === 'string' && (filter.kind === 'account' ? value !== '' : /^\d{1,13}(\.\d{1,2})?$/.test(value)))
    return
  throw invalid(where, JSON.stringify(value), [filter.kind === 'account' ? '"10086001"' : '"5000.00"'])
}

const isRange = ({ from, to }: { from: string; to: string }): boolean =>
  [from, to].every(day => DAY.test(day) && isDay(day)) && from <= to

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text
  } catch {
    return false
  }
}

const groupable = ({ fields }: Dataset): string[] =>
  Object.keys(fields).filter(name => !fields[name]?.sealed && fields[name]?.type !== 'money')
const summable = ({ fields }: Dataset): string[] => Object.keys(fields).filter(name => fields[name]?.sums)

/** The columns as they are shown: no amount without its currency, which is added where it was left out. */
export function columnsOf(content: Content, lang: Lang): Column[] {
  const { fields } = DATASETS[content.dataset]
  const made = content.columns.map(({ field: name, title }) => {
    const field = name === GROUP_ROWS ? GROUP_ROWS_FIELD : (fields[name] as Field)
    return { name, title: title || field[lang], field }
  })
  if (!made.some(({ field }) => field.type === 'money') || made.some(({ name }) => name === CURRENCY)) return made
  const currency = fields[CURRENCY] as Field
  return [...made, { name: CURRENCY, title: currency[lang], field: currency }]
}

/** The groups with the currency among them: amounts of several currencies are not added up. */
export const groupsOf = (content: Content): readonly string[] =>
  content.group.length === 0 || content.group.includes(CURRENCY) ? content.group : [...content.group, CURRENCY]

const invalid = (where: string, found: string, expected: readonly string[]): Failure =>
  new Failure(
    'report_invalid',
    {
      zh: `报表定义的 ${where} 不正确：收到“${found.slice(0, 60)}”，可用：${expected.slice(0, 40).join('、')}`,
      en: `${where} of the report is not valid: "${found.slice(0, 60)}" was given; possible: ${expected.slice(0, 40).join(', ')}`,
    },
    { field: where, found: found.slice(0, 200), expected },
  )
