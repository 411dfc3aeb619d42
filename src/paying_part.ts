import { type Static, Type } from 'typebox'
import type { Channels } from './channels/channel.ts'
import { openChannels } from './channels/channels.ts'
import { AMOUNT_PATTERN, readAmount } from './kernel/amount_field.ts'
import { merchantRoutes } from './merchants/routes.ts'
import { forgetBillBatches } from './orders/bill_batch_operations.ts'
import { billBatchRoutes } from './orders/bill_batch_routes.ts'
import { channelNoticeRoutes } from './orders/channel_notice_routes.ts'
import { compensate } from './orders/compensation.ts'
import { countLatency } from './orders/latency_store.ts'
import { ownRoutes } from './orders/own_routes.ts'
import { BINDINGS_SEALED } from './orders/own_store.ts'
import { openPaying } from './orders/paying.ts'
import { progressStream } from './orders/progress_stream.ts'
import { ReceiptSection } from './orders/receipt_api.ts'
import { openPress } from './orders/receipt_press.ts'
import { receiptRoutes } from './orders/receipt_routes.ts'
import { returnPage } from './orders/return_page.ts'
import { revealRoutes } from './orders/reveal_routes.ts'
import { orderRoutes } from './orders/routes.ts'
import { ORDERS_SEALED } from './orders/sealed.ts'
import { wayRoutes } from './orders/way_routes.ts'
import { REFUND_REVIEWS } from './refunds/reviews.ts'
import { refundRoutes } from './refunds/routes.ts'
import { compensateRefunds, learnRefund } from './refunds/sending.ts'
import type { PartOf } from './server.ts'

/** The section `paying` of the configuration. */
export const PayingSection = Type.Object(
  {
    payment_minutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 30,
      description: 'A payment can be made for so long. 支付有效分钟',
    }),
    transfer_days: Type.Integer({
      minimum: 1,
      maximum: 60,
      default: 7,
      description: 'A bank transfer is waited for so long. 转账等待天数',
    }),
    refund_review_from: Type.Union([Type.String({ pattern: AMOUNT_PATTERN }), Type.Null()], {
      default: '5000.00',
      description: 'A refund of this much or more needs a second person; null: none does',
    }),
  },
  { additionalProperties: false, default: {} },
)
type PayingSection = Static<typeof PayingSection>

export type PayingPartOptions = {
  /** Tests: channels of their own, in place of the configured ones. */
  readonly channels?: Channels
}

/** What the operations of paying are given, by the configuration. Each part that calls them has its own, and closes it. */
export function payingOf(
  { app, config, folder, url }: Pick<Parameters<PartOf['start']>[0], 'app' | 'config' | 'folder' | 'url'>,
  options: PayingPartOptions,
): ReturnType<typeof openPaying> {
  const section = config.paying as PayingSection
  const channels = options.channels ?? openChannels(config.channels, { now: app.now, folder })
  return openPaying(
    { ...app, channels },
    {
      publicUrl: url,
      paymentMinutes: section.payment_minutes,
      transferDays: section.transfer_days,
      refundReviewFrom:
        section.refund_review_from === null
          ? null
          : readAmount(section.refund_review_from, 'CNY', 'paying.refund_review_from'),
    },
  )
}

/** Bills, payments and refunds: merchants, orders, channels and their notices. */
export const payingPart = (options: PayingPartOptions = {}): PartOf => ({
  sealed: [...ORDERS_SEALED, BINDINGS_SEALED],
  sections: [
    {
      name: 'channels',
      schema: Type.Array(Type.Unknown(), {
        default: [],
        description: 'Accounts with channels, each with the fields of its kind: docs/channels.md. 渠道账户',
      }),
    },
    { name: 'paying', schema: PayingSection },
    { name: 'receipts', schema: ReceiptSection },
  ],
  check: ({ config, folder, now }) => void openChannels(config.channels, { now, folder }),
  start({ app, config, folder, url, listener }) {
    const paying = payingOf({ app, config, folder, url }, options)
    const press = openPress()
    const certifying = {
      ...paying,
      receiptKeys: (config.receipts as ReceiptSection).keys,
      press,
      verifyUrl: () => `${url()}/api/receipts/verify`,
    }
    return {
      routes: [
        { prefix: '/api', register: merchantRoutes },
        { prefix: '/api', register: billBatchRoutes },
        { prefix: '/api', register: server => orderRoutes(server, paying) },
        { prefix: '/api', register: server => wayRoutes(server, paying) },
        { prefix: '/api', register: server => revealRoutes(server, paying) },
        { prefix: '/api', register: server => ownRoutes(server, app) },
        { prefix: '/api', register: server => receiptRoutes(server, certifying) },
        { prefix: '/api', register: server => progressStream(server, paying, listener) },
        { prefix: '/api', register: server => refundRoutes(server, paying) },
        { prefix: '', register: server => returnPage(server, paying) },
        { prefix: '', register: server => channelNoticeRoutes(server, paying, learnRefund) },
      ],
      tasks: [
        { name: 'payments.compensate', every: 2, run: async (_, signal) => void (await compensate(paying, signal)) },
        {
          name: 'refunds.compensate',
          every: 2,
          run: async (_, signal) => void (await compensateRefunds(paying, signal)),
        },
        { name: 'payments.latency', every: 20, run: async (_, signal) => void (await countLatency(app, signal)) },
        { name: 'bills.forget', every: 3600, run: async () => void (await forgetBillBatches(app)) },
      ],
      reviewKinds: REFUND_REVIEWS,
      stop: async () => void (await Promise.all([paying.close(), press.close()])),
    }
  },
})
