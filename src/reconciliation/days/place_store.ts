import type pg from 'pg'
import type { BookSide, RowKey } from './day.ts'
import type { Standing } from './placing.ts'
import { NEAR_RUNS, TAKEN_AWAY } from './work_books.ts'

/** A row with what its place keeps of it. */
export type PlacedRow = RowKey & {
  /** The day in whose books it counts. */
  readonly dayId: number
  /** What it moved, signed; 0 for what did not succeed. */
  readonly moved: number
  readonly amount: number
  readonly currency: string
}

/** Days in whose books rows of the scratch count, where that is not the run's own day. By side and id. */
export async function rowDays(client: pg.ClientBase): Promise<Map<string, number>> {
  const { rows } = await client.query('select side, id, day_id from row_days')
  return new Map(rows.map(row => [`${row.side}:${row.id}`, row.day_id]))
}

/** The engine's discrepancies of the account that a run has looked at again. Names of rows are given by `nameOf`. */
export async function standingDiscrepancies(
  db: pg.Pool | pg.ClientBase,
  of: { readonly channel: string; readonly account: string },
  nameOf: (side: BookSide, id: number) => string | undefined,
): Promise<Standing[]> {
  const { rows } = await db.query(
    `select x.id, x.kind, x.state, x.owner,
            coalesce(array_agg(r.row_id order by r.row_id) filter (where r.side = 'ours'), '{}') as ours,
            coalesce(array_agg(r.order_no order by r.row_id) filter (where r.side = 'ours'), '{}') as orders,
            coalesce(array_agg(r.row_id) filter (where r.side = 'theirs'), '{}') as theirs
       from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id
      where x.channel = $1 and x.account = $2 and x.state in ('open', 'waived') and x.origin = 'engine' and (r.live or x.kind = 'fee_mismatch')
      group by x.id`,
    [of.channel, of.account],
  )
  return rows.flatMap((row): Standing[] => {
    const ours = (row.ours as unknown[]).flatMap((id, i) => {
      const name = nameOf('ours', Number(id))
      return name === undefined ? [] : [{ name, orderNo: row.orders[i] as string, id: Number(id) }]
    })
    const lines = (row.theirs as unknown[]).flatMap(id => nameOf('theirs', Number(id)) ?? [])
    const { id, kind, state, owner } = row
    // What none of whose rows was looked at (a remark about rows that are matched) stays as it is.
    if (ours.length + lines.length === 0) return []
    return [{ id, kind, state, owner, payments: ours.map(({ name }) => name), lines, movements: ours }]
  })
}

/** Ends the places of rows whose line a newer version took away, in days that are open. The lines that were taken away have no place any more. */
export async function undoTakenAway(
  tx: pg.ClientBase,
  of: readonly [string, string, string],
  run: number,
  at: Date,
): Promise<void> {
  const values = [...of]
  const { rows } = await tx.query(`select exists (${TAKEN_AWAY}) as any`, values)
  if (!rows[0].any) return
  await tx.query(
    `with gone as (
       delete from match_links k using (${TAKEN_AWAY}) t, runs r, days d
        where k.line_id = t.line_id and k.run = ${NEAR_RUNS} and r.id = k.run and d.id = r.day_id and d.state <> 'closed'
       returning k.order_no, k.movement_id
     ), crossed as (
       delete from crossings c using gone g where c.order_no = g.order_no and c.movement_id = g.movement_id
     )
     select from gone`,
    values,
  )
  await tx.query(
    `with groups as (
       select distinct g.id from (${TAKEN_AWAY}) t join match_rows k on k.side = 'theirs' and k.row_id = t.line_id and k.live
         join match_groups g on g.id = k.group_id join runs r on r.id = g.run join days d on d.id = r.day_id and d.state <> 'closed'
     ), freed as (
       update match_rows k set live = false from groups g where k.group_id = g.id
     )
     update match_groups g set undone_at = $4, undone_by = 'platform', undone_why = 'restated_statement' from groups o where g.id = o.id`,
    [...values, at],
  )
  await tx.query(
    `with touched as (
       select distinct x.id from (${TAKEN_AWAY}) t join discrepancy_rows k on k.side = 'theirs' and k.row_id = t.line_id and k.live
         join discrepancies x on x.id = k.discrepancy_id join days d on d.id = x.day_id
        where x.state in ('open', 'waived') or d.state <> 'closed'
     ), freed as (
       update discrepancy_rows k set live = false from touched o where k.discrepancy_id = o.id
     )
     update discrepancies x set state = 'explained', ended_at = $4, ended_by = 'platform', action = 'restated', reason = '账单重述 The statement was restated'
       from touched o where x.id = o.id`,
    [...values, at],
  )
  await tx.query(
    `delete from payout_lines k using (${TAKEN_AWAY}) t, days d
      where k.order_no = t.order_no and k.line_id = t.line_id and d.id = k.day_id and d.state <> 'closed'`,
    values,
  )
  await tx.query(
    `update superseded_lines s set run = $4 from (${TAKEN_AWAY}) t where s.order_no = t.order_no and s.line_id = t.line_id
        and not exists (select from match_links k where k.line_id = s.line_id and k.run = ${NEAR_RUNS})
        and not exists (select from match_rows k where k.side = 'theirs' and k.row_id = s.line_id and k.live)
        and not exists (select from discrepancy_rows k where k.side = 'theirs' and k.row_id = s.line_id and k.live)`,
    [...values, run],
  )
}

