import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import { createHttp, type HttpOptions, PUBLIC, takeRawBodies } from './http.ts'
import { databaseFailure } from './http_errors.ts'
import { newId } from './ids.ts'

const Answer = { 200: Type.Object({ name: Type.String() }) }
const about = { tags: ['test'], summary: '试 A try', response: Answer }
const open = { permission: PUBLIC }

async function frame(
  routes: (http: FastifyInstance) => void,
  more: Partial<HttpOptions> = {},
): Promise<FastifyInstance> {
  const http = await createHttp({
    log: pino({ level: 'silent' }),
    newId,
    guard: () => ({ id: 'service:test' }),
    permissions: new Set(['thing.read']),
    ...more,
  })
  routes(http)
  await http.ready()
  return http
}

test('a route without a permission, with an unknown one, or without an answer is not registered', async () => {
  await assert.rejects(
    frame(http => http.get('/a', { schema: about }, () => ({ name: '' }))),
    /GET \/a: names no permission/,
  )
  await assert.rejects(
    frame(http => http.get('/a', { config: { permission: 'thing.raed' }, schema: about }, () => ({ name: '' }))),
    /no such permission: thing\.raed/,
  )
  await assert.rejects(
    frame(http => http.get('/a', { config: open }, () => ({ name: '' }))),
    /describes no answer/,
  )
})

test('only what the answer declares is sent', async () => {
  const http = await frame(http => {
    http.get('/a', { config: open, schema: about }, () => ({ name: '水费', payer_phone: '13812345678' }) as never)
  })
  assert.equal((await http.inject('/a')).body, '{"name":"水费"}')
})

test('a mistake names field, what was found and what is expected, in both languages; all of them are listed', async () => {
  const http = await frame(http => {
    const body = Type.Object(
      { amount: Type.String(), count: Type.Integer({ minimum: 1 }) },
      { additionalProperties: false },
    )
    http
      .withTypeProvider<TypeBoxTypeProvider>()
      .post('/a', { config: open, schema: { ...about, body } }, () => ({ name: '' }))
  })
  const answer = await http.inject({ method: 'POST', url: '/a', payload: { amount: 12.5, count: 0, note: 'x' } })
  assert.equal(answer.statusCode, 400)
  const { error } = answer.json()
  assert.equal(error.code, 'request_invalid')
  assert.match(error.message_en, /: .* was given, .* expected; 2 more in detail$/)
  assert.deepEqual(
    error.detail.mistakes.map((one: Record<string, string>) => [one.field, one.found, one.expected_en]).sort(),
    [
      ['amount', '12.5', 'string'],
      ['count', '0', '>= 1'],
      ['note', '"x"', 'no such field'],
    ],
  )
})

test('numbers in an address are read as numbers, in a body they must be numbers', async () => {
  const Count = Type.Object({ n: Type.Integer({ default: 7 }) })
  const http = await frame(http => {
    const typed = http.withTypeProvider<TypeBoxTypeProvider>()
    typed.get('/a', { config: open, schema: { ...about, querystring: Count } }, ({ query }) => ({
      name: `${query.n + 1}`,
    }))
    typed.post('/a', { config: open, schema: { ...about, body: Count } }, ({ body }) => ({ name: `${body.n + 1}` }))
  })
  assert.equal((await http.inject('/a?n=41')).json().name, '42')
  assert.equal((await http.inject('/a')).json().name, '8')
  assert.equal((await http.inject({ method: 'POST', url: '/a', payload: { n: '41' } })).statusCode, 400)
})

test('a refusal has the status of its code; an unlisted code is 422', async () => {
  const http = await frame(http => {
    http.get('/:code', { config: open, schema: about }, ({ params }) => {
      throw new Failure((params as { code: string }).code, { zh: '不行', en: 'no' }, { order_no: 'O1' })
    })
  })
  const statuses: Record<string, number> = {}
  for (const code of ['order_unknown', 'id_reused', 'overloaded', 'something_new', 'not_permitted', 'constructor'])
    statuses[code] = (await http.inject(`/${code}`)).statusCode
  assert.deepEqual(statuses, {
    order_unknown: 404,
    id_reused: 409,
    overloaded: 503,
    something_new: 422,
    not_permitted: 403,
    constructor: 422,
  })
  const { error } = (await http.inject({ url: '/order_unknown', headers: { 'x-request-id': 'my-request-1' } })).json()
  assert.deepEqual(error, {
    code: 'order_unknown',
    message_zh: '不行',
    message_en: 'no',
    detail: { order_no: 'O1' },
    request_id: 'my-request-1',
  })
})

