import type pg from 'pg'
import { type DayOfAccount, type StatementKind, versionsOf } from './file_store.ts'
import { OF_STATEMENT_ALONE } from './shared_store.ts'
import { FUND_COLUMNS, LINE_COLUMNS } from './store.ts'
import type { HeldStretch } from './stretches.ts'

/** Into which book the lines of a kind of statement go. */
export const BOOK_OF: Readonly<Record<StatementKind, 'statement_lines' | 'fund_lines'>> = {
  trade: 'statement_lines',
  funds: 'fund_lines',
}

export const COLUMNS_OF: Readonly<Record<StatementKind, readonly string[]>> = {
  trade: LINE_COLUMNS,
  funds: FUND_COLUMNS,
}

/** A file whose lines stand in the book already, in this transaction. */
export type Arrived = Omit<DayOfAccount, 'day'> & {
  readonly id: number
  readonly records: number
  readonly first: string
  readonly last: string
}

/** All that a record says; its place in a file is no part of it, nor an order number that stands for a missing one ('#' || id). */
const contentOf = (kind: StatementKind, row: string): string => {
  const columns = COLUMNS_OF[kind].filter(column => column !== 'id' && column !== 'order_no')
  return `row(${columns.map(column => `${row}.${column}`).join(', ')}, nullif(${row}.order_no, '#' || ${row}.id))`
}

const idOf = (file: number): number => file * 4_294_967_296

/** Records beyond those of any statement: the first of the numbers that entries which correct closed days take. No statement lists these. */
export const CORRECTIONS = 2 ** 31

const notSuperseded = (row: string): string =>
  `not exists (select from superseded_lines s where s.order_no = ${row}.order_no and s.line_id = ${row}.id)`

const isListed = (row: string): string => `${row}.id % 4294967296 < ${CORRECTIONS}`

/** $1 channel, $2 account, $3 the file's first id, $4 and $5 first and last day. */
const valuesOf = (file: Arrived): unknown[] => [file.channel, file.account, idOf(file.id), file.first, file.last]

/**
 * The file, with the first and last day of which it or an earlier version of the day's statement speaks: a channel lists some of what was paid before
 * midnight on the next day, or on both.
 */
export async function withEarlierDays(tx: pg.ClientBase, file: Arrived, day: string): Promise<Arrived> {
  const { channel, account, kind } = file
  const days = [file.first, file.last]
  for (const version of await versionsOf(tx, { channel, account, kind, day })) {
    // The day's own lines, nearly all, are not read: pages without another day are passed over.
    const { rows } = await tx.query(
      `select min(l.business_date)::text as first, max(l.business_date)::text as last from ${BOOK_OF[kind]} l
        where l.channel = $1 and l.account = $2 and l.id >= $3 and l.id < $3::bigint + ${CORRECTIONS}
          and (l.business_date < $4 or l.business_date > $4) and ${notSuperseded('l')}`,
      [channel, account, idOf(version), day],
    )
    if (rows[0].first !== null) days.push(rows[0].first, rows[0].last)
  }
  const { rows } = await tx.query(
    `select min(l.business_date)::text as first, max(l.business_date)::text as last
       from shared_lines s join ${BOOK_OF[kind]} l on l.order_no = s.order_no and l.id = s.line_id
      where l.channel = $1 and l.account = $2 and s.day = $3 and ${notSuperseded('l')}`,
    [channel, account, day],
  )
  if (rows[0].first !== null) days.push(rows[0].first, rows[0].last)
  days.sort()
  return { ...file, first: days[0] as string, last: days.at(-1) as string }
}

/** Does another file speak of the same days of the account? Most do not, and then nothing is compared. */
export async function overlaps(tx: pg.ClientBase, file: Arrived): Promise<boolean> {
  const { rows } = await tx.query(
    `select exists (select from ${BOOK_OF[file.kind]}
      where channel = $1 and account = $2 and business_date between $4::date and $5::date and (id < $3::bigint or id >= $3 + 4294967296)) as overlaps`,
    valuesOf(file),
  )
  return rows[0].overlaps
}

/**
 * Holds this file's lines, but for stretches that were left out, against those of the account's days that stood before it and count, but for the same stretches: each with which of its equals it is, as equal records
 * within one file are movements of their own and the n-th of them is the n-th that stood before. What the next functions look at.
 */
export async function compareLines(
  tx: pg.ClientBase,
  file: Arrived,
  leftOut: readonly HeldStretch[] = [],
): Promise<void> {
  const book = BOOK_OF[file.kind]
  const content = contentOf(file.kind, 'l')
  // Two hashes of 64 bits: a million records are compared without carrying a million texts about.
  const side = (name: string, own: string) => `${name} as materialized (
       select l.order_no, l.id, l.business_date, c.one, c.two, row_number() over (partition by c.one, c.two order by l.id) as nth
         from ${book} l, lateral (select hash_record_extended(${content}, 0) as one,
                                                hash_record_extended(${content}, 1) as two) c
        where l.channel = $1 and l.account = $2 and l.business_date between $4::date and $5::date and ${own})`
  await tx.query('drop table if exists compared_lines')
  await tx.query(
    `create temporary table compared_lines on commit drop as
     with ${side('held', `(l.id < $3::bigint or l.id >= $3 + 4294967296) and not l.id <@ $6::int8multirange and ${isListed('l')} and ${notSuperseded('l')}`)},
          ${side('listed', 'l.id >= $3 and l.id < $3 + 4294967296')}
     select h.order_no as held_order, h.id as held_id, h.business_date as held_day, i.order_no as listed_order, i.id as listed_id
       from held h full join listed i using (one, two, nth)`,
    [...valuesOf(file), `{${leftOut.map(({ file: of, first, last }) => `[${idOf(of) + first},${idOf(of) + last}]`)}}`],
  )
  await tx.query('analyze compared_lines')
}

