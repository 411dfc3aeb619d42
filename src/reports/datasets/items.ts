import { FEE_CATEGORIES } from '../../merchants/merchant.ts'
import { movementReconciledSql } from '../../orders/reconciled.ts'
import type { Dataset } from '../dataset.ts'
import {
  categoryName,
  causeName,
  channelName,
  DEPARTMENT_NAME,
  dayStateName,
  field,
  itemOf,
  kindOf,
  MERCHANT_NAME,
  merchantJoins,
  moveName,
  PAID_MERCHANT,
  placeFilters,
  told,
} from './shared.ts'

export const ITEM_STATES = [
  'reconciled',
  'confirmed',
  'matched',
  'in_transit',
  'discrepancy',
  'resolved',
  'paid',
] as const

const itemStateName = told({
  reconciled: { zh: '已缴费且已对账', en: 'Reconciled' },
  confirmed: { zh: '已快速确认', en: 'Confirmed' },
  matched: { zh: '已对平，待关账', en: 'Matched, day not closed' },
  in_transit: { zh: '在途', en: 'In transit' },
  discrepancy: { zh: '差错', en: 'Discrepancy' },
  resolved: { zh: '差错已处理', en: 'Discrepancy resolved' },
  paid: { zh: '已缴费，待对账', en: 'Paid, to reconcile' },
})

/**
 * The place of a movement `m`: its link or group, its live discrepancy, a person's word, and the day in whose books it counts.
 */
const PLACED = `left join match_links l on l.order_no = m.order_no and l.movement_id = m.id
  left join match_rows r on r.side = 'ours' and r.live and r.order_no = m.order_no and r.row_id = m.id
  left join confirmations c on c.order_no = m.order_no and c.movement_id = m.id and c.undone_at is null
  left join late_rows lr on lr.side = 'ours' and lr.order_no = m.order_no and lr.row_id = m.id
  left join days y on y.channel = m.channel and y.account = m.account and y.business_date = m.business_date
  left join days z on z.id = lr.day_id`

/** Of `PLACED`. */
const MATCHED = '(l.movement_id is not null or r.group_id is not null)'
export const RECONCILED = movementReconciledSql('m')

const STATE = `case when ${RECONCILED} then 'reconciled' when c.no is not null then 'confirmed' when ${MATCHED} then 'matched'
  when d.kind = 'in_transit' and d.state = 'open' then 'in_transit' when d.state in ('open', 'waived') then 'discrepancy'
  when d.id is not null then 'resolved' else 'paid' end`

