import { isPayerName, shownOf } from '../kernel/payer_index.ts'
import type { Entry } from './entry.ts'

/**
 * What the numbers on two rows say about each other. Numbers decide before amounts and clocks: a number that agrees is
 * strong evidence, one that contradicts rules a pair out whatever the amount.
 */

const agree = (a: string, b: string): boolean => a !== '' && a === b
const differ = (a: string, b: string): boolean => a !== '' && b !== '' && a !== b

/** The channel's own number: of the payment, or on a refund either of the refund or of its payment. */
export const sameTradeNo = (p: Entry, l: Entry): boolean => agree(p.tradeNo, l.tradeNo)

/** A refund is known by its own number: ours or the channel's, in whichever column our record keeps it. */
export const sameRefundNo = (p: Entry, l: Entry): boolean =>
  agree(p.refundNo, l.refundNo) ||
  agree(p.refundNo, l.channelRefundNo) ||
  agree(p.channelRefundNo, l.channelRefundNo) ||
  (p.kind === 'refund' && agree(p.tradeNo, l.channelRefundNo))

/** What we sent as out_trade_no; platforms that do not record it send the order number itself. */
export const sentOrderNo = (p: Entry): string => p.merchantOrderNo || p.orderNo

export const sameMerchantOrderNo = (p: Entry, l: Entry): boolean => agree(sentOrderNo(p), l.merchantOrderNo)

export const sameOrderNo = (p: Entry, l: Entry): boolean =>
  agree(p.orderNo, l.orderNo) || agree(p.orderNo, l.merchantOrderNo)

/** Both rows carry a channel number and they differ: never a pair, whatever the amount. */
export function tradeNoContradicts(p: Entry, l: Entry): boolean {
  if (!differ(p.tradeNo, l.tradeNo)) return false
  return !(p.kind === 'refund' && agree(p.tradeNo, l.channelRefundNo))
}

/** Refund numbers that both rows carry and that differ: two refunds, even of one order and one amount. */
export const refundNoContradicts = (p: Entry, l: Entry): boolean =>
  p.kind === 'refund' && l.kind === 'refund' && differ(p.refundNo, l.refundNo) && !sameRefundNo(p, l)

export const ownNumberContradicts = (p: Entry, l: Entry): boolean =>
  tradeNoContradicts(p, l) || refundNoContradicts(p, l)

/** Any number that both rows carry and that differs. */
export function numbersContradict(p: Entry, l: Entry): boolean {
  if (ownNumberContradicts(p, l)) return true
  // What we sent as out_trade_no is known only where our record keeps it; its absence says nothing about theirs.
  if (differ(p.merchantOrderNo, l.merchantOrderNo) && p.orderNo !== l.merchantOrderNo) return true
  if (differ(p.orderNo, l.orderNo)) return true
  return differ(p.batchNo, l.batchNo)
}

/** Case and leading zeros are lost by spreadsheets and host systems; everything else in a number is its own. */
export const normalised = (number: string): string => number.toLowerCase().replace(/^0+(?=.)/, '')

export const merchantsDiffer = (p: Entry, l: Entry): boolean => differ(p.merchant, l.merchant)

/**
 * Both sides name the payer, and it is not the same one. A name against an account number says nothing, and a masked
 * number (6222****1234) is another one only where a digit that is shown differs.
 */
export function payersDiffer(p: Entry, l: Entry): boolean {
  if (!differ(p.payer, l.payer) || isPayerName(p.payer) !== isPayerName(l.payer)) return false
  return !p.payer.includes('*') && !l.payer.includes('*') ? true : !fitsMask(p.payer, l.payer)
}

/** Asterisks stand for any run of characters on either side; only what both show at the two ends is compared. */
function fitsMask(a: string, b: string): boolean {
  const overlap = (x: string, y: string) => x.startsWith(y) || y.startsWith(x)
  const fromEnd = (x: string, y: string) => x.endsWith(y) || y.endsWith(x)
  const [left, right] = [shownOf(a), shownOf(b)]
  return overlap(left.head, right.head) && fromEnd(left.tail, right.tail)
}
