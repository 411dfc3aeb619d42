import type pg from 'pg'

/** Seconds, whole and parts of them. */
type Seconds = number

/** How the house stands at one moment, as one statement read it. What is counted by a label has only the labels that there are. */
export type Figures = {
  readonly days: readonly { readonly state: string; readonly count: number }[]
  /** Until the next open day closes; null: none is open whose close is still to come. */
  readonly nextClose: Seconds | null
  /** Open although their close is past, and for how long the oldest is. */
  readonly daysOverdue: number
  readonly daysOverdueFor: Seconds
  /** Open days by what holds them up, a code of docs/days.md. */
  readonly daysBlocked: readonly { readonly reason: string; readonly count: number }[]
  readonly proofsFailing: number
  /** Statements that should be there; `due`: until the day closes that lacks the oldest of them, negative when that is past. */
  readonly statements: readonly {
    readonly channel: string
    readonly account: string
    readonly kind: string
    readonly missing: number
    readonly due: Seconds
  }[]
  /** Payments whose end is not known; `late`: how long ago the first of them should have been asked about. */
  readonly compensation: readonly {
    readonly channel: string
    readonly count: number
    readonly oldest: Seconds
    readonly late: Seconds
  }[]
  readonly refunds: readonly { readonly state: string; readonly count: number; readonly oldest: Seconds }[]
  readonly discrepancies: readonly { readonly channel: string; readonly open: number; readonly overdue: number }[]
  readonly reviews: readonly { readonly kind: string; readonly count: number; readonly oldest: Seconds }[]
  readonly outbox: readonly { readonly medium: string; readonly state: string; readonly count: number }[]
  /** How long ago the first message that waits should have left. */
  readonly outboxLate: Seconds
  readonly alerts: readonly { readonly kind: string; readonly severity: string; readonly count: number }[]
  readonly databaseBytes: number
  readonly connections: number
  readonly connectionsMax: number
}

/**
 * All figures of one moment, in one statement over the indexes of what is open: at ten million payments it looks at what waits, not at them.
 * Tables of many folders are counted here and nowhere changed, so that a scrape is one question.
 */
export async function readFigures(db: pg.Pool, at: Date): Promise<Figures> {
  const { rows } = await db.query<Figures>(
    `select
       (select jsonb_agg(s) from (select state, count(*)::int as count from days group by 1) s) as days,
       (select extract(epoch from min(closes_at) - $1)::float8 from days where state <> 'closed' and closes_at > $1) as "nextClose",
       (select count(*)::int from days where state <> 'closed' and closes_at <= $1) as "daysOverdue",
       (select extract(epoch from $1 - min(closes_at))::float8 from days where state <> 'closed' and closes_at <= $1) as "daysOverdueFor",
       (select jsonb_agg(s) from (select blocked as reason, count(*)::int as count from days
                                   where state <> 'closed' and blocked <> '' group by 1) s) as "daysBlocked",
       (select count(*)::int from days where state <> 'closed' and not (proof->>'ok')::boolean) as "proofsFailing",
       (select jsonb_agg(s) from (select a.channel, a.account, a.kind, count(*)::int as missing,
                                         extract(epoch from min(coalesce(d.closes_at, a.alert_at)) - $1)::float8 as due
                                    from arrivals a left join days d using (channel, account, business_date)
                                   where a.state not in ('arrived', 'empty') and a.expected_at <= $1 and d.state is distinct from 'closed'
                                   group by 1, 2, 3) s) as statements,
       (select jsonb_agg(s) from (select p.channel, count(*)::int as count, extract(epoch from $1 - min(p.created_at))::float8 as oldest,
                                         greatest(0, extract(epoch from $1 - min(w.next_query_at)))::float8 as late
                                    from payments_waiting w join payments p using (order_no, payment_no) group by 1) s) as compensation,
       (select jsonb_agg(s) from (select state, count(*)::int as count, extract(epoch from $1 - min(asked_at))::float8 as oldest
                                    from refunds where next_query_at is not null group by 1) s) as refunds,
       (select jsonb_agg(s) from (select channel, count(*)::int as open,
                                         count(*) filter (where due_at <= $1 and (waits_until is null or waits_until <= $1))::int as overdue
                                    from discrepancies where state = 'open' and kind <> 'in_transit' group by 1) s) as discrepancies,
       (select jsonb_agg(s) from (select kind, count(*)::int as count, extract(epoch from $1 - min(asked_at))::float8 as oldest
                                    from reviews where state = 'open' group by 1) s) as reviews,
       (select jsonb_agg(s) from (select medium, state, count(*)::int as count from outbox
                                   where next_at is not null or state in ('failed', 'unknown') group by 1, 2) s) as outbox,
       (select greatest(0, extract(epoch from $1 - min(next_at)))::float8 from outbox where next_at is not null) as "outboxLate",
       (select jsonb_agg(s) from (select kind, severity, count(*)::int as count from alerts
                                   where acknowledged_at is null group by 1, 2) s) as alerts,
       pg_database_size(current_database())::float8 as "databaseBytes",
       (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
       current_setting('max_connections')::int as "connectionsMax"`,
    [at],
  )
  const [read] = rows
  if (!read) throw new Error('a select without a row')
  // An aggregate of nothing is null.
  return {
    ...read,
    days: read.days ?? [],
    daysOverdueFor: read.daysOverdueFor ?? 0,
    daysBlocked: read.daysBlocked ?? [],
    statements: read.statements ?? [],
    compensation: read.compensation ?? [],
    refunds: read.refunds ?? [],
    discrepancies: read.discrepancies ?? [],
    reviews: read.reviews ?? [],
    outbox: read.outbox ?? [],
    outboxLate: read.outboxLate ?? 0,
    alerts: read.alerts ?? [],
  }
}
