import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import { createHttp, PUBLIC, takeRawBodies } from './http.ts'
import { newId } from './ids.ts'
import { metrics } from './metrics.ts'
import { triedBefore } from './quick_lane.ts'

/** A frame with one route that the lane has too; each says which of them answered. */
async function withLane(
  t: TestContext,
  httpsOnly = false,
): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const http = await createHttp({
    log: pino({ level: 'silent' }),
    newId,
    guard: () => ({ id: 'nobody' }),
    permissions: new Set(),
    httpsOnly,
  })
  await http.register(async server => {
    takeRawBodies(server, 1000)
    server.quick({
      route: '/tell/:name',
      prefix: '/tell/',
      bytesMax: 100,
      open: name =>
        name === 'stranger'
          ? null
          : async ({ body }) => {
              if (body.toString() === 'refuse me') throw new Failure('overloaded', { zh: '忙', en: 'busy' })
              return { status: 200, contentType: 'text/plain', body: `quick: ${body}` }
            },
    })
    server.post<{ Body: Buffer | null }>(
      '/tell/:name',
      { config: { permission: PUBLIC }, schema: { response: { 200: Type.String() } } },
      async (request, reply) => {
        const tried = triedBefore(request.raw)
        assert.deepEqual(tried?.body ?? request.body, request.body)
        if (tried) throw tried.error
        return reply.type('text/plain').send(`frame: ${request.body}`)
      },
    )
  })
  const url = await http.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => http.close())
  return (path, init = {}) => fetch(url + path, { method: 'POST', body: 'money', ...init })
}

test('what goes well is answered beside the frame, with the headers and figures of every answer', async t => {
  const ask = await withLane(t)
  const answer = await ask('/tell/bank', { headers: { 'x-request-id': 'caller-made-1' } })
  assert.equal(await answer.text(), 'quick: money')
  const said = ['x-request-id', 'x-content-type-options', 'cache-control', 'content-type'].map(name =>
    answer.headers.get(name),
  )
  assert.deepEqual(said, ['caller-made-1', 'nosniff', 'no-store', 'text/plain'])
  assert.match((await ask('/tell/bank')).headers.get('x-request-id') ?? '', /^\w{26}$/)
  assert.match(
    await metrics.metrics(),
    /fzpay_http_request_seconds_count\{method="POST",route="\/tell\/:name",status="200"\} 2/,
  )
})

for (const httpsOnly of [false, true])
  test(`the lane's answers have the headers of the frame's${httpsOnly ? ', HTTPS only among them' : ''}`, async t => {
    const ask = await withLane(t, httpsOnly)
    const headers = async (path: string, expected: string) => {
      const answer = await ask(path, { headers: { 'x-request-id': 'caller-made-2' } })
      assert.equal(await answer.text(), expected)
      const { date: _date, 'content-length': _length, ...same } = Object.fromEntries(answer.headers)
      return same
    }
    const quick = await headers('/tell/bank', 'quick: money')
    assert.deepEqual(quick, await headers('/tell/bank?a=1', 'frame: money'))
    assert.equal(quick['strict-transport-security'], httpsOnly ? 'max-age=31536000' : undefined)
    assert.equal(quick['referrer-policy'], 'no-referrer')
  })

test('what the lane refuses is answered by the frame, which gets the same bytes and the same error', async t => {
  const ask = await withLane(t)
  const answer = await ask('/tell/bank', { body: 'refuse me' })
  assert.equal(answer.status, 503)
  const { error } = (await answer.json()) as { error: { code: string; request_id: string } }
  assert.deepEqual([error.code, error.request_id], ['overloaded', answer.headers.get('x-request-id')])
})

test('whatever is unusual is left to the frame untouched', async t => {
  const ask = await withLane(t)
  const streamed = new ReadableStream({
    start(to) {
      to.enqueue(Buffer.from('in pieces'))
      to.close()
    },
  })
  const cases: [string, RequestInit, string][] = [
    ['/tell/stranger', {}, 'frame: money'],
    ['/tell/bank?a=1', {}, 'frame: money'],
    ['/tell/b%61nk', {}, 'frame: money'],
    ['/tell/bank', { body: 'x'.repeat(101) }, `frame: ${'x'.repeat(101)}`],
    ['/tell/bank', { body: streamed, duplex: 'half' } as RequestInit, 'frame: in pieces'],
  ]
  for (const [path, init, expected] of cases) assert.equal(await (await ask(path, init)).text(), expected, path)
  assert.equal((await ask('/tell/bank', { body: 'x'.repeat(1001) })).status, 413)
})
