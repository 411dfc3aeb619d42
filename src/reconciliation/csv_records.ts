import { isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync } from 'node:fs'

/** Why a file is no CSV in UTF-8, and on which line. */
export type CsvTrouble = { readonly line: number; readonly code: 'encoding' | 'binary' | 'quote' }

/**
 * Cuts a CSV file (RFC 4180, UTF-8) into records without making a string of anything: a record is where its fields lie in
 * `bytes`. Our own payments come by the million, and most of their bytes only pass through to the database.
 */
export class CsvRecords {
  /** Of the current record: field i is `bytes[starts[i], ends[i])`, without its outer quotes. */
  bytes: Buffer
  /** The same bytes. */
  view: DataView
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  /** 1 where the field holds doubled quotes. */
  doubled = new Uint8Array(64)
  fields = 0
  /** Physical line of the current record's first byte, 1-based. */
  line = 1
  trouble: CsvTrouble | null = null

  readonly #fd: number
  readonly #onProgress: (bytes: number) => void
  #at = 0
  #end = 0
  #checked = 0
  #eof = false
  #read = 0
  #nextLine = 1

  constructor(path: string, onProgress: (bytes: number) => void = () => {}, size = 512 << 10) {
    this.#fd = openSync(path, 'r')
    this.#onProgress = onProgress
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.view = viewOf(this.bytes)
    this.#refill()
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.#at = 3
  }

  /** Bytes of the current record, at most. */
  get size(): number {
    return (this.ends[this.fields - 1] ?? 0) - (this.starts[0] ?? 0)
  }

  text(field: number): string {
    const text = this.bytes.toString('utf8', this.starts[field], this.ends[field])
    return this.doubled[field] ? text.replaceAll('""', '"') : text
  }

  /** Goes to the next record that is not an empty line; false at the end of the file or at trouble. */
  next(): boolean {
    for (;;) {
      if (this.trouble) return false
      if (this.#at >= this.#end) {
        if (this.#eof) return false
        this.#refill()
        continue
      }
      if (!this.#cut()) {
        if (this.trouble) return false
        this.#refill()
        continue
      }
      if (this.fields > 1 || this.starts[0] !== this.ends[0]) return true
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  /** Finds the fields of the record at `#at`; false when its end has not been read yet. */
  #cut(): boolean {
    const { bytes } = this
    const end = this.#end
    let at = this.#at
    let field = 0
    let line = this.#nextLine
    for (;;) {
      if (field === this.starts.length) this.#widen()
      let doubled = 0
      let from = at
      let to: number
      if (at < end && bytes[at] === QUOTE) {
        from = ++at
        for (;;) {
          if (at >= end) return this.#eof ? this.#fail('quote', this.#nextLine) : false
          const c = bytes[at]
          if (c === QUOTE) {
            if (at + 1 >= end && !this.#eof) return false
            if (at + 1 < end && bytes[at + 1] === QUOTE) {
              doubled = 1
              at += 2
              continue
            }
            break
          }
          if (c === NEWLINE) line++
          at++
        }
        to = at++
        if (at < end && bytes[at] === RETURN && at + 1 >= end && !this.#eof) return false
        if (
          at < end &&
          bytes[at] !== COMMA &&
          bytes[at] !== NEWLINE &&
          !(bytes[at] === RETURN && (at + 1 >= end || bytes[at + 1] === NEWLINE))
        )
          return this.#fail('quote', line)
        if (at < end && bytes[at] === RETURN) at++
      } else {
        let c = 0
        while (at < end) {
          c = bytes[at] as number
          if (c === COMMA || c === NEWLINE) break
          at++
        }
        to = at
        if (to > from && bytes[to - 1] === RETURN && (at >= end || c === NEWLINE)) to--
      }
      this.starts[field] = from
      this.ends[field] = to
      this.doubled[field] = doubled
      field++
      if (at >= end) {
        if (!this.#eof) return false
        break
      }
      if (bytes[at] === NEWLINE) {
        line++
        at++
        break
      }
      at++
    }
    this.fields = field
    this.line = this.#nextLine
    this.#nextLine = line
    this.#at = at
    return true
  }

  #fail(code: CsvTrouble['code'], line: number): false {
    this.trouble = { code, line }
    return false
  }

  #widen(): void {
    const wider = (old: Int32Array) => {
      const fresh = new Int32Array(old.length * 2)
      fresh.set(old)
      return fresh
    }
    this.starts = wider(this.starts)
    this.ends = wider(this.ends)
    const doubled = new Uint8Array(this.doubled.length * 2)
    doubled.set(this.doubled)
    this.doubled = doubled
  }

  /** Moves what is left to the front and reads on; a record longer than the buffer makes the buffer grow. */
  #refill(): void {
    if (this.#eof) return
    const left = this.#end - this.#at
    if (this.#at === 0 && left === this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2)
      this.bytes.copy(larger, 0, 0, left)
      this.bytes = larger
      this.view = viewOf(larger)
    } else if (this.#at > 0) {
      this.bytes.copyWithin(0, this.#at, this.#end)
      this.#checked -= this.#at
      this.#at = 0
      this.#end = left
    }
    const count = readSync(this.#fd, this.bytes, this.#end, this.bytes.length - this.#end, null)
    this.#end += count
    this.#read += count
    if (count === 0) this.#eof = true
    this.#onProgress(this.#read)
    this.#check()
  }

  /** Whole lines only: a character never reaches over a line's end. */
  #check(): void {
    const { bytes } = this
    const until = this.#eof ? this.#end : bytes.lastIndexOf(NEWLINE, this.#end - 1) + 1
    if (until <= this.#checked || until > this.#end) return
    const fresh = bytes.subarray(this.#checked, until)
    if (fresh.includes(0)) this.#fail('binary', this.#lineOf(this.#checked + fresh.indexOf(0)))
    else if (!isUtf8(fresh)) this.#fail('encoding', this.#lineOf(firstInvalid(bytes, this.#checked, until)))
    this.#checked = until
  }

  #lineOf(position: number): number {
    let line = this.#nextLine
    for (let i = this.#at; i < position; i++) if (this.bytes[i] === NEWLINE) line++
    return line
  }
}

export const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

function firstInvalid(bytes: Buffer, from: number, to: number): number {
  for (let start = from; start < to; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline < 0 || newline >= to ? to : newline + 1
    if (!isUtf8(bytes.subarray(start, end))) return start
    start = end
  }
  return from
}

const COMMA = 44
const NEWLINE = 10
const RETURN = 13
const QUOTE = 34
