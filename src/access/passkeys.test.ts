import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, test } from 'node:test'
import { Authenticator, type Tweaks } from '../../testkit/authenticator.ts'
import { type Browser, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'

after(closeTestServer)

const ORIGIN = 'https://pay.example.com'
const CONFIG = { server: { trusted_proxies: ['127.0.0.1'], public_url: ORIGIN } }

/** Adds the phone to the account that the browser is logged in with. */
async function add(page: Browser, phone: Authenticator, tweaks: Tweaks = {}, name = '手机'): Promise<200 | string> {
  const { challenge_id, options } = (await page.send('POST', '/api/session/passkeys/options')).body
  const response = phone.register(options, tweaks)
  return await page.outcome('POST', '/api/session/passkeys', { challenge_id, name, response })
}

/** Logs in by the phone alone. */
async function enter(page: Browser, phone: Authenticator, tweaks: Tweaks = {}): Promise<200 | string> {
  const { challenge_id, options } = (await page.send('POST', '/api/session/passkey/options')).body
  return await page.outcome('POST', '/api/session/passkey', { challenge_id, response: phone.sign(options, tweaks) })
}

test('a passkey is the only step of a log-in, and nothing is typed', async t => {
  const { browser, person, acts } = await peopleTest(t, CONFIG)
  const chen = await person('chen', 'cashier')
  const desk = browser()
  await desk.logIn(chen)
  const phone = new Authenticator(ORIGIN)
  const begun = (await desk.send('POST', '/api/session/passkeys/options')).body.options
  assert.deepEqual(begun.authenticatorSelection, {
    residentKey: 'required',
    userVerification: 'required',
    requireResidentKey: true,
  })
  assert.deepEqual([begun.rp.id, begun.user.name, begun.attestation], ['pay.example.com', 'chen', 'none'])
  assert.equal(await add(desk, phone), 200)
  const pocket = browser('10.9.0.1', 'iPhone')
  const asked = (await pocket.send('POST', '/api/session/passkey/options')).body.options
  assert.deepEqual(
    [asked.allowCredentials ?? [], asked.userVerification, asked.rpId],
    [[], 'required', 'pay.example.com'],
  )
  assert.equal(await enter(pocket, phone), 200)
  const me = (await pocket.send('GET', '/api/session')).body
  assert.equal(me.login, 'chen')
  assert.equal(await enter(browser('10.9.0.2'), phone), 200)
  const log = (await acts()).map(({ what }) => what)
  assert.equal(log.filter(what => what === 'passkey.add').length, 1)
  assert.equal(log.filter(what => what === 'session.open').length, 3)
})

test('what an authenticator must not say: each is refused, and opens nothing', async t => {
  const { browser, person } = await peopleTest(t, CONFIG)
  const desk = browser()
  await desk.logIn(await person('chen', 'cashier'))
  const phone = new Authenticator(ORIGIN)
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const forged: Tweaks[] = [
    { origin: 'https://pay.example.com.evil.example' },
    { origin: 'http://pay.example.com' },
    { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    { rpId: 'evil.example' },
    { verified: false },
  ]
  for (const tweaks of forged) assert.equal(await add(desk, phone, tweaks), 'passkey_refused', JSON.stringify(tweaks))
  assert.equal(await add(desk, phone), 200)
  for (const tweaks of [...forged, { key: other }]) {
    const page = browser('10.9.0.1')
    assert.equal(await enter(page, phone, tweaks), 'passkey_refused', JSON.stringify(tweaks))
    assert.equal(page.cookie, '')
  }
  assert.equal(await enter(browser('10.9.0.2'), phone), 200)
})

test('an answer is good once; a challenge for five minutes; a counter only rises', async t => {
  const { browser, person, clock } = await peopleTest(t, CONFIG)
  const desk = browser()
  await desk.logIn(await person('chen', 'cashier'))
  const phone = new Authenticator(ORIGIN)
  await add(desk, phone)
  const page = browser('10.9.0.1')
  const { challenge_id, options } = (await page.send('POST', '/api/session/passkey/options')).body
  const response = phone.sign(options, { counter: 10 })
  assert.equal(await page.outcome('POST', '/api/session/passkey', { challenge_id, response }), 200)
  const thief = browser('10.9.0.2')
  assert.equal(await thief.outcome('POST', '/api/session/passkey', { challenge_id, response }), 'challenge_over')
  const fresh = (await thief.send('POST', '/api/session/passkey/options')).body.challenge_id
  assert.equal(
    await thief.outcome('POST', '/api/session/passkey', { challenge_id: fresh, response }),
    'passkey_refused',
  )
  // A copy of the authenticator that counts for itself.
  assert.equal(await enter(thief, phone, { counter: 10 }), 'passkey_refused')
  assert.equal(await enter(thief, phone, { counter: 9 }), 'passkey_refused')
  assert.equal(await enter(browser('10.9.0.3'), phone, { counter: 11 }), 200)
  const late = (await thief.send('POST', '/api/session/passkey/options')).body
  clock.forward(300)
  const signed = phone.sign(late.options)
  const ask = { challenge_id: late.challenge_id, response: signed }
  assert.equal(await thief.outcome('POST', '/api/session/passkey', ask), 'challenge_over')
})

test('a challenge for one account or purpose serves no other', async t => {
  const { browser, person } = await peopleTest(t, CONFIG)
  const [desk, other] = [browser('10.0.0.1'), browser('10.0.0.2')]
  await desk.logIn(await person('chen', 'cashier'))
  await other.logIn(await person('mallory', 'support'))
  const phone = new Authenticator(ORIGIN)
  const { challenge_id, options } = (await desk.send('POST', '/api/session/passkeys/options')).body
  const ask = { challenge_id, name: '手机', response: phone.register(options) }
  assert.equal(await other.outcome('POST', '/api/session/passkeys', ask), 'challenge_over')
  assert.equal(await desk.outcome('POST', '/api/session/passkeys', ask), 'challenge_over', 'it is used up')
  assert.equal(await add(desk, phone), 200)
  assert.equal(await add(other, phone), 'passkey_refused', 'the passkey of one person is nobody else’s')
  const begun = (await other.send('POST', '/api/session/passkeys/options')).body
  const response = phone.sign({ ...begun.options, rpId: 'pay.example.com' })
  const entering = { challenge_id: begun.challenge_id, response }
  assert.equal(await browser('10.0.0.3').outcome('POST', '/api/session/passkey', entering), 'challenge_over')
  for (const junk of [{}, { id: 1 }, { id: phone.id, response: null }, { id: '\u0000', response: {} }]) {
    const fresh = (await other.send('POST', '/api/session/passkey/options')).body
    const answer = await browser('10.0.0.4').outcome('POST', '/api/session/passkey', {
      challenge_id: fresh.challenge_id,
      response: junk,
    })
    assert.ok(['passkey_refused', 'request_invalid', 'text_unstorable'].includes(String(answer)), `${answer}`)
  }
})

test('a lost device is revoked in one step: its passkey and the sessions it opened, no others', async t => {
  const { browser, person, clock } = await peopleTest(t, CONFIG)
  const chen = await person('chen', 'cashier')
  const desk = browser('10.0.0.1')
  await desk.logIn(chen)
  const [lost, kept] = [new Authenticator(ORIGIN), new Authenticator(ORIGIN)]
  await add(desk, lost, {}, '旧手机')
  clock.forward(1)
  await add(desk, kept, {}, '新手机')
  const [finder, pocket] = [browser('10.0.0.2'), browser('10.0.0.3')]
  await enter(finder, lost)
  await enter(pocket, kept)
  const { passkeys } = (await desk.send('GET', '/api/session/passkeys')).body
  assert.deepEqual(
    passkeys.map((row: { name: string; used_at: string | null }) => [row.name, row.used_at !== null]),
    [
      ['旧手机', true],
      ['新手机', true],
    ],
  )
  assert.equal(await desk.outcome('DELETE', `/api/session/passkeys/${lost.id}`), 200)
  assert.equal(await finder.outcome('GET', '/api/session'), 'session_over')
  assert.equal(await enter(finder, lost), 'passkey_refused')
  assert.equal(await pocket.outcome('GET', '/api/session'), 200)
  assert.equal(await enter(browser('10.0.0.4'), kept), 200)
  // By somebody who manages accounts; not by somebody else.
  const support = browser('10.0.0.5')
  await support.logIn(await person('kefu', 'support'))
  assert.equal(await support.outcome('DELETE', `/api/session/passkeys/${kept.id}`), 'passkey_unknown')
  assert.equal(await support.outcome('DELETE', `/api/accounts/${chen.id}/passkeys/${kept.id}`), 'not_permitted')
  const boss = browser('10.0.0.6')
  await boss.logIn(await person('boss', 'supervisor'))
  assert.equal(await boss.outcome('DELETE', `/api/accounts/${chen.id}/passkeys/${kept.id}`), 200)
  assert.equal(await pocket.outcome('GET', '/api/session'), 'session_over')
})

test('a passkey opens an account while guesses at its password have locked that, and never a suspended one', async t => {
  const { browser, person } = await peopleTest(t, CONFIG)
  const chen = await person('chen', 'cashier')
  const desk = browser('10.0.0.1')
  await desk.logIn(chen)
  const phone = new Authenticator(ORIGIN)
  await add(desk, phone)
  const attacker = browser('10.66.0.1')
  for (let n = 0; n < 5; n++) await attacker.logIn({ login: 'chen', password: 'geraten und falsch' })
  assert.equal(await browser('10.0.0.2').logIn(chen), 'log_in_locked')
  assert.equal(await enter(browser('10.0.0.2'), phone), 200)
  const boss = browser('10.0.0.3')
  await boss.logIn(await person('boss', 'supervisor'))
  assert.equal(await boss.outcome('POST', `/api/accounts/${chen.id}/state`, { state: 'suspended' }), 200)
  assert.equal(await desk.outcome('GET', '/api/session'), 'session_over')
  assert.equal(await enter(browser('10.0.0.4'), phone), 'passkey_refused')
})

test('on this machine pages are opened by the name localhost, as browsers know no passkeys for addresses', async t => {
  const { browser, person } = await peopleTest(t)
  const desk = browser()
  await desk.logIn(await person('chen', 'cashier'))
  const { options } = (await desk.send('POST', '/api/session/passkeys/options')).body
  assert.equal(options.rp.id, 'localhost')
})
