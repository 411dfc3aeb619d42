import type { KeyObject } from 'node:crypto'
import type { Notice, RawNotice } from '../channel.ts'
import { isObject, jsonObject, textOf } from '../http.ts'
import { foreign, forged, replayed, unreadable } from '../refusals.ts'
import { paymentOutcome, refundOutcome } from './outcomes.ts'
import { isTimely, sealFits, sealOf, unseal } from './signature.ts'

export type NoticeKeys = {
  readonly account: string
  readonly mchid: string
  readonly apiKey: KeyObject
  keyOf(serial: string): KeyObject | null
}

/**
 * Verifies and decrypts a notice: about 50 µs, nearly all of it in OpenSSL (docs/decisions/0005). WeChat's own probes, signed
 * "WECHATPAY/SIGNTEST/…", are meant to be refused and are. Throws a Failure: notice_forged, notice_replayed,
 * notice_unreadable, notice_foreign.
 */
export function readNotice(keys: NoticeKeys, { headers, body, at }: RawNotice): Notice {
  const seal = sealOf(headers)
  if (!seal) throw forged('wechat', keys.account, 'a Wechatpay header is missing')
  if (!isTimely(seal, at)) throw replayed('wechat', keys.account, `Wechatpay-Timestamp ${seal.timestamp.slice(0, 16)}`)
  const key = keys.keyOf(seal.serial)
  if (!key) throw forged('wechat', keys.account, `Wechatpay-Serial ${seal.serial.slice(0, 64)} is not one of ours`)
  if (!sealFits(seal, body, key)) throw forged('wechat', keys.account, 'wrong signature')
  const resource = jsonObject(body.toString())?.resource
  if (!isObject(resource) || resource.algorithm !== 'AEAD_AES_256_GCM')
    throw unreadable('wechat', keys.account, 'no AEAD_AES_256_GCM resource')
  return noticeOf(keys, textOf(resource.original_type), decrypted(keys, resource))
}

function decrypted(keys: NoticeKeys, resource: Record<string, unknown>): Record<string, unknown> {
  const sealed = {
    ciphertext: textOf(resource.ciphertext),
    nonce: textOf(resource.nonce),
    associated_data: textOf(resource.associated_data),
  }
  let text: string
  try {
    text = unseal(sealed, keys.apiKey)
  } catch {
    throw unreadable('wechat', keys.account, 'it cannot be decrypted; check api_v3_key')
  }
  const content = jsonObject(text)
  if (!content) throw unreadable('wechat', keys.account, 'its content is no JSON object')
  return content
}

function noticeOf(keys: NoticeKeys, type: string, content: Record<string, unknown>): Notice {
  const isForeign = textOf(content.mchid) !== keys.mchid
  const paymentNo = textOf(content.out_trade_no)
  if (type === 'transaction' && paymentNo) {
    const outcome = paymentOutcome(content)
    // A success for another merchant goes on with the merchant it names: under a number of ours a person must see it.
    if (isForeign && outcome.state !== 'success') throw foreign('wechat', keys.account, 'another mchid')
    return { kind: 'payment', paymentNo, orderNo: textOf(content.attach), outcome }
  }
  if (isForeign) throw foreign('wechat', keys.account, 'another mchid')
  const refundNo = textOf(content.out_refund_no)
  if (type === 'refund' && refundNo) return { kind: 'refund', refundNo, paymentNo, outcome: refundOutcome(content) }
  throw unreadable('wechat', keys.account, `a notice of "${type.slice(0, 40)}" is not one of ours`)
}
