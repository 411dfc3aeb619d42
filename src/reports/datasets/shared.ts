import type { Lang } from '../../kernel/failure.ts'
import type { DiscrepancyKind } from '../../matching/entry.ts'
import { FEE_CATEGORIES } from '../../merchants/merchant.ts'
import type { Field, FieldType, Filter, Join } from '../dataset.ts'
import { causeName, channelName, KINDS, kindName } from '../words.ts'

/** What several datasets say in the same words. */

type Words = Readonly<Record<string, { readonly zh: string; readonly en: string }>>

export const told =
  (words: Words) =>
  (code: string, lang: Lang): string =>
    words[code]?.[lang] ?? code

export const kindOf = (code: string, lang: Lang): string =>
  Object.hasOwn(KINDS, code) ? kindName(code as DiscrepancyKind, lang) : code

export const field = (zh: string, en: string, type: FieldType, sql: string, more: Partial<Field> = {}): Field => ({
  zh,
  en,
  type,
  sql,
  ...more,
})

/** The fee item `i` of a movement of ours. */
export const itemOf = (movement: string): string => ['left join fee_items i on i.id = ', movement, '.fee_item'].join('')

/** Whose bill a movement pays: that of its fee item, of `itemOf`. What the movement itself calls merchant is the number by which the channel knows us. */
export const PAID_MERCHANT = "coalesce(i.merchant_no, '')"

/** Joined where a row carries its merchant in the given column, of the join `after` where it needs one. */
export const merchantJoins = (column: string, after: readonly string[] = []): Readonly<Record<string, Join>> => ({
  mer: { sql: ['left join merchants e on e.merchant_no =', column].join(' '), after },
  dep: { sql: 'left join departments t on t.id = e.department_id', after: ['mer'] },
})

export const MERCHANT_NAME = field('收费单位', 'Merchant', 'text', 'e.name', { joins: ['mer'], width: 20 })
export const DEPARTMENT_NAME = field('部门', 'Department', 'text', 't.name', { joins: ['dep'], width: 16 })

/** Filters by the place of a row; a department stands for those below it. */
export const placeFilters = (columns: {
  readonly day: string
  readonly channel: string
  readonly account: string
  readonly merchant: string
  /** The joins that `merchant` needs. */
  readonly merchantJoins?: readonly string[]
  readonly currency: string
}): Readonly<Record<string, Filter>> => ({
  date: { zh: '账期', en: 'Business day', kind: 'dates', sql: columns.day },
  channel: { zh: '渠道', en: 'Channel', kind: 'any', sql: `${columns.channel} = any(?)` },
  account: { zh: '渠道账户', en: 'Account with the channel', kind: 'any', sql: `${columns.account} = any(?)` },
  merchant: {
    zh: '收费单位编号',
    en: 'Merchant no',
    kind: 'any',
    sql: `${columns.merchant} = any(?)`,
    joins: columns.merchantJoins ?? [],
  },
  department: {
    zh: '部门（含下级）',
    en: 'Department, with those below',
    kind: 'any',
    joins: ['mer'],
    sql: `e.department_id in (with recursive below as (select b.id from departments b where b.id = any(?)
            union select c.id from departments c join below b on c.parent_id = b.id) select id from below)`,
  },
  merchant_type: {
    zh: '收费类别',
    en: 'Merchant type (fee category)',
    kind: 'any',
    values: FEE_CATEGORIES,
    joins: columns.merchantJoins ?? [],
    sql: `${columns.merchant} in (select i.merchant_no from fee_items i where i.category::text = any(?))`,
  },
  currency: { zh: '币种', en: 'Currency', kind: 'any', sql: `${columns.currency} = any(?)` },
})

export const categoryName = told({
  water: { zh: '水费', en: 'Water' },
  power: { zh: '电费', en: 'Power' },
  gas: { zh: '燃气费', en: 'Gas' },
  heating: { zh: '供暖费', en: 'Heating' },
  tuition: { zh: '学费', en: 'Tuition' },
  property: { zh: '物业费', en: 'Property' },
  social_insurance: { zh: '社保', en: 'Social insurance' },
  non_tax: { zh: '非税收入', en: 'Non-tax revenue' },
  telecom: { zh: '通信费', en: 'Telecom' },
  medical: { zh: '医疗费', en: 'Medical' },
  other: { zh: '其他', en: 'Other' },
})

export const moveName = told({ payment: { zh: '缴费', en: 'Payment' }, refund: { zh: '退款', en: 'Refund' } })

export const DISCREPANCY_STATES = ['open', 'waived', 'explained', 'replaced', 'resolved'] as const
export const discrepancyStateName = told({
  open: { zh: '未结', en: 'Open' },
  waived: { zh: '豁免', en: 'Waived' },
  explained: { zh: '已由后到账单解释', en: 'Explained later' },
  replaced: { zh: '已并入另一差错', en: 'Replaced' },
  resolved: { zh: '已处理', en: 'Resolved' },
})

export const DAY_STATES = ['waiting', 'settling', 'provisional', 'closed'] as const
export const dayStateName = told({
  waiting: { zh: '待账单', en: 'Waiting' },
  settling: { zh: '对账中', en: 'Settling' },
  provisional: { zh: '初步结果', en: 'Provisional' },
  closed: { zh: '已关账', en: 'Closed' },
})

export { causeName, channelName }
