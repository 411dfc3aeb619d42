import { kept } from '../../kernel/kept.ts'
import { narrow } from '../amount_text.ts'
import type { Collector, Sentences } from '../collector.ts'
import { Count, countControl, sumControl } from './controls.ts'
import type { Cells } from './titled.ts'

/**
 * Totals as personal bills state them, above or below their rows: "共43笔记录", "收入：1笔 0.35元", "已支出:1笔,27元". A record
 * counts under the word its own row carries.
 */
export class StatedWords {
  records: string | null = null
  readonly #stated = new Map<string, { count: string; amount: string }>()
  readonly #counted = new Map<string, Count>()

  /** True where the line is a total. */
  note(cells: Cells): boolean {
    if (!/^\s*[\u4e00-\u9fff]/.test(cells[0] ?? '')) return false
    const text = narrow(cells.join(','))
      .replace(/[,\s]+$/, '')
      .trim()
    const records = /^共\s*(\d+)\s*笔记录$/.exec(text)
    if (records?.[1]) this.records = kept(records[1])
    const words = /^([^\s:\d,]{2,8}):\s*(\d+)\s*笔[,\s]*([+-]?[\d.,]+)\s*元$/.exec(text)
    if (words) {
      const [, word = '', count = '', amount = ''] = words
      this.#stated.set(kept(word), { count: kept(count), amount: kept(amount) })
    }
    return records !== null || words !== null
  }

  add(word: string, amount: number): void {
    let count = this.#counted.get(word)
    if (!count) this.#counted.set(kept(word), (count = new Count()))
    count.add(Math.abs(amount))
  }

  /** `because`: why the sums (never the numbers of records) may differ by the file's own word. */
  check(into: Collector, currency: string, because?: Sentences): void {
    if (this.records !== null) countControl(into, '共…笔记录', this.records, into.recordsOfPart, false)
    for (const [word, { count, amount }] of this.#stated) {
      const counted = this.#counted.get(word) ?? new Count()
      countControl(into, `${word} 笔数`, count, counted.count)
      const complete = this.records === String(into.recordsOfPart) && Number(count) === counted.count
      sumControl(into, `${word} 金额`, amount, counted.sum.value, currency, complete && because ? { because } : {})
    }
  }
}
