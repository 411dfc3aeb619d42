import { type Catalogue, primaryKeyOf, type Table } from './catalogue.ts'

/** The column whose hash says where a row lies. */
export const ORDER_NO = 'order_no'

/** The table that is distributed first, and that all others lie beside. */
export const ANCHOR = 'orders'

/** `distributed`: by the hash of the order's number. `reference`: a copy on every node. `coordinator`: as it is, on the node that is asked. */
export type Place = 'distributed' | 'reference' | 'coordinator'

type Said = { readonly zh: string; readonly en: string }

export type Placed = { readonly table: string; readonly place: Place; readonly why: Said }

const HOT = {
  zh: '每笔缴费或每条对账单各占一行或多行，都带缴费单号',
  en: 'has rows for each payment or line, all with their order’s number',
}

/** Whatever a payment or a line of a statement writes to, apart from queues and logs. */
const DISTRIBUTED = [
  ANCHOR,
  'payments',
  'payment_anomalies',
  'refunds',
  'movements',
  'statement_lines',
  'fund_lines',
  'match_links',
  'confirmations',
]

/** Small, seldom written, and referred to by distributed tables or by one another: that a table is small no catalogue says. */
const REFERENCE = ['departments', 'merchants', 'fee_items']

const OF_A_DAY = {
  zh: '只记例外，且引用账期：账期由协调节点逐个更新',
  en: 'holds the exceptions only, and refers to days, which the coordinator updates one by one',
}

/** Their primary key has the order's number, and yet they stay: each with its reason, so that a new table is decided upon and not forgotten. */
const KEPT: Readonly<Record<string, Said>> = {
  payments_waiting: {
    zh: '待查询队列：FOR UPDATE SKIP LOCKED 一次认领多个缴费单，Citus 只在单个分片内支持',
    en: 'a queue: claimed for many orders at once by FOR UPDATE SKIP LOCKED, which Citus does within one shard only',
  },
  superseded_lines: {
    zh: '只记例外，且引用对账单文件，其编号为 integer 序列',
    en: 'holds the exceptions only, and refers to statement_files, whose ids are a sequence of integer',
  },
  shared_lines: {
    zh: '只记例外，且与对账单的版本一起判断',
    en: 'holds the exceptions only, and is judged with the versions of statements',
  },
  crossings: OF_A_DAY,
  late_rows: OF_A_DAY,
  match_rows: OF_A_DAY,
  discrepancy_rows: OF_A_DAY,
  payout_lines: OF_A_DAY,
}

const SMALL = { zh: '表小、少改，被分布表引用', en: 'small, seldom written, and distributed tables refer to it' }

const PLACED: ReadonlyMap<string, Placed> = new Map<string, Placed>([
  ...DISTRIBUTED.map((table): [string, Placed] => [table, { table, place: 'distributed', why: HOT }]),
  ...REFERENCE.map((table): [string, Placed] => [table, { table, place: 'reference', why: SMALL }]),
  ...Object.entries(KEPT).map(([table, why]): [string, Placed] => [table, { table, place: 'coordinator', why }]),
])

/** Tables that the plan names and a database should have. */
export const NAMED: readonly string[] = [...PLACED.keys()]

/** Where a table goes; null: its key has the order's number, and nobody has decided. */
export function placeOf(table: Table): Placed | null {
  const placed = PLACED.get(table.name)
  if (placed) return placed
  if (primaryKeyOf(table).includes(ORDER_NO)) return null
  return {
    table: table.name,
    place: 'coordinator',
    why: { zh: '主键不含缴费单号', en: 'its primary key does not have the order’s number' },
  }
}

/** Places of all tables. One that nobody has decided upon stays where it is. */
export const placesOf = (catalogue: Catalogue): ReadonlyMap<string, Place> =>
  new Map(catalogue.map(table => [table.name, placeOf(table)?.place ?? 'coordinator']))

/**
 * The order in which tables are created on the cluster: reference tables first, then the anchor, and each after those it refers to, because a
 * foreign key from a distributed table must find its target distributed. Names of one place are in alphabetical order otherwise.
 */
export function creationOrder(catalogue: Catalogue): readonly { readonly table: string; readonly place: Place }[] {
  const places = placesOf(catalogue)
  const tables = new Map(catalogue.map(table => [table.name, table]))
  const ordered = new Set<string>()
  const visit = (name: string, place: Place, under: readonly string[]): void => {
    const table = tables.get(name)
    if (!table || places.get(name) !== place || ordered.has(name) || under.includes(name)) return
    for (const { target } of table.foreignKeys) visit(target, place, [...under, name])
    ordered.add(name)
  }
  const names = [...tables.keys()].sort((a, b) => Number(b === ANCHOR) - Number(a === ANCHOR) || (a < b ? -1 : 1))
  for (const place of ['reference', 'distributed'] as const) for (const name of names) visit(name, place, [])
  return [...ordered].map(table => ({ table, place: places.get(table) as Place }))
}
