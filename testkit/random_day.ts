import fc from 'fast-check'
import { businessDayOf } from '../src/kernel/business_day.ts'
import type { Entry } from '../src/matching/entry.ts'
import { DEFAULT_CHANNEL_RULES } from '../src/rules/rules.ts'

/**
 * A random day of both books with faults, and the truth behind it: `tx` names the movement of money that a row tells of.
 * Amounts come from a small set on purpose, so that equal amounts at the same minute are common.
 */
export type TrueRow = { readonly entry: Entry; readonly tx: string; readonly debt: string }
export type RandomDay = { readonly payments: readonly TrueRow[]; readonly lines: readonly TrueRow[] }

const DAY_START = Date.parse('2026-11-20T00:00:00+08:00')
const dayOf = businessDayOf(DEFAULT_CHANNEL_RULES.calendar)

type Fault =
  | 'none'
  | 'lost_notice'
  | 'not_listed'
  | 'amount'
  | 'status'
  | 'duplicate'
  | 'double_line'
  | 'split'
  | 'merged'
  | 'refund'
  | 'fee'
  | 'keyless'
  | 'late'
  | 'currency'
  | 'failed_both'

const FAULTS: readonly Fault[] = [
  'none',
  'none',
  'none',
  'none',
  'lost_notice',
  'not_listed',
  'amount',
  'status',
  'duplicate',
  'double_line',
  'split',
  'merged',
  'refund',
  'refund',
  'fee',
  'keyless',
  'keyless',
  'late',
  'currency',
  'failed_both',
]

const transaction = fc.record({
  fault: fc.constantFrom(...FAULTS),
  channel: fc.constantFrom('wechat', 'alipay'),
  amount: fc.constantFrom(1000, 1000, 2000, 3000, 5000, 7000, 12_345),
  second: fc.oneof(fc.integer({ min: 0, max: 86_399 }), fc.constantFrom(1, 60, 43_200, 43_205, 43_260, 86_398)),
  delay: fc.integer({ min: 0, max: 240 }),
  merchant: fc.constantFrom('M1', 'M2'),
  payer: fc.constantFrom('A', 'B', ''),
  ourTrade: fc.boolean(),
  ourMo: fc.boolean(),
  theirMo: fc.boolean(),
  fee: fc.boolean(),
})

type Transaction = typeof transaction extends fc.Arbitrary<infer T> ? T : never

export const randomDay: fc.Arbitrary<RandomDay> = fc.array(transaction, { minLength: 1, maxLength: 40 }).map(build)

function build(transactions: readonly Transaction[]): RandomDay {
  const payments: TrueRow[] = []
  const lines: TrueRow[] = []
  transactions.forEach((t, i) => {
    const order = `O${i}`
    const keyless = t.fault === 'keyless'
    const at = DAY_START + t.second * 1000
    const number = (n: number) => `T${i}x${n}`
    const ours = (n: number, change: Partial<Entry> = {}): Entry => ({
      ...blank,
      id: `P${i}x${n}x${payments.length}`,
      channel: t.channel,
      orderNo: order,
      // A row must be findable by something: where the channel number is unknown to us, the statement names our order.
      tradeNo: keyless || !(t.ourTrade || !t.theirMo) ? '' : number(n),
      merchantOrderNo: keyless || !t.ourMo ? '' : order,
      amount: t.amount,
      at,
      day: dayOf(at),
      merchant: t.merchant,
      payer: t.payer,
      fee: t.fee ? 6 : null,
      ...change,
    })
    const theirs = (n: number, change: Partial<Entry> = {}): Entry => {
      const bookedAt = at + t.delay * 1000 + (t.fault === 'late' ? 7200_000 : 0)
      return {
        ...blank,
        id: `s.csv#${lines.length + 1}`,
        channel: t.channel,
        tradeNo: keyless ? '' : number(n),
        merchantOrderNo: keyless || !t.theirMo ? '' : order,
        amount: t.amount,
        at: bookedAt,
        day: dayOf(bookedAt),
        merchant: t.merchant,
        payer: t.payer,
        fee: 6,
        ...change,
      }
    }
    const we = (entry: Entry, tx: string) => payments.push({ entry, tx, debt: order })
    const they = (entry: Entry, tx: string) => lines.push({ entry, tx, debt: order })
    const tx = number(1)
    switch (t.fault) {
      case 'none':
      case 'late':
      case 'keyless':
        we(ours(1), tx)
        they(theirs(1), tx)
        break
      case 'lost_notice':
        they(theirs(1), tx)
        break
      case 'not_listed':
        we(ours(1), tx)
        break
      case 'amount':
        we(ours(1), tx)
        they(theirs(1, { amount: t.amount + 10 }), tx)
        break
      case 'status':
        we(ours(1, { status: t.ourMo ? 'pending' : 'failed' }), tx)
        they(theirs(1), tx)
        break
      case 'failed_both':
        we(ours(1, { status: 'failed' }), tx)
        break
      case 'fee':
        we(ours(1, { fee: 5 }), tx)
        they(theirs(1), tx)
        break
      case 'currency':
        we(ours(1), tx)
        they(theirs(1, { currency: 'USD' }), tx)
        break
      case 'duplicate':
        we(ours(1), tx)
        they(theirs(1), tx)
        we(ours(2, { at: at + 5000 }), number(2))
        they(theirs(2, { at: at + 6000 }), number(2))
        break
      case 'double_line':
        we(ours(1), tx)
        they(theirs(1), tx)
        they(theirs(1), tx)
        break
      case 'split':
        we(ours(1, { tradeNo: '' }), tx)
        they(theirs(1, { amount: t.amount - 300, merchantOrderNo: order }), tx)
        they(theirs(2, { amount: 300, merchantOrderNo: order }), tx)
        break
      case 'merged':
        we(ours(1, { tradeNo: '', amount: t.amount - 300 }), tx)
        we(ours(2, { tradeNo: '', amount: 300 }), tx)
        they(theirs(1, { merchantOrderNo: order }), tx)
        break
      case 'refund': {
        we(ours(1), tx)
        they(theirs(1), tx)
        const refund = { kind: 'refund', amount: -500, refundNo: t.ourMo ? `R${i}` : '', fee: null } as const
        we(ours(1, { ...refund }), `${tx}r`)
        they(theirs(1, { ...refund, refundNo: `R${i}`, channelRefundNo: `5${i}` }), `${tx}r`)
        break
      }
    }
  })
  return { payments, lines }
}

const blank: Entry = {
  id: '',
  kind: 'payment',
  status: 'success',
  channel: '',
  orderNo: '',
  tradeNo: '',
  merchantOrderNo: '',
  refundNo: '',
  channelRefundNo: '',
  amount: 0,
  currency: 'CNY',
  at: null,
  day: '',
  merchant: '',
  payer: '',
  fee: null,
  batchNo: '',
}
