import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspectStatement, renderInspection } from './inspect.ts'
import { widthOf } from './render.ts'

const SAMPLES = fileURLToPath(new URL('../../testkit/samples/', import.meta.url))

test('the document has the shape that scripts rely on, name by name', async () => {
  const document = await inspectStatement(`${SAMPLES}wechat-comma-in-name.csv`)
  assert.deepEqual(Object.keys(document), [
    'file',
    'bytes',
    'sm3',
    'container',
    'encoding',
    'format',
    'delimiter',
    'confidence',
    'columns',
    'records',
    'credits',
    'debits',
    'neutral',
    'currency',
    'by_currency',
    'first',
    'last',
    'controls',
    'problems',
    'verdict',
  ])
  assert.equal(document.file, 'wechat-comma-in-name.csv')
  assert.match(document.sm3 ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(document.columns[5], { header: '微信订单号', field: 'channel_trade_no', confidence: 1 })
  assert.deepEqual(document.controls[0], { name: '总交易单数', stated: '3', computed: '3', ok: true })
  assert.deepEqual(
    { ...document.problems[0], message: '' },
    { record: 2, line: 3, column: null, severity: 'error', code: 'field_count', message: '' },
  )
  assert.deepEqual(document.first, {
    at: '2026-11-20T08:00:00+08:00',
    amount: '1.00',
    id: '4200000001202611200000000001',
  })
  // What goes out as JSON comes back the same: no bigint, no undefined.
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
})

test('a file without rows is ready, in the currency of its format', async () => {
  const document = await inspectStatement(`${SAMPLES}alipay-no-rows.csv`)
  assert.deepEqual(
    [document.records, document.currency, document.credits, document.first, document.verdict],
    [0, 'CNY', { count: 0, amount: '0.00' }, null, 'ready'],
  )
})

test('the zone decides the instant and how it is shown', async () => {
  const document = await inspectStatement(`${SAMPLES}wechat-revoked.csv`, { zone: 'UTC' })
  assert.equal(document.first?.at, '2026-11-20T08:00:00+00:00')
})

test('messages in the language of the reader', async () => {
  const zh = await inspectStatement(`${SAMPLES}wechat-totals-missing.csv`)
  const en = await inspectStatement(`${SAMPLES}wechat-totals-missing.csv`, { lang: 'en' })
  assert.match(zh.problems[0]!.message, /合计行/)
  assert.match(en.problems[0]!.message, /cut off/)
})

test('the name given is the name told', async () => {
  assert.equal((await inspectStatement(`${SAMPLES}wechat-revoked.csv`, { name: '11月20日.csv' })).file, '11月20日.csv')
})

test('the report: verdict and problems first, figures in columns', async () => {
  const document = await inspectStatement(`${SAMPLES}wechat-comma-in-name.csv`)
  const lines = renderInspection(document, 'zh').split('\n')
  assert.match(lines[0]!, /^格式预检 {2}wechat-comma-in-name\.csv$/)
  assert.match(lines[1]!, /可以入账，但有问题/)
  assert.match(lines[4]!, /第 2 条，第 3 行/)
  const totals = lines.filter(line => /^ {2}[✔✘]/.test(line) && /\d$/.test(line))
  assert.equal(totals.length, 7)
  assert.equal(new Set(totals.map(widthOf)).size, 1, 'the figures end in one column')
  assert.match(
    renderInspection(await inspectStatement(`${SAMPLES}wechat-comma-in-name.csv`, { lang: 'en' }), 'en'),
    /record 2, line 3/,
  )
})

test('the report says what a column means in words, then its code', async () => {
  const document = await inspectStatement(`${SAMPLES}wechat-revoked.csv`)
  assert.match(renderInspection(document, 'zh'), /^ {2}微信订单号 +→ 渠道交易号 +channel_trade_no +100%$/m)
  assert.match(renderInspection(document, 'en'), /→ channel transaction number +channel_trade_no +100%$/m)
})

test('a file of totals by itself is told from a table of anyone', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-totals-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of [
    [
      '业务明细(汇总).csv',
      '#支付宝业务汇总查询\n门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）\n合计,,2,1,52.50\n',
    ],
    [
      '账务明细(汇总).csv',
      '#支付宝账务汇总查询\n类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）\n合计,1,5.00,0,0.00,5.00\n',
    ],
    ['RD2010261120', '商户代码：898360100000001  清算日期：20261120\n交易类型 交易笔数 交易金额\n总计 2 0.00 12.50\n'],
  ] as const) {
    const path = join(folder, name)
    writeFileSync(path, text)
    await assert.rejects(inspectStatement(path), { code: 'records_missing' }, name)
  }
})
