import type pg from 'pg'
import type { Message } from './message.ts'

export type { Message } from './message.ts'

/**
 * Puts messages into the outbox, in the transaction of what they tell: they leave after its commit. One that is there
 * already (by key) stays as it is. Messages without a recipient are the caller's to leave out.
 */
export async function enqueue(tx: pg.ClientBase, messages: readonly Message[], at: Date): Promise<void> {
  if (messages.length === 0) return
  await tx.query({
    name: 'enqueue',
    text: `insert into outbox (key, medium, recipient, template, data, created_at, next_at)
           select key, medium::message_medium, recipient, template, data::jsonb, $6, $6
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
               as m (key, medium, recipient, template, data)
               on conflict (key) do nothing`,
    values: [
      messages.map(message => message.key),
      messages.map(message => message.medium),
      messages.map(message => message.recipient),
      messages.map(message => message.template),
      messages.map(message => JSON.stringify(message.data)),
      at,
    ],
  })
}
