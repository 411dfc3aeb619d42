import type pg from 'pg'
import { describeDiscrepancies } from '../../causes/refine.ts'
import { CORRECTIONS } from '../../statements/line_store.ts'
import type { BusinessDay } from './day.ts'
import { firstOpenDay } from './day_store.ts'
import * as store from './place_store.ts'

/**
 * A closed day is never edited. Where a newer version of its statement took a line away, an entry of the opposite amount is put into the lines of the
 * account's first open day, names the old one, and waits there for a person; with a line of the same number that the new version lists
 * instead, both are one discrepancy. A statement that goes back lists the line again: both undo each other and are a match. Gives how many entries it made.
 */
export async function correctClosed(tx: pg.ClientBase, day: BusinessDay, run: number, at: Date): Promise<number> {
  const open = await firstOpenDay(tx, day.channel, day.account)
  if (open?.id !== day.id) return 0
  const gone = await goneOfClosed(tx, day)
  const counted = gone.filter(line => line.counted)
  const entered = counted.length === 0 ? [] : await enterCorrections(tx, open, counted)
  if (gone.length > 0)
    await tx.query('update superseded_lines set run = $1 where line_id = any($2) and run is null', [
      run,
      gone.map(line => line.id),
    ])
  const waiting = [...entered, ...(await waitingCorrections(tx, day))]
  if (waiting.length > 0) await placeCorrections(tx, { day, open, run, at }, waiting)
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

type OpenDay = { readonly id: number; readonly day: string }

/** An entry that stands for a line which a closed day has and the channel has not any more. */
type Correction = {
  readonly id: number
  readonly order_no: string
  readonly dayId: number
  /** What it moves: the closed line's amount, taken back. */
  readonly amount: number
  readonly kind: 'payment' | 'refund'
  readonly status: string
  readonly currency: string
  readonly channel_trade_no: string
  /** The closed day. */
  readonly closed: string
  /** Where it waits alone; null: it was entered just now. */
  readonly stands: { readonly id: number; readonly origin: 'engine' | 'restatement'; readonly owner: string } | null
}

async function enterCorrections(
  tx: pg.ClientBase,
  open: OpenDay,
  gone: Awaited<ReturnType<typeof goneOfClosed>>,
): Promise<Correction[]> {
  const entered = gone.map(line => ({
    line,
    id: line.by_file * 4_294_967_296 + CORRECTIONS + Number(line.nth),
  }))
  await tx.query(
    `insert into statement_lines (id, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, refund_no, channel_refund_no,
                                  amount, currency, occurred_at, business_date, merchant, payer, fee, batch_no)
     select c.id, '#' || c.id, case when l.kind = 'payment' then 'refund' else 'payment' end::movement_kind, l.status, l.channel, l.account,
            l.channel_trade_no, l.merchant_order_no, l.refund_no, l.channel_refund_no, -l.amount, l.currency, null, $3, l.merchant, l.payer, null, l.batch_no
       from unnest($1::bigint[], $2::bigint[]) as c (id, line) join statement_lines l on l.id = c.line`,
    [entered.map(({ id }) => id), entered.map(({ line }) => line.id), open.day],
  )
  return entered.map(({ line, id }) => ({
    id,
    order_no: `#${id}`,
    dayId: open.id,
    amount: -line.amount,
    kind: line.kind === 'payment' ? 'refund' : 'payment',
    status: line.status,
    currency: line.currency,
    channel_trade_no: line.channel_trade_no,
    closed: line.closed,
    stands: null,
  }))
}

/** Entries of before that wait alone: nothing has come in their place, or it was taken away again. */
async function waitingCorrections(tx: pg.ClientBase, day: BusinessDay): Promise<Correction[]> {
  const { rows } = await tx.query(
    `select l.id, l.order_no, r.day_id as "dayId", l.amount, l.kind, l.status, l.currency, l.channel_trade_no,
            coalesce(o.business_date, l.business_date)::text as closed, jsonb_build_object('id', x.id, 'origin', x.origin, 'owner', x.owner) as stands
       from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id and r.live and r.side = 'theirs' and r.row_id % 4294967296 >= $3
       join statement_lines l on l.order_no = r.order_no and l.id = r.row_id
       left join lateral (select o.business_date from superseded_lines s join statement_lines o on o.order_no = s.order_no and o.id = s.line_id
                           where s.by_file = l.id / 4294967296 and o.channel_trade_no = l.channel_trade_no and o.amount = -l.amount
                           order by o.id limit 1) o on true
      where x.channel = $1 and x.account = $2 and x.state in ('open', 'waived') and x.origin in ('engine', 'restatement')
        and (select count(*) from discrepancy_rows each where each.discrepancy_id = x.id and each.live) = 1
      order by l.id`,
    [day.channel, day.account, CORRECTIONS],
  )
  return rows
}

/** What a newer version lists in place of closed lines came late for the closed day, and has become a discrepancy of its own in this run. */
async function listedInstead(tx: pg.ClientBase, day: BusinessDay, numbers: readonly string[]) {
  const { rows } = await tx.query(
    `select x.id as discrepancy, l.id, l.order_no, l.amount, l.status, l.currency, l.channel_trade_no, l.kind, r.day_id as "dayId"
       from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id and r.live and r.side = 'theirs' and r.row_id % 4294967296 < $4
       join statement_lines l on l.id = r.row_id and l.order_no = r.order_no
      where x.channel = $1 and x.account = $2 and x.state in ('open', 'waived') and x.origin = 'engine' and l.channel_trade_no = any($3) and l.channel_trade_no <> ''
        and (select count(*) from discrepancy_rows o where o.discrepancy_id = x.id) = 1
      order by l.id`,
    [day.channel, day.account, numbers, CORRECTIONS],
  )
  return rows
}

type Correcting = {
  readonly day: BusinessDay
  /** Whose books take the entries. */
  readonly open: OpenDay
  readonly run: number
  readonly at: Date
}

async function placeCorrections(
  tx: pg.ClientBase,
  { day, open, run, at }: Correcting,
  waiting: readonly Correction[],
): Promise<void> {
  const instead = await listedInstead(
    tx,
    day,
    waiting.map(each => each.channel_trade_no),
  )
  const taken = new Set<number>()
  const placed = waiting.flatMap(entry => {
    const fresh = instead.find(
      each =>
        each.channel_trade_no === entry.channel_trade_no &&
        each.kind !== entry.kind &&
        each.currency === entry.currency &&
        !taken.has(each.discrepancy),
    )
    if (fresh) taken.add(fresh.discrepancy)
    // It waits as it did.
    else if (entry.stands?.origin === 'restatement') return []
    const rows = [entry, ...(fresh ? [fresh] : [])].map(rowOf)
    const over = [entry.stands?.id, fresh?.discrepancy].filter(id => id !== undefined) as number[]
    return [{ entry, rows, over, difference: rows.reduce((sum, row) => sum + row.moved, 0) }]
  })
  await store.freeDiscrepancies(
    tx,
    placed.flatMap(({ over }) => over),
  )
  const undone = placed.filter(({ rows, difference }) => rows.length > 1 && difference === 0)
  const groups = await store.insertGroups(
    tx,
    run,
    undone.map(({ rows, entry: { currency } }) => ({
      pass: 'restated',
      difference: 0,
      currency,
      flags: [],
      madeBy: '',
      reason: '',
      rows,
    })),
    at,
  )
  const found = placed.filter(each => !undone.includes(each))
  const ids = await store.insertDiscrepancies(
    tx,
    { dayId: open.id, run, channel: day.channel, account: day.account, day: open.day },
    found.map(({ entry, rows, difference }) => ({
      origin: 'restatement' as const,
      kind: rows.length > 1 ? 'amount_mismatch' : entry.amount < 0 ? 'platform_only' : 'channel_only',
      difference,
      currency: entry.currency,
      byCurrency: null,
      cause: 'restated_statement',
      evidence: {
        zh: `${entry.closed} 已关账，其对账单重述后${rows.length > 1 ? '改动' : '撤销'}了渠道号 ${entry.channel_trade_no || '（无）'} 的记录；差额记入 ${open.day}，原账期不改。`,
        en: `${entry.closed} is closed; a restated statement ${rows.length > 1 ? 'changed' : 'took away'} its record ${entry.channel_trade_no || '(no number)'}. The difference is entered on ${open.day}; the closed day stays as it is.`,
      },
      linkedTo: [],
      state: 'open' as const,
      owner: entry.stands?.owner ?? '',
      dueAt: day.closesAt.getTime() > at.getTime() ? day.closesAt : new Date(at.getTime() + 86_400_000),
      rows,
    })),
    at,
  )
  const ended = (over: readonly number[], replacedBy: number | null, group: number | null) =>
    over.map(id => ({ id, replacedBy, group, movement: null }))
  await store.endDiscrepancies(
    tx,
    [
      ...undone.flatMap(({ over }, i) => ended(over, null, groups[i] as number)),
      ...found.flatMap(({ over }, i) => ended(over, ids[i] as number, null)),
    ],
    at,
  )
  await store.nameMerchants(tx, ids)
  await describeDiscrepancies(tx, ids)
}

const rowOf = (
  line: Pick<Correction, 'id' | 'order_no' | 'dayId' | 'status' | 'amount' | 'currency'>,
): store.PlacedRow => ({
  side: 'theirs',
  orderNo: line.order_no,
  id: line.id,
  dayId: line.dayId,
  moved: line.status === 'success' ? line.amount : 0,
  amount: line.amount,
  currency: line.currency,
})
