import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { beijing } from '../../statements/writing/row.ts'
import { unionpayZipName } from '../../statements/writing/unionpay.ts'
import { isLoopback } from '../accounts.ts'
import { type Fields, isSignedBy, readForm, signed, VERSION } from '../unionpay/fields.ts'
import { MERCHANT } from './accounts.ts'
import { feeBack, type Order, type Refund, refundable } from './book.ts'
import { type Ask, type Call, channelNo, type Desk, type Told, type Twist } from './desk.ts'
import { statement } from './statements.ts'

/** UnionPay's gateway, 全渠道 5.1.0, as the merchant sees it. Source: 平台接入接口规范 第3部分 and 第5部分 附录. */

type Answer = { readonly fields: Fields } | { readonly page: string }

const DEFAULT_LIFE_MS = 15 * 60_000

/** null: it is no address of UnionPay's. */
export function unionpayCall(desk: Desk, { method, path, body }: Ask): Call<Answer> | null {
  if (method !== 'POST') return null
  const fields = readForm(body) ?? {}
  const route = routeOf(desk, path, fields)
  if (!route) return null
  const trouble = callTrouble(desk, fields)
  return {
    channel: 'unionpay',
    ...route,
    ...(trouble ? { work: () => trouble } : {}),
    refuse: code => told(fields, /^\d\d$/.test(code) ? code : '01', '沙箱按规则拒绝'),
    write: (answer, wrong): Told => {
      if ('page' in answer) return { status: 302, headers: { location: answer.page }, body: '' }
      const whole = sealed(desk, answer.fields, wrong)
      // UnionPay encodes nothing here.
      const text = Object.entries(whole).map(([name, value]) => `${name}=${value}`)
      return { status: 200, headers: { 'content-type': 'text/html;charset=UTF-8' }, body: text.join('&') }
    },
  }
}

type Route = Pick<Call<Answer>, 'on' | 'no' | 'work'>

function routeOf(desk: Desk, path: string, fields: Fields): Route | null {
  const no = fields.orderId ?? ''
  if (path === '/gateway/api/frontTransReq.do') return { on: 'create', no, work: () => createOrder(desk, fields) }
  if (path === '/gateway/api/backTransReq.do') return { on: 'refund', no, work: () => askRefund(desk, fields) }
  if (path === '/gateway/api/queryTrans.do')
    return {
      on: desk.book.refund('unionpay', no) ? 'query_refund' : 'query',
      no,
      work: twist => query(desk, fields, twist),
    }
  if (path === '/filedownload/') {
    const day = clearingDay(desk, fields.settleDate ?? '')
    return { on: 'bill', no: day, work: twist => file(desk, fields, day, twist) }
  }
  return null
}

/** An answer repeats what it was asked, without the asker's signature. */
function told(fields: Fields, respCode: string, respMsg: string, more: Fields = {}): Answer {
  const { version, encoding, signMethod, txnType, txnSubType, bizType, accessType, merId, orderId, txnTime } = fields
  const kept = { version, encoding, signMethod, txnType, txnSubType, bizType, accessType, merId, orderId, txnTime }
  const given = Object.entries(kept).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const suffix = respCode === '00' ? '成功[0000000]' : `${respMsg}[${respCode}00000]`
  return { fields: { ...Object.fromEntries(given), respCode, respMsg: suffix, ...more } }
}

function callTrouble(desk: Desk, fields: Fields): Answer | null {
  if (fields.version !== VERSION || fields.signMethod !== '01') return told(fields, '10', '报文格式错误')
  if (fields.merId !== MERCHANT.merId) return told(fields, '31', '商户状态不正确')
  const fits = fields.certId === desk.keys.unionpay.merchantCertId && isSignedBy(fields, desk.keys.unionpay.merchant)
  return fits ? null : told(fields, '11', '验签失败')
}

function sealed(desk: Desk, fields: Fields, wrong: boolean): Fields {
  const whole = signed(
    { ...fields, signPubKeyCert: desk.keys.texts.unionpay_signer_certificate },
    desk.keys.unionpay.signer,
  )
  return wrong ? { ...whole, respMsg: `${whole.respMsg ?? ''} ` } : whole
}

