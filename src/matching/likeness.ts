import type { Entry } from './entry.ts'

/**
 * As many of ours as of theirs, and nobody would see a difference if two were exchanged: then it does not matter which is
 * whose, and they are paired as a set. Who paid must be known for that, unless they are parts of one order.
 */
export function interchangeable(payments: readonly Entry[], lines: readonly Entry[]): boolean {
  const first = payments[0]
  if (!first || payments.length !== lines.length) return false
  const sameOrder = first.orderNo !== '' && payments.every(payment => payment.orderNo === first.orderNo)
  return (sameOrder || first.payer !== '') && alike(payments) && alike(lines)
}

const alike = (rows: readonly Entry[]): boolean => {
  const first = rows[0]
  return (
    first !== undefined &&
    rows.every(
      row =>
        row.merchant === first.merchant &&
        row.payer === first.payer &&
        row.batchNo === first.batchNo &&
        row.fee === first.fee,
    )
  )
}
