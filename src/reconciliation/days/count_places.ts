import type pg from 'pg'
import type { BusinessDay } from './day.ts'
import { NEAR_RUNS } from './work_books.ts'

/** Whether each row of a day has its one place: in a pair, a group, a discrepancy or a payout. */
export type Places = {
  /** Rows of the day's books. */
  readonly ours: number
  readonly theirs: number
  readonly unplacedOurs: number
  readonly unplacedTheirs: number
  /** Places that are too many: one of a row that has two. */
  readonly doublyPlaced: number
}

type DayKeys = Pick<BusinessDay, 'id' | 'channel' | 'account' | 'day'>

const keysOf = ({ id, channel, account, day }: DayKeys): unknown[] => [channel, account, day, id]

/** How many rows the day's books have. */
export async function countRows(tx: pg.ClientBase, day: DayKeys): Promise<Pick<Places, 'ours' | 'theirs'>> {
  const { rows } = await tx.query(
    `select ((select count(*) from movements where channel = $1 and account = $2 and business_date = $3)
              + (select count(*) from late_rows where day_id = $4 and side = 'ours'))::integer as ours,
            ((select count(*) from statement_lines l where l.channel = $1 and l.account = $2 and l.business_date = $3
                 and not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id))
              + (select count(*) from late_rows r where r.day_id = $4 and r.side = 'theirs'
                 and not exists (select from superseded_lines s where s.order_no = r.order_no and s.line_id = r.row_id)))::integer as theirs`,
    keysOf(day),
  )
  return rows[0]
}

/** Rows of the day that have no place, and places of which a row has one already. All rows are looked at. */
export async function countPlaces(tx: pg.ClientBase, day: DayKeys): Promise<Places> {
  const { rows: ours } = await tx.query(OURS, keysOf(day))
  const { rows: lines } = await tx.query(LINES_THERE, keysOf(day))
  const { rows: pairs } = await tx.query(LINES_PAIRED, keysOf(day))
  const [{ paired, unplaced: unplacedTheirs }] = pairs
  const theirs: number = lines[0].rows
  const placesOfTheirs: number = paired + lines[0].places
  return {
    ours: ours[0].rows,
    theirs,
    unplacedOurs: ours[0].unplaced,
    unplacedTheirs,
    doublyPlaced: ours[0].surplus + (placesOfTheirs - (theirs - unplacedTheirs)),
  }
}

/**
 * The few rows with places other than plain pairs, of all days: grouped, so that the planner joins them by their hash, and reads the day's rows as they
 * lie, on all cores, however little it knows of these tables.
 */
const OURS_BESIDE = `(
  select o.order_no, o.row_id, count(*)::integer as places
    from (select order_no, row_id from match_rows where side = 'ours' and live
          union all select order_no, row_id from discrepancy_rows where side = 'ours' and live) o
   group by 1, 2)`

/** Lines are known by their ids; those that a newer version of the statement took away are no rows of the day. */
const THEIRS_BESIDE = `(
  select t.row_id, sum(t.places)::integer as places, bool_or(t.gone) as gone
    from (select row_id, 1 as places, false as gone from match_rows where side = 'theirs' and live
          union all select row_id, 1, false from discrepancy_rows where side = 'theirs' and live
          union all select line_id, 1, false from payout_lines
          union all select line_id, 0, true from superseded_lines) t
   group by 1)`

/** A movement is in one pair at most: the pairs' key says so. */
const OURS = `
  select count(*)::integer as rows, (count(*) filter (where p.places = 0))::integer as unplaced,
         coalesce(sum(p.places - 1) filter (where p.places > 1), 0)::integer as surplus
    from (select (k.movement_id is not null)::integer + coalesce(b.places, 0) as places
            from (select m.order_no, m.id from movements m where m.channel = $1 and m.account = $2 and m.business_date = $3
                  union all select order_no, row_id from late_rows where day_id = $4 and side = 'ours') m
            left join match_links k on k.order_no = m.order_no and k.movement_id = m.id and k.run = ${NEAR_RUNS}
            left join ${OURS_BESIDE} b on b.order_no = m.order_no and b.row_id = m.id) p`

const LINES = `(
  select l.id, coalesce(b.places, 0) as places
    from (select id from statement_lines where channel = $1 and account = $2 and business_date = $3
          union all select row_id from late_rows where day_id = $4 and side = 'theirs') l
    left join ${THEIRS_BESIDE} b on b.row_id = l.id
   where not coalesce(b.gone, false))`

const LINES_THERE = `select count(*)::integer as rows, coalesce(sum(l.places), 0)::integer as places from ${LINES} l`

/** A line that is in several pairs comes as often; one without any comes once. */
const LINES_PAIRED = `
  select count(k.line_id)::integer as paired, (count(*) filter (where k.line_id is null and l.places = 0))::integer as unplaced
    from ${LINES} l left join match_links k on k.line_id = l.id and k.run = ${NEAR_RUNS}`
