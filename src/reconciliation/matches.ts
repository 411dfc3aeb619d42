import type pg from 'pg'
import type { Entry, Match } from '../matching/entry.ts'
import type { MatchView } from './reconciliation.ts'

const FETCH = 5_000

/**
 * All matches in order of their first payment_no: the settled ones as they come from the database, the decided ones put in
 * at their places. Nothing is held but one page. Byte order on both sides, so that both agree.
 */
export async function* streamMatches(
  client: pg.ClientBase,
  decided: readonly MatchView[],
  nameOf: (id: number) => string,
): AsyncGenerator<readonly MatchView[]> {
  const waiting = [...decided].sort(byFirstRow)
  let at = 0
  for await (const page of settledPages(client, nameOf)) {
    const last = page.at(-1)?.payments[0]
    if (last === undefined) break
    const merged: MatchView[] = []
    for (const match of page) {
      while (at < waiting.length && before(waiting[at] as MatchView, match)) merged.push(waiting[at++] as MatchView)
      merged.push(match)
    }
    yield merged
  }
  for (; at < waiting.length; at += FETCH) yield waiting.slice(at, at + FETCH)
}

/** What a report shows of a decided match besides the match itself. */
export function viewOf(
  match: Match,
  payments: ReadonlyMap<string, Entry>,
  lines: ReadonlyMap<string, Entry>,
): MatchView {
  const first = payments.get(match.payments[0] ?? '') ?? lines.get(match.lines[0] ?? '')
  const amount = match.payments.reduce((sum, name) => {
    const row = payments.get(name)
    return sum + (row?.status === 'success' ? row.amount : 0)
  }, 0)
  return {
    ...match,
    amount,
    channel: first?.channel ?? '',
    orderNo: first?.orderNo ?? '',
    tradeNo: first?.tradeNo ?? '',
    day: first?.day ?? '',
  }
}

const before = (a: MatchView, b: MatchView): boolean => byFirstRow(a, b) < 0

function byFirstRow(a: MatchView, b: MatchView): number {
  const [pa, pb] = [a.payments[0], b.payments[0]]
  if ((pa === undefined) !== (pb === undefined)) return pa === undefined ? 1 : -1
  return compareBytes(pa ?? a.lines[0] ?? '', pb ?? b.lines[0] ?? '')
}

/** As PostgreSQL's collation "C" orders UTF-8. Strings without surrogates compare the same way unit by unit. */
function compareBytes(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const SURROGATE = /[\ud800-\udfff]/

async function* settledPages(
  client: pg.ClientBase,
  nameOf: (id: number) => string,
): AsyncGenerator<readonly MatchView[]> {
  await client.query('begin')
  try {
    await client.query(`
      declare settled no scroll cursor for
      select m.payment_no, k.line_id, k.pass, k.cross_day, k.needs_confirmation, m.currency, m.amount, m.channel, m.order_no,
             m.channel_trade_no, m.business_date, m.id
        from pairs k join movements m on m.id = k.movement_id
       order by m.payment_no collate "C"`)
    for (;;) {
      const { rows } = await client.query({ text: `fetch ${FETCH} from settled`, rowMode: 'array' })
      if (rows.length > 0) yield rows.map(row => settledView(row as Row, nameOf))
      if (rows.length < FETCH) return
    }
  } finally {
    await client.query('commit')
  }
}

type Row = [
  paymentNo: string,
  lineId: number,
  pass: MatchView['pass'],
  crossDay: boolean,
  confirm: boolean,
  currency: string,
  amount: number,
  channel: string,
  orderNo: string,
  tradeNo: string,
  day: string,
  id: number,
]

function settledView(row: Row, nameOf: (id: number) => string): MatchView {
  const [paymentNo, lineId, pass, crossDay, confirm, currency, amount, channel, orderNo, tradeNo, day, id] = row
  return {
    payments: [paymentNo],
    lines: [nameOf(lineId)],
    pass,
    difference: 0,
    currency,
    flags: flagsOf(crossDay, confirm),
    amount,
    channel,
    orderNo: orderNo === `#${id}` ? '' : orderNo,
    tradeNo,
    day,
  }
}

const NONE: MatchView['flags'] = []

function flagsOf(crossDay: boolean, confirm: boolean): MatchView['flags'] {
  if (!crossDay && !confirm) return NONE
  return [...(crossDay ? (['cross_day'] as const) : []), ...(confirm ? (['needs_confirmation'] as const) : [])]
}
