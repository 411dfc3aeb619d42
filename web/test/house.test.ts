import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ACTIONS } from '../../src/discrepancies/actions.ts'
import { FAMILIES as SIGNS } from '../../src/intrusion/signs.ts'
import { BILL_COLUMNS } from '../../src/orders/bill_batch_columns.ts'
import { CHANGES as GATE_CHANGES } from '../../src/reconciliation/gate/compare.ts'
import { DATASETS } from '../../src/reports/datasets/all.ts'
import { PERIODS as REPORT_PERIODS } from '../../src/reports/period.ts'
import { STANDARD as STANDARD_REPORTS } from '../../src/reports/standard.ts'
import { datasetViews } from '../../src/reports/views.ts'
import { RulesDocument } from '../../src/rules/document.ts'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'
import { BLIND_KINDS, PURPOSES as KEY_PURPOSES } from '../../src/system/vault/purposes.ts'
import { FAMILIES } from '../src/pages/alerts/words.ts'
import { COLUMNS } from '../src/pages/bill_batches/words.ts'
import { PURPOSES } from '../src/pages/keys/words.ts'
import { ACTS, OBJECTS } from '../src/pages/operation_log/acts.ts'
import { columnsOpen, fitting } from '../src/pages/reports/content.ts'
import { PERIODS, STANDARD, VALUES } from '../src/pages/reports/words.ts'
import { scopesIn, wholeForm, wordsOf } from '../src/pages/rules/fields.ts'
import { readText, written } from '../src/pages/rules/text.ts'
import { CHANGES, decisionWords } from '../src/pages/rules/words.ts'
import { TASKS } from '../src/pages/system/words.ts'
import { changesBetween } from '../src/pieces/compare.ts'
import { counted, spoken } from '../src/pieces/phrases.ts'
import { sizeText } from '../src/pieces/size.ts'
import type { Both } from '../src/shell/both.ts'

const source = globSync('src/**/*.ts', { cwd: PACKAGE_ROOT })
  .filter(path => !path.endsWith('.test.ts') && !path.startsWith('src/demo/'))
  .map(path => readFileSync(join(PACKAGE_ROOT, path), 'utf8'))
  .join('\n')

/** Words of three acts that are put together when they are written. */
const MADE_OF: Readonly<Record<string, readonly string[]>> = {
  discrepancy: Object.keys(ACTIONS),
  review: ['approve', 'refuse', 'withdraw', 'expire'],
  appeal: ['remind', 'escalate'],
}

