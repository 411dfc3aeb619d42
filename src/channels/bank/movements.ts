import { contested, referencePlaces } from '../../kernel/transfer_reference.ts'
import { openStatement } from '../../statements/read.ts'
import type { Field, Line, StatementOptions } from '../../statements/statement.ts'

/** What a bank statement says of one reference: a signed amount in minor units, money in plus; `number` is the bank's own. */
export type BankMovement = Pick<Line, 'amount' | 'currency' | 'at' | 'date' | 'payer' | 'record'> & {
  readonly number: string
  /** Its text names another reference, too: the money may be meant for either. */
  readonly contested: boolean
}

export type MovementsByReference = ReadonlyMap<string, readonly BankMovement[]>

/**
 * Reads a bank's statement of any known format and keeps the movements whose text holds a reference. A column of remarks is
 * read as the order number where the statement has none of its own. Throws a Failure when the file is no statement.
 */
export async function readMovements(path: string, options: StatementOptions): Promise<MovementsByReference> {
  const found = new Map<string, BankMovement[]>()
  const statement = await openWithRemarks(path, { ...options, digest: false, remittance: true })
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
  const { columns, layout } = statement.head
  if (!layout || options.mapping || columns.some(({ field }) => field === 'order_no')) return statement
  const free = columns.filter(({ field }) => field === null || field === 'description')
  const header = REMARKS.map(name => free.find(column => name.test(column.header))?.header).find(Boolean)
  if (header === undefined) return statement
  await statement.close()
  const mapping: Record<string, Field | null> = { [header]: 'order_no' }
  return await openStatement(path, { ...options, mapping })
}

function keep(found: Map<string, BankMovement[]>, line: Line): void {
  const { amount, currency, at, date, tradeNo, channelRefundNo, payer, record } = line
  const { orderNo, merchantOrderNo, refundNo, batchNo, reference = '', remittance = '' } = line
  // One by one: no code runs over the border of two fields.
  const said = [orderNo, merchantOrderNo, refundNo, remittance].map(referencePlaces)
  const numbered = [batchNo, reference, tradeNo, channelRefundNo].map(referencePlaces)
  /** Code, and whether what the payer said names another one as well. The bank's own numbers may look like one by chance. */
  const codes = new Map<string, boolean>()
  for (const places of [...said, ...numbered])
    for (const place of places) {
      const disputed = said.some(others =>
        others === places ? contested(place, others) : others.some(({ code, whole }) => whole && code !== place.code),
      )
      codes.set(place.code, codes.get(place.code) || disputed)
    }
  const movement = { amount, currency, at, date, number: tradeNo || channelRefundNo, payer, record }
  for (const [code, disputed] of codes) {
    const one = { ...movement, contested: disputed }
    const movements = found.get(code)
    if (movements) movements.push(one)
    else found.set(code, [one])
  }
}
