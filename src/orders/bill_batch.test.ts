import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import iconv from 'iconv-lite'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import { seedMerchants } from '../../testkit/merchants.ts'
import { outboxOf } from '../../testkit/outbox.ts'
import { type SampleCell, workbookOf } from '../../testkit/workbook.ts'
import { changeFeeItem } from '../merchants/operations.ts'
import type { BillBatchView } from './bill_batch_api.ts'
import {
  checkBillBatch,
  forgetBillBatches,
  issueBillBatch,
  readBillBatch,
  readBillProblems,
} from './bill_batch_operations.ts'
import { billBatchRoutes } from './bill_batch_routes.ts'
import { findOrders } from './store.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-bills-test-'))
after(() => rmSync(scratch, { recursive: true }))

let files = 0
function file(content: string | Buffer): string {
  const path = join(scratch, `bills-${++files}`)
  writeFileSync(path, content)
  return path
}

async function counter(t: Parameters<typeof testApp>[0]): Promise<TestApp> {
  const app = await testApp(t)
  await seedMerchants(app)
  return app
}

let ids = 0
const check = (app: TestApp, content: string | Buffer, more: { id?: string; merchantNo?: string } = {}) =>
  checkBillBatch(app, actor('li'), {
    id: more.id ?? `batch-${String(++ids).padStart(4, '0')}`,
    path: file(content),
    name: 'bills.csv',
    merchantNo: more.merchantNo ?? null,
  })

const issue = (app: TestApp, batch: BillBatchView, more: object = {}) =>
  issueBillBatch(app, actor('li'), batch.batch_id, {
    id: `issue-${++ids}-x`,
    sm3: batch.sm3,
    bills: batch.bills,
    ...more,
  })

const said = (batch: BillBatchView): string[] =>
  batch.problems.map(({ row, column, code, expected }) => `${row} ${column ?? '-'} ${code} ${expected}`.trim())

const orders = async (app: TestApp) => {
  const { rows } = await app.db.pool.query('select order_no from orders order by order_no')
  return [
    ...(
      await findOrders(
        app.db.pool,
        app.vault,
        rows.map(row => row.order_no),
      )
    ).values(),
  ].sort((a, b) => (a.orderNo < b.orderNo ? -1 : 1))
}

const HEADER = '缴费单号,缴费项目,户号,缴费人,手机号,金额（元）,所属期,截止日期'
const SOUND = `${HEADER}
W1,水费,360100,张三,138 1234 5678,"1,234.50",2026-11,2026-12-31
W2,WATER-SEW,360100,张三,,0.95,2026-11,2026年12月31日
S1,学费,20260017,李四,+8613912345678,￥4500,2026秋,20261231
`

test('a sound file: counted, summed, issued once, found as orders', async t => {
  const app = await counter(t)
  const batch = await check(app, SOUND)
  assert.deepEqual(said(batch), [])
  assert.equal(batch.state, 'checked')
  assert.deepEqual([batch.records, batch.bills, batch.errors], [3, 3, 0])
  assert.deepEqual(batch.totals, [{ currency: 'CNY', count: 3, amount: '5735.45' }])
  assert.deepEqual(
    batch.by_fee_item.map(({ fee_item_id, count, amount }) => [fee_item_id, count, amount]),
    [
      ['WATER-BASE', 1, '1234.50'],
      ['WATER-SEW', 1, '0.95'],
      ['TUITION', 1, '4500.00'],
    ],
  )
  assert.deepEqual(await orders(app), [])
  const issued = await issue(app, batch)
  assert.deepEqual([issued.state, issued.bills, issued.issued_by], ['issued', 3, 'li'])
  assert.deepEqual(
    (await orders(app)).map(order => [
      order.orderNo,
      order.merchantNo,
      order.amount,
      order.title,
      order.phone,
      order.dueOn,
    ]),
    [
      ['S1', 'SCHOOL', 450_000, '学费', '13912345678', '2026-12-31'],
      ['W1', 'WATER', 123_450, '水费', '13812345678', '2026-12-31'],
      ['W2', 'WATER', 95, '污水处理费', '', '2026-12-31'],
    ],
  )
  const [w1] = (await orders(app)).filter(order => order.orderNo === 'W1')
  assert.deepEqual([w1?.partPayment, w1?.partMin, w1?.state], [true, 1000, 'unpaid'])
  const { rows: of } = await app.db.pool.query('select distinct batch_id from orders')
  assert.deepEqual(of, [{ batch_id: batch.batch_id }])
  assert.equal((await app.db.pool.query('select from bill_batch_rows')).rowCount, 0)
})

