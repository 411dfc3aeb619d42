import { Failure } from '../kernel/failure.ts'
import { DEFAULT_LIMITS } from './container.ts'

/** Takes one line: `text` from `from` to `to`, without its line end. */
export type LineTaker = (text: string, from: number, to: number, lineNumber: number) => void

/** Cuts pieces of text into lines; LF, CRLF, or CR alone where the file has no LF. */
export class LineFeeder {
  readonly #take: LineTaker
  readonly #file: string
  readonly #limit: number
  readonly #lineEnd: string
  #waiting = ''
  #lineNumber = 0

  constructor(take: LineTaker, file: string, probe: string, limit = DEFAULT_LIMITS.rowLength) {
    this.#take = take
    this.#file = file
    this.#limit = limit
    this.#lineEnd = lineEndOf(probe)
  }

  push(piece: string): void {
    const text = this.#waiting === '' ? piece : this.#waiting + piece
    let from = 0
    for (let feed = text.indexOf(this.#lineEnd); feed >= 0; feed = text.indexOf(this.#lineEnd, from)) {
      this.#take(text, from, feed > from && text.charCodeAt(feed - 1) === 13 ? feed - 1 : feed, ++this.#lineNumber)
      from = feed + 1
    }
    this.#waiting = from < text.length ? text.slice(from) : ''
    if (this.#waiting.length > this.#limit) throw rowTooLong(this.#file, this.#lineNumber + 1, this.#limit)
  }

  end(): void {
    const text = this.#waiting
    this.#waiting = ''
    if (text !== '') this.#take(text, 0, text.endsWith('\r') ? text.length - 1 : text.length, ++this.#lineNumber)
  }
}

export const lineEndOf = (probe: string): '\n' | '\r' => (!probe.includes('\n') && probe.includes('\r') ? '\r' : '\n')

export const rowTooLong = (file: string, line: number, limit: number): Failure =>
  new Failure(
    'row_too_long',
    {
      zh: `文件“${file}”第 ${line} 行开始的一条记录超过 ${limit} 个字符（可能有没有闭合的引号，或者不是对账单）：请检查该行`,
      en: `file "${file}": the record that begins on line ${line} is longer than ${limit} characters (a quote left open, or no statement): look at that line`,
    },
    { file, line },
  )
