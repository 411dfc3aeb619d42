import { kept } from '../kernel/kept.ts'
import { formatMinor } from '../kernel/money.ts'
import type { Control, Line, Problem, StatementEnd, Sums } from './statement.ts'

/** Problems kept for the report; the rest is only counted. */
const PROBLEMS_KEPT = 1_000
/** Sums run in a number and are moved to bigint before they could lose a unit. */
const SAFE_SUM = 2 ** 52

export type Sentences = { readonly zh: string; readonly en: string }

const REJECTED_LEFT_OUT: Sentences = { zh: '有被拒收的记录，合计因此不符', en: 'rejected records are left out of it' }

/** Where a problem is: N of the record, physical line, column header. */
export type Place = { readonly record?: number | null; readonly line?: number | null; readonly column?: string | null }

/** A sum of whole units that never rounds. */
export class ExactSum {
  #near = 0
  #far = 0n

  add(value: number): void {
    const sum = this.#near + value
    if (sum > SAFE_SUM || sum < -SAFE_SUM) {
      this.#far += BigInt(this.#near) + BigInt(value)
      this.#near = 0
    } else this.#near = sum
  }

  get value(): bigint {
    return this.#far + BigInt(this.#near)
  }
}

class CurrencyTally {
  readonly sums = [new ExactSum(), new ExactSum(), new ExactSum()] as const
  readonly counts: [number, number, number] = [0, 0, 0]

  add(line: Line): void {
    // A record that the file itself calls failed or closed moved no money either.
    const side =
      line.neutral || line.status === 'failed'
        ? 2
        : line.amount > 0 || (line.amount === 0 && line.kind === 'payment')
          ? 0
          : 1
    this.counts[side]++
    this.sums[side].add(line.amount)
  }

  read(): Sums {
    const of = (side: 0 | 1 | 2) => {
      const amount = this.sums[side].value
      return { count: this.counts[side], amount: amount < 0n ? -amount : amount }
    }
    return { credits: of(0), debits: of(1), neutral: of(2) }
  }
}

/** Takes what a reader finds: good lines, rejected records, doubts, controls; and judges the file at its end. */
export class Collector {
  /** Transaction records met so far, good and rejected. */
  records = 0
  rejectedCount = 0
  readonly file: string
  /** Records of the parts of a zip before the one at hand. */
  #before = 0
  #batch: Line[] = []
  #first: Line | null = null
  #last: Line | null = null
  #rejected: Problem[] = []
  /** Those of the batch that was handed over last. Whoever does not ask for them lets them go with it. */
  #told: readonly Problem[] = []
  readonly #problems: Problem[] = []
  #problemCount = 0
  readonly #controls: Control[] = []
  /** A failure that rejected rows cannot explain. */
  #broken = false
  readonly #tallies = new Map<string, CurrencyTally>()
  readonly #stated = new Set<string>()
  #madeAt: number | null = null
  #currency: string | null = null
  #tally = new CurrencyTally()

  constructor(file: string) {
    this.file = file
  }

  /** The next statement of the same zip: what it states of itself does not count the ones before it. */
  beginPart(): void {
    this.#before = this.records
  }

  get recordsOfPart(): number {
    return this.records - this.#before
  }

