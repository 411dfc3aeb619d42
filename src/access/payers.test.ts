import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Authenticator } from '../../testkit/authenticator.ts'
import { type Browser, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import type { Platform } from '../server.ts'
import { provideKey } from './provision.ts'

after(closeTestServer)

const PHONE = '13800001234'
const CONFIG = { intrusion: { limits: { code_per_10_minutes: 1000 } } }

/** The code that is on its way to the phone. */
async function codeSent({ app }: Platform): Promise<string> {
  const { rows } = await app.db.pool.query(
    "select key, letter from outbox where template = 'log_in_code' order by id desc limit 1",
  )
  const { key, letter } = rows[0]
  return JSON.parse(app.vault.openText(letter, `notices.outbox.letter:${key}`)).data.code
}

async function enter(page: Browser, platform: Platform, phone = PHONE): Promise<200 | string> {
  const asked = await page.send('POST', '/api/session/code/ask', { phone })
  if (asked.status !== 200) return asked.body.error.code
  const { challenge_id } = asked.body
  return await page.outcome('POST', '/api/session/code', { challenge_id, phone, code: await codeSent(platform) })
}

test('a payer logs in by a code; the same phone is the same account, however it is written', async t => {
  const { browser, platform, clock, acts } = await peopleTest(t)
  const page = browser()
  assert.equal(await enter(page, platform), 200)
  const me = (await page.send('GET', '/api/session')).body
  assert.deepEqual(
    [me.kind, me.name, me.permissions],
    ['payer', '138****1234', ['own.manage', 'own.read', 'own.session']],
  )
  clock.forward(60)
  const other = browser('10.0.0.2')
  assert.equal(await enter(other, platform, '+86 138-0000-1234'), 200)
  assert.equal((await other.send('GET', '/api/session')).body.account_id, me.account_id)
  clock.forward(60)
  const stranger = browser('10.0.0.3')
  assert.equal(await enter(stranger, platform, '13900009999'), 200)
  assert.notEqual((await stranger.send('GET', '/api/session')).body.account_id, me.account_id)
  const { rows } = await platform.app.db.pool.query('select row_to_json(a)::text as text from accounts a')
  assert.ok(!(JSON.stringify(rows) + JSON.stringify(await acts())).includes('13800001234'))
})

test('a wrong code, another phone, a code of yesterday, a used one: none opens; five guesses end a code', async t => {
  const { browser, platform, clock } = await peopleTest(t)
  const page = browser()
  const ask = async () => {
    clock.forward(3600)
    const { challenge_id } = (await page.send('POST', '/api/session/code/ask', { phone: PHONE })).body
    const code = await codeSent(platform)
    return { challenge_id, code, wrong: code === '000000' ? '111111' : '000000' }
  }
  const use = (challenge_id: string, code: string, phone = PHONE) =>
    page.outcome('POST', '/api/session/code', { challenge_id, phone, code })
  const one = await ask()
  assert.equal(await use(one.challenge_id, one.wrong), 'code_refused')
  assert.equal(await use(one.challenge_id, one.code, '13900009999'), 'code_refused')
  assert.equal(await use(one.challenge_id, one.code), 200)
  assert.equal(await use(one.challenge_id, one.code), 'challenge_over')
  const late = await ask()
  clock.forward(300)
  assert.equal(await use(late.challenge_id, late.code), 'challenge_over')
  const guessed = await ask()
  for (let n = 0; n < 5; n++) assert.equal(await use(guessed.challenge_id, guessed.wrong), 'code_refused')
  assert.equal(await use(guessed.challenge_id, guessed.code), 'log_in_locked')
  clock.forward(299)
  assert.equal(await use(guessed.challenge_id, guessed.code), 'log_in_locked')
  clock.forward(1)
  assert.equal(await use(guessed.challenge_id, guessed.code), 'challenge_over')
  for (const phone of ['12345678901', '1380000123', '138000012345', '１３８0000123x'])
    assert.equal(
      await page.outcome('POST', '/api/session/code/ask', { phone }),
      phone.length < 11 ? 'request_invalid' : 'phone_invalid',
    )
})

test('codes to one phone come ever more slowly, and an address cannot ask for many', async t => {
  // The guard against intruders limits them by a clock of its own.
  const { browser, clock } = await peopleTest(t, CONFIG)
  const ask = (page: Browser, phone = PHONE) => page.outcome('POST', '/api/session/code/ask', { phone })
  assert.equal(await ask(browser('10.0.0.1')), 200)
  assert.equal(await ask(browser('10.0.0.2')), 'log_in_locked')
  clock.forward(60)
  assert.equal(await ask(browser('10.0.0.2')), 200)
  clock.forward(60)
  assert.equal(await ask(browser('10.0.0.3')), 'log_in_locked')
  clock.forward(60)
  assert.equal(await ask(browser('10.0.0.3')), 200)
  const busy = browser('10.0.0.9')
  for (let n = 0; n < 20; n++) assert.equal(await ask(busy, `139000000${10 + n}`), 200)
  assert.equal(await ask(busy, '13900000099'), 'log_in_locked')
})

test('a payer binds his account number by name or phone, sees his own whole and nobody else’s', async t => {
  const { browser, platform, clock, person } = await peopleTest(t)
  const { app } = platform
  await app.db.pool.query(
    `insert into departments (id, name, created_at) values ('D1', '公用', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at) values ('W1', 'M1', '水费', 'water', now());`,
  )
  const clerk = { authorization: `Bearer ${await provideKey(app, 'clerk', ['order.issue'])}` }
  const bill = (order_no: string, account_no: string, more: object) =>
    browser().outcome(
      'POST',
      '/api/orders',
      { order_no, merchant_no: 'M1', fee_item_id: 'W1', account_no, amount: '12.30', ...more },
      clerk,
    )
  assert.equal(await bill('BILL0001', '3601000001', { payer_name: '王 小明', phone: '13511112222' }), 200)
  assert.equal(await bill('BILL0002', '3601000002', { phone: '13533334444' }), 200)
  assert.equal(await bill('BILL0003', '3601000003', {}), 200)
  const page = browser()
  await enter(page, platform)
  const bind = (account_no: string, proof: object) =>
    page.outcome('POST', '/api/own/accounts', { merchant_no: 'M1', account_no, ...proof })
  assert.equal(await bind('3601000001', { payer_name: '王小红' }), 'binding_refused')
  assert.equal(await bind('3601000001', {}), 'binding_refused')
  assert.equal(await bind('3601000001', { payer_name: '王小明' }), 200)
  assert.equal(await bind('3601000002', { phone_end: '4444' }), 200)
  assert.equal(await bind('3601000003', { payer_name: ' ', phone_end: '0000' }), 'binding_refused')
  assert.equal(await bind('3601000003', { phone_end: '2222' }), 'binding_refused')
  const { orders } = (await page.send('GET', '/api/own/bills')).body
  assert.deepEqual(
    orders.map((order: { order_no: string; account_no: string }) => [order.order_no, order.account_no]),
    [
      ['BILL0001', '3601000001'],
      ['BILL0002', '3601000002'],
    ],
  )
  assert.equal(await page.outcome('GET', '/api/own/accounts/M1/3601000001/records'), 200)
  assert.equal(await page.outcome('GET', '/api/own/accounts/M1/3601000003/records'), 'binding_unknown')
  clock.forward(60)
  const stranger = browser('10.0.0.2')
  await enter(stranger, platform, '13900009999')
  assert.deepEqual((await stranger.send('GET', '/api/own/bills')).body.orders, [])
  assert.equal(await stranger.outcome('GET', '/api/own/accounts/M1/3601000001/records'), 'binding_unknown')
  assert.equal(await stranger.outcome('DELETE', '/api/own/accounts/M1/3601000001'), 'binding_unknown')
  assert.equal(await page.outcome('DELETE', '/api/own/accounts/M1/3601000001'), 200)
  assert.equal((await page.send('GET', '/api/own/bills')).body.orders.length, 1)
  // Staff are not payers, and payers not staff.
  const desk = browser('10.0.0.3')
  await desk.logIn(await person('chen', 'cashier'))
  assert.equal(await desk.outcome('GET', '/api/own/bills'), 'not_permitted')
  assert.equal(await page.outcome('GET', '/api/records'), 'not_permitted')
})

test('guessing the proof of an account number locks it, for every payer and for this one', async t => {
  const { browser, platform } = await peopleTest(t)
  const page = browser()
  await enter(page, platform)
  const bind = (account_no: string, phone_end: string) =>
    page.outcome('POST', '/api/own/accounts', { merchant_no: 'M1', account_no, phone_end })
  for (let n = 0; n < 5; n++) assert.equal(await bind(`36010000${n}`, `000${n}`), 'binding_refused')
  assert.equal(await bind('360100009', '1234'), 'log_in_locked')
})

test('a payer adds a passkey, and needs no code any more', async t => {
  const { browser, platform } = await peopleTest(t)
  const page = browser()
  await enter(page, platform)
  const phone = new Authenticator(platform.url.replace('127.0.0.1', 'localhost'))
  const begun = (await page.send('POST', '/api/session/passkeys/options')).body
  assert.equal(begun.options.user.name, '138****1234')
  const made = { challenge_id: begun.challenge_id, name: '手机', response: phone.register(begun.options) }
  assert.equal(await page.outcome('POST', '/api/session/passkeys', made), 200)
  const again = browser('10.0.0.2')
  const asked = (await again.send('POST', '/api/session/passkey/options')).body
  const entering = { challenge_id: asked.challenge_id, response: phone.sign(asked.options) }
  assert.equal(await again.outcome('POST', '/api/session/passkey', entering), 200)
  assert.equal((await again.send('GET', '/api/session')).body.name, '138****1234')
})
