import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { ALIPAY } from '../../testkit/alipay_platform.ts'
import { issue, privatePem } from '../../testkit/certificates.ts'
import { ASK, NOTHING_SAID, REF, REFUND } from '../../testkit/channel_asks.ts'
import { standIn } from '../../testkit/stand_in.ts'
import { UNIONPAY } from '../../testkit/unionpay_platform.ts'
import { NOW, WECHAT } from '../../testkit/wechat_platform.ts'
import { openChannels } from './channels.ts'
import { NoAnswer, send } from './http.ts'

const get = (url: string, bytesMax = 1000) => send({ method: 'GET', url, timeoutMs: 300, bytesMax })

const open = (url: string) =>
  openChannels(
    [
      { ...WECHAT, base_url: url, timeout_ms: 2_000 },
      { ...ALIPAY, base_url: `${url}/gateway.do`, timeout_ms: 2_000 },
      { ...UNIONPAY, base_url: url, file_url: url, timeout_ms: 2_000 },
    ],
    { now: () => NOW, folder: '.' },
  )

async function nobodysServer(t: TestContext): Promise<{ url: string; asked: () => number }> {
  const certificate = issue({ name: '127.0.0.1', issuer: null })
  let asked = 0
  const server = createServer({ key: privatePem(certificate.key), cert: certificate.pem }, (_, response) => {
    asked++
    response.end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked }
}

test('nothing is sent to a server whose certificate nobody vouches for', async t => {
  const server = await nobodysServer(t)
  await assert.rejects(get(server.url), /no answer from 127\.0\.0\.1:\d+: DEPTH_ZERO_SELF_SIGNED_CERT/)
  for (const channel of open(server.url).all) assert.equal((await channel.query(REF)).state, 'unknown', channel.name)
  assert.equal(server.asked(), 0)
})

test('an answer has its length and its time; a redirect is none', async t => {
  const server = await standIn(t, () => ({ body: 'x'.repeat(1001) }))
  await assert.rejects(get(server.url), NoAnswer)
  assert.equal((await get(server.url, 1001)).body.length, 1001)
  server.answer = () => 'endless'
  await assert.rejects(get(server.url), /TimeoutError/)
  server.answer = ({ url }) => (url === '/' ? { status: 302, headers: { location: '/there' } } : { body: 'there' })
  await assert.rejects(get(server.url), NoAnswer)
  assert.ok(!server.asked.some(({ url }) => url === '/there'))
})

test('the reason of an unknown answer holds no key, no payer and nothing that was sent', async t => {
  const server = await standIn(t)
  const secrets = ['BEGIN', 'MII', ASK.openid ?? '', ASK.paymentNo, REFUND.refundNo, '?', 'sign=']
  for (const [name, answer] of NOTHING_SAID) {
    server.answer = () => answer
    for (const channel of open(server.url).all) {
      const said = await Promise.all([channel.query(REF), channel.refund(REFUND), channel.queryRefund(REFUND)])
      for (const outcome of said) {
        assert.ok(outcome.state === 'unknown', `${channel.name} ${name}`)
        for (const secret of secrets) assert.ok(!outcome.reason.includes(secret), outcome.reason)
      }
    }
  }
})