test('every act that the platform writes into its log has its words, and no word is for nothing', () => {
  const plain = [...source.matchAll(/\bwhat: [^\n]*/g)].flatMap(([line]) =>
    [...line.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, code]) => code as string),
  )
  // Acts that are handed on as an argument, or written by SQL.
  const handed = [...source.matchAll(/(?:recordAsked\([^\n]*|record_as\([^\n]*)'([a-z_]+\.[a-z_]+)'/g)].map(
    ([, code]) => code as string,
  )
  const made = Object.entries(MADE_OF).flatMap(([first, rest]) => rest.map(word => `${first}.${word}`))
  const written = new Set([...plain, ...handed])
  assert.ok(written.size > 60, `only ${written.size} acts were found: the search is broken`)
  assert.deepEqual([...written].filter(code => !Object.hasOwn(ACTS, code)).sort(), [])
  // Each word stands for something that the sources name.
  const named = (code: string): boolean => made.includes(code) || source.includes(`'${code}'`)
  assert.deepEqual(
    Object.keys(ACTS).filter(code => !named(code)),
    [],
  )
  // Codes put together at run time begin as these templates do; a new one must be thought of here.
  const templates = [...source.matchAll(/what: `([a-z_]+)\.\$\{/g)].map(([, first]) => first as string)
  assert.deepEqual([...new Set(templates)].sort(), Object.keys(MADE_OF).sort())
})

test('what acts are done to has its words', () => {
  const objects = new Set([...source.matchAll(/object: \{ kind: '([a-z_]+)'/g)].map(([, kind]) => kind as string))
  assert.ok(objects.size > 30)
  assert.deepEqual(
    [...objects].filter(kind => !(kind in OBJECTS)),
    [],
  )
})

test('background tasks, keys, attacks, templates, periods and filters have their words', () => {
  const tasks = [
    ...[...source.matchAll(/name: '([a-z]+\.[a-z_]+)',\s*(?:every|attempts|run)/g)].map(([, name]) => name),
    ...[...source.matchAll(/(?:_TASK|_JOB|_DAY) = '([a-z]+\.[a-z_]+)'/g)].map(([, name]) => name),
  ] as string[]
  assert.ok(tasks.length > 20, `only ${tasks.length} tasks were found: the search is broken`)
  assert.deepEqual(
    tasks.filter(name => !Object.hasOwn(TASKS, name)),
    [],
  )
  assert.deepEqual(
    Object.keys(TASKS).filter(name => !tasks.includes(name)),
    [],
  )
  assert.deepEqual(
    [...KEY_PURPOSES, ...BLIND_KINDS].filter(name => !Object.hasOwn(PURPOSES, name)),
    [],
  )
  assert.deepEqual(
    SIGNS.filter(name => !Object.hasOwn(FAMILIES, name)),
    [],
  )
  assert.deepEqual(
    GATE_CHANGES.filter(name => !Object.hasOwn(CHANGES, name)),
    [],
  )
  assert.deepEqual(
    REPORT_PERIODS.filter(name => !Object.hasOwn(PERIODS, name)),
    [],
  )
  assert.deepEqual(STANDARD, Object.fromEntries(STANDARD_REPORTS.map(({ id, zh, en }) => [id, { zh, en }])))
  const values = Object.values(DATASETS).flatMap(({ filters }) =>
    Object.values(filters).flatMap(each => each.values ?? []),
  )
  // Classes of age are numbers already.
  assert.deepEqual(
    values.filter(value => !/^\d/.test(value) && !Object.hasOwn(VALUES, value)),
    [],
  )
  assert.deepEqual(Object.keys(COLUMNS), [...BILL_COLUMNS])
})

test('sizes are told in the unit that fits', () => {
  assert.deepEqual([0, 1023, 1024, 1_572_864].map(sizeText), ['0 B', '1023 B', '1.0 KB', '1.5 MB'])
})

test('two states are compared field by field', () => {
  assert.deepEqual(changesBetween({ a: 1, b: { c: [1], d: 2 } }, { a: 1, b: { c: [2], e: null } }), [
    { path: 'b.c', before: [1], after: [2] },
    { path: 'b.d', before: 2, after: undefined },
    { path: 'b.e', before: undefined, after: null },
  ])
  assert.deepEqual(changesBetween(null, { state: 'active' }), [{ path: 'state', before: undefined, after: 'active' }])
  assert.deepEqual(changesBetween({ same: { deep: [1, 2] } }, { same: { deep: [1, 2] } }), [])
})

test('titles of the rules are split into their languages', () => {
  for (const [title, zh, en] of [
    ['金额容差 Amount tolerance', '金额容差', 'Amount tolerance'],
    ['T+N 关账 Closes after days', 'T+N 关账', 'Closes after days'],
    ['日切缓冲（分钟）Margin of the cutoff', '日切缓冲（分钟）', 'Margin of the cutoff'],
    ['时区', '时区', '时区'],
  ] as const)
    assert.deepEqual(wordsOf(title), { zh, en })
  const { channel, row } = wholeForm(RulesDocument)
  const fields = channel.flatMap(section => section.fields.map(({ path, kind }) => `${path.join('.')} ${kind}`))
  for (const field of [
    'passes order',
    'waive_below text',
    'calendar.closes_after_days count',
    'fees.schedule schedule',
  ])
    assert.ok(fields.includes(field), `${field} is not in ${fields}`)
  assert.deepEqual(
    fields.filter(field => /^(merchants|fee_items)/.test(field)),
    [],
  )
  assert.ok(row.some(({ fields }) => fields.some(({ path }) => path.join('.') === 'fees.rate')))
})

test('the form writes into the text, and leaves its comments and order', () => {
  const text = 'name: 抚州 # ours\ndefaults:\n  waive_below: "10.00" # small\n'
  const more = written(text, ['channels', 'wechat', 'fees', 'rate'], '0.6%')
  assert.equal(more, `${text}channels:\n  wechat:\n    fees:\n      rate: 0.6%\n`)
  assert.deepEqual(scopesIn(readText(more).value), [['defaults'], ['channels', 'wechat']])
  assert.equal(written(more, ['channels', 'wechat', 'fees', 'rate'], undefined), text)
  // A decimal stays a text, as the platform wants it.
  const amount = written('', ['defaults', 'waive_below'], '5.00')
  assert.equal(amount, 'defaults:\n  waive_below: "5.00"\n')
  assert.equal(readText(amount).fault, null)
  assert.equal(written(amount, ['defaults', 'waive_below'], undefined), '')
})

test('a fault is told at its line', () => {
  for (const [text, line, place] of [
    ['defaults:\n  waive_below: 10\n', 2, 'defaults.waive_below'],
    ['name: x\ndefaults:\n  calendar:\n    zone: Moon/Base\n', 4, 'defaults.calendar.zone'],
    ['name: x\ndefaults:\n  waive_belo: "1.00"\n', 3, 'defaults.waive_belo'],
    ['defaults:\n  calendar:\n    holidays: ["2026-02-30"]\n', 3, 'defaults.calendar.holidays'],
    ['a: [1\n', 2, ''],
  ] as const) {
    const { fault } = readText(text)
    assert.deepEqual(fault && { line: fault.line, place: fault.place }, { line, place }, text)
  }
  assert.equal(readText('defaults:\n  calendar:\n    holidays: ["2026-02-28"]\n').fault, null)
})

test('what the engine decided is told in words', () => {
  assert.equal(decisionWords('match trade_no needs_confirmation', 'zh'), '对平（渠道流水号），待确认')
  assert.equal(decisionWords('match trade_no fee_mismatch', 'en'), 'matched (Channel trade no), Fee differs')
  assert.match(decisionWords('channel_only unknown', 'zh'), /^长款/)
  assert.equal(decisionWords('something new', 'zh'), 'something new')
})

test('another dataset or grouping keeps what still fits, and never leaves a report without columns', () => {
  const [items, discrepancies] = ['items', 'discrepancies'].map(name =>
    datasetViews().find(({ dataset }) => dataset === name),
  ) as [ReturnType<typeof datasetViews>[0], ReturnType<typeof datasetViews>[0]]
  const content = {
    dataset: items.dataset,
    columns: [{ field: 'order_no' }, { field: 'amount' }],
    filters: { date: 'yesterday', order_no: ['A'] },
    group: [],
    order: [{ field: 'order_no' }],
  }
  const grouped = fitting(items, { ...content, group: ['channel'] })
  assert.deepEqual(grouped.columns, [{ field: 'amount' }])
  assert.deepEqual(grouped.order, [])
  assert.ok(columnsOpen(items, ['channel']).every(name => name !== 'order_no'))
  const other = fitting(discrepancies, content)
  assert.equal(other.dataset, 'discrepancies')
  assert.ok(other.columns.length > 0)
  assert.deepEqual(other.filters, { date: 'yesterday' })
})

test('what the platform keeps in both languages is read in one; what people wrote stays as it is', () => {
  const [zh, en] = [
    (a: string | Both): string => (typeof a === 'string' ? a : a.zh),
    (_: unknown, b?: string) => b ?? '',
  ]
  assert.equal(spoken(zh, '平台 Platform'), '平台')
  assert.equal(spoken(en, '内置默认 Built-in'), 'Built-in')
  for (const own of ['沈审计', '抚州 小额豁免 2026-11-27', '', 'wechat 2026']) assert.equal(spoken(en, own), own)
  assert.deepEqual([counted(1, 'day'), counted(2, 'day'), counted(0, 'box', 'boxes')], ['1 day', '2 days', '0 boxes'])
})
