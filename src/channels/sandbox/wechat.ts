import { createCipheriv, createHash, createVerify } from 'node:crypto'
import { beijing } from '../../statements/writing/row.ts'
import { newId } from '../../system/ids.ts'
import { isLoopback } from '../accounts.ts'
import { isObject, jsonObject, textOf } from '../http.ts'
import { MERCHANT } from './accounts.ts'
import { feeBack, type Order, type Refund, refundable } from './book.ts'
import { type Ask, type Call, channelNo, type Desk, signed, type Told, type Twist } from './desk.ts'
import { PLATFORM_KEY_ID } from './keys.ts'
import { isOver, pay } from './payer.ts'
import { statement } from './statements.ts'

/** WeChat Pay API v3 as the merchant sees it. Source: pay.weixin.qq.com/doc/v3 (签名, 下单, 查单, 关单, 退款, 账单). */

type Answer = { readonly status: number; readonly json: object | null; readonly raw?: Buffer }
type WechatCall = Call<Answer>

const CLOCK_TOLERANCE_MS = 300_000
const PREPAY_LIFE_MS = 2 * 3_600_000

const error = (status: number, code: string, message: string): Answer => ({ status, json: { code, message } })
const missing = (message = '订单不存在'): Answer => error(404, 'ORDER_NOT_EXIST', message)

/** null: it is no address of WeChat's. */
export function wechatCall(desk: Desk, ask: Ask): WechatCall | null {
  const route = routeOf(desk, ask)
  if (!route) return null
  const trouble = signatureTrouble(desk, ask)
  const write = (answer: Answer, wrong: boolean) => written(desk, answer, ask.headers['wechatpay-serial'], wrong)
  const refuse = (code: string): Answer => error(code === 'SYSTEM_ERROR' ? 500 : 400, code, '沙箱按规则拒绝')
  return { channel: 'wechat', ...route, ...(trouble ? { work: () => trouble } : {}), refuse, write }
}

type Route = Pick<WechatCall, 'on' | 'no' | 'work'>

function routeOf(desk: Desk, { method, path, query, body }: Ask): Route | null {
  const at = `${method} ${path}`
  const part = (pattern: RegExp): string | undefined => pattern.exec(at)?.[1]
  const create = part(/^POST \/v3\/pay\/transactions\/(jsapi|native|h5)$/)
  if (create !== undefined) {
    const json = jsonObject(body)
    return { on: 'create', no: textOf(json?.out_trade_no), work: () => createOrder(desk, create, json) }
  }
  const closed = part(/^POST \/v3\/pay\/transactions\/out-trade-no\/([^/]+)\/close$/)
  if (closed !== undefined) return { on: 'close', no: closed, work: twist => closeOrder(desk, closed, body, twist) }
  const asked = part(/^GET \/v3\/pay\/transactions\/out-trade-no\/([^/]+)$/)
  if (asked !== undefined)
    return { on: 'query', no: asked, work: twist => queryOrder(desk, desk.book.order('wechat', asked), query, twist) }
  const traded = part(/^GET \/v3\/pay\/transactions\/id\/([^/]+)$/)
  if (traded !== undefined) {
    const found = desk.book.byTradeNo.get(traded)
    const order = found?.channel === 'wechat' && found.state === 'paid' ? found : undefined
    return { on: 'query', no: order?.no ?? '', work: twist => queryOrder(desk, order, query, twist) }
  }
  if (at === 'POST /v3/refund/domestic/refunds') {
    const json = jsonObject(body)
    return { on: 'refund', no: textOf(json?.out_refund_no), work: () => askRefund(desk, json) }
  }
  const refund = part(/^GET \/v3\/refund\/domestic\/refunds\/([^/]+)$/)
  if (refund !== undefined) return { on: 'query_refund', no: refund, work: () => queryRefund(desk, refund) }
  if (at === 'GET /v3/certificates') return { on: 'query', no: 'certificates', work: () => certificates(desk) }
  const bill = part(/^GET \/v3\/bill\/(tradebill|fundflowbill)$/)
  if (bill !== undefined)
    return { on: 'bill', no: query.get('bill_date') ?? '', work: twist => billUrl(desk, bill, query, twist) }
  if (at === 'GET /v3/billdownload/file')
    return { on: 'bill', no: query.get('day') ?? '', work: () => billFile(desk, query) }
  return null
}

