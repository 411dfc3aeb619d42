import { DISCREPANCY_KINDS } from '../../matching/entry.ts'
import type { Dataset, Field, Filter, Join } from '../dataset.ts'
import {
  causeName,
  channelName,
  DEPARTMENT_NAME,
  DISCREPANCY_STATES,
  discrepancyStateName,
  field,
  kindOf,
  MERCHANT_NAME,
  merchantJoins,
  placeFilters,
  told,
} from './shared.ts'

const JOINS: Readonly<Record<string, Join>> = merchantJoins('d.merchant')

const FIELDS: Readonly<Record<string, Field>> = {
  discrepancy_id: field('差错编号', 'No', 'text', 'd.id::text', { width: 10 }),
  business_date: field('账期', 'Business day', 'date', 'd.business_date', { width: 12 }),
  channel: field('渠道', 'Channel', 'code', 'd.channel', { words: channelName }),
  account: field('渠道账户', 'Account', 'text', 'd.account', { width: 14 }),
  merchant: field('收费单位编号', 'Merchant no', 'text', 'd.merchant', { width: 14 }),
  merchant_name: MERCHANT_NAME,
  department: DEPARTMENT_NAME,
  kind: field('类别', 'Kind', 'code', 'd.kind', { words: kindOf, width: 14 }),
  cause: field('可能原因', 'Likely cause', 'code', 'd.cause', { words: causeName, width: 20 }),
  true_cause: field('查明原因', 'Cause found', 'code', "nullif(d.true_cause, '')", { words: causeName, width: 20 }),
  amount: field('金额', 'Amount', 'money', 'd.amount', { sums: true, width: 14 }),
  difference: field('差额（渠道−平台）', 'Theirs − ours', 'money', 'd.difference', { sums: true, width: 16 }),
  currency: field('币种', 'Currency', 'text', 'd.currency', { width: 8 }),
  evidence_zh: field('依据', 'Evidence (Chinese)', 'text', 'd.evidence_zh', { width: 50 }),
  evidence_en: field('依据（英文）', 'Evidence', 'text', 'd.evidence_en', { width: 50 }),
  order_nos: field(
    '缴费单号',
    'Order no',
    'text',
    `(select string_agg(distinct x.order_no, ' ') from discrepancy_rows x
       where x.discrepancy_id = d.id and left(x.order_no, 1) <> '#')`,
    { width: 26 },
  ),
  state: field('状态', 'State', 'code', 'd.state::text', { words: discrepancyStateName }),
  owner: field('负责人', 'Owner', 'text', 'd.owner'),
  opened_at: field('发现时间', 'Opened', 'time', 'd.opened_at', { width: 20 }),
  due_at: field('应办结时间', 'Due', 'time', 'd.due_at', { width: 20 }),
  overdue: field('超时', 'Overdue', 'code', "case when d.state = 'open' and d.due_at < :now then 'yes' else 'no' end", {
    words: told({ yes: { zh: '是', en: 'yes' }, no: { zh: '否', en: 'no' } }),
    width: 8,
  }),
  ended_at: field('办结时间', 'Ended', 'time', 'd.ended_at', { width: 20 }),
  ended_by: field('办结人', 'Ended by', 'text', 'd.ended_by'),
  action: field('处理方式', 'Action', 'text', 'd.action', { width: 18 }),
  reason: field('处理说明', 'Reason', 'text', 'd.reason', { width: 30 }),
}

const FILTERS: Readonly<Record<string, Filter>> = {
  ...placeFilters({
    day: 'd.business_date',
    channel: 'd.channel',
    account: 'd.account',
    merchant: 'd.merchant',
    currency: 'd.currency',
  }),
  kind: { zh: '类别', en: 'Kind', kind: 'any', values: DISCREPANCY_KINDS, sql: 'd.kind = any(?)' },
  cause: { zh: '可能原因', en: 'Likely cause', kind: 'any', sql: 'd.cause = any(?)' },
  owner: { zh: '负责人', en: 'Owner', kind: 'any', sql: 'd.owner = any(?)' },
  amount_from: { zh: '金额不低于', en: 'Amount at least', kind: 'least', sql: 'd.amount >= ?' },
}

/** 差错明细 */
export const DISCREPANCIES: Dataset = {
  name: 'discrepancies',
  zh: '差错明细',
  en: 'Discrepancies',
  from: 'discrepancies d',
  joins: JOINS,
  place: { merchant: 'd.merchant', channel: 'd.channel' },
  fields: FIELDS,
  filters: {
    ...FILTERS,
    state: { zh: '状态', en: 'State', kind: 'any', values: DISCREPANCY_STATES, sql: 'd.state::text = any(?)' },
  },
  order: ['business_date', 'channel', 'account', 'kind'],
  key: ['d.id'],
}

