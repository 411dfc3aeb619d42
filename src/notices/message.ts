export type Medium = 'sms' | 'mail'

export type Template = 'payment_succeeded' | 'payment_surplus' | 'refund_made' | 'bill_issued'

/** Facts as the contract writes them: decimal amounts, RFC 3339 times. Numbers of persons are masked when they are told. */
export type MessageData = Readonly<Record<string, string>>

/** A message to one person. */
export type Message = {
  /** What makes it this message and no other ('paid:PAYMENT_NO:sms'): enqueued twice, it is there once. */
  readonly key: string
  readonly medium: Medium
  /** A phone number or a mail address. */
  readonly recipient: string
  readonly template: Template
  readonly data: MessageData
}
