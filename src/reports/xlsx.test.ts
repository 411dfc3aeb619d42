import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Failure } from '../kernel/failure.ts'
import { readSheet } from '../system/spreadsheet.ts'
import { allSheets } from './read_back.ts'
import { discrepancy, entry, sampleResult } from './sample.ts'
import { writeWorkbook } from './workbook.ts'
import { writeReconciliationXlsx } from './xlsx.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fzpay-report-'))
})
after(() => rm(folder, { recursive: true, force: true }))

describe('the Excel report', () => {
  test('says the balance as an addition, and every discrepancy with its amounts as numbers', async () => {
    const path = join(folder, 'report.xlsx')
    await writeReconciliationXlsx(sampleResult(), path)
    const sheets = await allSheets(path)
    assert.deepEqual([...sheets.keys()], ['汇总', '差错', '差错分类', '匹配', '坏行'])
    const summary = sheets.get('汇总') ?? []
    assert.deepEqual(
      summary.slice(13, 19).map(row => [row[0]?.text, row[2]?.text]),
      [
        ['平台净额', '172.15'],
        ['加：长款', '120.00'],
        ['加：短款', '-50.00'],
        ['加：金额不符', '-0.10'],
        ['等于：应有的渠道净额', '242.05'],
        ['渠道净额（账单）', '242.05'],
      ],
    )
    const first = (sheets.get('差错') ?? [])[1] ?? []
    assert.deepEqual(first[1], { type: 'inlineStr', text: '长款' })
    assert.deepEqual(first[5], { type: 'n', text: '120.00' })
    assert.deepEqual(first[13], { type: 'inlineStr', text: '4200002300000000000000000900' })
    assert.equal((sheets.get('匹配') ?? []).length, 6)
    assert.equal((sheets.get('坏行') ?? [])[1]?.[5]?.text, '第 906 条（第 908 行）订单金额“=1+1”读不出。')
  })

  test('nothing that came from a file can be computed', async () => {
    const path = join(folder, 'formulas.xlsx')
    await writeReconciliationXlsx(sampleResult(), path)
    const cells = [...(await allSheets(path)).values()].flat(2).filter(cell => cell !== undefined)
    const suspicious = cells.filter(cell => /^[=+\-@\t\r]/.test(cell.text) && cell.type !== 'n')
    assert.deepEqual(
      suspicious.map(cell => cell.text),
      ['@SUM(A1)', '=HYPERLINK("http://x")'],
    )
    assert.ok(suspicious.every(cell => cell.type === 'inlineStr'))
    assert.ok(!(await readFile(path)).includes('<f>'))
  })

  test('goes on in another sheet when one is full, with the header again', async () => {
    const path = join(folder, 'long.xlsx')
    await writeReconciliationXlsx(sampleResult(25), path, { rowsPerSheet: 11 })
    const sheets = await allSheets(path)
    assert.deepEqual(
      [...sheets.keys()].filter(name => name.startsWith('匹配')),
      ['匹配', '匹配(2)', '匹配(3)'],
    )
    const rows = (name: string) => sheets.get(name) ?? []
    assert.deepEqual([rows('匹配').length, rows('匹配(2)').length, rows('匹配(3)').length], [11, 11, 6])
    assert.equal(rows('匹配(2)')[0]?.[0]?.text, '序号')
    assert.equal(rows('匹配(3)')[5]?.[0]?.text, '25')
  })

  test('a sheet that is exactly full does not start an empty one', async () => {
    const path = join(folder, 'full.xlsx')
    await writeReconciliationXlsx(sampleResult(10), path, { rowsPerSheet: 11 })
    assert.ok(!(await allSheets(path)).has('匹配(2)'))
  })

  test('the same answer gives the same bytes', async () => {
    const digest = async (name: string) => {
      await writeReconciliationXlsx(sampleResult(), join(folder, name), { lang: 'en' })
      return createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex')
    }
    assert.equal(await digest('a.xlsx'), await digest('b.xlsx'))
  })

  test('amounts beyond what Excel holds exactly are text; fifteen digits are a number', async () => {
    const result = sampleResult(0)
    const huge = [999_999_999_999_999, 1_000_000_000_000_000].map((amount, i) =>
      discrepancy('channel_only', [], [entry(`L${i}`, amount)]),
    )
    const path = join(folder, 'huge.xlsx')
    await writeReconciliationXlsx({ ...result, discrepancies: huge }, path)
    const rows = (await allSheets(path)).get('差错') ?? []
    assert.deepEqual(rows[1]?.[4], { type: 'n', text: '9999999999999.99' })
    assert.deepEqual(rows[2]?.[4], { type: 'inlineStr', text: '10000000000000.00' })
  })

  test('a folder that is not there is refused, and nothing is left behind when a source breaks', async () => {
    await assert.rejects(
      writeReconciliationXlsx(sampleResult(), join(folder, 'nowhere', 'x.xlsx')),
      (error: unknown) => error instanceof Failure && error.code === 'report_unwritable',
    )
    const broken = {
      ...sampleResult(),
      matches: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('connection lost')) }) }),
    }
    await assert.rejects(writeReconciliationXlsx(broken, join(folder, 'broken.xlsx')), /connection lost/)
    assert.deepEqual(
      (await readdir(folder)).filter(name => name.includes('broken')),
      [],
    )
  })

  test('text comes back as it was: control characters, lone halves of a pair, Excel’s own escapes, blanks at the ends', async () => {
    const path = join(folder, 'text.xlsx')
    const texts = ['  a  ', 'a\u0001b', 'line\nbreak', '<&>"\'', '_x000D_', '𠮷野家', '‑5']
    await writeWorkbook(path, [
      { name: 'a&b', widths: [10], head: [], rows: [texts.map(text => [text])], freeze: false },
    ])
    const back: string[] = []
    for await (const batch of readSheet(path)) for (const { cells } of batch) back.push(cells[0] ?? '')
    assert.deepEqual(back, texts)
  })
})
