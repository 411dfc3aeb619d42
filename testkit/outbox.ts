import { MESSAGE_STATES } from '../src/notices/message.ts'
import { type Listed, listMessages } from '../src/notices/store.ts'
import type { App } from '../src/system/app.ts'

/** All messages, opened, in the order of their keys. */
export async function outboxOf({ db, vault }: Pick<App, 'db' | 'vault'>): Promise<Listed[]> {
  const messages = await listMessages(db.pool, vault, { states: MESSAGE_STATES, after: 0, limit: 10_000 })
  return messages.sort((a, b) => (a.key < b.key ? -1 : 1))
}
