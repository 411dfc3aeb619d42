import assert from 'node:assert/strict'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Type } from 'typebox'
import { testDatabase } from '../../testkit/database.ts'
import type { Database } from './database.ts'
import { createStreams, type State } from './event_stream.ts'
import { createHttp, PUBLIC } from './http.ts'
import { newId } from './ids.ts'
import { createListener } from './listen.ts'

type Setting = {
  readonly db: Database
  readonly url: string
  /** Changes the thing, and tells. */
  set(key: string, state: State): Promise<void>
  reads(key: string): number
  /** The server's side of the newest stream of a key. */
  sending(key: string): ServerResponse
  close(): Promise<void>
}

async function setting(t: TestContext, patience?: number): Promise<Setting> {
  const db = await testDatabase(t, 'empty')
  const log = pino({ level: 'silent' })
  const states = new Map<string, State>()
  const reads = new Map<string, number>()
  const sending = new Map<string, ServerResponse>()
  const listener = createListener(db, log)
  const http = await createHttp({ log, newId, guard: () => ({ id: 'x' }), permissions: new Set() })
  const streams = await createStreams(
    http,
    listener,
    { thing_changed: payload => payload.split(' ') },
    {
      heartbeat: 50,
      patience,
    },
  )
  http.get(
    '/things/:key',
    { config: { permission: PUBLIC }, schema: { response: { 200: Type.String() } } },
    async (request, reply) => {
      const { key } = request.params as { key: string }
      sending.set(key, reply.raw)
      await streams.open(request, reply, {
        key,
        event: 'thing',
        read: async () => {
          reads.set(key, (reads.get(key) ?? 0) + 1)
          await sleep(5)
          return states.get(key) ?? { id: '0', data: null }
        },
      })
      return reply
    },
  )
  await http.listen({ port: 0 })
  const { port } = http.server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= http.close().then(() => listener.close()))
  t.after(close)
  return {
    db,
    url: `http://127.0.0.1:${port}`,
    async set(key, state) {
      states.set(key, state)
      await db.pool.query(`select pg_notify('thing_changed', $1)`, [key])
    },
    reads: key => reads.get(key) ?? 0,
    sending: key => sending.get(key) as ServerResponse,
    close,
  }
}

type Client = {
  readonly text: () => string
  readonly status: number
  readonly ended: () => boolean
  readonly raw: IncomingMessage
}

const follow = (url: string, lastEventId?: string): Promise<Client> =>
  new Promise((resolve, reject) => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    get(url, { headers }, raw => {
      let text = ''
      let ended = false
      raw.setEncoding('utf8')
      raw.on('data', chunk => (text += chunk))
      raw.on('close', () => (ended = true))
      raw.on('error', () => {})
      resolve({ text: () => text, status: raw.statusCode ?? 0, ended: () => ended, raw })
    }).on('error', reject)
  })

/** A client that reads nothing once it has the headers. */
const hold = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(url, raw => resolve(raw.on('error', () => {}))).on('error', reject)
  })

/** More than the buffers of both ends take. */
const BIG = 'x'.repeat(32 << 20)

/** Opens a stream that nobody reads and lets its thing change twenty times; all of it was heard by the server when this is over. */
async function stuck({ url, set, sending }: Setting): Promise<{ slow: IncomingMessage; quick: Client }> {
  await set('a', { id: 'big', data: BIG })
  const slow = await hold(`${url}/things/a`)
  await until(() => sending('a').writableNeedDrain)
  const quick = await follow(`${url}/things/b`)
  await until(() => idsIn(quick.text()).length === 1)
  for (let i = 1; i <= 20; i++) {
    await set('a', { id: `${i}`, data: i })
    await set('b', { id: `${i}`, data: i })
  }
  await until(() => idsIn(quick.text()).at(-1) === '20')
  return { slow, quick }
}

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !what(); await sleep(5))
    if (Date.now() > end) assert.fail('it did not happen in time')
}

const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id)

test('a stream begins with the state and goes on with each change of its own thing', async t => {
  const { url, set } = await setting(t)
  const client = await follow(`${url}/things/a`)
  await until(() => idsIn(client.text()).length === 1)
  await set('b', { id: '9', data: 'not ours' })
  await set('a', { id: '1', data: { state: 'success' } })
  await until(() => idsIn(client.text()).length === 2)
  assert.match(client.text(), /^retry: 2000\n\nid: 0\nevent: thing\ndata: null\n\n/)
  assert.match(client.text(), /id: 1\nevent: thing\ndata: {"state":"success"}\n\n/)
  assert.doesNotMatch(client.text(), /not ours/)
  assert.equal(client.raw.headers['x-content-type-options'], 'nosniff')
  await until(() => client.text().includes(': \n\n'))
  client.raw.destroy()
})

