import { type CellObject, read, set_cptable } from '@e965/xlsx'
import * as tables from '@e965/xlsx/dist/cpexcel.full.mjs'
import { shownNumber } from '../../system/spreadsheet.ts'
import type { BiffAnswer, BiffSheet } from './biff.ts'

const ERRORS: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
}

// Excel 5 and 95 wrote text in the code page of the country.
set_cptable(tables)
// Whoever asked ends the process once the answer is there.
process.once('message', bytes => void process.send?.(answerOf(bytes as Uint8Array)))

function answerOf(bytes: Uint8Array): BiffAnswer {
  let book: ReturnType<typeof read>
  try {
    book = read(bytes, {
      type: 'array',
      dense: true,
      cellNF: true,
      cellText: false,
      cellHTML: false,
      cellFormula: false,
      cellStyles: false,
    })
  } catch (error) {
    return { refused: /password-protected|encryption scheme/i.test(String(error)) ? 'password' : 'broken' }
  }
  const date1904 = book.Workbook?.WBProps?.date1904 === true
  const sheets: BiffSheet[] = book.SheetNames.map((name, index) => ({
    name,
    hidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0,
    rows: ((book.Sheets[name] as { '!data'?: (CellObject | undefined)[][] })['!data'] ?? []).flatMap((row, number) =>
      row ? [{ row: number + 1, cells: Array.from(row, cell => textOf(cell, date1904)) }] : [],
    ),
  }))
  return sheets.some(sheet => sheet.rows.length > 0) ? { sheets } : { refused: 'empty' }
}

function textOf(cell: CellObject | undefined, date1904: boolean): string {
  if (cell === undefined || cell === null || cell.v === undefined) return ''
  switch (cell.t) {
    case 'n':
      return shownNumber(String(cell.v), { id: -1, code: String(cell.z ?? 'General') }, date1904)
    case 'b':
      return cell.v ? 'TRUE' : 'FALSE'
    case 'e':
      return ERRORS[Number(cell.v)] ?? '#N/A'
    default:
      return String(cell.v)
  }
}
