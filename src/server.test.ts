import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Type } from 'typebox'
import { closeTestServer, freshDatabase } from '../testkit/server.ts'
import { TEST_MASTER } from '../testkit/vault.ts'
import { PERMISSIONS } from './access/permissions.ts'
import { provideKey, provideService } from './access/provision.ts'
import { PARTS } from './parts.ts'
import { type PartOf, type Platform, type PlatformOptions, startPlatform, startWorker } from './server.ts'
import { PUBLIC } from './system/http.ts'

const CONFIG = { name: 'test.yaml', folder: '.', text: '{}' }

async function platform(t: TestContext, options: PlatformOptions = {}): Promise<Platform> {
  const fresh = await freshDatabase('migrated')
  const started = await startPlatform({
    config: CONFIG,
    port: 0,
    database: { url: fresh.url },
    master: TEST_MASTER,
    app: { log: pino({ level: 'silent' }) },
    ...options,
  }).catch(async error => {
    await fresh.drop()
    throw error
  })
  t.after(async () => {
    await started.stop()
    await fresh.drop()
  })
  return started
}

after(closeTestServer)

const get = async (url: string, key?: string) => {
  const answer = await fetch(url, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } })
  const text = await answer.text()
  return { status: answer.status, text, json: () => JSON.parse(text) }
}

type Operation = {
  summary?: string
  tags?: string[]
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
  'x-permission'?: string
}

test('every route has a permission and is described: summary, tags, answers, errors', async t => {
  const { url } = await platform(t, { parts: PARTS })
  const document = (await get(`${url}/api/openapi.json`)).json()
  assert.equal(document.openapi, '3.1.0')
  const wrong: string[] = []
  let routes = 0
  for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      routes++
      const name = `${method.toUpperCase()} ${path}`
      const permission = operation['x-permission']
      if (permission !== PUBLIC && !Object.hasOwn(PERMISSIONS, permission ?? '')) wrong.push(`${name}: permission`)
      if (!operation.summary || !/\p{Script=Han}/u.test(operation.summary) || !/[a-z]/.test(operation.summary))
        wrong.push(`${name}: no summary in both languages`)
      if (!operation.tags?.length) wrong.push(`${name}: no tag`)
      const answers = Object.keys(operation.responses)
      if (!answers.some(status => /^[23]/.test(status))) wrong.push(`${name}: no answer`)
      for (const status of ['4XX', '5XX'])
        if (!JSON.stringify(operation.responses[status] ?? '').includes('#/components/schemas/Error'))
          wrong.push(`${name}: ${status} is not described`)
    }
  assert.deepEqual(wrong, [])
  assert.ok(routes > 5)
})

test('it is alive, ready, and shows its figures to whoever may see them', async t => {
  const { url, app } = await platform(t, { parts: PARTS })
  const reader = await provideKey(app, 'reader', ['merchant.read'])
  const watcher = await provideKey(app, 'watcher', ['system.metrics'])
  assert.deepEqual((await get(`${url}/health/live`)).json(), { status: 'alive' })
  assert.deepEqual((await get(`${url}/health/ready`)).json(), { status: 'ready' })
  assert.equal((await get(`${url}/metrics`)).status, 401)
  assert.equal((await get(`${url}/metrics`, reader)).json().error.code, 'not_permitted')
  assert.match((await get(`${url}/metrics`, watcher)).text, /fzpay_http_request_seconds/)
})

test('it is not ready when the database lacks a migration', async t => {
  const { url, app } = await platform(t)
  await app.db.pool.query('delete from schema_migrations where name = (select max(name) from schema_migrations)')
  const answer = await get(`${url}/health/ready`)
  assert.deepEqual([answer.status, answer.json().error.code], [503, 'database_not_ready'])
})

test('keys of service accounts: none, wrong, expired, right, and right without the permission', async t => {
  const { url, app } = await platform(t, { parts: PARTS })
  const right = await provideKey(app, 'reader', ['merchant.read'])
  const late = await provideService(app, {
    login: 'late',
    name: 'late',
    role: 'only_reader',
    expiresAt: new Date('2020-01-01T00:00:00Z'),
  })
  const outcome = async (path: string, key?: string): Promise<unknown> => {
    const { status, json } = await get(`${url}${path}`, key)
    return status === 200 ? 200 : [status, json().error.code]
  }
  assert.deepEqual(await outcome('/api/merchants'), [401, 'not_authenticated'])
  assert.deepEqual(await outcome('/api/merchants', 'guess'), [401, 'key_invalid'])
  assert.deepEqual(await outcome('/api/merchants', late), [401, 'key_expired'])
  assert.deepEqual(await outcome('/api/merchants', right), 200)
  assert.deepEqual(await outcome('/metrics', right), [403, 'not_permitted'])
})