test('a client that comes back gets what it missed, and nothing twice', async t => {
  const { url, set } = await setting(t)
  await set('a', { id: '5', data: 5 })
  const same = await follow(`${url}/things/a`, '5')
  const behind = await follow(`${url}/things/a`, '4')
  await until(() => idsIn(behind.text()).length === 1)
  assert.deepEqual(idsIn(same.text()), [])
  await set('a', { id: '6', data: 6 })
  await until(() => idsIn(same.text()).length === 1 && idsIn(behind.text()).length === 2)
  same.raw.destroy()
  behind.raw.destroy()
})

test('a final state ends the stream, and who has it is told not to come again', async t => {
  const { url, set } = await setting(t)
  const client = await follow(`${url}/things/a`)
  await set('a', { id: '1', data: 'done', final: true })
  await until(client.ended)
  assert.deepEqual(idsIn(client.text()).at(-1), '1')
  assert.equal((await follow(`${url}/things/a`, '1')).status, 204)
})

test('a hundred changes in a row are few reads, and the last one is seen', async t => {
  const { url, set, reads } = await setting(t)
  const client = await follow(`${url}/things/a`)
  for (let i = 1; i <= 100; i++) set('a', { id: `${i}`, data: i })
  await until(() => idsIn(client.text()).at(-1) === '100')
  assert.ok(reads('a') <= 101)
  client.raw.destroy()
})

test('for a client that does not read one state waits, and when it reads again it gets the newest', async t => {
  const its = await setting(t)
  const { slow, quick } = await stuck(its)
  assert.equal(its.reads('a'), 1)
  const waiting = its.sending('a').writableLength
  assert.ok(waiting > 0 && waiting < BIG.length + 1000, `${waiting} bytes wait`)
  let text = ''
  slow.setEncoding('utf8').on('data', chunk => (text += chunk))
  await until(() => idsIn(text.slice(BIG.length)).at(-1) === '20')
  assert.deepEqual(idsIn(text), ['big', '20'])
  assert.equal(its.reads('a'), 2)
  slow.destroy()
  quick.raw.destroy()
})

test('a client that reads nothing for longer than the patience is dropped, and nothing is read for it any more', async t => {
  const its = await setting(t, 100)
  const { slow, quick } = await stuck(its)
  await until(() => its.sending('a').destroyed)
  await its.set('a', { id: '21', data: 21 })
  await its.set('b', { id: '21', data: 21 })
  await until(() => idsIn(quick.text()).at(-1) === '21')
  assert.equal(its.reads('a'), 1)
  let bytes = 0
  let whole: boolean | undefined
  slow.on('data', chunk => (bytes += chunk.length)).on('close', () => (whole = slow.complete))
  await until(() => whole !== undefined)
  assert.equal(whole, false)
  assert.ok(bytes < BIG.length)
  // Who reads is not dropped.
  assert.equal(quick.ended(), false)
  quick.raw.destroy()
})

test('a last state that nobody takes does not keep the connection, nor does a client that reads nothing keep us from stopping', async t => {
  const its = await setting(t, 100)
  await its.set('a', { id: 'big', data: BIG, final: true })
  const slow = await hold(`${its.url}/things/a`)
  await until(() => its.sending('a').destroyed)
  slow.destroy()

  const patient = await setting(t, 600_000)
  await stuck(patient)
  await patient.close()
  assert.ok(patient.sending('a').destroyed)
})

test('what happens while the connection for news is cut is seen after it', async t => {
  const { db, url, set } = await setting(t)
  const client = await follow(`${url}/things/a`)
  await until(() => idsIn(client.text()).length === 1)
  await set('a', { id: 'before', data: 1 })
  await until(() => idsIn(client.text()).includes('before'))
  await db.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and query like 'listen%'`,
  )
  await set('a', { id: 'missed', data: 2 })
  await until(() => idsIn(client.text()).includes('missed'))
  await set('a', { id: 'after', data: 3 })
  await until(() => idsIn(client.text()).includes('after'))
  client.raw.destroy()
})

test('stopping ends streams with a hint when to come again', async t => {
  const { url, close } = await setting(t)
  const client = await follow(`${url}/things/a`)
  await until(() => idsIn(client.text()).length === 1)
  await close()
  await until(client.ended)
  assert.match(client.text(), /retry: 2000\n\n$/)
})
