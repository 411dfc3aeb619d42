import type { Order } from './order.ts'

/** What a payer gives to show that an account number is his: the name on the bills, or the end of the phone on them. */
export type Proof = { readonly payerName: string | null; readonly phoneEnd: string | null }

const plain = (name: string): string => name.normalize('NFKC').replace(/\s+/g, '').toLowerCase()

/** Which proof fits one of the account's bills; null: none does. What a bill leaves open proves nothing. Pure. */
export function provenBy(
  bills: readonly Pick<Order, 'payerName' | 'phone'>[],
  { payerName, phoneEnd }: Proof,
): 'payer_name' | 'phone' | null {
  const name = payerName === null ? '' : plain(payerName)
  if (name !== '' && bills.some(bill => plain(bill.payerName) === name)) return 'payer_name'
  if (phoneEnd !== null && bills.some(bill => bill.phone.length >= 11 && bill.phone.endsWith(phoneEnd))) return 'phone'
  return null
}
