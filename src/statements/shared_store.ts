import type pg from 'pg'

/**
 * Lines that statements of more than one day list: a channel lists what was paid about midnight on either day, or on both. Such a line stands in the
 * book once, under the file that brought it first, and counts as long as one of these days lists it. Lines of one day's statement alone, nearly all,
 * leave no row here. All of it looks at `compared_lines` (`compareLines`), within the import's transaction.
 */

const home = (row: string): string =>
  `(select coalesce(f.day, ${row}.held_day) from statement_files f where f.id = ${row}.held_id / 4294967296)`

const shared = (row: string, where: string): string =>
  `exists (select from shared_lines s where s.order_no = ${row}.held_order and s.line_id = ${row}.held_id${where})`

/** A compared line that the statement of the day $1 has brought, or a part of that day, or that it listed besides; and no other day's statement lists it. */
export const OF_STATEMENT_ALONE = `(${home('c')} = $1::date or ${shared('c', ' and s.day = $1::date')})
    and not ${shared('c', ' and s.day <> $1::date')}`

/** Keeps which lines of other days' statements this day's lists too, and forgets those that it lists no more. */
export async function noteShared(tx: pg.ClientBase, day: string): Promise<void> {
  await tx.query(
    `delete from shared_lines s using compared_lines c
      where s.order_no = c.held_order and s.line_id = c.held_id and s.day = $1 and c.listed_id is null`,
    [day],
  )
  await tx.query(
    `with known as (
       select c.held_order as order_no, c.held_id as line_id, coalesce(f.day, c.held_day) as home, ${shared('c', '')} as shared
         from compared_lines c join statement_files f on f.id = c.held_id / 4294967296
        where c.listed_id is not null
     )
     insert into shared_lines (order_no, line_id, day)
     select order_no, line_id, $1::date from known where shared or home <> $1
      union all
     select order_no, line_id, home from known where not shared and home <> $1
         on conflict do nothing`,
    [day],
  )
}