test('the same check and the same issue again are the first answers; another file under the id is refused', async t => {
  const app = await counter(t)
  const id = 'batch-again'
  const batch = await check(app, SOUND, { id })
  assert.deepEqual(await check(app, SOUND, { id }), batch)
  await assert.rejects(check(app, `${SOUND}W9,水费,1,,,1,,\n`, { id }), { code: 'id_reused' })
  await assert.rejects(check(app, SOUND, { id, merchantNo: 'WATER' }), { code: 'id_reused' })
  const ask = { id: 'issue-again', sm3: batch.sm3, bills: 3 }
  const answers = await Promise.all([1, 2, 3].map(() => issueBillBatch(app, actor('li'), id, ask)))
  assert.deepEqual(answers[1], answers[0])
  assert.deepEqual(answers[2], answers[0])
  app.pass(60)
  assert.deepEqual(await issueBillBatch(app, actor('wang'), id, { ...ask, id: 'issue-other' }), answers[0])
  await assert.rejects(issueBillBatch(app, actor('li'), id, { ...ask, notify: true }), { code: 'id_reused' })
  assert.equal((await orders(app)).length, 3)
})

test('all that is wrong is said at once, with row, column, and what was expected', async t => {
  const app = await counter(t)
  const batch = await check(
    app,
    `缴费单号,缴费项目,户号,缴费人,手机号,邮箱,金额,截止日期,备注
W1,水费,1,张三,13812345678,a@b.cn,10,2026-12-31,x
W1,水费,2,张三,,,10,,
,水费,3,,,,10,,
W 4,火星费,4,,12345,a@b,12.345,31/12/2026,
W5,水费,5,,,,0,2026-02-30,
W6,水费,6,,,,-3,,
W7,水费,7,,,,1.2E+5,,
W8,水费,4.2E+17,,,,十元,,
W9,水费,8,,,,10,2020-12-31,
WA,水费,,,,,,,
WB,水费,9,,,,10,,,,多
WC,水费,"1,,,,10,,
`,
  )
  assert.equal(batch.state, 'refused')
  assert.deepEqual(said(batch), [
    '1 - column_ignored',
    '3 order_no order_no_twice',
    '4 order_no missing W202611-000123',
    '5 order_no unreadable W202611-000123',
    '5 fee_item fee_item_unknown BOARD（住宿费）、TUITION（学费）、WATER-BASE（水费）、WATER-SEW（污水处理费）',
    '5 amount amount_unreadable 1234.50',
    '5 phone unreadable 13812345678',
    '5 email unreadable name@example.com',
    '5 due_on unreadable 2026-12-31',
    '6 amount amount_not_positive 1234.50',
    '6 due_on unreadable 2026-12-31',
    '7 amount amount_not_positive 1234.50',
    '8 amount amount_unreadable 1234.50',
    '9 account_no digits_lost 3601002688',
    '9 amount amount_unreadable 1234.50',
    '10 due_on due_date_past ≥ 2026-11-25',
    '11 account_no missing 3601002688',
    '11 amount missing 1234.50',
    '12 - field_count',
    '13 - quote_open "…"',
  ])
  assert.deepEqual([batch.records, batch.bills, batch.errors, batch.warnings], [12, 2, 18, 2])
  const twice = batch.problems.find(problem => problem.code === 'order_no_twice')
  assert.match(twice?.zh ?? '', /与第 2 行重复/)
  await assert.rejects(issue(app, batch), { code: 'batch_refused' })
  assert.deepEqual(await orders(app), [])
})

test('numbers in the book are refused, debts in the book are remarked upon', async t => {
  const app = await counter(t)
  await issue(app, await check(app, SOUND))
  const again = await check(app, SOUND)
  assert.deepEqual(said(again), ['1 - file_issued'])
  assert.match(again.problems[0]?.zh ?? '', /已在批次 batch-/)
  const batch = await check(
    app,
    `${HEADER}
W1,水费,360100,张三,,9.99,2026-12,
W3,水费,360100,张三,,1234.5,2026-11,
W4,水费,360100,张三,,1234.5,2026-11,
`,
  )
  assert.deepEqual(said(batch), [
    '2 order_no order_no_taken',
    '3 account_no like_existing',
    '4 account_no like_another',
    '4 account_no like_existing',
  ])
  assert.deepEqual([batch.errors, batch.warnings], [1, 3])
})

test('a batch of one merchant holds only its bills; a name that two items have must be an id', async t => {
  const app = await counter(t)
  await changeFeeItem(app, actor('li'), 'BOARD', { id: 'rename-board', name: '水费' })
  const rows = 'order_no,fee_item,account_no,amount\nA,水费,1,1\nB,TUITION,1,1\nC,学费,1,1\n'
  assert.deepEqual(said(await check(app, rows)), ['2 fee_item fee_item_ambiguous BOARD / WATER-BASE'])
  assert.deepEqual(said(await check(app, rows, { merchantNo: 'WATER' })), [
    '3 fee_item fee_item_foreign WATER',
    '4 fee_item fee_item_unknown WATER-BASE（水费）、WATER-SEW（污水处理费）',
  ])
  await assert.rejects(check(app, rows, { merchantNo: 'NONE' }), { code: 'merchant_unknown' })
})

