import type pg from 'pg'
import type { CurrencyProof, Proof, ProofStep } from './day.ts'

/** What a day's raw books hold, by currency: whatever anybody decided about their rows. `movementMark`: of our own book up to it. */
export async function sumBooks(db: pg.ClientBase, dayId: number, movementMark: number | null = null): Promise<Row[]> {
  const { rows: of } = await db.query(
    `select channel, account, business_date, case when state = 'closed' then movement_mark end as "movementMark",
            case when state = 'closed' then line_mark end as "lineMark" from days where id = $1`,
    [dayId],
  )
  const [day] = of
  // The day's values as parameters: then the books are read by their indexes, on several cores.
  const { rows } = await db.query(
    `select 'ours' as step, currency, 0 as rows, sum(amount)::text as amount from (
       select m.currency, sum(m.amount) as amount from public.movements m
        where m.channel = $2 and m.account = $3 and m.business_date = $4 and m.status = 'success' and ($5::bigint is null or m.id <= $5) group by 1
       union all
       select m.currency, m.amount from late_rows r join public.movements m on m.order_no = r.order_no and m.id = r.row_id
        where r.day_id = $1 and r.side = 'ours' and m.status = 'success') o group by 2
     union all
     select 'theirs', currency, 0, sum(amount)::text from (
       select l.currency, sum(l.amount) as amount from public.statement_lines l
        where l.channel = $2 and l.account = $3 and l.business_date = $4 and l.status = 'success' and ($6::bigint is null or l.id <= $6)
          and not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id) group by 1
       union all
       select l.currency, l.amount from late_rows r join public.statement_lines l on l.order_no = r.order_no and l.id = r.row_id
        where r.day_id = $1 and r.side = 'theirs' and l.status = 'success'
          and not exists (select from superseded_lines s where s.order_no = l.order_no and s.line_id = l.id)) t group by 2`,
    [dayId, day.channel, day.account, day.business_date, day.movementMark ?? movementMark, day.lineMark],
  )
  return rows
}

/**
 * The balance proof of a day, from the tables as they are. Both totals come from the raw books (`sums`, added up here where they are not given); what
 * stands between them comes from the places alone. Plain pairs of one day contribute nothing, they are equal by definition: whatever settling
 * might do wrong leaves a rest.
 */
export async function proveDay(tx: pg.ClientBase, dayId: number, at: Date, sums?: readonly Row[]): Promise<Proof> {
  const { rows } = await tx.query(
    `with groups as (
       select group_id, count(distinct day_id) > 1 as spans from match_rows
        where live and group_id in (select group_id from match_rows where day_id = $1 and live) group by 1
     ),
     steps as (
       select 'in_transit_in' as step, currency, 1 as rows, amount from crossings where line_day = $1
       union all select 'in_transit_out', currency, 1, -amount from crossings where movement_day = $1
       union all
       select case when not g.spans then 'matched' when r.side = 'theirs' then 'in_transit_in' else 'in_transit_out' end, r.currency, 1,
              case when r.side = 'theirs' then r.moved else -r.moved end
         from groups g join match_rows r using (group_id) where r.day_id = $1 and r.live
       union all
       select x.kind, r.currency, 1, case when r.side = 'theirs' then r.moved else -r.moved end
         from discrepancy_rows r join discrepancies x on x.id = r.discrepancy_id
        where r.day_id = $1 and r.live and x.kind <> 'duplicate_line'
       union all
       -- A record that is listed again moved nothing: it is no part of their total.
       select 'theirs', r.currency, 1, -r.moved from discrepancy_rows r join discrepancies x on x.id = r.discrepancy_id
        where r.day_id = $1 and r.live and r.side = 'theirs' and x.kind = 'duplicate_line'
       union all
       -- Money of days that are reconciled with their channel: it came from no payer.
       select 'settlement', k.currency, 1, k.moved from payout_lines k where k.day_id = $1
          and not exists (select from superseded_lines s where s.order_no = k.order_no and s.line_id = k.line_id)
     )
     select step, currency, sum(rows)::integer as rows, sum(amount)::text as amount from steps group by 1, 2`,
    [dayId],
  )
  return proofOf([...(sums ?? (await sumBooks(tx, dayId))), ...rows], at)
}

export type Row = { readonly step: string; readonly currency: string; readonly rows: number; readonly amount: string }

/** In the order in which a person walks from our total to theirs. */
const ORDER = [
  'in_transit_in',
  'in_transit_out',
  'settlement',
  'in_transit',
  'channel_only',
  'platform_only',
  'amount_mismatch',
  'status_mismatch',
  'duplicate_payment',
  'currency_mismatch',
  'ambiguous',
  'unresolved',
  'waived',
  'matched',
]

export function proofOf(rows: readonly Row[], at: Date): Proof {
  const currencies = [...new Set(rows.map(row => row.currency))].sort()
  const byCurrency: Record<string, CurrencyProof> = {}
  for (const currency of currencies) {
    const own = rows.filter(row => row.currency === currency)
    const total = (step: string) =>
      own.filter(row => row.step === step).reduce((sum, row) => sum + BigInt(row.amount), 0n)
    const steps = own
      .filter(({ step }) => step !== 'ours' && step !== 'theirs')
      .map(({ step, rows: count, amount }): ProofStep => ({ step, rows: Number(count), amount }))
      .sort((a, b) => ORDER.indexOf(a.step) - ORDER.indexOf(b.step))
    const between = steps.reduce((sum, step) => sum + BigInt(step.amount), 0n)
    const [ours, theirs] = [total('ours'), total('theirs')]
    byCurrency[currency] = { ours: String(ours), theirs: String(theirs), steps, rest: String(theirs - ours - between) }
  }
  return { at: at.toISOString(), ok: Object.values(byCurrency).every(({ rest }) => rest === '0'), byCurrency }
}
