import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import type pg from 'pg'
import { testDatabase } from '../../../testkit/database.ts'
import { LAST_DAY, SMALL_MERCHANT, seedLists } from '../../../testkit/lists_seed.ts'
import { readOf } from '../../../testkit/rows_read.ts'
import { testVault } from '../../../testkit/vault.ts'
import { covers, EVERYWHERE, type Scope } from '../../access/scope.ts'
import { findEntries } from '../../audit/store.ts'
import { movementReconciledSql } from '../../orders/reconciled.ts'
import { type RecordFilter, type RecordPlace, recordPage } from '../../orders/record_store.ts'
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

  const vault = await testVault(db)
  await t.test('records', async () => {
    const from = new Date('2026-11-18T00:00:00+08:00')
    const day = { from, to: new Date(from.getTime() + 86_400_000) }
    const filters: Readonly<Record<string, Partial<RecordFilter>>> = {
      'a day': day,
      'a day, a channel': { ...day, channel: 'bank' },
      'a day, a channel and a state': { ...day, channel: 'wechat', states: ['closed', 'failed'] },
      'a merchant': { merchantNo: SMALL_MERCHANT },
      'a state of few': { states: ['failed'] },
      'a state that none has': { states: ['pending'], channel: 'bank' },
      'states that none has, and some': { states: ['pending', 'failed'], channel: 'bank' },
      'since a day': { from, states: ['closed'] },
    }
    const scopes: readonly Scope[] = [
      EVERYWHERE,
      [
        { merchants: ['M7', SMALL_MERCHANT], channels: ['wechat'] },
        { merchants: null, channels: ['bank'] },
      ],
    ]
    const attempts = await attemptsOf(pool)
    for (const [name, filter] of Object.entries(filters))
      for (const scope of scopes)
        for (const limit of [7, 120]) {
          const pages = await recordPages(after => recordPage(pool, vault, scope, { ...filter, limit, after }))
          const expected = attempts.filter(each => covers(scope, each) && isAsked(filter, each)).map(({ told }) => told)
          assert.deepEqual(pages, expected, `${name}, ${limit} a page`)
        }
  })

  await t.test('reading', async t => {
    const page = { limit: 50 }
    const asked: Readonly<Record<string, (pool: pg.Pool) => Promise<unknown>>> = {
      items: pool => listItems(pool, EVERYWHERE, { ...page, states: OPEN }),
      'items far below': pool =>
        listItems(pool, EVERYWHERE, { ...page, from: '2026-09-01', to: LAST_DAY, after: ROWS / 2 }),
      'items by number': pool => listItems(pool, EVERYWHERE, { ...page, number: 'P0000000777' }),
      discrepancies: pool => listItems(pool, EVERYWHERE, { ...page, states: ['discrepancy'] }),
      records: pool => recordPage(pool, vault, EVERYWHERE, page),
      'records of a channel of few': pool => recordPage(pool, vault, EVERYWHERE, { limit: 20, channel: 'bank' }),
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

/** Numbers and states of all pages. */
async function recordPages(page: (after?: RecordPlace) => ReturnType<typeof recordPage>): Promise<string[]> {
  const told: string[] = []
  for (let after: RecordPlace | undefined; ; ) {
    const { records, next } = await page(after)
    told.push(...records.map(({ paymentNo, state, reconciled }) => `${paymentNo} ${state} ${reconciled}`))
    if (next === null) return told
    assert.ok(after === undefined || next.createdAt <= after.createdAt, 'each page goes on below the one before')
    after = next
  }
}

type Attempt = { state: string; channel: string; merchant: string; at: Date; told: string }

/** All there are, newest first. */
async function attemptsOf(pool: pg.Pool): Promise<Attempt[]> {
  const { rows } = await pool.query(
    `select p.state, p.channel, p.merchant_no as merchant, p.created_at as at, p.payment_no || ' ' || p.state || ' ' || coalesce(b.reconciled, false) as told
       from payments p left join lateral (
         select ${movementReconciledSql('m')} as reconciled from movements m where m.order_no = p.order_no and m.payment_no = p.payment_no) b on true
      order by p.created_at desc, p.payment_no desc`,
  )
  return rows
}

const isAsked = ({ channel, merchantNo, states, from, to }: Partial<RecordFilter>, attempt: Attempt): boolean =>
  (channel === undefined || attempt.channel === channel) &&
  (merchantNo === undefined || attempt.merchant === merchantNo) &&
  (states === undefined || (states as readonly string[]).includes(attempt.state)) &&
  attempt.at >= (from ?? attempt.at) &&
  (to === undefined || attempt.at < to)

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