test('of a bug nothing goes out but the request id, by which the log has it', async () => {
  const lines: string[] = []
  const log = pino({}, { write: line => void lines.push(line) })
  const http = await frame(
    http => {
      http.get('/a', { config: open, schema: about }, () => {
        throw new Error('password of the database: hunter2')
      })
    },
    { log },
  )
  const answer = await http.inject('/a')
  assert.equal(answer.statusCode, 500)
  assert.doesNotMatch(answer.body, /hunter2|stack/)
  const { error } = answer.json()
  assert.equal(error.code, 'internal_error')
  assert.deepEqual(error.detail, {})
  const logged = lines.find(line => line.includes('hunter2'))
  assert.equal(JSON.parse(logged ?? '{}').request_id, error.request_id)
})

test('a lost database is said as such', async () => {
  const http = await frame(http => {
    http.get('/a', { config: open, schema: about }, () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    })
  })
  const answer = await http.inject('/a')
  assert.equal(answer.statusCode, 503)
  assert.equal(answer.headers['retry-after'], '1')
  // As the driver says it of a connection that broke between two statements.
  for (const message of [
    'Client has encountered a connection error and is not queryable',
    'Connection terminated unexpectedly',
    'timeout expired',
  ])
    assert.equal(databaseFailure(new Error(message))?.code, 'database_not_ready', message)
  assert.equal(databaseFailure({ code: '25006' })?.code, 'database_not_ready')
  assert.equal(databaseFailure(new Error('a timeout of ours')), undefined)
})

test('what is no JSON, too large, of another type, or has no route is refused with a code', async () => {
  const http = await frame(
    http => {
      http.post('/a', { config: open, schema: { ...about, body: Type.Object({}) } }, () => ({ name: '' }))
    },
    { bodyLimit: 100 },
  )
  const post = async (payload: string, type = 'application/json'): Promise<[number, string]> => {
    const answer = await http.inject({ method: 'POST', url: '/a', payload, headers: { 'content-type': type } })
    return [answer.statusCode, answer.json().error.code]
  }
  assert.deepEqual(await post('{"a":'), [400, 'json_unreadable'])
  assert.deepEqual(await post(''), [400, 'body_missing'])
  assert.deepEqual(await post(JSON.stringify('x'.repeat(200))), [413, 'body_too_large'])
  assert.deepEqual(await post('a=1', 'application/x-www-form-urlencoded'), [415, 'media_type_unknown'])
  const lost = await http.inject('/b')
  assert.deepEqual([lost.statusCode, lost.json().error.code], [404, 'route_unknown'])
  const garbled = await http.inject('/%zz')
  assert.deepEqual([garbled.statusCode, garbled.json().error.code], [400, 'address_unreadable'])
})

test('an address that is right with a method that is not is refused with the methods it has; who is not let in is not told', async () => {
  let watched = 0
  const watch: HttpOptions['watch'] = {
    arrived: request => {
      watched++
      if (request.url.includes('suspect')) request.suspect = {}
      if (request.url.includes('barred')) throw new Failure('address_blocked', { zh: '封', en: 'blocked' })
    },
    known: () => {},
    read: () => {},
    caught: () => new Failure('request_refused', { zh: '拒', en: 'refused' }),
    unknown: () => {},
  }
  const http = await frame(
    http => {
      http.get('/things', { config: open, schema: about }, () => ({ name: '' }))
      http.post('/things', { config: open, schema: about }, () => ({ name: '' }))
      http.delete('/things/:id', { config: open, schema: about }, () => ({ name: '' }))
      http.put('/things/all', { config: open, schema: about }, () => ({ name: '' }))
      http.get('/files/*', { config: open, schema: about }, () => ({ name: '' }))
    },
    { watch },
  )
  const ask = async (method: 'GET' | 'POST' | 'DELETE' | 'PATCH', url: string) => {
    const answer = await http.inject({ method, url })
    return [answer.statusCode, answer.json().error.code, answer.headers.allow]
  }
  const wrong = (allow: string) => [405, 'method_not_allowed', allow]
  assert.deepEqual(await ask('DELETE', '/things?a=1'), wrong('GET, HEAD, POST'))
  assert.deepEqual(await ask('GET', '/things/7'), wrong('DELETE'))
  // A name that is also a number: both routes have it.
  assert.deepEqual(await ask('POST', '/things/all'), wrong('DELETE, PUT'))
  assert.deepEqual(await ask('PATCH', '/files/a/b.css'), wrong('GET, HEAD'))
  const lost = [404, 'route_unknown', undefined]
  for (const url of ['/thing', '/things/7/', '/things/7/8', '/xthings', '/filesx'])
    assert.deepEqual(await ask('DELETE', url), lost, url)
  assert.equal(watched, 9)
  assert.deepEqual(await ask('DELETE', '/things?barred'), [403, 'address_blocked', undefined])
  assert.deepEqual(await ask('DELETE', '/things?suspect'), [403, 'request_refused', undefined])
  const { error } = (await http.inject({ method: 'PATCH', url: '/things' })).json()
  assert.deepEqual(error.detail, { method: 'PATCH', path: '/things', allowed: 'GET, HEAD, POST' })
  assert.match(error.message_zh, /请使用 GET、HEAD、POST/)
})

