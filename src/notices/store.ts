import type pg from 'pg'

/** A message to a person. `key` makes it this message and no other: written twice, it is sent once. */
export type Message = {
  readonly key: string
  readonly medium: 'sms' | 'mail'
  readonly recipient: string
  readonly template: string
  readonly data: Readonly<Record<string, string>>
}

/** Puts messages into the outbox, in the transaction of what they tell; they leave after its commit. */
export async function enqueue(tx: pg.ClientBase, messages: readonly Message[], at: Date): Promise<void> {
  if (messages.length === 0) return
  await tx.query({
    name: 'enqueue_messages',
    text: `insert into outbox (key, medium, recipient, template, data, created_at, next_at)
           select key, medium::message_medium, recipient, template, data::jsonb, $6, $6
             from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as m (key, medium, recipient, template, data)
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