/** 缴费与退款明细: every movement of our book, with its reconciliation state. */
export const ITEMS: Dataset = {
  name: 'items',
  zh: '缴费明细',
  en: 'Payments and refunds',
  from: 'movements m',
  where: "m.status = 'success'",
  joins: {
    placed: { sql: PLACED },
    dis: {
      sql: `left join discrepancy_rows dr on dr.side = 'ours' and dr.live and dr.order_no = m.order_no and dr.row_id = m.id
            left join discrepancies d on d.id = dr.discrepancy_id`,
    },
    grp: { sql: 'left join match_groups g on g.id = r.group_id', after: ['placed'] },
    ord: { sql: 'left join orders o on o.order_no = m.order_no' },
    item: { sql: itemOf('m') },
    pay: {
      sql: `left join payments p on p.order_no = m.order_no
             and p.payment_no = coalesce(nullif(m.merchant_order_no, ''), m.payment_no)`,
    },
    ...merchantJoins('i.merchant_no', ['item']),
  },
  place: { merchant: PAID_MERCHANT, channel: 'm.channel', joins: ['item'] },
  fields: {
    business_date: field('账期', 'Business day', 'date', 'm.business_date', { width: 12 }),
    occurred_at: field('交易时间', 'Time', 'time', 'm.occurred_at', { width: 20 }),
    merchant: field('收费单位编号', 'Merchant no', 'text', PAID_MERCHANT, { joins: ['item'], width: 14 }),
    merchant_name: MERCHANT_NAME,
    department: DEPARTMENT_NAME,
    merchant_type: field('收费类别', 'Type', 'code', 'i.category::text', { joins: ['item'], words: categoryName }),
    fee_item: field('缴费项目', 'Fee item', 'text', 'i.name', { joins: ['item'], width: 16 }),
    title: field('账单名称', 'Bill', 'text', 'o.title', { joins: ['ord'], width: 20 }),
    period: field('所属期', 'Period', 'text', 'o.period', { joins: ['ord'] }),
    order_no: field('缴费单号', 'Order no', 'text', 'm.order_no', { width: 24 }),
    payment_no: field('平台流水号', 'Our number', 'text', 'm.payment_no', { width: 28 }),
    channel_trade_no: field('渠道流水号', 'Channel trade no', 'text', 'm.channel_trade_no', { width: 32 }),
    refund_no: field('退款单号', 'Refund no', 'text', 'm.refund_no', { width: 28 }),
    kind: field('类型', 'Kind', 'code', 'm.kind::text', { words: moveName }),
    channel: field('渠道', 'Channel', 'code', 'm.channel', { words: channelName }),
    account: field('渠道账户', 'Account', 'text', 'm.account', { width: 14 }),
    account_no: field('户号', 'Account no', 'text', '', {
      joins: ['ord'],
      sealed: 'accountNo',
      mask: 'account_no',
      width: 20,
    }),
    payer_name: field('缴费人', 'Payer', 'text', '', { joins: ['ord'], sealed: 'payerName', mask: 'payer_name' }),
    payer: field('付款账号', 'Paid from', 'text', '', { joins: ['pay'], sealed: 'payer', mask: 'payer_id', width: 28 }),
    amount: field('金额', 'Amount', 'money', 'm.amount', { sums: true, width: 14 }),
    fee: field('手续费', 'Fee', 'money', 'm.fee', { sums: true, width: 12 }),
    currency: field('币种', 'Currency', 'text', 'm.currency', { width: 8 }),
    state: field('对账状态', 'State', 'code', STATE, { joins: ['placed', 'dis'], words: itemStateName, width: 18 }),
    day_state: field('账期状态', 'Day', 'code', 'coalesce(z.state, y.state)::text', {
      joins: ['placed'],
      words: dayStateName,
    }),
    discrepancy_kind: field('差错类别', 'Discrepancy', 'code', 'd.kind', { joins: ['dis'], words: kindOf }),
    cause: field('原因', 'Cause', 'code', 'd.cause', { joins: ['dis'], words: causeName, width: 18 }),
    matched_by_hand: field('手工匹配人', 'Matched by', 'text', "nullif(g.made_by, '')", { joins: ['grp'] }),
    confirmed_by: field('确认人', 'Confirmed by', 'text', 'c.by_name', { joins: ['placed'] }),
  },
  filters: {
    ...placeFilters({
      day: 'm.business_date',
      channel: 'm.channel',
      account: 'm.account',
      merchant: PAID_MERCHANT,
      merchantJoins: ['item'],
      currency: 'm.currency',
    }),
    merchant_type: {
      zh: '收费类别',
      en: 'Merchant type (fee category)',
      kind: 'any',
      values: FEE_CATEGORIES,
      joins: ['item'],
      sql: 'i.category::text = any(?)',
    },
    state: {
      zh: '对账状态',
      en: 'State',
      kind: 'any',
      values: ITEM_STATES,
      joins: ['placed', 'dis'],
      sql: `(${STATE}) = any(?)`,
    },
    kind: { zh: '类型', en: 'Kind', kind: 'any', values: ['payment', 'refund'], sql: 'm.kind::text = any(?)' },
    order_no: { zh: '缴费单号', en: 'Order no', kind: 'any', sql: 'm.order_no = any(?)' },
    account_no: { zh: '户号', en: 'Account no', kind: 'account', sql: 'o.account_index = any(?)', joins: ['ord'] },
    amount_from: { zh: '金额不低于', en: 'Amount at least', kind: 'least', sql: 'abs(m.amount) >= ?' },
  },
  order: ['business_date', 'channel', 'account'],
  key: ['m.id'],
}
