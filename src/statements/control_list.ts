import type { Collector } from './collector.ts'
import type { Control } from './statement.ts'

/** Controls told one by one; a file of a million pages has more than anybody reads. */
const TOLD_MAX = 1_000

/** The controls of a file with many pages or accounts: the first ones by name, the others as one count. */
export class ControlList {
  readonly #into: Collector
  readonly #rest: string
  #told = 0
  #restStated = 0
  #restHeld = 0
  #restExplained = true

  /** `rest` names the control that stands for those that are not told one by one. */
  constructor(into: Collector, rest: string) {
    this.#into = into
    this.#rest = rest
  }

  add(control: Control, explained: boolean): void {
    if (this.#told < TOLD_MAX) {
      this.#told++
      this.#into.control(control, explained)
      return
    }
    this.#restStated++
    if (control.ok) this.#restHeld++
    else if (!explained) this.#restExplained = false
  }

  end(): void {
    if (this.#restStated === 0) return
    const [stated, computed] = [String(this.#restStated), String(this.#restHeld)]
    this.#into.control({ name: this.#rest, stated, computed, ok: stated === computed }, this.#restExplained)
  }
}