const instant = (stamp: string | undefined): number =>
  Date.parse((stamp ?? '').replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6+08:00'))

const fen = (text: string | undefined): number => (/^\d{1,12}$/.test(text ?? '') ? Number(text) : 0)

const queryId = (desk: Desk): string => channelNo(desk, '', beijing(desk.now()).replace(/\D/g, ''), 7)

/** By channelType: for a PC, for a phone. */
const PAGES: Readonly<Record<string, string>> = { '07': 'gateway', '08': 'wap' }

function createOrder(desk: Desk, fields: Fields): Answer {
  const { orderId = '', backUrl = '', frontUrl = '' } = fields
  const amount = fen(fields.txnAmt)
  const sentAt = instant(fields.txnTime)
  if (!/^[A-Za-z0-9]{8,40}$/.test(orderId) || amount === 0 || Number.isNaN(sentAt) || fields.txnType !== '01')
    return told(fields, '10', '报文格式错误')
  const method = PAGES[fields.channelType ?? '']
  if (!method) return told(fields, '10', '报文格式错误：channelType')
  if (!isLoopback(URL.parse(backUrl)?.hostname ?? '')) return told(fields, '10', 'backUrl：沙箱只通知本机地址')
  const earlier = desk.book.order('unionpay', orderId)
  if (earlier) {
    if (earlier.state === 'paid' || earlier.amount !== amount) return told(fields, '12', '重复交易')
    return { page: `${desk.url}/cashier/${earlier.token}` }
  }
  const timeout = instant(fields.payTimeout)
  const token = randomBytes(16).toString('hex')
  desk.record({
    t: 'order',
    order: {
      channel: 'unionpay',
      no: orderId,
      tradeNo: queryId(desk),
      token,
      method,
      amount,
      title: fields.orderDesc ?? '',
      attach: fields.reqReserved ?? '',
      notifyUrl: backUrl,
      returnUrl: frontUrl,
      createdAt: sentAt,
      expiresAt: Number.isNaN(timeout) ? desk.now() + DEFAULT_LIFE_MS : timeout,
      ask: '',
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
  return { page: `${desk.url}/cashier/${token}` }
}

function askRefund(desk: Desk, fields: Fields): Answer {
  const { orderId = '', backUrl = '', origQryId = '', txnTime = '' } = fields
  const amount = fen(fields.txnAmt)
  if (fields.txnType !== '04' || amount === 0 || !/^[A-Za-z0-9]{8,40}$/.test(orderId))
    return told(fields, '10', '报文格式错误')
  if (!isLoopback(URL.parse(backUrl)?.hostname ?? '')) return told(fields, '10', 'backUrl：沙箱只通知本机地址')
  if (desk.book.refund('unionpay', orderId)) return told(fields, '12', '重复交易')
  const order = desk.book.byTradeNo.get(origQryId)
  if (order?.channel !== 'unionpay' || order.state !== 'paid') return told(fields, '35', '原交易不存在或状态不正确')
  if (amount > refundable(order)) return told(fields, '36', '与原交易信息不符：退货金额超限')
  const fee = feeBack(order, amount)
  if (desk.book.balance.unionpay < amount - fee) return told(fields, '64', '商户账户余额不足')
  const refund: Refund = {
    ...{ channel: 'unionpay', no: orderId, orderNo: order.no, channelRefundNo: queryId(desk), amount, fee },
    ...{ notifyUrl: backUrl, attach: fields.reqReserved ?? '', askedAt: desk.now(), sentAt: txnTime, ask: '' },
    doneAt: null,
  }
  desk.record({ t: 'refund', refund })
  return told(fields, '00', '', { queryId: refund.channelRefundNo, origQryId, txnAmt: String(amount) })
}

function query(desk: Desk, fields: Fields, { fen: more }: Twist): Answer {
  const no = fields.orderId ?? ''
  const refund = desk.book.refund('unionpay', no)
  if (refund)
    return refund.doneAt === null
      ? told(fields, '00', '', { ...refundFields(desk, refund, more), origRespCode: '05', origRespMsg: '交易处理中' })
      : told(fields, '00', '', { ...refundFields(desk, refund, more), origRespCode: '00', origRespMsg: '成功' })
  const order = desk.book.order('unionpay', no)
  // An order whose page was opened and never used does not exist for UnionPay.
  if (!order || (order.state !== 'paid' && order.failed === '')) return told(fields, '34', '查无此交易')
  const code = order.state === 'paid' ? '00' : order.failed
  return told(fields, '00', '', {
    ...paymentFields(order, more),
    ...{ origRespCode: code, origRespMsg: code === '00' ? '成功' : '超出消费金额限制' },
  })
}

const settleDate = (desk: Desk, at: number): string => desk.book.dayOf('unionpay', at).slice(5).replace('-', '')
const traceOf = (number: string): string => number.slice(-6)

const paymentFields = (order: Order, more: number): Fields => ({
  ...{ txnType: '01', txnSubType: '01', txnAmt: String((order.paid || order.amount) + more), currencyCode: '156' },
  ...{ queryId: order.tradeNo, traceNo: traceOf(order.tradeNo), accNo: order.payer, reqReserved: order.attach },
  traceTime: beijing(order.paidAt || order.createdAt)
    .replace(/\D/g, '')
    .slice(4),
})

const refundFields = (desk: Desk, refund: Refund, more: number): Fields => ({
  ...{ txnType: '04', txnSubType: '00', txnAmt: String(refund.amount + more), currencyCode: '156' },
  ...{ queryId: refund.channelRefundNo, traceNo: traceOf(refund.channelRefundNo), reqReserved: refund.attach },
  ...{ origQryId: desk.book.orderOf(refund).tradeNo, settleDate: settleDate(desk, refund.askedAt) },
  traceTime: beijing(refund.doneAt ?? refund.askedAt)
    .replace(/\D/g, '')
    .slice(4),
})

/** `settleDate` has no year: the last such day. */
function clearingDay(desk: Desk, monthDay: string): string {
  if (!/^\d{4}$/.test(monthDay)) return ''
  const today = beijing(desk.now()).slice(0, 10)
  const day = `${today.slice(0, 4)}-${monthDay.slice(0, 2)}-${monthDay.slice(2)}`
  return day <= today ? day : `${Number(today.slice(0, 4)) - 1}${day.slice(4)}`
}

function file(desk: Desk, fields: Fields, day: string, twist: Twist): Answer {
  if (fields.txnType !== '76' || !/^\d{4}-\d\d-\d\d$/.test(day)) return told(fields, '10', '报文格式错误')
  const made = statement(desk, 'unionpay', day, 'trade')
  if (twist.late || twist.empty || made.state !== 'ready') return told(fields, '98', '文件不存在')
  const fileName = unionpayZipName({ merId: MERCHANT.merId, day, printedAt: 0 })
  return told(fields, '00', '', { fileName, fileContent: deflateSync(made.content).toString('base64') })
}

const common = { version: VERSION, encoding: 'UTF-8', signMethod: '01', accessType: '0', bizType: '000201' }

function noticeFields(desk: Desk, order: Order, refund: Refund | null, more: number): Fields {
  const own: Fields = refund
    ? { orderId: refund.no, txnTime: refund.sentAt, ...refundFields(desk, refund, more) }
    : { orderId: order.no, txnTime: beijing(order.createdAt).replace(/\D/g, ''), ...paymentFields(order, more) }
  const at = refund?.doneAt ?? order.paidAt
  return {
    ...common,
    ...{ merId: MERCHANT.merId, ...own, settleDate: settleDate(desk, at), settleAmt: own.txnAmt ?? '' },
    ...{ settleCurrencyCode: '156', respCode: '00', respMsg: '成功[0000000]' },
  }
}

/** 后台通知 of a payment or a refund. */
export function unionpayNotice(
  desk: Desk,
  { order, refund }: { readonly order: Order; readonly refund: Refund | null },
  { wrong, fen: more }: { readonly wrong: boolean; readonly fen: number },
) {
  const body = new URLSearchParams(sealed(desk, noticeFields(desk, order, refund, more), wrong)).toString()
  return { headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }, body }
}

/** 前台通知: the form the payer's browser takes back to the merchant. */
export const unionpayReturn = (desk: Desk, order: Order): Fields =>
  sealed(desk, noticeFields(desk, order, null, 0), false)
