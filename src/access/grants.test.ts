import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { openDatabase } from '../system/database.ts'
import { revokeKey } from './accounts.ts'
import { SYSTEM } from './actor.ts'
import { accessApp } from './bare_app.ts'
import { applyGrant, putHouseRole } from './grants.ts'
import { provideKey, provideService } from './provision.ts'

after(closeTestServer)

/** Departments D1 > D2 > D3 and D9, each with a merchant of the same number; two supervisors logged in. */
async function house(t: TestContext) {
  const test = await peopleTest(t)
  await test.platform.app.db.pool.query(
    `insert into departments (id, name, parent_id, created_at)
       values ('D1', '公用', null, now()), ('D2', '水', 'D1', now()), ('D3', '城东', 'D2', now()), ('D9', '教育', null, now());
     insert into merchants (merchant_no, name, department_id, created_at)
       values ('M1', '一', 'D1', now()), ('M2', '二', 'D2', now()), ('M3', '三', 'D3', now()), ('M9', '九', 'D9', now());`,
  )
  const [first, second] = [await test.person('boss1', 'supervisor'), await test.person('boss2', 'supervisor')]
  const [one, two] = [test.browser('10.8.0.1'), test.browser('10.8.0.2')]
  await one.logIn(first)
  await two.logIn(second)
  let asks = 0
  const grant = async (accountId: string, role: string, place: object = {}, by: Browser = one, ok: Browser = two) => {
    const ask = { id: `grant-${++asks}-asked`, reason: '岗位需要', role, ...place }
    const asked = await by.send('POST', `/api/accounts/${accountId}/grants`, ask)
    if (asked.status !== 200) return asked.body.error.code as string
    const id = `grant-${asks}-approved`
    return await ok.outcome('POST', `/api/reviews/${asked.body.review_id}/approve`, { id, reason: '' })
  }
  return { ...test, first, second, one, two, grant }
}

const merchantsSeen = async (page: Browser): Promise<string[]> =>
  (await page.send('GET', '/api/merchants')).body.merchants
    .map((row: { merchant_no: string }) => row.merchant_no)
    .sort()

test('a scope of departments holds for all below them, as they are now', async t => {
  const { person, browser, platform } = await house(t)
  const page = browser()
  await page.logIn(await person('chen', 'auditor', { departments: ['D2'] }))
  assert.deepEqual(await merchantsSeen(page), ['M2', 'M3'])
  await platform.app.db.pool.query(`update departments set parent_id = 'D2' where id = 'D9'`)
  assert.deepEqual(await merchantsSeen(page), ['M2', 'M3', 'M9'])
  const both = browser('10.0.0.2')
  await both.logIn(await person('zhao', 'auditor', { departments: ['D3'], merchants: ['M1'] }))
  assert.deepEqual(await merchantsSeen(both), ['M1', 'M3'])
  const empty = browser('10.0.0.3')
  await platform.app.db.pool.query(`insert into departments (id, name, created_at) values ('D7', '空', now())`)
  await empty.logIn(await person('qian', 'auditor', { departments: ['D7'] }))
  assert.deepEqual(await merchantsSeen(empty), [], 'a department without merchants is nothing, not everything')
})

test('a role is granted by two supervisors, holds at once and is gone at once', async t => {
  const { person, browser, grant, one } = await house(t)
  const chen = await person('chen', 'support')
  const page = browser()
  await page.logIn(chen)
  assert.equal(await page.outcome('GET', '/api/merchants'), 'not_permitted')
  assert.equal(await grant(chen.id, 'auditor', { merchants: ['M9'] }), 200)
  assert.deepEqual(await merchantsSeen(page), ['M9'])
  const { grants } = (await one.send('GET', `/api/accounts/${chen.id}`)).body
  const given = grants.find((row: { role: string }) => row.role === 'auditor')
  assert.equal(await one.outcome('DELETE', `/api/accounts/${chen.id}/grants/${given.grant_id}`), 200)
  assert.equal(await page.outcome('GET', '/api/merchants'), 'not_permitted')
  assert.equal(await one.outcome('DELETE', `/api/accounts/${chen.id}/grants/${given.grant_id}`), 'grant_unknown')
})