function signatureTrouble(desk: Desk, { method, url, headers, body }: Ask): Answer | null {
  const given = /^WECHATPAY2-SHA256-RSA2048\s+(.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
  const fields = Object.fromEntries([...given.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  const { mchid, serial_no, nonce_str = '', timestamp = '', signature = '' } = fields
  if (mchid !== MERCHANT.mchid) return error(401, 'SIGN_ERROR', 'Http头Authorization值格式错误或商户号不符')
  if (serial_no !== desk.keys.wechat.merchantSerial) return error(401, 'SIGN_ERROR', '商户证书序列号有误')
  if (Math.abs(desk.now() - Number(timestamp) * 1000) > CLOCK_TOLERANCE_MS)
    return error(401, 'SIGN_ERROR', '签名时间戳与当前时间相差超过 5 分钟')
  const fits = createVerify('RSA-SHA256')
    .update(`${method}\n${url}\n${timestamp}\n${nonce_str}\n${body}\n`)
    .verify(desk.keys.wechat.merchant, signature, 'base64')
  return fits ? null : error(401, 'SIGN_ERROR', '错误的签名，验签失败')
}

async function written(
  desk: Desk,
  { status, json, raw }: Answer,
  wanted: string | string[] | undefined,
  wrong: boolean,
): Promise<Told> {
  if (raw) return { status, headers: { 'content-type': 'application/octet-stream' }, body: raw }
  const body = json === null ? '' : JSON.stringify(json)
  const serial = wanted === PLATFORM_KEY_ID ? PLATFORM_KEY_ID : desk.keys.wechat.platformSerial
  const headers = { 'content-type': 'application/json; charset=utf-8', ...(await seal(desk, body, serial, wrong)) }
  return { status, headers, body }
}

async function seal(desk: Desk, body: string, serial: string, wrong: boolean): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(desk.now() / 1000))
  const nonce = newId()
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': serial,
    'Wechatpay-Signature': await signed(desk.keys.wechat.platform, `${timestamp}\n${nonce}\n${body}\n`, wrong),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  }
}

function createOrder(desk: Desk, method: string, json: Record<string, unknown> | null): Answer {
  if (!json) return error(400, 'PARAM_ERROR', '请求体不是 JSON')
  const trouble = createTrouble(desk, method, json)
  if (trouble) return trouble
  const no = textOf(json.out_trade_no)
  const ask = createHash('sha256')
    .update(JSON.stringify([method, json]))
    .digest('base64url')
  const earlier = desk.book.order('wechat', no)
  if (earlier) return again(desk, earlier, ask)
  const now = desk.now()
  const day = beijing(now).replace(/\D/g, '')
  const expires = Date.parse(textOf(json.time_expire))
  desk.record({
    t: 'order',
    order: {
      channel: 'wechat',
      no,
      tradeNo: channelNo(desk, '4200001234', day.slice(0, 8), 10),
      token: `wx${day}${newId().slice(-16)}`,
      method,
      amount: (json.amount as { total: number }).total,
      title: textOf(json.description),
      attach: textOf(json.attach),
      notifyUrl: textOf(json.notify_url),
      returnUrl: '',
      createdAt: now,
      expiresAt: Number.isNaN(expires) ? now + PREPAY_LIFE_MS : expires,
      ask,
      opened: true,
      state: 'open',
      failed: '',
      paidAt: 0,
      payer: '',
      paid: 0,
      fee: 0,
      returned: 0,
    },
  })
  return prepaid(desk, desk.book.order('wechat', no) as Order)
}

function again(desk: Desk, earlier: Order, ask: string): Answer {
  if (earlier.state === 'paid') return error(400, 'ORDER_PAID', '该订单已支付')
  if (earlier.state === 'closed') return error(400, 'ORDER_CLOSED', '该订单已关闭')
  return earlier.ask === ask
    ? prepaid(desk, earlier)
    : error(403, 'OUT_TRADE_NO_USED', '商户订单号重复，请求参数与原单不一致')
}

