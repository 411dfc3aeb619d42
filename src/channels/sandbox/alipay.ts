import { createHash, createVerify, randomBytes } from 'node:crypto'
import { parseDecimal } from '../../kernel/money.ts'
import { beijing, yuan } from '../../statements/writing/row.ts'
import { isLoopback } from '../accounts.ts'
import { jsonObject, textOf } from '../http.ts'
import { MERCHANT } from './accounts.ts'
import { feeBack, type Order, type Refund, refundable } from './book.ts'
import { type Ask, type Call, channelNo, type Desk, signed, type Told, type Twist } from './desk.ts'
import { isOver, pay } from './payer.ts'
import { publishedUntil, statement } from './statements.ts'

/** Alipay's gateway (gateway.do, RSA2) as the merchant sees it. Source: opendocs.alipay.com (统一收单交易). */

type Json = Readonly<Record<string, unknown>>
/** A page is an answer for the payer's browser: where it is sent. */
type Answer = { readonly json: Json } | { readonly page: string }

const DEFAULT_LIFE_MS = 2 * 3_600_000

const failure = (sub_code: string, sub_msg: string, code = '40004', msg = 'Business Failed'): Answer => ({
  json: { code, msg, sub_code, sub_msg },
})
const done = (json: Json): Answer => ({ json: { code: '10000', msg: 'Success', ...json } })

const notExist = failure('ACQ.TRADE_NOT_EXIST', '交易不存在')

export function alipayCall(desk: Desk, ask: Ask): Call<Answer> {
  const fields: Record<string, string> = {
    ...Object.fromEntries(ask.query),
    ...Object.fromEntries(new URLSearchParams(ask.body)),
  }
  const method = fields.method ?? ''
  const content = jsonObject(fields.biz_content ?? '{}') ?? {}
  const route = routeOf(desk, method, content, fields)
  const trouble = callTrouble(desk, fields)
  return {
    channel: 'alipay',
    ...route,
    ...(trouble ? { work: () => trouble } : {}),
    refuse: code => failure(code === 'SYSTEM_ERROR' ? 'ACQ.SYSTEM_ERROR' : code, '沙箱按规则拒绝'),
    write: async (answer, wrong): Promise<Told> => {
      if ('page' in answer) return { status: 302, headers: { location: answer.page }, body: '' }
      const text = JSON.stringify(answer.json)
      const sign = await signed(desk.keys.alipay.platform, text, wrong)
      const body = `{"${method.replaceAll('.', '_') || 'error'}_response":${text},"sign":"${sign}"}`
      return { status: 200, headers: { 'content-type': 'text/html;charset=utf-8' }, body }
    },
  }
}

type Route = Pick<Call<Answer>, 'on' | 'no' | 'work'>

function routeOf(desk: Desk, method: string, content: Json, fields: Readonly<Record<string, string>>): Route {
  const no = textOf(content.out_trade_no)
  const refundNo = textOf(content.out_request_no)
  switch (method) {
    case 'alipay.trade.precreate':
      return { on: 'create', no, work: () => createOrder(desk, 'precreate', content, fields) }
    case 'alipay.trade.page.pay':
      return { on: 'create', no, work: () => createOrder(desk, 'page', content, fields) }
    case 'alipay.trade.wap.pay':
      return { on: 'create', no, work: () => createOrder(desk, 'wap', content, fields) }
    case 'alipay.trade.query':
      return { on: 'query', no, work: twist => queryOrder(desk, content, twist) }
    case 'alipay.trade.close':
      return { on: 'close', no, work: twist => closeOrder(desk, content, twist) }
    case 'alipay.trade.refund':
      return { on: 'refund', no: refundNo, work: () => askRefund(desk, content) }
    case 'alipay.trade.fastpay.refund.query':
      return { on: 'query_refund', no: refundNo, work: () => queryRefund(desk, content) }
    case 'alipay.data.dataservice.bill.downloadurl.query':
      return { on: 'bill', no: textOf(content.bill_date), work: twist => billUrl(desk, content, twist) }
    default:
      return {
        on: 'query',
        no,
        work: () => failure('isv.invalid-method', '不存在的方法名', '40002', 'Invalid Arguments'),
      }
  }
}

