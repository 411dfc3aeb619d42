import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { testDatabase } from '../../testkit/database.ts'
import { testVault } from '../../testkit/vault.ts'
import type { Failure } from '../kernel/failure.ts'
import { confirmTemplate } from './confirm_template.ts'
import { inspectStatement } from './inspect.ts'
import { importStatement } from './operations.ts'
import { newestTemplates, templateVersions } from './template_store.ts'
import { compareLayouts, fingerprintOf, type Template, templateFor } from './templates.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-templates-'))
after(() => rmSync(scratch, { recursive: true }))

let files = 0
const file = (text: string): string => {
  const path = join(scratch, `layout${files++}.csv`)
  writeFileSync(path, text)
  return path
}
const AT = new Date('2026-11-20T02:00:00Z')
const CALENDAR = { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 0 }

const template = (columns: string, mapping: Template['mapping'] = {}, dialect = ','): Template => ({
  name: '某校缴费',
  version: 1,
  dialect,
  columns: columns.split(' '),
  mapping,
  dateOrder: null,
  decimal: null,
  currency: null,
  confirmedBy: 'li',
  confirmedAt: AT,
})

test('what became of a layout: added, gone, renamed, moved', () => {
  const change = (before: string, now: string) => {
    const { added, removed, renamed, moved } = compareLayouts(before.split(' '), now.split(' '))
    return `+${added} -${removed} ${renamed.map(pair => pair.join('>'))} ~${moved}`
  }
  assert.equal(change('甲 乙 丙', '甲 乙 丙'), '+ -  ~')
  assert.equal(change('甲 乙 丙', '甲 乙 丙 丁'), '+丁 -  ~')
  assert.equal(change('甲 乙 丙', '甲 丙'), '+ -乙  ~')
  assert.equal(change('甲 乙 丙', '甲 戊 丙'), '+ - 乙>戊 ~')
  assert.equal(change('甲 乙 丙', '丙 甲 乙'), '+ -  ~丙')
  assert.equal(change('甲 乙 丙 丁', '甲 戊 丙 己 丁'), '+己 - 乙>戊 ~')
})

test('a layout is its separator and its names in order, however they are spelt', () => {
  const own = fingerprintOf(template('交易日期 金额（元）'))
  assert.equal(fingerprintOf(template('交易日期 金额(元)')), own)
  assert.equal(fingerprintOf(template('交易日期 金額')), own)
  assert.notEqual(fingerprintOf(template('交易日期 金额', {}, ';')), own)
  assert.notEqual(fingerprintOf(template('金额 交易日期')), own)
})

test('the same layout before a like one; too little in common is another layout', () => {
  const known = [template('a b c d e')]
  assert.equal(templateFor({ dialect: ',', columns: ['a', 'b', 'c', 'd', 'e'] }, known)?.change, null)
  assert.deepEqual(templateFor({ dialect: ',', columns: ['a', 'b', 'c', 'd'] }, known)?.change?.removed, ['e'])
  assert.equal(templateFor({ dialect: ',', columns: ['a', 'b', 'x', 'y'] }, known), null)
})

const FIRST = '何日,几何,谁,凭据\n2026-11-20,120,王,K1\n2026-11-21,35,李,K2\n'
const MAPPING = { 何日: 'date', 几何: 'amount', 凭据: 'channel_trade_no' } as const

test('confirmed once, the next file of the layout is imported without a question', async t => {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  const request = { who: actor('li'), at: AT, channel: 'bank', calendar: CALENDAR, currency: 'CNY' }
  const next = file('何日,几何,谁,凭据\n2026-11-22,7,周,K3\n')
  await assert.rejects(importStatement({ db, vault, now: () => AT }, { ...request, path: next }), (error: Failure) =>
    error.en.includes('--column'),
  )
  const { template: kept, repeated } = await confirmTemplate(db, {
    path: file(FIRST),
    name: '某校缴费',
    by: 'li',
    who: actor('li'),
    at: AT,
    mapping: MAPPING,
  })
  assert.deepEqual([kept.version, repeated, kept.mapping.几何], [1, false, 'amount'])
  const answer = await importStatement({ db, vault, now: () => AT }, { ...request, path: next })
  assert.deepEqual([answer.state, answer.booked], ['booked', 1])
})