/** Takes those lines of the file back that the book held already. Gives how many. */
export async function dropKnown(tx: pg.ClientBase, { kind }: Arrived): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from ${BOOK_OF[kind]} b using compared_lines c
      where b.id = c.listed_id and b.order_no = c.listed_order and c.held_id is not null`,
  )
  return rowCount ?? 0
}

/**
 * What a version of a day's statement says otherwise than the lines that count: kept for people to see. Records that differ under one number of the
 * channel's are one change. Personal data stays out: the payer is no part of it.
 */
export async function keepChanges(
  tx: pg.ClientBase,
  { id, kind }: Arrived,
  day: string,
  against: number,
): Promise<void> {
  const book = BOOK_OF[kind]
  const shown = (row: string) =>
    `jsonb_build_object('kind', ${row}.kind, 'status', ${row}.status, 'channel_trade_no', ${row}.channel_trade_no,
       'merchant_order_no', ${row}.merchant_order_no, 'refund_no', ${row}.refund_no, 'amount', ${row}.amount, 'currency', ${row}.currency,
       'occurred_at', ${row}.occurred_at, 'fee', ${row}.fee, 'line_id', ${row}.id, 'order_no', ${row}.order_no)`
  const numbered = (side: 'held' | 'listed', where: string) => `
       select l.*, row_number() over (partition by l.kind, l.channel_trade_no, l.refund_no order by l.id) as place
         from compared_lines c join ${book} l on l.id = c.${side}_id and l.order_no = c.${side}_order where ${where}`
  await tx.query(
    `with gone as (${numbered('held', `c.listed_id is null and ${OF_STATEMENT_ALONE}`)}
     ), come as (${numbered('listed', 'c.held_id is null')}
     )
     insert into statement_changes (file_id, against, no, change, business_date, before, after)
     select $2, $3, row_number() over (order by coalesce(come.id, gone.id)),
            case when gone.id is null then 'added' when come.id is null then 'removed' else 'changed' end,
            coalesce(come.business_date, gone.business_date),
            case when gone.id is not null then ${shown('gone')} end, case when come.id is not null then ${shown('come')} end
       from gone full join come on come.channel_trade_no = gone.channel_trade_no and come.kind = gone.kind
        and come.refund_no = gone.refund_no and come.place = gone.place and (come.channel_trade_no <> '') is true`,
    [day, id, against],
  )
}

/** Lines of the day's statement that this version does not list any more count no longer. They stay in the book. Gives of which days how many. */
export async function supersede(
  tx: pg.ClientBase,
  { id }: Arrived,
  day: string,
  at: Date,
): Promise<Map<string, number>> {
  const { rows } = await tx.query(
    `with gone as (
       select c.held_order, c.held_id, c.held_day from compared_lines c where c.listed_id is null and ${OF_STATEMENT_ALONE}
     ), told as (
       insert into superseded_lines (order_no, line_id, by_file, at) select held_order, held_id, $2, $3 from gone
     )
     select held_day::text as day, count(*)::integer as lines from gone group by 1`,
    [day, id, at],
  )
  return new Map(rows.map(row => [row.day, row.lines]))
}

/** Takes all lines of the file back: a newer version of the day's statement stands. */
export async function dropAll(tx: pg.ClientBase, file: Arrived): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from ${BOOK_OF[file.kind]} where channel = $1 and account = $2 and business_date between $4::date and $5::date
        and id >= $3 and id < $3 + 4294967296`,
    valuesOf(file),
  )
  return rowCount ?? 0
}

/**
 * Days of an account whose books have changed: for the next run to take (only what is held against our own book), and for what the channel and
 * the bank did with the money.
 */
export async function touchDays(
  tx: pg.ClientBase,
  kind: StatementKind,
  channel: string,
  account: string,
  days: readonly string[],
  /** Lines came that are older than what a run has seen. */
  whole = false,
): Promise<void> {
  if (kind === 'trade')
    await tx.query(
      `insert into touched_days (channel, account, business_date, whole)
       select $1, $2, business_date, $4 from unnest($3::date[]) as d (business_date) group by 3 order by 3
           on conflict (channel, account, business_date) do update
          set times = touched_days.times + 1, whole = touched_days.whole or excluded.whole`,
      [channel, account, days, whole],
    )
  await tx.query(
    `insert into touched_settlements (channel, account, business_date)
     select $1, $2, business_date from unnest($3::date[]) as d (business_date) group by 3 order by 3
         on conflict (channel, account, business_date) do update set times = touched_settlements.times + 1`,
    [channel, account, days],
  )
}
