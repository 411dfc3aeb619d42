import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type Asked = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
/** 'never': the question stays without an answer; 'endless': it begins and does not end; 'cut': the connection breaks. */
export type Told =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }
  | 'never'
  | 'endless'
  | 'cut'

export type StandIn = { readonly url: string; readonly asked: Asked[]; answer: (asked: Asked) => Told }

/** A small HTTP server on loopback that answers whatever the test says; it ends with the test. */
export async function standIn(t: TestContext, answer: StandIn['answer'] = () => ({ status: 404 })): Promise<StandIn> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { method = '', url = '', headers } = request
    const question = { method, url, headers, body: Buffer.concat(pieces).toString() }
    asked.push(question)
    const told = self.answer(question)
    if (told === 'never') return
    if (told === 'endless') return void response.writeHead(200).write('{"code":')
    if (told === 'cut') return void request.socket.destroy()
    response.writeHead(told.status ?? 200, told.headers)
    response.end(told.body ?? '')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const self: StandIn = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answer }
  return self
}
