import { readPaymentsXlsx } from '../system/spreadsheet.ts'
import { viewOf } from './csv_records.ts'

/** Rows of a workbook in the shape of CSV records, so that one writer serves both. */
export class SheetRecords {
  bytes = Buffer.alloc(64 << 10)
  view = viewOf(this.bytes)
  starts = new Int32Array(256)
  ends = new Int32Array(256)
  doubled = new Uint8Array(256)
  fields = 0
  line = 0
  readonly trouble = null
  readonly #pages: AsyncGenerator<{
    readonly header: readonly string[]
    readonly rows: readonly { row: number; cells: readonly string[] }[]
  }>
  #rows: { row: number; cells: readonly string[] }[] = []
  #at = 0
  #begun = false

  constructor(path: string, name: string) {
    this.#pages = readPaymentsXlsx(path, name)
  }

  get size(): number {
    return this.ends[this.fields - 1] ?? 0
  }

  text(field: number): string {
    return this.bytes.toString('utf8', this.starts[field], this.ends[field])
  }

  next(): boolean {
    const found = this.#rows[this.#at]
    if (!found) return false
    this.#at++
    this.#lay(found.cells)
    this.line = found.row
    return true
  }

  async more(): Promise<boolean> {
    for (;;) {
      const page = await this.#pages.next()
      if (page.done) return false
      this.#rows = [...(this.#begun ? [] : [{ row: 1, cells: page.value.header }]), ...page.value.rows]
      this.#begun = true
      this.#at = 0
      if (this.#rows.length > 0) return true
    }
  }

  async close(): Promise<void> {
    await this.#pages.return(undefined)
  }

  #lay(cells: readonly string[]): void {
    const size = cells.reduce((sum, cell) => sum + cell.length * 3, 0)
    if (size > this.bytes.length) {
      this.bytes = Buffer.alloc(size * 2)
      this.view = viewOf(this.bytes)
    }
    if (cells.length > this.starts.length) {
      this.starts = new Int32Array(cells.length)
      this.ends = new Int32Array(cells.length)
      this.doubled = new Uint8Array(cells.length)
    }
    let at = 0
    for (const [i, cell] of cells.entries()) {
      this.starts[i] = at
      at += this.bytes.write(cell, at)
      this.ends[i] = at
    }
    this.fields = cells.length
  }
}
