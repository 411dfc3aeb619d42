/**
 * What every payment channel can do for us, and nothing else. Protocols, signatures and spellings end in the adapters
 * (`wechat/`, `alipay/`, `unionpay/`, `bank/`); the rest of the platform sees this shape. Amounts are whole minor units.
 *
 * The one rule of all answers: what is not known for certain is `unknown`. A time-out, a 5xx, a cut connection or an
 * answer whose signature does not fit says nothing about the money.
 */

export type ChannelName = 'wechat' | 'alipay' | 'unionpay' | 'bank'

export type Method =
  | 'jsapi' // WeChat, inside the app; needs the payer's openid
  | 'native' // WeChat, QR code
  | 'h5' // WeChat, phone browser
  | 'page' // Alipay, PC page
  | 'wap' // Alipay, UnionPay: phone page
  | 'precreate' // Alipay, QR code
  | 'gateway' // UnionPay, PC page
  | 'transfer' // bank: the payer transfers with a reference

/** What the payer's device needs to go on. */
export type Checkout =
  | { readonly kind: 'qr'; readonly codeUrl: string }
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'form'; readonly url: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'jsapi'; readonly parameters: Readonly<Record<string, string>> }
  | {
      readonly kind: 'transfer'
      readonly bank: string
      readonly accountName: string
      readonly accountNo: string
      /** To be written into the remittance text (附言). */
      readonly reference: string
    }

export type PaymentAsk = {
  /** What the channel will know it by; 8–32 letters and digits. */
  readonly paymentNo: string
  /** Travels through the channel and back, so that a notice finds its order without a search. */
  readonly orderNo: string
  readonly method: Method
  readonly amount: number
  readonly currency: string
  readonly title: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly openid?: string | undefined
  readonly payerAddress?: string | undefined
  /** Where the channel sends its notices, and where it sends the payer's browser back to. */
  readonly notifyUrl: string
  readonly returnUrl: string
}

/** `expiresAt`: before it a channel without closing (UnionPay) may still be paid, whatever it says of a first try. */
export type PaymentRef = Pick<
  PaymentAsk,
  'paymentNo' | 'orderNo' | 'method' | 'amount' | 'currency' | 'createdAt' | 'expiresAt'
>

export type CreateAnswer =
  | { readonly state: 'pending'; readonly checkout: Checkout }
  /** The channel refused it: nothing can be paid by this attempt. */
  | { readonly state: 'failed'; readonly code: string; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string }

/** What a channel says about one payment. */
export type PaymentOutcome =
  | {
      readonly state: 'success'
      readonly channelTradeNo: string
      /** What the payer was charged, before any coupon of the channel: what we asked for. */
      readonly amount: number
      readonly currency: string
      readonly paidAt: Date
      /** The channel's name of the payer (openid, buyer id, masked account), or ''. */
      readonly payer: string
      /** What the channel keeps, where it says so. */
      readonly fee: number | null
      /** The merchant number the channel names (mchid, seller id / app id, merId). */
      readonly merchant: string
    }
  /** The channel has the order, and nothing was paid yet. */
  | { readonly state: 'pending' }
  /** The channel has no such order (yet). */
  | { readonly state: 'absent' }
  | { readonly state: 'closed' }
  | { readonly state: 'failed'; readonly code: string; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string }

export type CloseAnswer =
  /** Also when the channel has no such order: then only its expiry makes it certain, and `query` says `absent`. */
  | { readonly state: 'closed' }
  /** Too late: it was paid. Ask `query`. */
  | { readonly state: 'paid' }
  | { readonly state: 'unknown'; readonly reason: string }

export type RefundAsk = {
  readonly refundNo: string
  readonly paymentNo: string
  readonly orderNo: string
  readonly channelTradeNo: string
  readonly amount: number
  /** Of the whole payment. */
  readonly paymentAmount: number
  readonly currency: string
  readonly reason: string
  readonly paidAt: Date
  readonly askedAt: Date
  readonly notifyUrl: string
}

export type RefundRef = Omit<RefundAsk, 'reason' | 'notifyUrl'>

export type RefundOutcome =
  | {
      readonly state: 'success'
      readonly channelRefundNo: string
      readonly amount: number
      /** null: the channel does not say when. */
      readonly refundedAt: Date | null
    }
  /** The channel works on it. */
  | { readonly state: 'pending'; readonly channelRefundNo: string }
  /** The channel has no such refund: it may be asked for again, by the same number. */
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly code: string; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string }

/** A notice as it came over HTTP. Header names are in lower case. */
export type RawNotice = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** When it came: a notice signed more than five minutes ago is a replay, where the protocol signs the time. */
  readonly at: Date
}

/** A notice that was verified: its signature is the channel's, and it is for this account. */
export type Notice =
  | {
      readonly kind: 'payment'
      readonly paymentNo: string
      /** '' where the channel did not give it back. */
      readonly orderNo: string
      readonly outcome: PaymentOutcome
    }
  | {
      readonly kind: 'refund'
      readonly refundNo: string
      readonly paymentNo: string
      readonly outcome: RefundOutcome
    }

/** What the channel wants to hear. */
export type NoticeReply = {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export type StatementKind = 'trade' | 'funds'

export type StatementDownload =
  | { readonly state: 'ready'; readonly name: string; readonly content: Buffer }
  /** The day had no movements, and the channel says so. */
  | { readonly state: 'empty' }
  | { readonly state: 'not_published' }
  | { readonly state: 'failed'; readonly reason: string }

export type Channel = {
  readonly name: ChannelName
  /** Which of our accounts with the channel: a name in the configuration, and part of the notice's address. */
  readonly account: string
  /** Our number with the channel, as its notices name it. */
  readonly merchant: string
  readonly methods: readonly Method[]
  /** Under which trade number the channel's statement lists a refund: the payment's, or one of its own (its refund number). */
  readonly refundsListedUnder: 'payment' | 'refund'
  /** The channel's day. */
  readonly calendar: { readonly zone: string; readonly cutoff: string }
  create(ask: PaymentAsk): Promise<CreateAnswer>
  query(ref: PaymentRef): Promise<PaymentOutcome>
  close(ref: PaymentRef): Promise<CloseAnswer>
  refund(ask: RefundAsk): Promise<RefundOutcome>
  queryRefund(ref: RefundRef): Promise<RefundOutcome>
  /** Throws a Failure: notice_forged, notice_replayed, notice_unreadable, notice_foreign (another account's). */
  readNotice(notice: RawNotice): Promise<Notice>
  /** Taken: the channel need not send it again. / Not taken: it shall come again. */
  readonly accepted: NoticeReply
  readonly refused: NoticeReply
  /** `day` is the channel's business day. */
  downloadStatement(day: string, kind: StatementKind): Promise<StatementDownload>
}

/** All configured accounts, by name. Throws a Failure `channel_account_unknown`. */
export type Channels = {
  readonly all: readonly Channel[]
  account(name: string): Channel
  /** The first account of the channel that offers the method. Throws a Failure `method_unavailable`. */
  offering(channel: ChannelName, method: Method): Channel
}
