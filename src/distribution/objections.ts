import { type Catalogue, columnOf, type ForeignKey, type Key, type Table } from './catalogue.ts'
import { ANCHOR, NAMED, ORDER_NO, type Place, placeOf, placesOf } from './places.ts'

/** Something that stands against distributing a table. `object`: the constraint, index, trigger or column; '' for the table itself. */
export type Objection = {
  readonly code: string
  readonly table: string
  readonly object: string
  readonly zh: string
  readonly en: string
}

/**
 * What Citus would refuse of this schema, or serve otherwise than PostgreSQL. The rules, by its documentation for version 13 (docs.citusdata.com) and, where that
 * is silent, by what its source checks (github.com/citusdata/citus):
 *
 * - keys: "Primary keys and uniqueness constraints must include the distribution column" (Creating and Modifying Distributed Tables); exclusion
 *   constraints must compare it for equality (ErrorIfUnsupportedConstraint);
 * - foreign keys: between two local tables, two co-located distributed tables with the distribution column in the key, or from a distributed to a
 *   reference table (the same page); the column stands at the same place on both sides, and no action changes it (foreign_constraint.c);
 * - triggers on distributed and reference tables are refused unless `citus.enable_unsafe_triggers` is on (EnsureRelationHasNoTriggers);
 * - the distribution column: of one type in a co-location group, not generated, of a deterministic collation (EnsureRelationCanBeDistributed), and never null;
 * - "The rule system is not supported", and sequences smaller than bigint fail on worker nodes (SQL Support and Workarounds, Limitations).
 */
export function objectionsTo(catalogue: Catalogue): readonly Objection[] {
  const places = placesOf(catalogue)
  const known = new Set(catalogue.map(table => table.name))
  return [
    ...NAMED.filter(name => !known.has(name)).map(missing),
    ...catalogue.filter(table => placeOf(table) === null).map(undecided),
    ...catalogue.flatMap(table => tableObjections(table, catalogue, places)),
  ]
}

function tableObjections(table: Table, catalogue: Catalogue, places: ReadonlyMap<string, Place>): Objection[] {
  const place = places.get(table.name) as Place
  const found = foreignKeyObjections(table, places)
  if (place === 'coordinator') return found
  found.push(
    ...table.triggers.map(name => trigger(table.name, name)),
    ...table.rules.map(name => rule(table.name, name)),
  )
  found.push(
    ...table.columns
      .filter(column => column.sequence && column.type !== 'bigint')
      .map(column => smallSequence(table.name, column.name, column.type)),
  )
  if (place === 'distributed') found.push(...columnObjections(table, catalogue), ...keyObjections(table))
  return found
}

function columnObjections(table: Table, catalogue: Catalogue): Objection[] {
  const column = columnOf(table, ORDER_NO)
  if (!column) return [withoutColumn(table.name)]
  const anchor = catalogue.find(({ name }) => name === ANCHOR)
  const type = anchor && columnOf(anchor, ORDER_NO)?.type
  return [
    ...(column.notNull ? [] : [nullable(table.name)]),
    ...(type === undefined || column.type === type ? [] : [otherType(table.name, column.type, type)]),
    ...(column.generated ? [generated(table.name)] : []),
    ...(column.deterministic ? [] : [notDeterministic(table.name)]),
  ]
}

const keyObjections = (table: Table): Objection[] =>
  table.keys.filter(key => !key.columns.includes(ORDER_NO)).map(key => keyWithout(table.name, key))

function foreignKeyObjections(table: Table, places: ReadonlyMap<string, Place>): Objection[] {
  const from = places.get(table.name) as Place
  return table.foreignKeys.flatMap(key => {
    const to = places.get(key.target) ?? 'coordinator'
    if (from === 'coordinator') return to === 'distributed' ? [fromLocal(table.name, key)] : []
    if (from === 'reference') return to === 'distributed' ? [fromReference(table.name, key)] : []
    if (to === 'coordinator') return [toLocal(table.name, key)]
    const at = key.columns.indexOf(ORDER_NO)
    const acts = at >= 0 && changesColumn(key) ? [changing(table.name, key)] : []
    const apart = to === 'distributed' && (at < 0 || key.targetColumns[at] !== ORDER_NO)
    return apart ? [apartFrom(table.name, key), ...acts] : acts
  })
}

const changesColumn = ({ onDelete, onUpdate }: ForeignKey): boolean =>
  ['set null', 'set default'].includes(onDelete) || ['set null', 'set default', 'cascade'].includes(onUpdate)

// --- what is said of each --------------------------------------------------------------------------------------------------

const objection = (code: string, table: string, object: string, zh: string, en: string): Objection => ({
  code,
  table,
  object,
  zh,
  en,
})

const missing = (table: string): Objection =>
  objection(
    'table_missing',
    table,
    '',
    `数据库中没有表 ${table}：请先用本版本的程序迁移数据库`,
    `there is no table ${table}: migrate the database with this version first`,
  )

const undecided = ({ name }: Table): Objection =>
  objection(
    'place_undecided',
    name,
    '',
    `表 ${name} 的主键含 ${ORDER_NO}，但尚未决定放在哪里：请在 src/distribution/places.ts 中写明`,
    `the primary key of ${name} has ${ORDER_NO}, and nobody has decided where it goes: say so in src/distribution/places.ts`,
  )

