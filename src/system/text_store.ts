/** Bytes of one page: what is wasted at most. */
const PAGE = 1 << 20

/**
 * Very many short texts, by number. As UTF-8 in a few large pages they take their own bytes and four more, where as many
 * strings take five to ten times that and are walked by every collection.
 */
export class TextStore {
  readonly #pages: Buffer[] = []
  /** Where each text begins, counted over all pages; then where the next one will. */
  #starts = new Uint32Array(1_024)
  #count = 0

  get length(): number {
    return this.#count
  }

  /** Together they may take 4 GB. */
  add(text: string): void {
    const start = this.#starts[this.#count]!
    const room = this.#pages.length * PAGE - start
    // No character takes more than three bytes of UTF-8 for each unit of UTF-16.
    const bytes = text.length * 3 < room ? this.#pages.at(-1)!.write(text, start % PAGE) : this.#spread(text, start)
    if (++this.#count === this.#starts.length) {
      const longer = new Uint32Array(this.#starts.length * 2)
      longer.set(this.#starts)
      this.#starts = longer
    }
    this.#starts[this.#count] = start + bytes
  }

  /** undefined: there is none of this number. */
  at(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined
    const [from, to] = [this.#starts[index]!, this.#starts[index + 1]!]
    const first = Math.floor(from / PAGE)
    if (to <= (first + 1) * PAGE) return this.#pages[first]?.toString('utf8', from % PAGE, to - first * PAGE) ?? ''
    const pieces: Buffer[] = []
    for (let at = from; at < to; at = (Math.floor(at / PAGE) + 1) * PAGE) {
      const page = Math.floor(at / PAGE)
      pieces.push(this.#pages[page]!.subarray(at % PAGE, Math.min(PAGE, to - page * PAGE)))
    }
    return Buffer.concat(pieces).toString('utf8')
  }

  /** Over the end of a page, and over as many as it takes. */
  #spread(text: string, start: number): number {
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length; ) {
      const at = (start + done) % PAGE
      const page = Math.floor((start + done) / PAGE)
      if (page === this.#pages.length) this.#pages.push(Buffer.allocUnsafeSlow(PAGE))
      done += bytes.copy(this.#pages[page]!, at, done)
    }
    return bytes.length
  }
}
