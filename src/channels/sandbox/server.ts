import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure } from '../../kernel/failure.ts'
import { isLoopback } from '../accounts.ts'
import { alipayCall, billToken } from './alipay.ts'
import { cashier } from './cashier.ts'
import { control, json } from './control.ts'
import { type Ask, carryOut, type Desk, type Told } from './desk.ts'
import { statement } from './statements.ts'
import { unionpayCall } from './unionpay.ts'
import { wechatCall } from './wechat.ts'

/** Longer than any message of these protocols. */
const BODY_MAX = 1 << 20

export type Listening = { readonly url: string; close(): Promise<void> }

/** Listens on loopback only. Plain node:http: a storm's every request costs what its signatures cost, and little else. */
export async function listen(port: number, deskOf: () => Desk): Promise<Listening> {
  const server = createServer((request, response) => void serve(deskOf(), request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(portTrouble(error, port)))
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${bound}`, close: () => closed(server) }
}

const closed = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

function portTrouble(error: Error, port: number): Error {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error
  return new Failure(
    'sandbox_port_taken',
    {
      zh: `沙箱端口 ${port} 不能使用（${code}）：换一个 --port，或停掉占用它的程序`,
      en: `the sandbox's port ${port} cannot be used (${code}): take another --port, or stop whoever has it`,
    },
    { port, reason: code },
  )
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const told = await answer(desk, request).catch(failed)
  // No answer at all: the asker's own patience ends it.
  if (told === null) return
  response.writeHead(told.status, { ...told.headers, 'content-length': Buffer.byteLength(told.body) })
  response.end(told.body)
}

function failed(error: unknown): Told {
  if (error instanceof Failure)
    return json(400, { error: { code: error.code, zh: error.zh, en: error.en, detail: error.detail } })
  process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : String(error)}\n`)
  return json(500, { error: { code: 'internal_error' } })
}

async function answer(desk: Desk, request: IncomingMessage): Promise<Told | null> {
  const { method = 'GET', url = '/', headers } = request
  // Names that only point here would let foreign pages talk to it.
  if (!isLoopback((headers.host ?? '').replace(/:\d+$/, '')))
    return json(403, { error: { code: 'sandbox_host_refused' } })
  const body = await bodyOf(request)
  if (body === null) return json(413, { error: { code: 'body_too_large' } })
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  const ask: Ask = { method, path, url, query, headers, body }
  if (path.startsWith('/v3/')) {
    const call = wechatCall(desk, ask)
    if (call) return await carryOut(desk, call)
  }
  if (path === '/gateway.do') return await carryOut(desk, alipayCall(desk, ask))
  if (path.startsWith('/alipay/bill/')) return alipayBill(desk, ask)
  const unionpay = unionpayCall(desk, ask)
  if (unionpay) return await carryOut(desk, unionpay)
  if (path.startsWith('/cashier/')) {
    const page = await cashier(desk, ask)
    if (page) return page
  }
  if (path.startsWith('/sandbox/')) return await control(desk, ask)
  return json(404, { error: { code: 'not_found', path } })
}

function alipayBill(desk: Desk, { path, query }: Ask): Told {
  const day = /^\/alipay\/bill\/(\d{4}-\d\d-\d\d)\.zip$/.exec(path)?.[1]
  if (day === undefined || query.get('token') !== billToken(desk, day))
    return json(403, { error: { code: 'forbidden' } })
  const made = statement(desk, 'alipay', day, 'trade')
  if (made.state !== 'ready') return json(404, { error: { code: 'not_found', path } })
  return { status: 200, headers: { 'content-type': 'application/zip' }, body: made.content }
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > BODY_MAX) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}