function callTrouble(desk: Desk, fields: Readonly<Record<string, string>>): Answer | null {
  const wrong = (sub: string, text: string): Answer => failure(sub, text, '40002', 'Invalid Arguments')
  if (fields.app_id !== MERCHANT.appId) return wrong('isv.invalid-app-id', '无效的AppID参数')
  if (fields.sign_type !== 'RSA2') return wrong('isv.invalid-signature-type', '无效签名类型')
  const text = Object.keys(fields)
    .filter(name => name !== 'sign' && fields[name] !== '')
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  const fits = createVerify('RSA-SHA256')
    .update(text)
    .verify(desk.keys.alipay.app, fields.sign ?? '', 'base64')
  return fits ? null : wrong('isv.invalid-signature', '无效签名')
}

/** 分, or 0 for anything that is no positive amount. */
const fenOf = (value: unknown): number => {
  const fen = parseDecimal(typeof value === 'number' ? String(value) : textOf(value), 2)
  return fen !== null && fen > 0 ? fen : 0
}

function createOrder(desk: Desk, method: string, content: Json, fields: Readonly<Record<string, string>>): Answer {
  const no = textOf(content.out_trade_no)
  const amount = fenOf(content.total_amount)
  const invalid = (text: string): Answer => failure('ACQ.INVALID_PARAMETER', text)
  if (!/^\w{1,64}$/.test(no)) return invalid('参数无效：out_trade_no')
  if (amount === 0) return invalid('参数无效：total_amount')
  if (textOf(content.subject) === '') return invalid('参数无效：subject')
  const notifyUrl = fields.notify_url ?? ''
  if (notifyUrl !== '' && !isLoopback(URL.parse(notifyUrl)?.hostname ?? ''))
    return invalid('参数无效：notify_url（沙箱只通知本机地址）')
  const ask = createHash('sha256')
    .update(JSON.stringify([amount, content.subject]))
    .digest('base64url')
  const earlier = desk.book.order('alipay', no)
  if (earlier) {
    if (earlier.state === 'paid') return failure('ACQ.TRADE_HAS_SUCCESS', '交易已被支付')
    if (earlier.state === 'closed' || isOver(desk, earlier)) return failure('ACQ.TRADE_HAS_CLOSE', '交易已经关闭')
    return earlier.ask === ask ? offered(desk, earlier, method) : failure('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改')
  }
  const now = desk.now()
  const expires = Date.parse(`${textOf(content.time_expire).replace(' ', 'T')}+08:00`)
  desk.record({
    t: 'order',
    order: {
      channel: 'alipay',
      no,
      tradeNo: channelNo(desk, '', `${beijing(now).replace(/\D/g, '').slice(0, 8)}22001`, 15),
      token: randomBytes(16).toString('hex'),
      method,
      amount,
      title: textOf(content.subject),
      attach: textOf(content.passback_params),
      notifyUrl,
      returnUrl: fields.return_url ?? '',
      createdAt: now,
      expiresAt: Number.isNaN(expires) ? now + DEFAULT_LIFE_MS : expires,
      ask,
      opened: method !== 'precreate',
      state: 'open',
      failed: '',
      paidAt: 0,
      payer: '',
      paid: 0,
      fee: 0,
      returned: 0,
    },
  })
  return offered(desk, desk.book.order('alipay', no) as Order, method)
}

const offered = ({ url }: Desk, order: Order, method: string): Answer => {
  const cashier = `${url}/cashier/${order.token}`
  return method === 'precreate' ? done({ out_trade_no: order.no, qr_code: cashier }) : { page: cashier }
}

/** A code that was not scanned is no trade yet. */
function tradeOf(desk: Desk, content: Json): Order | null {
  const found = content.trade_no
    ? desk.book.byTradeNo.get(textOf(content.trade_no))
    : desk.book.order('alipay', textOf(content.out_trade_no))
  return found?.channel === 'alipay' && found.opened ? found : null
}