test('the decimal sign that was said is kept: 1.230 is one and a bit in the next file too', async t => {
  const db = await testDatabase(t)
  const text = '何日,几何,谁,凭据\n2026-11-20,1.230,王,K1\n2026-11-21,2.500,李,K2\n'
  const given = { path: file(text), name: '三位小数', by: 'li', who: actor('li'), at: AT, mapping: MAPPING }
  const options = { currency: 'KWD', decimal: '.' } as const
  await assert.rejects(confirmTemplate(db, { ...given, currency: 'KWD' }), { code: 'columns_unsure' })
  const { template: kept } = await confirmTemplate(db, { ...given, ...options })
  assert.equal(kept.decimal, '.')
  const templates = await newestTemplates(db.pool)
  assert.equal(templates[0]?.decimal, '.')
  const next = await inspectStatement(file('何日,几何,谁,凭据\n2026-11-22,7.125,周,K3\n'), { templates })
  assert.deepEqual([next.records, next.verdict === 'rejected'], [1, false])
  assert.equal((await confirmTemplate(db, { ...given, ...options })).repeated, true)
  assert.equal((await confirmTemplate(db, { ...given, currency: 'KWD', decimal: ',' })).template.version, 2)
})

test('versions are kept for good; the same confirmation again is none', async t => {
  const db = await testDatabase(t)
  const confirm = (mapping: Template['mapping']) =>
    confirmTemplate(db, { path: file(FIRST), name: '某校缴费', by: 'li', who: actor('li'), at: AT, mapping })
  await confirm(MAPPING)
  assert.equal((await confirm(MAPPING)).repeated, true)
  assert.equal((await confirm({ ...MAPPING, 谁: 'payer_account' })).template.version, 2)
  assert.deepEqual(
    (await templateVersions(db.pool, '某校缴费')).map(each => each.version),
    [2, 1],
  )
  assert.deepEqual(
    (await newestTemplates(db.pool)).map(each => each.mapping.谁),
    ['payer_account'],
  )
  for (const sql of [`update statement_templates set name = 'x'`, 'delete from statement_templates'])
    await assert.rejects(db.pool.query(sql), /written once/)
})

test('a mapping that its own file does not bear out is not kept', async t => {
  const db = await testDatabase(t)
  const confirm = (mapping: Template['mapping']) =>
    confirmTemplate(db, { path: file(FIRST), name: '错', by: 'li', who: actor('li'), at: AT, mapping })
  await assert.rejects(confirm({ 何日: 'date', 谁: 'amount' }), { code: 'template_not_proven' })
  await assert.rejects(confirm({ 何日: 'date' }), { code: 'columns_unsure' })
  assert.deepEqual(await newestTemplates(db.pool), [])
})

const confirmed = [template('何日 几何 谁 凭据', { ...MAPPING, 谁: null })]
const inspect = (text: string, mapping?: Template['mapping']) =>
  inspectStatement(file(text), { templates: confirmed, ...(mapping ? { mapping } : {}) })

