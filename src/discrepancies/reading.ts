import type { Actor } from '../access/actor.ts'
import { notPermitted } from '../access/refusals.ts'
import { covers } from '../access/scope.ts'
import { namesByLogin } from '../access/store.ts'
import { findEntries } from '../audit/store.ts'
import { readAmount } from '../kernel/amount_field.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import { DISCREPANCY_KINDS } from '../matching/entry.ts'
import { anomaliesOf } from '../orders/discrepancy_place.ts'
import type { Order } from '../orders/order.ts'
import type { Payment } from '../orders/payment.ts'
import { findOrder, findPayment } from '../orders/store.ts'
import { fileOf } from '../reconciliation/open_rows.ts'
import { voucherUnknown, WHOLE } from '../reviews/voucher.ts'
import { openUsedVoucher, type VoucherContent } from '../reviews/voucher_operations.ts'
import { vouchersUsed } from '../reviews/voucher_store.ts'
import { pageUnknown } from '../system/page_unknown.ts'
import { actionsOf, discrepancyUnknown, MATCHABLE } from './actions.ts'
import type {
  DiscrepancyDetail,
  DiscrepancyList,
  DiscrepancyQuery,
  FiguresView,
  FilterQuery,
  OpenRowList,
  OpenRowQuery,
  TotalsView,
} from './api.ts'
import * as evidence from './evidence_store.ts'
import { type Discrepancies, VOUCHER_USE } from './operations.ts'
import * as store from './store.ts'
import { discrepancyDetail, discrepancyView, loginOf, openRowView } from './views.ts'

/** What people look at. */

const READ = 'discrepancy.read'
const DAY_MS = 86_400_000

/** Throws filter_kind_unknown, amount_invalid. */
function filterOf(query: FilterQuery, actor: Actor, at: Date): store.DiscrepancyFilter {
  const kinds = query.kind?.split(',')
  const unknown = kinds?.find(kind => !(DISCREPANCY_KINDS as readonly string[]).includes(kind))
  if (unknown !== undefined)
    throw new Failure(
      'filter_kind_unknown',
      { zh: `没有差错类型 ${unknown}`, en: `There is no kind of discrepancy ${unknown}` },
      { field: 'kind', found: unknown, expected: [...DISCREPANCY_KINDS] },
    )
  const currency = query.currency ?? 'CNY'
  const amount = (text: string | undefined, field: string) =>
    text === undefined || Number(text) === 0 ? undefined : readAmount(text, currency, field)
  const [amountFrom, amountTo] = [amount(query.amount_from, 'amount_from'), amount(query.amount_to, 'amount_to')]
  return {
    state: query.state,
    kinds,
    cause: query.cause,
    from: query.from,
    to: query.to,
    channel: query.channel,
    account: query.account,
    merchant: query.merchant_no,
    // Amounts of several currencies do not compare.
    currency: amountFrom === undefined && amountTo === undefined ? undefined : currency,
    owner: query.owner === 'mine' ? actor.id : query.owner === 'nobody' ? '' : query.owner,
    openedBefore:
      query.older_than_days === undefined ? undefined : new Date(at.getTime() - query.older_than_days * DAY_MS),
    overdueAt: query.overdue ? at : undefined,
    amountFrom,
    amountTo,
    number: query.number,
  }
}

/** Those within his scope. Throws page_unknown, and as `filterOf`. */
export async function readDiscrepancies(
  app: Discrepancies,
  actor: Actor,
  query: DiscrepancyQuery,
): Promise<DiscrepancyList> {
  const at = app.now()
  const order = query.order ?? 'newest'
  const limit = query.limit ?? 50
  const after = query.after === undefined ? undefined : readPlace(query.after)
  const page = { order, after, limit: limit + 1 }
  const filter = filterOf(query, actor, at)
  const found = await store.listDiscrepancies(app.db.pool, actor.scopeOf(READ), filter, page)
  const rows = found.slice(0, limit)
  const names = await ownersOf(app, rows)
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    discrepancies: rows.map(row => discrepancyView(row, names, at)),
    next: last ? `${order === 'due' && last.dueAt ? last.dueAt.getTime() : ''}_${last.id}` : null,
  }
}

const ownersOf = (app: Discrepancies, rows: readonly store.Discrepancy[]): Promise<Map<string, string>> => {
  const owners = new Set(rows.map(({ owner }) => owner).filter(owner => owner !== ''))
  return owners.size === 0 ? Promise.resolve(new Map()) : namesByLogin(app.db.pool, [...owners].map(loginOf))
}

function readPlace(text: string): { dueAt: Date | null; id: number } {
  const [, at, id] = /^(\d{0,15})_(\d{1,15})$/.exec(text) ?? []
  if (at === undefined || id === undefined) throw pageUnknown()
  return { dueAt: at === '' ? null : new Date(Number(at)), id: Number(id) }
}

/** Counts and sums by kind, of what the list would show. Throws as `filterOf`. */
export async function readTotals(app: Discrepancies, actor: Actor, query: FilterQuery): Promise<TotalsView> {
  const at = app.now()
  const filter = filterOf(query, actor, at)
  const totals = await store.discrepancyTotals(app.db.pool, actor.scopeOf(READ), filter, at)
  return {
    totals: totals.map(({ amount, difference, kind, ...total }) => ({
      ...total,
      kind: kind as TotalsView['totals'][number]['kind'],
      amount: formatMinor(BigInt(amount), total.currency),
      difference: formatMinor(BigInt(difference), total.currency),
    })),
  }
}