function prepaid({ url }: Desk, { method, token }: Order): Answer {
  const cashier = `${url}/cashier/${token}`
  const json =
    method === 'native' ? { code_url: cashier } : method === 'h5' ? { h5_url: cashier } : { prepay_id: token }
  return { status: 200, json }
}

function createTrouble(desk: Desk, method: string, json: Record<string, unknown>): Answer | null {
  const amount = isObject(json.amount) ? json.amount : {}
  const wrong = (message: string): Answer => error(400, 'PARAM_ERROR', message)
  if (json.mchid !== MERCHANT.mchid || json.appid !== MERCHANT.appid)
    return error(400, 'APPID_MCHID_NOT_MATCH', 'appid 与 mchid 不匹配')
  if (!/^[A-Za-z0-9_\-|*]{6,32}$/.test(textOf(json.out_trade_no))) return wrong('out_trade_no 应为 6–32 位')
  if (textOf(json.description) === '' || Buffer.byteLength(textOf(json.description)) > 127)
    return wrong('description 应为 1–127 字节')
  if (!Number.isSafeInteger(amount.total) || (amount.total as number) <= 0) return wrong('amount.total 应为正整数')
  if (amount.currency !== undefined && amount.currency !== 'CNY') return wrong('amount.currency 应为 CNY')
  const notify = URL.parse(textOf(json.notify_url))
  if (!notify || !isLoopback(notify.hostname)) return wrong('notify_url：沙箱只通知本机地址')
  if (json.time_expire !== undefined && !(Date.parse(textOf(json.time_expire)) > desk.now()))
    return wrong('time_expire 应晚于当前时间')
  if (method === 'jsapi' && !(isObject(json.payer) && textOf(json.payer.openid))) return wrong('payer.openid 缺失')
  if (method === 'h5' && !(isObject(json.scene_info) && textOf(json.scene_info.payer_client_ip)))
    return wrong('scene_info.payer_client_ip 缺失')
  return null
}

function queryOrder(desk: Desk, order: Order | undefined, query: URLSearchParams, { fen }: Twist): Answer {
  if (query.get('mchid') !== MERCHANT.mchid) return error(400, 'PARAM_ERROR', 'mchid 缺失或不符')
  return order ? { status: 200, json: transaction(desk, order, fen) } : missing()
}

const TRADE_TYPES: Readonly<Record<string, string>> = { jsapi: 'JSAPI', native: 'NATIVE', h5: 'MWEB' }
export const tradeTypeOf = ({ method }: Order): string => TRADE_TYPES[method] ?? 'JSAPI'

const offset = (at: number): string => `${beijing(at).replace(' ', 'T')}+08:00`

export function transaction(desk: Desk, order: Order, fen = 0): object {
  const common = {
    mchid: MERCHANT.mchid,
    appid: MERCHANT.appid,
    out_trade_no: order.no,
    attach: order.attach,
  }
  if (order.state !== 'paid') {
    const closed = order.state === 'closed' || isOver(desk, order)
    const state = { trade_state: closed ? 'CLOSED' : 'NOTPAY', trade_state_desc: closed ? '订单已关闭' : '订单未支付' }
    return { ...common, ...state, amount: { total: order.amount, currency: 'CNY' } }
  }
  return {
    ...common,
    transaction_id: order.tradeNo,
    trade_type: tradeTypeOf(order),
    trade_state: order.returned > 0 ? 'REFUND' : 'SUCCESS',
    trade_state_desc: order.returned > 0 ? '订单发生过退款' : '支付成功',
    bank_type: 'OTHERS',
    success_time: offset(order.paidAt),
    payer: { openid: order.payer },
    amount: { total: order.paid + fen, payer_total: order.paid + fen, currency: 'CNY', payer_currency: 'CNY' },
  }
}

