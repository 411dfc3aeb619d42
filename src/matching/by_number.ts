import type { Entry, Pass } from './entry.ts'
import { feeAgrees, feeMismatch } from './fees.ts'
import { interchangeable } from './likeness.ts'
import {
  merchantsDiffer,
  normalised,
  numbersContradict,
  payersDiffer,
  refundNoContradicts,
  sameMerchantOrderNo,
  sameOrderNo,
  sameRefundNo,
  sentOrderNo,
  tradeNoContradicts,
} from './numbers.ts'
import type { Pool } from './pool.ts'

/**
 * The keyed passes: both rows succeeded, carry an equal number, and kind, currency and amount agree. What agrees in the
 * number alone waits for the later passes, because a stronger answer (a group that adds up) may explain it.
 */

/** A number in common, and the keys under which each side's rows are looked up. */
type KeyedPass = {
  readonly pass: Pass
  readonly paymentKeys: (payment: Entry) => readonly string[]
  readonly lineKeys: (line: Entry) => readonly string[]
  readonly allowed: (payment: Entry, line: Entry, pool: Pool) => boolean
}

const TRADE_NO: KeyedPass = {
  pass: 'trade_no',
  paymentKeys: p => [p.tradeNo],
  lineKeys: l => [l.tradeNo],
  // Several refunds share their payment's number, so on refunds it is only as good as an order number.
  allowed: (p, l, pool) => p.kind === 'payment' || (!refundNoContradicts(p, l) && withinNumberDays(p, l, pool)),
}

const REFUND_NO: KeyedPass = {
  pass: 'refund_no',
  paymentKeys: p => (p.kind === 'refund' ? [p.refundNo, p.channelRefundNo, p.tradeNo] : []),
  lineKeys: l => (l.kind === 'refund' ? [l.refundNo, l.channelRefundNo] : []),
  allowed: (p, l) => sameRefundNo(p, l) && !tradeNoContradicts(p, l),
}

const MERCHANT_ORDER_NO: KeyedPass = {
  pass: 'merchant_order_no',
  paymentKeys: p => [sentOrderNo(p)],
  lineKeys: l => [l.merchantOrderNo],
  allowed: (p, l, pool) =>
    sameMerchantOrderNo(p, l) &&
    !tradeNoContradicts(p, l) &&
    !refundNoContradicts(p, l) &&
    withinNumberDays(p, l, pool),
}

const ORDER_NO: KeyedPass = {
  pass: 'order_no',
  paymentKeys: p => [p.orderNo],
  lineKeys: l => [l.orderNo, l.merchantOrderNo],
  allowed: (p, l, pool) =>
    sameOrderNo(p, l) && !tradeNoContradicts(p, l) && !refundNoContradicts(p, l) && withinNumberDays(p, l, pool),
}

/** Numbers equal but for case and leading zeros: weaker, so all else must agree too. */
const SIMILAR_NO: KeyedPass = {
  pass: 'similar_no',
  paymentKeys: p => similar([p.tradeNo, p.merchantOrderNo, p.orderNo, p.refundNo]),
  lineKeys: l => similar([l.tradeNo, l.merchantOrderNo, l.orderNo, l.refundNo, l.channelRefundNo]),
  allowed: (p, l, pool) =>
    withinDays(p, l, Math.min(1, pool.rules.windows.numberDays)) &&
    !merchantsDiffer(p, l) &&
    !payersDiffer(p, l) &&
    !numbersContradict(normalisedNumbers(p), normalisedNumbers(l)),
}

export const byTradeNo = (pool: Pool): void => keyed(pool, TRADE_NO)
export const byRefundNo = (pool: Pool): void => keyed(pool, REFUND_NO)
export const byMerchantOrderNo = (pool: Pool): void => keyed(pool, MERCHANT_ORDER_NO)
export const byOrderNo = (pool: Pool): void => keyed(pool, ORDER_NO)
export const bySimilarNo = (pool: Pool): void => keyed(pool, SIMILAR_NO)

const distinct = (keys: readonly string[]): readonly string[] => [...new Set(keys.filter(key => key !== ''))]
const similar = (keys: readonly string[]): readonly string[] => distinct(keys.map(normalised))

export const withinNumberDays = (p: Entry, l: Entry, pool: Pool): boolean =>
  withinDays(p, l, pool.rules.windows.numberDays)

export const withinDays = (a: Entry, b: Entry, days: number): boolean =>
  Math.abs(Date.parse(a.day) - Date.parse(b.day)) <= days * 86_400_000

const normalisedNumbers = (row: Entry): Entry => ({
  ...row,
  tradeNo: normalised(row.tradeNo),
  merchantOrderNo: normalised(row.merchantOrderNo),
  orderNo: normalised(row.orderNo),
  refundNo: normalised(row.refundNo),
  channelRefundNo: normalised(row.channelRefundNo),
})

