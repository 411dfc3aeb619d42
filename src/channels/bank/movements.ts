import { openStatement } from '../../statements/read.ts'
import type { Field, Line, StatementOptions } from '../../statements/statement.ts'
import { referencesIn } from './reference.ts'

/** What a bank statement says of one reference: signed amounts in minor units, money in plus. */
export type BankMovement = Pick<Line, 'amount' | 'currency' | 'at' | 'date' | 'tradeNo' | 'payer' | 'record'>

export type MovementsByReference = ReadonlyMap<string, readonly BankMovement[]>

/**
 * Reads a bank's statement of any known format and keeps the movements whose text holds a reference. A column of remarks is
 * read as the order number where the statement has none of its own. Throws a Failure when the file is no statement.
 */
export async function readMovements(path: string, options: StatementOptions): Promise<MovementsByReference> {
  const found = new Map<string, BankMovement[]>()
  const statement = await openWithRemarks(path, { ...options, digest: false })
  for await (const lines of statement.records()) {
    statement.rejected()
    for (const line of lines) if (line.status === 'success' && !line.neutral) keep(found, line)
  }
  return found
}

/** What banks call the payer's own words, the plainest name first. */
const REMARKS = [
  /附言/,
  /留言/,
  /备注/,
  /用途/,
  /摘要/,
  /remark|remittance|memo/i,
  /description|details|narrative|text/i,
]

async function openWithRemarks(path: string, options: StatementOptions) {
  const statement = await openStatement(path, options)
  const { columns } = statement.head
  if (options.mapping || columns.some(({ field }) => field === 'order_no')) return statement
  const free = columns.filter(({ field }) => field === null || field === 'description')
  const header = REMARKS.map(name => free.find(column => name.test(column.header))?.header).find(Boolean)
  if (header === undefined) return statement
  await statement.close()
  const mapping: Record<string, Field | null> = { [header]: 'order_no' }
  return await openStatement(path, { ...options, mapping })
}

function keep(found: Map<string, BankMovement[]>, line: Line): void {
  const { amount, currency, at, date, tradeNo, payer, record } = line
  const text = [line.orderNo, line.merchantOrderNo, line.refundNo, line.channelRefundNo, line.batchNo, tradeNo].join(
    '\n',
  )
  // A line feed stands for a border: no code runs over it.
  for (const part of text.split('\n'))
    for (const reference of referencesIn(part)) {
      const movements = found.get(reference)
      if (!movements) found.set(reference, [{ amount, currency, at, date, tradeNo, payer, record }])
      else if (movements.at(-1)?.record !== record)
        movements.push({ amount, currency, at, date, tradeNo, payer, record })
    }
}
