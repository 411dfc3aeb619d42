import type { Dataset } from '../dataset.ts'
import { channelName, field, told } from './shared.ts'

const STATES = ['expected', 'funds_agree', 'funds_differ', 'received', 'received_differs', 'overdue'] as const
const stateName = told({
  expected: { zh: '待资金账单', en: 'Expected' },
  funds_agree: { zh: '资金账单相符', en: 'Funds bill agrees' },
  funds_differ: { zh: '资金账单不符', en: 'Funds bill differs' },
  received: { zh: '已到账', en: 'Received' },
  received_differs: { zh: '到账不符', en: 'Received, differs' },
  overdue: { zh: '逾期未到账', en: 'Overdue' },
})

/** What a payout differs by stands on the last of its days, so that sums over days count it once. */
const RECEIVED = `(case x.payout when 'received' then x.due when 'differs' then x.due + case when x.business_date =
  (select max(o.business_date) from settlements o where o.payout_id = x.payout_id) then p.difference else 0 end end)`

const money = { sums: true, width: 16 } as const

/** 三方对账: trade bill, funds bill and bank, by day of an account with a channel. An account is of no single merchant. */
export const SETTLEMENTS: Dataset = {
  name: 'settlements',
  zh: '渠道结算（三方对账）',
  en: 'Settlements of channels',
  from: 'settlements x left join payouts p on p.id = x.payout_id',
  joins: {},
  place: { merchant: "''", channel: 'x.channel' },
  fields: {
    business_date: field('账期', 'Business day', 'date', 'x.business_date', { width: 12 }),
    channel: field('渠道', 'Channel', 'code', 'x.channel', { words: channelName }),
    account: field('渠道账户', 'Account', 'text', 'x.account', { width: 14 }),
    state: field('状态', 'State', 'code', 'x.state::text', { words: stateName, width: 14 }),
    rows: field('账单笔数', 'Rows', 'count', 'x.trade_rows', { sums: true }),
    gross: field('收款', 'Gross', 'money', 'x.gross', money),
    refunds: field('退款', 'Refunds', 'money', 'x.refunds', money),
    fees: field('手续费', 'Fees', 'money', 'x.fees', money),
    net: field('净额', 'Net', 'money', 'x.net', money),
    fund_gross: field('资金账单收款', 'Gross, funds bill', 'money', 'x.fund_gross', money),
    fund_refunds: field('资金账单退款', 'Refunds, funds bill', 'money', 'x.fund_refunds', money),
    fund_fees: field('资金账单手续费', 'Fees, funds bill', 'money', 'x.fund_fees', money),
    withdrawn: field('提现', 'Withdrawn', 'money', 'x.withdrawn', money),
    opening: field('期初余额', 'Opening', 'money', 'x.opening', { width: 16 }),
    closing: field('期末余额', 'Closing', 'money', 'x.closing', { width: 16 }),
    due: field('应到账', 'Due', 'money', 'x.due', money),
    due_on: field('应到账日', 'Due on', 'date', 'x.due_on', { width: 12 }),
    received: field('已到账', 'Received', 'money', RECEIVED, money),
    currency: field('币种', 'Currency', 'text', 'x.currency', { width: 8 }),
  },
  filters: {
    date: { zh: '账期', en: 'Business day', kind: 'dates', sql: 'x.business_date' },
    channel: { zh: '渠道', en: 'Channel', kind: 'any', sql: 'x.channel = any(?)' },
    account: { zh: '渠道账户', en: 'Account with the channel', kind: 'any', sql: 'x.account = any(?)' },
    state: { zh: '状态', en: 'State', kind: 'any', values: STATES, sql: 'x.state::text = any(?)' },
    currency: { zh: '币种', en: 'Currency', kind: 'any', sql: 'x.currency = any(?)' },
  },
  order: ['business_date', 'channel', 'account', 'currency'],
  key: ['x.id'],
}
