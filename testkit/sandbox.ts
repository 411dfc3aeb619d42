import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { keysOf } from '../src/channels/sandbox/keys.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/channels/sandbox/sandbox.ts'
import { beijing } from '../src/statements/writing/row.ts'

let keyFolder: Promise<string> | null = null

/** Keys are made once per process: it takes a second. */
async function sharedKeys(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-sandbox-keys-'))
  process.on('exit', () => void rm(folder, { recursive: true, force: true }))
  await keysOf(folder)
  return folder
}

export async function sandboxFolder(t: TestContext): Promise<string> {
  keyFolder ??= sharedKeys()
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-sandbox-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await cp(join(await keyFolder, 'keys.json'), join(folder, 'keys.json'))
  return folder
}

/** A sandbox of its own that ends with the test. `today` is by Beijing's clock. */
export async function testSandbox(
  t: TestContext,
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox & { readonly today: string }> {
  const folder = options.folder ?? (await sandboxFolder(t))
  const sandbox = await startSandbox({ ...options, folder })
  t.after(() => sandbox.stop())
  return { ...sandbox, today: beijing((options.now?.() ?? new Date()).getTime()).slice(0, 10) }
}

export type Noticed = { readonly headers: IncomingHttpHeaders; readonly body: string }

/** The merchant's side of notices: answers each as told, and keeps them. */
export type MerchantDesk = {
  readonly url: string
  readonly notices: Noticed[]
  answer: { status: number; body: string }
  next(): Promise<void>
}

export async function merchantDesk(t: TestContext, answer: MerchantDesk['answer']): Promise<MerchantDesk> {
  const notices: Noticed[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    notices.push({ headers: request.headers, body })
    response.writeHead(desk.answer.status)
    response.end(desk.answer.body)
    server.emit('noticed')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const next = async (): Promise<void> => void (await once(server, 'noticed', { signal: AbortSignal.timeout(10_000) }))
  const desk: MerchantDesk = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    ...{ notices, answer, next },
  }
  return desk
}

/** The oldest notice that was not looked at yet; waits for it. */
export async function takenNotice(desk: MerchantDesk): Promise<Noticed> {
  while (desk.notices.length === 0) await desk.next()
  return desk.notices.shift() as Noticed
}