test('what changed between check and issue stops the whole batch', async t => {
  const app = await counter(t)
  const batch = await check(app, SOUND)
  const other = await check(app, `${HEADER}\nS1,住宿费,1,,,1,,\n`)
  await assert.rejects(issue(app, { ...batch, bills: 4 }), { code: 'batch_differs' })
  await assert.rejects(issue(app, { ...batch, sm3: other.sm3 }), { code: 'batch_differs' })
  await assert.rejects(issue(app, { ...batch, batch_id: 'no-such-batch' }), { code: 'batch_unknown' })
  await changeFeeItem(app, actor('li'), 'WATER-SEW', { id: 'suspend-01', state: 'suspended' })
  await assert.rejects(issue(app, batch), (error: { code: string; detail: unknown }) => {
    assert.equal(error.code, 'batch_stale')
    assert.deepEqual(error.detail, {
      batch_id: batch.batch_id,
      rows: [{ row: 3, order_no: 'W2', fee_item_id: 'WATER-SEW', taken: false }],
    })
    return true
  })
  assert.deepEqual(await orders(app), [])
  await changeFeeItem(app, actor('li'), 'WATER-SEW', { id: 'resume-001', state: 'active' })
  await issue(app, other)
  await assert.rejects(issue(app, batch), { code: 'batch_stale' })
  assert.equal((await orders(app)).length, 1)
})

test('two batches with one number at once: one is issued wholly, the other not at all', async t => {
  const app = await counter(t)
  const rows = (letter: string) => Array.from({ length: 500 }, (_, i) => `${letter}${i},水费,${i},,,1,,`).join('\n')
  const a = await check(app, `${HEADER}\n${rows('A')}\nBOTH,水费,1,,,1,,\n`)
  const b = await check(app, `${HEADER}\nBOTH,水费,1,,,1,,\n${rows('B')}\n`)
  const ends = await Promise.allSettled([issue(app, a), issue(app, b)])
  assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  assert.equal((await orders(app)).length, 501)
})

test('GB18030, tabs, a title above the header, UTF-16: the same bills', async t => {
  const app = await counter(t)
  const plain = '缴费单号,缴费项目,户号,金额\nW1,水费,1,10\nW2,学费,2,20\n'
  const tabs = `抚州市自来水公司2026年11月账单\n\n${plain.replaceAll(',', '\t')}`
  for (const content of [
    iconv.encode(plain, 'gb18030'),
    iconv.encode(tabs, 'gb18030'),
    Buffer.from(`\ufeff${tabs.replaceAll('\n', '\r\n')}`),
    iconv.encode(plain, 'utf-16le', { addBOM: true }),
  ]) {
    const batch = await check(app, content)
    assert.deepEqual(said(batch), [])
    assert.deepEqual(batch.totals, [{ currency: 'CNY', count: 2, amount: '30.00' }])
  }
})

test('a workbook: real dates and numbers are read as they are shown; lost digits are told', async t => {
  const app = await counter(t)
  const sheet = (rows: readonly (readonly SampleCell[])[], name = '账单') => ({
    name,
    rows: rows.map((cells, i) => [i + 1, cells] as const),
  })
  const header = ['缴费单号', '缴费项目', '户号', '金额', '截止日期']
  const good = [header, ['W1', '水费', { number: '360100' }, { number: '19.99' }, { number: '46387', style: 1 }]]
  const batch = await check(app, workbookOf([sheet(good)]))
  assert.deepEqual(said(batch), [])
  await issue(app, batch)
  const [order] = await orders(app)
  assert.deepEqual([order?.accountNo, order?.amount, order?.dueOn], ['360100', 1999, '2026-12-31'])
  const bad = [header, [{ number: '202611250000000001' }, '水费', '1', { number: '19.999' }, '']]
  assert.deepEqual(said(await check(app, workbookOf([sheet(bad)]))), [
    '2 order_no digits_lost W202611-000123',
    '2 amount amount_unreadable 1234.50',
  ])
  await assert.rejects(check(app, workbookOf([sheet(good), sheet(bad, '更多')])), { code: 'several_sheets' })
})

