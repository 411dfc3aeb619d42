import { createHmac } from 'node:crypto'
import { amountInCapitals } from '../kernel/amount_capitals.ts'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import { maskName, maskNumber } from '../kernel/mask.ts'
import { exponentOf, formatMinor, parseDecimal } from '../kernel/money.ts'

/** What a receipt says of a payment. Everything on the paper is in here, as it is printed: masked, amounts in figures. */
export type ReceiptFacts = {
  readonly order_no: string
  readonly payment_no: string
  readonly merchant_no: string
  readonly merchant: string
  readonly fee_item: string
  readonly account_label: string
  readonly account: string
  readonly payer: string
  readonly title: string
  readonly period: string
  readonly amount: string
  readonly currency: string
  readonly channel: string
  readonly channel_trade_no: string
  readonly paid_at: string
  readonly booked_at: string
  readonly refunded: string
  readonly refund_flag: 'none' | 'partial' | 'full'
}

export type Receipt = ReceiptFacts & { readonly receipt_no: string; readonly issued_at: string }

/** A payment as the book has it, with the names that a receipt needs. Amounts in minor units. */
export type ReceiptSource = {
  readonly orderNo: string
  readonly paymentNo: string
  readonly merchantNo: string
  readonly merchant: string
  readonly feeItem: string
  readonly accountLabel: string
  readonly accountNo: string
  readonly payerName: string
  readonly title: string
  readonly period: string
  readonly received: number
  readonly currency: string
  readonly channel: string
  readonly channelTradeNo: string
  readonly paidAt: Date
  readonly bookedAt: Date
  readonly refunded: number
  readonly refundFlag: 'none' | 'partial' | 'full'
  readonly state: string
  readonly credited: boolean
  readonly reversed: boolean
}

/** Throws receipt_not_due: only money that paid the bill is certified. */
export function receiptFacts(source: ReceiptSource): ReceiptFacts {
  if (source.state !== 'success' || !source.credited || source.reversed) throw notDue(source)
  const money = (minor: number) => formatMinor(minor, source.currency)
  return {
    order_no: source.orderNo,
    payment_no: source.paymentNo,
    merchant_no: source.merchantNo,
    merchant: source.merchant,
    fee_item: source.feeItem,
    account_label: source.accountLabel,
    account: maskNumber(source.accountNo),
    payer: source.payerName === '' ? '' : maskName(source.payerName),
    title: source.title,
    period: source.period,
    amount: money(source.received),
    currency: source.currency,
    channel: source.channel,
    channel_trade_no: source.channelTradeNo,
    paid_at: instantText(source.paidAt),
    booked_at: instantText(source.bookedAt),
    refunded: money(source.refunded),
    refund_flag: source.refundFlag,
  }
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_BYTES = 10

/** 校验码: 16 letters and digits that nobody can make without the key, and that fit this receipt only. */
export function receiptCode(receipt: Receipt, key: string): string {
  const mac = createHmac('sm3', key).update(canonicalJson(receipt)).digest().subarray(0, CODE_BYTES)
  let bits = BigInt(`0x${mac.toString('hex')}`)
  let code = ''
  for (let i = 0; i < (CODE_BYTES * 8) / 5; i++) {
    code = LETTERS[Number(bits & 31n)] + code
    bits >>= 5n
  }
  return code
}

/** As it is printed: 7K3M-….. */
export const shownCode = (code: string): string => (code.match(/.{4}/g) ?? []).join('-')

/** What a person typed: hyphens, blanks and small letters do not matter, O is 0, I and L are 1. null: no code. */
export function readCode(typed: string): string | null {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-–—_]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(code) ? code : null
}

/** What stands on the paper in somebody's hand. */
export type ReceiptClaims = {
  readonly amount?: string | undefined
  readonly order_no?: string | undefined
  readonly payment_no?: string | undefined
}

/** The fields in which the paper differs from the receipt that was issued. */
export function differences(receipt: Receipt, claims: ReceiptClaims): (keyof ReceiptClaims)[] {
  const minor = (text: string) =>
    parseDecimal(
      text
        .trim()
        .replace(/^[¥￥]/, '')
        .replaceAll(',', ''),
      exponentOf(receipt.currency),
    )
  const same: Record<keyof ReceiptClaims, (claim: string) => boolean> = {
    amount: claim => minor(claim) !== null && minor(claim) === minor(receipt.amount),
    order_no: claim => claim.trim() === receipt.order_no,
    payment_no: claim => claim.trim() === receipt.payment_no,
  }
  return (Object.keys(same) as (keyof ReceiptClaims)[]).filter(name => {
    const claim = claims[name]
    return claim !== undefined && !same[name](claim)
  })
}

/** The amount in Chinese capitals; '' for other currencies. */
export function capitalsOf({ amount, currency }: Pick<ReceiptFacts, 'amount' | 'currency'>): string {
  const minor = currency === 'CNY' ? parseDecimal(amount, 2) : null
  return minor === null ? '' : amountInCapitals(minor)
}

const notDue = ({ paymentNo, state, credited, reversed }: ReceiptSource): Failure => {
  const why =
    state !== 'success'
      ? { zh: '尚未支付成功', en: 'did not succeed' }
      : reversed
        ? { zh: '已冲正', en: 'was reversed' }
        : { zh: '为多缴款项，未计入缴费单', en: 'is a surplus that did not pay the bill' }
  return new Failure(
    'receipt_not_due',
    {
      zh: `支付 ${paymentNo} ${why.zh}，不能出具缴费凭证`,
      en: `Payment ${paymentNo} ${why.en}: there is no receipt for it`,
    },
    { payment_no: paymentNo, state, credited, reversed },
  )
}
