import type { Dataset } from '../dataset.ts'
import { RECONCILED } from './items.ts'
import {
  channelName,
  DEPARTMENT_NAME,
  field,
  itemOf,
  MERCHANT_NAME,
  merchantJoins,
  PAID_MERCHANT,
  placeFilters,
  told,
} from './shared.ts'

/** A line `s` belongs to the merchant of the movement it is paired with, or of all movements of its group; '' where that is not one merchant. */
const PAIRED = `left join match_links k on k.line_id = s.id
  left join movements o on o.order_no = k.order_no and o.id = k.movement_id
  ${itemOf('o')}
  left join match_rows q on q.side = 'theirs' and q.live and q.order_no = s.order_no and q.row_id = s.id`
const MERCHANT = `coalesce(i.merchant_no, (select min(${PAID_MERCHANT}) from match_rows w join movements v on v.order_no = w.order_no and v.id = w.row_id ${itemOf('v')}
  where w.group_id = q.group_id and w.side = 'ours' and w.live having min(${PAID_MERCHANT}) = max(${PAID_MERCHANT})), '')`
const LISTED = `s.status = 'success'
  and not exists (select from superseded_lines u where u.order_no = s.order_no and u.line_id = s.id)`

const FEES_BY_DAY = `(select b.business_date, b.channel, b.account, b.merchant, b.currency, sum(b.ours_rows) as ours_rows,
    sum(b.ours_amount) as ours_amount, sum(b.ours_fee) as ours_fee, sum(b.ours_unknown) as ours_unknown,
    sum(b.theirs_rows) as theirs_rows, sum(b.theirs_amount) as theirs_amount, sum(b.theirs_fee) as theirs_fee,
    sum(b.theirs_unknown) as theirs_unknown
  from (select m.business_date, m.channel, m.account, ${PAID_MERCHANT} as merchant, m.currency, 1 as ours_rows, m.amount as ours_amount,
               coalesce(m.fee, 0) as ours_fee, (m.fee is null)::integer as ours_unknown,
               0 as theirs_rows, 0::bigint as theirs_amount, 0::bigint as theirs_fee, 0 as theirs_unknown
          from movements m ${itemOf('m')} where m.status = 'success'
        union all
        select s.business_date, s.channel, s.account, ${MERCHANT}, s.currency, 0, 0, 0, 0,
               1, s.amount, coalesce(s.fee, 0), (s.fee is null)::integer
          from statement_lines s ${PAIRED} where ${LISTED}) b
 group by 1, 2, 3, 4, 5) x`

const PLACE_OF_X = placeFilters({
  day: 'x.business_date',
  channel: 'x.channel',
  account: 'x.account',
  merchant: 'x.merchant',
  currency: 'x.currency',
})

/** 渠道手续费: what our book expects, and what the statements say, each on its own business day. */
export const FEES: Dataset = {
  name: 'fees',
  zh: '渠道手续费',
  en: 'Channel fees',
  from: FEES_BY_DAY,
  joins: merchantJoins('x.merchant'),
  place: { merchant: 'x.merchant', channel: 'x.channel' },
  fields: {
    business_date: field('账期', 'Business day', 'date', 'x.business_date', { width: 12 }),
    channel: field('渠道', 'Channel', 'code', 'x.channel', { words: channelName }),
    account: field('渠道账户', 'Account', 'text', 'x.account', { width: 14 }),
    merchant: field('收费单位编号', 'Merchant no', 'text', 'x.merchant', { width: 14 }),
    merchant_name: MERCHANT_NAME,
    department: DEPARTMENT_NAME,
    ours_rows: field('平台笔数', 'Our rows', 'count', 'x.ours_rows', { sums: true }),
    ours_amount: field('平台净额', 'Our net', 'money', 'x.ours_amount', { sums: true, width: 16 }),
    ours_fee: field('平台手续费', 'Our fee', 'money', 'x.ours_fee', { sums: true, width: 14 }),
    ours_unknown: field('平台未记手续费笔数', 'Our rows without fee', 'count', 'x.ours_unknown', { sums: true }),
    theirs_rows: field('账单笔数', 'Their rows', 'count', 'x.theirs_rows', { sums: true }),
    theirs_amount: field('账单净额', 'Their net', 'money', 'x.theirs_amount', { sums: true, width: 16 }),
    theirs_fee: field('账单手续费', 'Their fee', 'money', 'x.theirs_fee', { sums: true, width: 14 }),
    theirs_unknown: field('账单未列手续费笔数', 'Their rows without fee', 'count', 'x.theirs_unknown', { sums: true }),
    difference: field('差额（账单−平台）', 'Theirs − ours', 'money', '(x.theirs_fee - x.ours_fee)', {
      sums: true,
      width: 16,
    }),
    currency: field('币种', 'Currency', 'text', 'x.currency', { width: 8 }),
  },
  filters: PLACE_OF_X,
  order: ['business_date', 'channel', 'account', 'merchant', 'currency'],
  key: [],
}

