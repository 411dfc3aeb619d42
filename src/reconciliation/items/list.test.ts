import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import type pg from 'pg'
import { testDatabase } from '../../../testkit/database.ts'
import { LAST_DAY, SMALL_MERCHANT, seedLists } from '../../../testkit/lists_seed.ts'
import { readOf } from '../../../testkit/rows_read.ts'
import { testVault } from '../../../testkit/vault.ts'
import { covers, EVERYWHERE, type Scope } from '../../access/scope.ts'
import { findEntries } from '../../audit/store.ts'
import { paymentRecords } from '../../orders/list_store.ts'
import { ITEM_STATES, itemState } from './item.ts'
import { type ItemFilter, listItems } from './list_store.ts'
import { itemsOfKeys } from './store.ts'

/** Over ninety days of four accounts, of which the last two days are open. */
const ROWS = 40_000
const DAYS = { from: '2026-11-16', to: LAST_DAY }
const OPEN = ITEM_STATES.filter(state => state !== 'reconciled')

test('lists of a book of ninety days: pages together are the rows that were asked for, and none reads the book', async t => {
  const db = await testDatabase(t)
  const { pool } = db
  await seedLists(db, ROWS, () => {})
  // A restatement replaced the discrepancy of a closed day, whose rows stay; and some rows are of nothing that anybody knows.
  await pool.query(
    `update discrepancies set state = 'replaced', action = 'restated', ended_at = now(), ended_by = 'platform' where id = (select max(x.id) from discrepancies x where x.state = 'resolved')`,
  )
  await pool.query(`delete from match_links where movement_id % 997 = 1`)

  await t.test('pages', async () => {
    const { rows } = await pool.query(
      `select merchant from discrepancies where kind = 'in_transit' order by id desc limit 1`,
    )
    const merchantNo: string = rows[0].merchant
    const filters: Readonly<Record<string, Partial<ItemFilter>>> = {
      open: { states: OPEN },
      'open of five days': { states: OPEN, ...DAYS },
      ...Object.fromEntries(ITEM_STATES.map(state => [`${state} of five days`, { states: [state], ...DAYS }])),
      everything: DAYS,
      'one account': { ...DAYS, channel: 'bank', account: 'icbc' },
      merchant: { ...DAYS, merchantNo },
      'discrepancies of a merchant': { ...DAYS, merchantNo, states: ['discrepancy', 'in_transit'] },
      amounts: { ...DAYS, least: 2_000, most: 2_500 },
    }
    const scopes: readonly Scope[] = [EVERYWHERE, [{ merchants: [merchantNo, SMALL_MERCHANT], channels: ['wechat'] }]]
    for (const [name, filter] of Object.entries(filters))
      for (const scope of scopes) {
        const expected = await rowsOf(pool, scope, filter)
        assert.deepEqual(await paged(pool, scope, filter), expected, name)
        if (scope === EVERYWHERE) assert.notEqual(expected.length, 0, `${name}: the seed has none`)
      }
  })

  await t.test('reading', async t => {
    const vault = await testVault(db)
    const page = { limit: 50 }
    const asked: Readonly<Record<string, (pool: pg.Pool) => Promise<unknown>>> = {
      items: pool => listItems(pool, EVERYWHERE, { ...page, states: OPEN }),
      'items far below': pool =>
        listItems(pool, EVERYWHERE, { ...page, from: '2026-09-01', to: LAST_DAY, after: ROWS / 2 }),
      'items by number': pool => listItems(pool, EVERYWHERE, { ...page, number: 'P0000000777' }),
      discrepancies: pool => listItems(pool, EVERYWHERE, { ...page, states: ['discrepancy'] }),
      records: pool => paymentRecords(pool, vault, EVERYWHERE, page),
      log: pool => findEntries(pool, page),
    }
    for (const [name, ask] of Object.entries(asked)) {
      const read = await readOf(pool, ask)
      t.diagnostic(`${name}: ${JSON.stringify(read)}`)
      for (const table of ['movements', 'match_links', 'payments', 'orders', 'operation_log'])
        assert.ok((read[table] ?? 0) <= 1_000, `${name}: ${read[table]} rows of ${table} for a page of 50`)
    }
  })
})

/** All pages, as the web turns them. */
async function paged(pool: pg.Pool, scope: Scope, filter: Partial<ItemFilter>): Promise<string[]> {
  const told: string[] = []
  let after: number | undefined
  for (;;) {
    const { items, next } = await listItems(pool, scope, { ...filter, limit: 120, after })
    told.push(...items.map(item => `${item.movementId} ${itemState(item)}`))
    if (next === null) return told
    assert.ok(after === undefined || next < after, 'each page goes on below the one before')
    after = next
  }
}

/** The same by looking at every row. */
async function rowsOf(pool: pg.Pool, scope: Scope, filter: Partial<ItemFilter>): Promise<string[]> {
  const { rows } = await pool.query(
    `select m.id, m.order_no as "orderNo", m.channel, f.merchant_no as merchant, abs(m.amount) as amount, m.account
       from movements m join days d using (channel, account, business_date) join fee_items f on f.id = m.fee_item
      where ${filter.from === undefined ? "d.state <> 'closed'" : `d.business_date >= '${DAYS.from}'`}`,
  )
  const keys = rows.filter(
    row =>
      covers(scope, row) &&
      (filter.channel === undefined || row.channel === filter.channel) &&
      (filter.merchantNo === undefined || row.merchant === filter.merchantNo) &&
      row.amount >= (filter.least ?? 0) &&
      row.amount <= (filter.most ?? Number.MAX_SAFE_INTEGER),
  )
  const items = await itemsOfKeys(pool, keys, null)
  return items
    .map(item => ({ id: item.movementId, state: itemState(item) }))
    .filter(({ state }) => filter.states?.includes(state) ?? true)
    .map(({ id, state }) => `${id} ${state}`)
}
