import type { Meaning, Permission } from './permissions.ts'

export type Role = { readonly name: Meaning; readonly permissions: readonly Permission[] }

const READ_BOOKS = ['merchant.read', 'order.read', 'payment.read', 'refund.read', 'notice.read'] as const
const READ_DAYS = [
  'statement.read',
  'day.read',
  'discrepancy.read',
  'rule.read',
  'appeal.read',
  'report.read',
  'report.export',
] as const

/**
 * The roles that every house has; they come with the program, so that a new version's routes find their people. Least privilege: who starts
 * something does not review it, who hands out roles has none of the money's, who runs the system sees no customer, who audits
 * changes nothing and sees masked fields.
 */
export const BUILT_IN_ROLES = {
  cashier: {
    name: { zh: '出纳', en: 'Cashier' },
    permissions: [
      ...READ_BOOKS,
      ...READ_DAYS,
      'statement.upload',
      'day.run',
      'item.confirm',
      'discrepancy.handle',
      'appeal.handle',
      'order.issue',
      'payment.query',
      'payment.settle',
      'refund.ask',
      'receipt.read',
      'review.read',
      'review.ask',
      'field.account_no',
      'field.reveal',
    ],
  },
  finance: {
    name: { zh: '财务', en: 'Finance officer' },
    permissions: [
      ...READ_BOOKS,
      ...READ_DAYS,
      'statement.upload',
      'statement.accept',
      'day.run',
      'day.close',
      'day.review',
      'item.confirm',
      'item.review',
      'discrepancy.handle',
      'discrepancy.review',
      'cause.manage',
      'rule.edit',
      'rule.activate',
      'appeal.handle',
      'report.template',
      'merchant.manage',
      'payment.query',
      'payment.settle',
      'payment.reverse',
      'refund.review',
      'receipt.read',
      'review.read',
      'review.ask',
      'review.decide',
      'notice.manage',
      'field.account_no',
      'field.payer_name',
      'field.reveal',
    ],
  },
  auditor: {
    name: { zh: '审计', en: 'Auditor' },
    permissions: [
      ...READ_BOOKS,
      ...READ_DAYS,
      'receipt.read',
      'review.read',
      'account.read',
      'log.read',
      'alert.read',
      'vault.read',
    ],
  },
  supervisor: {
    name: { zh: '财务主管', en: 'Supervisor' },
    permissions: [
      'merchant.read',
      'account.read',
      'account.manage',
      'role.grant',
      'role.manage',
      'rule.read',
      'rule.activate',
      'day.read',
      'review.read',
      'review.ask',
      'review.decide',
      'log.read',
      'alert.read',
      'alert.manage',
    ],
  },
  operator: {
    name: { zh: '运维', en: 'Operator' },
    permissions: [
      'system.metrics',
      'system.jobs',
      'backup.read',
      'drill.read',
      'alert.read',
      'alert.manage',
      'vault.read',
      'vault.rotate',
    ],
  },
  support: {
    name: { zh: '客服', en: 'Support' },
    permissions: [
      'order.read',
      'payment.read',
      'refund.read',
      'notice.read',
      'appeal.read',
      'appeal.handle',
      'field.reveal',
    ],
  },
  payer: { name: { zh: '缴费人', en: 'Payer' }, permissions: ['own.read', 'own.manage'] },
} as const satisfies Readonly<Record<string, Role>>

export type BuiltInRole = keyof typeof BUILT_IN_ROLES
