import { Failure } from '../../kernel/failure.ts'
import { shownNumber } from '../../system/spreadsheet.ts'
import { XmlFeeder } from '../xml.ts'
import { COLUMNS_MAX, type RowTaker, SHEETS_MAX, type TableText } from './book.ts'

const ROWS_MAX = 1_048_576

/** "XML Spreadsheet 2003": what Excel 2002 wrote as XML, and reporting tools still call .xls. */
export class SpreadsheetMl implements TableText {
  readonly names: string[] = []
  readonly #take: RowTaker
  readonly #file: string
  readonly #feeder: XmlFeeder
  readonly #path: string[] = []
  #row = 0
  #cells: string[] = []
  #column = 0
  /** Columns of the cell beyond its first: merged ones. */
  #across = 0
  #type = ''
  #text = ''

  constructor(take: RowTaker, file: string) {
    this.#take = take
    this.#file = file
    this.#feeder = new XmlFeeder(
      {
        open: ({ local, attributes }) => {
          this.#begin(local)
          for (const [name, value] of attributes) this.#attribute(name.slice(name.indexOf(':') + 1), value)
        },
        text: (source, from, to) => {
          if (this.#path.includes('Data')) this.#text += source.slice(from, to)
        },
        close: () => this.#end(this.#path.pop() ?? ''),
        broken: (reason, line) => {
          throw this.#broken(line, reason)
        },
      },
      file,
    )
  }

  push(text: string): void {
    this.#feeder.push(text)
  }

  end(): void {
    this.#feeder.end()
  }

  #begin(name: string): void {
    this.#path.push(name)
    if (name === 'Worksheet') {
      if (this.names.length >= SHEETS_MAX) throw this.#broken(0, 'too many sheets')
      this.names.push('')
      this.#row = 0
    } else if (name === 'Row') {
      this.#row++
      this.#cells = []
      this.#column = 0
    } else if (name === 'Cell') {
      this.#column++
      this.#across = 0
      this.#text = ''
      this.#type = ''
    }
  }

  #attribute(name: string, value: string): void {
    const element = this.#path.at(-1)
    if (element === 'Worksheet' && name === 'Name') this.names[this.names.length - 1] = value
    else if (element === 'Row' && name === 'Index') this.#row = this.#number(value, this.#row, ROWS_MAX)
    else if (element === 'Cell' && name === 'Index') this.#column = this.#number(value, this.#column, COLUMNS_MAX)
    else if (element === 'Cell' && name === 'MergeAcross') this.#across = this.#number(value, 0, COLUMNS_MAX)
    else if (element === 'Data' && name === 'Type') this.#type = value
  }

  #end(name: string): void {
    if (name === 'Cell') {
      if (this.#column > COLUMNS_MAX) throw this.#broken(0, `column ${this.#column}`)
      if (this.#text !== '') {
        while (this.#cells.length < this.#column - 1) this.#cells.push('')
        this.#cells[this.#column - 1] = shown(this.#type, this.#text)
      }
      this.#column += this.#across
    } else if (name === 'Row' && this.#path.includes('Worksheet'))
      this.#take(this.names.length - 1, this.#row, this.#cells)
  }

  /** Numbers only grow, and only so far. */
  #number(value: string, least: number, most: number): number {
    const number = /^\d{1,7}$/.test(value) ? Number(value) : -1
    if (number < least || number > most) throw this.#broken(0, `index ${value.slice(0, 20)}`)
    return number
  }

  #broken(line: number, reason: string): Failure {
    return new Failure(
      'spreadsheet_broken',
      {
        zh: `文件“${this.#file}”（XML 电子表格）在第 ${line} 行附近不完整或已损坏（${reason}）：请重新下载`,
        en: `file "${this.#file}" (an XML spreadsheet) is cut off or damaged near line ${line} (${reason}): fetch it again`,
      },
      { file: this.#file, line, row: this.#row },
    )
  }
}

function shown(type: string, text: string): string {
  if (type === 'Number') return shownNumber(text.trim(), undefined, false)
  if (type === 'Boolean') return text.trim() === '1' ? 'TRUE' : 'FALSE'
  if (type === 'DateTime') return text.replace(/T00:00:00(\.0+)?$/, '').replace('T', ' ')
  return text
}