function closeOrder(desk: Desk, no: string, body: string, { race }: Twist): Answer {
  if (jsonObject(body)?.mchid !== MERCHANT.mchid) return error(400, 'PARAM_ERROR', 'mchid 缺失或不符')
  const order = desk.book.order('wechat', no)
  if (!order) return missing()
  // The payer was a moment faster.
  if (race && order.state === 'open' && !isOver(desk, order)) pay(desk, order)
  if (order.state === 'paid') return error(400, 'ORDER_PAID', '该订单已支付')
  if (order.state === 'closed') return error(400, 'ORDER_CLOSED', '该订单已关闭')
  desk.record({ t: 'closed', channel: 'wechat', no })
  return { status: 204, json: null }
}

function askRefund(desk: Desk, json: Record<string, unknown> | null): Answer {
  if (!json) return error(400, 'PARAM_ERROR', '请求体不是 JSON')
  const given = isObject(json.amount) ? json.amount : {}
  const no = textOf(json.out_refund_no)
  const amount = given.refund
  if (!/^[A-Za-z0-9_\-|*@]{1,64}$/.test(no)) return error(400, 'PARAM_ERROR', 'out_refund_no 应为 1–64 位')
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount <= 0)
    return error(400, 'PARAM_ERROR', 'amount.refund 应为正整数')
  const found = json.transaction_id
    ? desk.book.byTradeNo.get(textOf(json.transaction_id))
    : desk.book.order('wechat', textOf(json.out_trade_no))
  if (found?.channel !== 'wechat' || found.state !== 'paid')
    return error(404, 'RESOURCE_NOT_EXISTS', '订单不存在或未支付')
  const notifyUrl = textOf(json.notify_url)
  if (notifyUrl !== '' && !isLoopback(URL.parse(notifyUrl)?.hostname ?? ''))
    return error(400, 'PARAM_ERROR', 'notify_url：沙箱只通知本机地址')
  const ask = createHash('sha256')
    .update(JSON.stringify([found.no, given]))
    .digest('base64url')
  const earlier = desk.book.refund('wechat', no)
  if (earlier)
    return earlier.ask === ask
      ? { status: 200, json: refundJson(desk, earlier) }
      : error(400, 'PARAM_ERROR', '同一退款单号的请求参数与首次不一致')
  if (given.total !== found.paid) return error(400, 'PARAM_ERROR', 'amount.total 与原订单金额不一致')
  if (amount > refundable(found)) return error(400, 'INVALID_REQUEST', '申请退款金额大于订单剩余可退金额')
  const fee = feeBack(found, amount)
  if (desk.book.balance.wechat < amount - fee) return error(403, 'NOT_ENOUGH', '基本账户余额不足')
  const now = desk.now()
  const channelRefundNo = channelNo(desk, '50300001', beijing(now).replace(/\D/g, '').slice(0, 8), 13)
  const refund: Refund = {
    ...{ channel: 'wechat', no, orderNo: found.no, channelRefundNo, amount, fee, notifyUrl },
    ...{ attach: '', askedAt: now, sentAt: '', ask, doneAt: null },
  }
  desk.record({ t: 'refund', refund })
  return { status: 200, json: refundJson(desk, refund) }
}

function queryRefund(desk: Desk, no: string): Answer {
  const refund = desk.book.refund('wechat', no)
  return refund ? { status: 200, json: refundJson(desk, refund) } : error(404, 'RESOURCE_NOT_EXISTS', '退款单不存在')
}

function refundJson(desk: Desk, refund: Refund): object {
  const order = desk.book.orderOf(refund)
  return {
    refund_id: refund.channelRefundNo,
    out_refund_no: refund.no,
    transaction_id: order.tradeNo,
    out_trade_no: order.no,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(refund.doneAt === null ? {} : { success_time: offset(refund.doneAt) }),
    create_time: offset(refund.askedAt),
    status: refund.doneAt === null ? 'PROCESSING' : 'SUCCESS',
    funds_account: 'AVAILABLE',
    amount: {
      ...{ total: order.paid, refund: refund.amount, payer_total: order.paid, payer_refund: refund.amount },
      ...{ settlement_refund: refund.amount, settlement_total: order.paid, discount_refund: 0, currency: 'CNY' },
    },
  }
}