test('nobody grants to himself: not by asking, not by agreeing, not past the database', async t => {
  const { first, second, one, two, grant, platform } = await house(t)
  assert.equal(await grant(first.id, 'finance', {}, one, two), 'grant_to_oneself')
  const agreed = await grant(second.id, 'finance', {}, one, two)
  assert.notEqual(agreed, 200, 'whoever is to get the role cannot be its second person')
  const { rows } = await platform.app.db.pool.query("select 1 from grants where role = 'finance'")
  assert.equal(rows.length, 0)
  await assert.rejects(
    platform.app.db.pool.query(
      `insert into grants (id, account_id, role, granted_at, granted_by) values ('x', $1, 'finance', now(), $1)`,
      [first.id],
    ),
    /grants_check/,
  )
  const own = (await one.send('GET', `/api/accounts/${first.id}`)).body.grants[0].grant_id
  assert.equal(await one.outcome('DELETE', `/api/accounts/${first.id}/grants/${own}`), 'grant_to_oneself')
})

test('what does not exist cannot be granted', async t => {
  const { person, grant, one, platform } = await house(t)
  const chen = await person('chen', 'support')
  assert.equal(await grant(chen.id, 'emperor'), 'role_unknown')
  assert.equal(await grant(chen.id, 'payer'), 'role_for_staff')
  assert.equal(await grant(chen.id, 'auditor', { departments: ['D404'] }), 'place_unknown')
  assert.equal(await grant('nobody', 'auditor'), 'account_unknown')
  const role = (permissions: string[]) =>
    one.outcome('PUT', '/api/roles/desk', {
      id: 'role-ask-1',
      reason: '窗口',
      name_zh: '窗口',
      name_en: 'Desk',
      permissions,
    })
  assert.equal(await role(['order.read', 'order.steal']), 'request_invalid')
  assert.equal(await role(['own.session']), 'request_invalid')
  assert.equal(await role([]), 'request_invalid')
  const made = { nameZh: '窗口', nameEn: 'Desk' }
  const { app } = platform
  await assert.rejects(putHouseRole(app, SYSTEM, { ...made, code: 'desk', permissions: ['order.steal'] }), {
    code: 'permission_unknown',
  })
  await assert.rejects(putHouseRole(app, SYSTEM, { ...made, code: 'cashier', permissions: ['order.read'] }), {
    code: 'role_built_in',
  })
})

test('the last supervisor stays: by state, by revoking, and when two do it to each other at once', async t => {
  const { first, second, one, two, platform } = await house(t)
  const suspend = (page: Browser, id: string) =>
    page.outcome('POST', `/api/accounts/${id}/state`, { state: 'suspended' })
  const outcomes = await Promise.all([suspend(one, second.id), suspend(two, first.id)])
  assert.equal(outcomes.filter(outcome => outcome === 200).length, 1, outcomes.join())
  const { rows } = await platform.app.db.pool.query(
    "select id from accounts where state = 'active' and login like 'boss%'",
  )
  const left = rows[0].id === first.id ? one : two
  assert.equal(await suspend(left, rows[0].id), 'last_supervisor')
  await platform.app.db.pool.query("update accounts set state = 'active' where login like 'boss%'")
  assert.equal(await suspend(left, rows[0].id), 200, 'with another one it may')
})

