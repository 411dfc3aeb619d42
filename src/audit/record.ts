import type pg from 'pg'
import { canonicalJson } from '../kernel/canonical_json.ts'
import type { Statement } from '../system/pipelined.ts'
import { sqlArray } from '../system/sql_array.ts'
import type { Act, Who } from './act.ts'

/** An act, by whom, and when. */
export type Entry = { readonly at: Date; readonly who: Who; readonly act: Act }

/**
 * Writes acts of one person into the operation log, in the transaction of the acts themselves: no act without its entry, no entry without its act.
 * `before` and `after` come masked (`kernel/mask.ts`).
 */
export const record = (tx: pg.ClientBase, at: Date, who: Who, acts: readonly Act[]): Promise<void> =>
  recordAll(
    tx,
    acts.map(act => ({ at, who, act })),
  )

/** As `record`, for what several people did and one statement wrote. */
export async function recordAll(tx: pg.ClientBase, entries: readonly Entry[]): Promise<void> {
  for (const statement of recording(entries)) await tx.query(statement)
}

/** What `recordAll` does, as a statement to be sent with others; none for no entries. */
export function recording(entries: readonly Entry[]): Statement[] {
  if (entries.length === 0) return []
  const statement = {
    name: 'record_acts',
    text: `with entry as (
             insert into operation_log (at, request_id, who_id, who_name, address, device, what, object_kind, object_id, detail)
             select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                  $9::text[], $10::text[])
           )
           select pg_notify('acted', $11) where $11::text <> ''`,
    values: [
      sqlArray(entries, ({ at }) => at.toISOString()),
      sqlArray(entries, ({ who }) => who.requestId),
      sqlArray(entries, ({ who }) => who.id),
      sqlArray(entries, ({ who }) => who.name),
      sqlArray(entries, ({ who }) => who.address),
      sqlArray(entries, ({ who }) => who.device),
      sqlArray(entries, ({ act }) => act.what),
      sqlArray(entries, ({ act }) => act.object.kind),
      sqlArray(entries, ({ act }) => act.object.id),
      sqlArray(entries, ({ act }) => canonicalJson({ before: act.before, after: act.after })),
      newsOf(entries.map(({ act }) => act.what)),
    ],
  }
  return [statement]
}

/** Acts by the thousand a second, of which nobody's screen shows a list: they are not told. */
const QUIET = new Set(['payment', 'order', 'receipt', 'field', 'session', 'payer_code', 'voucher'])

/** What open screens are told: the first words of the acts, such as `item refund`, each once; '' for nothing. */
const newsOf = (whats: readonly string[]): string =>
  [...new Set(whats.map(what => what.split('.', 1)[0] as string))].filter(topic => !QUIET.has(topic)).join(' ')
