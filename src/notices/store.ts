import type pg from 'pg'
import type { Vault } from '../system/vault/vault.ts'
import type { Claimed, Medium, Message, MessageState, ToPayer, Verdict } from './message.ts'
import { CONTENT, sealLetter, withContent } from './sealed.ts'

export type { Message } from './message.ts'

/**
 * Puts messages into the outbox, sealed, in the transaction of what they tell: they leave after its commit. One that is there
 * already (by key) stays as it is. Messages without a recipient are the caller's to leave out.
 */
export async function enqueue(
  tx: pg.ClientBase,
  vault: Vault,
  messages: readonly (Message | ToPayer)[],
  at: Date,
): Promise<void> {
  if (messages.length === 0) return
  await tx.query({
    name: 'enqueue',
    text: `insert into outbox (key, medium, template, letter, person, order_no, facts, created_at, next_at)
           select key, medium::message_medium, template, letter, person, order_no, facts::jsonb, $8, $8
             from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::text[])
               as m (key, medium, template, letter, person, order_no, facts)
               on conflict (key) do nothing`,
    values: [
      messages.map(message => message.key),
      messages.map(message => message.medium),
      messages.map(message => message.template),
      messages.map(message => ('person' in message ? null : sealLetter(vault, message))),
      messages.map(message => ('person' in message ? message.person : null)),
      messages.map(message => ('person' in message ? message.orderNo : null)),
      messages.map(message => ('person' in message ? JSON.stringify(message.facts) : null)),
      at,
    ],
  })
}

/**
 * The same as part of a larger statement of the caller's, for messages to the payers of orders drawn from tables: `select` gives key, medium,
 * template, facts, the order's sealed person, its number, and the moment.
 */
export const enqueueing = (select: string): string =>
  `insert into outbox (key, medium, template, facts, person, order_no, created_at, next_at)
   select key, medium, template, facts, person, order_no, at, at from (${select}) as m (key, medium, template, facts, person, order_no, at)
       on conflict (key) do nothing`

// --- sending -----------------------------------------------------------------------------------------------------------

/**
 * Claims messages that are due and marks them `sending`, before anybody talks to a provider: whoever dies after this leaves
 * behind a message that is asked about, not one that is sent again. Any number of senders may claim at once.
 * `leaseUntil`: until then nobody else takes it.
 */
export async function claimDue(
  db: pg.Pool,
  vault: Vault,
  media: readonly Medium[],
  at: Date,
  leaseUntil: Date,
  limit: number,
): Promise<Claimed[]> {
  const { rows } = await db.query({
    name: 'claim_messages',
    text: `with due as (
             select id, state = 'waiting' as fresh from outbox
              where next_at <= $1 and medium = any($2::message_medium[]) order by next_at limit $4 for update skip locked
           )
           update outbox o set state = 'sending', next_at = $3,
                  attempts = attempts + fresh::integer, handed_at = case when fresh then $1 else handed_at end
             from due where o.id = due.id
        returning o.id, key, medium, template, ${CONTENT}, attempts, handed_at as "handedAt", fresh`,
    values: [at, media, leaseUntil, limit],
  })
  return rows.map(row => withContent<Claimed>(vault, row))
}

/**
 * Writes what became of claimed messages. A verdict on an attempt that is no longer the last one changes nothing; "sent" is
 * taken also where somebody else gave the attempt up meanwhile.
 */
export async function settle(db: pg.Pool, verdicts: readonly Verdict[]): Promise<void> {
  if (verdicts.length === 0) return
  await db.query({
    name: 'settle_messages',
    text: `update outbox o set state = v.state::message_state, next_at = v.next_at, sent_at = v.sent_at, provider_ref = v.ref,
                  last_error = v.error
             from unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[])
               as v (id, attempts, state, next_at, sent_at, ref, error)
            where o.id = v.id and o.attempts = v.attempts
              and (o.state = 'sending' or v.state = 'sent' and o.state in ('waiting', 'unknown'))`,
    values: [
      verdicts.map(verdict => verdict.id),
      verdicts.map(verdict => verdict.attempts),
      verdicts.map(verdict => verdict.state),
      verdicts.map(verdict => verdict.nextAt),
      verdicts.map(verdict => verdict.sentAt),
      verdicts.map(verdict => verdict.ref),
      verdicts.map(verdict => verdict.error),
    ],
  })
}

/** When the next message is due; null: none waits. */
export async function nextDueAt(db: pg.Pool): Promise<Date | null> {
  const { rows } = await db.query('select min(next_at) as at from outbox where next_at is not null')
  return rows[0].at
}

// --- what a person looks at ----------------------------------------------------------------------------------------------

export type Listed = Message & {
  readonly id: number
  readonly state: MessageState
  readonly createdAt: Date
  readonly attempts: number
  readonly handedAt: Date | null
  readonly nextAt: Date | null
  readonly sentAt: Date | null
  readonly providerRef: string
  readonly lastError: string
}

const LISTED = `id, key, medium, template, ${CONTENT}, state, created_at as "createdAt", attempts, handed_at as "handedAt",
  next_at as "nextAt", sent_at as "sentAt", provider_ref as "providerRef", last_error as "lastError"`

/** Oldest first: what waits longest is looked at first. */
export async function listMessages(
  db: pg.Pool,
  vault: Vault,
  { states, after, limit }: { states: readonly MessageState[]; after: number; limit: number },
): Promise<Listed[]> {
  const { rows } = await db.query(
    `select ${LISTED} from outbox where state = any($1::message_state[]) and id > $2 order by id limit $3`,
    [states, after, limit],
  )
  return rows.map(row => withContent<Listed>(vault, row))
}

export async function countMessages(
  db: pg.Pool,
): Promise<{ medium: Medium; state: MessageState; count: number; oldest: Date }[]> {
  const { rows } = await db.query(
    'select medium, state, count(*) as count, min(created_at) as oldest from outbox group by medium, state order by medium, state',
  )
  return rows
}

export async function lockMessage(tx: pg.ClientBase, vault: Vault, id: number): Promise<Listed | null> {
  const { rows } = await tx.query(`select ${LISTED} from outbox where id = $1 for update`, [id])
  return rows[0] ? withContent<Listed>(vault, rows[0]) : null
}

/** By a person's decision. */
export async function markResolved(
  tx: pg.ClientBase,
  id: number,
  state: 'sent' | 'waiting' | 'withdrawn',
  note: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `update outbox set state = $2::message_state, next_at = case $2 when 'waiting' then $4::timestamptz end,
            sent_at = case $2 when 'sent' then $4::timestamptz end, last_error = $3
      where id = $1`,
    [id, state, note, at],
  )
}