/** The settled pairs of a scratch become the platform's. `schema` is the scratch's own name. Gives how many. */
export async function publishLinks(
  tx: pg.ClientBase,
  schema: string,
  run: number,
  dayId: number,
  crossing: boolean,
): Promise<number> {
  // A million links are sorted in memory, not by way of a disk.
  await tx.query("set local work_mem to '256MB'")
  const { rowCount } = await tx.query(
    `insert into match_links (order_no, movement_id, line_id, pass, cross_day, needs_confirmation, run)
     select order_no, movement_id, line_id, pass, cross_day, needs_confirmation, $1 from ${schema}.pairs order by movement_id`,
    [run],
  )
  if (crossing)
    await tx.query(
      `insert into crossings (order_no, movement_id, line_id, movement_day, line_day, amount, currency)
     select k.order_no, k.movement_id, k.line_id, coalesce(a.day_id, $1), coalesce(b.day_id, $1), m.amount, m.currency
       from (select id, day_id, side from ${schema}.row_days) d
       join ${schema}.pairs k on (d.side = 'ours' and k.movement_id = d.id) or (d.side = 'theirs' and k.line_id = d.id)
       left join ${schema}.row_days a on a.side = 'ours' and a.id = k.movement_id
       left join ${schema}.row_days b on b.side = 'theirs' and b.id = k.line_id
       join movements m on m.order_no = k.order_no and m.id = k.movement_id
      where coalesce(a.day_id, $1) <> coalesce(b.day_id, $1)
         on conflict do nothing`,
      [dayId],
    )
  return rowCount ?? 0
}

export type NewGroup = {
  readonly pass: string
  readonly difference: number
  readonly currency: string
  readonly flags: readonly string[]
  readonly madeBy: string
  readonly reason: string
  readonly rows: readonly PlacedRow[]
}

/** Matches of several rows, or with a difference or a flag. Gives their ids in the order given. */
export async function insertGroups(
  tx: pg.ClientBase,
  run: number,
  groups: readonly NewGroup[],
  at: Date,
): Promise<number[]> {
  if (groups.length === 0) return []
  const { rows } = await tx.query(
    `insert into match_groups (run, pass, difference, currency, flags, made_by, reason, made_at)
     select $1, pass, difference, currency, string_to_array(flags, ',', ''), made_by, reason, $2
       from unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[]) with ordinality
         as g (pass, difference, currency, flags, made_by, reason, nth) order by nth
     returning id`,
    [
      run,
      at,
      groups.map(group => group.pass),
      groups.map(group => group.difference),
      groups.map(group => group.currency),
      groups.map(group => group.flags.join(',')),
      groups.map(group => group.madeBy),
      groups.map(group => group.reason),
    ],
  )
  const ids: number[] = rows.map(row => row.id)
  await insertRows(
    tx,
    'match_rows',
    'group_id',
    groups.flatMap((group, i) => group.rows.map(row => ({ of: ids[i] as number, row, live: true }))),
  )
  return ids
}

