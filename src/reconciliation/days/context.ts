import type pg from 'pg'
import type { Entry, Outcome } from '../../matching/entry.ts'
import { readEntries } from '../open_rows.ts'
import type { BusinessDay } from './day.ts'

/**
 * Pairs that were settled earlier and share a number with rows that are open now: the engine must see them, or it would take the second listing of
 * a record for a payment that we lost. They keep their place whatever it says.
 */
export type Context = {
  readonly payments: readonly Entry[]
  readonly lines: readonly Entry[]
  /** Names of the pair: payment, line. */
  readonly pairs: readonly (readonly [string, string])[]
  /** The outcome without them; null when it would give one of them another place, and so says nothing of use. */
  readonly without: (outcome: Outcome) => Outcome | null
}

const NOTHING: Context = { payments: [], lines: [], pairs: [], without: outcome => outcome }

export async function contextFor(
  client: pg.ClientBase,
  day: BusinessDay,
  payments: readonly Entry[],
  lines: readonly Entry[],
  lineName: (id: number) => string,
): Promise<Context> {
  const numbers = [...new Set([...payments, ...lines].map(row => row.tradeNo))].filter(number => number !== '')
  const orders = [...new Set(payments.map(row => row.orderNo))].filter(number => number !== '')
  if (numbers.length + orders.length === 0) return NOTHING
  await client.query('set enable_nestloop to on')
  const { rows } = await client.query(
    `with near as (
       select m.order_no, m.id from unnest($3::text[]) n (number)
         join public.movements m on m.channel_trade_no = n.number and m.channel_trade_no <> '' and m.channel = $1 and m.account = $2
       union
       select m.order_no, m.id from unnest($4::text[]) o (number)
         join public.movements m on m.order_no = o.number and m.channel = $1 and m.account = $2
     )
     select k.order_no, k.movement_id, k.line_id from near join public.match_links k on k.order_no = near.order_no and k.movement_id = near.id`,
    [day.channel, day.account, numbers, orders],
  )
  if (rows.length === 0) {
    await client.query('set enable_nestloop to off')
    return NOTHING
  }
  const names = { ours: new Map<number, string>(), theirs: new Map<number, string>() }
  await client.query('drop table if exists context_movements, context_lines')
  await client.query(
    `create temporary table context_movements as select m.* from unnest($1::text[], $2::bigint[]) k (order_no, id)
       join public.movements m using (order_no, id)`,
    [rows.map(row => row.order_no), rows.map(row => row.movement_id)],
  )
  await client.query(
    `create temporary table context_lines as select l.* from public.statement_lines l
      where l.id = any($1)`,
    [rows.map(row => row.line_id)],
  )
  await client.query('set enable_nestloop to off')
  const ours = await readEntries(
    client,
    'context_movements',
    () => '',
    (entry, _, id) => names.ours.set(id, entry.id),
  )
  const theirs = await readEntries(client, 'context_lines', lineName, (entry, _, id) => names.theirs.set(id, entry.id))
  const pairs = rows.map(
    row => [names.ours.get(row.movement_id) as string, names.theirs.get(row.line_id) as string] as const,
  )
  return { payments: ours, lines: theirs, pairs, without: outcome => withoutPairs(outcome, pairs) }
}

/** Takes matches that are just the pairs away; a remark about one of them is none of this run's. */
export function withoutPairs(outcome: Outcome, pairs: readonly (readonly [string, string])[]): Outcome | null {
  const lineOf = new Map(pairs)
  const ours = new Set(pairs.map(([payment]) => payment))
  const theirs = new Set(pairs.map(([, line]) => line))
  const touches = (place: { payments: readonly string[]; lines: readonly string[] }) =>
    place.payments.some(name => ours.has(name)) || place.lines.some(name => theirs.has(name))
  const kept = outcome.matches.filter(touches)
  const same = kept.every(
    ({ payments, lines }) =>
      payments.length === 1 && lines.length === 1 && lineOf.get(payments[0] as string) === lines[0],
  )
  if (!same || kept.length !== pairs.length) return null
  const discrepancies = outcome.discrepancies.filter(place => place.kind !== 'fee_mismatch' || !touches(place))
  if (discrepancies.some(touches)) return null
  return { matches: outcome.matches.filter(match => !touches(match)), discrepancies }
}
