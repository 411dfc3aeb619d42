import type { Content } from './content.ts'
import { GROUP_ROWS } from './content.ts'

/** Reports that come with the program; a house's own ones begin as copies of them. */
export type Standard = { readonly id: string; readonly zh: string; readonly en: string; readonly content: Content }

const shown = (...fields: string[]): Content['columns'] => fields.map(field => ({ field }))
const FRESH = { filters: {}, group: [], order: [] } as const

export const STANDARD: readonly Standard[] = [
  {
    id: 'standard.daily',
    zh: '对账日报',
    en: 'Daily reconciliation',
    content: {
      ...FRESH,
      dataset: 'daily',
      filters: { date: 'yesterday' },
      columns: shown(
        ...[
          'business_date',
          'channel',
          'account',
          'currency',
          'state',
          'ours_rows',
          'ours_net',
          'in_transit_in',
          'in_transit_out',
          'in_transit',
        ],
        ...[
          'surplus',
          'shortage',
          'differences',
          'theirs_net',
          'theirs_rows',
          'rest',
          'match_rate',
          'closed_at',
          'closed_by',
          'blocked',
        ],
      ),
    },
  },
  {
    id: 'standard.anomalies',
    zh: '异常交易专项报告',
    en: 'Anomaly report',
    content: {
      ...FRESH,
      dataset: 'anomaly_reports',
      filters: { date: 'last_30_days' },
      columns: shown(
        ...[
          'report_id',
          'at',
          'business_date',
          'channel',
          'merchant_name',
          'order_no',
          'payment_no',
          'amount',
          'currency',
          'kind',
        ],
        ...['cause', 'true_cause', 'evidence', 'expected', 'found', 'reason', 'by', 'review_id'],
      ),
    },
  },
  {
    id: 'standard.causes',
    zh: '差错原因汇总',
    en: 'Discrepancies by cause',
    content: {
      ...FRESH,
      dataset: 'discrepancies',
      filters: { date: 'last_30_days' },
      group: ['channel', 'kind', 'cause', 'currency'],
      columns: shown('channel', 'kind', 'cause', GROUP_ROWS, 'amount', 'difference', 'currency'),
    },
  },
  {
    id: 'standard.discrepancies',
    zh: '差错明细',
    en: 'Discrepancies',
    content: {
      ...FRESH,
      dataset: 'discrepancies',
      filters: { date: 'last_7_days' },
      columns: shown(
        ...[
          'discrepancy_id',
          'business_date',
          'channel',
          'account',
          'merchant_name',
          'kind',
          'cause',
          'amount',
          'difference',
          'currency',
        ],
        ...[
          'evidence_zh',
          'order_nos',
          'state',
          'owner',
          'opened_at',
          'due_at',
          'overdue',
          'action',
          'reason',
          'ended_by',
        ],
      ),
    },
  },
  {
    id: 'standard.ageing',
    zh: '账龄分析',
    en: 'Ageing',
    content: {
      ...FRESH,
      dataset: 'ageing',
      group: ['channel', 'in_transit', 'kind', 'age_class', 'currency'],
      columns: shown('channel', 'in_transit', 'kind', 'age_class', GROUP_ROWS, 'amount', 'difference', 'currency'),
    },
  },
  {
    id: 'standard.fees',
    zh: '渠道手续费',
    en: 'Channel fees',
    content: {
      ...FRESH,
      dataset: 'fees',
      filters: { date: 'last_month' },
      group: ['business_date', 'channel', 'account', 'currency'],
      columns: shown(
        ...[
          'business_date',
          'channel',
          'account',
          'ours_rows',
          'ours_amount',
          'ours_fee',
          'theirs_rows',
          'theirs_amount',
        ],
        ...['theirs_fee', 'difference', 'currency'],
      ),
    },
  },
  {
    id: 'standard.settlement',
    zh: '收费单位结算',
    en: 'Merchant settlement',
    content: {
      ...FRESH,
      dataset: 'merchant_settlement',
      filters: { date: 'yesterday' },
      group: ['merchant', 'merchant_name', 'business_date', 'currency'],
      columns: shown(
        ...[
          'merchant',
          'merchant_name',
          'business_date',
          'rows',
          'gross',
          'refunds',
          'fee',
          'net',
          'reconciled',
          'reconciled_rows',
          'currency',
        ],
      ),
    },
  },
  {
    id: 'standard.items',
    zh: '缴费明细',
    en: 'Payments and refunds',
    content: {
      ...FRESH,
      dataset: 'items',
      filters: { date: 'yesterday' },
      columns: shown(
        ...[
          'business_date',
          'occurred_at',
          'merchant_name',
          'merchant_type',
          'order_no',
          'account_no',
          'payer_name',
          'payment_no',
        ],
        ...['kind', 'channel', 'channel_trade_no', 'amount', 'currency', 'state'],
      ),
    },
  },
]