function keyed(pool: Pool, by: KeyedPass): void {
  const sides = new Map<string, { payments: Entry[]; lines: Entry[] }>()
  const side = (key: string) => {
    const known = sides.get(key)
    if (known) return known
    const fresh = { payments: [], lines: [] }
    sides.set(key, fresh)
    return fresh
  }
  const eligible = (row: Entry) => row.status === 'success'
  const full = (row: Entry, key: string) => JSON.stringify([row.kind, row.currency, row.amount, key])
  for (const payment of pool.payments)
    if (eligible(payment))
      for (const key of distinct(by.paymentKeys(payment))) side(full(payment, key)).payments.push(payment)
  for (const line of pool.lines)
    if (eligible(line)) for (const key of distinct(by.lineKeys(line))) sides.get(full(line, key))?.lines.push(line)
  for (const { payments, lines } of sides.values()) {
    const freePayments = payments.filter(payment => pool.payments.has(payment))
    const freeLines = lines.filter(line => pool.lines.has(line))
    if (freePayments.length > 0 && freeLines.length > 0) pairWithinNumber(pool, by, freePayments, freeLines)
  }
}

/** Rows under one number with one kind, currency and amount. Almost always one and one. */
function pairWithinNumber(pool: Pool, by: KeyedPass, payments: readonly Entry[], lines: readonly Entry[]): void {
  const allowed = (p: Entry, l: Entry) => by.allowed(p, l, pool)
  const [payment, line] = [payments[0], lines[0]]
  if (payment && line && payments.length === 1 && lines.length === 1) {
    if (allowed(payment, line)) pair(pool, by.pass, payment, line)
    return
  }
  if (by.pass === 'similar_no') return
  if (severalDebts(payments)) {
    pairSeveralDebts(pool, by, payments, lines)
    return
  }
  // One debt, taken several times: first with first, unless something on the rows speaks against that. The later pairs are
  // named 重复支付 once all is paired.
  for (const p of payments) {
    const fitting = lines.filter(candidate => pool.lines.has(candidate) && allowed(p, candidate))
    const l = fitting.toSorted((a, b) => doubts(p, a) - doubts(p, b))[0]
    if (l) pair(pool, by.pass, p, l)
  }
}

/** How much on the two rows speaks against the pair that their number suggests. */
const doubts = (p: Entry, l: Entry): number =>
  Number(numbersContradict(p, l)) + Number(merchantsDiffer(p, l)) + Number(payersDiffer(p, l))

/** Refunds are debts of their own; payments under different order numbers too. */
const severalDebts = (payments: readonly Entry[]): boolean =>
  payments[0]?.kind === 'refund' || new Set(payments.map(payment => payment.orderNo || payment.id)).size > 1

/** Equal rows of several debts under one number: which is which? Another number may tell, or it does not matter to anyone. */
function pairSeveralDebts(pool: Pool, by: KeyedPass, payments: readonly Entry[], lines: readonly Entry[]): void {
  const allowed = (p: Entry, l: Entry) => by.allowed(p, l, pool) && !numbersContradict(p, l)
  const told = (p: Entry, l: Entry) => sameMerchantOrderNo(p, l) || sameOrderNo(p, l) || sameRefundNo(p, l)
  for (const p of payments) {
    const mine = lines.filter(l => pool.lines.has(l) && allowed(p, l) && told(p, l))
    const only = mine[0]
    if (!only || mine.length !== 1) continue
    if (payments.some(other => other !== p && pool.payments.has(other) && told(other, only) && allowed(other, only)))
      continue
    pair(pool, by.pass, p, only)
  }
  const restPayments = payments.filter(p => pool.payments.has(p))
  const restLines = lines.filter(l => pool.lines.has(l))
  const [p, l] = [restPayments[0], restLines[0]]
  if (!p || !l) return
  const open = restPayments.every(a => restLines.every(b => allowed(a, b)))
  if (open && restPayments.length === 1 && restLines.length === 1) pair(pool, by.pass, p, l)
  else if (open && interchangeable(restPayments, restLines)) {
    pool.match(by.pass, restPayments, restLines, ['interchangeable'])
  } else if (open) {
    pool.discrepancy('ambiguous', restPayments, restLines, 'equal_candidates', {
      zh: `同一号码下有 ${restPayments.length} 笔平台记录、${restLines.length} 条账单记录金额相同，无法判定对应关系。`,
      en: `${restPayments.length} payments and ${restLines.length} lines share the number and the amount; nothing tells which belongs to which.`,
    })
  }
}

/** One payment and one line that agree: a match, with a remark where only the fee differs. */
export function pair(pool: Pool, pass: Pass, payment: Entry, line: Entry): void {
  pool.match(pass, [payment], [line])
  if (!feeAgrees(payment, line, pool.rules)) pool.remark(feeMismatch(payment, line, pool.rules))
}
