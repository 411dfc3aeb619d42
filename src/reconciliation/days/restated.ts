import type pg from 'pg'
import { describeDiscrepancies } from '../../causes/refine.ts'
import { CORRECTIONS } from '../../statements/line_store.ts'
import type { BusinessDay } from './day.ts'
import { firstOpenDay } from './day_store.ts'
import { insertDiscrepancies, nameMerchants, type PlacedRow } from './place_store.ts'

/**
 * A closed day is never edited. Where a newer version of its statement took a line away, an entry of the opposite amount is put into the lines of the
 * account's first open day, names the old one, and waits there for a person; with a line of the same number that the new version lists
 * instead, both are one discrepancy. Gives how many entries it made.
 */
export async function correctClosed(tx: pg.ClientBase, day: BusinessDay, run: number, at: Date): Promise<number> {
  const open = await firstOpenDay(tx, day.channel, day.account)
  if (open?.id !== day.id) return 0
  const gone = await goneOfClosed(tx, day)
  const counted = gone.filter(line => line.counted)
  if (counted.length > 0) await enterCorrections(tx, { day, open, run, at }, counted)
  if (gone.length > 0)
    await tx.query('update superseded_lines set run = $1 where line_id = any($2) and run is null', [
      run,
      gone.map(line => line.id),
    ])
  return counted.length
}

/**
 * Lines that were taken away and of which nothing has been drawn yet, of days that are closed: a line that came late is of the day it counted in. `counted`:
 * one that came after the close and was taken away before a run saw it has never counted.
 */
async function goneOfClosed(tx: pg.ClientBase, day: BusinessDay) {
  const { rows } = await tx.query(
    `select g.*, row_number() over (partition by g.by_file, g.counted order by g.id)
              + (select count(*) from statement_lines e where e.id >= g.by_file * 4294967296 + $3::bigint and e.id < (g.by_file + 1) * 4294967296) as nth
       from (select l.*, s.by_file, c.business_date as closed, t.day_id is not null or l.id <= c.line_mark as counted
               from superseded_lines s join statement_files f on f.id = s.by_file and f.channel = $1 and f.account = $2
               join statement_lines l on l.id = s.line_id and l.order_no = s.order_no
               left join late_rows t on t.side = 'theirs' and t.order_no = s.order_no and t.row_id = s.line_id
               join days c on c.channel = l.channel and c.account = l.account and c.state = 'closed'
                and case when t.day_id is null then c.business_date = l.business_date else c.id = t.day_id end
              where s.run is null) g
      order by g.id`,
    [day.channel, day.account, CORRECTIONS],
  )
  return rows
}

type Correcting = {
  readonly day: BusinessDay
  /** Whose books take the entries. */
  readonly open: { readonly id: number; readonly day: string }
  readonly run: number
  readonly at: Date
}

async function enterCorrections(
  tx: pg.ClientBase,
  { day, open, run, at }: Correcting,
  gone: Awaited<ReturnType<typeof goneOfClosed>>,
): Promise<void> {
  const corrections = gone.map(line => ({
    ...line,
    correction: line.by_file * 4_294_967_296 + CORRECTIONS + Number(line.nth),
  }))
  await tx.query(
    `insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, refund_no, channel_refund_no,
                                  amount, currency, occurred_at, business_date, merchant, payer, fee, batch_no)
     select c.id, '#' || c.id, case when l.kind = 'payment' then 'refund' else 'payment' end::movement_kind, l.status, l.channel, l.account,
            l.channel_trade_no, l.merchant_order_no, l.refund_no, l.channel_refund_no, -l.amount, l.currency, null, $3, l.merchant, l.payer, null, l.batch_no
       from unnest($1::bigint[], $2::bigint[]) as c (id, line) join statement_lines l on l.id = c.line`,
    [corrections.map(each => each.correction), corrections.map(each => each.id), open.day],
  )
  // What the new version lists in its place came late for the closed day, and has become a discrepancy of its own in this run.
  const { rows: instead } = await tx.query(
    `select x.id as discrepancy, l.id, l.order_no, l.amount, l.status, l.currency, l.channel_trade_no, l.kind, r.day_id
       from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id and r.live and r.side = 'theirs'
       join statement_lines l on l.id = r.row_id and l.order_no = r.order_no
      where x.channel = $1 and x.account = $2 and x.state in ('open', 'waived') and x.origin = 'engine' and l.channel_trade_no = any($3) and l.channel_trade_no <> ''
        and (select count(*) from discrepancy_rows o where o.discrepancy_id = x.id) = 1`,
    [day.channel, day.account, corrections.map(each => each.channel_trade_no)],
  )
  const taken = new Set<number>()
  const found = corrections.map(line => {
    const fresh = instead.find(
      each =>
        each.channel_trade_no === line.channel_trade_no && each.kind === line.kind && !taken.has(each.discrepancy),
    )
    if (fresh) taken.add(fresh.discrepancy)
    const moved = (status: string, amount: number) => (status === 'success' ? amount : 0)
    const rows: PlacedRow[] = [
      {
        side: 'theirs',
        orderNo: `#${line.correction}`,
        id: line.correction,
        dayId: open.id,
        moved: moved(line.status, -line.amount),
        amount: line.amount,
        currency: line.currency,
      },
    ]
    if (fresh)
      rows.push({
        side: 'theirs',
        orderNo: fresh.order_no,
        id: fresh.id,
        dayId: fresh.day_id,
        moved: moved(fresh.status, fresh.amount),
        amount: fresh.amount,
        currency: fresh.currency,
      })
    return { line, fresh, rows, difference: rows.reduce((sum, row) => sum + row.moved, 0) }
  })
  const absorbed = found.flatMap(({ fresh }) => (fresh ? [fresh.discrepancy as number] : []))
  await tx.query('update discrepancy_rows set live = false where discrepancy_id = any($1)', [absorbed])
  const ids = await insertDiscrepancies(
    tx,
    { dayId: open.id, run, channel: day.channel, account: day.account, day: open.day },
    found.map(({ line, fresh, rows, difference }) => ({
      origin: 'restatement' as const,
      kind: fresh ? 'amount_mismatch' : line.amount > 0 ? 'platform_only' : 'channel_only',
      difference,
      currency: line.currency,
      byCurrency: null,
      cause: 'restated_statement',
      evidence: {
        zh: `${line.closed} 已关账，其对账单重述后${fresh ? '改动' : '撤销'}了渠道号 ${line.channel_trade_no || '（无）'} 的记录；差额记入 ${open.day}，原账期不改。`,
        en: `${line.closed} is closed; a restated statement ${fresh ? 'changed' : 'took away'} its record ${line.channel_trade_no || '(no number)'}. The difference is entered on ${open.day}; the closed day stays as it is.`,
      },
      linkedTo: [],
      state: 'open' as const,
      owner: '',
      dueAt: day.closesAt.getTime() > at.getTime() ? day.closesAt : new Date(at.getTime() + 86_400_000),
      rows,
    })),
    at,
  )
  const byDiscrepancy = found.flatMap(({ fresh }, i) =>
    fresh ? [[fresh.discrepancy as number, ids[i] as number] as const] : [],
  )
  await tx.query(
    `update discrepancies x set state = 'replaced', ended_at = $1, ended_by = 'platform', action = 'restated', replaced_by = r.by
       from unnest($2::bigint[], $3::bigint[]) as r (id, by) where x.id = r.id`,
    [at, byDiscrepancy.map(([id]) => id), byDiscrepancy.map(([, by]) => by)],
  )
  await nameMerchants(tx, ids)
  await describeDiscrepancies(tx, ids)
}
