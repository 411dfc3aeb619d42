import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { outboxOf } from '../../testkit/outbox.ts'
import { type Browser, enterAsPayer, type PeopleTest, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { forgetVouchers } from '../reviews/voucher_operations.ts'
import { type AppealSettings, nudge, remindersDue } from './appeal.ts'
import { nudgeAppeals, settleAppeals } from './clock.ts'
import type { Appealing } from './own_operations.ts'

after(closeTestServer)

const SETTINGS: AppealSettings = {
  hours: 24,
  remindAtHours: [12, 20],
  perPayerAndDay: 5,
  vouchersPerPayerAndDay: 3,
  mailTo: ['desk@example.gov.cn'],
}
const CONFIG = { appeals: { vouchers_per_payer_and_day: 3 } }
const HOUR = 3600
const PHONE = '13800001234'
/** One grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

type City = PeopleTest & { readonly appealing: Appealing; readonly payer: Browser }

/** A payer with the account number of P1 (paid), P2 (unpaid) and P4 to P8 (paid); P3 is somebody else's, of another merchant. */
async function city(t: TestContext): Promise<City> {
  const people = await peopleTest(t, CONFIG)
  const { app } = people.platform
  await app.db.pool.query(
    `insert into departments (id, name, created_at) values ('D1', '公用', now());
     insert into merchants (merchant_no, name, department_id, created_at) values ('M1', '水务', 'D1', now()), ('M2', '燃气', 'D1', now());
     insert into fee_items (id, merchant_no, name, category, created_at)
     values ('W1', 'M1', '水费', 'water', now()), ('G1', 'M2', '燃气费', 'gas', now())`,
  )
  const payment = async (no: string, merchant: string, item: string, account: string, paid: boolean): Promise<void> => {
    const person = { accountNo: account, payerName: '王小明', phone: '13511112222', email: '' }
    await app.db.pool.query(
      `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, payer_name, phone, email, account_index, title, period,
                           amount, currency, part_payment, part_min, paid, paid_at, created_at)
       select $1, repeat('0', 64), $2, $3, $4, $5, $6, '', $7, '水费', '', 12860, 'CNY', false, 1,
              case when $8 then 12860 else 0 end, case when $8 then $9::timestamptz end, $9`,
      [
        `FZ${no}`,
        merchant,
        item,
        person.accountNo,
        person.payerName,
        person.phone,
        app.vault.blind('account_no', account),
        paid,
        app.now(),
      ],
    )
    await app.db.pool.query(
      `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, created_at, expires_at,
                             merchant_no, state, received, paid_at, booked_at, credited)
       select $1, $2, 'request-' || $2, repeat('0', 64), $6, 'main', 'native', 12860, 'CNY', $3, $3, $4,
              (case when $5 then 'success' else 'closed' end)::payment_state, case when $5 then 12860 end,
              case when $5 then $3::timestamptz end, case when $5 then $3::timestamptz end, $5`,
      [`FZ${no}`, `P${no}`, app.now(), merchant, paid, no === '4' ? 'alipay' : 'wechat'],
    )
  }
  await payment('1', 'M1', 'W1', '3601000001', true)
  await payment('2', 'M1', 'W1', '3601000001', false)
  await payment('3', 'M2', 'G1', '3602000009', true)
  for (const no of ['4', '5', '6', '7', '8']) await payment(no, 'M1', 'W1', '3601000001', true)
  const payer = people.browser('10.1.0.1')
  await enterAsPayer(people, payer, PHONE)
  assert.equal(
    await payer.outcome('POST', '/api/own/accounts', {
      merchant_no: 'M1',
      account_no: '3601000001',
      payer_name: '王小明',
    }),
    200,
  )
  return { ...people, appealing: { ...app, appeals: SETTINGS }, payer }
}

let asks = 0
const nextId = (): string => `appeal-test-${++asks}`
const filing = (payment_no: string, more: object = {}) => ({
  id: nextId(),
  payment_no,
  kind: 'not_reconciled',
  text: '已扣款三天，仍显示未对账，电话 13511112222',
  ...more,
})

/** As a run of the day leaves it: the payment's movement is linked with a line, and its day is closed. */
async function reconcile({ platform }: PeopleTest, no: string): Promise<void> {
  const { pool } = platform.app.db
  await pool.query(
    `insert into movements (id, payment_no, order_no, kind, status, channel, merchant_order_no, amount, currency, business_date, merchant, account)
     values ($1, 'P' || $2, 'FZ' || $2, 'payment', 'success', 'wechat', 'P' || $2, 12860, 'CNY', '2026-11-20', 'M1', 'main')`,
    [1000 + Number(no), no],
  )
  const { rows } = await pool.query(
    `insert into days (channel, account, business_date, state, closes_at, opened_at, closed_at, proof, movement_mark, line_mark)
     values ('wechat', 'main', '2026-11-20', 'closed', now(), now(), now(), '{}', 9999, 9999)
         on conflict (channel, account, business_date) do update set revision = 0 returning id`,
  )
  const run = await pool.query(
    'insert into runs (day_id, rules, started_at, ended_at) values ($1, 1, now(), now()) returning id',
    [rows[0].id],
  )
  await pool.query(
    `insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
     values ('FZ' || $1, $2, $2, 'trade_no', false, false, $3)`,
    [no, 1000 + Number(no), run.rows[0].id],
  )
}

const told = async ({ platform }: PeopleTest): Promise<string[]> =>
  (await outboxOf(platform.app))
    .filter(({ template }) => template.startsWith('appeal'))
    .map(({ key, recipient }) => `${key.replace(/[0-9A-Z]{26}/, 'ID')} ${recipient}`)

test('the clock: a reminder at its very hour, once each, and escalation at the very end', () => {
  const filedAt = new Date('2026-11-20T10:00:00+08:00')
  const dueAt = new Date('2026-11-21T10:00:00+08:00')
  const after = (seconds: number): Date => new Date(filedAt.getTime() + seconds * 1000)
  const at = (seconds: number, reminded = 0, escalatedAt: Date | null = null) =>
    nudge({ state: 'open', filedAt, dueAt, reminded, escalatedAt }, after(seconds), SETTINGS)
  assert.equal(at(12 * HOUR - 1), null)
  assert.deepEqual(at(12 * HOUR), { kind: 'remind', reminded: 1 })
  assert.equal(at(20 * HOUR - 1, 1), null)
  assert.deepEqual(at(20 * HOUR, 1), { kind: 'remind', reminded: 2 })
  assert.equal(at(24 * HOUR - 1, 2), null)
  assert.deepEqual(at(24 * HOUR, 2), { kind: 'escalate', reminded: 2 })
  assert.equal(at(99 * HOUR, 2, dueAt), null)
  // The platform stood still: only the last of what was missed.
  assert.deepEqual(at(21 * HOUR), { kind: 'remind', reminded: 2 })
  assert.deepEqual(at(30 * HOUR), { kind: 'escalate', reminded: 2 })
  assert.equal(
    nudge({ state: 'answered', filedAt, dueAt, reminded: 0, escalatedAt: null }, after(30 * HOUR), SETTINGS),
    null,
  )
  assert.equal(remindersDue(filedAt, after(13 * HOUR), { remindAtHours: [] }), 0)
})

test('a payer appeals about a payment of his own, with a voucher, and about nobody else’s', async t => {
  const made = await city(t)
  const { payer, browser } = made
  const upload = (id: string) =>
    payer.send('POST', `/api/own/vouchers?id=${id}&name=${encodeURIComponent('王小明.png')}`, PNG)
  const voucher = (await upload('own-voucher-1')).body.voucher_id
  const ask = filing('P1', { vouchers: [voucher], email: 'wang@example.com' })
  const filed = await payer.send('POST', '/api/own/appeals', ask)
  assert.equal(filed.status, 200, filed.text)
  assert.deepEqual(
    [filed.body.state, filed.body.due_at, filed.body.seconds_left, filed.body.vouchers.length, filed.body.amount],
    ['open', '2026-11-21T10:01:00+08:00', 24 * HOUR, 1, '128.60'],
  )
  assert.equal((await payer.send('POST', '/api/own/appeals', ask)).body.appeal_id, filed.body.appeal_id)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', { ...ask, text: '别的话' }), 'id_reused')
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P1')), 'appeal_open_already')
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P3')), 'payment_unknown')
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P2')), 'payment_not_paid')
  assert.equal(
    await payer.outcome('POST', '/api/own/appeals', filing('P5', { kind: 'not_paid' })),
    'payment_paid_already',
  )
  assert.equal(
    await payer.outcome('POST', '/api/own/appeals', filing('P2', { kind: 'not_paid' })),
    'appeal_evidence_missing',
  )
  const traded = filing('P2', { kind: 'not_paid', channel_trade_no: '4200001234567890' })
  assert.equal(await payer.outcome('POST', '/api/own/appeals', traded), 200)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P4', { vouchers: ['NONE'] })), 'voucher_unknown')

  assert.deepEqual(await told(made), [
    `appeal:ID:received:mail wang@example.com`,
    `appeal:ID:received:sms ${PHONE}`,
    `appeal:ID:received:sms ${PHONE}`,
  ])
  const stranger = browser('10.1.0.2')
  await enterAsPayer(made, stranger, '13900009999')
  const one = `/api/own/appeals/${filed.body.appeal_id}`
  assert.equal(await stranger.outcome('GET', one), 'appeal_unknown')
  assert.equal(await stranger.outcome('POST', `${one}/withdraw`, { id: nextId() }), 'appeal_unknown')
  assert.equal(await stranger.outcome('GET', `/api/own/vouchers/${voucher}`), 'voucher_unknown')
  assert.deepEqual((await stranger.send('GET', '/api/own/appeals')).body.appeals, [])
  assert.equal(await payer.outcome('GET', `/api/own/vouchers/${voucher}`), 200)
  assert.equal((await payer.send('GET', '/api/own/appeals')).body.appeals.length, 2)

  assert.equal((await upload('own-voucher-2')).status, 200)
  assert.equal((await upload('own-voucher-3')).status, 200)
  assert.equal((await upload('own-voucher-4')).body.error.code, 'vouchers_too_many')
  made.clock.forward(25 * HOUR)
  assert.equal(await forgetVouchers(made.appealing), 2, 'what an appeal holds is kept')
  await enterAsPayer(made, payer, PHONE)
  assert.equal((await payer.send('POST', `${one}/withdraw`, { id: nextId() })).body.state, 'withdrawn')
  assert.equal(await payer.outcome('POST', `${one}/withdraw`, { id: nextId() }), 'appeal_closed_already')
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P1')), 200)
})

test('five appeals of one payer in a day, not six', async t => {
  const made = await city(t)
  const { payer, clock } = made
  for (const no of ['1', '4', '5', '6', '7'])
    assert.equal(await payer.outcome('POST', '/api/own/appeals', filing(`P${no}`)), 200)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P8')), 'appeals_too_many')
  // His session is over by then, and logging in takes a minute.
  clock.forward(24 * HOUR - 1 - 60)
  await enterAsPayer(made, payer, PHONE)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P8')), 'appeals_too_many')
  clock.forward(1)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P8')), 200)
})

test('the staff sees its own merchants and channels, takes, notes, answers; the payer is told once', async t => {
  const made = await city(t)
  const { payer, browser, person, platform } = made
  const voucher = (await payer.send('POST', '/api/own/vouchers?id=own-voucher-9&name=v.png', PNG)).body.voucher_id
  const { appeal_id } = (await payer.send('POST', '/api/own/appeals', filing('P1', { vouchers: [voucher] }))).body
  const staff = async (login: string, role: string, place = {}): Promise<Browser> => {
    const page = browser('10.2.0.1')
    assert.equal(await page.logIn(await person(login, role, place)), 200)
    return page
  }
  const one = `/api/appeals/${appeal_id}`
  const answer = { id: nextId(), verdict: 'explained', text: '渠道账单次日到达，已安排核对，请放心。' }
  for (const place of [{ merchants: ['M2'] }, { channels: ['alipay'] }]) {
    const elsewhere = await staff(`far${Object.keys(place)[0]}`, 'support', place)
    assert.deepEqual((await elsewhere.send('GET', '/api/appeals')).body.appeals, [])
    assert.equal(await elsewhere.outcome('GET', one), 'appeal_unknown')
    assert.equal(await elsewhere.outcome('POST', `${one}/answer`, answer), 'appeal_unknown')
    assert.equal((await elsewhere.send('GET', '/api/appeal-figures')).body.open, 0)
  }
  const auditor = await staff('audit', 'auditor')
  assert.equal(await auditor.outcome('POST', `${one}/take`, { id: nextId() }), 'not_permitted')
  const seen = (await auditor.send('GET', one)).body
  assert.match(seen.text, /\*{7}2222/)
  assert.deepEqual([seen.account_no, seen.payer_name, seen.acts], ['******0001', '王**', []])

  const desk = await staff('desk', 'support', { merchants: ['M1'] })
  const listed = (await desk.send('GET', '/api/appeals?owner=nobody')).body.appeals
  assert.deepEqual(
    listed.map((appeal: { appeal_id: string; filed_by: string }) => [appeal.appeal_id, appeal.filed_by]),
    [[appeal_id, '138****1234']],
  )
  const file = `${one}/vouchers/${voucher}`
  assert.equal(await desk.outcome('GET', file), 'not_permitted')
  const take = { id: nextId() }
  const taken = (await desk.send('POST', `${one}/take`, take)).body
  assert.deepEqual([taken.owner_name, taken.acts], ['desk 的姓名', ['release', 'comment', 'link', 'answer']])
  assert.equal(await desk.outcome('POST', `${one}/take`, take), 200)
  assert.equal(await desk.outcome('GET', file), 200)
  assert.equal(await desk.outcome('GET', `${one}/vouchers/NONE`), 'voucher_unknown')
  const noted = await desk.send('POST', `${one}/comments`, { id: nextId(), text: '已致电财务' })
  assert.deepEqual(noted.body.comments[0].text, '已致电财务')
  assert.equal(
    await desk.outcome('POST', `${one}/discrepancy`, { id: nextId(), discrepancy_id: '77' }),
    'discrepancy_unknown',
  )

  assert.equal((await desk.send('POST', `${one}/answer`, answer)).body.state, 'answered')
  assert.equal(await desk.outcome('POST', `${one}/answer`, answer), 200)
  assert.equal(await desk.outcome('POST', `${one}/answer`, { ...answer, id: nextId() }), 'appeal_closed_already')
  const mine = (await payer.send('GET', `/api/own/appeals/${appeal_id}`)).body
  assert.deepEqual([mine.state, mine.verdict, mine.answer], ['answered', 'explained', answer.text])
  assert.deepEqual(await told(made), [`appeal:ID:answered:sms ${PHONE}`, `appeal:ID:received:sms ${PHONE}`])
  const acts = (await made.acts()).filter(({ object }) => object === `appeal ${appeal_id}`).map(({ what }) => what)
  assert.deepEqual(acts, ['appeal.file', 'appeal.take', 'appeal.comment', 'appeal.answer'])
  await assert.rejects(
    platform.app.db.pool.query(`update appeals set state = 'withdrawn', verdict = '', answer = null where id = $1`, [
      appeal_id,
    ]),
    /filed once and ends once/,
  )
  const { rows } = await platform.app.db.pool.query(
    `select string_agg(t, ' ') as text from (select a::text as t from appeals a union all select c::text from appeal_comments c
      union all select r::text from requests r union all select l::text from operation_log l) x`,
  )
  for (const secret of ['13511112222', '已致电财务', '已扣款三天'])
    assert.ok(!rows[0].text.includes(secret), `${secret} stands in plain text`)
})

test('the reconciliation itself closes what a statement settles, and tells the payer once', async t => {
  const made = await city(t)
  const { payer, appealing } = made
  const first = (await payer.send('POST', '/api/own/appeals', filing('P1'))).body.appeal_id
  await payer.send('POST', '/api/own/appeals', filing('P5'))
  assert.equal(await settleAppeals(appealing), 0)
  await reconcile(made, '1')
  const both = await Promise.all([settleAppeals(appealing), settleAppeals(appealing)])
  assert.equal(both[0] + both[1], 1)
  assert.equal(await settleAppeals(appealing), 0)
  const mine = (await payer.send('GET', `/api/own/appeals/${first}`)).body
  assert.deepEqual([mine.state, mine.verdict, mine.seconds_left], ['closed_by_reconciliation', null, 0])
  assert.match(mine.answer, /已对账/)
  assert.equal((await told(made)).filter(one => one.includes(':settled:')).length, 1)
  assert.equal(await payer.outcome('POST', '/api/own/appeals', filing('P1')), 'appeal_needless')
  const { rows } = await made.platform.app.db.pool.query(
    "select count(*)::int as count from operation_log where what = 'appeal.settle' and who_id = 'system'",
  )
  assert.equal(rows[0].count, 1)
})

test('reminders and escalation come once each, in one mail for all; figures count what was in time', async t => {
  const made = await city(t)
  const { payer, clock, appealing, browser, person, platform } = made
  for (const no of ['1', '5', '6']) await payer.send('POST', '/api/own/appeals', filing(`P${no}`))
  const mails = async () => (await told(made)).filter(one => one.startsWith('appeals:'))
  clock.forward(12 * HOUR - 1)
  assert.equal(await nudgeAppeals(appealing), 0)
  clock.forward(1)
  assert.equal(await nudgeAppeals(appealing), 3)
  assert.equal(await nudgeAppeals(appealing), 0)
  assert.deepEqual(await mails(), ['appeals:reminder-1:ID:desk@example.gov.cn desk@example.gov.cn'])
  clock.forward(8 * HOUR)
  const page = browser('10.2.0.3')
  const finance = await person('fin', 'finance')
  await page.logIn(finance)
  const list = async (query = '') => (await page.send('GET', `/api/appeals${query}`)).body
  const [first] = (await list()).appeals
  assert.equal(
    await page.outcome('POST', `/api/appeals/${first.appeal_id}/answer`, {
      id: nextId(),
      verdict: 'accepted',
      text: '已更正',
    }),
    200,
  )
  assert.equal(await nudgeAppeals(appealing), 2)
  clock.forward(4 * HOUR - 1)
  assert.equal(await nudgeAppeals(appealing), 0)
  await page.logIn(finance)
  assert.deepEqual((await list('?overdue=true')).appeals, [])
  clock.forward(1)
  assert.equal(await nudgeAppeals(appealing), 2)
  assert.equal(await nudgeAppeals(appealing), 0)
  const overdue = await list('?overdue=true&limit=1')
  assert.deepEqual(
    [overdue.appeals[0].overdue, overdue.appeals[0].state, overdue.appeals[0].reminded],
    [true, 'open', 2],
  )
  assert.notEqual(overdue.appeals[0].escalated_at, null)
  const rest = await list(`?overdue=true&limit=1&after=${overdue.next}`)
  assert.deepEqual([rest.appeals.length, rest.next], [1, null])
  assert.notEqual(rest.appeals[0].appeal_id, overdue.appeals[0].appeal_id)
  assert.equal((await mails()).length, 3)
  const alerts = await platform.app.db.pool.query(
    "select count(*)::int as count from alerts where kind = 'appeal_overdue'",
  )
  assert.equal(alerts.rows[0].count, 2)
  const figures = (await page.send('GET', '/api/appeal-figures')).body
  assert.deepEqual(
    [figures.open, figures.overdue, figures.filed, figures.answered, figures.median_answer_seconds],
    [2, 2, 3, 1, 20 * HOUR],
  )
  assert.equal(figures.answered_in_time_share.toFixed(2), '0.33')
})

test('a discrepancy that the payment stands in is shown and can be named; one elsewhere cannot', async t => {
  const made = await city(t)
  const { payer, browser, person, platform } = made
  await reconcile(made, '5')
  const { appeal_id } = (await payer.send('POST', '/api/own/appeals', filing('P1'))).body
  const { pool } = platform.app.db
  await pool.query(
    `insert into movements (id, payment_no, order_no, kind, status, channel, amount, currency, business_date, merchant, account)
     values (1, 'P1', 'FZ1', 'payment', 'success', 'wechat', 12860, 'CNY', '2026-11-20', 'M1', 'main')`,
  )
  const discrepancy = async (merchant: string): Promise<string> => {
    const { rows } = await pool.query(
      `insert into discrepancies (day_id, run, kind, channel, account, business_date, merchant, difference, currency, amount, cause,
                                  evidence_zh, evidence_en, opened_at)
       select id, 1, 'platform_only', 'wechat', 'main', '2026-11-20', $1, -12860, 'CNY', 12860, '', '', '', now() from days
       returning id::text`,
      [merchant],
    )
    return rows[0].id
  }
  const [ours, elsewhere] = [await discrepancy('M1'), await discrepancy('M2')]
  await pool.query(
    `insert into discrepancy_rows (discrepancy_id, side, order_no, row_id, day_id, moved, currency)
     select $1, 'ours', 'FZ1', 1, id, 12860, 'CNY' from days`,
    [ours],
  )
  const page = browser('10.2.0.1')
  await page.logIn(await person('desk', 'support', { merchants: ['M1'] }))
  const one = `/api/appeals/${appeal_id}`
  assert.deepEqual((await page.send('GET', one)).body.discrepancies, [ours])
  const link = (discrepancy_id: string | null) =>
    page.send('POST', `${one}/discrepancy`, { id: nextId(), discrepancy_id })
  assert.equal((await link(elsewhere)).body.error.code, 'discrepancy_unknown')
  assert.equal((await link(ours)).body.discrepancy_id, ours)
  assert.equal((await link(null)).body.discrepancy_id, null)
})
