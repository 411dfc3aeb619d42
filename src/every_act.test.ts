import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { seedDiscrepancies } from '../testkit/discrepancy_seed.ts'
import { FakeChannel, fakeChannels } from '../testkit/fake_channel.ts'
import { testPlatform } from '../testkit/platform.ts'
import { closeTestServer } from '../testkit/server.ts'
import { wechatBill } from '../testkit/wechat_bill.ts'
import { allowRecovery } from './access/accounts.ts'
import { SYSTEM } from './access/actor.ts'
import { ALL_PERMISSIONS } from './access/permissions.ts'
import { provideKey } from './access/provision.ts'
import { findByLogin } from './access/store.ts'
import { planArrivals } from './arrivals/expecting.ts'
import { plansOf } from './arrivals/plan.ts'
import { readState } from './audit/operations.ts'
import { seal } from './audit/seal.ts'
import type { Notice, RawNotice } from './channels/channel.ts'

after(closeTestServer)

/** Routes that change nothing a person decided, and why they leave no entry. */
const NO_ENTRY: Record<string, string> = {
  'POST /api/session/passkey/options': 'a challenge: nothing is changed until it is answered',
  'POST /api/session/passkeys/options': 'a challenge: nothing is changed until it is answered',
  'POST /api/causes/trial': 'a question with a body: it changes nothing',
  'POST /api/reports/preview': 'a question with a body: it changes nothing',
  'POST /api/statements/inspect': 'looks into a file and books nothing',
  'POST /pay/{payment_no}': 'where a browser comes back to from its channel: it shows a page',
  'POST /notify/{channel}/{account}':
    'what a channel says: the book itself is its record, refused ones are kept in refused_notices',
}

/** Routes whose entries are not tried here: they want a browser session, an authenticator, or a second person. */
const NOT_TRIED = new Set([
  'POST /api/session',
  'DELETE /api/session',
  'POST /api/session/code/ask',
  'POST /api/session/code',
  'POST /api/own/accounts',
  'DELETE /api/own/accounts/{merchant_no}/{account_no}',
  'POST /api/session/passkey',
  'POST /api/session/passkeys',
  'DELETE /api/session/passkeys/{passkey_id}',
  'DELETE /api/session/all',
  'DELETE /api/session/all/{session_id}',
  'POST /api/session/password',
  'POST /api/session/totp',
  'POST /api/session/totp/confirm',
  'POST /api/session/totp/end',
  'DELETE /api/accounts/{account_id}/totp',
  'DELETE /api/accounts/{account_id}/sessions/{session_id}',
  'DELETE /api/accounts/{account_id}/passkeys/{passkey_id}',
  'DELETE /api/accounts/{account_id}/grants/{grant_id}',
  'POST /api/reviews/{review_id}/approve',
  'POST /api/reviews/{review_id}/refuse',
  'POST /api/reviews/{review_id}/withdraw',
  'POST /api/bill-batches/{batch_id}/issue',
  'POST /api/anomalies/{payment_no}/{kind}/settle',
  'POST /api/payments/{payment_no}/reversal',
  'POST /api/rules/versions/{version}/activation',
  // Held to their entries in appeals.test.ts, where a payer has logged in.
  'POST /api/own/appeals',
  'POST /api/own/appeals/{appeal_id}/withdraw',
  'POST /api/own/vouchers',
  'POST /api/appeals/{appeal_id}/take',
  'POST /api/appeals/{appeal_id}/release',
  'POST /api/appeals/{appeal_id}/comments',
  'POST /api/appeals/{appeal_id}/discrepancy',
  'POST /api/appeals/{appeal_id}/answer',
])

class PayingChannel extends FakeChannel {
  override async readNotice(raw: RawNotice): Promise<Notice> {
    const notice = JSON.parse(raw.body.toString()) as { paymentNo: string; orderNo: string; amount: number }
    const outcome = this.pay(notice, new Date('2026-11-20T10:00:30+08:00'))
    return { kind: 'payment', paymentNo: notice.paymentNo, orderNo: notice.orderNo, outcome }
  }
}

const bill = (order_no: string) => ({
  order_no,
  merchant_no: 'M1',
  fee_item_id: 'W1',
  account_no: '10086',
  amount: '128.60',
  period: '2026-11',
})
const pay = (id: string) => ({ id, channel: 'wechat', method: 'native' })

