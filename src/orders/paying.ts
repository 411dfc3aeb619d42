import { type Entry, recordAll } from '../audit/record.ts'
import type { Channels } from '../channels/channel.ts'
import { Failure } from '../kernel/failure.ts'
import { maskNumber } from '../kernel/mask.ts'
import { formatMinor } from '../kernel/money.ts'
import type { App } from '../system/app.ts'
import { type Batcher, batcher } from '../system/batcher.ts'
import { type Booked, bookFindings } from './book.ts'
import type { Order } from './order.ts'
import type { Finding } from './payment.ts'
import { findOrders, type IssueRow, insertOrders } from './store.ts'

/** What the operations of paying are given. */
export type Paying = App & {
  readonly channels: Channels
  readonly settings: PayingSettings
  /** What channels say, on its way into the book: answered after its commit. */
  readonly findings: Batcher<Finding, Booked | Failure>
  /** Bills on their way into the book. The answer is what stands there under the number; null: its fee item cannot be charged. */
  readonly issues: Batcher<IssueRow, (Order & { readonly askSm3: string }) | null>
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
      const orders = await app.db.transaction(async tx => {
        const at = app.now()
        const issued = await insertOrders(tx, app.vault, batch, at)
        const found = await findOrders(
          tx,
          app.vault,
          batch.map(row => row.orderNo),
        )
        await recordAll(tx, issueEntries(batch, issued, at))
        return found
      })
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

/** One entry for each bill that is new, by whoever asked first. */
function issueEntries(batch: readonly IssueRow[], issued: Set<string>, at: Date): Entry[] {
  const entries: Entry[] = []
  for (const { who, ...row } of batch) {
    if (!issued.delete(row.orderNo)) continue
    const { merchantNo, feeItemId, amount, currency } = row
    entries.push({
      at,
      who,
      act: {
        what: 'order.issue',
        object: { kind: 'order', id: row.orderNo },
        after: {
          merchant_no: merchantNo,
          fee_item_id: feeItemId,
          account_no: maskNumber(row.accountNo),
          amount: formatMinor(amount, currency),
          currency,
        },
      },
    })
  }
  return entries
}

const overloaded = (): Failure =>
  new Failure('overloaded', {
    zh: '系统繁忙，请稍后用同一编号重试',
    en: 'The system is busy; repeat the request with the same id in a moment',
  })
