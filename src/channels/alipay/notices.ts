import type { AlipaySdk } from 'alipay-sdk'
import type { LocalClock } from '../../statements/local_time.ts'
import type { AlipayAccount } from '../accounts.ts'
import type { Notice, RawNotice } from '../channel.ts'
import { foreign, forged, replayed, unreadable } from '../refusals.ts'
import { readDashedStamp } from '../stamps.ts'
import { paymentOutcome } from './outcomes.ts'

/** Alipay repeats a notice for 25 hours (4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h): what is older was kept by somebody else. */
const NOTICE_AGE_MAX_MS = 26 * 3_600_000
const CLOCK_TOLERANCE_MS = 300_000

/** A refund is only named: its notice gives the sum of all refunds of the trade, so its outcome is asked for. */
type Read =
  | Extract<Notice, { kind: 'payment' }>
  | { readonly kind: 'refund'; readonly refundNo: string; readonly paymentNo: string }

/**
 * Verifies a notice: signature (RSA2 only) and time. Amount and merchant are compared by whoever knows the order. Throws a Failure: notice_forged, notice_replayed, notice_unreadable, notice_foreign.
 */
export function readAlipayNotice(sdk: AlipaySdk, account: AlipayAccount, clock: LocalClock, raw: RawNotice): Read {
  const pairs = [...new URLSearchParams(raw.body.toString())]
  const fields: Record<string, string> = Object.fromEntries(pairs)
  const name = account.account
  if (pairs.length !== Object.keys(fields).length) throw unreadable('alipay', name, 'a field is there twice')
  if (!fields.sign || fields.sign_type !== 'RSA2') throw forged('alipay', name, 'no RSA2 signature')
  if (!isSigned(sdk, fields)) throw forged('alipay', name, 'wrong signature')
  const sentAt = readDashedStamp(fields.notify_time, clock)
  if (!sentAt) throw unreadable('alipay', name, 'no notify_time')
  const age = raw.at.getTime() - sentAt.getTime()
  if (age > NOTICE_AGE_MAX_MS || age < -CLOCK_TOLERANCE_MS)
    throw replayed('alipay', name, `notify_time ${fields.notify_time}`)
  const isForeign = fields.app_id !== account.app_id || fields.seller_id !== account.seller_id
  const paymentNo = fields.out_trade_no ?? ''
  if (fields.notify_type !== 'trade_status_sync' || paymentNo === '')
    throw unreadable('alipay', name, `a notice of "${(fields.notify_type ?? '').slice(0, 40)}" is not one of ours`)
  const isRefund = Boolean(fields.refund_fee && fields.out_biz_no)
  const outcome = paymentOutcome(fields, clock, isForeign ? foreignMerchant(fields) : account.seller_id)
  // A success for another merchant goes on with the merchant it names: under a number of ours a person must see it.
  if (isForeign && (isRefund || outcome.state !== 'success'))
    throw foreign('alipay', name, `seller ${foreignMerchant(fields)}`)
  if (isRefund) return { kind: 'refund', refundNo: fields.out_biz_no ?? '', paymentNo }
  return { kind: 'payment', paymentNo, orderNo: decoded(fields.passback_params ?? ''), outcome }
}

const foreignMerchant = ({ app_id = '', seller_id = '' }: Record<string, string>): string =>
  `${seller_id.slice(0, 32)} app ${app_id.slice(0, 32)}`

function isSigned(sdk: AlipaySdk, fields: Record<string, string>): boolean {
  try {
    return sdk.checkNotifySignV2(fields)
  } catch {
    return false
  }
}

/** Alipay gives `passback_params` back as we sent it: encoded for an address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
