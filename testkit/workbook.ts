import { zipOf } from './zip.ts'

/** A cell: shared text, or what a cell can be besides. */
export type SampleCell =
  | string
  | { readonly number: string; readonly style?: number }
  | { readonly inline: string }
  | { readonly formula: string; readonly value: string }
  | { readonly error: string }

export type SampleSheet = {
  readonly name: string
  readonly hidden?: boolean
  readonly rows: readonly (readonly [row: number, cells: readonly SampleCell[]])[]
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

/** An .xlsx as Excel lays it out. Styles: 1 a date, 2 a date with time, 3 six digits with zeros in front. */
export function workbookOf(sheets: readonly SampleSheet[], options: { readonly date1904?: boolean } = {}): Buffer {
  const strings: string[] = []
  const cellXml = (cell: SampleCell, place: string): string => {
    if (cell === '') return ''
    if (typeof cell === 'string') return `<c r="${place}" t="s"><v>${strings.push(cell) - 1}</v></c>`
    if ('number' in cell) return `<c r="${place}" s="${cell.style ?? 0}"><v>${cell.number}</v></c>`
    if ('inline' in cell) return `<c r="${place}" t="inlineStr"><is><t>${escaped(cell.inline)}</t></is></c>`
    if ('error' in cell) return `<c r="${place}" t="e"><v>${cell.error}</v></c>`
    return `<c r="${place}"><f>${cell.formula}</f><v>${cell.value}</v></c>`
  }
  const rowXml = ([row, cells]: SampleSheet['rows'][number]): string =>
    `<row r="${row}">${cells.map((cell, column) => cellXml(cell, `${String.fromCharCode(65 + column)}${row}`)).join('')}</row>`
  const parts = sheets.map(({ rows }) => `<worksheet><sheetData>${rows.map(rowXml).join('')}</sheetData></worksheet>`)
  const tabs = sheets.map(
    ({ name, hidden }, index) =>
      `<sheet name="${escaped(name)}" sheetId="${index + 1}"${hidden ? ' state="hidden"' : ''} r:id="rId${index + 1}"/>`,
  )
  const entry = (name: string, xml: string) => ({ name, data: Buffer.from(`<?xml version="1.0"?>${xml}`) })
  return zipOf([
    entry('[Content_Types].xml', '<Types/>'),
    entry(
      'xl/workbook.xml',
      `<workbook xmlns:r="r"><workbookPr${options.date1904 ? ' date1904="1"' : ''}/><sheets>${tabs.join('')}</sheets></workbook>`,
    ),
    entry(
      'xl/_rels/workbook.xml.rels',
      `<Relationships>${sheets.map((_, index) => `<Relationship Id="rId${index + 1}" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}</Relationships>`,
    ),
    entry(
      'xl/styles.xml',
      '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy/m/d\\ h:mm:ss"/><numFmt numFmtId="171" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>',
    ),
    ...parts.map((xml, index) => entry(`xl/worksheets/sheet${index + 1}.xml`, xml)),
    entry('xl/sharedStrings.xml', `<sst>${strings.map(text => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`),
  ])
}
