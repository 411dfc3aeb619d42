import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** Bytes of one page; a longer text has a page of its own. */
const PAGE = 128 << 10
/** So many stay as they are: most workbooks have fewer. Those behind them are packed to about a fifth when they are full. */
const PLAIN_PAGES = 32
/** Packed pages that lie open: texts are asked for nearly in the order in which they came, and the common ones again and again. */
const OPEN_PAGES = 32
/** Where each packed page was opened so often, they are asked for in no order: then they stay open, for time rather than for memory. */
const OPENINGS_MAX = 8
/** Texts of which one place is kept; the others are counted on from there. */
const GROUP = 16
/** Texts whose lengths lie in one piece. */
const PIECE = 1 << 16
/** Stands for the length of a longer text, which is looked up. */
const LONG = 255

type Page = { bytes: Buffer | null; readonly packed: Buffer | null }

/**
 * Very many short texts, by number, in a few large pages of UTF-8: as many strings would take five to ten times that, and be walked by
 * every collection. Each takes its own bytes, fewer from 4 MB on, one for its length and a quarter of one for its place.
 */
export class TextStore {
  readonly #pages: Page[] = []
  readonly #lengths: Uint8Array[] = []
  /** Place of each group's first text: its page times PAGE, plus where in it. */
  readonly #places: Uint32Array[] = []
  readonly #long = new LongTexts()
  #count = 0
  /** The page that is written. */
  #written = Buffer.allocUnsafeSlow(PAGE)
  #end = 0
  /** Numbers of the packed pages that are open, the one opened longest ago first. */
  readonly #opened: number[] = []
  #openings = 0

  get length(): number {
    return this.#count
  }

  /** Together they may take 4 GB. */
  add(text: string): void {
    // No character takes more than three bytes of UTF-8 for each unit of UTF-16.
    const bytes = text.length * 3 <= PAGE - this.#end ? -1 : Buffer.byteLength(text)
    if (bytes > PAGE - this.#end && this.#end > 0) this.#turn()
    const number = this.#count++
    const at = number % PIECE
    if (at === 0) {
      this.#lengths.push(new Uint8Array(PIECE))
      this.#places.push(new Uint32Array(PIECE / GROUP))
    }
    if (at % GROUP === 0) this.#places.at(-1)![at / GROUP] = this.#pages.length * PAGE + this.#end
    let length = bytes
    if (bytes > PAGE) this.#pages.push({ bytes: Buffer.from(text), packed: null })
    else {
      length = this.#written.write(text, this.#end)
      this.#end += length
    }
    if (length >= LONG) this.#long.add(number, length)
    this.#lengths.at(-1)![at] = Math.min(length, LONG)
  }

  /** undefined: there is none of this number. */
  at(number: number): string | undefined {
    if (!(number >= 0 && number < this.#count)) return undefined
    const piece = Math.floor(number / PIECE)
    const at = number % PIECE
    const place = this.#places[piece]![Math.floor(at / GROUP)]!
    let page = Math.floor(place / PAGE)
    let from = place % PAGE
    for (let before = number - (at % GROUP); ; before++) {
      const length = this.#lengthOf(before)
      // As `add` laid them down: what does not fit into the rest of a page begins the next one, and a long one is a page.
      if (length > PAGE - from && from > 0) {
        page++
        from = 0
      }
      if (before === number) return this.#bytesOf(page).toString('utf8', from, from + length)
      if (length > PAGE) page++
      else from += length
    }
  }

  #lengthOf(number: number): number {
    const length = this.#lengths[Math.floor(number / PIECE)]![number % PIECE]!
    return length < LONG ? length : this.#long.lengthOf(number)
  }

  /** The page that is written is full. */
  #turn(): void {
    if (this.#pages.length < PLAIN_PAGES) {
      this.#pages.push({ bytes: this.#written, packed: null })
      this.#written = Buffer.allocUnsafeSlow(PAGE)
    } else this.#pages.push({ bytes: null, packed: packed(this.#written.subarray(0, this.#end)) })
    this.#end = 0
  }

  #bytesOf(number: number): Buffer {
    const page = this.#pages[number]
    if (!page) return this.#written
    if (page.bytes) return page.bytes
    const opened = zstdDecompressSync(page.packed!, { chunkSize: PAGE })
    const most = ++this.#openings > OPENINGS_MAX * this.#pages.length ? Number.POSITIVE_INFINITY : OPEN_PAGES
    if (this.#opened.length < most) page.bytes = Buffer.allocUnsafeSlow(PAGE)
    else {
      // Its memory is taken over: what is let go of waits for a collection of everything.
      const closed = this.#pages[this.#opened.shift()!]!
      page.bytes = closed.bytes!
      closed.bytes = null
    }
    opened.copy(page.bytes)
    this.#opened.push(number)
    return page.bytes
  }
}

function packed(bytes: Buffer): Buffer {
  const short = zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
    pledgedSrcSize: bytes.length,
    chunkSize: PAGE,
  })
  const own = Buffer.allocUnsafeSlow(short.length)
  short.copy(own)
  return own
}

/** The lengths of the texts that have no room for it among the others, in the order of their numbers. */
class LongTexts {
  /** Number and length of each. */
  #known = new Uint32Array(64)
  #count = 0

  add(number: number, length: number): void {
    if (this.#count * 2 === this.#known.length) {
      const longer = new Uint32Array(this.#known.length * 2)
      longer.set(this.#known)
      this.#known = longer
    }
    this.#known[this.#count * 2] = number
    this.#known[this.#count * 2 + 1] = length
    this.#count++
  }

  lengthOf(number: number): number {
    let from = 0
    for (let to = this.#count; to - from > 1; ) {
      const middle = (from + to) >> 1
      if (this.#known[middle * 2]! <= number) from = middle
      else to = middle
    }
    return this.#known[from * 2 + 1]!
  }
}
