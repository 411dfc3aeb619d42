import { idsIn } from '../kernel/ids.ts'

/** 缴费单号 is our own word: no other number is called so. 订单号 or "order no" may be anybody's. */
const LABELLED = /缴费单号?\s*[:：#]?\s*([0-9A-Za-z][0-9A-Za-z_-]{3,63})/g

/**
 * The number of a payment or bill of ours that a payer wrote into a text: an id of our making, or what stands behind 缴费单号. ""
 * where there is none or more than one: which of two is meant is nobody's guess.
 */
export function ownNumberIn(text: string): string {
  const named = new Set(idsIn(text))
  if (text.includes('缴费单'))
    for (const [, number = ''] of text.matchAll(LABELLED)) {
      const [id] = idsIn(number)
      named.add(id ?? number)
    }
  const [only = ''] = named
  return named.size === 1 && /\d/.test(only) ? only : ''
}
