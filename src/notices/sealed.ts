import { personOf } from '../kernel/person.ts'
import type { SealedColumn } from '../system/vault/columns.ts'
import type { Vault } from '../system/vault/vault.ts'
import type { Medium, Message, MessageData } from './message.ts'

/** Recipient and content of messages, in the outbox. */

const letterContext = (key: string) => `notices.outbox.letter:${key}` as const

export const sealLetter = (vault: Vault, { key, recipient, data }: Message): Buffer =>
  vault.seal(JSON.stringify({ recipient, data }), letterContext(key))

/** What a query brings of a message's content. */
export const CONTENT = 'letter, person, order_no as "orderNo", facts, recipient, data'

type Content = {
  readonly key: string
  readonly medium: Medium
  readonly letter: Buffer | null
  readonly person: Buffer | null
  readonly orderNo: string | null
  readonly facts: MessageData | null
  /** From before they were sealed. */
  readonly recipient: string | null
  readonly data: MessageData | null
}

/** Throws Failure sealed_unreadable. */
export function withContent<T extends Message>(vault: Vault, row: object): T {
  const { letter, person, orderNo, facts, recipient, data, ...rest } = row as Content
  if (letter) return { ...rest, ...JSON.parse(vault.openText(letter, letterContext(rest.key))) } as unknown as T
  if (person) {
    const { accountNo, phone, email } = personOf(vault.openText(person, `orders.person:${orderNo}`))
    const to = rest.medium === 'sms' ? phone : email
    return { ...rest, recipient: to, data: { ...facts, account_no: accountNo } } as unknown as T
  }
  return { ...rest, recipient: recipient ?? '', data: data ?? {} } as unknown as T
}

export const NOTICES_SEALED: readonly SealedColumn[] = [
  {
    table: 'outbox',
    column: 'letter',
    key: [{ name: 'key', type: 'text' }],
    context: ([key = '']) => letterContext(key),
    plain: {
      columns: ['recipient', 'data'],
      value: ({ recipient, data }) => (recipient ? JSON.stringify({ recipient, data }) : null),
    },
  },
]
