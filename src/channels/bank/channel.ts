import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { addDays, businessDayBounds, businessDayOf, type Day } from '../../kernel/business_day.ts'
import { Failure } from '../../kernel/failure.ts'
import type { BankAccount } from '../accounts.ts'
import { currencyRefused, type Unknown, unknown } from '../answers.ts'
import type { Channel, CloseAnswer, PaymentOutcome, PaymentRef, RefundOutcome, RefundRef } from '../channel.ts'
import { unreadable } from '../refusals.ts'
import type { Surroundings } from '../surroundings.ts'
import { BankFiles } from './files.ts'
import type { BankMovement } from './movements.ts'
import { referenceOf } from './reference.ts'

/** Days of statements that are searched for a transfer. */
const DAYS_MAX = 31

/**
 * Payment by bank transfer: the payer writes a reference into the remittance text, and the bank's statement says when the money is
 * there. The bank is asked by reading its files: the day's intraday statement until the final one is there. Refunds are made by
 * hand, with a reference of their own (`channelRefundNo`), and are pending until a statement shows them.
 */
export function bankChannel(account: BankAccount, { now, folder }: Surroundings): Channel {
  const { zone, cutoff, statements } = account
  const calendar = { zone, cutoff }
  const files = new BankFiles(resolve(folder, statements.folder), {
    zone,
    currency: account.currency,
    ...(statements.mapping ? { mapping: statements.mapping, standingMapping: true } : {}),
  })
  /** All movements with the reference since the day of `from`, oldest first; `missing`: a day without any file. */
  const search = async (
    reference: string,
    from: Date,
  ): Promise<{ found: BankMovement[]; missing: Day | null } | Unknown> => {
    const found: BankMovement[] = []
    let missing: Day | null = null
    try {
      for (const day of daysBetween(from, now(), calendar)) {
        const movements =
          (await files.movements(statements.daily, day)) ?? (await files.movements(statements.intraday, day))
        if (!movements) missing ??= day
        found.push(...(movements?.get(reference) ?? []))
      }
    } catch (error) {
      if (error instanceof Failure) return unknown(`${error.code}: ${error.en}`)
      throw error
    }
    return { found, missing }
  }
  const query = async (ref: PaymentRef): Promise<PaymentOutcome> => {
    const reference = referenceOf(ref.paymentNo)
    const searched = await search(reference, ref.createdAt)
    if ('state' in searched) return searched
    const { found, missing } = searched
    const credit = found.find(({ amount }) => amount > 0)
    if (!credit) return missing ? unknown(`no statement of ${missing} yet`) : { state: 'pending' }
    if (credit.contested) return namesSeveral(credit)
    if (found.some(({ amount }) => amount === -credit.amount)) return unknown('the bank took the credit back')
    return {
      state: 'success',
      channelTradeNo: credit.number || reference,
      amount: credit.amount,
      currency: credit.currency || account.currency,
      paidAt: instantOf(credit, calendar, ref.createdAt),
      payer: credit.payer,
      fee: null,
      merchant: account.account_no,
    }
  }
  const queryRefund = async (ref: RefundRef): Promise<RefundOutcome> => {
    const reference = referenceOf(ref.refundNo)
    const searched = await search(reference, ref.askedAt)
    if ('state' in searched) return searched
    const debit = searched.found.find(({ amount }) => amount < 0)
    if (!debit) return { state: 'pending', channelRefundNo: reference }
    if (debit.contested) return namesSeveral(debit)
    return {
      state: 'success',
      channelRefundNo: debit.number || reference,
      amount: -debit.amount,
      refundedAt: instantOf(debit, calendar, ref.askedAt),
    }
  }
  return {
    name: 'bank',
    account: account.account,
    merchant: account.account_no,
    methods: ['transfer'],
    refundsListedUnder: 'refund',
    calendar,
    accepted: { status: 200, contentType: 'text/plain', body: 'ok' },
    refused: { status: 404, contentType: 'text/plain', body: 'no notices here' },
    create: async payment =>
      currencyRefused(payment.currency, account.currency) ?? {
        state: 'pending',
        checkout: {
          kind: 'transfer',
          bank: account.bank_name,
          accountName: account.account_name,
          accountNo: account.account_no,
          reference: referenceOf(payment.paymentNo),
        },
      },
    query,
    // Nobody can stop a transfer: one that comes later is a surplus of the day's reconciliation.
    close: async (ref): Promise<CloseAnswer> => {
      const found = await query(ref)
      if (found.state === 'success') return { state: 'paid' }
      return found.state === 'pending' ? { state: 'closed' } : unknown(found.state === 'unknown' ? found.reason : '')
    },
    refund: async refund => ({ state: 'pending', channelRefundNo: referenceOf(refund.refundNo) }),
    queryRefund,
    readNotice: async () => {
      throw unreadable('bank', account.account, 'banks send no notices')
    },
    downloadStatement: async day => {
      const path = files.path(statements.daily, day)
      try {
        return { state: 'ready', name: basename(path), content: await readFile(path) }
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        return code === 'ENOENT'
          ? { state: 'not_published' }
          : { state: 'failed', reason: `${basename(path)}: ${code}` }
      }
    },
  }
}

const namesSeveral = ({ number, record }: BankMovement): Unknown =>
  unknown(`the text of ${number || `record ${record}`} names several references: a person must say which is paid`)

/** The last of them, up to DAYS_MAX. */
function daysBetween(from: Date, to: Date, calendar: Channel['calendar']): Day[] {
  const dayOf = businessDayOf(calendar)
  const last = dayOf(to.getTime())
  const asked = dayOf(from.getTime())
  const earliest = addDays(last, 1 - DAYS_MAX)
  const days: Day[] = []
  for (let day = asked > earliest ? asked : earliest; day <= last; day = addDays(day, 1)) days.push(day)
  return days
}

/** A statement that tells only the day: its beginning, but not before we asked for the money. */
function instantOf({ at, date }: BankMovement, calendar: Channel['calendar'], asked: Date): Date {
  if (at !== null) return new Date(at)
  const { from, to } = businessDayBounds(date ?? businessDayOf(calendar)(asked.getTime()), calendar)
  return asked.getTime() >= from && asked.getTime() < to ? asked : new Date(from)
}
