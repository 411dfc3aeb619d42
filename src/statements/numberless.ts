import type { Collector } from './collector.ts'

/**
 * Records of a channel's bill without any number of theirs. The channel always prints one, so somebody emptied the cell; they
 * count, but can be matched by nothing but their amount and time. Told once, with the first of them.
 */
export class Numberless {
  #count = 0
  #first: { readonly record: number; readonly line: number } | null = null

  note(record: number, line: number): void {
    this.#count++
    this.#first ??= { record, line }
  }

  tell(into: Collector, trade: string, order: string): void {
    if (!this.#first) return
    into.warn({ ...this.#first, column: trade }, 'number_missing', {
      zh: `${this.#count} 条记录的“${trade}”和“${order}”都为空，只能凭金额和时间核对：请使用渠道的原始账单`,
      en: `${this.#count} records have neither "${trade}" nor "${order}" and can be matched by amount and time only; use the channel's original bill`,
    })
  }
}