type NewRow = { readonly of: number; readonly row: PlacedRow; readonly live: boolean }

async function insertRows(
  tx: pg.ClientBase,
  table: 'match_rows' | 'discrepancy_rows',
  key: 'group_id' | 'discrepancy_id',
  rows: readonly NewRow[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `insert into ${table} (${key}, side, order_no, row_id, day_id, moved, currency, live)
     select * from unnest($1::bigint[], $2::book_side[], $3::text[], $4::bigint[], $5::integer[], $6::bigint[], $7::text[], $8::boolean[])`,
    [
      rows.map(({ of }) => of),
      rows.map(({ row }) => row.side),
      rows.map(({ row }) => row.orderNo),
      rows.map(({ row }) => row.id),
      rows.map(({ row }) => row.dayId),
      rows.map(({ row }) => row.moved),
      rows.map(({ row }) => row.currency),
      rows.map(({ live }) => live),
    ],
  )
}

export type NewDiscrepancy = {
  readonly origin: 'engine' | 'restatement' | 'person'
  readonly kind: string
  readonly difference: number
  readonly currency: string
  readonly byCurrency: Readonly<Record<string, number>> | null
  readonly cause: string
  readonly evidence: { readonly zh: string; readonly en: string }
  readonly linkedTo: readonly string[]
  readonly state: 'open' | 'waived'
  readonly owner: string
  readonly dueAt: Date | null
  readonly rows: readonly PlacedRow[]
}

export type DiscrepancyOf = {
  readonly dayId: number
  readonly run: number
  readonly channel: string
  readonly account: string
  readonly day: string
}

export async function insertDiscrepancies(
  tx: pg.ClientBase,
  of: DiscrepancyOf,
  found: readonly NewDiscrepancy[],
  at: Date,
): Promise<number[]> {
  if (found.length === 0) return []
  const { rows } = await tx.query(
    `insert into discrepancies (day_id, run, channel, account, business_date, opened_at, origin, kind, difference, currency, by_currency, amount,
                                cause, evidence_zh, evidence_en, linked_to, state, owner, due_at)
     select $1, $2, $3, $4, $5, $6, origin, kind, difference, currency, by_currency::jsonb, amount, cause, evidence_zh, evidence_en,
            string_to_array(linked_to, chr(31), ''), state, owner, due_at
       from unnest($7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[],
                   $16::text[], $17::discrepancy_state[], $18::text[], $19::timestamptz[]) with ordinality
         as x (origin, kind, difference, currency, by_currency, amount, cause, evidence_zh, evidence_en, linked_to, state, owner, due_at, nth)
      order by nth returning id`,
    [
      of.dayId,
      of.run,
      of.channel,
      of.account,
      of.day,
      at,
      ...discrepancyColumns(found),
      found.map(each => each.state),
      found.map(each => each.owner),
      found.map(each => each.dueAt),
    ],
  )
  const ids: number[] = rows.map(row => row.id)
  // The rows of a remark have their place elsewhere.
  await insertRows(
    tx,
    'discrepancy_rows',
    'discrepancy_id',
    found.flatMap((each, i) =>
      each.rows.map(row => ({ of: ids[i] as number, row, live: each.kind !== 'fee_mismatch' })),
    ),
  )
  return ids
}

