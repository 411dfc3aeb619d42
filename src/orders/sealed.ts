import { type Person, personOf, personText } from '../kernel/person.ts'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Vault } from '../system/vault/vault.ts'

/** What is sealed of orders and payments, and how it is opened. A bill's person is the same sealed piece in its batch, its order and its messages. */

/** Also of the batch's row that becomes the order, and of messages about it: so the piece is copied without being opened. */
export const personContext = (orderNo: string) => `orders.person:${orderNo}` as const
const payerContext = (paymentNo: string) => `payments.payer:${paymentNo}` as const
const problemsContext = (batchId: string) => `orders.bill_batches.problems:${batchId}` as const

export type SealedPerson = {
  readonly person: Buffer
  readonly accountIndex: Buffer
  readonly bySms: boolean
  readonly byMail: boolean
}

/** A row as `personSql` brings it. */
export type SealedPersonRow = { readonly person: Buffer | null; readonly bySms: boolean; readonly byMail: boolean }

export const sealPerson = (vault: Vault, orderNo: string, person: Person): SealedPerson => ({
  person: vault.seal(personText(person), personContext(orderNo)),
  accountIndex: vault.blind('account_no', person.accountNo),
  bySms: person.phone !== '',
  byMail: person.email !== '',
})

/** What a query brings of a person: sealed, or from before in plain text. */
export const personSql = (table: string): string =>
  `${table}.person, ${table}.account_no as "accountNo", ${table}.payer_name as "payerName", ${table}.phone, ${table}.email`

type PersonRow = Person & { readonly orderNo: string; readonly person: Buffer | null }

/** Throws Failure sealed_unreadable. */
export function withPerson<T extends Person>(vault: Vault, row: object): T {
  const { person, ...rest } = row as PersonRow
  if (person === null) return rest as unknown as T
  return { ...rest, ...personOf(vault.openText(person, personContext(rest.orderNo))) } as unknown as T
}

export const sealPayer = (vault: Vault, paymentNo: string, payer: string): Buffer | null =>
  payer === '' ? null : vault.seal(payer, payerContext(paymentNo))

export const payerSql = (table: string): string => `${table}.payer_sealed as "payerSealed", ${table}.payer`

/** Throws Failure sealed_unreadable. */
export function withPayer<T extends { readonly payer: string }>(vault: Vault, row: object): T {
  const { payerSealed, ...rest } = row as { payerSealed: Buffer | null; payer: string | null; paymentNo: string }
  const payer = payerSealed === null ? (rest.payer ?? '') : vault.openText(payerSealed, payerContext(rest.paymentNo))
  return { ...rest, payer } as unknown as T
}

export const sealProblems = (vault: Vault, batchId: string, problems: readonly unknown[]): Buffer =>
  vault.seal(JSON.stringify(problems), problemsContext(batchId))

export function withProblems<T>(vault: Vault, row: object): T {
  const { problemsSealed, ...rest } = row as { problemsSealed: Buffer | null; id: string }
  if (problemsSealed === null) return rest as unknown as T
  return { ...rest, problems: JSON.parse(vault.openText(problemsSealed, problemsContext(rest.id))) } as unknown as T
}

const accountOf = (opened: Buffer): string => personOf(opened.toString()).accountNo
const PLAIN = {
  columns: ['account_no', 'payer_name', 'phone', 'email'],
  value: (row: Readonly<Record<string, string>>) =>
    personText({
      accountNo: row.account_no ?? '',
      payerName: row.payer_name ?? '',
      phone: row.phone ?? '',
      email: row.email ?? '',
    }),
} as const

export const ORDERS_SEALED: readonly SealedColumn[] = [
  {
    table: 'orders',
    column: 'person',
    key: [{ name: 'order_no', type: 'text' }],
    context: ([orderNo = '']) => personContext(orderNo),
    blind: { column: 'account_index', kind: 'account_no', of: accountOf },
    plain: PLAIN,
  },
  {
    table: 'bill_batch_rows',
    column: 'person',
    key: [
      { name: 'batch_id', type: 'text' },
      { name: 'row_no', type: 'bigint' },
      { name: 'order_no', type: 'text' },
    ],
    context: ([, , orderNo = '']) => personContext(orderNo),
    blind: { column: 'account_index', kind: 'account_no', of: accountOf },
    plain: PLAIN,
  },
  {
    table: 'outbox',
    column: 'person',
    key: [
      { name: 'key', type: 'text' },
      { name: 'order_no', type: 'text' },
    ],
    context: ([, orderNo = '']) => personContext(orderNo),
  },
  {
    table: 'bill_batches',
    column: 'problems_sealed',
    key: [{ name: 'id', type: 'text' }],
    context: ([id = '']) => problemsContext(id),
    plain: { columns: ['problems'], value: row => JSON.stringify(row.problems) },
  },
  {
    table: 'payments',
    column: 'payer_sealed',
    key: [
      { name: 'order_no', type: 'text' },
      { name: 'payment_no', type: 'text' },
    ],
    context: ([, paymentNo = '']) => payerContext(paymentNo),
    plain: { columns: ['payer'], value: row => (row.payer ? row.payer : null) },
  },
]
