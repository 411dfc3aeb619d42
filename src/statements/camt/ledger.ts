import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { plainAmount } from '../amount_text.ts'
import { amountControl, type Collector, ExactSum } from '../collector.ts'
import type { Control } from '../statement.ts'

/** Controls shown one by one; of what holds beyond that only the number is told, what fails is always told up to ten times that. */
const SHOWN_MAX = 100
/** A statement states a dozen balances; more were made to hurt. */
const BALANCES_MAX = 500

export type Balance = {
  readonly type: string
  readonly currency: string
  readonly minor: number
  /** "2026-11-20", or "" where it does not say. */
  readonly day: string
}

/** Counts and sums that TxsSummry states, as written. */
export type Summary = {
  count: string
  sum: string
  net: string
  netSide: string
  creditCount: string
  creditSum: string
  debitCount: string
  debitSum: string
}

export const emptySummary = (): Summary => ({
  count: '',
  sum: '',
  net: '',
  netSide: '',
  creditCount: '',
  creditSum: '',
  debitCount: '',
  debitSum: '',
})

/** Booked money of one statement in one currency. */
class Booked {
  readonly all = new ExactSum()
  /** Of it, what has a value date after the closing balance. */
  readonly later = new ExactSum()
  hasLater = false
}

/** Sums over all currencies as the summary has them: a hash total. Per number of decimals, added up at the end. */
class MixedSum {
  readonly #parts = new Map<number, ExactSum>()

  add(minor: number, exponent: number): void {
    let part = this.#parts.get(exponent)
    if (!part) this.#parts.set(exponent, (part = new ExactSum()))
    part.add(minor)
  }

  /** In units of 0.00001. */
  get value(): bigint {
    let sum = 0n
    for (const [exponent, part] of this.#parts) sum += part.value * 10n ** BigInt(SUM_DECIMALS - exponent)
    return sum
  }
}

const SUM_DECIMALS = 5

class Entries {
  count = 0
  credits = 0
  debits = 0
  readonly sum = new MixedSum()
  readonly credit = new MixedSum()
  readonly debit = new MixedSum()
}

/** Tells the collector about controls, without letting a file with a million statements fill the memory. */
export class ControlList {
  readonly #into: Collector
  #shown = 0
  #held = 0
  #failed = 0

  constructor(into: Collector) {
    this.#into = into
  }

  add(control: Control): void {
    if (control.ok ? this.#shown < SHOWN_MAX : this.#failed < SHOWN_MAX * 10) {
      this.#into.control(control)
      if (control.ok) this.#shown++
    } else if (control.ok) this.#held++
    if (!control.ok) this.#failed++
  }

  end(): void {
    if (this.#held > 0)
      this.#into.control({ name: '其余控制合计', stated: String(this.#held), computed: String(this.#held), ok: true })
  }
}

/** What the pages before brought forward: opening balance and movements of an account whose statement goes on. */
export type Carried = {
  readonly account: string
  readonly page: number
  readonly opening: ReadonlyMap<string, bigint>
  readonly booked: ReadonlyMap<string, bigint>
}

/** The books of one Stmt, Rpt or Ntfctn: balances and totals it states against its entries. */
export class Ledger {
  /** What the statement calls itself; known before its entries end. */
  name: string
  readonly balances: Balance[] = []
  readonly summary = emptySummary()
  readonly #booked = new Map<string, Booked>()
  /** Entries of every status, and the booked ones alone. */
  readonly #entries = new Entries()
  readonly #final = new Entries()

  constructor(name: string) {
    this.name = name
  }

  balance(balance: Balance): void {
    if (this.balances.length < BALANCES_MAX) this.balances.push(balance)
  }

