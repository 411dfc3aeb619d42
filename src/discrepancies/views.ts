import type { Actor } from '../access/actor.ts'
import type { LogRow } from '../audit/store.ts'
import { instantText } from '../kernel/instant_text.ts'
import { maskText } from '../kernel/mask.ts'
import { formatMinor } from '../kernel/money.ts'
import type { FoundAnomaly } from '../orders/discrepancy_place.ts'
import type { Order } from '../orders/order.ts'
import type { Payment } from '../orders/payment.ts'
import { fileOf, recordOf } from '../reconciliation/open_rows.ts'
import { voucherView } from '../reviews/views.ts'
import { type Voucher, WHOLE } from '../reviews/voucher.ts'
import { type Action, isOverdue } from './actions.ts'
import type { DiscrepancyDetail, DiscrepancyView, OpenRowView, RowView } from './api.ts'
import type { BookRow, Confirmation, OpenBookRow } from './evidence_store.ts'
import { type Comment, type Discrepancy, thoughtCause } from './store.ts'

/** Discrepancies, as the API tells them. Pure. */

const DAY_MS = 86_400_000

export function discrepancyView(x: Discrepancy, names: ReadonlyMap<string, string>, at: Date): DiscrepancyView {
  const text = (minor: number) => formatMinor(minor, x.currency)
  return {
    discrepancy_id: String(x.id),
    kind: x.kind,
    state: x.state,
    channel: x.channel,
    account: x.account,
    business_date: x.businessDate,
    day: x.day,
    merchant_no: x.merchant,
    amount: text(x.amount),
    difference: text(x.difference),
    currency: x.currency,
    by_currency:
      x.byCurrency &&
      Object.fromEntries(Object.entries(x.byCurrency).map(([code, minor]) => [code, formatMinor(minor, code)])),
    cause: thoughtCause(x),
    engine_cause: x.cause,
    evidence_zh: x.evidence.zh,
    evidence_en: x.evidence.en,
    owner: x.owner,
    owner_name: names.get(loginOf(x.owner)) ?? '',
    opened_at: instantText(x.openedAt),
    age_days: Math.floor(((x.endedAt ?? at).getTime() - x.openedAt.getTime()) / DAY_MS),
    due_at: x.dueAt && instantText(x.dueAt),
    overdue: isOverdue(x, at),
    waits_until: x.waitsUntil && instantText(x.waitsUntil),
    waits_why: x.waitsWhy,
    ended_at: x.endedAt && instantText(x.endedAt),
    ended_by: x.endedBy,
    action: x.action,
    reason: x.reason,
    true_cause: x.trueCause,
    review_id: x.reviewId,
    asked_action: x.askedAction,
    refund_no: x.refundNo,
  }
}

/** `staff:li` is the log-in `li`. */
export const loginOf = (person: string): string => person.slice(person.indexOf(':') + 1)

function rowView(row: BookRow, files: ReadonlyMap<number, string>): RowView {
  const ours = row.side === 'ours'
  const file = ours ? '' : (files.get(fileOf(row.id)) ?? '')
  return {
    side: row.side,
    order_no: row.orderNo.startsWith('#') ? '' : row.orderNo,
    row_id: String(row.id),
    name: ours ? row.ownNo : `${file}#${recordOf(row.id)}`,
    file,
    record: ours ? null : recordOf(row.id),
    kind: row.kind,
    status: row.status,
    amount: formatMinor(row.amount, row.currency),
    currency: row.currency,
    occurred_at: row.occurredAt && instantText(row.occurredAt),
    business_date: row.businessDate,
    channel_trade_no: row.channelTradeNo,
    merchant_order_no: row.merchantOrderNo,
    refund_no: row.refundNo,
    channel_refund_no: row.channelRefundNo,
    fee: row.fee === null ? null : formatMinor(row.fee, row.currency),
    batch_no: row.batchNo,
    merchant: row.merchant,
    live: row.live,
  }
}

/** A row that can be matched by hand, with the key that names it. */
export const openRowView = (row: OpenBookRow, files: ReadonlyMap<number, string>): OpenRowView => ({
  discrepancy_id: String(row.discrepancyId),
  discrepancy_kind: row.discrepancyKind,
  key: { side: row.side, order_no: row.orderNo, row_id: String(row.id) },
  moved: formatMinor(row.moved, row.currency),
  row: rowView(row, files),
})

/** What is shown beside each other, in the order in which a person looks. */
const FIELDS = [
  'kind',
  'status',
  'amount',
  'currency',
  'occurred_at',
  'business_date',
  'channel_trade_no',
  'merchant_order_no',
  'refund_no',
  'channel_refund_no',
  'fee',
  'batch_no',
] as const

