import { hash } from 'node:crypto'
import { CopyRows } from './copy_rows.ts'
import type { Line } from './statement.ts'

/** A run of records of one file, `first` and `last` included, and the SHA-256 of what its lines say. */
export type Stretch = { readonly first: number; readonly last: number; readonly sha256: string }

/** One that stands in the book, of that file. */
export type HeldStretch = Stretch & { readonly file: number }

/** A row holds the number of its columns and its id before its order number. */
const ORDER_AT = 2 + 4 + 8
/** One row in so many ends a stretch: few enough that a changed row makes little to compare, enough that there are few stretches. */
const ENDS_ONE_IN = 256
const TAIL = 8

/**
 * Cuts a statement's rows into stretches while they are written, and leaves those out that an earlier version of the statement has brought. Where one ends is said by
 * its last row alone, so that versions that differ in some rows have all other stretches in common, wherever these lie. Content is all that the row says but
 * its id, and an order number that stands for a missing one.
 */
export class Stretches {
  /** Where the rows of the stretch at hand are written. */
  rows = new CopyRows()
  readonly #held = new Map<string, HeldStretch[]>()
  readonly #fresh: Stretch[] = []
  readonly #known: HeldStretch[] = []
  #content = Buffer.allocUnsafe(CONTENT)
  #length = 0
  #lines = 0
  #first = -1
  #last = -1
  /** Lines of this file that need not go into the book. */
  linesLeftOut = 0

  constructor(held: readonly HeldStretch[]) {
    for (const stretch of held) {
      const alike = this.#held.get(stretch.sha256)
      if (alike) alike.push(stretch)
      else this.#held.set(stretch.sha256, [stretch])
    }
  }

  /** Takes the row that was written from `start` on. True where the stretch ends with it. */
  take(line: Line, start: number): boolean {
    const { bytes, view, at } = this.rows
    const own = line.orderNo === ''
    const from = start + ORDER_AT
    const begin = own ? from + 4 + view.getInt32(from) : from
    if (this.#length + 1 + at - begin > this.#content.length)
      this.#content = Buffer.concat([this.#content.subarray(0, this.#length)], 2 * (this.#length + at - begin))
    // The mark tells rows with an order number from those without, so that no two stretches read alike.
    this.#content[this.#length] = own ? 1 : 0
    this.#content.set(bytes.subarray(begin, at), this.#length + 1)
    this.#length += 1 + at - begin
    if (this.#first < 0) this.#first = line.record
    this.#last = line.record
    this.#lines++
    return endsStretch(line)
  }

  /** Ends the stretch at hand. True where an earlier version has brought it: its rows need not go into the book. */
  end(): boolean {
    const sha256 = hash('sha256', this.#content.subarray(0, this.#length), 'hex')
    const held = this.#held.get(sha256)?.pop()
    if (held) {
      this.#known.push(held)
      this.linesLeftOut += this.#lines
    } else this.#fresh.push({ first: this.#first, last: this.#last, sha256 })
    this.#length = 0
    this.#lines = 0
    this.#first = -1
    return held !== undefined
  }

  get empty(): boolean {
    return this.#first < 0
  }

  /** Those that were left out, as they stand in the book. */
  known(): readonly HeldStretch[] {
    return this.#known
  }

  /** Those whose rows were handed on. */
  fresh(): readonly Stretch[] {
    return this.#fresh
  }
}

const CONTENT = 256 << 10

/** By the end of the number that tells the line from others, and its amount. */
function endsStretch({ tradeNo, merchantOrderNo, amount }: Line): boolean {
  const number = tradeNo === '' ? merchantOrderNo : tradeNo
  let mixed = amount | 0
  for (let i = Math.max(0, number.length - TAIL); i < number.length; i++)
    mixed = Math.imul(mixed ^ number.charCodeAt(i), 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) % ENDS_ONE_IN === 0
}