  /** One Ntry whose amount, direction and status are known. */
  entry(minor: number, currency: string, booked: boolean, valueDay: string): void {
    const exponent = exponentOf(currency)
    for (const tally of booked ? [this.#entries, this.#final] : [this.#entries]) {
      tally.count++
      tally.sum.add(Math.abs(minor), exponent)
      if (minor >= 0) {
        tally.credits++
        tally.credit.add(minor, exponent)
      } else {
        tally.debits++
        tally.debit.add(-minor, exponent)
      }
    }
    if (!booked) return
    let sums = this.#booked.get(currency)
    if (!sums) this.#booked.set(currency, (sums = new Booked()))
    sums.all.add(minor)
    const closing = this.#closing(currency)
    if (closing && closing.day !== '' && valueDay > closing.day) {
      sums.later.add(minor)
      sums.hasLater = true
    }
  }

  /** Checks everything; returns what the next page needs, and whether a booked balance was proven. */
  end(
    controls: ControlList,
    into: Collector,
    line: number,
    page: { account: string; number: number; last: boolean },
    carried: Carried | null,
  ): { carry: Carried | null; proven: boolean } {
    const before = carried && carried.account === page.account && carried.page === page.number - 1 ? carried : null
    let proven = false
    const opening = new Map<string, bigint>(before?.opening ?? [])
    for (const currency of new Set(this.balances.map(balance => balance.currency))) {
      const stated = this.#first('OPBD', currency) ?? this.#first('PRCD', currency)
      if (stated && !before?.opening.has(currency)) opening.set(currency, BigInt(stated.minor))
      const previous = this.#first('PRCD', currency)
      if (stated && previous && previous !== stated)
        controls.add(amountControl(`PRCD = OPBD ${this.name}`, BigInt(previous.minor), BigInt(stated.minor), currency))
      const closing = this.#closing(currency)
      const from = opening.get(currency)
      if (!closing || from === undefined) continue
      proven = true
      const moved = (before?.booked.get(currency) ?? 0n) + (this.#booked.get(currency)?.all.value ?? 0n)
      this.#close(controls, into, line, closing, from, moved)
    }
    const closed = this.balances.some(balance => balance.type === 'CLBD')
    if (!proven && opening.size > 0 && closed)
      into.warn({ line }, 'balance_not_comparable', {
        zh: `${this.name} 的期初余额与期末余额币种不同，无法用余额证明记录齐全：请与银行核对`,
        en: `${this.name}: opening and closing balance are in different currencies, so the balances prove nothing; ask the bank`,
      })
    if (!proven && !closed) proven = this.#available(controls)
    this.#summed(controls)
    if (page.last) return { carry: null, proven }
    const booked = new Map(before?.booked ?? [])
    for (const [currency, sums] of this.#booked) booked.set(currency, (booked.get(currency) ?? 0n) + sums.all.value)
    return { carry: { account: page.account, page: page.number, opening, booked }, proven }
  }

  #first(type: string, currency: string): Balance | undefined {
    return this.balances.find(balance => balance.type === type && balance.currency === currency)
  }

  #closing(currency: string): Balance | undefined {
    return this.balances.findLast(balance => balance.type === 'CLBD' && balance.currency === currency)
  }

  #close(controls: ControlList, into: Collector, line: number, closing: Balance, from: bigint, moved: bigint): void {
    const { currency } = closing
    const name = `OPBD + BOOK = CLBD ${this.name}`
    const stated = BigInt(closing.minor)
    const booked = this.#booked.get(currency)
    if (from + moved !== stated && booked?.hasLater && from + moved - booked.later.value === stated) {
      controls.add(amountControl(name, stated, stated, currency))
      into.warn({ line }, 'value_dated_later', {
        zh: `${this.name} 的期末余额不含起息日在 ${closing.day} 之后的 ${formatMinor(booked.later.value, currency)} ${currency}（部分银行如此）：其余分录与余额相符`,
        en: `${this.name}: the closing balance leaves out ${formatMinor(booked.later.value, currency)} ${currency} whose value date is after ${closing.day} (some banks do so); everything else adds up`,
      })
    } else controls.add(amountControl(name, stated, from + moved, currency))
  }

  /** Available balances may differ for good reasons; where they do add up they are proof. */
  #available(controls: ControlList): boolean {
    let proven = false
    for (const currency of new Set(this.balances.map(balance => balance.currency))) {
      const opening = this.#first('OPAV', currency)
      const closing = this.#first('CLAV', currency)
      if (!opening || !closing) continue
      const computed = BigInt(opening.minor) + (this.#booked.get(currency)?.all.value ?? 0n)
      if (computed !== BigInt(closing.minor)) continue
      controls.add(amountControl(`OPAV + BOOK = CLAV ${this.name}`, BigInt(closing.minor), computed, currency))
      proven = true
    }
    return proven
  }

  /** Banks count all entries or only the booked ones; whichever holds is what was meant. */
  #summed(controls: ControlList): void {
    const { summary } = this
    const count = (title: string, stated: string, of: (side: Entries) => number) => {
      if (stated === '') return
      const number = /^\d{1,15}$/.test(stated) ? Number(stated) : Number.NaN
      const computed = [of(this.#entries), of(this.#final)]
      const found = computed.includes(number) ? number : (computed[0] ?? 0)
      controls.add({ name: `TxsSummry ${title} ${this.name}`, stated, computed: String(found), ok: found === number })
    }
    const sum = (title: string, stated: string, of: (side: Entries) => bigint) => {
      if (stated === '') return
      const value = wholeOf(stated)
      const computed = [of(this.#entries), of(this.#final)]
      const found = value !== null && computed.includes(value) ? value : (computed[0] ?? 0n)
      controls.add({ name: `TxsSummry ${title} ${this.name}`, stated, computed: decimal(found), ok: found === value })
    }
    count('TtlNtries NbOfNtries', summary.count, side => side.count)
    sum('TtlNtries Sum', summary.sum, side => side.sum.value)
    const netSign = summary.netSide === 'DBIT' ? '-' : ''
    sum('TtlNetNtry', summary.net === '' ? '' : netSign + summary.net, side => side.credit.value - side.debit.value)
    count('TtlCdtNtries NbOfNtries', summary.creditCount, side => side.credits)
    sum('TtlCdtNtries Sum', summary.creditSum, side => side.credit.value)
    count('TtlDbtNtries NbOfNtries', summary.debitCount, side => side.debits)
    sum('TtlDbtNtries Sum', summary.debitSum, side => side.debit.value)
  }
}

/** A stated sum in units of 0.00001; null where it is no number. */
function wholeOf(text: string): bigint | null {
  const near = plainAmount(text, 0, text.length, SUM_DECIMALS)
  if (!Number.isNaN(near)) return BigInt(near)
  const parts = /^([+-]?)(\d{1,25})(?:\.(\d{1,5})0*)?$/.exec(text)
  if (!parts) return null
  const value = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(SUM_DECIMALS, '0')}`)
  return parts[1] === '-' ? -value : value
}

/** With two decimals, or more where there are more. */
function decimal(value: bigint): string {
  const negative = value < 0n
  const digits = (negative ? -value : value).toString().padStart(SUM_DECIMALS + 1, '0')
  const fraction = digits.slice(-SUM_DECIMALS).replace(/0{1,3}$/, '')
  return `${negative ? '-' : ''}${digits.slice(0, -SUM_DECIMALS)}.${fraction}`
}
