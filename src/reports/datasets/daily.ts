import type { Dataset } from '../dataset.ts'
import { channelName, DAY_STATES, dayStateName, field } from './shared.ts'

/** Of a day `y`: where a row of ours, and one of theirs, counts in its books. */
const OURS = `m.channel = y.channel and m.account = y.account and m.business_date = y.business_date and m.status = 'success'
  and (y.movement_mark is null or m.id <= y.movement_mark)
  and not exists (select from late_rows a where a.side = 'ours' and a.order_no = m.order_no and a.row_id = m.id)`
const THEIRS = `s.channel = y.channel and s.account = y.account and s.business_date = y.business_date and s.status = 'success'
  and (y.line_mark is null or s.id <= y.line_mark)
  and not exists (select from superseded_lines u where u.order_no = s.order_no and u.line_id = s.id)
  and not exists (select from late_rows a where a.side = 'theirs' and a.order_no = s.order_no and a.row_id = s.id)`

/**
 * The proof of a day `y`, added up anew from both books and from the outcome: `ours`, `theirs`, `matched_rows`, and the steps from the one to the
 * other. Rows whose partner counts in another day are in transit: out of ours, or into it. A record listed twice counts once.
 * Ours and all steps are theirs, or the day does not balance.
 */
export const PROOF_STEPS = `(select p.currency, p.step, sum(p.rows) as rows, sum(p.amount) as amount from (
    select m.currency, 'ours' as step, count(*) as rows, sum(m.amount) as amount from movements m where ${OURS} group by 1
    union all
    select m.currency, 'ours', count(*), sum(m.amount) from late_rows a join movements m on m.order_no = a.order_no and m.id = a.row_id
     where a.side = 'ours' and a.day_id = y.id and m.status = 'success' group by 1
    union all
    select s.currency, 'theirs', count(*), sum(s.amount) from statement_lines s where ${THEIRS} group by 1
    union all
    select s.currency, 'theirs', count(*), sum(s.amount) from late_rows a join statement_lines s on s.order_no = a.order_no and s.id = a.row_id
     where a.side = 'theirs' and a.day_id = y.id and s.status = 'success'
       and not exists (select from superseded_lines u where u.order_no = s.order_no and u.line_id = s.id) group by 1
    union all
    select s.currency, 'theirs', -count(*), -sum(s.amount)
      from discrepancy_rows i join discrepancies d on d.id = i.discrepancy_id join statement_lines s on s.order_no = i.order_no and s.id = i.row_id
     where i.day_id = y.id and i.live and i.side = 'theirs' and d.kind = 'duplicate_line' and s.status = 'success' group by 1
    union all
    select m.currency, 'matched_rows', count(*), 0 from movements m join match_links l on l.order_no = m.order_no and l.movement_id = m.id
     where ${OURS} group by 1
    union all
    select r.currency, 'matched_rows', count(*), 0 from match_rows r where r.day_id = y.id and r.live and r.side = 'ours' and r.moved <> 0 group by 1
    union all
    select c.currency, 'in_transit_out', count(*), -sum(c.amount) from crossings c where c.movement_day = y.id and c.line_day <> y.id group by 1
    union all
    select c.currency, 'in_transit_in', count(*), sum(c.amount) from crossings c where c.line_day = y.id and c.movement_day <> y.id group by 1
    union all
    select g.currency, case when not g.elsewhere then 'matched' when g.difference > 0 then 'in_transit_in' else 'in_transit_out' end,
           count(*), sum(g.difference)
      from (select r.group_id, r.currency, sum(case r.side when 'theirs' then r.moved else -r.moved end) as difference,
                   exists (select from match_rows w where w.group_id = r.group_id and w.live and w.day_id <> y.id) as elsewhere
              from match_rows r where r.day_id = y.id and r.live group by 1, 2) g
     where g.difference <> 0 group by 1, 2
    union all
    select f.currency, case when f.kind <> 'in_transit' then f.kind when f.difference > 0 then 'in_transit_in' else 'in_transit_out' end,
           count(*), sum(f.difference)
      from (select i.discrepancy_id, d.kind, i.currency, sum(case i.side when 'theirs' then i.moved else -i.moved end) as difference
              from discrepancy_rows i join discrepancies d on d.id = i.discrepancy_id
             where i.day_id = y.id and i.live and d.kind not in ('fee_mismatch', 'duplicate_line') group by 1, 2, 3) f
     where f.difference <> 0 group by 1, 2
  ) p group by 1, 2)`