/** Rows within his scope that can be matched by hand. Throws amount_invalid. */
export async function readOpenRows(app: Discrepancies, actor: Actor, query: OpenRowQuery): Promise<OpenRowList> {
  const { amount, discrepancy_id: discrepancyId, limit = 100, ...asked } = query
  const found = await evidence.openBookRows(app.db.pool, actor.scopeOf(READ), {
    ...asked,
    kinds: MATCHABLE,
    discrepancyId: discrepancyId === undefined ? undefined : Number(discrepancyId),
    amount: amount === undefined ? undefined : readAmount(amount, query.currency, 'amount'),
    limit: limit + 1,
  })
  const rows = found.slice(0, limit)
  const files = new Set(rows.filter(({ side }) => side === 'theirs').map(row => fileOf(row.id)))
  const names = await evidence.namesOfFiles(app.db.pool, [...files])
  return {
    rows: rows.map(row => openRowView(row, names)),
    next: found.length > limit ? String(rows.at(-1)?.id) : null,
  }
}

/** Counts and sums by cause and age, of what the list would show. Throws as `filterOf`. */
export async function readFigures(app: Discrepancies, actor: Actor, query: FilterQuery): Promise<FiguresView> {
  const at = app.now()
  const figures = await store.discrepancyFigures(app.db.pool, actor.scopeOf(READ), filterOf(query, actor, at), at)
  return {
    figures: figures.map(figure => ({ ...figure, amount: formatMinor(BigInt(figure.amount), figure.currency) })),
  }
}

const PAYMENTS_AT_MOST = 10
const HISTORY_AT_MOST = 200

/** With what stands behind it. Throws discrepancy_unknown. */
export async function readDiscrepancy(app: Discrepancies, actor: Actor, id: number): Promise<DiscrepancyDetail> {
  const { pool } = app.db
  const x = await store.findDiscrepancy(pool, id)
  if (!x || !covers(actor.scopeOf(READ), x)) throw discrepancyUnknown(id)
  const rows = await evidence.bookRowsOf(pool, id)
  const files = new Set(rows.filter(({ side }) => side === 'theirs').map(row => fileOf(row.id)))
  const [payments, names, rulesVersion, fileNames, comments, vouchers, history] = await Promise.all([
    paymentsOf(app, rows),
    ownersOf(app, [x]),
    evidence.rulesOfRun(pool, x.run),
    evidence.namesOfFiles(pool, [...files]),
    store.commentsOf(pool, app.vault, id),
    vouchersUsed(pool, VOUCHER_USE, [String(id)]),
    findEntries(pool, { object: String(id), kind: 'discrepancy', limit: HISTORY_AT_MOST }),
  ])
  const [confirmations, anomalies] = await Promise.all([
    evidence.confirmationsOf(
      pool,
      rows.filter(({ side }) => side === 'ours'),
    ),
    anomaliesOf(
      pool,
      payments.map(({ payment }) => payment),
    ),
  ])
  const mayHandle = actor.permissions.has('discrepancy.handle') && covers(actor.scopeOf('discrepancy.handle'), x)
  return discrepancyDetail(x, names, app.now(), actor, {
    actions: mayHandle ? actionsOf(x).filter(action => mayAlso(actor, action)) : [],
    rulesVersion,
    rows,
    files: fileNames,
    payments,
    confirmations,
    anomalies,
    comments,
    vouchers: vouchers.get(String(id)) ?? [],
    history,
  })
}

/** What asks a channel needs a permission more. */
const mayAlso = (actor: Actor, action: string): boolean =>
  action === 'supplement'
    ? actor.permissions.has('payment.query')
    : action === 'refund_duplicate'
      ? actor.permissions.has('refund.ask')
      : true

async function paymentsOf(app: Discrepancies, rows: readonly evidence.BookRow[]) {
  const numbers = new Set(rows.map(row => row.merchantOrderNo || row.ownNo).filter(number => number !== ''))
  const found: { payment: Payment; order: Order }[] = []
  for (const number of [...numbers].slice(0, PAYMENTS_AT_MOST)) {
    const payment = await findPayment(app.db.pool, app.vault, number)
    const order = payment && (await findOrder(app.db.pool, app.vault, payment.orderNo))
    if (payment && order) found.push({ payment, order })
  }
  return found
}

/** A voucher of it: for whoever works on it or may see names whole. Throws discrepancy_unknown, voucher_unknown, not_permitted. */
export async function readDiscrepancyVoucher(
  app: Discrepancies,
  actor: Actor,
  { discrepancyId, voucherId }: { readonly discrepancyId: number; readonly voucherId: string },
): Promise<VoucherContent> {
  const x = await store.findDiscrepancy(app.db.pool, discrepancyId)
  if (!x || !covers(actor.scopeOf(READ), x)) throw discrepancyUnknown(discrepancyId)
  if (x.owner !== actor.id && !actor.permissions.has(WHOLE)) throw notPermitted(actor.id, WHOLE)
  const vouchers = (await vouchersUsed(app.db.pool, VOUCHER_USE, [String(x.id)])).get(String(x.id)) ?? []
  if (!vouchers.some(({ id }) => id === voucherId)) throw voucherUnknown(voucherId)
  return await openUsedVoucher(app, actor, voucherId)
}
