import { formatMinor } from '../../kernel/money.ts'
import type { Collector } from '../collector.ts'

/** Row by row and from end to end: opening balance + movements = closing balance. */
export class BalanceCheck {
  readonly #order: 'ascending' | 'descending'
  readonly #header: string
  readonly #into: Collector
  #begun = false
  /** The first and the last row that were taken, and whether the last one is followed by the next. */
  #first = { balance: 0, moved: 0 }
  #balance = 0
  #moved = 0
  #follows = false
  #breaks = 0
  #firstBreak: { record: number; line: number } | null = null

  constructor(order: 'ascending' | 'descending', header: string, into: Collector) {
    this.#order = order
    this.#header = header
    this.#into = into
  }

  take(balance: number, moved: number, record: number, line: number): void {
    if (this.#follows) {
      const holds =
        this.#order === 'ascending' ? this.#balance + moved === balance : balance + this.#moved === this.#balance
      if (!holds) {
        this.#breaks++
        this.#firstBreak ??= { record, line }
      }
    }
    if (!this.#begun) this.#first = { balance, moved }
    this.#begun = true
    this.#follows = true
    this.#balance = balance
    this.#moved = moved
  }

  /** A row without a balance, or rejected: the next one has nothing to follow. */
  gap(): void {
    this.#follows = false
  }

  end(net: bigint, rejected: boolean): void {
    if (!this.#begun) return
    const last = { balance: this.#balance, moved: this.#moved }
    const [earliest, latest] = this.#order === 'ascending' ? [this.#first, last] : [last, this.#first]
    const closing = BigInt(latest.balance)
    const computed = BigInt(earliest.balance) - BigInt(earliest.moved) + net
    const text = (value: bigint): string => formatMinor(value, '')
    this.#into.control(
      {
        name: `${this.#header}（期末）`,
        stated: text(closing),
        computed: text(computed),
        ok: computed === closing,
      },
      rejected,
    )
    if (this.#breaks > 0)
      this.#into.warn({ ...this.#firstBreak, column: this.#header }, 'balance_broken', {
        zh: `余额有 ${this.#breaks} 处不连续（首处见此行）：可能缺行、重复或顺序被改动`,
        en: `the balance does not follow in ${this.#breaks} places (this row is the first): rows may be missing, doubled or moved`,
      })
  }
}
