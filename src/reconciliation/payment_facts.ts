import type { PaymentRecords } from './payments.ts'

/**
 * What a column of few values means, worked out once for each spelling. Rows of one day mostly repeat the last value, and
 * comparing a few bytes is cheaper than making a string.
 */
export class PaymentFacts<T> {
  readonly #read: (text: string) => T
  readonly #known = new Map<string, T>()
  #last = new Uint8Array(0)
  #value: T | undefined

  constructor(read: (text: string) => T) {
    this.#read = read
  }

  of(records: PaymentRecords, field: number): T {
    const { bytes } = records
    const start = records.starts[field] as number
    const end = records.ends[field] as number
    const last = this.#last
    if (end - start === last.length && last.length > 0) {
      let i = 0
      while (i < last.length && last[i] === bytes[start + i]) i++
      if (i === last.length) return this.#value as T
    }
    const text = records.text(field).trim()
    let value = this.#known.get(text)
    if (value === undefined) this.#known.set(text, (value = this.#read(text)))
    this.#last = Uint8Array.from(bytes.subarray(start, end))
    this.#value = value
    return value
  }
}
