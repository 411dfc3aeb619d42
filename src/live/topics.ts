/** What open screens show, and what must be told about to have them read it again. Pure. */

export const TOPICS = [
  'items',
  'days',
  'discrepancies',
  'settlements',
  'reviews',
  'appeals',
  'statements',
  'rules',
  'refunds',
  'payments',
  'merchants',
  'accounts',
  'alerts',
  'reports',
  'notices',
] as const
export type Topic = (typeof TOPICS)[number]

/** Topics by the first word of an act in the operation log (`item.confirm`). Of other acts no screen shows a list. */
const BY_ACT: Readonly<Record<string, readonly Topic[]>> = {
  item: ['items', 'days'],
  day: ['days', 'items'],
  match: ['items', 'discrepancies', 'days'],
  discrepancy: ['discrepancies', 'items', 'days'],
  cause: ['discrepancies'],
  settlement: ['settlements', 'days'],
  review: ['reviews'],
  appeal: ['appeals'],
  statement: ['statements', 'days'],
  template: ['statements'],
  rule: ['rules'],
  refund: ['refunds', 'payments', 'items'],
  anomaly: ['payments'],
  merchant: ['merchants'],
  fee_item: ['merchants'],
  department: ['merchants'],
  bill_batch: ['merchants'],
  account: ['accounts'],
  role: ['accounts'],
  service_key: ['accounts'],
  passkey: ['accounts'],
  alert: ['alerts'],
  address: ['alerts'],
  report: ['reports'],
  report_template: ['reports'],
  report_schedule: ['reports'],
  notice: ['notices'],
}

/** Who may hear of a topic: whoever has one of these permissions may see its lists. */
export const HEARD_BY: Readonly<Record<Topic, readonly string[]>> = {
  items: ['day.read'],
  days: ['day.read'],
  discrepancies: ['discrepancy.read'],
  settlements: ['day.read'],
  reviews: ['review.read'],
  appeals: ['appeal.read'],
  statements: ['statement.read'],
  rules: ['rule.read'],
  refunds: ['refund.read'],
  payments: ['payment.read'],
  merchants: ['merchant.read'],
  accounts: ['account.read'],
  alerts: ['alert.read'],
  reports: ['report.export'],
  notices: ['notice.read'],
}

/** The channels of PostgreSQL that news come by, and the topics of a message. */
export const NEWS: Readonly<Record<string, (payload: string) => readonly Topic[]>> = {
  acted: payload => payload.split(' ').flatMap(word => BY_ACT[word] ?? []),
  day_changed: () => ['days', 'items'],
  discrepancy_changed: () => ['discrepancies', 'items'],
  review_changed: () => ['reviews'],
  appeal_changed: () => ['appeals'],
  // Told of a refund's progress, too: it is the payment's.
  payment_changed: () => ['payments', 'refunds', 'items'],
  access_changed: () => ['accounts'],
}

/** How often each topic was told about since the process began. */
export type Revisions = Readonly<Partial<Record<Topic, number>>>

/** What of it somebody with these permissions hears. */
export const heardBy = (revisions: Revisions, permissions: ReadonlySet<string>): Revisions =>
  Object.fromEntries(
    TOPICS.filter(topic => HEARD_BY[topic].some(permission => permissions.has(permission))).map(topic => [
      topic,
      revisions[topic] ?? 0,
    ]),
  )
