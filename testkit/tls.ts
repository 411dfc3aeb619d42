import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { createSecureContext, getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { type Certificate, issueCertificate } from '../src/system/certificate.ts'

/** How a server may show itself: only the first is who he says. */
export const SHOWN = ['good', 'wrong_host', 'expired', 'self_signed', 'untrusted_ca'] as const
export type Shown = (typeof SHOWN)[number]

export type Identities = Readonly<Record<Shown, Certificate>> & { readonly ca: Certificate }

const HOUR = 3600_000

/** Certificates for "localhost" of a CA that clients know, and all the ways to pretend. */
export async function identities(): Promise<Identities> {
  const now = Date.now()
  const [from, to] = [new Date(now - HOUR), new Date(now + HOUR)]
  const ca = await issueCertificate({ names: ['Test CA'], from, to, ca: true })
  const other = await issueCertificate({ names: ['Other CA'], from, to, ca: true })
  const names = ['localhost', '127.0.0.1']
  return {
    ca,
    good: await issueCertificate({ names, from, to, issuer: ca }),
    wrong_host: await issueCertificate({ names: ['bank.example', '192.0.2.1'], from, to, issuer: ca }),
    expired: await issueCertificate({ names, from: new Date(now - 2 * HOUR), to: from, issuer: ca }),
    self_signed: await issueCertificate({ names, from, to }),
    untrusted_ca: await issueCertificate({ names, from, to, issuer: other }),
  }
}

/** The CA is known to this process until the test ends, as an operating system knows one. */
export function trust(t: TestContext, ca: Certificate): void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ca.cert])
  t.after(() => setDefaultCACertificates(before))
}

const opened = async (t: TestContext, server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** An HTTPS server that counts what reaches it. */
export async function secureServer(t: TestContext, shown: Certificate): Promise<{ port: number; heard: () => number }> {
  let heard = 0
  const server = createSecureServer({ cert: shown.cert, key: shown.key }, (_request, answer) => {
    heard++
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{"Code":"OK","BizId":"1"}')
  })
  server.on('tlsClientError', () => {})
  return { port: await opened(t, server), heard: () => heard }
}

/** As much of a PostgreSQL server as a connection needs; null: it does not speak TLS. */
export async function postgresLike(
  t: TestContext,
  shown: Certificate | null,
): Promise<{ port: number; heard: () => number }> {
  let heard = 0
  const server = createServer(socket => {
    socket.once('data', () => {
      if (!shown) return void socket.write('N')
      socket.write('S')
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: createSecureContext({ cert: shown.cert, key: shown.key }),
      })
      secure.on('error', () => {})
      secure.once('data', () => {
        heard++
        secure.write(Buffer.from('5200000008000000005a0000000549', 'hex'))
      })
    })
  })
  return { port: await opened(t, server), heard: () => heard }
}

/** As much of a mail server as it takes to begin TLS, at once or by STARTTLS, and take a mail. */
export async function mailServer(
  t: TestContext,
  shown: Certificate,
  kind: 'implicit' | 'starttls',
): Promise<{ port: number; heard: () => number }> {
  let heard = 0
  const context = createSecureContext({ cert: shown.cert, key: shown.key })
  const converse = (socket: Socket, secure: boolean): void => {
    let data = false
    socket.on('data', piece => {
      for (const line of piece.toString().split('\r\n').filter(Boolean)) {
        if (data) {
          if (line !== '.') continue
          data = false
          heard++
          socket.write('250 queued\r\n')
        } else if (/^STARTTLS/i.test(line)) {
          socket.removeAllListeners('data')
          socket.write('220 go on\r\n')
          const inner = new TLSSocket(socket, { isServer: true, secureContext: context })
          inner.on('error', () => {})
          converse(inner, true)
        } else if (/^EHLO/i.test(line)) socket.write(secure ? '250 test\r\n' : '250-test\r\n250 STARTTLS\r\n')
        else if (/^DATA/i.test(line)) {
          data = true
          socket.write('354 go on\r\n')
        } else socket.write('250 ok\r\n')
      }
    })
  }
  const server = createServer(socket => {
    if (kind === 'starttls') {
      socket.write('220 test ESMTP\r\n')
      return converse(socket, false)
    }
    const inner = new TLSSocket(socket, { isServer: true, secureContext: context })
    inner.on('error', () => {})
    inner.write('220 test ESMTP\r\n')
    converse(inner, true)
  })
  return { port: await opened(t, server), heard: () => heard }
}