function stateOf(desk: Desk, order: Order): string {
  if (order.state === 'paid') return order.returned === order.paid ? 'TRADE_CLOSED' : 'TRADE_SUCCESS'
  return order.state === 'closed' || isOver(desk, order) ? 'TRADE_CLOSED' : 'WAIT_BUYER_PAY'
}

function queryOrder(desk: Desk, content: Json, { fen }: Twist): Answer {
  const order = tradeOf(desk, content)
  if (!order) return notExist
  const amount = yuan((order.state === 'paid' ? order.paid : order.amount) + fen)
  const paid =
    order.state === 'paid'
      ? {
          ...{ send_pay_date: beijing(order.paidAt), receipt_amount: amount, buyer_pay_amount: amount },
          ...{ buyer_user_id: order.payer, buyer_logon_id: '159****5620', buyer_user_type: 'PRIVATE' },
          ...{ fund_bill_list: [{ amount, fund_channel: 'ALIPAYACCOUNT' }] },
        }
      : {}
  return done({
    ...{ trade_no: order.tradeNo, out_trade_no: order.no, trade_status: stateOf(desk, order) },
    ...{ total_amount: amount, point_amount: '0.00', invoice_amount: '0.00', ...paid },
    ...(order.attach ? { passback_params: order.attach } : {}),
  })
}

function closeOrder(desk: Desk, content: Json, { race }: Twist): Answer {
  const order = tradeOf(desk, content)
  if (!order) return notExist
  // The payer was a moment faster.
  if (race && order.state === 'open' && !isOver(desk, order)) pay(desk, order)
  if (order.state !== 'open') return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  desk.record({ t: 'closed', channel: 'alipay', no: order.no })
  return done({ trade_no: order.tradeNo, out_trade_no: order.no })
}

function askRefund(desk: Desk, content: Json): Answer {
  const order = tradeOf(desk, content)
  const amount = fenOf(content.refund_amount)
  if (!order) return notExist
  if (amount === 0) return failure('ACQ.INVALID_PARAMETER', '参数无效：refund_amount')
  if (order.state !== 'paid') return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  const no = textOf(content.out_request_no) || order.no
  const earlier = desk.book.refund('alipay', no)
  if (earlier && (earlier.orderNo !== order.no || earlier.amount !== amount))
    return failure('ACQ.DISCORDANT_REPEAT_REQUEST', '不一致的请求')
  if (!earlier) {
    if (amount > refundable(order)) return failure('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额超限')
    const fee = feeBack(order, amount)
    if (desk.book.balance.alipay < amount - fee) return failure('ACQ.SELLER_BALANCE_NOT_ENOUGH', '卖家余额不足')
    const now = desk.now()
    const refund: Refund = {
      ...{ channel: 'alipay', no, orderNo: order.no, channelRefundNo: no, amount, fee, notifyUrl: order.notifyUrl },
      ...{ attach: '', askedAt: now, sentAt: '', ask: '', doneAt: null },
    }
    desk.record({ t: 'refund', refund })
    desk.record({ t: 'refunded', channel: 'alipay', no, at: now })
  }
  const doneAt = desk.book.refund('alipay', no)?.doneAt ?? 0
  return done({
    ...{ trade_no: order.tradeNo, out_trade_no: order.no, buyer_logon_id: '159****5620' },
    ...{ fund_change: earlier ? 'N' : 'Y', refund_fee: yuan(order.returned), gmt_refund_pay: beijing(doneAt) },
  })
}

function queryRefund(desk: Desk, content: Json): Answer {
  const order = tradeOf(desk, content)
  if (!order) return notExist
  const no = textOf(content.out_request_no)
  const refund = desk.book.refund('alipay', no)
  if (refund?.orderNo !== order.no || refund.doneAt === null) return done({})
  return done({
    ...{ trade_no: order.tradeNo, out_trade_no: order.no, out_request_no: no, refund_status: 'REFUND_SUCCESS' },
    ...{ total_amount: yuan(order.paid), refund_amount: yuan(refund.amount), gmt_refund_pay: beijing(refund.doneAt) },
  })
}