function certificates(desk: Desk): Answer {
  const sealed = encrypt(desk, desk.keys.texts.wechat_platform_certificate, 'certificate')
  const entry = {
    serial_no: desk.keys.wechat.platformSerial,
    effective_time: '2020-01-01T08:00:00+08:00',
    expire_time: '2049-01-01T08:00:00+08:00',
    encrypt_certificate: sealed,
  }
  return { status: 200, json: { data: [entry] } }
}

export function encrypt(desk: Desk, text: string, associated_data: string) {
  const nonce = newId().slice(-12)
  const cipher = createCipheriv('aes-256-gcm', desk.keys.wechat.apiKey, nonce)
  cipher.setAAD(Buffer.from(associated_data))
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64')
  return { algorithm: 'AEAD_AES_256_GCM', nonce, associated_data, ciphertext }
}

function billUrl(desk: Desk, bill: string, query: URLSearchParams, twist: Twist): Answer {
  const day = query.get('bill_date') ?? ''
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return error(400, 'PARAM_ERROR', 'bill_date 应形如 2026-11-25')
  const tar = query.get('tar_type') ?? ''
  if (tar !== '' && tar !== 'GZIP') return error(400, 'PARAM_ERROR', 'tar_type 只支持 GZIP')
  const kind = bill === 'tradebill' ? 'trade' : 'funds'
  const made = statement(desk, 'wechat', day, kind)
  if (twist.late || made.state === 'not_published') return error(400, 'STATEMENT_CREATING', '账单生成中，请稍后再试')
  if (twist.empty || made.state === 'empty') return error(400, 'NO_STATEMENT_EXIST', '账单文件不存在')
  const download_url = `${desk.url}/v3/billdownload/file?day=${day}&kind=${kind}&tar=${tar}`
  const hash_value = createHash('sha1').update(made.content).digest('hex')
  return { status: 200, json: { hash_type: 'SHA1', hash_value, download_url } }
}

function billFile(desk: Desk, query: URLSearchParams): Answer {
  const kind = query.get('kind') === 'funds' ? 'funds' : 'trade'
  const made = statement(desk, 'wechat', query.get('day') ?? '', kind)
  if (made.state !== 'ready') return error(404, 'NO_STATEMENT_EXIST', '账单文件不存在')
  return { status: 200, json: null, raw: query.get('tar') === 'GZIP' ? made.packed : made.content }
}

export type NoticeParts = { readonly headers: Record<string, string>; readonly body: string }

/** A notice of a payment or a refund: encrypted with the API v3 key, signed at the moment it is sent. */
export async function wechatNotice(
  desk: Desk,
  id: string,
  about: { readonly order: Order; readonly refund: Refund | null },
  { wrong, fen }: { readonly wrong: boolean; readonly fen: number },
): Promise<NoticeParts> {
  const { order, refund } = about
  const type = refund ? 'refund' : 'transaction'
  const content = refund ? refundNotice(order, refund, fen) : transaction(desk, order, fen)
  // A notice tells of the payment as it was, whatever was refunded since.
  const told = refund ? content : { ...content, trade_state: 'SUCCESS', trade_state_desc: '支付成功' }
  const body = JSON.stringify({
    id: createHash('sha256').update(id).digest('hex').slice(0, 32),
    create_time: offset(refund?.doneAt ?? order.paidAt),
    resource_type: 'encrypt-resource',
    event_type: refund ? 'REFUND.SUCCESS' : 'TRANSACTION.SUCCESS',
    summary: refund ? '退款成功' : '支付成功',
    resource: { original_type: type, ...encrypt(desk, JSON.stringify(told), type) },
  })
  const headers = await seal(desk, body, desk.keys.wechat.platformSerial, wrong)
  return { headers: { 'content-type': 'application/json', ...headers }, body }
}

const refundNotice = (order: Order, refund: Refund, fen: number): object => ({
  mchid: MERCHANT.mchid,
  transaction_id: order.tradeNo,
  out_trade_no: order.no,
  refund_id: refund.channelRefundNo,
  out_refund_no: refund.no,
  refund_status: 'SUCCESS',
  success_time: offset(refund.doneAt ?? 0),
  user_received_account: '支付用户零钱',
  amount: {
    total: order.paid,
    refund: refund.amount + fen,
    payer_total: order.paid,
    payer_refund: refund.amount + fen,
  },
})
