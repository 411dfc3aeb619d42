import { formatMinor } from '../../kernel/money.ts'

/** One movement of a channel's statement, before it is written as that channel writes it. Amounts in minor units, never negative. */
export type WrittenRow = {
  readonly kind: 'payment' | 'refund'
  readonly tradeNo: string
  readonly merchantOrderNo: string
  readonly refundNo: string
  readonly channelRefundNo: string
  readonly amount: number
  readonly currency: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly merchant: string
  readonly payer: string
  /** What the channel keeps of a payment, or gives back with a refund. */
  readonly fee: number
  readonly batch: string
  readonly goods: string
  /** JSAPI, NATIVE, MWEB: WeChat's word for the way it was paid. */
  readonly tradeType?: string
  /** Text in place of the amount, for a record that cannot be read. */
  readonly amountText?: string
}

export const yuan = (fen: number): string => formatMinor(fen, 'CNY')

const OFFSET_MS = 8 * 3_600_000

/** "2026-11-20 08:00:07", Beijing time: the clock of every file written here, without summer time. */
export const beijing = (at: number): string => new Date(at + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')

export const isPayment = (row: WrittenRow): boolean => row.kind === 'payment'
export const isRefund = (row: WrittenRow): boolean => row.kind === 'refund'

export const amountOf = (rows: readonly WrittenRow[]): number => rows.reduce((total, row) => total + row.amount, 0)
export const feeOf = (rows: readonly WrittenRow[]): number => rows.reduce((total, row) => total + row.fee, 0)