test('the reference page loads nothing from elsewhere', async t => {
  const { url } = await platform(t)
  const page = await fetch(`${url}/api/docs/`)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/)
  const html = await page.text()
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
  assert.ok(links.length >= 4)
  for (const link of links) {
    assert.match(link, /^\.\/static\//)
    assert.equal((await get(new URL(link, `${url}/api/docs/`).href)).status, 200, link)
  }
  assert.match((await get(`${url}/api/docs/static/swagger-initializer.js`)).text, /"validatorUrl":null/)
})

const slow = (ended: string[]): PartOf => ({
  start: () => ({
    routes: [
      {
        prefix: '/api',
        register: http => {
          const schema = { tags: ['t'], summary: '慢 slow', response: { 200: Type.Object({ done: Type.Boolean() }) } }
          http.get('/slow', { config: { permission: PUBLIC }, schema }, async () => {
            await sleep(400)
            ended.push('request')
            return { done: true }
          })
        },
      },
    ],
    stop: async () => void ended.push('part'),
  }),
})

test('stopping answers what is under way, then stops the parts, and leaves no connection open', async t => {
  const ended: string[] = []
  const { url, stop } = await platform(t, { parts: [slow(ended)] })
  const answer = get(`${url}/api/slow`)
  await sleep(150)
  const from = performance.now()
  await stop()
  assert.deepEqual(ended, ['request', 'part'])
  assert.deepEqual((await answer).json(), { done: true })
  assert.ok(performance.now() - from < 10_000, 'it waited for an idle connection')
  await assert.rejects(fetch(`${url}/health/live`))
})

test('plain HTTP is served on loopback only; a port that is taken is said, or the next one used', async t => {
  const open = { config: { ...CONFIG, text: 'server: { host: 0.0.0.0 }' } }
  await assert.rejects(platform(t, open), { code: 'plain_http_refused' })
  const first = await platform(t)
  await assert.rejects(platform(t, { port: Number(new URL(first.url).port) }), { code: 'port_unavailable' })
  const [one, two] = [await platform(t, { port: undefined }), await platform(t, { port: undefined })]
  assert.notEqual(one.url, two.url)
})

test('a part that cannot start leaves nothing behind', async t => {
  const fresh = await freshDatabase('migrated')
  t.after(() => fresh.drop())
  let stopped = 0
  const good: PartOf = { start: () => ({ stop: async () => void stopped++ }) }
  const bad: PartOf = {
    start: () => {
      throw new Error('cannot')
    },
  }
  const options = {
    config: CONFIG,
    port: 0,
    database: { url: fresh.url },
    master: TEST_MASTER,
    app: { log: pino({ level: 'silent' }) },
  }
  await assert.rejects(startPlatform({ ...options, parts: [good, bad] }), /cannot/)
  assert.equal(stopped, 1)
  const again = await startPlatform({ ...options, parts: [good] })
  await again.stop()
})

test('workers share the tasks of a platform that runs', async t => {
  const ran = new Set<string>()
  const part = (name: string): PartOf => ({
    start: () => ({ tasks: [{ name: 'test.tick', every: 0.1, run: async () => void ran.add(name) }] }),
  })
  const { app } = await platform(t, { parts: [part('platform')], jobs: { pollMs: 50 } })
  const worker = await startWorker({
    config: CONFIG,
    database: { url: app.db.url },
    master: TEST_MASTER,
    app: { log: app.log },
    parts: [part('worker')],
    jobs: { pollMs: 20 },
  })
  assert.deepEqual(worker.tasks, ['test.tick'])
  for (let i = 0; i < 400 && ran.size < 2; i++) await sleep(25)
  await worker.stop()
  assert.deepEqual([...ran].sort(), ['platform', 'worker'])
})

test('a client that is cut in the middle of its request harms nobody', async t => {
  const { url } = await platform(t, { parts: PARTS })
  const cut = request(`${url}/api/departments`, { method: 'POST', headers: { 'content-length': '1000' } })
  cut.on('error', () => {})
  cut.write('{"id":')
  await sleep(50)
  cut.destroy()
  assert.equal((await get(`${url}/health/live`)).status, 200)
})