test('a suspended account has no sessions and no keys; a closed one never comes back', async t => {
  const { person, browser, one, platform } = await house(t)
  const chen = await person('chen', 'auditor')
  const page = browser()
  await page.logIn(chen)
  const state = (id: string, to: string) => one.outcome('POST', `/api/accounts/${id}/state`, { state: to })
  assert.equal(await state(chen.id, 'suspended'), 200)
  assert.equal(await page.outcome('GET', '/api/session'), 'session_over')
  assert.equal(await page.logIn(chen), 'log_in_refused')
  assert.equal(await state(chen.id, 'active'), 200)
  assert.equal(await page.outcome('GET', '/api/session'), 'session_over', 'the old session stays ended')
  assert.equal(await page.logIn(chen), 200)
  assert.equal(await state(chen.id, 'closed'), 200)
  assert.equal(await state(chen.id, 'active'), 'account_closed')
  const key = await provideKey(platform.app, 'robot', ['merchant.read'])
  const ask = () => browser('10.0.0.7').outcome('GET', '/api/merchants', undefined, { authorization: `Bearer ${key}` })
  assert.equal(await ask(), 200)
  const robot = (await one.send('GET', '/api/accounts?kind=service')).body.accounts[0]
  assert.equal(await state(robot.account_id, 'suspended'), 200)
  await sleep(200)
  assert.equal(await ask(), 'key_invalid')
})

test('keys: told once, kept as a digest, two at a time for the change-over, revoked by any process, expired to the second', async t => {
  const test = await house(t)
  const { one, platform, clock } = test
  const other = test.browser('10.0.0.8')
  const made = await one.send('POST', '/api/accounts', { kind: 'service', login: 'billing', name: '开票程序' })
  const id = made.body.account_id
  assert.equal(await test.grant(id, 'auditor', { merchants: ['M2'] }), 200)
  const expires_at = new Date(clock.now().getTime() + 3_600_000).toISOString()
  const old = (await one.send('POST', `/api/accounts/${id}/keys`, { name: '旧', expires_at })).body
  const next = (await one.send('POST', `/api/accounts/${id}/keys`, { name: '新' })).body
  assert.match(old.key, /^fzk_[\w-]{43}$/)
  const seen = JSON.stringify((await one.send('GET', `/api/accounts/${id}`)).body)
  const { rows } = await platform.app.db.pool.query('select row_to_json(k)::text as text from service_keys k')
  for (const key of [old.key, next.key]) assert.ok(!(seen + JSON.stringify(rows) + test.said()).includes(key))
  const use = (page: Browser, key: string) =>
    page.outcome('GET', '/api/merchants', undefined, { authorization: `Bearer ${key}` })
  for (const { key } of [old, next]) assert.equal(await use(other, key), 200)
  assert.deepEqual(
    (await other.send('GET', '/api/merchants', undefined, { authorization: `Bearer ${next.key}` })).body.merchants
      .length,
    1,
    'a key has the scope of its account',
  )
  // Keys change nothing about pages: no token needed, and none of a session's own routes.
  assert.equal(
    await other.outcome('GET', '/api/session', undefined, { authorization: `Bearer ${next.key}` }),
    'not_permitted',
  )
  // By a command at the machine: another process, and no request of ours.
  const elsewhere = await openDatabase({ url: platform.app.db.url })
  await revokeKey(accessApp(elsewhere), SYSTEM, id, next.key_id)
  await elsewhere.close()
  await sleep(200)
  assert.equal(await use(other, next.key), 'key_invalid')
  assert.equal(await one.outcome('DELETE', `/api/accounts/${id}/keys/nothing`), 'key_unknown')
  clock.forward(3_599)
  assert.equal(await use(other, old.key), 200)
  clock.forward(1)
  assert.equal(await use(other, old.key), 'key_expired')
  assert.equal(await use(other, `${old.key}x`), 'key_invalid')
})

test('what a second person let go is applied as it was asked', async t => {
  const { platform, person, first } = await house(t)
  const chen = await person('chen', 'support')
  const ask = { accountId: chen.id, role: 'auditor', departments: null, merchants: ['M1'], channels: null }
  const granter = { ...SYSTEM, id: 'staff:boss1', accountId: first.id }
  const twice = await platform.app.db.transaction(async tx => [
    await applyGrant(platform.app, tx, granter, ask),
    await applyGrant(platform.app, tx, granter, { ...ask, merchants: ['M1'] }),
  ])
  assert.equal(twice[0]?.id, twice[1]?.id, 'the same grant is there once')
  assert.ok(await provideService(platform.app, { login: 'robot', name: '程序', role: 'auditor' }))
})
