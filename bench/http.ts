/**
 * `node bench/http.ts [ROUNDS]`: what the frame of HTTP costs by itself: a trivial POST with a JSON body and schemas, beside bare Fastify
 * and bare node:http with the same answer. The generator is a process of its own. Processor time for each request is printed too:
 * it means something on a busy machine as well.
 */
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastify } from 'fastify'
import { Type } from 'typebox'
import { createHttp, PUBLIC } from '../src/system/http.ts'
import { newId } from '../src/system/ids.ts'
import { createLog } from '../src/system/log.ts'
import { httpRequest, type LoadResult, load } from './load.ts'

const CONNECTIONS = 32
const REQUESTS = 60_000
const WARM_UP = 20_000

const Ask = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_.:-]{8,64}$' }),
    amount: Type.String(),
    note: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
const Answer = Type.Object({ id: Type.String(), amount: Type.String(), at: Type.String() })
type Ask = { id: string; amount: string }
const answer = ({ id, amount }: Ask) => ({ id, amount, at: '2026-11-20T09:00:00+08:00' })

type Running = { readonly server: Server; readonly close: () => Promise<unknown> }

const SERVERS: Readonly<Record<string, () => Promise<Running>>> = {
  async frame() {
    const log = createLog({ level: 'warn' })
    const http = await createHttp({ log, newId, guard: () => ({ id: 'bench' }), permissions: new Set() })
    http
      .withTypeProvider<TypeBoxTypeProvider>()
      .post(
        '/ask',
        { config: { permission: PUBLIC }, schema: { body: Ask, response: { 200: Answer } } },
        async request => answer(request.body),
      )
    await http.listen({ port: 0, host: '127.0.0.1' })
    return { server: http.server, close: () => http.close() }
  },
  async fastify() {
    const http = fastify()
    const schema = { body: Ask, response: { 200: Answer } }
    http.post('/ask', { schema }, async request => answer(request.body as Ask))
    await http.listen({ port: 0, host: '127.0.0.1' })
    return { server: http.server, close: () => http.close() }
  },
  async node() {
    const server = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8')
      request.on('data', chunk => (text += chunk))
      request.on('end', () => {
        const body = JSON.stringify(answer(JSON.parse(text)))
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        response.end(body)
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return { server, close: () => new Promise(resolve => server.close(resolve)) }
  },
}

type Sent = LoadResult & { readonly generatorMs: number }

const askFrom = (port: number, requests: number): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ['--send', String(port), String(requests)])
    child.on('message', message => resolve(message as Sent))
    child.on('error', reject)
    child.on('exit', status => status !== 0 && reject(new Error(`the load generator ended with ${status}`)))
  })

async function send(port: number, count: number): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const requests = Array.from({ length: count }, (_, index) =>
    httpRequest('POST', '/ask', headers, JSON.stringify({ id: `bench-${index}-0000`, amount: '128.60', note: '水费' })),
  )
  const before = process.cpuUsage()
  const result = await load(requests, { port, connections: CONNECTIONS, rate: 0 })
  const used = process.cpuUsage(before)
  process.send?.({ ...result, generatorMs: (used.user + used.system) / 1000 } satisfies Sent)
  process.disconnect?.()
}

async function measure(round: number, name: string, start: () => Promise<Running>): Promise<void> {
  const { server, close } = await start()
  const { port } = server.address() as AddressInfo
  await askFrom(port, WARM_UP)
  const before = process.cpuUsage()
  const result = await askFrom(port, REQUESTS)
  const used = process.cpuUsage(before)
  await close()
  const micros = (used.user + used.system) / REQUESTS
  const generator = (result.generatorMs * 1000) / REQUESTS
  const columns = [
    `${round} ${name.padEnd(8)} ${result.perSecond.toLocaleString('en').padStart(7)} requests/s`,
    `p50 ${result.p50} ms`,
    `p99 ${result.p99} ms`,
    `processor ${micros.toFixed(0)} µs a request, generator ${generator.toFixed(0)} µs`,
    JSON.stringify(result.statuses),
  ]
  console.log(columns.join('  '))
}

const [mode = '3', port, count] = process.argv.slice(2)
if (mode === '--send') await send(Number(port), Number(count))
else
  for (let round = 1; round <= Number(mode); round++)
    for (const [name, start] of Object.entries(SERVERS)) await measure(round, name, start)