/** Standing ones as this run sees them; what people have made of them stays. */
export async function renewDiscrepancies(
  tx: pg.ClientBase,
  run: number,
  renewed: readonly { readonly id: number; readonly now: NewDiscrepancy }[],
): Promise<void> {
  if (renewed.length === 0) return
  await tx.query(
    `update discrepancies x set run = $1, kind = n.kind, difference = n.difference, currency = n.currency, by_currency = n.by_currency::jsonb,
            amount = n.amount, cause = n.cause, evidence_zh = n.evidence_zh, evidence_en = n.evidence_en,
            linked_to = string_to_array(n.linked_to, chr(31), ''), state = n.state,
            due_at = case when x.kind = n.kind then x.due_at else n.due_at end
       from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[],
                   $12::text[], $13::discrepancy_state[], $14::timestamptz[])
         as n (id, origin, kind, difference, currency, by_currency, amount, cause, evidence_zh, evidence_en, linked_to, state, due_at)
      where x.id = n.id`,
    [
      run,
      renewed.map(({ id }) => id),
      ...discrepancyColumns(renewed.map(({ now }) => now)),
      renewed.map(({ now }) => now.state),
      renewed.map(({ now }) => now.dueAt),
    ],
  )
}

const discrepancyColumns = (found: readonly NewDiscrepancy[]): unknown[] => [
  found.map(each => each.origin),
  found.map(each => each.kind),
  found.map(each => each.difference),
  found.map(each => each.currency),
  found.map(each => each.byCurrency && JSON.stringify(each.byCurrency)),
  found.map(each => Math.max(0, ...each.rows.map(row => Math.abs(row.amount)))),
  found.map(each => each.cause),
  found.map(each => each.evidence.zh),
  found.map(each => each.evidence.en),
  found.map(each => each.linkedTo.join('\u001f')),
]

/** Frees the rows of discrepancies that are over, before their new places are made. */
export async function freeDiscrepancies(tx: pg.ClientBase, ids: readonly number[]): Promise<void> {
  if (ids.length > 0)
    await tx.query('update discrepancy_rows set live = false where discrepancy_id = any($1) and live', [ids])
}

export type Ended = {
  readonly id: number
  readonly replacedBy: number | null
  readonly movement: { readonly orderNo: string; readonly id: number } | null
  readonly group: number | null
}

/** Explained by what matched their rows, with a link to it; or replaced by others that have their rows. */
export async function endDiscrepancies(tx: pg.ClientBase, ended: readonly Ended[], at: Date): Promise<void> {
  if (ended.length === 0) return
  await tx.query(
    `update discrepancies x set state = case when e.replaced_by is null then 'explained' else 'replaced' end::discrepancy_state,
            ended_at = $1, ended_by = 'platform', action = case when e.replaced_by is null then 'matched' else 'regrouped' end,
            replaced_by = e.replaced_by, match_group = e.match_group, link_order_no = e.order_no, link_movement = e.movement
       from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[]) as e (id, replaced_by, match_group, order_no, movement)
      where x.id = e.id`,
    [
      at,
      ended.map(each => each.id),
      ended.map(each => each.replacedBy),
      ended.map(each => each.group),
      ended.map(each => each.movement?.orderNo ?? ''),
      ended.map(each => each.movement?.id ?? null),
    ],
  )
}

/** Whose bills the rows of discrepancies are about: one merchant, or ''. Ours by their fee item, theirs by the payment they name. */
export async function nameMerchants(tx: pg.ClientBase, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    `update discrepancies x set merchant = case when w.merchants = 1 then w.merchant else '' end
       from (select discrepancy_id, count(distinct merchant_no) as merchants, min(merchant_no) as merchant
               from (select r.discrepancy_id, f.merchant_no from discrepancy_rows r
                       join movements m on m.order_no = r.order_no and m.id = r.row_id join fee_items f on f.id = m.fee_item
                      where r.side = 'ours' and r.discrepancy_id = any($1)
                     union all
                     select r.discrepancy_id, p.merchant_no from discrepancy_rows r
                       join statement_lines l on l.order_no = r.order_no and l.id = r.row_id and l.merchant_order_no <> ''
                       join payments p on p.payment_no = l.merchant_order_no
                      where r.side = 'theirs' and r.discrepancy_id = any($1)) o
              group by discrepancy_id) w
      where x.id = w.discrepancy_id`,
    [ids],
  )
}
