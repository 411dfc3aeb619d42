import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { FakeChannel, fakeChannels } from '../../../testkit/fake_channel.ts'
import { fundsCounter, TENPAY } from '../../../testkit/funds.ts'
import { Browser, personOf } from '../../../testkit/people.ts'
import { testPlatform } from '../../../testkit/platform.ts'
import { closeTestServer } from '../../../testkit/server.ts'
import type { Place } from '../../access/provision.ts'
import type { Platform } from '../../server.ts'
import { settlePlans } from './settings.ts'

after(closeTestServer)

const D18 = '2026-11-18'
const SALE = { no: 'P1', fen: 10_000, fee: 60 }

/** The 18th is paid 10 fen short on the 19th. */
async function short(t: TestContext) {
  const channels = fakeChannels(new FakeChannel('wechat', 'wx'), new FakeChannel('bank', 'icbc'))
  const made = await testPlatform(t, channels, {
    settlements: { accounts: { wx: { settles_into: 'icbc', counterparties: [TENPAY] } } },
  })
  const counter = await fundsCounter(t, { app: made.platform.app })
  await counter.trade(D18, [SALE])
  await counter.funds(D18, [SALE], 50_000)
  await counter.bank('2026-11-19', [{ fen: 9930, text: '财付通结算' }])
  await counter.compare()
  const { body } = await made.clerk('GET', '/api/settlements?open=true')
  assert.equal(body.settlements.length, 1, JSON.stringify(body))
  return { ...made, counter, settlement: body.settlements[0] }
}

/** A finance officer, logged in. */
async function finance({ app, url }: Platform, login: string, place: Partial<Place> = {}): Promise<Browser> {
  const browser = new Browser(url)
  assert.equal(await browser.logIn(await personOf(app, login, 'finance', place)), 200)
  return browser
}

test('a day’s third leg over HTTP: both bills, the balance, what was due, what came, and why they differ', async t => {
  const { clerk, settlement, platform } = await short(t)
  const { updated_at: _, ...shown } = settlement
  assert.deepEqual(shown, {
    settlement_id: 1,
    channel: 'wechat',
    account: 'wx',
    business_date: D18,
    currency: 'CNY',
    state: 'received_differs',
    open: true,
    trade: { rows: 1, payments: 1, gross: '100.00', refunds: '0.00', fees: '0.60', net: '99.40', fees_missing: 0 },
    funds: {
      ...{ rows: 2, payments: 1, gross: '100.00', refunds: '0.00', fees: '0.60', net: '99.40' },
      ...{ withdrawn: '0.00', other: '0.00', opening: '500.00', closing: '599.40' },
    },
    payout: 'differs',
    due: '99.40',
    due_on: '2026-11-19',
    differences: [
      {
        ...{ code: 'payout_differs', amount: '-0.10', explained: false, rows: [] },
        message_zh: '应到 99.40，实到 99.30，相差 -0.10',
        message_en: '99.40 was due, 99.30 came, -0.10 apart',
      },
    ],
    accepted: null,
  })
  const detail = (await clerk('GET', '/api/settlements/1')).body
  assert.deepEqual([detail.credits.length, detail.credits[0].amount, detail.pays_days], [1, '99.30', [D18]])
  const { credits } = (await clerk('GET', '/api/payouts?bank=icbc&assigned=true')).body
  assert.deepEqual(
    credits.map((credit: { paid_on: string; how: string }) => [credit.paid_on, credit.how]),
    [['2026-11-19', 'differs']],
  )
  assert.deepEqual((await clerk('GET', '/api/payouts?assigned=false')).body, { credits: [], next: null })
  const preview = await clerk('POST', '/api/reports/preview', {
    content: {
      dataset: 'settlements',
      columns: ['business_date', 'net', 'due', 'received', 'state'].map(name => ({ field: name })),
    },
  })
  assert.equal(preview.status, 200, JSON.stringify(preview.body))
  assert.match(JSON.stringify(preview.body), /"2026-11-18","99\.40","99\.40","99\.30"/)
  // The platform's own task may have opened it by now.
  await platform.app.db.pool.query(
    `insert into days (channel, account, business_date, closes_at, opened_at) values ('wechat', 'wx', $1, now(), now())
         on conflict (channel, account, business_date) do nothing`,
    [D18],
  )
  const days = (await clerk('GET', `/api/days?from=${D18}&to=${D18}&channel=wechat`)).body.days
  assert.deepEqual(days[0].settlements, [
    { settlement_id: 1, currency: 'CNY', state: 'received_differs', payout: 'differs' },
  ])
  assert.equal((await clerk('GET', '/api/settlements/7')).body.error.code, 'settlement_unknown')
  assert.equal((await clerk('GET', '/api/settlements?after=2026-99-99_1')).body.error.code, 'page_unknown')
})

