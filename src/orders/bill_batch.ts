import { exponentOf } from '../kernel/money.ts'
import { digitsLost, narrow, readAmount } from '../statements/amount_text.ts'
import { UNDECODABLE } from '../statements/encoding.ts'
import { readWritten } from '../statements/table/dates.ts'
import type { BillColumn } from './bill_batch_columns.ts'
import type { OrderAsk } from './order.ts'

/** What a row's fee item must be: the ones there are, of all states. */
export type BillableItem = {
  readonly id: string
  readonly name: string
  readonly merchantNo: string
  readonly currency: string
  /** Both the item and its merchant. */
  readonly active: boolean
}

export type BillRow = OrderAsk & { readonly row: number }

/** One thing that is wrong in one row. What is shown of it is made by `problemText`. */
export type BillProblem = {
  /** Line of a CSV file, row of a sheet. */
  readonly row: number
  readonly column: BillColumn | null
  readonly severity: 'error' | 'warning'
  readonly code: BillProblemCode
  /** What stands there. */
  readonly found: string
  /** What should, where one example says it; or the number of the other row. */
  readonly expected: string
}

export type BillProblemCode =
  | 'undecodable'
  | 'quote_open'
  | 'field_count'
  | 'missing'
  | 'digits_lost'
  | 'unreadable'
  | 'too_long'
  | 'order_no_twice'
  | 'order_no_taken'
  | 'fee_item_unknown'
  | 'fee_item_ambiguous'
  | 'fee_item_unavailable'
  | 'fee_item_foreign'
  | 'amount_unreadable'
  | 'amount_not_positive'
  | 'due_date_past'
  | 'like_another'
  | 'like_existing'
  | 'column_ignored'
  | 'file_issued'

/** Sums by fee item. `bigint`: a batch of large bills may pass 2^53. */
export type BillTotal = {
  readonly feeItemId: string
  readonly name: string
  readonly currency: string
  count: number
  amount: bigint
}

export type BillContext = {
  readonly items: readonly BillableItem[]
  /** null: bills of any merchant. */
  readonly merchantNo: string | null
  /** The local day of the check, "YYYY-MM-DD": due dates before it are remarked upon. */
  readonly today: string
}

