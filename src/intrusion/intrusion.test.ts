import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, request as plainRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Type } from 'typebox'
import { testApp } from '../../testkit/app.ts'
import { Clock } from '../../testkit/paying.ts'
import { readAttacks, readOrdinary } from '../../testkit/probes.ts'
import { closeTestServer, freshDatabase } from '../../testkit/server.ts'
import { openTestSmtp } from '../../testkit/smtp.ts'
import { TEST_MASTER } from '../../testkit/vault.ts'
import type { Actor } from '../access/actor.ts'
import { ALL_PERMISSIONS } from '../access/permissions.ts'
import { provideKey } from '../access/provision.ts'
import { EVERYWHERE } from '../access/scope.ts'
import { accessPart } from '../access_part.ts'
import { intrusionPart } from '../intrusion_part.ts'
import { noticesPart } from '../notices_part.ts'
import { payingPart } from '../paying_part.ts'
import { type Platform, startPlatform } from '../server.ts'
import { createHttp } from '../system/http.ts'
import { createListener } from '../system/listen.ts'
import { shapeOf } from '../system/shape.ts'
import { NO_ROUTE } from '../system/watch.ts'
import { IntrusionSection, type IntrusionSettings } from './api.ts'
import { createWatching } from './watching.ts'
import { signatureOf } from './webhook.ts'

after(closeTestServer)

let key = ''

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
type Body = any
type Answer = { status: number; headers: IncomingHttpHeaders; body: Body }