/** Both sides' words, field by field; several rows of a side are all shown, and amounts are compared by their sums. */
export function compare(rows: readonly BookRow[]): DiscrepancyDetail['compared'] {
  const [ours, theirs] = [rows.filter(row => row.side === 'ours'), rows.filter(row => row.side === 'theirs')]
  if (ours.length === 0 || theirs.length === 0) return []
  const none = new Map<number, string>()
  const said = (side: readonly BookRow[], field: (typeof FIELDS)[number]): string[] =>
    side.map(row => rowView(row, none)[field] ?? '')
  const compared = FIELDS.map(field => {
    const [a, b] = [said(ours, field), said(theirs, field)]
    const sum = (side: readonly BookRow[]) => side.reduce((total, row) => total + BigInt(row.amount), 0n)
    const equal = field === 'amount' ? sum(ours) === sum(theirs) : same([...new Set(a)].sort(), [...new Set(b)].sort())
    return { field: field as string, ours: a, theirs: b, equal }
  })
  // Who paid is compared and not told.
  const payers = (side: readonly BookRow[]) => [...new Set(side.map(row => row.payer))].sort()
  const [a, b] = [payers(ours), payers(theirs)]
  const known = [...a, ...b].every(payer => payer !== '')
  if (known) compared.push({ field: 'payer', ours: [], theirs: [], equal: same(a, b) })
  return compared
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])

export type Behind = {
  readonly actions: readonly Action[]
  readonly rulesVersion: number
  readonly rows: readonly BookRow[]
  readonly files: ReadonlyMap<number, string>
  readonly payments: readonly { readonly payment: Payment; readonly order: Order }[]
  readonly confirmations: readonly Confirmation[]
  readonly anomalies: readonly FoundAnomaly[]
  readonly comments: readonly Comment[]
  readonly vouchers: readonly Voucher[]
  readonly history: readonly LogRow[]
}

export const discrepancyDetail = (
  x: Discrepancy,
  names: ReadonlyMap<string, string>,
  at: Date,
  actor: Actor,
  behind: Behind,
): DiscrepancyDetail => ({
  ...discrepancyView(x, names, at),
  actions: [...behind.actions],
  rules_version: behind.rulesVersion,
  linked_to: [...x.linkedTo],
  rows: behind.rows.map(row => rowView(row, behind.files)),
  compared: compare(behind.rows),
  payments: behind.payments.map(({ payment, order }) => {
    const own = behind.rows.find(row => row.side === 'ours' && row.ownNo === payment.paymentNo)
    const confirmed = behind.confirmations.find(each => each.orderNo === own?.orderNo && each.movementId === own?.id)
    return {
      payment_no: payment.paymentNo,
      order_no: payment.orderNo,
      state: payment.state,
      merchant_no: payment.merchantNo,
      title: order.title,
      account_no: order.accountNo,
      payer_name: order.payerName,
      confirmed_at: confirmed ? instantText(confirmed.at) : null,
      confirmed_by: confirmed?.byName ?? '',
      confirmed_why: confirmed?.reason ?? '',
      anomalies: behind.anomalies
        .filter(({ paymentNo }) => paymentNo === payment.paymentNo)
        .map(({ kind, foundAt, settledAt, note }) => ({
          kind,
          found_at: instantText(foundAt),
          settled_at: settledAt && instantText(settledAt),
          note,
        })),
    }
  }),
  match_group: x.matchGroup === null ? null : String(x.matchGroup),
  matched_movement: x.linkMovement === null ? null : { order_no: x.linkOrderNo, movement_id: String(x.linkMovement) },
  replaced_by: x.replacedBy === null ? null : String(x.replacedBy),
  comments: behind.comments.map(comment => ({
    at: instantText(comment.at),
    by: comment.by,
    by_name: comment.byName,
    text:
      actor.permissions.has('field.account_no') && actor.permissions.has('field.contact')
        ? comment.text
        : maskText(comment.text),
  })),
  vouchers: behind.vouchers.map((voucher, index) => ({
    ...voucherView(voucher),
    // People name files after people.
    ...(actor.permissions.has(WHOLE) ? {} : { name: `凭证 ${index + 1}` }),
  })),
  history: behind.history.map(entry => ({
    at: instantText(entry.at),
    what: entry.what,
    by: entry.whoId,
    by_name: entry.whoName,
    detail: entry.detail,
  })),
})
