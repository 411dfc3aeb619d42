import type { Dataset } from '../dataset.ts'
import { channelName, DAY_STATES, dayStateName, field } from './shared.ts'

/**
 * How many rows a day `y` has, in the currency `p.currency`: of a closed one those that its close saw, and those that came late and count in it.
 * What a run has seen and no discrepancy holds is matched.
 */
export const DAY_COUNTS = `(select
  (select count(*) from movements m where m.channel = y.channel and m.account = y.account and m.business_date = y.business_date
      and m.status = 'success' and m.currency = p.currency and (y.state <> 'closed' or m.id <= y.movement_mark)) + late.ours as ours_rows,
  (select count(*) from movements m where m.channel = y.channel and m.account = y.account and m.business_date = y.business_date
      and m.status = 'success' and m.currency = p.currency and m.id <= y.movement_mark) + late.ours
    - (select count(*) from discrepancy_rows i where i.day_id = y.id and i.live and i.side = 'ours' and i.currency = p.currency and i.moved <> 0)
    as matched_rows,
  (select count(*) from statement_lines s where s.channel = y.channel and s.account = y.account and s.business_date = y.business_date
      and s.status = 'success' and s.currency = p.currency and (y.state <> 'closed' or s.id <= y.line_mark)
      and not exists (select from superseded_lines u where u.order_no = s.order_no and u.line_id = s.id)) + late.theirs
    - (select count(*) from discrepancy_rows i join discrepancies d on d.id = i.discrepancy_id
        where i.day_id = y.id and i.live and i.side = 'theirs' and i.currency = p.currency and d.kind = 'duplicate_line') as theirs_rows
  from (select (select count(*) from late_rows a join movements m on m.order_no = a.order_no and m.id = a.row_id
                 where a.day_id = y.id and a.side = 'ours' and m.status = 'success' and m.currency = p.currency) as ours,
               (select count(*) from late_rows a join statement_lines s on s.order_no = a.order_no and s.id = a.row_id
                 where a.day_id = y.id and a.side = 'theirs' and s.status = 'success' and s.currency = p.currency
                   and not exists (select from superseded_lines u where u.order_no = s.order_no and u.line_id = s.id)) as theirs) late)`

/** A day in each currency of its proof; one that has none yet is there without. */
export const DAYS_BY_CURRENCY = `days y left join lateral (select e.key as currency, e.value as proof from jsonb_each(y.proof -> 'byCurrency') e) p on true`

const DAYS = `${DAYS_BY_CURRENCY}
  left join lateral ${DAY_COUNTS} n on p.currency is not null
  left join lateral (
    select (p.proof ->> 'ours')::numeric as ours_net, (p.proof ->> 'theirs')::numeric as theirs_net, (p.proof ->> 'rest')::numeric as rest,
           coalesce(sum(w.amount) filter (where w.step = 'in_transit_in'), 0) as in_transit_in,
           coalesce(sum(w.amount) filter (where w.step = 'in_transit_out'), 0) as in_transit_out,
           coalesce(sum(w.amount) filter (where w.step = 'in_transit'), 0) as in_transit,
           coalesce(sum(w.amount) filter (where w.step = 'channel_only'), 0) as surplus,
           coalesce(sum(w.amount) filter (where w.step = 'platform_only'), 0) as shortage,
           coalesce(sum(w.amount) filter (where w.step not in
             ('in_transit_in', 'in_transit_out', 'in_transit', 'channel_only', 'platform_only')), 0) as differences
      from jsonb_to_recordset(p.proof -> 'steps') as w (step text, amount numeric)) x on p.currency is not null`

const money = { sums: true, width: 16 } as const
/** 对账日报: a day of an account with a channel, in each of its currencies, by its last proof. A day is of no single merchant. */
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
    currency: field('币种', 'Currency', 'text', 'p.currency', { width: 8 }),
    state: field('状态', 'State', 'code', 'y.state::text', { words: dayStateName }),
    ours_rows: field('平台笔数', 'Our rows', 'count', 'n.ours_rows', { sums: true }),
    ours_net: field('平台净额', 'Our net', 'money', 'x.ours_net', money),
    in_transit_in: field('加：在途转入', 'plus: in transit in', 'money', 'x.in_transit_in', money),
    in_transit_out: field('减：在途转出', 'less: in transit out', 'money', 'x.in_transit_out', money),
    in_transit: field('在途（待下一账期）', 'In transit, waiting', 'money', 'x.in_transit', money),
    surplus: field('长款', 'Channel only', 'money', 'x.surplus', money),
    shortage: field('短款', 'Platform only', 'money', 'x.shortage', money),
    differences: field('其他差异', 'Other differences', 'money', 'x.differences', money),
    theirs_net: field('渠道净额', 'Their net', 'money', 'x.theirs_net', money),
    theirs_rows: field('渠道笔数', 'Their rows', 'count', 'n.theirs_rows', { sums: true }),
    rest: field('未解释差额', 'Unexplained', 'money', 'x.rest', money),
    matched_rows: field('已对平笔数', 'Matched rows', 'count', 'n.matched_rows', { sums: true }),
    match_rate: field('对平率 %', 'Matched %', 'percent', 'trunc(100.0 * n.matched_rows / nullif(n.ours_rows, 0), 2)'),
    proof_at: field('平衡计算时间', 'Proof of', 'time', "(y.proof ->> 'at')::timestamptz", { width: 20 }),
    closed_at: field('关账时间', 'Closed at', 'time', 'y.closed_at', { width: 20 }),
    closed_by: field('关账人', 'Closed by', 'text', "nullif(y.closed_by, '')"),
    blocked: field('不能关账的原因', 'Blocked by', 'text', "nullif(y.blocked, '')", { width: 18 }),
  },
  filters: {
    date: { zh: '账期', en: 'Business day', kind: 'dates', sql: 'y.business_date' },
    channel: { zh: '渠道', en: 'Channel', kind: 'any', sql: 'y.channel = any(?)' },
    account: { zh: '渠道账户', en: 'Account with the channel', kind: 'any', sql: 'y.account = any(?)' },
    state: { zh: '状态', en: 'State', kind: 'any', values: DAY_STATES, sql: 'y.state::text = any(?)' },
    currency: { zh: '币种', en: 'Currency', kind: 'any', sql: 'p.currency = any(?)' },
  },
  order: ['business_date', 'channel', 'account', 'currency'],
  key: [],
}
