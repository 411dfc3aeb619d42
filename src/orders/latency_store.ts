import type pg from 'pg'
import { merchantsOf, type Scope, scopeSql } from '../access/scope.ts'
import { addDays, businessDayOf, type Day } from '../kernel/business_day.ts'
import type { App } from '../system/app.ts'
import { bookedUpTo } from './booked_up_to.ts'
import { LATENCY_DAYS, LATENCY_STEP, type Latency, latencyOf } from './latency.ts'

/** 渠道时延, from counts that the platform keeps while payments are booked: percentiles of millions of payments are read from some thousand rows. */

/** A booking is of a business day near that on which its attempt began; what is of older ones is asked for by nobody. */
const COUNTED_DAYS = LATENCY_DAYS + 3
/** Movements counted in one transaction, at most: a second's work. */
const AT_ONCE = 100_000

const BEIJING = 'Asia/Shanghai'
const dayOf = (at: Date): Day => businessDayOf({ zone: BEIJING, cutoff: '00:00' })(at.getTime())

/** Of those within the scope whose attempts began in the last `days` Beijing days, the one that runs included: what was booked until the last count. */
export async function paymentLatency(db: pg.Pool, scope: Scope, at: Date, days: number): Promise<Latency[]> {
  const today = dayOf(at)
  const values: unknown[] = [
    Array.from({ length: days }, (_, back) => addDays(today, -back)),
    ['', ...(merchantsOf(scope.filter(area => area.merchants !== null)) ?? [])],
  ]
  // Channels of which all merchants are seen are counted together; others by merchant, and none of them twice.
  const whole = scopeSql(
    scope.filter(area => area.merchants === null),
    { channel: 'l.channel' },
    values,
  )
  const parts = scopeSql(
    scope.filter(area => area.merchants !== null),
    { merchant: 'l.merchant_no', channel: 'l.channel' },
    values,
  )
  const { rows } = await db.query(
    `select l.channel, l.day::text, l.bucket, sum(l.payments)::bigint as payments from payment_latency l
      where l.day = any($1::date[]) and l.merchant_no = any($2::text[])
        and case when l.merchant_no = '' then ${whole} else ${parts} and not ${whole} end
      group by 1, 2, 3`,
    values,
  )
  return latencyOf(rows)
}

/** Counts what was booked since the last time; another process that counts already is left to it. Gives how many movements' numbers it went through. */
export async function countLatency({ db, now }: Pick<App, 'db' | 'now'>, signal?: AbortSignal): Promise<number> {
  let all = 0
  for (let passed = AT_ONCE; passed >= AT_ONCE && !signal?.aborted; all += passed)
    passed = await db.transaction(tx => countSome(tx, dayOf(now())))
  return all
}

async function countSome(tx: pg.ClientBase, today: Day): Promise<number> {
  const { rows: marks } = await tx.query('select movement from payment_latency_mark for update skip locked')
  const [mark] = marks
  if (!mark) return 0
  const upTo = Math.min(mark.movement + AT_ONCE, await bookedUpTo(tx))
  if (upTo <= mark.movement) return 0
  // Looked up one by one, by number: no plan for the whole book can be better, whatever the planner thinks of it.
  await tx.query(
    `with recursive places as (
       (select m.channel, m.account from movements m order by m.channel, m.account limit 1)
       union all
       select n.channel, n.account from places a, lateral (
         select m.channel, m.account from movements m where (m.channel, m.account) > (a.channel, a.account) order by m.channel, m.account limit 1) n
     ), booked as (
       select (p.created_at at time zone '${BEIJING}')::date as day, p.merchant_no, p.channel,
              extract(epoch from p.booked_at - p.paid_at)::float8 * 1000 as ms
         from places a, generate_series($3::date - ${COUNTED_DAYS}, $3::date + 2, interval '1 day') d (day), lateral (
           select m.order_no, m.payment_no from movements m
            where m.channel = a.channel and m.account = a.account and m.business_date = d.day::date and m.id > $1 and m.id <= $2
              and m.kind = 'payment') m, lateral (
           select * from payments p where p.order_no = m.order_no and p.payment_no = m.payment_no limit 1) p
        where p.booked_at is not null and p.paid_at is not null
     )
     insert into payment_latency (day, merchant_no, channel, bucket, payments)
     select b.day, coalesce(b.merchant_no, ''), b.channel, b.bucket, count(*)
       from (select day, merchant_no, channel, case when ms <= 0 then 0 else greatest(1, ceil(ln(ms) / ln(${LATENCY_STEP}::float8)))::integer end as bucket
               from booked) b
      group by grouping sets ((day, merchant_no, channel, bucket), (day, channel, bucket))
         on conflict (day, merchant_no, channel, bucket) do update set payments = payment_latency.payments + excluded.payments`,
    [mark.movement, upTo, today],
  )
  await tx.query('update payment_latency_mark set movement = $1', [upTo])
  await tx.query('delete from payment_latency where day < $1::date - $2::integer', [today, COUNTED_DAYS])
  return upTo - mark.movement
}