const trigger = (table: string, name: string): Objection =>
  objection(
    'trigger',
    table,
    name,
    `表 ${table} 有触发器 ${name}，Citus 不分布带触发器的表：请改用约束，或把表留在协调节点`,
    `${table} has the trigger ${name}, and Citus distributes no table with triggers: use a constraint, or keep the table on the coordinator`,
  )

const rule = (table: string, name: string): Objection =>
  objection(
    'rule',
    table,
    name,
    `表 ${table} 有重写规则 ${name}，Citus 不支持规则：请删除该规则`,
    `${table} has the rule ${name}, and Citus supports no rules: drop it`,
  )

const smallSequence = (table: string, column: string, type: string): Objection =>
  objection(
    'small_sequence',
    table,
    column,
    `${table}.${column} 取自 ${type} 序列，工作节点上的插入会失败：请改为 bigint`,
    `${table}.${column} is drawn from a sequence of ${type}, and inserts on worker nodes fail: make it a bigint`,
  )

const withoutColumn = (table: string): Objection =>
  objection(
    'column_missing',
    table,
    ORDER_NO,
    `表 ${table} 没有 ${ORDER_NO} 列，无法按它分布：请加上该列，或把表留在协调节点`,
    `${table} has no column ${ORDER_NO} to be distributed by: add it, or keep the table on the coordinator`,
  )

const nullable = (table: string): Objection =>
  objection(
    'column_nullable',
    table,
    ORDER_NO,
    `${table}.${ORDER_NO} 可以为空，Citus 拒绝插入这样的行：请设为 not null`,
    `${table}.${ORDER_NO} may be null, and Citus refuses to insert such a row: make it not null`,
  )

const otherType = (table: string, type: string, expected: string): Objection =>
  objection(
    'column_type',
    table,
    ORDER_NO,
    `${table}.${ORDER_NO} 是 ${type}，${ANCHOR}.${ORDER_NO} 是 ${expected}，不能放在一起：请用同一类型`,
    `${table}.${ORDER_NO} is ${type} and ${ANCHOR}.${ORDER_NO} is ${expected}, so they cannot lie together: use one type`,
  )

const generated = (table: string): Objection =>
  objection(
    'column_generated',
    table,
    ORDER_NO,
    `${table}.${ORDER_NO} 是生成列，Citus 不按生成列分布：请改为普通列`,
    `${table}.${ORDER_NO} is generated, and Citus distributes by no generated column: make it a plain one`,
  )

const notDeterministic = (table: string): Objection =>
  objection(
    'column_collation',
    table,
    ORDER_NO,
    `${table}.${ORDER_NO} 的排序规则不是确定性的，不能取哈希：请用默认排序规则`,
    `${table}.${ORDER_NO} has a collation that is not deterministic, and cannot be hashed: use the default one`,
  )

const KIND: Readonly<Record<Key['kind'], { readonly zh: string; readonly en: string }>> = {
  primary: { zh: '主键', en: 'primary key' },
  unique: { zh: '唯一键', en: 'unique key' },
  exclusion: { zh: '排他约束', en: 'exclusion constraint' },
}

const keyWithout = (table: string, { name, kind }: Key): Objection =>
  objection(
    'key_without_order_no',
    table,
    name,
    `表 ${table} 的${KIND[kind].zh} ${name} 不含 ${ORDER_NO}，跨分片无法检查：请把它加进去，或改为普通索引`,
    `the ${KIND[kind].en} ${name} of ${table} is without ${ORDER_NO} and cannot be checked across shards: add the column to it, or make it a plain index`,
  )

const toLocal = (table: string, { name, target }: ForeignKey): Objection =>
  objection(
    'foreign_key_to_coordinator',
    table,
    name,
    `分布表 ${table} 的外键 ${name} 指向协调节点上的 ${target}：请去掉外键，或把 ${target} 做成参考表`,
    `the foreign key ${name} of ${table}, which is distributed, refers to ${target} on the coordinator: drop it, or make ${target} a reference table`,
  )

const fromLocal = (table: string, { name, target }: ForeignKey): Objection =>
  objection(
    'foreign_key_from_coordinator',
    table,
    name,
    `协调节点上的 ${table} 的外键 ${name} 指向分布表 ${target}：请去掉外键，或把 ${table} 也分布`,
    `the foreign key ${name} of ${table} on the coordinator refers to ${target}, which is distributed: drop it, or distribute ${table} too`,
  )

const fromReference = (table: string, { name, target }: ForeignKey): Objection =>
  objection(
    'foreign_key_from_reference',
    table,
    name,
    `参考表 ${table} 的外键 ${name} 指向分布表 ${target}：参考表只能引用参考表，请去掉外键`,
    `the foreign key ${name} of the reference table ${table} refers to ${target}, which is distributed: a reference table refers to such ones only, so drop it`,
  )

const apartFrom = (table: string, { name, target }: ForeignKey): Objection =>
  objection(
    'foreign_key_without_order_no',
    table,
    name,
    `${table} 指向 ${target} 的外键 ${name} 没有在两边同一位置包含 ${ORDER_NO}：请把该列加入外键`,
    `the foreign key ${name} from ${table} to ${target} does not have ${ORDER_NO} at the same place on both sides: add the column to it`,
  )

const changing = (table: string, { name }: ForeignKey): Objection =>
  objection(
    'foreign_key_action',
    table,
    name,
    `${table} 的外键 ${name} 会在删除或更新时改动 ${ORDER_NO}：请改用 no action`,
    `the foreign key ${name} of ${table} would change ${ORDER_NO} on delete or update: use no action`,
  )
