import { verify } from '../../src/audit/verify.ts'
import type { SimulatedChannel } from './channel.ts'
import { type House, VIEWER_PLACE } from './house.ts'
import type { Truth } from './stage.ts'

/** Whatever must never be otherwise after a day, whatever happened in it: each gives what is wrong, in words. */
export async function brokenAfter(
  house: House,
  channels: readonly SimulatedChannel[],
  truth: Truth,
  day: string,
): Promise<string[]> {
  return [
    ...(await ourBook(house, channels)),
    ...(await placesOf(house)),
    ...(await proofsOf(house, truth, day)),
    ...(await discrepanciesOf(house, truth)),
    ...(await successesOf(house)),
    ...(await logOf(house)),
    ...(await viewerOf(house)),
  ]
}

/** Each movement of the channels' books is in ours, once and to the 分, and nothing else is. */
async function ourBook({ watch }: House, channels: readonly SimulatedChannel[]): Promise<string[]> {
  const theirs = new Map<string, number>()
  for (const channel of channels) {
    for (const { no, amount } of channel.paid.values()) theirs.set(no, amount)
    for (const { no, amount, at } of channel.refunds.values()) if (at !== null) theirs.set(no, -amount)
  }
  const { rows } = await watch.query<{ no: string; amount: number; times: number }>(
    'select payment_no as no, sum(amount)::float8 as amount, count(*)::int as times from movements group by 1',
  )
  const ours = new Map(rows.map(row => [row.no, row]))
  const { rows: twice } = await watch.query<{ order_no: string }>('select order_no from orders where paid > amount')
  return [
    ...[...theirs]
      .filter(([no, amount]) => ours.get(no)?.amount !== amount)
      .map(
        ([no, amount]) => `the channel moved ${amount} for ${no}, our book has ${ours.get(no)?.amount ?? 'nothing'}`,
      ),
    ...rows
      .filter(({ no }) => !theirs.has(no))
      .map(({ no, amount }) => `our book has ${amount} for ${no}, the channel nothing`),
    ...rows.filter(({ times }) => times > 1).map(({ no }) => `${no} stands in our book twice`),
    ...twice.map(row => `${row.order_no} was credited beyond its amount`),
  ]
}

/** Each row of both books up to the marks of a closed day is in exactly one place, and pairs are of rows that agree. */
async function placesOf({ watch }: House): Promise<string[]> {
  const places = (side: 'ours' | 'theirs', key: string) => `
    (select count(*) from match_links k where ${key}) + (select count(*) from match_rows r where r.side = '${side}' and r.row_id = b.id and r.live)
    + (select count(*) from discrepancy_rows r where r.side = '${side}' and r.row_id = b.id and r.live)`
  const { rows } = await watch.query<{ told: string }>(
    `select b.payment_no || ' is in ' || places || ' places' as told from (
       select b.payment_no, (${places('ours', 'k.order_no = b.order_no and k.movement_id = b.id')}) as places from movements b
         join days d on (d.channel, d.account, d.business_date) = (b.channel, b.account, b.business_date) and d.state = 'closed' and b.id <= d.movement_mark
       union all
       select 'line ' || b.id || ' ' || b.merchant_order_no, (${places('theirs', 'k.line_id = b.id')}) from statement_lines b
         join days d on (d.channel, d.account, d.business_date) = (b.channel, b.account, b.business_date) and d.state = 'closed' and b.id <= d.line_mark
        where not exists (select from superseded_lines s where s.line_id = b.id)) b
      where places <> 1
     union all
     select 'false pair ' || m.payment_no from match_links k join movements m on m.order_no = k.order_no and m.id = k.movement_id
       join statement_lines l on l.id = k.line_id where (m.amount, m.currency, m.kind) is distinct from (l.amount, l.currency, l.kind)`,
  )
  return rows.map(row => row.told)
}