test('a request id is taken over when it is sane, else made', async () => {
  const http = await frame(http => {
    http.get('/a', { config: open, schema: about }, () => ({ name: '' }))
  })
  const idFor = async (given?: string): Promise<unknown> =>
    (await http.inject({ url: '/a', headers: given === undefined ? {} : { 'x-request-id': given } })).headers[
      'x-request-id'
    ]
  assert.equal(await idFor('trace:2026-11-25.7'), 'trace:2026-11-25.7')
  for (const given of [undefined, 'short', 'x'.repeat(65), 'line\tbreak!'])
    assert.match(String(await idFor(given)), /^[0-9A-Z]{26}$/)
})

test('the guard is asked with the permission of the route, before anything of the request is read', async () => {
  const asked: string[] = []
  const http = await frame(
    http => {
      const body = Type.Object({ a: Type.String() })
      http.post('/a', { config: { permission: 'thing.read' }, schema: { ...about, body } }, request => ({
        name: request.actor?.id ?? '',
      }))
    },
    {
      guard: (request, permission) => {
        asked.push(permission)
        if (!request.headers.authorization) throw new Failure('not_authenticated', { zh: '谁？', en: 'Who?' })
        return { id: 'service:one' }
      },
    },
  )
  const refused = await http.inject({ method: 'POST', url: '/a', payload: '{"no json' })
  assert.deepEqual([refused.statusCode, refused.headers['www-authenticate']], [401, 'Bearer'])
  const headers = { authorization: 'x' }
  assert.equal(
    (await http.inject({ method: 'POST', url: '/a', payload: { a: '' }, headers })).json().name,
    'service:one',
  )
  assert.deepEqual(asked, ['thing.read', 'thing.read'])
})

test('raw bodies come as the bytes that were sent, whatever they claim to be', async () => {
  const http = await frame(http => {
    http.register(async raw => {
      takeRawBodies(raw)
      raw.post('/n', { config: open, schema: about }, ({ body }) => ({ name: (body as Buffer).toString('hex') }))
    })
    http.post('/json', { config: open, schema: { ...about, body: Type.Object({}) } }, () => ({ name: 'json' }))
  })
  const send = async (type: string | undefined) =>
    (
      await http.inject({
        method: 'POST',
        url: '/n',
        payload: Buffer.from('7b20ff', 'hex'),
        headers: type ? { 'content-type': type } : {},
      })
    ).json().name
  for (const type of ['application/json', 'text/xml', 'application/x-www-form-urlencoded', undefined])
    assert.equal(await send(type), '7b20ff')
  assert.equal((await http.inject({ method: 'POST', url: '/json', payload: {} })).json().name, 'json')
})

test('x-forwarded-for is believed only from a configured proxy', async () => {
  const whoAsks = async (trustedProxies: string[]): Promise<string> => {
    const http = await frame(
      http => {
        http.get('/a', { config: open, schema: about }, request => ({ name: request.ip }))
      },
      { trustedProxies },
    )
    return (await http.inject({ url: '/a', headers: { 'x-forwarded-for': '203.0.113.9' } })).json().name
  }
  assert.equal(await whoAsks([]), '127.0.0.1')
  assert.equal(await whoAsks(['10.0.0.1']), '127.0.0.1')
  assert.equal(await whoAsks(['127.0.0.1']), '203.0.113.9')
})
