import type { CopyRows } from '../statements/copy_rows.ts'
import type { RepeatWatch } from '../statements/repeats.ts'
import { SPACES } from '../statements/store.ts'

/**
 * Does a payment_no occur twice? Files written in the order of their numbers prove on the way that none does, and cost
 * nothing. Others are watched from the beginning; where the order breaks only late, the database looks at the end.
 */
export class PaymentNumbers {
  readonly #watch: RepeatWatch
  #last = Buffer.alloc(0)
  /** The numbers so far, as long as they are few and ascending. */
  #beginning: Buffer[] | null = []
  #state: 'ascending' | 'watched' | 'unknown' = 'ascending'

  constructor(watch: RepeatWatch) {
    this.#watch = watch
  }

  /** Takes the number that was just written, in [start, end) of the row buffer. */
  add({ bytes, view }: CopyRows, start: number, end: number): void {
    if (this.#state === 'ascending' && !this.#ascends(bytes, start, end)) this.#breakOrder()
    if (this.#state === 'watched') this.#watch.note(SPACES.payment, view, start, end)
  }

  /** Numbers that may occur twice; null: any may. */
  suspects(): readonly string[] | null {
    if (this.#state === 'ascending') return []
    return this.#state === 'watched' ? this.#watch.repeated([SPACES.payment]) : null
  }

  #ascends(bytes: Buffer, start: number, end: number): boolean {
    const last = this.#last
    const length = end - start
    let i = 0
    while (i < last.length && i < length && bytes[start + i] === last[i]) i++
    const ascends =
      i === last.length ? length > last.length : i < length && (bytes[start + i] as number) > (last[i] as number)
    if (!ascends) return false
    if (length === last.length) for (; i < length; i++) last[i] = bytes[start + i] as number
    else this.#last = Buffer.from(bytes.subarray(start, end))
    if (this.#beginning === null) return true
    this.#beginning.push(Buffer.from(bytes.subarray(start, end)))
    if (this.#beginning.length > BEGINNING) this.#beginning = null
    return true
  }

  #breakOrder(): void {
    if (this.#beginning === null) {
      this.#state = 'unknown'
      return
    }
    this.#state = 'watched'
    for (const number of this.#beginning) {
      const copy = Uint8Array.from(number)
      this.#watch.note(SPACES.payment, new DataView(copy.buffer), 0, copy.length)
    }
    this.#beginning = null
  }
}

const BEGINNING = 4_096
