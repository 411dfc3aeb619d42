import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import type { Place } from '../src/access/provision.ts'
import { BUILT_IN_ROLES, type BuiltInRole } from '../src/access/roles.ts'
import type { Platform } from '../src/server.ts'
import { FakeChannel, fakeChannels } from './fake_channel.ts'
import { settledBy } from './penetration/foreign.ts'
import { type Answer, Browser, type Method, personOf } from './people.ts'
import { type TestPlatform, testPlatform } from './platform.ts'
import { closeTestServer } from './server.ts'

/**
 * Each role, each route, and another department's objects: nothing of them may be seen, whether in bodies, counts, errors, exports or in how much work it
 * took to refuse. A route that is added later is tried here without anybody writing it down.
 */
after(closeTestServer)

/** Stands in everything of merchant M2, and nowhere else. */
const FOREIGN = /ZZFOREIGN|外部机密|\bM2\b|\bW2\b|8888\.88/

type Asker = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
type Route = { readonly method: string; readonly path: string; readonly permission: string }
type World = TestPlatform & {
  readonly routes: readonly Route[]
  readonly roles: ReadonlyMap<BuiltInRole, Asker>
  /** The same roles, for merchant M1 only. */
  readonly narrow: ReadonlyMap<BuiltInRole, Asker>
  /** Objects of M2, by the names of path parameters. */
  readonly foreign: Readonly<Record<string, string>>
}

/** A person with a role, logged in: what he sends carries his cookie and the token of his page. */
async function enter(
  { app, url }: Platform,
  login: string,
  role: BuiltInRole,
  place: Partial<Place> = {},
): Promise<Asker> {
  const browser = new Browser(url, '10.0.0.1', `browser of ${login}`)
  assert.equal(await browser.logIn(await personOf(app, login, role, place)), 200)
  return (method, path, body, headers) => browser.send(method as Method, path, body, headers)
}

async function world(t: TestContext): Promise<World> {
  const channel = new FakeChannel()
  const made = await testPlatform(t, fakeChannels(channel))
  const { platform, clerk } = made
  const { url } = platform
  const sound = (answer: { status: number; body: unknown }, what: string): void =>
    assert.equal(answer.status, 200, `${what}: ${JSON.stringify(answer.body)}`)
  for (const [path, body] of [
    ['/api/departments', { id: 'w-00000001', department_id: 'ZZFOREIGN-D', name: '外部机密局', parent_id: null }],
    ['/api/merchants', { id: 'w-00000002', merchant_no: 'M2', name: '外部机密公司', department_id: 'ZZFOREIGN-D' }],
    ['/api/fee-items', { id: 'w-00000003', fee_item_id: 'W2', merchant_no: 'M2', name: '外部机密费', category: 'gas' }],
  ] as const)
    sound(await clerk('POST', path, body), path)
  for (const [order, merchant, item, amount] of [
    ['OWN1', 'M1', 'W1', '77.70'],
    ['ZZFOREIGN-O', 'M2', 'W2', '8888.88'],
  ] as const) {
    const bill = {
      order_no: order,
      merchant_no: merchant,
      fee_item_id: item,
      account_no: merchant === 'M2' ? 'ZZFOREIGN-A' : 'OWN-ACCOUNT-1',
      payer_name: merchant === 'M2' ? '外部机密人' : '王小明',
      phone: '13800138000',
      email: 'someone@example.com',
      amount,
    }
    sound(await clerk('POST', '/api/orders', bill), order)
  }
  const foreign = await settledBy(made, channel)
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { 'x-permission': string }>>
  }
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'],
    })),
  )
  assert.ok(routes.length > 60, `only ${routes.length} routes were found`)
  const roles = new Map<BuiltInRole, Asker>()
  const narrow = new Map<BuiltInRole, Asker>()
  for (const role of Object.keys(BUILT_IN_ROLES) as BuiltInRole[]) {
    if (role === 'payer') continue // Payers have no password: see the tests of access.
    roles.set(role, await enter(platform, `${role}.all`, role))
    narrow.set(role, await enter(platform, `${role}.own`, role, { merchants: ['M1'] }))
  }
  return { ...made, routes, roles, narrow, foreign }
}

