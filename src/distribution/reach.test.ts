import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { reachOf } from './reach.ts'
import { literalsOf } from './sample.ts'
import { genericPlan, readCatalogue, samplePlan } from './store.ts'
import { isRouted, taskCounts } from './tasks.ts'

const STATEMENTS: readonly (readonly [verdict: string, text: string])[] = [
  ['router', 'select title from orders where order_no = $1 for update'],
  ['router', 'select from payments p join movements m on m.order_no = p.order_no where p.order_no = $1'],
  ['router', 'select from orders o left join match_links k on k.order_no = o.order_no where o.order_no = $1'],
  [
    'router',
    'select (select max(id) from movements m where m.order_no = o.order_no) from orders o where o.order_no = $1',
  ],
  [
    'router',
    'insert into confirmations (order_no, movement_id, no, at, by, by_name, kind) values ($1, $2, 1, now(), $3, $3, $4)',
  ],
  ['router', 'with w as (delete from refunds where order_no = $1) update orders set title = $2 where order_no = $1'],
  ['pushed_down', 'select from orders where order_no = any($1)'],
  ['pushed_down', 'select from unnest($1::text[]) as asked (no) join orders o on o.order_no = asked.no'],
  [
    'pushed_down',
    'update orders o set title = c.title from unnest($1::text[], $2::text[]) as c (no, title) where o.order_no = c.no',
  ],
  [
    'pushed_down',
    'insert into confirmations (order_no, movement_id, no, at, by, by_name, kind) select c, 1, 1, now(), $2, $2, $3 from unnest($1::text[]) c',
  ],
  ['every_shard', 'select from payments where payment_no = $1'],
  ['every_shard', 'update orders set title = $1'],
  ['every_shard', 'delete from movements where order_no > $1'],
  ['every_shard', 'select from payments where order_no = $1 or payment_no = $2'],
  ['every_shard', 'select from payments p join movements m on m.order_no = p.order_no where p.payment_no = $1'],
  ['every_shard', 'select from payments p join movements m on m.payment_no = p.payment_no where p.order_no = $1'],
  // An optional side binds nothing outside of it.
  ['every_shard', 'select from orders o left join unnest($1::text[]) as c (no) on c.no = o.order_no'],
  [
    'every_shard',
    'select from orders o where not exists (select from unnest($1::text[]) as c (no) where c.no = o.order_no)',
  ],
  ['every_shard', 'select from orders o left join match_links k on k.order_no = o.order_no and k.order_no = $1'],
  ['every_shard', 'select from orders o left join payments p on o.order_no = $1 and p.order_no = o.order_no'],
  [
    'every_shard',
    'select (select max(id) from movements m where m.order_no = o.order_no and m.order_no = $1) from orders o',
  ],
  // What stands above a union does not bind its branches.
  [
    'every_shard',
    `select from (select order_no from payments where payment_no = $1 union select order_no from refunds where refund_no = $1) n
       join unnest($2::text[]) as c (no) on c.no = n.order_no`,
  ],
  // Rows of a coordinator's table are searched for, and say of no order that it is asked for.
  [
    'every_shard',
    'select from discrepancy_rows r join movements m on m.order_no = r.order_no where r.discrepancy_id = $1',
  ],
  ['refused', 'select from orders where order_no = any($1) order by order_no for update'],
  [
    'refused',
    'with due as (select order_no from refunds where next_query_at <= $1 limit 5 for update skip locked) select from due',
  ],
  ['coordinator', 'select from payments_waiting where next_query_at <= $1 limit 5 for update skip locked'],
  ['coordinator', 'select from merchants where name = $1'],
]

test('how a statement reaches the distributed tables is read from its generic plan, whichever way it is planned', async t => {
  const db = await testDatabase(t)
  const catalogue = await readCatalogue(db.pool)
  const session = await db.connect()
  try {
    for (const way of ['', 'set enable_seqscan = off', 'set enable_nestloop = off', 'set enable_hashjoin = off']) {
      await session.query(`reset all; ${way}`)
      for (const [verdict, text] of STATEMENTS)
        assert.equal(reachOf(await genericPlan(session, text), catalogue).verdict, verdict, `${text} | ${way}`)
    }
    const { tables, beside } = reachOf(
      await genericPlan(session, 'select from days d, orders o where d.id = 1 and o.order_no = $1 for update of o'),
      catalogue,
    )
    assert.deepEqual(tables, [{ table: 'orders', alias: 'o', reach: 'one_order', locked: true }])
    assert.deepEqual(beside, ['days'])
  } finally {
    await session.end()
  }
})

test('a plan for samples has the same order in every single place, and many in every list', async t => {
  const db = await testDatabase(t)
  const session = await db.connect()
  try {
    const plan = await samplePlan(session, 'select from orders where order_no = $1 and title = any($2) and paid > $3')
    assert.match(JSON.stringify(plan), /order_no = 'SAMPLE-0'.*SAMPLE-15/)
    await assert.rejects(samplePlan(session, 'select from nowhere where id = $1'), { code: '42P01' })
    // A statement that was refused leaves the session fit for the next.
    assert.ok(await samplePlan(session, 'select from orders'))
  } finally {
    await session.end()
  }
  assert.deepEqual(
    literalsOf(['anomaly_kind', 'bigint[]']).map(text => text.slice(0, 18)),
    ['null::anomaly_kind', "array['1', '1', '1"],
  )
})

/** As `ExplainJob` and `ExplainSubPlans` of Citus write them. */
const adaptive = (tasks: number, subplans: readonly object[] = []) => ({
  'Node Type': 'Custom Scan',
  'Custom Plan Provider': 'Citus Adaptive',
  'Distributed Query': {
    ...(subplans.length > 0 ? { Subplans: subplans.map(Plan => ({ PlannedStmt: [{ Plan }] })) } : {}),
    Job: {
      'Task Count': tasks,
      'Tasks Shown': tasks === 1 ? 'All' : `One of ${tasks}`,
      Tasks: [{ Node: 'host=worker', 'Remote Plan': [[{ Plan: { 'Node Type': 'Seq Scan', 'Task Count': 99 } }]] }],
    },
  },
})

test('a statement is routed when each part of it is one task of Citus', () => {
  assert.equal(isRouted(adaptive(1)), true)
  assert.equal(isRouted({ 'Node Type': 'Sort', Plans: [adaptive(32)] }), false)
  assert.equal(isRouted(adaptive(1, [adaptive(1), adaptive(32)])), false)
  assert.deepEqual(taskCounts(adaptive(1, [adaptive(1), adaptive(32)])), [1, 32, 1])
  assert.equal(isRouted({ 'Node Type': 'Seq Scan' }), false)
})