test('what is no file of bills is refused with its name', async t => {
  const app = await counter(t)
  const refused = async (content: string | Buffer, code: string) =>
    await assert.rejects(check(app, content), (error: { code: string; zh: string }) => {
      assert.equal(error.code, code)
      assert.match(error.zh, /bills\.csv/)
      return true
    })
  await refused('', 'file_empty')
  await refused(HEADER, 'file_empty')
  await refused('缴费单号,金额\nW1,1\n', 'column_missing')
  await refused('缴费单号,order_no,缴费项目,户号,金额\nW1,W1,水费,1,1\n', 'column_twice')
  await refused(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 0, 0xff]), 'file_binary')
  await assert.rejects(
    checkBillBatch(app, actor('li'), { id: 'no-such-file', path: '/nowhere/x.csv', name: 'x.csv', merchantNo: null }),
    { code: 'file_unreadable' },
  )
})

test('the error list as CSV runs no formula', async t => {
  const app = await counter(t)
  const batch = await check(
    app,
    'order_no,fee_item,account_no,amount\n=1+1,水费,"a""b",1\n@SUM,"=HYPERLINK(""x"")",1,1\n',
  )
  const csv = [...(await readBillProblems(app, actor('li'), batch.batch_id, 'zh'))].join('')
  assert.ok(
    csv.startsWith("\ufeff行,列,级别,实际内容,应为,问题与改法,代码\r\n2,缴费单号 order_no,错误,'=1+1,W202611-000123,"),
  )
  assert.match(csv, /3,缴费项目 fee_item,错误,"'=HYPERLINK\(""x""\)",/)
  assert.equal(csv.trimEnd().split('\r\n').length, 4)
})

test('payers are told when it is asked for, once', async t => {
  const app = await counter(t)
  const batch = await check(app, SOUND)
  await issue(app, batch, { notify: true })
  const rows = await outboxOf(app)
  assert.deepEqual(
    rows.map(row => [row.key, row.recipient]),
    [
      ['bill:S1:sms', '13912345678'],
      ['bill:W1:sms', '13812345678'],
    ],
  )
  assert.deepEqual(
    [rows[1]?.data.amount, rows[1]?.data.due_on, rows[1]?.data.merchant],
    ['1234.50', '2026-12-31', '抚州市自来水公司'],
  )
})

test('a batch that is not issued within a week is forgotten', async t => {
  const app = await counter(t)
  const batch = await check(app, SOUND)
  app.pass(7 * 86_400)
  assert.equal(await forgetBillBatches(app), 0)
  app.pass(1)
  assert.equal(await forgetBillBatches(app), 1)
  await assert.rejects(issue(app, batch), { code: 'batch_expired' })
  assert.equal((await app.db.pool.query('select from bill_batch_rows')).rowCount, 0)
})

test('whoever brought the file sees what is wrong as it stands there; others see people masked, in the report and in its export', async t => {
  const app = await counter(t)
  const batch = await check(app, `${HEADER}\nA1,水费,3601009001,,13987650,bad phone,,,,9.00,\n`)
  const found = (view: BillBatchView): string => JSON.stringify(view.problems)
  assert.match(found(batch), /13987650/)
  const auditor = { ...actor('shen'), permissions: new Set(['order.read']) }
  const seen = await readBillBatch(app, auditor, batch.batch_id)
  assert.doesNotMatch(found(seen), /13987650/)
  assert.equal(seen.problems.length, batch.problems.length)
  const exported = [...(await readBillProblems(app, auditor, batch.batch_id, 'zh'))].join('')
  assert.doesNotMatch(exported, /13987650/)
  assert.match([...(await readBillProblems(app, actor('li'), batch.batch_id, 'zh'))].join(''), /13987650/)
})

test('over HTTP: the body is the file, whatever it is called', async t => {
  const app = await counter(t)
  const server = Fastify()
  server.addHook('onRequest', async request => {
    request.actor = actor('li')
  })
  billBatchRoutes(server, app)
  for (const [type, id] of [
    ['text/csv', 'http-0001'],
    ['text/plain', 'http-0002'],
    ['application/octet-stream', 'http-0003'],
  ]) {
    const answer = await server.inject({
      method: 'POST',
      url: `/bill-batches?id=${id}&name=${encodeURIComponent('11月.csv')}`,
      headers: { 'content-type': type },
      payload: SOUND,
    })
    assert.equal(answer.statusCode, 200, answer.body)
    assert.deepEqual([answer.json().file, answer.json().bills], ['11月.csv', 3])
  }
  const report = (await server.inject('/bill-batches/http-0001')).json()
  const issued = await server.inject({
    method: 'POST',
    url: '/bill-batches/http-0001/issue',
    payload: { id: 'issue-http', sm3: report.sm3, bills: 3 },
  })
  assert.deepEqual([issued.statusCode, issued.json().state], [200, 'issued'])
  assert.equal((await server.inject('/bill-batches')).json().batches.length, 3)
  const csv = await server.inject('/bill-batches/http-0001/problems.csv?lang=en')
  assert.equal(csv.headers['content-type'], 'text/csv; charset=utf-8')
  assert.match(csv.body, /^\ufeffrow,column,severity/)
})
