import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import iconv from 'iconv-lite'
import { actor } from '../../../testkit/actors.ts'
import { testDatabase } from '../../../testkit/database.ts'
import type { Failure } from '../../kernel/failure.ts'
import { confirmTemplate } from '../confirm_template.ts'
import { inspectStatement } from '../inspect.ts'
import type { StatementOptions } from '../statement.ts'
import { parseWidths } from '../table/widths.ts'
import { newestTemplates } from '../template_store.ts'

/** Columns of fixed width with nothing between them: where one ends is a person's word, once. */

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-packed-'))
after(() => rmSync(scratch, { recursive: true }))

let files = 0
function file(...lines: readonly string[]): string {
  const path = join(scratch, `packed${files++}.txt`)
  writeFileSync(path, iconv.encode(`${lines.join('\r\n')}\r\n`, 'gb18030'))
  return path
}

// Day 8, time 6, number 7, name 10 (GBK), amount in fen 12, side 1: 44 bytes.
const WIDTHS = parseWidths('交易日期=8,交易时间=6,流水号=7,缴费人=10,金额(分)=12,借贷=1')!
const DAY = () =>
  file(
    '20261120080509T000001抚州水务  000000003500C',
    '20261120090000T000002张三      000000000500D',
    '20261121235959T000003欧阳修远甲000123456789C',
  )

async function told(path: string, options: StatementOptions & { lang?: 'zh' | 'en' } = {}) {
  const { format, records, credits, debits, first, last, problems, verdict } = await inspectStatement(path, options)
  return {
    of: `${format} ${records} ${verdict}`,
    money: `${credits?.amount} ${debits?.amount}`,
    ends: [first, last].map(end => `${end?.at} ${end?.amount} ${end?.id}`),
    problems: problems.map(({ line, column, code }) => `${line} ${column} ${code}`),
  }
}

const SOUND = {
  of: 'fixed-width 3 ready',
  money: '1234602.89 5.00',
  ends: ['2026-11-20T08:05:09+08:00 35.00 T000001', '2026-11-21T23:59:59+08:00 1234567.89 T000003'],
  problems: [],
}

test('without widths the file is refused, and told how to give them', async () => {
  const failure = (await inspectStatement(DAY()).catch((error: unknown) => error)) as Failure
  assert.equal(failure.code, 'format_unknown')
  assert.match(failure.zh, /--widths 日期=8/)
  assert.match(failure.en, /--widths/)
})

test('by named widths it is read: cut by bytes, in fen, with its signs', async () => {
  assert.deepEqual(await told(DAY(), { widths: WIDTHS }), SOUND)
})

test('a template keeps the widths with their names', async t => {
  const db = await testDatabase(t)
  const path = DAY()
  const confirmed = await confirmTemplate(db, {
    path,
    name: '某校定长',
    by: '李',
    who: actor('li'),
    at: new Date(0),
    widths: WIDTHS,
  })
  assert.deepEqual([confirmed.template.dialect, confirmed.template.columns[4]], ['width:8,6,7,10,12,1', '金额(分)'])
  const templates = await newestTemplates(db.pool)
  assert.deepEqual(await told(DAY(), { templates }), SOUND)
  // Another length is another file.
  const other = file('20261120080509T000001抚州水务  00000003500C', '20261120090000T000002张三      00000000500D')
  await assert.rejects(inspectStatement(other, { templates }), { code: 'format_unknown' })
})

test('zeros in front and no unit: yuan or fen is asked', async () => {
  const widths = parseWidths('交易日期=8,交易时间=6,流水号=7,缴费人=10,金额=12,借贷=1')!
  assert.deepEqual((await told(DAY(), { widths })).problems, ['null 金额 amount_unit_unsure'])
})

test('a line that is cut off costs one record, and widths that do not fit are refused with both figures', async () => {
  const path = file(
    '20261120080509T000001抚州水务  000000003500C',
    '20261120090000T000002张三      0000',
    '20261121235959T000003欧阳修远甲000123456789C',
  )
  const { of, problems } = await told(path, { widths: WIDTHS })
  assert.equal(of, 'fixed-width 3 ready_with_warnings')
  assert.match(problems[0]!, /^2 /)
  const unfit = (await inspectStatement(DAY(), { widths: WIDTHS.slice(1) }).catch((error: unknown) => error)) as Failure
  assert.equal(unfit.code, 'widths_unfit')
  assert.match(unfit.zh, /合计 36 字节.*第 1 行有 44 字节/)
})

test('widths are written as name=width or as width', () => {
  assert.deepEqual(parseWidths('8, 金额(分)=12,1'), [
    { name: null, width: 8 },
    { name: '金额(分)', width: 12 },
    { name: null, width: 1 },
  ])
  for (const wrong of ['', '8', '8,x', '8,0', '8,,1', '日期,金额']) assert.equal(parseWidths(wrong), null)
})