test('a difference stands when a second person agrees, and only as long as it is the same', async t => {
  const { clerk, platform, counter } = await short(t)
  const checker = await finance(platform, 'wang')
  const ask = { id: 'accept-0001', reason: '渠道少付，已来函确认' }
  const asked = await clerk('POST', '/api/settlements/1/acceptance', ask)
  assert.equal(asked.status, 200, JSON.stringify(asked.body))
  assert.deepEqual(
    (await clerk('POST', '/api/settlements/1/acceptance', ask)).body,
    asked.body,
    'the same id, the same answer',
  )
  const review = asked.body.review_id
  const approved = await checker.send('POST', `/api/reviews/${review}/approve`, { id: 'approve-002' })
  assert.equal(approved.status, 200, JSON.stringify(approved.body))
  const { open, accepted } = (await clerk('GET', '/api/settlements/1')).body
  assert.deepEqual([open, accepted.by, accepted.reason, accepted.still_holds], [false, 'wang 的姓名', ask.reason, true])
  assert.deepEqual((await clerk('GET', '/api/settlements?open=true')).body.settlements, [])
  const again = await clerk('POST', '/api/settlements/1/acceptance', { ...ask, id: 'accept-0002' })
  assert.equal(again.body.error.code, 'settlement_agrees')
  // The bank's statement is restated: another difference, which nobody has accepted.
  await counter.bank('2026-11-19', [{ fen: 9900, text: '财付通结算' }])
  await counter.compare()
  const now = (await clerk('GET', '/api/settlements/1')).body
  assert.deepEqual([now.open, now.accepted.still_holds, now.differences[0].amount], [true, false, '-0.40'])
})

test('a comment is sealed, shown with its author, and written once for one id', async t => {
  const { clerk, platform } = await short(t)
  const ask = { id: 'comment-001', text: '已致电财付通，答复三日内补付' }
  for (const _ of [1, 2]) {
    const { status, body } = await clerk('POST', '/api/settlements/1/comments', ask)
    assert.deepEqual([status, body.comments.map((one: { text: string }) => one.text)], [200, [ask.text]])
  }
  const { rows } = await platform.app.db.pool.query(
    "select position('财付通'::bytea in text) as at from settlement_comments",
  )
  assert.deepEqual(rows, [{ at: 0 }])
  assert.equal((await clerk('POST', '/api/settlements/1/comments', { id: 'comment-002', text: '  ' })).status, 400)
})

test('an account’s money is all its merchants’: who may see one of them sees no settlement, nor does another channel’s clerk', async t => {
  const { platform } = await short(t)
  const of = (login: string, place: Partial<Place>) => finance(platform, login, place)
  for (const [login, place] of [
    ['one-merchant', { merchants: ['M1'] }],
    ['alipay-only', { channels: ['alipay'] }],
  ] as const) {
    const ask = await of(login, place)
    assert.deepEqual((await ask.send('GET', '/api/settlements')).body.settlements, [])
    assert.deepEqual((await ask.send('GET', '/api/payouts')).body.credits, [])
    assert.equal((await ask.send('GET', '/api/settlements/1')).body.error?.code, 'settlement_unknown')
    assert.equal(
      (await ask.send('POST', '/api/settlements/1/comments', { id: `c-${login}-1`, text: '看看' })).body.error?.code,
      'settlement_unknown',
    )
  }
  const wechat = await of('wechat-only', { channels: ['wechat'] })
  assert.equal((await wechat.send('GET', '/api/settlements')).body.settlements.length, 1)
})

test('a configuration that cannot work is refused, with what to write instead', () => {
  const accounts = () => [
    { account: 'wx', name: 'wechat' },
    { account: 'icbc', name: 'bank' },
  ]
  const own = {
    ...{ settles_into: 'icbc', counterparties: ['243300133'], remittance: [] },
    ...{ days_after: 1, working_days_only: false, pays: 'net' as const },
  }
  const plans = (name: string, more: object = {}) =>
    settlePlans({ late_days: 1, look_back_days: 60, accounts: { [name]: { ...own, ...more } } }, accounts)
  assert.equal(plans('wx').get('wx')?.channel, 'wechat')
  assert.throws(() => plans('wy'), { code: 'settlement_account_unknown' })
  assert.throws(() => plans('icbc'), { code: 'settlement_account_unknown' })
  assert.throws(() => plans('wx', { settles_into: 'wx' }), { code: 'settlement_bank_unknown' })
  assert.throws(() => plans('wx', { counterparties: [] }), { code: 'settlement_pattern_missing' })
})
