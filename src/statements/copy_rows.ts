/**
 * Rows in PostgreSQL's binary COPY format, written straight into a buffer: no object per value, and no 64-bit BigInt,
 * because a million rows of eighteen columns pass through here. The caller sees to it that a row fits (`roomFor`).
 */
export class CopyRows {
  readonly bytes: Buffer
  /** The same bytes. */
  readonly view: DataView
  at = 0

  constructor(size = 256 << 10) {
    this.bytes = Buffer.allocUnsafeSlow(size)
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
  }

  /** What stands before the first row of a COPY: signature, flags, no extension. */
  header(): void {
    this.at = this.bytes.write('PGCOPY\n\xff\r\n\0', this.at, 'latin1') + this.at
    this.#int32(0)
    this.#int32(0)
  }

  /** What stands after the last row. */
  trailer(): void {
    this.#int16(-1)
  }

  /** Is there room for so many more bytes? */
  roomFor(size: number): boolean {
    return this.at + size <= this.bytes.length
  }

  row(columns: number): void {
    this.#int16(columns)
  }

  null(): void {
    this.#int32(-1)
  }

  text(value: string): void {
    if (value === '') return this.#int32(0)
    const start = this.at
    const length = this.bytes.write(value, start + 4, 'utf8')
    this.#int32(length)
    this.at = start + 4 + length
  }

  boolean(value: boolean): void {
    this.#int32(1)
    this.view.setUint8(this.at++, value ? 1 : 0)
  }

  bytea(value: Uint8Array): void {
    this.#int32(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  /** UTF-8 that is known to be valid, from `bytes[start, end)`. */
  utf8(from: DataView, start: number, end: number): void {
    this.#int32(end - start)
    this.#copy(from, start, end)
  }

  /** Whole rows that were written elsewhere. */
  rows(from: CopyRows): void {
    this.bytes.set(from.bytes.subarray(0, from.at), this.at)
    this.at += from.at
  }

  /** A label or name written often: encoded once by `wordOf`. */
  word(encoded: DataView): void {
    this.#copy(encoded, 0, encoded.byteLength)
  }

  /** Four bytes at a time: fields are too short for a call into the runtime to pay. */
  #copy(from: DataView, start: number, end: number): void {
    const view = this.view
    let at = this.at
    let i = start
    for (const whole = end - 3; i < whole; i += 4, at += 4) view.setInt32(at, from.getInt32(i))
    for (; i < end; i++, at++) view.setUint8(at, from.getUint8(i))
    this.at = at
  }

  /** A safe integer as int8. */
  bigint(value: number): void {
    this.#int32(8)
    this.#int64(value)
  }

  /** file * 2^32 + record, without leaving 32 bits. */
  id(file: number, record: number): void {
    this.#int32(8)
    this.#int32(file)
    this.#int32(record)
  }

  /** Epoch milliseconds as timestamptz: microseconds since 2000. */
  instant(epochMs: number): void {
    this.#int32(8)
    this.#int64((epochMs - EPOCH_2000) * 1000)
  }

  /** Days since 1970-01-01 as date. */
  date(epochDay: number): void {
    this.#int32(4)
    this.#int32(epochDay - DAYS_TO_2000)
  }

  #int16(value: number): void {
    this.view.setInt16(this.at, value)
    this.at += 2
  }

  #int32(value: number): void {
    this.view.setInt32(this.at, value)
    this.at += 4
  }

  #int64(value: number): void {
    const high = Math.floor(value / 4_294_967_296)
    this.#int32(high)
    this.#int32(value - high * 4_294_967_296)
  }
}

const EPOCH_2000 = 946_684_800_000
const DAYS_TO_2000 = 10_957

/** Length and bytes of a text value, ready for `word`. */
export function wordOf(value: string): DataView {
  const text = Buffer.from(value, 'utf8')
  const encoded = new DataView(new ArrayBuffer(4 + text.length))
  encoded.setInt32(0, text.length)
  for (const [i, byte] of text.entries()) encoded.setUint8(4 + i, byte)
  return encoded
}

/** Remembers the encoding of the few values a column repeats (channel, currency, merchant), and forgets when they are many. */
export function wordsOf(): (value: string) => DataView {
  const known = new Map<string, DataView>()
  let last = ''
  let encoded = wordOf('')
  return value => {
    if (value === last) return encoded
    last = value
    let found = known.get(value)
    if (!found) {
      if (known.size > 10_000) known.clear()
      found = wordOf(value)
      known.set(value, found)
    }
    encoded = found
    return found
  }
}
