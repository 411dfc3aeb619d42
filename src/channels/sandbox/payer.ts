import { Failure } from '../../kernel/failure.ts'
import type { Gateway, Order } from './book.ts'
import type { Desk } from './desk.ts'

const OPENID = 'oSandbox_payer_000000000001'
/** Whoever pays where nobody else is named. */
export const PAYERS: Readonly<Record<Gateway, string>> = {
  wechat: OPENID,
  alipay: '2088101117950001',
  unionpay: '6216***********0018',
}

/** 分 of one payment, at most what channels take. */
const AMOUNT_MAX = 100_000_000_00

export const isOver = (desk: Desk, order: Order): boolean => desk.now() >= order.expiresAt

/** The payer scans and pays. Throws a Failure `sandbox_payment_refused` when the order is paid, closed or over. */
export function pay(desk: Desk, order: Order, payer?: string, amount = order.amount): Order {
  if (!Number.isSafeInteger(amount) || amount <= 0 || amount > AMOUNT_MAX)
    throw refused(order, '金额应为正整数（分）', 'the amount must be positive')
  if (order.state === 'paid') throw refused(order, '已支付', 'it is paid already')
  if (order.state === 'closed') throw refused(order, '已关闭', 'it is closed')
  if (isOver(desk, order)) throw refused(order, '已过期', 'its time is over')
  const by = payer && payer !== '' ? payer.replace(/[,`\t\r\n]/g, ' ').slice(0, 64) : PAYERS[order.channel]
  const at = desk.signedAhead.paidAt(order) ?? desk.now()
  desk.record({ t: 'paid', channel: order.channel, no: order.no, at, payer: by, amount })
  return order
}

/** The payer tries, and the bank refuses. */
export function fail(desk: Desk, order: Order): void {
  if (order.state !== 'open') throw refused(order, '不是待支付', 'it does not wait for payment')
  if (!order.opened) desk.record({ t: 'opened', channel: order.channel, no: order.no })
  // 61: over the card's limit.
  desk.record({ t: 'failed', channel: order.channel, no: order.no, code: '61' })
}

/** By its number or the address of its cashier page. Throws a Failure `sandbox_order_unknown`. */
export function findOrder(desk: Desk, wanted: { paymentNo?: string | undefined; codeUrl?: string | undefined }): Order {
  const token = wanted.codeUrl?.split(/[?#]/)[0]?.split('/').at(-1)
  const found =
    (token !== undefined ? desk.book.byToken.get(token) : undefined) ??
    (['wechat', 'alipay', 'unionpay'] as const)
      .map(channel => desk.book.order(channel, wanted.paymentNo ?? ''))
      .find(order => order !== undefined)
  if (found) return found
  throw new Failure(
    'sandbox_order_unknown',
    {
      zh: '沙箱里没有这个订单：支付宝网页支付和银联要先打开支付页',
      en: 'the sandbox has no such order: pages of Alipay and UnionPay must be opened first',
    },
    { payment_no: wanted.paymentNo, code_url: wanted.codeUrl },
  )
}

const refused = (order: Order, zh: string, en: string): Failure =>
  new Failure(
    'sandbox_payment_refused',
    { zh: `订单 ${order.no} 不能支付：${zh}`, en: `order ${order.no} cannot be paid: ${en}` },
    { payment_no: order.no, state: order.state },
  )
