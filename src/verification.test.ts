/** 中间人攻击: whoever cannot prove who he is hears nothing from us. Each client against real servers. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AlipaySdk } from 'alipay-sdk'
import pg from 'pg'
import { identities, mailServer, postgresLike, SHOWN, type Shown, secureServer, trust } from '../testkit/tls.ts'
import { send } from './channels/http.ts'
import { webhookSender } from './intrusion/webhook.ts'
import { mailSender } from './notices/mail.ts'
import type { Claimed } from './notices/message.ts'
import { smsSender } from './notices/sms.ts'
import { languageModelOf, proposeColumns } from './statements/language_model.ts'
import { openDatabase } from './system/database.ts'
import { clientConfig } from './system/database_clients.ts'
import { secureConnection } from './system/database_tls.ts'
import { PACKAGE_ROOT } from './system/paths.ts'

const ids = await identities()

const MESSAGE: Claimed = {
  key: 'k',
  medium: 'mail',
  recipient: 'zhang@example.com',
  template: 'bill_issued',
  data: { title: '水费', amount: '1.00' },
  id: 1,
  attempts: 1,
  handedAt: new Date('2026-11-25T00:00:00Z'),
  fresh: true,
}

/** Every way we call somebody by HTTPS; each tells whether the other one was believed. */
const CLIENTS: Readonly<Record<string, (port: number) => Promise<unknown>>> = {
  channels: port =>
    send({ method: 'POST', url: `https://localhost:${port}/pay`, body: 'secret', timeoutMs: 5000, bytesMax: 1000 }),
  'alipay-sdk': port =>
    new AlipaySdk({
      appId: '1',
      privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString()
        .trim(),
      keyType: 'PKCS8',
      gateway: `https://localhost:${port}/gateway.do`,
    }).exec('alipay.trade.query', { bizContent: {} }),
  sms: async port => {
    const sender = smsSender({
      endpoint: `https://localhost:${port}`,
      access_key_id: 'id',
      access_key_secret: 'secret',
      sign_name: '抚州',
      templates: { bill_issued: 'SMS_1' },
      timeout_seconds: 5,
      absent_after_seconds: 600,
      lanes: 1,
    })
    const outcome = await sender.send({ ...MESSAGE, medium: 'sms', recipient: '13800000000' }, new Date())
    if (outcome.state !== 'sent') throw new Error(outcome.reason)
  },
  'language model': port =>
    proposeColumns({ url: `https://localhost:${port}`, model: 'm', key: 'secret', timeoutMs: 5000 }, ['a'], [['1']]),
  webhook: port =>
    webhookSender({ url: `https://localhost:${port}/`, secret: 'x'.repeat(16) }, () => new Date())(
      {},
      AbortSignal.timeout(5000),
    ),
}

for (const [name, call] of Object.entries(CLIENTS))
  test(`${name}: a server with a wrong certificate hears nothing`, async t => {
    trust(t, ids.ca)
    for (const shown of SHOWN) {
      const server = await secureServer(t, ids[shown])
      const refused = await call(server.port).then(
        () => null,
        (error: Error) => error,
      )
      assert.equal(server.heard(), shown === 'good' ? 1 : 0, `${shown}: ${refused}`)
      if (shown !== 'good') assert.ok(refused, shown)
    }
  })

test('mail: a server with a wrong certificate gets no mail, whether TLS begins at once or by STARTTLS', async t => {
  trust(t, ids.ca)
  for (const tls of ['implicit', 'starttls'] as const)
    for (const shown of SHOWN) {
      const server = await mailServer(t, ids[shown], tls)
      const sender = mailSender({
        host: 'localhost',
        port: server.port,
        tls,
        from: 'fzpay@example.com',
        from_name: '抚州支付平台',
        timeout_seconds: 5,
        lanes: 1,
      })
      const outcome = await sender.send(MESSAGE, new Date())
      await sender.close()
      const expected = shown === 'good' ? 'sent' : 'refused'
      assert.deepEqual([tls, shown, outcome.state, server.heard()], [tls, shown, expected, shown === 'good' ? 1 : 0])
    }
})

test('PostgreSQL: a server with a wrong certificate hears neither user nor password', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-ca-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const ca = join(folder, 'ca.pem')
  writeFileSync(ca, ids.ca.cert)
  const reasons: Record<Shown, RegExp> = {
    good: /^$/,
    wrong_host: /ERR_TLS_CERT_ALTNAME_INVALID/,
    expired: /CERT_HAS_EXPIRED/,
    self_signed: /DEPTH_ZERO_SELF_SIGNED_CERT/,
    untrusted_ca: /UNABLE_TO_|SELF_SIGNED/,
  }
  for (const host of ['localhost', '127.0.0.1'])
    for (const mode of ['verify-full', 'verify-ca', 'require'])
      for (const shown of SHOWN) {
        const server = await postgresLike(t, ids[shown])
        const url = `postgres://u:p@${host}:${server.port}/db?sslmode=${mode}&sslrootcert=${encodeURIComponent(ca)}`
        if (shown === 'good') {
          const client = new pg.Client(clientConfig(url))
          client.on('error', () => {})
          await client.connect()
          assert.equal(server.heard(), 1)
          client.end().catch(() => {})
          continue
        }
        await assert.rejects(openDatabase({ url }), (error: { code: string; detail: { reason: string } }) => {
          assert.equal(error.code, 'database_certificate_refused')
          assert.match(error.detail.reason, reasons[shown])
          return true
        })
        assert.equal(server.heard(), 0, `${host} ${mode} ${shown}`)
      }
})