test('a changed layout says what changed, and asks about that alone', async () => {
  const added = await inspect('何日,几何,谁,凭据,注\n2026-11-20,120,王,K1,甲\n')
  assert.deepEqual([added.verdict, added.records], ['ready_with_warnings', 1])
  assert.match(added.problems.find(problem => problem.code === 'layout_changed')!.message, /新增列“注”/)

  const moved = await inspect('凭据,何日,几何,谁\nK1,2026-11-20,120,王\n')
  assert.match(moved.problems[0]!.message, /列“凭据”换了位置/)
  assert.equal(moved.first?.id, 'K1')

  const renamed = await inspect('何日,多寡,谁,凭据\n2026-11-20,120,王,K1\n')
  assert.deepEqual(
    [renamed.verdict, renamed.problems.map(problem => [problem.column, problem.code])],
    ['rejected', [['多寡', 'layout_changed']]],
  )
  assert.match(renamed.problems[0]!.message, /“几何”（amount）似改名为“多寡”/)
  const said = await inspect('何日,多寡,谁,凭据\n2026-11-20,120,王,K1\n', { 多寡: 'amount' })
  assert.deepEqual([said.records, said.first?.amount], [1, '120.00'])
})

test('a template does not cover another separator or a file without names', async () => {
  const other = await inspect('何日;几何;谁;凭据\n2026-11-20;120;王;K1\n')
  assert.ok(other.problems.some(problem => problem.code === 'layout_changed'))
})

const balanced: Template = template('日子 钱数 剩余 注', {
  日子: 'date',
  钱数: 'amount',
  剩余: 'balance',
  注: 'description',
})
const BALANCED = [
  ['2026-03-01', '10.00', '110.00'],
  ['2026-03-02', '-2.50', '107.50'],
  ['2026-03-03', '7.25', '114.75'],
  ['2026-03-04', '-4.00', '110.75'],
]
const table = (header: string, row: (cells: string[]) => string[]) =>
  file(`${header}\n${BALANCED.map(cells => row(cells).join(',')).join('\n')}\n`)

test('columns whose meaning was exchanged under the same names are asked about: the balance no longer follows', async () => {
  const same = await inspectStatement(
    table('日子,钱数,剩余,注', ([day, sum, left]) => [day!, sum!, left!, '甲']),
    { currency: 'CNY', templates: [balanced] },
  )
  assert.equal(same.verdict, 'ready')
  const path = table('日子,钱数,剩余,注', ([day, sum, left]) => [day!, left!, sum!, '甲'])
  const turned = await inspectStatement(path, { currency: 'CNY', templates: [balanced] })
  assert.deepEqual([turned.verdict, turned.records], ['rejected', 0])
  assert.ok(turned.problems.some(({ code }) => code === 'layout_contradicted' || code === 'balance_refutes'))
  const mapping = { 钱数: 'balance', 剩余: 'amount' } as const
  assert.equal(
    (await inspectStatement(path, { currency: 'CNY', templates: [balanced], mapping })).credits?.amount,
    '17.25',
  )
})

test('of two columns with one name, a changed layout takes neither', async () => {
  const path = table('日子,钱数,剩余,注,钱数', ([day, sum, left]) => [day!, sum!, left!, '甲', '1.00'])
  const asked = await inspectStatement(path, { currency: 'CNY', templates: [balanced] })
  assert.equal(asked.verdict, 'rejected')
  assert.match(asked.problems.find(({ code }) => code === 'layout_changed')!.message, /#2、#5/)
  const said = await inspectStatement(path, {
    currency: 'CNY',
    templates: [balanced],
    mapping: { '#2': 'amount', '#5': null },
  })
  assert.equal(said.debits?.amount, '6.50')
})

test('dates that all prove another order than the template keeps are asked about', async () => {
  const dated = { ...template('何日 几何', { 何日: 'date', 几何: 'amount' }), dateOrder: 'dmy' } as const
  const proven = await inspectStatement(file('何日,几何\n03/21/2026,1.00\n03/22/2026,1.00\n'), { templates: [dated] })
  assert.deepEqual([proven.verdict, proven.problems[0]?.code], ['rejected', 'date_order_contradicted'])
  const near = '何日,几何\n03/01/2026,1.00\n03/02/2026,1.00\n03/05/2026,1.00\n'
  const doubtful = await inspectStatement(file(near), { templates: [dated] })
  assert.ok(doubtful.problems.some(({ code }) => code === 'date_order_doubtful'))
})