/** The day of each account is closed with a proof that holds and adds up to the statement, or it is open and says why. */
async function proofsOf({ watch }: House, { stated }: Truth, upTo: string): Promise<string[]> {
  const { rows } = await watch.query<{
    account: string
    day: string
    state: string
    blocked: string
    ok: boolean | null
  }>(
    `select d.account, d.business_date::text as day, d.state::text, d.blocked, (d.proof->>'ok')::boolean as ok
       from days d where d.business_date <= $1 order by 2, 1`,
    [upTo],
  )
  const { rows: lines } = await watch.query<{ account: string; sum: string }>(
    // Entries that correct a closed day are no statement's: what they take back is not counted already.
    `select l.account, sum(l.amount)::text as sum from statement_lines l
      where l.id % 4294967296 < 2147483648 and not exists (select from superseded_lines s where s.line_id = l.id) group by 1`,
  )
  // A channel that gave no answer four times in a morning keeps the day open: its statement counts from the next day on at the latest.
  const { rows: pending } = await watch.query<{ of: string }>(
    `select account || '/' || business_date as of from arrivals where business_date = $1 and state not in ('arrived', 'empty')`,
    [upTo],
  )
  const counted = new Map([...stated].filter(([of]) => !pending.some(each => each.of === of)))
  return [
    ...rows.flatMap(({ account, day, state, blocked, ok }) => [
      ...(state === 'closed' && ok !== true ? [`${account} ${day} is closed and its proof does not hold`] : []),
      ...(state !== 'closed' && blocked === '' ? [`${account} ${day} is ${state} and does not say why`] : []),
    ]),
    ...lines
      .map(({ account, sum }) => ({ account, sum, said: saidBy(account, counted) }))
      .filter(({ sum, said }) => sum !== said)
      .map(({ account, sum, said }) => `the statements of ${account} say ${said} in all, our lines of them ${sum}`),
  ]
}

/** What the versions that count of an account's statements add up to, in fen. */
function saidBy(account: string, stated: Truth['stated']): string {
  const rows = new Map([...stated].filter(([of]) => of.startsWith(`${account}/`)).flatMap(([, listed]) => [...listed]))
  return String([...rows.values()].reduce((sum, amount) => sum + amount, 0))
}

/** Nothing is called a discrepancy in a closed day of which everybody said the same. */
async function discrepanciesOf({ watch }: House, { spoiled }: Truth): Promise<string[]> {
  const { rows } = await watch.query<{ id: string; kind: string; nos: string[] }>(
    `select x.id::text, x.kind::text, array_agg(distinct coalesce(m.payment_no, l.merchant_order_no)) as nos
       from discrepancies x join days d on d.id = x.day_id and d.state = 'closed'
       join discrepancy_rows r on r.discrepancy_id = x.id
       left join movements m on r.side = 'ours' and m.id = r.row_id left join statement_lines l on r.side = 'theirs' and l.id = r.row_id
      where x.state = 'open' and x.kind <> 'in_transit' group by x.id`,
  )
  return rows
    .filter(({ nos }) => !nos.some(no => spoiled.has(no)))
    .map(({ id, kind, nos }) => `discrepancy ${id} (${kind}) of ${nos.join(', ')}, of which everybody said the same`)
}

/** Each payment that counts for its bill has its movement. */
async function successesOf({ watch }: House): Promise<string[]> {
  const { rows } = await watch.query<{ no: string }>(
    `select p.payment_no as no from payments p where p.state = 'success' and p.credited
        and not exists (select from movements m where m.payment_no = p.payment_no)`,
  )
  return rows.map(({ no }) => `${no} succeeded without a movement`)
}

async function logOf({ app }: House): Promise<string[]> {
  const { findings } = await verify(app.db, null)
  return findings.map(finding => `the operation log: ${JSON.stringify(finding)}`)
}

/** Who holds a role at one merchant and channel sees nothing of another. */
async function viewerOf(house: House): Promise<string[]> {
  const { merchants, channels } = VIEWER_PLACE
  const wrong: string[] = []
  const look = async (path: string, rowsOf: (body: Record<string, unknown>) => unknown): Promise<void> => {
    const answer = await house.insist('GET', path, undefined, 'viewer')
    if (answer.status !== 200) return void wrong.push(`the viewer is refused ${path}: ${JSON.stringify(answer.body)}`)
    for (const row of rowsOf(answer.body) as { merchant_no?: string; channel?: string }[])
      if ((row.merchant_no && !merchants.includes(row.merchant_no)) || (row.channel && !channels.includes(row.channel)))
        wrong.push(`the viewer sees ${path}: ${JSON.stringify(row)}`)
  }
  await look('/api/items?limit=200', body => body.items)
  await look('/api/records?limit=200', body => body.records)
  await look('/api/discrepancies', body => body.discrepancies)
  const { rows } = await house.watch.query<{ no: string }>(
    "select payment_no as no from movements where merchant = 'M1' order by id desc limit 1",
  )
  const other = rows[0]?.no
  if (other === undefined) return wrong
  const { status } = await house.insist('GET', `/api/items/${other}`, undefined, 'viewer')
  return status === 200 ? [...wrong, `the viewer sees item ${other} of another merchant`] : wrong
}
