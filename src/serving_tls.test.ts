import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import { closeTestServer, freshDatabase, testServer } from '../testkit/server.ts'
import { trust } from '../testkit/tls.ts'
import { TEST_MASTER } from '../testkit/vault.ts'
import { startPlatform } from './server.ts'
import { issueCertificate, ownCertificate } from './system/certificate.ts'
import { metrics } from './system/metrics.ts'
import { openTls, refuseBlindTrust } from './system/serving_tls.ts'
import { TLS_OPTIONS } from './system/tls.ts'

after(closeTestServer)

const DAY = 86_400_000
const at = new Date()
const app = { log: pino({ level: 'silent' }), now: () => at }

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** What a client sees; rejects when none of us will talk. */
const greet = (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ...options },
      () => {
        resolve(socket)
        socket.end()
      },
    )
    socket.once('error', reject)
  })

const serialShown = async (port: number): Promise<string> =>
  (await greet(port)).getPeerX509Certificate()?.serialNumber ?? ''

test('a certificate of our own is kept, closed to others, and made anew before it expires or when a name is missing', async t => {
  const folder = join(folderFor(t), 'tls')
  const names = ['pay.example', '127.0.0.1']
  const first = await ownCertificate(folder, names, at)
  const about = new X509Certificate(first.cert)
  assert.ok(about.checkHost('pay.example') && about.checkIP('127.0.0.1'))
  assert.ok((about.validToDate.getTime() - about.validFromDate.getTime()) / DAY <= 398)
  assert.deepEqual(readdirSync(folder).sort(), ['server.crt', 'server.key'])
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
  const later = (days: number) => new Date(at.getTime() + days * DAY)
  assert.deepEqual(await ownCertificate(folder, names, later(360)), first)
  const renewed = await ownCertificate(folder, names, later(370))
  assert.notEqual(renewed.cert, first.cert)
  assert.notEqual((await ownCertificate(folder, [...names, 'other.example'], later(371))).cert, renewed.cert)
  writeFileSync(join(folder, 'server.crt'), 'half written')
  assert.ok(new X509Certificate((await ownCertificate(folder, names, at)).cert).checkHost('pay.example'))
})

test('the platform makes its certificate at the first start, shows it again at the next, and tells browsers to stay with HTTPS', async t => {
  await testServer() // Before the data folder is another one.
  const fresh = await freshDatabase()
  t.after(() => fresh.drop())
  const folder = folderFor(t)
  const before = process.env.FZPAY_DATA
  process.env.FZPAY_DATA = folder
  t.after(() => {
    if (before === undefined) delete process.env.FZPAY_DATA
    else process.env.FZPAY_DATA = before
  })
  const fingerprints: (string | undefined)[] = []
  for (let start = 0; start < 2; start++) {
    const platform = await startPlatform({
      config: null,
      port: 0,
      tls: true,
      database: { url: fresh.url },
      master: TEST_MASTER,
      app: { log: app.log },
    })
    t.after(() => platform.stop())
    assert.match(platform.url, /^https:/)
    fingerprints.push(platform.certificate?.fingerprint)
    const port = Number(new URL(platform.url).port)
    assert.equal((await greet(port)).getPeerX509Certificate()?.fingerprint256, platform.certificate?.fingerprint)
    if (start === 0) {
      await assert.rejects(fetch(`${platform.url}/health/live`), 'nobody believes it unasked')
      trust(t, { cert: platform.certificate?.pem ?? '', key: '' })
      const answer = await fetch(`https://localhost:${port}/health/live`)
      assert.deepEqual([answer.status, answer.headers.get('strict-transport-security')], [200, 'max-age=31536000'])
      assert.match(
        await metrics.metrics(),
        new RegExp(
          `fzpay_certificate_expires_seconds ${Math.floor((platform.certificate?.expires.getTime() ?? 0) / 1000)}`,
        ),
      )
      for (const options of [
        { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
        { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' },
        { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
      ] as const)
        await assert.rejects(greet(port, options), JSON.stringify(options))
      assert.equal((await greet(port, { maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2')
      assert.equal((await greet(port)).getProtocol(), 'TLSv1.3')
    }
    await platform.stop()
  }
  assert.equal(fingerprints[0], fingerprints[1])
})

async function serve(t: TestContext, cert: string, key: string): Promise<{ server: Server; port: number }> {
  const server = createServer({ ...TLS_OPTIONS, cert, key })
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { server, port: (server.address() as AddressInfo).port }
}

test('certificate files that are replaced take effect without a restart; what does not fit does not', async t => {
  const make = () =>
    issueCertificate({ names: ['localhost'], from: new Date(at.getTime() - DAY), to: new Date(at.getTime() + DAY) })
  const [one, two, three] = [await make(), await make(), await make()]
  let files = one
  const tls = await openTls(app, one, [], () => files)
  const { server, port } = await serve(t, tls.first.cert, tls.first.key)
  tls.keepFresh(server, 20)
  t.after(() => tls.close())
  const serial = (certificate: { cert: string }) => new X509Certificate(certificate.cert).serialNumber
  const shows = async (wanted: string) => {
    for (let tries = 0; tries < 200 && (await serialShown(port)) !== wanted; tries++) await sleep(20)
    assert.equal(await serialShown(port), wanted)
  }
  await shows(serial(one))
  files = two
  await shows(serial(two))
  files = { cert: three.cert, key: one.key }
  await sleep(100)
  assert.equal(await serialShown(port), serial(two), 'the new certificate came without its key: the old one stays')
  files = three
  await shows(serial(three))
})

test('a key of another certificate is refused at the start, and so is a process that believes every certificate', async () => {
  const make = () => issueCertificate({ names: ['localhost'], from: at, to: new Date(at.getTime() + DAY) })
  const [one, two] = [await make(), await make()]
  const settings = { cert: one.cert, key: two.key }
  await assert.rejects(
    openTls(app, settings, [], () => settings),
    { code: 'tls_certificate_invalid' },
  )
  const nonsense = { cert: 'x', key: 'y' }
  await assert.rejects(
    openTls(app, nonsense, [], () => nonsense),
    { code: 'tls_certificate_invalid' },
  )
  assert.throws(() => refuseBlindTrust({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), { code: 'tls_verification_off' })
  refuseBlindTrust({})
})