const LENGTHS: Partial<Record<BillColumn, number>> = {
  account_no: 64,
  payer_name: 80,
  title: 80,
  period: 40,
  email: 254,
}
const REQUIRED: readonly BillColumn[] = ['order_no', 'fee_item', 'account_no', 'amount']
const ORDER_NO = /^[A-Za-z0-9_-]{1,40}$/
const PHONE = /^(?:1[3-9]\d{9}|\+[1-9]\d{6,14})$/
const EMAIL = /^[^\s@<>()[\],;:"\\]+@[^\s@.]+(?:\.[^\s@.]+)+$/

/**
 * Checks the rows of one file one after the other, and keeps what is right of them. Pure: what the book says is added by
 * the caller. Every row is looked at wholly, so that all that is wrong can be mended in one go.
 */
export class BillChecker {
  readonly rows: BillRow[] = []
  readonly problems: BillProblem[] = []
  readonly totals = new Map<string, BillTotal>()
  records = 0
  readonly #context: BillContext
  readonly #byId: ReadonlyMap<string, BillableItem>
  readonly #byName = new Map<string, BillableItem[]>()
  readonly #orderNos = new Map<string, number>()
  readonly #bills = new Map<string, number>()

  constructor(context: BillContext) {
    this.#context = context
    this.#byId = new Map(context.items.map(item => [item.id, item]))
    for (const item of context.items) {
      if (context.merchantNo !== null && item.merchantNo !== context.merchantNo) continue
      this.#byName.set(item.name, [...(this.#byName.get(item.name) ?? []), item])
    }
  }

  /** A row by its columns; null where its quotes do not close. `extra`: cells beyond the header that are not empty. */
  take(row: number, cells: Readonly<Record<BillColumn, string>> | null, extra: string): void {
    this.records++
    if (cells === null) return void this.#say(row, null, 'quote_open', '', '"…"')
    const before = this.problems.length
    if (extra !== '') this.#say(row, null, 'field_count', extra, '')
    for (const column of Object.keys(cells) as BillColumn[]) this.#checkText(row, column, cells[column])
    const orderNo = this.#orderNo(row, cells.order_no)
    const item = this.#feeItem(row, cells.fee_item)
    const amount = this.#amount(row, cells.amount, item?.currency ?? 'CNY')
    const phone = this.#phone(row, cells.phone)
    this.#pattern(row, 'email', cells.email, EMAIL, 'name@example.com')
    const dueOn = this.#dueOn(row, cells.due_on)
    const wrong = this.problems.slice(before).some(problem => problem.severity === 'error')
    if (wrong || item === null || amount === null) return
    const bill: BillRow = {
      row,
      orderNo,
      merchantNo: item.merchantNo,
      feeItemId: item.id,
      accountNo: cells.account_no,
      payerName: cells.payer_name,
      phone,
      email: cells.email,
      title: cells.title,
      period: cells.period,
      amount,
      currency: item.currency,
      dueOn,
    }
    this.#lookForTwin(bill)
    this.rows.push(bill)
    const total = this.totals.get(item.id) ?? {
      feeItemId: item.id,
      name: item.name,
      currency: item.currency,
      count: 0,
      amount: 0n,
    }
    total.count++
    total.amount += BigInt(amount)
    this.totals.set(item.id, total)
  }

  #checkText(row: number, column: BillColumn, text: string): void {
    if (text.includes(UNDECODABLE) || text.includes('\ufffd')) {
      this.#say(row, column, 'undecodable', text.replaceAll(UNDECODABLE, '\ufffd'), '')
      return
    }
    if (text === '' && REQUIRED.includes(column)) this.#say(row, column, 'missing', '', EXAMPLES[column])
    const most = LENGTHS[column]
    if (most !== undefined && [...text].length > most) this.#say(row, column, 'too_long', text, `≤ ${most}`)
    if ((column === 'order_no' || column === 'account_no' || column === 'phone') && digitsLost(text))
      this.#say(row, column, 'digits_lost', text, EXAMPLES[column])
    else if (/\p{Cc}/u.test(text)) this.#say(row, column, 'unreadable', text, EXAMPLES[column])
  }

  #orderNo(row: number, text: string): string {
    if (text === '' || digitsLost(text)) return text
    this.#pattern(row, 'order_no', text, ORDER_NO, EXAMPLES.order_no)
    const first = this.#orderNos.get(text)
    if (first === undefined) this.#orderNos.set(text, row)
    else this.#say(row, 'order_no', 'order_no_twice', text, String(first))
    return text
  }

  #feeItem(row: number, text: string): BillableItem | null {
    if (text === '') return null
    const { merchantNo } = this.#context
    const byId = this.#byId.get(text)
    const named = byId ? [byId] : (this.#byName.get(text) ?? [])
    if (named.length === 0) return this.#say(row, 'fee_item', 'fee_item_unknown', text, this.#known())
    if (byId && merchantNo !== null && byId.merchantNo !== merchantNo)
      return this.#say(row, 'fee_item', 'fee_item_foreign', text, merchantNo)
    const active = named.filter(item => item.active)
    if (active.length === 0) return this.#say(row, 'fee_item', 'fee_item_unavailable', text, this.#known())
    if (active.length > 1)
      return this.#say(row, 'fee_item', 'fee_item_ambiguous', text, active.map(item => item.id).join(' / '))
    return active[0] as BillableItem
  }

  /** Some fee items that would do. */
  #known(): string {
    const { items, merchantNo } = this.#context
    const fit = items.filter(item => item.active && (merchantNo === null || item.merchantNo === merchantNo))
    return (
      fit
        .slice(0, 5)
        .map(item => `${item.id}（${item.name}）`)
        .join('、') + (fit.length > 5 ? ' …' : '')
    )
  }

  #amount(row: number, text: string, currency: string): number | null {
    if (text === '') return null
    const read = readAmount(text, { exponent: exponentOf(currency), decimal: '.' })
    if (typeof read === 'string') return this.#say(row, 'amount', 'amount_unreadable', text, read)
    if (read.side !== null) return this.#say(row, 'amount', 'amount_unreadable', text, 'unreadable')
    if (read.minor <= 0) return this.#say(row, 'amount', 'amount_not_positive', text, EXAMPLES.amount)
    return read.minor
  }

  /** Blanks and hyphens are how people write numbers. */
  #phone(row: number, text: string): string {
    const phone = narrow(text)
      .replace(/(?<=\d)[ -](?=\d)/g, '')
      .replace(/^\+86(?=1\d{10}$)/, '')
    if (!digitsLost(text)) this.#pattern(row, 'phone', phone, PHONE, EXAMPLES.phone)
    return phone
  }

  #dueOn(row: number, text: string): string | null {
    if (text === '') return null
    const written = readWritten(text)
    if (!written || written.ymd === 0 || (written.seconds ?? 0) !== 0)
      return this.#say(row, 'due_on', 'unreadable', text, EXAMPLES.due_on)
    const day = String(written.ymd).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
    if (day < this.#context.today)
      this.#say(row, 'due_on', 'due_date_past', text, `≥ ${this.#context.today}`, 'warning')
    return day
  }

  #pattern(row: number, column: BillColumn, text: string, pattern: RegExp, example: string): void {
    if (text !== '' && !text.includes(UNDECODABLE) && !pattern.test(text))
      this.#say(row, column, 'unreadable', text, example)
  }

  /** Another number for the same debt: probably billed twice. */
  #lookForTwin(bill: BillRow): void {
    if (bill.period === '') return
    const debt = [bill.feeItemId, bill.accountNo, bill.period, bill.amount, bill.title].join('\n')
    const first = this.#bills.get(debt)
    if (first === undefined) this.#bills.set(debt, bill.row)
    else this.#say(bill.row, 'account_no', 'like_another', bill.accountNo, String(first), 'warning')
  }

  #say(
    row: number,
    column: BillColumn | null,
    code: BillProblemCode,
    found: string,
    expected: string,
    severity: BillProblem['severity'] = 'error',
  ): null {
    this.problems.push({ row, column, severity, code, found: shortened(found), expected })
    return null
  }
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** How a good value looks. */
export const EXAMPLES: Readonly<Record<BillColumn, string>> = {
  order_no: 'W202611-000123',
  fee_item: '',
  account_no: '3601002688',
  payer_name: '张三',
  phone: '13812345678',
  email: 'name@example.com',
  title: '2026年11月水费',
  period: '2026-11',
  amount: '1234.50',
  due_on: '2026-12-31',
}
