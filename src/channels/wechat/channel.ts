import { Failure } from '../../kernel/failure.ts'
import { accountWrong } from '../account_wrong.ts'
import type { WechatAccount } from '../accounts.ts'
import { answered, currencyRefused, unknown } from '../answers.ts'
import type {
  Channel,
  Checkout,
  CloseAnswer,
  CreateAnswer,
  PaymentAsk,
  PaymentOutcome,
  PaymentRef,
  RefundAsk,
  RefundOutcome,
  RefundRef,
} from '../channel.ts'
import { NoAnswer, textOf } from '../http.ts'
import { KeyReader } from '../keys.ts'
import { offsetStamp } from '../stamps.ts'
import type { Surroundings } from '../surroundings.ts'
import { cutBytes } from '../texts.ts'
import { downloadBill } from './bills.ts'
import { ask, type Connection, keyOf, type Reply } from './client.ts'
import { openNoticeReader } from './notice_reader.ts'
import {
  closeError,
  createError,
  paymentOutcome,
  queryError,
  refundError,
  refundOutcome,
  refundQueryError,
} from './outcomes.ts'
import { PlatformKeys, serialOf } from './platform_keys.ts'
import { jsapiParameters, sealOf } from './signature.ts'

/** Bytes of UTF-8 that WeChat takes. */
const DESCRIPTION_BYTES = 127
const REASON_BYTES = 80

/** A merchant's account with WeChat Pay, API v3. Throws a Failure when a key cannot be read. */
export function wechatChannel(account: WechatAccount, surroundings: Surroundings): Channel {
  const connection = connect(account, surroundings)
  const { mchid, appid } = account
  const noticeKeys = {
    account: account.account,
    mchid,
    apiKey: connection.apiKey,
    keyOf: (serial: string) => connection.keys.get(serial),
  }
  const reader = openNoticeReader()
  const query = async (ref: Pick<PaymentRef, 'paymentNo'>): Promise<PaymentOutcome> => {
    const reply = await ask(connection, 'GET', `/v3/pay/transactions/out-trade-no/${ref.paymentNo}?mchid=${mchid}`)
    if (reply.code) return queryError(reply.code, reply.message)
    if (reply.json.out_trade_no !== ref.paymentNo || reply.json.mchid !== mchid)
      return unknown('the answer is about another order')
    return paymentOutcome(reply.json)
  }
  return {
    name: 'wechat',
    account: account.account,
    merchant: mchid,
    methods: account.methods,
    refundsListedUnder: 'payment',
    calendar: { zone: account.zone, cutoff: account.cutoff },
    accepted: { status: 200, contentType: 'application/json', body: '{"code":"SUCCESS"}' },
    refused: { status: 500, contentType: 'application/json', body: '{"code":"FAIL","message":"失败"}' },
    create: payment =>
      answered(async () => {
        const refused = currencyRefused(payment.currency, 'CNY')
        if (refused) return refused
        const path = `/v3/pay/transactions/${payment.method}`
        const reply = await ask(connection, 'POST', path, orderOf(account, payment))
        if (reply.code) return createError(reply.code, reply.message)
        const checkout = checkoutOf(connection, appid, payment, reply)
        return checkout
          ? ({ state: 'pending', checkout } satisfies CreateAnswer)
          : unknown('the answer lacks what the payer needs')
      }),
    query: ref => answered(() => query(ref)),
    close: ref =>
      answered(async (): Promise<CloseAnswer> => {
        const reply = await ask(connection, 'POST', `/v3/pay/transactions/out-trade-no/${ref.paymentNo}/close`, {
          mchid,
        })
        if (reply.status === 204) return { state: 'closed' }
        const said = closeError(reply.code)
        if (said !== 'ask') return { state: said }
        const found = await query(ref)
        if (found.state === 'success') return { state: 'paid' }
        return found.state === 'closed' ? { state: 'closed' } : unknown(`not closed: ${reply.code}`)
      }),
    refund: refund =>
      answered(async (): Promise<RefundOutcome> => {
        const reply = await ask(connection, 'POST', '/v3/refund/domestic/refunds', refundOf(refund))
        return reply.code ? refundError(reply.code, reply.message) : ours(refund, reply)
      }),
    queryRefund: ref =>
      answered(async (): Promise<RefundOutcome> => {
        const reply = await ask(connection, 'GET', `/v3/refund/domestic/refunds/${ref.refundNo}`)
        return reply.code ? refundQueryError(reply.code, reply.message) : ours(ref, reply)
      }),
    readNotice: async notice => {
      // A new certificate of WeChat may sign before we have met it.
      const serial = sealOf(notice.headers)?.serial
      if (serial !== undefined && !connection.keys.get(serial)) await keyOf(connection, serial)
      return await reader.read(noticeKeys, notice)
    },
    downloadStatement: async (day, kind) => {
      try {
        return await downloadBill(connection, day, kind)
      } catch (error) {
        if (error instanceof NoAnswer) return { state: 'failed', reason: error.message }
        throw error
      }
    },
  }
}

