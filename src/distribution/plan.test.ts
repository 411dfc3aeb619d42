import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterDatabase } from '../../testkit/citus_stand_in.ts'
import { testDatabase } from '../../testkit/database.ts'
import type { Database } from '../system/database.ts'
import type { Catalogue, Column, Table } from './catalogue.ts'
import { objectionsTo } from './objections.ts'
import { creationOrder, ORDER_NO, placeOf } from './places.ts'
import { readCatalogue } from './store.ts'

const IN_ORDER =
  'departments merchants fee_items ' +
  'orders confirmations fund_lines match_links movements payments payment_anomalies refunds statement_lines'

test('nothing stands against distributing the schema as it is, and every table has its place', async t => {
  const db = await testDatabase(t)
  const catalogue = await readCatalogue(db.pool)
  assert.deepEqual(objectionsTo(catalogue), [])
  assert.deepEqual(
    catalogue.filter(table => placeOf(table) === null).map(table => table.name),
    [],
  )
  assert.equal(
    creationOrder(catalogue)
      .map(({ table }) => table)
      .join(' '),
    IN_ORDER,
  )
})

/** A change of the schema, and what is then said: code, table, object; none: nothing. `-`: what the stand-in for Citus refuses not, because Citus does not either. */
const PLANTED: readonly (readonly [change: string, said: string, refuses?: '-'])[] = [
  ['create table extra (order_no text, id bigint, primary key (order_no, id))', 'place_undecided extra', '-'],
  ['create table extra (id bigint primary key, order_no text)', '', '-'],
  ['drop table match_links', 'table_missing match_links', '-'],
  ['alter table payments add constraint once unique (payment_no)', 'key_without_order_no payments once'],
  ['alter table payments add constraint once unique (payment_no, order_no)', '', '-'],
  ['create unique index titles on orders (title) where paid > 0', 'key_without_order_no orders titles'],
  ['create unique index lowered on orders (lower(order_no))', 'key_without_order_no orders lowered'],
  ['create unique index included on orders (title) include (order_no)', 'key_without_order_no orders included', '-'],
  ['create unique index one_name on merchants (name)', '', '-'],
  [
    'alter table payments add constraint alone exclude using hash (payment_no with =)',
    'key_without_order_no payments alone',
  ],
  ['alter table payments add constraint alone exclude using hash (order_no with =)', '', '-'],
  [
    'alter table movements add constraint who foreign key (merchant) references accounts',
    'foreign_key_to_coordinator movements who',
  ],
  [
    'alter table appeals add constraint what foreign key (order_no) references orders',
    'foreign_key_from_coordinator appeals what',
    '-',
  ],
  [
    'alter table merchants add constraint what foreign key (name) references orders',
    'foreign_key_from_reference merchants what',
    '-',
  ],
  [
    'alter table refunds add constraint apart foreign key (refund_no) references orders',
    'foreign_key_without_order_no refunds apart',
  ],
  [
    'alter table payment_anomalies add constraint crossed foreign key (payment_no, order_no) references payments (order_no, payment_no)',
    'foreign_key_without_order_no payment_anomalies crossed',
  ],
  [
    'alter table movements add constraint gone foreign key (order_no) references orders on delete set null',
    'foreign_key_action movements gone',
  ],
  ['alter table movements add constraint fee foreign key (fee_item) references fee_items on delete set null', '', '-'],
  [
    'create trigger watched before update on orders for each row execute function forbid_change()',
    'trigger orders watched',
  ],
  ['create trigger watched before update on days for each row execute function forbid_change()', '', '-'],
  ['create rule quiet as on delete to refunds do instead nothing', 'rule refunds quiet'],
  ['alter table merchants add column no integer generated always as identity', 'small_sequence merchants no', '-'],
  ['alter table merchants add column no bigint generated always as identity', '', '-'],
  ['alter table fund_lines drop column order_no', 'column_missing fund_lines order_no'],
  [
    'alter table fund_lines drop constraint fund_lines_pkey; alter table fund_lines alter order_no drop not null',
    'column_nullable fund_lines order_no',
    '-',
  ],
  ['alter table fund_lines alter order_no type varchar(64)', 'column_type fund_lines order_no'],
]

test('what would stand against it is said with table and object; the stand-in for Citus refuses the same', async t => {
  const db = await clusterDatabase(t)
  for (const [change, said, refuses] of PLANTED) {
    const { objections, refusal } = await tried(db, change)
    assert.deepEqual(
      objections.map(({ code, table, object }) => `${code} ${table} ${object}`.trim()),
      said === '' ? [] : [said],
      change,
    )
    assert.equal(refusal === null, refuses === '-', `${change}: ${refusal}`)
  }
})

/** Makes the change, looks, lets the stand-in create all tables in order, and takes the change back. */
async function tried(db: Database, change: string) {
  const session = await db.connect()
  try {
    await session.query('begin; set local search_path = public, citus_stand_in')
    await session.query(change)
    const catalogue = await readCatalogue(session)
    const objections = objectionsTo(catalogue)
    let refusal: string | null = null
    try {
      for (const { table, place } of creationOrder(catalogue))
        if (place === 'reference') await session.query('select create_reference_table($1::regclass)', [table])
        else
          await session.query('select create_distributed_table($1::regclass, $2, colocate_with => $3)', [
            table,
            ORDER_NO,
            table === 'orders' ? 'none' : 'orders',
          ])
    } catch (error) {
      refusal = (error as Error).message
    }
    return { objections, refusal }
  } finally {
    await session.end()
  }
}

const COLUMN: Column = {
  name: ORDER_NO,
  position: 1,
  type: 'text',
  notNull: true,
  generated: false,
  sequence: false,
  deterministic: true,
}
const table = (name: string, change: Partial<Column> = {}): Table => ({
  name,
  columns: [{ ...COLUMN, ...change }],
  keys: [{ name: `${name}_pkey`, kind: 'primary', columns: [ORDER_NO] }],
  foreignKeys: [],
  triggers: [],
  rules: [],
})

test('a column that is generated, or of a collation without one spelling, is nothing to distribute by', () => {
  const said = (catalogue: Catalogue): string[] =>
    objectionsTo(catalogue)
      .filter(({ code }) => code !== 'table_missing')
      .map(({ code, table }) => `${code} ${table}`)
  assert.deepEqual(said([table('orders'), table('payments')]), [])
  assert.deepEqual(said([table('orders'), table('payments', { generated: true })]), ['column_generated payments'])
  assert.deepEqual(said([table('orders', { deterministic: false })]), ['column_collation orders'])
})

test('tables that refer to one another in a circle are created all the same', () => {
  const circle = [
    { ...table('orders'), foreignKeys: [key('payments')] },
    { ...table('payments'), foreignKeys: [key('orders')] },
  ]
  assert.deepEqual(
    creationOrder(circle)
      .map(created => created.table)
      .sort(),
    ['orders', 'payments'],
  )
})

const key = (target: string) => ({
  name: `to_${target}`,
  target,
  columns: [ORDER_NO],
  targetColumns: [ORDER_NO],
  onDelete: 'no action' as const,
  onUpdate: 'no action' as const,
})