test('whatever a person changes over HTTP leaves its entry in the operation log, with his name and the request', async t => {
  const { platform, anybody } = await testPlatform(t, fakeChannels(new PayingChannel()))
  const { app, url } = platform
  const key = await provideKey(app, 'li', [...ALL_PERMISSIONS])
  const tried = new Map<string, string>()
  let calls = 0

  /** Calls a route as it is described, with its parameters filled in, and reads what stands in the log under the request's id. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
  const act = async (route: string, given: Record<string, string>, body: unknown, what: string): Promise<any> => {
    const [method, path] = route.split(' ') as [string, string]
    const requestId = `every-act-${++calls}`
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => given[name] as string)
    const bytes = body instanceof Uint8Array
    const answer = await fetch(url + filled + (given.query ?? ''), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'x-request-id': requestId,
        ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await answer.text()
    assert.equal(answer.status, 200, `${route}: ${text}`)
    const { rows } = await app.db.pool.query(
      "select what, who_name || ' ' || (address <> '') as by from operation_log where request_id = $1 order by id",
      [requestId],
    )
    tried.set(route, rows.map(row => `${row.what} by ${row.by}`).join(', ') || 'no entry')
    assert.ok(rows.length > 0, `${route} left no entry`)
    assert.ok(
      rows.some(row => row.what === what),
      `${route}: ${tried.get(route)}`,
    )
    for (const row of rows) assert.match(row.by, /true$/, `${route}: no address`)
    return JSON.parse(text)
  }

  await act('POST /api/rules/versions', {}, { id: 'act-00101', document: 'name: 新', reason: '试' }, 'rule.write')
  await act('POST /api/rules/versions/{version}/gates', { version: '2' }, { id: 'act-00102' }, 'rule.gate')
  await act(
    'POST /api/departments',
    {},
    { id: 'act-00001', department_id: 'D2', name: '教育', parent_id: null },
    'department.create',
  )
  await act(
    'PATCH /api/departments/{department_id}',
    { department_id: 'D2' },
    { id: 'act-00002', name: '教育局' },
    'department.change',
  )
  await act(
    'POST /api/merchants',
    {},
    { id: 'act-00003', merchant_no: 'M2', name: '一中', department_id: 'D2' },
    'merchant.create',
  )
  await act(
    'PATCH /api/merchants/{merchant_no}',
    { merchant_no: 'M2' },
    { id: 'act-00004', name: '第一中学' },
    'merchant.change',
  )
  await act(
    'POST /api/fee-items',
    {},
    { id: 'act-00005', fee_item_id: 'T2', merchant_no: 'M2', name: '水费', category: 'water' },
    'fee_item.create',
  )
  await act(
    'PATCH /api/fee-items/{fee_item_id}',
    { fee_item_id: 'T2' },
    { id: 'act-00006', name: '自来水' },
    'fee_item.change',
  )

  await act('POST /api/orders', {}, bill('FZ1'), 'order.issue')
  await act(
    'POST /api/orders/{order_no}/reveal',
    { order_no: 'FZ1' },
    { id: 'act-00007', field: 'account_no', reason: '来电核对户号' },
    'field.reveal',
  )
  await act(
    'POST /api/orders/{order_no}/close',
    { order_no: 'FZ1' },
    { id: 'act-00008', reason: '开错' },
    'order.close',
  )
  await act('POST /api/orders', {}, bill('FZ2'), 'order.issue')
  const first = await act(
    'POST /api/orders/{order_no}/payments',
    { order_no: 'FZ2' },
    pay('act-00009'),
    'payment.start',
  )
  await act('POST /api/payments/{payment_no}/query', first, { id: 'act-00017' }, 'payment.query')
  await act('POST /api/payments/{payment_no}/cancel', first, { id: 'act-00018' }, 'payment.cancel')
  const second = await act(
    'POST /api/orders/{order_no}/payments',
    { order_no: 'FZ2' },
    pay('act-00010'),
    'payment.start',
  )
  await anybody(
    'POST',
    '/notify/wechat/wechat-main',
    Buffer.from(JSON.stringify({ paymentNo: second.payment_no, orderNo: 'FZ2', amount: 12_860 })),
  )
  await act(
    'POST /api/payments/{payment_no}/refunds',
    second,
    { id: 'act-00011', amount: '1.00', reason: '多收' },
    'refund.ask',
  )

  await act('POST /api/items/{payment_no}/confirm', second, { id: 'act-00301' }, 'item.confirm')
  await act('POST /api/items/{payment_no}/unconfirm', second, { id: 'act-00302' }, 'item.unconfirm')
  const several = { id: 'act-00303', payment_nos: [second.payment_no] }
  await act('POST /api/items/confirm', {}, several, 'item.confirm')
  const rows = '缴费单号,收费单位编号,缴费项目编号,户号,金额\nFZ3,M1,W1,10087,12.00\n'
  await act('POST /api/bill-batches', { query: '?id=act-00012&name=bills.csv' }, Buffer.from(rows), 'bill_batch.check')
  await act(
    'POST /api/statements',
    { query: '?id=act-00090&name=bill.csv&account=wechat-main' },
    Buffer.from(
      wechatBill([{ at: '2026-11-19 10:00:00', trade: '4200000000202611190000000001', order: 'O1', fen: 100 }]),
    ),
    'statement.import',
  )
  const bank = '日期,流水号,收入,支出\n2026-11-19,B1,1.00,\n2026-11-19,B2,,2.00\n'
  const said = encodeURIComponent(JSON.stringify({ '#3': 'amount_in', '#4': 'amount_out' }))
  await act(
    'POST /api/statement-templates',
    { query: `?id=act-00092&name=bank.csv&template=bank&currency=CNY&mapping=${said}` },
    Buffer.from(bank),
    'template.confirm',
  )
  await planArrivals({
    ...app,
    ...{ mailTo: [], webhook: false, backfillDays: 1, stableSeconds: 0, folder: '.' },
    plans: plansOf(
      { accounts: {}, backfill_days: 1, stable_seconds: 0, bytes_max: 1024 },
      fakeChannels(new FakeChannel()),
    ),
  })
  const { rows: arrivals } = await app.db.pool.query(`select id::text as arrival_id from arrivals where kind = 'trade'`)
  await act('POST /api/statement-arrivals/{arrival_id}/fetch', arrivals[0], { id: 'act-00091' }, 'statement.fetch')
  await act('POST /api/vouchers', { query: '?id=act-00013&name=v.png' }, PNG, 'voucher.upload')

  const made = await act(
    'POST /api/accounts',
    {},
    { kind: 'service', login: 'meter', name: '抄表系统' },
    'account.create',
  )
  const madeKey = await act('POST /api/accounts/{account_id}/keys', made, { name: '一号' }, 'service_key.issue')
  await act('DELETE /api/accounts/{account_id}/keys/{key_id}', { ...made, ...madeKey }, undefined, 'service_key.revoke')
  const person = await act('POST /api/accounts', {}, { kind: 'staff', login: 'wang', name: '王芳' }, 'account.create')
  await act('POST /api/accounts/{account_id}/recovery', person, { id: 'act-00019', reason: '忘记密码' }, 'review.ask')
  const maker = await findByLogin(app.db.pool, 'li')
  await app.db.transaction(tx => allowRecovery(app, tx, SYSTEM, person.account_id, maker?.id ?? ''))
  await act('POST /api/accounts/{account_id}/password', person, undefined, 'account.reset_password')
  await act('DELETE /api/accounts/{account_id}/sessions', person, undefined, 'session.revoke')
  await act(
    'POST /api/accounts/{account_id}/grants',
    person,
    { id: 'act-00014', reason: '新人', role: 'cashier' },
    'review.ask',
  )
  await act(
    'PUT /api/roles/{role}',
    { role: 'clerk2' },
    { id: 'act-00015', reason: '柜台', name_zh: '柜员', name_en: 'Clerk', permissions: ['order.read'] },
    'review.ask',
  )
  const content = { dataset: 'items', columns: [{ field: 'order_no' }] }
  const template = { name: '每日', content, reason: '例会' }
  const formed = await act(
    'POST /api/reports/templates',
    {},
    { id: 'act-00020', ...template },
    'report_template.create',
  )
  await act(
    'POST /api/reports/templates/{template_id}/versions',
    formed,
    { id: 'act-00021', ...template },
    'report_template.change',
  )
  const asked = { format: 'csv', template: { template_id: formed.template_id } }
  const file = await act('POST /api/reports/exports', {}, { id: 'act-00022', ...asked }, 'report.export')
  await act('POST /api/reports/exports/{export_id}/cancel', file, { id: 'act-00023' }, 'report.export_cancel')
  const plan = { template_id: formed.template_id, format: 'csv', every: 'day', local_time: '08:30' }
  const planned = await act('POST /api/reports/schedules', {}, { id: 'act-00024', ...plan }, 'report_schedule.create')
  const over = { id: 'act-00025', reason: '不用了' }
  await act('POST /api/reports/schedules/{schedule_id}/end', planned, over, 'report_schedule.end')
  await act(
    'POST /api/reports/templates/{template_id}/archive',
    formed,
    { id: 'act-00026', reason: '不用了' },
    'report_template.archive',
  )
  const differs = JSON.stringify([
    { code: 'fees_differ', amount: 1, explained: false, zh: '差', en: 'apart', rows: [] },
  ])
  await app.db.pool.query(
    `insert into settlements (channel, account, business_date, currency, state, differences, updated_at)
     values ('wechat', 'wechat-main', '2026-11-19', 'CNY', 'funds_differ', $1, now())`,
    [differs],
  )
  const settlement = { settlement_id: '1' }
  const note = { id: 'act-00201', text: '已问渠道' }
  await act('POST /api/settlements/{settlement_id}/comments', settlement, note, 'settlement.comment')
  const stand = { id: 'act-00202', reason: '渠道已确认' }
  await act('POST /api/settlements/{settlement_id}/acceptance', settlement, stand, 'review.ask')
  const seed = { merchant: 'M1', feeItem: 'W1', order: 'SEED', fen: 900 }
  const { ours, theirs } = await seedDiscrepancies(app.db.pool, seed)
  const { rows: seeded } = await app.db.pool.query("select id::text from days where account = 'seed'")
  const day = { day_id: seeded[0].id }
  await act('POST /api/days/{day_id}/force-close', day, { id: 'act-00304', reason: '渠道不出账单' }, 'review.ask')
  await act('POST /api/days/{day_id}/settle', day, { id: 'act-00305' }, 'day.settle')
  await app.db.pool.query("update days set self_check = null where account = 'seed'")
  const one = { discrepancy_id: ours }
  const undo = { order_no: 'SEED-P', payment_no: 'SEED-SEED-P', reason: '不是同一笔' }
  await act('POST /api/matches/undo', {}, { id: 'act-00030', ...undo }, 'match.undo')
  const taken = { id: 'act-00031', action: 'take' }
  await act('POST /api/discrepancies/{discrepancy_id}/actions', one, taken, 'discrepancy.take')
  const many = { id: 'act-00032', discrepancies: [theirs], action: 'take' }
  await act('POST /api/discrepancies/actions', {}, many, 'discrepancy.take')
  const noted = { id: 'act-00033', text: '已联系' }
  await act('POST /api/discrepancies/{discrepancy_id}/comments', one, noted, 'discrepancy.comment')
  const voucher = await act('POST /api/vouchers', { query: '?id=act-00034&name=v.png' }, PNG, 'voucher.upload')
  const attached = { id: 'act-00035', vouchers: [voucher.voucher_id] }
  await act('POST /api/discrepancies/{discrepancy_id}/vouchers', one, attached, 'discrepancy.attach')
  const pair = { discrepancies: [ours, theirs], reason: '回单一致' }
  await act('POST /api/matches', {}, { id: 'act-00036', ...pair }, 'discrepancy.match')
  const cause = {
    name_zh: '夜间',
    name_en: 'Night',
    recognised: '夜间批量',
    what_to_do: '等待',
    conditions: { channels: ['wechat'] },
    priority: 10,
    reason: '常见',
  }
  await act('POST /api/causes', {}, { id: 'act-00037', code: 'night', ...cause }, 'cause.add')
  await act('POST /api/causes/{cause}/versions', { cause: 'night' }, { id: 'act-00038', ...cause }, 'cause.change')
  const retired = { id: 'act-00039', reason: '不用了' }
  await act('POST /api/causes/{cause}/retire', { cause: 'night' }, retired, 'cause.retire')
  await act('POST /api/causes/apply', {}, { id: 'act-00040' }, 'cause.apply')
  await act('POST /api/days/{day_id}/close', day, { id: 'act-00306' }, 'day.close')
  await act('POST /api/accounts/{account_id}/state', person, { state: 'suspended' }, 'account.set_state')
  await act('POST /api/vault/rotate', {}, { id: 'act-00016' }, 'vault.rotate')
  while ((await readState(app)).blocks === 0) await seal(app)
  await act('POST /api/operation-log/roots', {}, undefined, 'log.export_root')

  const { paths } = (await anybody('GET', '/api/openapi.json')).body
  const changing = Object.entries<Record<string, unknown>>(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter(method => method !== 'get')
      .map(method => `${method.toUpperCase()} ${path}`),
  )
  const forgotten = changing.filter(
    route => !tried.has(route) && !NOT_TRIED.has(route) && !Object.hasOwn(NO_ENTRY, route),
  )
  assert.deepEqual(forgotten, [], 'these routes change something and are not held to an entry')
  const gone = [...NOT_TRIED, ...Object.keys(NO_ENTRY)].filter(route => !changing.includes(route))
  assert.deepEqual(gone, [], 'there are no such routes any more')
})

/** One grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)