  add(line: Line): void {
    this.#batch.push(line)
    if (line.currency !== this.#currency) this.#turnTo(line.currency)
    this.#tally.add(line)
    if (this.#first === null) this.#first = detached(line)
  }

  /** A currency that an account of the file is kept in, known even where it has no records. */
  states(currency: string): void {
    if (this.#stated.size < 2) this.#stated.add(kept(currency))
  }

  /** When the file says that it was made, in epoch milliseconds; NaN says nothing. Of several statements in one file the last one tells. */
  made(at: number): void {
    if (at > (this.#madeAt ?? Number.NEGATIVE_INFINITY)) this.#madeAt = at
  }

  /** A record that cannot be read: it is told, counted, and the rest goes on. */
  reject(place: Place & { readonly record: number }, code: string, text: Sentences): void {
    this.rejectedCount++
    const problem = problemOf('error', place, code, text)
    this.#rejected.push(problem)
    this.#keep(problem)
  }

  /** A doubt that does not stop the file. */
  warn(place: Place, code: string, text: Sentences): void {
    this.#keep(problemOf('warning', place, code, text))
  }

  /** Trouble with the file as a whole (its end is missing): no row explains it, the file cannot be booked. */
  spoil(place: Place, code: string, text: Sentences): void {
    this.#broken = true
    this.#keep(problemOf('error', place, code, text))
  }

  /**
   * A stated total against the computed one. `explained`: the rejected rows may be what is missing; then the control still
   * fails, but the file keeps its chance of being booked without them. `because`: another reason than rejected rows.
   */
  control(control: Control, explained = this.rejectedCount > 0, because: Sentences = REJECTED_LEFT_OUT): void {
    this.#controls.push(control)
    if (control.ok) return
    if (!explained) this.#broken = true
    const becauseZh = explained ? `（${because.zh}）` : ''
    const becauseEn = explained ? ` (${because.en})` : ''
    const rejected = explained && because === REJECTED_LEFT_OUT
    const mendZh = rejected ? '请先处理被拒收的记录' : '请向渠道重新下载完整的文件后再核对'
    const mendEn = rejected ? 'see to the rejected records first' : 'fetch the complete file from the channel again'
    this.#keep(
      problemOf('error', {}, 'control_failed', {
        zh: `控制合计“${control.name}”不符：文件写 ${control.stated}，按记录计算为 ${control.computed}${becauseZh}。${mendZh}`,
        en: `control total "${control.name}" does not hold: the file states ${control.stated}, its records give ${control.computed}${becauseEn}; ${mendEn}`,
      }),
    )
  }

  /** Good lines and rejected records that nobody has taken yet. */
  get waiting(): number {
    return this.#batch.length + this.#rejected.length
  }

  takeBatch(): readonly Line[] {
    const batch = this.#batch
    this.#last = batch[batch.length - 1] ?? this.#last
    this.#batch = []
    this.#told = this.#rejected
    this.#rejected = []
    return batch
  }

  takeRejected(): readonly Problem[] {
    const rejected = this.#rejected.length === 0 ? this.#told : [...this.#told, ...this.#rejected]
    this.#told = []
    this.#rejected = []
    return rejected
  }

  end(sm3: string | null): StatementEnd {
    const byCurrency = new Map<string, Sums>()
    for (const [currency, tally] of this.#tallies) byCurrency.set(currency, tally.read())
    // Records, and not one that can be read: nothing to book.
    const nothing = this.records > 0 && this.rejectedCount >= this.records
    return {
      sm3,
      records: this.records,
      rejected: this.rejectedCount,
      byCurrency,
      currency: this.#stated.size === 1 ? [...this.#stated][0]! : null,
      madeAt: this.#madeAt,
      first: this.#first,
      last: this.#last && detached(this.#last),
      controls: this.#controls,
      problems: this.#problems,
      problemCount: this.#problemCount,
      verdict: this.#broken || nothing ? 'rejected' : this.#problemCount > 0 ? 'ready_with_warnings' : 'ready',
    }
  }

  #turnTo(currency: string): void {
    let tally = this.#tallies.get(currency)
    if (!tally) this.#tallies.set(kept(currency), (tally = new CurrencyTally()))
    this.#currency = kept(currency)
    this.#tally = tally
  }

  #keep(problem: Problem): void {
    this.#problemCount++
    if (this.#problems.length < PROBLEMS_KEPT) this.#problems.push(problem)
  }
}

/** A stated and a computed amount as a control, in the file's own decimals. */
export const amountControl = (name: string, stated: bigint, computed: bigint, currency: string): Control => ({
  name,
  stated: formatMinor(stated, currency),
  computed: formatMinor(computed, currency),
  ok: stated === computed,
})

function problemOf(severity: 'error' | 'warning', place: Place, code: string, text: Sentences): Problem {
  return {
    severity,
    record: place.record ?? null,
    line: place.line ?? null,
    column: place.column ?? null,
    code,
    // Sentences quote what was found.
    zh: kept(text.zh),
    en: kept(text.en),
  }
}

function detached(line: Line): Line {
  const entries = Object.entries(line).map(([key, value]) => [key, typeof value === 'string' ? kept(value) : value])
  return Object.fromEntries(entries) as Line
}
