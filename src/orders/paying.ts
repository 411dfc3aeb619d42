import type pg from 'pg'
import { type Entry, recording } from '../audit/record.ts'
import type { Channels } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import { maskNumber } from '../kernel/mask.ts'
import { formatMinor } from '../kernel/money.ts'
import type { App } from '../system/app.ts'
import { type Batcher, batcher } from '../system/batcher.ts'
import type { Ending } from '../system/pipelined.ts'
import { type Booked, bookFindings } from './book.ts'
import type { Finding } from './payment.ts'
import { findOrders, type IssueRow, insertOrders, type KnownOrder } from './store.ts'

/** What the operations of paying are given. */
export type Paying = App & {
  readonly channels: Channels
  readonly settings: PayingSettings
  /** What channels say, on its way into the book: answered after its commit. */
  readonly findings: Batcher<Finding, Booked | Failure>
  /** Bills on their way into the book. The answer is what stands there under the number; null: its fee item cannot be charged. */
  readonly issues: Batcher<IssueRow, KnownOrder | null>
}

export type PayingSettings = {
  /** As channels and payers reach us, without a slash at the end: https://pay.example.gov.cn */
  readonly publicUrl: () => string
  /** How long a payment may be completed. */
  readonly paymentMinutes: number
  /** How long a bank transfer may take. */
  readonly transferDays: number
  /** A refund of this much or more needs a second person, in minor units; null: none does. */
  readonly refundReviewFrom: number | null
}

/** Puts the queues of paying onto an app. `close` answers all that was taken. */
export function openPaying(
  app: App & { readonly channels: Channels },
  settings: PayingSettings,
): Paying & { close(): Promise<void> } {
  const findings = batcher((batch: readonly Finding[]) => bookFindings(app, batch), {
    most: 500,
    lanes: 2,
    queue: 50_000,
    overloaded,
  })
  const issues = batcher(
    async (batch: readonly IssueRow[]) => {
      const orders = await app.db.pipelined(tx => issueAll(app, tx, batch))
      return batch.map(row => orders.get(row.orderNo) ?? null)
    },
    { most: 500, lanes: 2, queue: 50_000, overloaded },
  )
  return {
    ...app,
    settings,
    findings,
    issues,
    async close() {
      await Promise.all([findings.close(), issues.close()])
    },
  }
}

/** What stands under the numbers of a batch once it is issued. Only of those that are not new must the database be asked. */
async function issueAll(
  app: App,
  tx: pg.ClientBase,
  batch: readonly IssueRow[],
): Promise<Ending<Map<string, KnownOrder>>> {
  const at = app.now()
  const issued = await insertOrders(tx, app.vault, batch, at)
  const orders = new Map(issued.map(({ order }) => [order.orderNo, order]))
  const others = batch.map(({ orderNo }) => orderNo).filter(orderNo => !orders.has(orderNo))
  if (others.length > 0)
    for (const [orderNo, order] of await findOrders(tx, app.vault, others)) orders.set(orderNo, order)
  const entries = issued.map(({ row }) => issueEntry(row, at))
  return { answer: orders, last: recording(entries) }
}

const issueEntry = (row: IssueRow, at: Date): Entry => ({
  at,
  who: row.who,
  act: {
    what: 'order.issue',
    object: { kind: 'order', id: row.orderNo },
    after: {
      merchant_no: row.merchantNo,
      fee_item_id: row.feeItemId,
      account_no: maskNumber(row.accountNo),
      amount: formatMinor(row.amount, row.currency),
      currency: row.currency,
    },
  },
})

const overloaded = (): Failure =>
  new Failure('overloaded', {
    zh: '系统繁忙，请稍后用同一编号重试',
    en: 'The system is busy; repeat the request with the same id in a moment',
  })
