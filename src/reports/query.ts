import { type Scope, scopeSql } from '../access/scope.ts'
import { parseDecimal } from '../kernel/money.ts'
import { type Content, columnsOf, type FilterValue, GROUP_ROWS, groupsOf } from './content.ts'
import type { Dataset, Field, Filter } from './dataset.ts'
import { DATASETS } from './datasets/all.ts'
import { daysOf, isPeriod } from './period.ts'

/** A content as one statement. Its text is made of descriptions (dataset.ts); all that was given is in `values`. Pure. */
export type Query = {
  readonly text: string
  readonly count: string
  readonly values: readonly unknown[]
  /** Names of the result's columns, in order; those of sealed fields are what opening them needs. */
  readonly sources: readonly string[]
}

export type Moment = { readonly now: Date; readonly today: string }

/** What opening a sealed field needs beside it: expressions, by the names that `orders/sealed.ts` knows. */
const SEALED: Readonly<Record<NonNullable<Field['sealed']>, Readonly<Record<string, string>>>> = {
  accountNo: {
    orderNo: 'o.order_no',
    person: 'o.person',
    accountNo: 'o.account_no',
    payerName: 'o.payer_name',
    phone: 'o.phone',
    email: 'o.email',
  },
  payerName: {
    orderNo: 'o.order_no',
    person: 'o.person',
    accountNo: 'o.account_no',
    payerName: 'o.payer_name',
    phone: 'o.phone',
    email: 'o.email',
  },
  payer: { paymentNo: 'p.payment_no', payerSealed: 'p.payer_sealed', payer: 'p.payer' },
}

/** `blinds`: the indexes an account number may be found by. The content has been checked. */
export function queryOf(
  content: Content,
  scope: Scope,
  moment: Moment,
  blinds: (accountNo: string) => readonly Buffer[],
  limit: number | null = null,
): Query {
  const dataset = DATASETS[content.dataset]
  const values: unknown[] = []
  const joins = new Set<string>()
  const need = (names: readonly string[] | undefined) => {
    for (const name of names ?? []) {
      if (joins.has(name)) continue
      need(dataset.joins[name]?.after)
      joins.add(name)
    }
  }
  const given = new Map<string, string>()
  const moments = (sql: string): string =>
    sql.replace(/:(today|now)\b/g, (_, name: 'today' | 'now') => {
      const known = given.get(name)
      if (known !== undefined) return known
      const made = `$${values.push(moment[name])}::${name === 'today' ? 'date' : 'timestamptz'}`
      given.set(name, made)
      return made
    })
  const expression = (name: string): string => {
    const field = dataset.fields[name] as Field
    need(field.joins)
    return moments(field.sql)
  }

  const groups = groupsOf(content)
  const selected = new Map<string, string>()
  for (const { name, field } of columnsOf(content, 'zh')) {
    if (field.sealed) {
      need(field.joins)
      for (const [source, sql] of Object.entries(SEALED[field.sealed])) selected.set(source, sql)
    } else if (name === GROUP_ROWS) selected.set(name, field.sql)
    else if (groups.length > 0 && !groups.includes(name)) selected.set(name, `sum(${expression(name)})`)
    else selected.set(name, expression(name))
  }
  const order = (
    content.order.length > 0
      ? content.order
      : (groups.length > 0 ? groups : dataset.order).map(field => ({ field, descending: false }))
  ).map(({ field, descending }) => {
    const sql =
      field === GROUP_ROWS
        ? 'count(*)'
        : groups.length > 0 && !groups.includes(field)
          ? `sum(${expression(field)})`
          : expression(field)
    return `${sql}${descending ? ' desc nulls last' : ''}`
  })
  need(dataset.place.joins)
  const conditions = [dataset.where ?? 'true', scopeSql(scope, dataset.place, values)]
  for (const [name, value] of Object.entries(content.filters)) {
    const filter = dataset.filters[name] as Filter
    need(filter.joins)
    conditions.push(moments(conditionOf(filter, value, moment, blinds, values)))
  }
  const grouping = groups.map(expression)
  const rows = rowsOf(dataset, joins, conditions, grouping)
  const ordering = [...order, ...(groups.length > 0 ? grouping : dataset.key)]
  const list = [...selected.values()].map((sql, i) => `${sql} as c${i}`).join(', ')
  return {
    text: `select ${list} ${rows} order by ${ordering.join(', ')}${limit === null ? '' : ` limit ${Math.trunc(limit)}`}`,
    count:
      grouping.length > 0 ? `select count(*) as rows from (select ${rows}) counted` : `select count(*) as rows ${rows}`,
    values,
    sources: [...selected.keys()],
  }
}

function rowsOf(
  dataset: Dataset,
  joins: ReadonlySet<string>,
  conditions: readonly string[],
  grouping: readonly string[],
): string {
  const joined = [...joins].map(name => dataset.joins[name]?.sql).join(' ')
  const grouped = grouping.length > 0 ? `group by ${grouping.join(', ')}` : ''
  return `from ${dataset.from} ${joined} where ${conditions.join(' and ')} ${grouped}`
}

function conditionOf(
  filter: Filter,
  value: FilterValue,
  { today }: Moment,
  blinds: (accountNo: string) => readonly Buffer[],
  values: unknown[],
): string {
  const put = (given: unknown, type: string): string => `$${values.push(given)}::${type}`
  switch (filter.kind) {
    case 'dates': {
      const { from, to } =
        typeof value === 'string' && isPeriod(value) ? daysOf(value, today) : (value as { from: string; to: string })
      return `${filter.sql} between ${put(from, 'date')} and ${put(to, 'date')}`
    }
    case 'any':
      return filter.sql.replaceAll('?', put(value, 'text[]'))
    case 'least':
      return filter.sql.replaceAll('?', put(parseDecimal(value as string, 2), 'bigint'))
    case 'account':
      return filter.sql.replaceAll('?', put(blinds(value as string), 'bytea[]'))
  }
}
