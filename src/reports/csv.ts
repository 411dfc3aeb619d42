import type { Cell } from './workbook.ts'

/** CSV as Excel opens it: UTF-8 with its mark, CRLF, RFC 4180 quotes. */

const MARK = '\ufeff'
const CHUNK = 64 * 1024
/** What a spreadsheet would compute, whatever blanks stand before it. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/
const SPECIAL = /[",\r\n]/

/** Numbers are ours and stay numbers; text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'object' && 'decimal' in cell) return cell.decimal
  const text = typeof cell === 'string' ? cell : cell.text
  const safe = FORMULA.test(text) ? `'${text}` : text
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Titles come from people too. */
export async function* csvBytes(
  titles: readonly string[],
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): AsyncGenerator<Buffer> {
  let text = `${MARK}${titles.map(csvText).join(',')}\r\n`
  for await (const batch of batches) {
    for (const cells of batch) text += `${cells.map(csvText).join(',')}\r\n`
    if (text.length < CHUNK) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}