const DAYS = `days y cross join lateral (
  select w.currency,
         coalesce(sum(w.rows) filter (where w.step = 'ours'), 0) as ours_rows,
         coalesce(sum(w.amount) filter (where w.step = 'ours'), 0) as ours_net,
         coalesce(sum(w.rows) filter (where w.step = 'theirs'), 0) as theirs_rows,
         coalesce(sum(w.amount) filter (where w.step = 'theirs'), 0) as theirs_net,
         coalesce(sum(w.rows) filter (where w.step = 'matched_rows'), 0) as matched_rows,
         coalesce(sum(w.amount) filter (where w.step = 'in_transit_in'), 0) as in_transit_in,
         coalesce(sum(w.amount) filter (where w.step = 'in_transit_out'), 0) as in_transit_out,
         coalesce(sum(w.amount) filter (where w.step = 'channel_only'), 0) as surplus,
         coalesce(sum(w.amount) filter (where w.step = 'platform_only'), 0) as shortage,
         coalesce(sum(w.amount) filter (where w.step not in
           ('ours', 'theirs', 'in_transit_in', 'in_transit_out', 'channel_only', 'platform_only')), 0) as differences
    from ${PROOF_STEPS} w group by 1) x`

const money = { sums: true, width: 16 } as const
const REST = '(x.theirs_net - x.ours_net - x.in_transit_in - x.in_transit_out - x.surplus - x.shortage - x.differences)'

/** 对账日报: a day of an account with a channel, in each of its currencies. A day is of no single merchant. */
export const DAILY: Dataset = {
  name: 'daily',
  zh: '对账日报',
  en: 'Daily reconciliation',
  from: DAYS,
  joins: {},
  place: { merchant: "''", channel: 'y.channel' },
  fields: {
    business_date: field('账期', 'Business day', 'date', 'y.business_date', { width: 12 }),
    channel: field('渠道', 'Channel', 'code', 'y.channel', { words: channelName }),
    account: field('渠道账户', 'Account', 'text', 'y.account', { width: 14 }),
    currency: field('币种', 'Currency', 'text', 'x.currency', { width: 8 }),
    state: field('状态', 'State', 'code', 'y.state::text', { words: dayStateName }),
    ours_rows: field('平台笔数', 'Our rows', 'count', 'x.ours_rows', { sums: true }),
    ours_net: field('平台净额', 'Our net', 'money', 'x.ours_net', money),
    in_transit_in: field('加：在途转入', 'plus: in transit in', 'money', 'x.in_transit_in', money),
    in_transit_out: field('减：在途转出', 'less: in transit out', 'money', 'x.in_transit_out', money),
    surplus: field('长款', 'Channel only', 'money', 'x.surplus', money),
    shortage: field('短款', 'Platform only', 'money', 'x.shortage', money),
    differences: field('其他差异', 'Other differences', 'money', 'x.differences', money),
    theirs_net: field('渠道净额', 'Their net', 'money', 'x.theirs_net', money),
    theirs_rows: field('渠道笔数', 'Their rows', 'count', 'x.theirs_rows', { sums: true }),
    rest: field('未解释差额', 'Unexplained', 'money', REST, money),
    matched_rows: field('已对平笔数', 'Matched rows', 'count', 'x.matched_rows', { sums: true }),
    match_rate: field('对平率 %', 'Matched %', 'percent', 'trunc(100 * x.matched_rows / nullif(x.ours_rows, 0), 2)'),
    closed_at: field('关账时间', 'Closed at', 'time', 'y.closed_at', { width: 20 }),
    closed_by: field('关账人', 'Closed by', 'text', "nullif(y.closed_by, '')"),
    blocked: field('不能关账的原因', 'Blocked by', 'text', "nullif(y.blocked, '')", { width: 18 }),
  },
  filters: {
    date: { zh: '账期', en: 'Business day', kind: 'dates', sql: 'y.business_date' },
    channel: { zh: '渠道', en: 'Channel', kind: 'any', sql: 'y.channel = any(?)' },
    account: { zh: '渠道账户', en: 'Account with the channel', kind: 'any', sql: 'y.account = any(?)' },
    state: { zh: '状态', en: 'State', kind: 'any', values: DAY_STATES, sql: 'y.state::text = any(?)' },
    currency: { zh: '币种', en: 'Currency', kind: 'any', sql: 'x.currency = any(?)' },
  },
  order: ['business_date', 'channel', 'account', 'currency'],
  key: [],
}