const pathOf = (route: Route, ids: Readonly<Record<string, string>>): string =>
  route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? 'no-such-thing'))

/** Routes that would end the session that tries them, or never answer. */
const apart = ({ method, path }: Route): boolean =>
  (method === 'DELETE' && path === '/api/session') || path === '/api/payments/{payment_no}/progress'

test('each role through each route: what it lacks is refused before anything is looked at, and nothing else is', async t => {
  const { routes, roles, anybody, foreign } = await world(t)
  const wrong: string[] = []
  let refused = 0
  for (const route of routes.filter(one => !apart(one))) {
    const body = ['POST', 'PUT', 'PATCH'].includes(route.method) ? {} : undefined
    for (const [role, ask] of roles) {
      const permissions: readonly string[] = BUILT_IN_ROLES[role].permissions
      const may =
        route.permission === 'public' || route.permission === 'own.session' || permissions.includes(route.permission)
      const { status, body: said } = await ask(route.method, pathOf(route, {}), body)
      const name = `${role} ${route.method} ${route.path}`
      if (status >= 500 && said.error?.code !== 'receipts_not_configured')
        wrong.push(`${name}: ${status} ${JSON.stringify(said)}`)
      if (!may && !(status === 403 && said.error?.code === 'not_permitted'))
        wrong.push(`${name}: ${status}, must be refused`)
      if (may && said.error?.code === 'not_permitted') wrong.push(`${name}: refused, but holds ${route.permission}`)
      if (!may) refused++
    }
    if (route.permission !== 'public') {
      const { status } = await anybody(route.method as 'GET', pathOf(route, foreign), body)
      if (status !== 401) wrong.push(`anybody ${route.method} ${route.path}: ${status}`)
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok(refused > 100, `only ${refused} refusals were tried`)
})

test('a role for one merchant sees nothing of another in any list, count or export', async t => {
  const { routes, roles, narrow } = await world(t)
  const wrong: string[] = []
  let seen = 0
  for (const route of routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
    if (apart(route) || route.permission === 'public') continue
    for (const query of ['', '?limit=1', '?limit=500&merchant_no=M2', '?merchant_no=M2', '?search=ZZFOREIGN']) {
      for (const [role, ask] of narrow) {
        const { status, text } = await ask('GET', route.path + query)
        // What is refused as badly put says again what was put.
        if (status !== 400 && FOREIGN.test(text))
          wrong.push(`${role} GET ${route.path}${query}: ${status} ${text.slice(0, 200)}`)
      }
      for (const ask of roles.values()) if (FOREIGN.test((await ask('GET', route.path + query)).text)) seen++
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok(seen > 20, `those who may see all saw it ${seen} times only: the test would find nothing`)
})

/** What a refusal says, without what the caller said himself. */
const saidOf = ({ status, text }: Pick<Answer, 'status' | 'text'>, ids: Readonly<Record<string, string>>): string => {
  let plain = text.replace(/"request_id":"[^"]*"/, '')
  for (const id of Object.values(ids)) plain = plain.replaceAll(id, '…')
  return `${status} ${plain.replaceAll('no-such-thing', '…')}`
}

test("another merchant's object is as unknown as one that does not exist: the same words, and the same work", async t => {
  const { routes, narrow, foreign, platform } = await world(t)
  const wrong: string[] = []
  let compared = 0
  let queries = 0
  const { pool } = platform.app.db
  const real = { query: pool.query, connect: pool.connect }
  pool.query = ((...args: unknown[]) => {
    queries++
    return (real.query as (...args: unknown[]) => unknown).apply(pool, args)
  }) as typeof pool.query
  t.after(() => {
    pool.query = real.query
  })
  for (const route of routes.filter(({ path }) => /\{\w+\}/.test(path))) {
    if (apart(route) || route.permission === 'public') continue
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    if (!names.some(name => foreign[name] !== undefined)) continue
    const unknown = Object.fromEntries(
      names.map(name => [name, name === 'kind' ? (foreign.kind ?? '') : unknownLike(foreign[name] ?? 'X')]),
    )
    for (const [role, ask] of narrow) {
      const permissions: readonly string[] = BUILT_IN_ROLES[role].permissions
      if (!permissions.includes(route.permission)) continue
      const answers: string[] = []
      // Jobs of the platform ask the database in between now and then: what a request takes is the least it took.
      const both = [foreign, unknown]
      const work = both.map(() => Number.POSITIVE_INFINITY)
      for (let round = 0; round < 2 || (round < 12 && work[0] !== work[1]); round++)
        for (const [which, ids] of both.entries()) {
          queries = 0
          const answer = await ask(route.method, pathOf(route, ids), bodyFor(route))
          work[which] = Math.min(work[which] as number, queries)
          answers[which] = saidOf(answer, ids)
          if (answer.status < 400)
            wrong.push(`${role} ${route.method} ${route.path}: ${answer.status} ${answer.text.slice(0, 120)}`)
          if (FOREIGN.test(saidOf(answer, { ...ids })))
            wrong.push(`${role} ${route.method} ${route.path}: ${answer.text}`)
        }
      compared++
      if (answers[0] !== answers[1]) wrong.push(`${role} ${route.method} ${route.path}: ${answers.join(' / ')}`)
      if (work[0] !== work[1]) wrong.push(`${role} ${route.method} ${route.path}: ${work.join(' and ')} queries`)
    }
  }
  assert.deepEqual(wrong, [])
  assert.ok(compared > 20, `only ${compared} were compared`)
})

/** An id of the same make that belongs to nothing. */
const unknownLike = (id: string): string =>
  /^\d+$/.test(id) ? '987654321' : id.replace(/[A-Za-z0-9]/g, sign => (/\d/.test(sign) ? '7' : 'Q'))

let asks = 0

/** A body that would do something, if it were allowed. */
function bodyFor({ method, path }: Route): unknown {
  if (method === 'GET' || method === 'DELETE') return undefined
  const id = `pen-${String(++asks).padStart(8, '0')}`
  if (path.endsWith('/refunds')) return { id, reason: '多缴退回', amount: '1.00' }
  if (path.startsWith('/api/discrepancies/') && path.endsWith('/actions')) return { id, action: 'take' }
  if (path.startsWith('/api/discrepancies/') && path.endsWith('/comments')) return { id, text: '已联系' }
  if (path.startsWith('/api/discrepancies/') && path.endsWith('/vouchers')) return { id, vouchers: [] }
  if (path.endsWith('/reversal')) return { id, reason: '渠道否认' }
  if (path.endsWith('/reveal')) return { id, field: 'phone', reason: '核对身份' }
  if (path.endsWith('/close')) return { id, reason: '开错' }
  if (path.endsWith('/settle')) return { id, note: '已处理' }
  if (path.endsWith('/issue')) return { id, sm3: 'a'.repeat(64), bills: 1 }
  if (path.endsWith('/refuse')) return { id, reason: '不同意' }
  if (path.startsWith('/api/merchants')) return { id, name: '改名' }
  if (path.startsWith('/api/fee-items')) return { id, name: '改名' }
  if (path.startsWith('/api/notices')) return { id, as: 'withdraw', note: '不发了' }
  return { id }
}

describe('what a stolen or crafted request could try', () => {
  test('bills for a merchant outside of the scope are refused as for one that does not exist', async t => {
    const { narrow } = await world(t)
    const cashier = narrow.get('cashier') as Asker
    const bill = (merchant: string, item: string) => ({
      order_no: `PEN-${merchant}`,
      merchant_no: merchant,
      fee_item_id: item,
      account_no: '1',
      amount: '1.00',
    })
    const ids = { a: 'M2', b: 'W2', c: 'M9', d: 'W9' }
    const [foreign, unknown] = [
      await cashier('POST', '/api/orders', bill('M2', 'W2')),
      await cashier('POST', '/api/orders', bill('M9', 'W9')),
    ]
    assert.equal(foreign.status, 422)
    assert.equal(saidOf(foreign, ids), saidOf(unknown, ids))
    const file = '缴费单号,缴费项目,户号,金额\nPEN1,W2,1,5.00\nPEN2,外部机密费,1,5.00\n'
    const path = (id: string) => `/api/bill-batches?id=${id}&name=x.csv`
    const checked = await cashier('POST', path('pen-batch-0001'), Buffer.from(file))
    assert.equal(checked.status, 200, checked.text)
    assert.equal(checked.body.errors, 2)
    assert.doesNotMatch(JSON.stringify(checked.body.by_fee_item), FOREIGN)
    const aimed = await cashier('POST', `${path('pen-batch-0002')}&merchant_no=M2`, Buffer.from(file))
    const missed = await cashier('POST', `${path('pen-batch-0003')}&merchant_no=M9`, Buffer.from(file))
    assert.equal(saidOf(aimed, ids), saidOf(missed, ids))
  })

  test('without the token of the page, or from another site, nothing is changed', async t => {
    const { roles } = await world(t)
    const cashier = roles.get('cashier') as Asker
    const bill = { order_no: 'CSRF1', merchant_no: 'M1', fee_item_id: 'W1', account_no: '1', amount: '1.00' }
    const tries: Record<string, string>[] = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': 'guess' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of tries) {
      const { status, body } = await cashier('POST', '/api/orders', bill, headers)
      assert.deepEqual([status, body.error?.code], [403, 'csrf_refused'], JSON.stringify(headers))
    }
    assert.equal((await cashier('POST', '/api/orders', bill)).status, 200)
  })

  test('masked fields stay masked for whoever lacks their permission, in every list and detail', async t => {
    const { roles } = await world(t)
    const whole = /OWN-ACCOUNT-1|ZZFOREIGN-A|王小明|13800138000|someone@example/
    for (const [role, ask] of roles)
      for (const path of ['/api/records', '/api/orders/OWN1', '/api/bills?merchant_no=M1&account_no=OWN-ACCOUNT-1']) {
        const { status, text } = await ask('GET', path)
        if (status !== 200) continue
        const permissions: readonly string[] = BUILT_IN_ROLES[role].permissions
        if (permissions.includes('field.account_no')) assert.match(text, /OWN-ACCOUNT-1/, `${role} ${path}`)
        else assert.doesNotMatch(text, whole, `${role} ${path}`)
      }
  })

  test('a look at one field needs a reason, gives that field, and stands in the log; others are refused', async t => {
    const { roles, narrow, clerk } = await world(t)
    const ask = { id: 'reveal-0001', field: 'payer_name', reason: '来电核对缴费人' }
    const support = narrow.get('support') as Asker
    assert.deepEqual((await support('POST', '/api/orders/OWN1/reveal', ask)).body, {
      order_no: 'OWN1',
      field: 'payer_name',
      value: '王小明',
    })
    assert.equal((await support('POST', '/api/orders/OWN1/reveal', { ...ask, reason: ' ' })).status, 400)
    assert.equal((await support('POST', '/api/orders/ZZFOREIGN-O/reveal', ask)).body.error.code, 'order_unknown')
    assert.equal((await (roles.get('auditor') as Asker)('POST', '/api/orders/OWN1/reveal', ask)).status, 403)
    const { body } = await clerk('GET', '/api/operation-log?what=field.reveal')
    assert.deepEqual(
      body.entries.map((entry: { who: string; object_id: string; after: unknown }) => [
        entry.who,
        entry.object_id,
        entry.after,
      ]),
      [['staff:support.own', 'OWN1', { field: 'payer_name', id: 'reveal-0001', reason: '来电核对缴费人' }]],
    )
  })
})
