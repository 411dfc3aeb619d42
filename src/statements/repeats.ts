/**
 * Notices numbers that occur more than once in a book while it is loaded, in a fixed amount of memory (a blocked Bloom
 * filter): what it names may rarely occur only once, what it does not name certainly does. Rows under a named number are
 * left to the engine, so a false alarm costs a little time and nothing else.
 *
 * Every look into the filter waits for main memory, so numbers queue up and are looked up together: then the waits overlap.
 */
export class RepeatWatch {
  readonly #words: Int32Array
  readonly #lastBlock: number
  readonly #repeated = new Map<number, Set<string>>()
  readonly #queue = new Int32Array(QUEUE * 5)
  #queued = 0
  #bytes: DataView | undefined
  #overflow = false

  /** `bytes` of the book's files: the filter grows with them, up to its limit. */
  constructor(bookBytes: number) {
    const wanted = Math.min(FILTER_MAX, Math.max(FILTER_MIN, bookBytes / 32))
    const size = 2 ** Math.ceil(Math.log2(wanted))
    this.#words = new Int32Array(size / 4)
    this.#lastBlock = size / BLOCK_BYTES - 1
  }

  /**
   * Notes the number that lies in `bytes[start, end)`; they must stay as they are until `lookUp`.
   * Numbers of different `space` are different numbers.
   */
  note(space: number, bytes: DataView, start: number, end: number): void {
    if (start === end) return
    if (bytes !== this.#bytes || this.#queued === QUEUE) {
      this.lookUp()
      this.#bytes = bytes
    }
    // After cyrb53, by four bytes: two multiplicative hashes that end in each other.
    let a = 0xdeadbeef ^ space
    let b = 0x41c6ce57 ^ space
    let i = start
    for (const whole = end - 3; i < whole; i += 4) {
      const four = bytes.getInt32(i)
      a = Math.imul(a ^ four, 0x9e3779b1)
      b = Math.imul(b ^ four ^ (b >>> 15), 0x5f356495)
      a ^= a >>> 15
    }
    for (; i < end; i++) {
      const one = bytes.getUint8(i)
      a = Math.imul(a ^ one, 0x9e3779b1)
      b = Math.imul(b ^ one, 0x5f356495)
    }
    a ^= end - start
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35)
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
    const queue = this.#queue
    const at = this.#queued++ * 5
    queue[at] = (a & this.#lastBlock) * (BLOCK_BYTES / 4)
    queue[at + 1] = b
    queue[at + 2] = space
    queue[at + 3] = start
    queue[at + 4] = end
  }

  /** Looks up what is queued; before the bytes that were noted are overwritten. */
  lookUp(): void {
    const words = this.#words
    const queue = this.#queue
    const length = this.#queued * 5
    let any = 0
    for (let at = 0; at < length; at += 5) any |= words[queue[at] as number] as number
    if (any === 0 && length === 0) return
    for (let at = 0; at < length; at += 5) {
      const block = queue[at] as number
      const b = queue[at + 1] as number
      // Four bits of the block's 256: of each byte three bits pick the word, five the bit.
      const w1 = block + ((b >>> 5) & 7)
      const w2 = block + ((b >>> 13) & 7)
      const w3 = block + ((b >>> 21) & 7)
      const w4 = block + ((b >>> 29) & 7)
      const b1 = 1 << (b & 31)
      const b2 = 1 << ((b >>> 8) & 31)
      const b3 = 1 << ((b >>> 16) & 31)
      const b4 = 1 << ((b >>> 24) & 31)
      const seen =
        ((words[w1] as number) & b1) !== 0 &&
        ((words[w2] as number) & b2) !== 0 &&
        ((words[w3] as number) & b3) !== 0 &&
        ((words[w4] as number) & b4) !== 0
      if (seen) {
        this.#name(queue[at + 2] as number, queue[at + 3] as number, queue[at + 4] as number)
        continue
      }
      words[w1] = (words[w1] as number) | b1
      words[w2] = (words[w2] as number) | b2
      words[w3] = (words[w3] as number) | b3
      words[w4] = (words[w4] as number) | b4
    }
    this.#queued = 0
  }

  /** The numbers of these spaces that may occur more than once; null when they are so many that the database should find them. */
  repeated(spaces: readonly number[]): string[] | null {
    this.lookUp()
    if (this.#overflow) return null
    return [...new Set(spaces.flatMap(space => [...(this.#repeated.get(space) ?? [])]))]
  }

  #name(space: number, start: number, end: number): void {
    const bytes = this.#bytes
    if (this.#overflow || bytes === undefined) return
    let names = this.#repeated.get(space)
    if (!names) this.#repeated.set(space, (names = new Set()))
    names.add(Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start).toString('utf8'))
    if (names.size <= NAMES_MAX) return
    this.#overflow = true
    this.#repeated.clear()
  }
}

const BLOCK_BYTES = 32
const QUEUE = 256
const FILTER_MIN = 64 << 10
const FILTER_MAX = 64 << 20
const NAMES_MAX = 200_000