export const AGE_CLASSES = ['0-1', '2-3', '4-7', '8-30', '31+'] as const
const AGE_CLASS = `case when :today - d.business_date <= 1 then '0-1' when :today - d.business_date <= 3 then '2-3'
  when :today - d.business_date <= 7 then '4-7' when :today - d.business_date <= 30 then '8-30' else '31+' end`

/** 账龄: what is open or in transit, by days since its business day. */
export const AGEING: Dataset = {
  ...DISCREPANCIES,
  name: 'ageing',
  zh: '账龄',
  en: 'Ageing',
  where: "d.state = 'open'",
  fields: {
    age_class: field('账龄（天）', 'Age in days', 'code', AGE_CLASS, {
      words: told({
        '0-1': { zh: '0–1 天', en: '0–1 days' },
        '2-3': { zh: '2–3 天', en: '2–3 days' },
        '4-7': { zh: '4–7 天', en: '4–7 days' },
        '8-30': { zh: '8–30 天', en: '8–30 days' },
        '31+': { zh: '30 天以上', en: 'over 30 days' },
      }),
      width: 12,
    }),
    age_days: field('天数', 'Days', 'count', '(:today - d.business_date)', { width: 8 }),
    in_transit: field(
      '在途或差错',
      'In transit or not',
      'code',
      "case d.kind when 'in_transit' then 'in_transit' else 'discrepancy' end",
      {
        words: told({
          in_transit: { zh: '在途', en: 'In transit' },
          discrepancy: { zh: '差错', en: 'Discrepancy' },
        }),
      },
    ),
    ...FIELDS,
  },
  filters: {
    ...FILTERS,
    age_class: { zh: '账龄', en: 'Age class', kind: 'any', values: AGE_CLASSES, sql: `(${AGE_CLASS}) = any(?)` },
  },
  order: ['business_date', 'channel', 'account', 'kind'],
}

/** 异常交易专项报告: each anomalous confirmation, with what was expected and what was found. */
export const ANOMALIES: Dataset = {
  name: 'anomaly_reports',
  zh: '异常交易专项报告',
  en: 'Anomaly report',
  from: 'anomaly_reports a',
  joins: {
    ...merchantJoins('a.merchant'),
    dis: { sql: 'left join discrepancies d on d.id = a.discrepancy_id' },
  },
  place: { merchant: 'a.merchant', channel: 'a.channel' },
  fields: {
    report_id: field('报告编号', 'No', 'text', 'a.id::text', { width: 10 }),
    at: field('报告时间', 'At', 'time', 'a.at', { width: 20 }),
    business_date: field('账期', 'Business day', 'date', 'a.business_date', { width: 12 }),
    channel: field('渠道', 'Channel', 'code', 'a.channel', { words: channelName }),
    merchant: field('收费单位编号', 'Merchant no', 'text', 'a.merchant', { width: 14 }),
    merchant_name: MERCHANT_NAME,
    department: DEPARTMENT_NAME,
    order_no: field('缴费单号', 'Order no', 'text', 'a.order_no', { width: 24 }),
    payment_no: field('平台流水号', 'Our number', 'text', 'a.payment_no', { width: 28 }),
    amount: field('金额', 'Amount', 'money', 'a.amount', { sums: true, width: 14 }),
    currency: field('币种', 'Currency', 'text', 'a.currency', { width: 8 }),
    kind: field('异常类别', 'Kind', 'code', 'a.kind', { words: kindOf, width: 14 }),
    cause: field('可能原因', 'Likely cause', 'code', 'a.cause', { words: causeName, width: 20 }),
    true_cause: field('查明原因', 'Cause found', 'code', "nullif(d.true_cause, '')", {
      joins: ['dis'],
      words: causeName,
    }),
    evidence: field('依据', 'Evidence', 'text', 'd.evidence_zh', { joins: ['dis'], width: 50 }),
    expected: field('应有', 'Expected', 'text', 'a.expected::text', { width: 36 }),
    found: field('实有', 'Found', 'text', 'a.found::text', { width: 36 }),
    reason: field('确认理由', 'Reason', 'text', 'a.reason', { width: 30 }),
    by: field('确认人', 'By', 'text', 'a.by_name'),
    review_id: field('复核编号', 'Review', 'text', 'a.review_id', { width: 28 }),
  },
  filters: {
    ...placeFilters({
      day: 'a.business_date',
      channel: 'a.channel',
      account: "''",
      merchant: 'a.merchant',
      currency: 'a.currency',
    }),
    kind: { zh: '异常类别', en: 'Kind', kind: 'any', values: DISCREPANCY_KINDS, sql: 'a.kind = any(?)' },
    cause: { zh: '可能原因', en: 'Likely cause', kind: 'any', sql: 'a.cause = any(?)' },
    amount_from: { zh: '金额不低于', en: 'Amount at least', kind: 'least', sql: 'a.amount >= ?' },
  },
  order: ['business_date', 'channel'],
  key: ['a.id'],
}
