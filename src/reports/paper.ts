import PDFDocument from 'pdfkit'
import { type TextStyle, useFont, writeLine } from '../system/pdf_text.ts'
import { grouped } from './layout.ts'
import type { Cell } from './workbook.ts'

/** A4 across, filled from the top: headings, tables that go on with their head on the next page, a foot with the page's number. */

const WIDTH = 841.89
const HEIGHT = 595.28
const MARGIN = 34
export const INNER = WIDTH - 2 * MARGIN
const BOTTOM = HEIGHT - 46
const FAINT = '#6b7280'
const LINE = '#c7ccd4'
const ACCENT = '#0b4f8a'
const HEAD_FILL = '#eaf0f7'
const BAD = '#b42318'
const GOOD = '#1e7b34'
const ROW = 14
const SIZE = 7.5

export type PaperColumn = { readonly title: string; readonly weight: number; readonly right?: boolean }

export class Paper {
  readonly #pdf: PDFKit.PDFDocument
  readonly #foot: string
  #y = MARGIN

  /** `at`: when it was made; the document tells of no other clock. `foot`: stands at the foot of each page. */
  constructor({ title, at, foot }: { readonly title: string; readonly at: Date; readonly foot: string }) {
    this.#pdf = new PDFDocument({
      size: [WIDTH, HEIGHT],
      margin: 0,
      bufferPages: true,
      lang: 'zh-CN',
      info: { Title: title, Author: '抚州支付平台', CreationDate: at },
    })
    useFont(this.#pdf)
    this.#foot = foot
  }

  title(text: string, below: string): void {
    this.#line(text, MARGIN, this.#y, { size: 17, width: INNER, align: 'center', color: ACCENT })
    this.#line(below, MARGIN, this.#y + 24, { size: 8.5, width: INNER, align: 'center', color: FAINT })
    this.#y += 44
  }

  /** `room`: at least so much of what follows stands on the same page. */
  heading(text: string, room = 3 * ROW): void {
    this.#room(22 + room)
    this.#line(text, MARGIN, this.#y + 6, { size: 10.5, width: INNER, color: ACCENT })
    this.#y += 22
  }

  note(text: string, tone: 'faint' | 'good' | 'bad' = 'faint'): void {
    this.#room(ROW)
    const color = { faint: FAINT, good: GOOD, bad: BAD }[tone]
    this.#line(text, MARGIN, this.#y + 2, { size: 8, width: INNER, color })
    this.#y += ROW
  }

  /** Begins a table: draws its head, and returns what draws its rows. */
  table(columns: readonly PaperColumn[], width = INNER): (cells: readonly Cell[]) => void {
    const whole = columns.reduce((sum, { weight }) => sum + weight, 0)
    const places = columns.map((column, i) => ({
      ...column,
      x: MARGIN + (width * columns.slice(0, i).reduce((sum, { weight }) => sum + weight, 0)) / whole,
      width: (width * column.weight) / whole,
    }))
    const head = () => {
      this.#pdf.rect(MARGIN, this.#y, width, ROW).fill(HEAD_FILL)
      for (const { title, x, width: own, right } of places)
        this.#line(title, x + 3, this.#y + 2, { size: SIZE, width: own - 6, align: right ? 'right' : 'left' })
      this.#y += ROW
    }
    this.#room(2 * ROW)
    head()
    return cells => {
      if (this.#y + ROW > BOTTOM) {
        this.#turn()
        head()
      }
      for (const [i, { x, width: own, right }] of places.entries()) {
        const { text, color, strong } = shownOf(cells[i] ?? null)
        if (text === '') continue
        const style = {
          size: SIZE,
          width: own - 6,
          align: right ? 'right' : 'left',
          ...(color ? { color } : {}),
        } as const
        this.#line(text, x + 3, this.#y + 2, style)
        // The font has one weight: a strong line is drawn twice, a hair apart.
        if (strong) this.#line(text, x + 3.25, this.#y + 2, style)
      }
      this.#y += ROW
      this.#pdf
        .lineWidth(0.4)
        .strokeColor(LINE)
        .moveTo(MARGIN, this.#y)
        .lineTo(MARGIN + width, this.#y)
        .stroke()
    }
  }

  /** Where people sign. */
  signatures(names: readonly string[]): void {
    this.#room(58)
    this.#y += 20
    const width = INNER / names.length
    for (const [i, name] of names.entries()) {
      this.#line(name, MARGIN + i * width, this.#y + 14, { size: 9, width: 90 })
      this.#pdf
        .lineWidth(0.6)
        .strokeColor(FAINT)
        .moveTo(MARGIN + i * width + 92, this.#y + 28)
        .lineTo(MARGIN + (i + 1) * width - 18, this.#y + 28)
        .stroke()
    }
    this.#y += 38
  }

  /** The document, with feet on its pages. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { count } = this.#pdf.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      this.#pdf.switchToPage(page)
      this.#line(this.#foot, MARGIN, HEIGHT - 32, { size: 7, width: INNER - 80, color: FAINT })
      this.#line(`${page + 1} / ${count}`, WIDTH - MARGIN - 80, HEIGHT - 32, {
        size: 7,
        width: 80,
        align: 'right',
        color: FAINT,
      })
    }
    this.#pdf.end()
    yield* this.#pdf as unknown as AsyncIterable<Uint8Array>
  }

  #room(height: number): void {
    if (this.#y + height > BOTTOM) this.#turn()
  }

  #turn(): void {
    this.#pdf.addPage()
    this.#y = MARGIN
  }

  #line(text: string, x: number, y: number, style: TextStyle): void {
    writeLine(this.#pdf, text, x, y, style)
  }
}

function shownOf(cell: Cell): { text: string; color?: string; strong?: boolean } {
  if (cell === null) return { text: '' }
  if (typeof cell === 'string') return { text: cell }
  if ('decimal' in cell)
    return {
      text: grouped(cell.decimal),
      strong: cell.bold ?? false,
      ...(cell.decimal.startsWith('-') ? { color: BAD } : {}),
    }
  if (cell.style === 'good') return { text: cell.text, color: GOOD }
  if (cell.style === 'bad') return { text: cell.text, color: BAD }
  return { text: cell.text, strong: cell.style === 'bold' }
}