function billUrl(desk: Desk, content: Json, twist: Twist): Answer {
  const day = textOf(content.bill_date)
  if (content.bill_type !== 'trade') return failure('isv.invalid-arguments', '沙箱只有 bill_type=trade 的业务账单')
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return failure('isv.invalid-arguments', 'bill_date 应形如 2026-11-25')
  const made = publishedUntil(desk, 'alipay', day) === null ? null : statement(desk, 'alipay', day, 'trade')
  if (twist.late || twist.empty || made?.state !== 'ready') return failure('isp.bill_not_exist', '账单不存在')
  // Alipay's own addresses carry a signature of a few seconds in place of a login.
  return done({ bill_download_url: `${desk.url}/alipay/bill/${day}.zip?token=${billToken(desk, day)}` })
}

/** Opens a bill's address, and cannot be guessed. */
export const billToken = (desk: Desk, day: string): string =>
  createHash('sha256').update(`${day}/${desk.keys.texts.alipay_platform}`).digest('hex').slice(0, 32)

/** A notice of a payment or a refund: a signed form. */
export async function alipayNotice(
  desk: Desk,
  id: string,
  { order, refund }: { readonly order: Order; readonly refund: Refund | null },
  { wrong, fen }: { readonly wrong: boolean; readonly fen: number },
) {
  const amount = yuan(order.paid + fen)
  const returned = refund ? order.refunds.slice(0, order.refunds.indexOf(refund) + 1) : []
  const sum = returned.reduce((total, each) => total + each.amount, 0)
  const fields: Record<string, string> = {
    ...{ notify_time: beijing(desk.now()), notify_type: 'trade_status_sync', version: '1.0', charset: 'utf-8' },
    ...{ notify_id: createHash('sha256').update(id).digest('hex').slice(0, 34), auth_app_id: MERCHANT.appId },
    ...{ app_id: MERCHANT.appId, seller_id: MERCHANT.sellerId, subject: order.title },
    ...{ trade_no: order.tradeNo, out_trade_no: order.no, buyer_id: order.payer, buyer_logon_id: '159****5620' },
    ...{ trade_status: refund && sum === order.paid ? 'TRADE_CLOSED' : 'TRADE_SUCCESS', total_amount: amount },
    ...{ receipt_amount: amount, buyer_pay_amount: amount, invoice_amount: '0.00', point_amount: '0.00' },
    ...{ gmt_create: beijing(order.createdAt), gmt_payment: beijing(order.paidAt) },
    ...{ fund_bill_list: JSON.stringify([{ amount, fundChannel: 'ALIPAYACCOUNT' }]) },
    ...(order.attach ? { passback_params: order.attach } : {}),
    ...(refund
      ? { out_biz_no: refund.no, refund_fee: yuan(sum), gmt_refund: `${beijing(refund.doneAt ?? 0)}.000` }
      : {}),
  }
  return { headers: { 'content-type': FORM }, body: await signedForm(desk, fields, wrong) }
}

export const FORM = 'application/x-www-form-urlencoded; charset=utf-8'

async function signedForm(desk: Desk, fields: Readonly<Record<string, string>>, wrong: boolean): Promise<string> {
  const text = Object.keys(fields)
    .sort()
    .map(name => `${name}=${fields[name]}`)
    .join('&')
  const sign = await signed(desk.keys.alipay.platform, text, wrong)
  return new URLSearchParams({ ...fields, sign_type: 'RSA2', sign }).toString()
}

/** Where the payer's browser is sent after paying: the merchant's page with what was paid, signed. */
export async function alipayReturn(desk: Desk, order: Order): Promise<string> {
  const form = await signedForm(
    desk,
    {
      ...{
        charset: 'utf-8',
        out_trade_no: order.no,
        method: `alipay.trade.${order.method}.pay.return`,
        version: '1.0',
      },
      ...{ total_amount: yuan(order.paid), trade_no: order.tradeNo, auth_app_id: MERCHANT.appId },
      ...{ app_id: MERCHANT.appId, seller_id: MERCHANT.sellerId, timestamp: beijing(desk.now()) },
    },
    false,
  )
  return `${order.returnUrl}${order.returnUrl.includes('?') ? '&' : '?'}${form}`
}