/** A request as it is written: no client straightens its path. */
function send(
  url: string,
  path: string,
  options: { method?: string; from?: string; key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  return new Promise((resolve, reject) => {
    const request = plainRequest(
      {
        hostname,
        port,
        path,
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(options.from ? { 'x-forwarded-for': options.from } : {}),
          ...(options.key === '' ? {} : { authorization: `Bearer ${options.key ?? key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
      },
      answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', piece => (text += piece))
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: text.startsWith('{') ? JSON.parse(text) : { text },
          }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

type Ground = { platform: Platform; url: string; clock: Clock }

async function ground(t: TestContext, sections: Record<string, unknown> = {}): Promise<Ground> {
  const fresh = await freshDatabase()
  const clock = new Clock('2026-11-20T10:00:00+08:00')
  const text = JSON.stringify({
    server: { trusted_proxies: ['127.0.0.1'] },
    ...sections,
  })
  const platform = await startPlatform({
    parts: [accessPart(), noticesPart(), intrusionPart(), payingPart()],
    config: { name: 'test', folder: '.', text },
    port: 0,
    database: { url: fresh.url },
    master: TEST_MASTER,
    app: { now: clock.now, log: pino({ level: 'silent' }) },
    jobs: { pollMs: 50 },
  })
  t.after(async () => {
    await platform.stop()
    await fresh.drop()
  })
  key = await provideKey(platform.app, 'clerk', [...ALL_PERMISSIONS])
  return { platform, url: platform.url, clock }
}

const alertsOf = async (url: string, query = ''): Promise<Body[]> =>
  (await send(url, `/api/alerts${query}`)).body.alerts

/** Waits for what happens by itself within seconds. */
async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look()
    if (found) return found
    await sleep(25)
  }
  throw new Error('it did not happen')
}

test('a probe is refused, its address blocked for a while and then for longer, and both are in the log of operations', async t => {
  const { url, clock, platform } = await ground(t)
  const from = '203.0.113.7'
  const probe = await send(url, "/api/orders/1'%20or%20'1'='1", { from })
  assert.equal(probe.status, 403)
  assert.equal(probe.body.error.code, 'request_refused')
  const next = await send(url, '/api/merchants', { from })
  assert.deepEqual([next.status, next.body.error.code], [403, 'address_blocked'])
  assert.ok(Number(next.headers['retry-after']) <= 60)
  assert.equal((await send(url, '/api/merchants', { from: '203.0.113.8' })).status, 200, 'others are let in')

  const [alert] = await until(async () => ((await alertsOf(url)).length > 0 ? alertsOf(url) : false))
  assert.equal(alert.kind, 'probe')
  assert.equal(alert.address, from)
  assert.equal(alert.facts.family, 'sql_boolean')
  assert.match(alert.facts.request, /^GET \/api\/orders\/1'/)
  const { blocks } = (await send(url, '/api/address-blocks')).body
  assert.deepEqual([blocks[0].address, blocks[0].level, blocks[0].alert_id], [from, 1, alert.id])
  assert.equal(Date.parse(blocks[0].until) - Date.parse(blocks[0].blocked_at), 60_000)

  clock.forward(61)
  assert.equal((await send(url, '/api/merchants', { from })).status, 200, 'the block is over')
  await send(url, '/api/merchants?search=a&x=1%20union%20select%201,2', { from })
  const [again] = await until(async () => {
    const found = (await send(url, '/api/address-blocks')).body.blocks
    return found[0]?.level === 2 ? found : false
  })
  assert.equal(Date.parse(again.until) - Date.parse(again.blocked_at), 300_000)
  assert.equal((await alertsOf(url))[0].count, 2, 'the same address is one alert')

  const { rows } = await platform.app.db.pool.query(
    'select what, object_id, who_id, address from operation_log order by at, object_id',
  )
  assert.deepEqual(
    rows.filter(row => row.what === 'address.block').map(row => [row.object_id, row.who_id, row.address]),
    [
      [from, 'system', from],
      [from, 'system', from],
    ],
  )
})

test('administrators hear of it by mail and by a signed webhook; a flood is one of each, with a count', async t => {
  const smtp = await openTestSmtp()
  const heard: { headers: IncomingHttpHeaders; body: string }[] = []
  const hook = createServer((request, answer) => {
    let body = ''
    request.on('data', piece => (body += piece))
    request.on('end', () => {
      heard.push({ headers: request.headers, body })
      answer.writeHead(heard.length === 1 ? 503 : 204).end()
    })
  })
  await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await smtp.close()
    hook.close()
  })
  const { url, clock, platform } = await ground(t, {
    mail: { host: '127.0.0.1', port: smtp.port, tls: 'none', from: 'fzpay@example.com' },
    intrusion: {
      mail_to: ['chief@example.com'],
      webhook: { url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/alerts`, secret: 'secret-of-the-test' },
    },
  })
  const from = '203.0.113.9'
  const flood = await Promise.all(
    Array.from({ length: 60 }, () =>
      send(url, '/api/merchants?search=1%20union%20all%20select%20null,null--', { from }),
    ),
  )
  assert.ok(flood.every(({ status }) => status === 403))
  const mail = await until(() => smtp.taken[0])
  assert.equal(mail.to, 'chief@example.com')
  const refused = await until(() => heard[0])
  const [, time = ''] = /^t=(\d+),/.exec(String(refused.headers['x-fzpay-signature'])) ?? []
  assert.equal(refused.headers['x-fzpay-signature'], signatureOf('secret-of-the-test', Number(time), refused.body))
  assert.equal(Number(time), Math.floor(clock.now().getTime() / 1000))
  assert.equal(JSON.parse(refused.body).family, 'sql_union')
  // The webhook was away: the job comes again by itself.
  await platform.app.db.pool.query(
    'update fzpay_jobs._private_jobs set run_at = now() where attempts > 0 and locked_at is null',
  )
  await until(() => heard[1])
  const [alert, ...others] = await alertsOf(url)
  assert.deepEqual(others, [])
  const known = flood.filter(({ body }) => body.error.code === 'request_refused').length
  assert.equal(
    (await until(async () => ((await alertsOf(url))[0].count === known ? alertsOf(url) : false)))[0].id,
    alert.id,
  )
  await sleep(200)
  assert.equal(smtp.taken.length, 1)
})

test('an alert is acknowledged once, with a note; a block is lifted with a reason; both by whoever may', async t => {
  const { url, platform } = await ground(t)
  const from = '2001:db8:7:7:1:2:3:4'
  await send(url, '/../../etc/passwd', { from })
  const [alert] = await until(async () => ((await alertsOf(url)).length > 0 ? alertsOf(url) : false))
  const ask = { id: 'ack-000001', note: '渗透测试' }
  const done = await send(url, `/api/alerts/${alert.id}/acknowledge`, { body: ask })
  assert.deepEqual([done.status, done.body.acknowledged_by, done.body.note], [200, 'service:clerk', '渗透测试'])
  assert.deepEqual((await send(url, `/api/alerts/${alert.id}/acknowledge`, { body: ask })).body, done.body)
  const other = await send(url, `/api/alerts/${alert.id}/acknowledge`, { body: { id: 'ack-000002' } })
  assert.deepEqual([other.status, other.body.error.code], [409, 'alert_acknowledged'])
  assert.equal((await send(url, '/api/alerts/none/acknowledge', { body: { id: 'ack-000003' } })).status, 404)
  assert.deepEqual(await alertsOf(url), [])
  assert.equal((await alertsOf(url, '?state=acknowledged')).length, 1)

  assert.equal(
    (await send(url, '/api/merchants', { from: '2001:db8:7:7:9:9:9:9' })).status,
    403,
    'its neighbours are the same line',
  )
  const path = `/api/address-blocks/${encodeURIComponent('2001:db8:7:7::/64')}`
  assert.equal((await send(url, path, { method: 'DELETE' })).status, 400, 'a reason is wanted')
  const lifted = await send(url, `${path}?reason=${encodeURIComponent('误判，已核实')}`, { method: 'DELETE' })
  assert.equal(lifted.status, 200)
  await until(async () => (await send(url, '/api/merchants', { from })).status === 200)
  assert.equal((await send(url, `${path}?reason=x`, { method: 'DELETE' })).status, 404)
  const { rows } = await platform.app.db.pool.query(
    "select what, who_id from operation_log where who_id <> 'system' order by at, what",
  )
  assert.deepEqual(rows, [
    { what: 'address.lift', who_id: 'service:clerk' },
    { what: 'alert.acknowledge', who_id: 'service:clerk' },
  ])
  assert.equal((await send(url, '/api/alerts', { key: '' })).status, 401)
})

test('a server learns of blocks that another one made, and of those that were there when it started', async t => {
  const app = await testApp(t)
  const settings = settingsOf({})
  const open = async () => {
    const listener = createListener(app.db, app.log)
    const intrusion = { ...app, mailTo: [], webhook: false }
    const watching = createWatching(intrusion, { settings, trustedProxies: ['127.0.0.1'], endSession: async () => {} })
    await watching.open(listener)
    t.after(async () => {
      await watching.close()
      await listener.close()
    })
    return watching
  }
  await app.db.pool.query(
    "insert into address_blocks (address, level, blocked_at, until, alert_id) values ('203.0.113.1', 1, $1, $2, 'x')",
    [app.now(), new Date(app.now().getTime() + 60_000)],
  )
  const watching = await open()
  const at = (ip: string) => ({ ip, raw: { url: '/' }, headers: {}, query: {} }) as never
  assert.throws(() => watching.arrived(at('203.0.113.1'), NO_ROUTE), { code: 'address_blocked' })
  watching.arrived(at('203.0.113.2'), NO_ROUTE)
  await app.db.pool.query(
    "insert into address_blocks (address, level, blocked_at, until, alert_id) values ('203.0.113.2', 1, $1, $2, 'x')",
    [app.now(), new Date(app.now().getTime() + 60_000)],
  )
  await app.db.pool.query("select pg_notify('address_blocks', '203.0.113.2')")
  await until(() => {
    try {
      watching.arrived(at('203.0.113.2'), NO_ROUTE)
    } catch (error) {
      return (error as { code: string }).code === 'address_blocked'
    }
  })
})

const settingsOf = (given: object): IntrusionSettings => {
  const read = shapeOf(IntrusionSection).read(given)
  assert.ok('value' in read)
  return read.value as IntrusionSettings
}

test('the session of whoever probes ends, and a body is judged before its schema', async t => {
  const app = await testApp(t)
  const ended: string[] = []
  const listener = createListener(app.db, app.log)
  const watching = createWatching(
    { ...app, mailTo: [], webhook: false },
    {
      settings: settingsOf({}),
      trustedProxies: [],
      endSession: async (_who, id, why) => void ended.push(`${id} ${why}`),
    },
  )
  await watching.open(listener)
  const actor: Actor = {
    id: 'staff:A1',
    name: '王芳',
    address: '',
    device: '',
    requestId: '',
    kind: 'staff',
    accountId: 'A1',
    sessionId: 'S1',
    permissions: ALL_PERMISSIONS,
    scopeOf: () => EVERYWHERE,
  }
  const http = await createHttp({
    log: app.log,
    newId: app.newId,
    guard: () => actor,
    permissions: ALL_PERMISSIONS,
    watch: watching,
  })
  const config = { permission: 'order.read' }
  const Body = Type.Object({ order_no: Type.String({ pattern: '^[A-Z0-9]{1,20}$' }), note: Type.String() })
  http.post(
    '/things',
    { config, schema: { body: Body, response: { 200: Type.Object({ ok: Type.Boolean() }) } } },
    async () => ({ ok: true }),
  )
  http.get('/things/:id', { config, schema: { response: { 200: Type.Object({ ok: Type.Boolean() }) } } }, async () => ({
    ok: true,
  }))
  await http.listen({ port: 0 })
  t.after(async () => {
    await http.close()
    await watching.close()
    await listener.close()
  })
  const url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`
  const wrong = await send(url, '/things', { body: { order_no: '一二三', note: '' } })
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, 'request_invalid'], 'a mistake is a mistake')
  const note = { order_no: 'W1', note: "select * from 发票抬头; O'Brien -- 1=1对账" }
  assert.equal((await send(url, '/things', { body: note })).status, 200)
  assert.deepEqual(ended, [])
  const probe = await send(url, '/things', { body: { order_no: "W1'; drop table orders--", note: '' } })
  assert.deepEqual(
    [probe.status, probe.body.error.code, probe.body.error.detail.field],
    [403, 'request_refused', 'order_no'],
  )
  assert.equal((await send(url, '/things/1%20or%201=1', {})).status, 403)
  assert.deepEqual(ended, ['S1 intrusion', 'S1 intrusion'])
  assert.equal((await send(url, '/things', { body: note })).status, 200, 'loopback is recorded, never blocked')
  await until(async () => (await app.db.pool.query('select from alerts')).rowCount === 1)
  assert.equal((await app.db.pool.query('select from address_blocks')).rowCount, 0)
})

test('one doubtful sign is refused and no more; the third within ten minutes blocks; what is allowed is only recorded', async t => {
  const { url } = await ground(t, { intrusion: { allow: ['198.51.100.0/24'] } })
  const scan = (from: string) => send(url, '/wp-login.php', { from, key: '' })
  const shared = '203.0.113.20'
  assert.equal((await scan(shared)).status, 403)
  assert.equal(
    (await send(url, '/api/merchants', { from: shared })).status,
    200,
    'an office behind one address goes on',
  )
  await scan(shared)
  await until(async () => (await alertsOf(url))[0]?.count === 2)
  assert.equal((await send(url, '/api/merchants', { from: shared })).status, 200)
  await scan(shared)
  await until(async () => (await send(url, '/api/merchants', { from: shared })).status === 403)
  for (let i = 0; i < 4; i++) await send(url, "/api/orders/1'%20or%20'1'='1", { from: '198.51.100.4' })
  await until(async () => (await alertsOf(url)).some(alert => alert.address === '198.51.100.4' && alert.count === 4))
  assert.equal((await send(url, '/api/merchants', { from: '198.51.100.4' })).status, 200)
  const kinds = (await alertsOf(url)).map(({ kind, severity }) => `${kind} ${severity}`).sort()
  assert.deepEqual(kinds, ['doubtful notice', 'probe warning'])
})

test('more than twenty new attackers within ten minutes are one alert for the administrators', async t => {
  const { url } = await ground(t)
  for (let i = 1; i <= 30; i++) await send(url, '/x?q=<script>alert(1)</script>', { from: `203.0.113.${i}` })
  const alerts = await until(async () => {
    const found = await alertsOf(url)
    return found.reduce((sum, alert) => sum + alert.count, 0) === 30 ? found : false
  })
  assert.equal(alerts.length, 21)
  assert.equal(alerts.find(({ address }) => address === '').count, 10)
  assert.equal((await send(url, '/api/address-blocks')).body.blocks.length, 30, 'each of them is blocked all the same')
})

test('every attack of the list is refused in a query, and no ordinary text is, in notes, names and searches', async t => {
  const { url } = await ground(t, { intrusion: { allow: ['0.0.0.0/0'] } })
  let caught = 0
  const attacks = readAttacks()
  for (const { text } of attacks) {
    const answer = await send(url, `/api/records?order_no=${encodeURIComponent(text)}`)
    assert.ok([400, 403].includes(answer.status), text)
    if (answer.body.error?.code === 'request_refused') caught++
  }
  assert.ok(caught >= attacks.length * 0.98, `${caught} of ${attacks.length}`)

  const department = await send(url, '/api/departments', {
    body: { id: 'setup-00001', department_id: 'D1', name: '公用事业', parent_id: null },
  })
  assert.equal(department.status, 200)
  const kept = new Map<string, string>()
  for (const [at, { text }] of readOrdinary().entries()) {
    const merchant_no = `M${at}`
    const name = text.slice(0, 80)
    const made = await send(url, '/api/merchants', {
      body: { id: `make-${String(at).padStart(6, '0')}`, merchant_no, name, department_id: 'D1' },
    })
    assert.equal(made.status, 200, `${text}: ${JSON.stringify(made.body)}`)
    kept.set(merchant_no, made.body.name)
    const found = await send(url, `/api/merchants?search=${encodeURIComponent(name)}`)
    assert.equal(found.status, 200, `${text}: ${JSON.stringify(found.body)}`)
  }
  assert.equal(kept.size, readOrdinary().length)
})

test('too many requests are told when to come again: by address without a key, by account with one', async t => {
  const { url } = await ground(t, {
    intrusion: { limits: { address_per_minute: 5, service_per_minute: 8, unknown_per_minute: 3 } },
  })
  const times = async (count: number, ask: () => Promise<Answer>) => {
    const statuses: number[] = []
    let last: Answer | undefined
    for (let i = 0; i < count; i++) statuses.push((last = await ask()).status)
    return { statuses, last: last as Answer }
  }
  const payer = await times(7, () => send(url, '/health/live', { from: '203.0.113.30', key: '' }))
  assert.deepEqual(payer.statuses, [200, 200, 200, 200, 200, 429, 429])
  assert.equal(payer.last.body.error.code, 'rate_limited')
  assert.ok(Number(payer.last.headers['retry-after']) >= 1)
  assert.equal((await send(url, '/health/live', { from: '203.0.113.31', key: '' })).status, 200)
  const guesser = await times(6, () => send(url, '/api/merchants', { from: '203.0.113.32', key: 'fzk_wrong' }))
  assert.deepEqual(guesser.statuses.slice(0, 4), [401, 401, 401, 401])
  assert.equal(guesser.statuses.at(-1), 429)
  const service = await times(10, () => send(url, '/api/merchants', { from: '203.0.113.33' }))
  assert.deepEqual(service.statuses, [200, 200, 200, 200, 200, 200, 200, 200, 429, 429])
})

test('log-ins are counted by address in the database, so that two servers are one', async t => {
  const app = await testApp(t)
  const settings = settingsOf({ limits: { login_per_5_minutes: 3, code_per_10_minutes: 2 } })
  const watch = () =>
    createWatching({ ...app, mailTo: [], webhook: false }, { settings, trustedProxies: [], endSession: async () => {} })
  const [one, two] = [watch(), watch()]
  const request = (limit: 'login' | 'code', ip: string) => [{ ip } as never, { ...NO_ROUTE, limit }] as const
  await one.known(...request('login', '203.0.113.40'))
  await two.known(...request('login', '203.0.113.40'))
  await one.known(...request('login', '203.0.113.40'))
  await assert.rejects(async () => two.known(...request('login', '203.0.113.40')), { code: 'rate_limited' })
  await two.known(...request('login', '203.0.113.41'))
  await one.known(...request('code', '203.0.113.40'))
  await one.known(...request('code', '203.0.113.40'))
  await assert.rejects(async () => one.known(...request('code', '203.0.113.40')), { code: 'rate_limited' })
  await one.known(...request('login', '127.0.0.1'))
})

test('notices of channels are never turned away by address, nor read for probes in their bodies', async t => {
  const { url } = await ground(t, { intrusion: { limits: { address_per_minute: 2 } } })
  const from = '203.0.113.50'
  await send(url, "/api/orders/1'%20or%20'1'='1", { from })
  assert.equal((await send(url, '/api/merchants', { from })).status, 403)
  for (let i = 0; i < 5; i++) {
    const answer = await send(url, '/notify/wechat/nobody', { from, key: '', body: { a: "' or '1'='1" } })
    assert.equal(answer.body.error.code, 'channel_account_unknown')
  }
})

test('a text with a NUL is refused as what it is, and blocks nobody', async t => {
  const { url } = await ground(t)
  const answer = await send(url, '/api/departments', {
    from: '203.0.113.60',
    body: { id: 'setup-00001', department_id: 'D1', name: 'a\u0000b', parent_id: null },
  })
  assert.deepEqual([answer.status, answer.body.error.code], [400, 'text_unstorable'])
  assert.equal((await send(url, '/api/merchants', { from: '203.0.113.60' })).status, 200)
})