test('PostgreSQL: without a CA of its own the system’s count, and a server without TLS is refused', async t => {
  const good = await postgresLike(t, ids.good)
  await assert.rejects(openDatabase({ url: `postgres://u:p@localhost:${good.port}/db?sslmode=verify-full` }), {
    code: 'database_certificate_refused',
  })
  const plain = await postgresLike(t, null)
  await assert.rejects(openDatabase({ url: `postgres://u:p@localhost:${plain.port}/db?sslmode=verify-full` }), {
    code: 'database_tls_missing',
  })
  await assert.rejects(
    openDatabase({ url: 'postgres://u:p@localhost/db?sslmode=verify-full&sslrootcert=/nowhere.pem' }),
    {
      code: 'database_ca_unreadable',
    },
  )
})

test('a database on another machine is spoken to by verified TLS, whatever its address says', () => {
  const ssl = (url: string, env = {}) => secureConnection(url, env).ssl
  const strict = { rejectUnauthorized: true, minVersion: 'TLSv1.2' }
  for (const url of [
    'postgres://u:p@db.example/x',
    'postgres://u:p@db.example/x?sslmode=require',
    'postgres://u:p@db.example/x?sslmode=verify-ca',
    'postgres://u:p@db.example/x?sslmode=require&uselibpqcompat=true',
    'postgres://u:p@10.0.0.5:5432/x',
    'postgres://u:p@[2001:db8::1]/x',
    'postgres://u:p@localhost.example/x',
    'postgres://u:p@/x?host=db.example',
  ])
    assert.deepEqual(ssl(url), strict, url)
  for (const mode of ['disable', 'allow', 'prefer', 'no-verify'])
    assert.throws(() => ssl(`postgres://u:p@db.example/x?sslmode=${mode}`), { code: 'database_unencrypted' }, mode)
  assert.throws(() => ssl('postgres://u:p@db.example/x?ssl=false'), { code: 'database_unencrypted' })
  assert.equal(ssl('postgres://u:p@db.example/x?sslmode=disable', { FZPAY_DATABASE_PLAINTEXT: 'allow' }), false)
  for (const url of ['postgres://u:p@127.0.0.1/x', 'postgres://u:p@localhost/x', 'postgres:///x?host=/run/postgresql'])
    assert.equal(ssl(url), false, url)
  assert.deepEqual(ssl('postgres://u:p@localhost/x?sslmode=require'), strict)
  assert.deepEqual(ssl('postgres:///x', { PGHOST: 'db.example' }), strict)
  // Nothing that loosens it reaches the driver.
  assert.equal(
    secureConnection('postgres://u:p@db.example/x?sslmode=require&uselibpqcompat=true&application_name=a')
      .connectionString,
    'postgres://u:p@db.example/x?application_name=a',
  )
})

test('addresses we call are https, but for this machine', () => {
  const settings = {
    access_key_id: 'i',
    access_key_secret: 's',
    sign_name: 'x',
    templates: {},
    timeout_seconds: 5,
    absent_after_seconds: 600,
    lanes: 1,
  }
  assert.throws(() => smsSender({ ...settings, endpoint: 'http://sms.example' }), { code: 'outgoing_unencrypted' })
  assert.throws(() => webhookSender({ url: 'http://hook.example/', secret: 'x'.repeat(16) }, () => new Date()), {
    code: 'outgoing_unencrypted',
  })
  assert.throws(() => languageModelOf({ FZPAY_LLM_URL: 'http://llm.example', FZPAY_LLM_MODEL: 'm' }), {
    code: 'outgoing_unencrypted',
  })
  assert.ok(languageModelOf({ FZPAY_LLM_URL: 'http://127.0.0.1:11434', FZPAY_LLM_MODEL: 'm' }))
})

test('nothing in the source turns off the checking of certificates', () => {
  const loose =
    /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED\s*=|checkServerIdentity|allowInsecure|insecureHTTPParser/
  const found = globSync('src/**/*.ts', { cwd: PACKAGE_ROOT }).filter(
    path =>
      !path.endsWith('.test.ts') &&
      loose.test(
        readFileSync(join(PACKAGE_ROOT, path), 'utf8').replaceAll(/'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\//g, ''),
      ),
  )
  assert.deepEqual(found, [])
})
