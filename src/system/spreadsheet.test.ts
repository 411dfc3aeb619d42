import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, test } from 'node:test'
import { ZipFile } from 'yazl'
import { Failure } from '../kernel/failure.ts'
import { neutralized, numberText, readPaymentsXlsx, readSheet } from './spreadsheet.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fzpay-sheet-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="#,##0.00;[Red]-#,##0.00"/><numFmt numFmtId="171" formatCode="yyyy/m/d h:mm"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="14"/><xf numFmtId="171"/></cellXfs></styleSheet>'

/** A workbook as Excel lays it out: shared strings after the sheet, styles of its own. */
async function workbook(name: string, rows: string, strings: readonly string[] = []): Promise<string> {
  const path = join(folder, name)
  const zip = new ZipFile()
  const add = (part: string, xml: string) => zip.addBuffer(Buffer.from(xml), part)
  add('xl/workbook.xml', '<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId7"/></sheets></workbook>')
  add(
    'xl/_rels/workbook.xml.rels',
    '<Relationships><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>',
  )
  add('xl/worksheets/sheet1.xml', `<worksheet><sheetData>${rows}</sheetData></worksheet>`)
  add('xl/styles.xml', STYLES)
  add('xl/sharedStrings.xml', `<sst>${strings.map(text => `<si>${text}</si>`).join('')}</sst>`)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

async function cells(path: string): Promise<(readonly string[])[]> {
  const found: (readonly string[])[] = []
  for await (const batch of readSheet(path, 'pay.xlsx')) for (const row of batch) found.push(row.cells)
  return found
}

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof Failure && error.code === code && error.zh.startsWith('pay.xlsx')

describe('reading a workbook', () => {
  test('shared, rich, inline and formula text; numbers as a person sees them; gaps', async () => {
    const path = await workbook(
      'all.xlsx',
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="D2" t="inlineStr"><is><t>00123</t></is></c></row>' +
        '<row r="5"><c r="A5" s="1"><v>19.989999999999998</v></c><c r="B5" t="str"><f>A1</f><v>x</v></c><c r="C5"><v>-0.1</v></c><c r="D5" t="b"><v>1</v></c></row>',
      ['<t>缴费</t>', '<r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh><t>phonetic</t></rPh>'],
    )
    assert.deepEqual(await cells(path), [
      ['缴费', 'a b', '', '00123'],
      ['19.99', 'x', '-0.1', 'TRUE'],
    ])
  })

  test('a date-typed cell has no offset and is refused, with its place', async () => {
    for (const style of [2, 3]) {
      const path = await workbook(`date${style}.xlsx`, `<row r="1"><c r="C1" s="${style}"><v>46346.5</v></c></row>`)
      await assert.rejects(
        cells(path),
        error => refusedAs('cell_date')(error) && (error as Failure).detail.cell === 'C1',
      )
    }
  })

  test('fifteen digits are held, sixteen have lost the last one', async () => {
    assert.deepEqual(await cells(await workbook('15.xlsx', '<row r="1"><c r="A1"><v>123456789012345</v></c></row>')), [
      ['123456789012345'],
    ])
    await assert.rejects(
      cells(await workbook('16.xlsx', '<row r="1"><c r="A1"><v>4.2000023E+27</v></c></row>')),
      refusedAs('digits_lost'),
    )
    await assert.rejects(
      cells(await workbook('17.xlsx', '<row r="1"><c r="A1"><v>1234567890123456</v></c></row>')),
      refusedAs('digits_lost'),
    )
  })

  test('an error value is refused', async () => {
    await assert.rejects(
      cells(await workbook('na.xlsx', '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>')),
      refusedAs('cell_error'),
    )
  })

  test('what is no whole workbook is refused', async () => {
    const whole = await workbook('whole.xlsx', '<row r="1"><c r="A1"><v>1</v></c></row>')
    const { readFile } = await import('node:fs/promises')
    const bytes = await readFile(whole)
    const cutOff = join(folder, 'cut.xlsx')
    await writeFile(cutOff, bytes.subarray(0, bytes.length - 30))
    await assert.rejects(cells(cutOff), refusedAs('spreadsheet_broken'))
    const torn = await workbook('torn.xlsx', '<row r="1"><c r="A1"><v>1</v></row>')
    await assert.rejects(cells(torn), refusedAs('spreadsheet_broken'))
  })

  test('header and rows, blank rows left out, short rows filled', async () => {
    const text = (at: string, value: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`
    const path = await workbook(
      'payments.xlsx',
      `<row r="1"/><row r="2">${text('A2', ' payment_no ')}${text('B2', 'amount')}</row><row r="3">${text('A3', 'P1')}</row><row r="4"/><row r="5">${text('B5', '2.50')}</row>`,
    )
    const found: unknown[] = []
    for await (const { header, rows } of readPaymentsXlsx(path)) found.push({ header, rows })
    assert.deepEqual(found, [
      {
        header: ['payment_no', 'amount'],
        rows: [
          { row: 3, cells: ['P1', ''] },
          { row: 5, cells: ['', '2.50'] },
        ],
      },
    ])
    await assert.rejects(
      readPaymentsXlsx(await workbook('empty.xlsx', '<row r="1"/>'), 'pay.xlsx').next(),
      refusedAs('spreadsheet_empty'),
    )
  })
})

test('numbers in plain notation', () => {
  for (const [stored, shown] of [
    ['0', '0'],
    ['-0', '0'],
    ['1e-7', '0.0000001'],
    ['1234.5', '1234.5'],
    ['0.30000000000000004', '0.3'],
    ['1E+3', '1000'],
    ['123456789.123456789', '123456789.123457'],
  ])
    assert.equal(numberText(stored ?? ''), shown)
})

test('formulas in a CSV export become text; amounts stay amounts', () => {
  assert.deepEqual(['=1+1', '+86 138', '-5.00', '@x', '\tx', 'plain', '-5*3'].map(neutralized), [
    "'=1+1",
    "'+86 138",
    '-5.00',
    "'@x",
    "'\tx",
    'plain',
    "'-5*3",
  ])
})