/** What the merchant is owed: our book, less the channel's fee by its statement, on the day of the payment. */
const SETTLED_BY_DAY = `(select b.business_date, b.channel, b.account, b.merchant, b.currency, sum(b.rows) as rows, sum(b.gross) as gross,
    sum(b.refunds) as refunds, sum(b.fee) as fee, sum(b.reconciled) as reconciled, sum(b.reconciled_rows) as reconciled_rows
  from (select m.business_date, m.channel, m.account, ${PAID_MERCHANT} as merchant, m.currency, 1 as rows,
               case m.kind when 'payment' then m.amount else 0 end as gross, case m.kind when 'refund' then -m.amount else 0 end as refunds,
               0::bigint as fee, case when ${RECONCILED} then m.amount else 0 end as reconciled,
               (${RECONCILED})::integer as reconciled_rows
          from movements m ${itemOf('m')} where m.status = 'success'
        union all
        select coalesce(o.business_date, s.business_date), coalesce(o.channel, s.channel), coalesce(o.account, s.account), ${MERCHANT},
               s.currency, 0, 0, 0, coalesce(s.fee, 0), 0, 0
          from statement_lines s ${PAIRED} where s.fee <> 0 and ${LISTED}) b
 group by 1, 2, 3, 4, 5) x`

const SETTLED = `case when x.rows = 0 then 'unassigned' when x.reconciled_rows = x.rows then 'reconciled'
  when x.reconciled_rows = 0 then 'open' else 'partly' end`

/** 收费单位结算 */
export const SETTLEMENT: Dataset = {
  name: 'merchant_settlement',
  zh: '收费单位结算',
  en: 'Merchant settlement',
  from: SETTLED_BY_DAY,
  joins: merchantJoins('x.merchant'),
  place: { merchant: 'x.merchant', channel: 'x.channel' },
  fields: {
    merchant: field('收费单位编号', 'Merchant no', 'text', 'x.merchant', { width: 14 }),
    merchant_name: MERCHANT_NAME,
    department: DEPARTMENT_NAME,
    business_date: field('账期', 'Business day', 'date', 'x.business_date', { width: 12 }),
    channel: field('渠道', 'Channel', 'code', 'x.channel', { words: channelName }),
    account: field('渠道账户', 'Account', 'text', 'x.account', { width: 14 }),
    rows: field('笔数', 'Rows', 'count', 'x.rows', { sums: true }),
    gross: field('收款', 'Gross', 'money', 'x.gross', { sums: true, width: 16 }),
    refunds: field('退款', 'Refunds', 'money', 'x.refunds', { sums: true, width: 14 }),
    fee: field('手续费（按账单）', 'Fee by statement', 'money', 'x.fee', { sums: true, width: 14 }),
    net: field('应结算净额', 'Net', 'money', '(x.gross - x.refunds - x.fee)', { sums: true, width: 16 }),
    reconciled: field('其中已对账（未扣手续费）', 'Of it reconciled, before fee', 'money', 'x.reconciled', {
      sums: true,
      width: 18,
    }),
    reconciled_rows: field('已对账笔数', 'Rows reconciled', 'count', 'x.reconciled_rows', { sums: true }),
    state: field('对账状态', 'State', 'code', SETTLED, {
      words: told({
        reconciled: { zh: '全部已对账', en: 'Reconciled' },
        partly: { zh: '部分已对账', en: 'Partly reconciled' },
        open: { zh: '未对账', en: 'Not reconciled' },
        unassigned: { zh: '未归属的手续费', en: 'Fees of no merchant' },
      }),
      width: 14,
    }),
    currency: field('币种', 'Currency', 'text', 'x.currency', { width: 8 }),
  },
  filters: {
    ...PLACE_OF_X,
    state: {
      zh: '对账状态',
      en: 'State',
      kind: 'any',
      values: ['reconciled', 'partly', 'open', 'unassigned'],
      sql: `(${SETTLED}) = any(?)`,
    },
  },
  order: ['merchant', 'business_date', 'channel', 'account', 'currency'],
  key: [],
}