function connect(account: WechatAccount, { now, nonce, folder }: Surroundings): Connection {
  const reader = new KeyReader(account.account, folder)
  const keys = account.platform_keys.map((entry, i) => {
    const field = `platform_keys.${i}`
    if ('public_key' in entry) return [entry.id, reader.publicKey(`${field}.public_key`, entry.public_key)] as const
    const certificate = reader.certificate(`${field}.certificate`, entry.certificate)
    return [serialOf(certificate), certificate.publicKey] as const
  })
  if (keys.some(([serial]) => serial === account.certificate_serial.toUpperCase()))
    throw accountWrong(
      account.account,
      'platform_keys',
      '是商户自己的证书：这里要微信支付的公钥或平台证书',
      "holds the merchant's own certificate; WeChat's public key or platform certificate is meant",
    )
  return {
    baseUrl: account.base_url.replace(/\/$/, ''),
    timeoutMs: account.timeout_ms,
    signer: {
      mchid: account.mchid,
      serial: account.certificate_serial.toUpperCase(),
      key: reader.privateKey('private_key', account.private_key),
    },
    apiKey: reader.secret('api_v3_key', account.api_v3_key, 32),
    keys: new PlatformKeys(keys),
    now,
    nonce,
  }
}

function orderOf(account: WechatAccount, ask: PaymentAsk): object {
  return {
    appid: account.appid,
    mchid: account.mchid,
    description: cutBytes(ask.title, DESCRIPTION_BYTES),
    out_trade_no: ask.paymentNo,
    time_expire: offsetStamp(ask.expiresAt, account.zone),
    attach: ask.orderNo,
    notify_url: ask.notifyUrl,
    amount: { total: ask.amount, currency: ask.currency },
    ...(ask.method === 'jsapi' ? { payer: { openid: openidOf(ask) } } : {}),
    ...(ask.method === 'h5' ? { scene_info: { payer_client_ip: addressOf(ask), h5_info: { type: 'Wap' } } } : {}),
  }
}

function openidOf({ openid }: PaymentAsk): string {
  if (openid) return openid
  throw new Failure('openid_missing', {
    zh: '微信内支付（jsapi）需要付款人的 openid：请先完成微信网页授权',
    en: "paying inside WeChat (jsapi) needs the payer's openid: authorise the page with WeChat first",
  })
}

/** WeChat compares it with the address the payer comes from. */
function addressOf({ payerAddress }: PaymentAsk): string {
  if (payerAddress) return payerAddress
  throw new Failure('payer_address_missing', {
    zh: '手机浏览器支付（h5）需要付款人的网络地址',
    en: "paying in a phone browser (h5) needs the payer's network address",
  })
}

function checkoutOf(connection: Connection, appid: string, ask: PaymentAsk, { json }: Reply): Checkout | null {
  const codeUrl = textOf(json.code_url)
  const h5Url = textOf(json.h5_url)
  const prepayId = textOf(json.prepay_id)
  if (ask.method === 'native' && codeUrl) return { kind: 'qr', codeUrl }
  if (ask.method === 'h5' && URL.canParse(h5Url)) {
    const url = new URL(h5Url)
    url.searchParams.set('redirect_url', ask.returnUrl)
    return { kind: 'redirect', url: url.href }
  }
  if (ask.method !== 'jsapi' || !prepayId) return null
  const { signer, now, nonce } = connection
  return { kind: 'jsapi', parameters: jsapiParameters(signer, appid, prepayId, now(), nonce()) }
}

const refundOf = (ask: RefundAsk): object => ({
  out_trade_no: ask.paymentNo,
  out_refund_no: ask.refundNo,
  reason: cutBytes(ask.reason, REASON_BYTES),
  notify_url: ask.notifyUrl,
  amount: { refund: ask.amount, total: ask.paymentAmount, currency: ask.currency },
})

const ours = ({ refundNo, paymentNo }: RefundRef, { json }: Reply): RefundOutcome =>
  json.out_refund_no === refundNo && json.out_trade_no === paymentNo
    ? refundOutcome(json)
    : unknown('the answer is about another refund')
