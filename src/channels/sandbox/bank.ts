import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addDays, type Day } from '../../kernel/business_day.ts'
import { bankStatement } from '../../statements/writing/bank.ts'
import type { WrittenRow } from '../../statements/writing/row.ts'
import { beijing } from '../../statements/writing/row.ts'
import { wholeFile } from '../../system/whole_file.ts'
import { BANK_FILES, MERCHANT } from './accounts.ts'
import type { Transfer } from './book.ts'
import { channelNo, type Desk } from './desk.ts'
import { publishedUntil } from './statements.ts'

export type TransferAsk = {
  readonly amount: number
  readonly text: string
  readonly payer?: string | undefined
  readonly payerName?: string | undefined
}

/** A transfer arrives (or leaves, when the amount is negative). */
export function transfer(desk: Desk, ask: TransferAsk): Transfer {
  const at = desk.now()
  const made: Transfer = {
    flowNo: channelNo(desk, 'SB', beijing(at).replace(/\D/g, '').slice(0, 8), 10),
    at,
    amount: ask.amount,
    payer: ask.payer ?? '6222000000000000018',
    payerName: ask.payerName ?? '沙箱付款人',
    text: ask.text,
  }
  desk.record({ t: 'transfer', transfer: made })
  return made
}

/** The rows of a day, restatements applied. */
export function bankRows(desk: Desk, day: Day): WrittenRow[] {
  const { book } = desk
  const row = ({ flowNo, at, amount, payer, text }: Transfer): WrittenRow => ({
    kind: amount < 0 ? 'refund' : 'payment',
    ...{ tradeNo: flowNo, merchantOrderNo: '', refundNo: '', channelRefundNo: '' },
    ...{ amount: Math.abs(amount), currency: 'CNY', at, merchant: MERCHANT.accountNo, payer, fee: 0, batch: '' },
    goods: text,
  })
  const rows = book.transfers.filter(({ at }) => book.dayOf('bank', at) === day).map(row)
  return book.restated
    .filter(each => each.channel === 'bank' && each.day === day)
    .reduce((before, { remove, change, add }) => {
      const stayed = before
        .filter(({ tradeNo }) => !remove.includes(tradeNo))
        .map(each => ({ ...each, amount: change.find(({ no }) => no === each.tradeNo)?.amount ?? each.amount }))
      const added = add.map(({ no, amount, at }) =>
        row({ flowNo: no, at, amount, payer: '', payerName: '', text: '补记' }),
      )
      return [...stayed, ...added]
    }, rows)
}

/** Writes the bank's files into the folder that stands for 银企直联: today's as it is, the final ones of days that are over. */
export class BankFolder {
  readonly #desk: Desk
  readonly #folder: string
  readonly #written = new Map<string, string>()
  #working: Promise<void> = Promise.resolve()

  constructor(desk: Desk, folder: string) {
    this.#desk = desk
    this.#folder = folder
  }

  /** Whatever changed since the last time. */
  write(): Promise<void> {
    this.#working = this.#working.then(() => this.#write())
    return this.#working
  }

  async #write(): Promise<void> {
    const { book, faults } = this.#desk
    await this.#desk.journal.settled()
    await mkdir(this.#folder, { recursive: true })
    const today = book.dayOf('bank', this.#desk.now())
    const days = new Set([today, addDays(today, -1), ...book.transfers.map(({ at }) => book.dayOf('bank', at))])
    for (const day of days) {
      const rows = bankRows(this.#desk, day)
      const over = publishedUntil(this.#desk, 'bank', day) !== null
      if (day === today) await this.#file(BANK_FILES.intraday, day, rows)
      if (!over || isLate(faults, day)) continue
      await this.#file(BANK_FILES.daily, day, rows)
    }
  }

  async #file(pattern: string, day: Day, rows: readonly WrittenRow[]): Promise<void> {
    const path = join(this.#folder, pattern.replace('{day}', day.replaceAll('-', '')))
    const mark = JSON.stringify(rows)
    if (this.#written.get(path) === mark) return
    const file = wholeFile(path)
    await writeFile(file.draft, bankStatement(rows))
    await file.finish()
    this.#written.set(path, mark)
  }
}

const isLate = ({ rules }: Desk['faults'], day: Day): boolean =>
  rules.some(
    ({ on, do: what, channel = 'bank', no = day }) =>
      on === 'bill' && what === 'late' && channel === 'bank' && no === day,
  )
