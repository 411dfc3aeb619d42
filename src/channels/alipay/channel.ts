import { AlipayRequestError, type AlipaySdk } from 'alipay-sdk'
import { formatMinor } from '../../kernel/money.ts'
import { LocalClock } from '../../statements/local_time.ts'
import { type AlipayAccount, isLoopback } from '../accounts.ts'
import { answered, currencyRefused, unknown } from '../answers.ts'
import type {
  Channel,
  CloseAnswer,
  CreateAnswer,
  PaymentAsk,
  PaymentOutcome,
  RefundOutcome,
  RefundRef,
  StatementDownload,
  StatementKind,
} from '../channel.ts'
import { causeOf, NoAnswer, STATEMENT_BYTES_MAX, send, textOf } from '../http.ts'
import { dashedStamp, isReady } from '../stamps.ts'
import type { Surroundings } from '../surroundings.ts'
import { readAlipayNotice } from './notices.ts'
import {
  billMissing,
  closeError,
  createError,
  errorText,
  isDone,
  type Json,
  paymentOutcome,
  queryError,
  refundAnswer,
  refundOutcome,
} from './outcomes.ts'
import { openSdk } from './sdk.ts'

/** Alipay's clock, whatever zone our statements are read in. */
const ALIPAY_ZONE = 'Asia/Shanghai'
/** Alipay: a refund is asked about no sooner than ten seconds after it was sent. */
const REFUND_SETTLES_MS = 10_000
/** Bills are ready by nine, "in special cases later": from noon on "no bill" means that there was nothing to bill. */
const READY_AT = '12:00'
const SUBJECT_CHARACTERS = 256
const DOWNLOAD_TIMES = 12

const PRODUCTS = {
  page: ['alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'],
  wap: ['alipay.trade.wap.pay', 'QUICK_WAP_WAY'],
} as const

/** A merchant's account with Alipay, through its official SDK. Throws a Failure when a key cannot be read. */
export function alipayChannel(account: AlipayAccount, surroundings: Surroundings): Channel {
  const sdk = openSdk(account, surroundings.folder)
  const clock = new LocalClock(ALIPAY_ZONE)
  const merchant = account.seller_id
  const { now } = surroundings
  const call = (method: string, bizContent: object, params: object = {}) => ask(sdk, method, bizContent, params, now())
  const query = async (paymentNo: string): Promise<PaymentOutcome> => {
    const answer = await call('alipay.trade.query', { out_trade_no: paymentNo })
    if (!isDone(answer)) return queryError(answer)
    return answer.out_trade_no === paymentNo
      ? paymentOutcome(answer, clock, merchant)
      : unknown('the answer is about another order')
  }
  const queryRefund = async (
    ref: Pick<RefundRef, 'paymentNo' | 'refundNo'>,
    askedAt: Date | null,
  ): Promise<RefundOutcome> => {
    const answer = await call('alipay.trade.fastpay.refund.query', {
      out_trade_no: ref.paymentNo,
      out_request_no: ref.refundNo,
      query_options: ['gmt_refund_pay'],
    })
    const soon = askedAt === null || now().getTime() - askedAt.getTime() < REFUND_SETTLES_MS
    return refundOutcome(answer, clock, soon)
  }
  return {
    name: 'alipay',
    account: account.account,
    merchant,
    methods: account.methods,
    refundsListedUnder: 'payment',
    calendar: { zone: account.zone, cutoff: account.cutoff },
    accepted: { status: 200, contentType: 'text/plain', body: 'success' },
    refused: { status: 200, contentType: 'text/plain', body: 'fail' },
    create: payment =>
      answered(async (): Promise<CreateAnswer> => {
        const refused = currencyRefused(payment.currency, 'CNY')
        if (refused) return refused
        if (payment.method !== 'precreate') return { state: 'pending', checkout: redirectOf(sdk, payment, now()) }
        const answer = await call('alipay.trade.precreate', orderOf(payment), { notify_url: payment.notifyUrl })
        if (!isDone(answer)) return createError(answer)
        const codeUrl = textOf(answer.qr_code)
        return codeUrl ? { state: 'pending', checkout: { kind: 'qr', codeUrl } } : unknown('the answer lacks the code')
      }),
    query: ref => answered(() => query(ref.paymentNo)),
    close: ref =>
      answered(async (): Promise<CloseAnswer> => {
        const answer = await call('alipay.trade.close', { out_trade_no: ref.paymentNo })
        if (isDone(answer) || closeError(answer) === 'closed') return { state: 'closed' }
        const found = await query(ref.paymentNo)
        if (found.state === 'success') return { state: 'paid' }
        return found.state === 'closed' ? { state: 'closed' } : unknown(errorText(answer))
      }),
    refund: refund =>
      answered(async () => {
        const refused = currencyRefused(refund.currency, 'CNY')
        if (refused) return refused
        const answer = await call('alipay.trade.refund', {
          out_trade_no: refund.paymentNo,
          refund_amount: formatMinor(refund.amount, 'CNY'),
          refund_reason: refund.reason.slice(0, SUBJECT_CHARACTERS),
          out_request_no: refund.refundNo,
        })
        return refundAnswer(answer, refund.refundNo, refund.amount, clock) ?? (await queryRefund(refund, null))
      }),
    queryRefund: ref => answered(() => queryRefund(ref, ref.askedAt)),
    readNotice: async notice => {
      const read = readAlipayNotice(sdk, account, clock, notice)
      if (read.kind === 'payment') return read
      const outcome = await answered(() => queryRefund(read, null))
      return { kind: 'refund', refundNo: read.refundNo, paymentNo: read.paymentNo, outcome }
    },
    downloadStatement: (day, kind) => downloadBill(call, account, day, kind, now()),
  }
}

type Call = (method: string, bizContent: object, params?: object) => Promise<Json>

/** Throws NoAnswer for whatever is not an answer signed by Alipay. */
async function ask(sdk: AlipaySdk, method: string, bizContent: object, params: object, at: Date): Promise<Json> {
  try {
    // Without `timestamp` the SDK would write the server's local time, which need not be Alipay's.
    const options = { ...params, timestamp: dashedStamp(at, ALIPAY_ZONE), biz_content: bizContent }
    return await sdk.exec(method, options, { validateSign: true })
  } catch (error) {
    if (!(error instanceof AlipayRequestError) && !(error instanceof TypeError)) throw error
    throw new NoAnswer(reasonOf(error))
  }
}

/** The SDK's words, without what it received: that may hold personal data. */
function reasonOf(error: Error): string {
  if (/验签失败|签名/.test(error.message)) return 'an answer with a wrong signature'
  const status = /HTTP 请求错误[^\d]*(\d+)/.exec(error.message)?.[1]
  if (status) return `HTTP ${status}`
  return error.cause === undefined ? 'an answer that cannot be read or is not signed' : `no answer: ${causeOf(error)}`
}

function orderOf(payment: PaymentAsk) {
  return {
    out_trade_no: payment.paymentNo,
    total_amount: formatMinor(payment.amount, 'CNY'),
    subject: payment.title.replace(/[/=&]/g, ' ').slice(0, SUBJECT_CHARACTERS),
    time_expire: dashedStamp(payment.expiresAt, ALIPAY_ZONE),
    passback_params: encodeURIComponent(payment.orderNo),
  }
}

/** Signed by us, opened by the payer's browser: the trade is made when the payer opens it. */
function redirectOf(sdk: AlipaySdk, payment: PaymentAsk, at: Date) {
  const [method, product] = PRODUCTS[payment.method === 'wap' ? 'wap' : 'page']
  const url = sdk.pageExecute(method, 'GET', {
    timestamp: dashedStamp(at, ALIPAY_ZONE),
    notify_url: payment.notifyUrl,
    return_url: payment.returnUrl,
    bizContent: {
      ...orderOf(payment),
      product_code: product,
      ...(payment.method === 'wap' ? { quit_url: payment.returnUrl } : {}),
    },
  })
  return { kind: 'redirect', url } as const
}

async function downloadBill(
  call: Call,
  account: AlipayAccount,
  day: string,
  kind: StatementKind,
  at: Date,
): Promise<StatementDownload> {
  try {
    const answer = await call('alipay.data.dataservice.bill.downloadurl.query', {
      bill_type: kind === 'trade' ? 'trade' : 'signcustomer',
      bill_date: day,
    })
    if (billMissing(answer)) return { state: isReady(at, day, ALIPAY_ZONE, READY_AT) ? 'empty' : 'not_published' }
    if (!isDone(answer)) return { state: 'failed', reason: errorText(answer) }
    const url = URL.parse(textOf(answer.bill_download_url))
    if (url?.protocol === 'http:' && !isLoopback(url.hostname)) url.protocol = 'https:'
    if (!url) return { state: 'failed', reason: 'no bill_download_url in the answer' }
    const { status, body } = await send({
      method: 'GET',
      url: url.href,
      timeoutMs: account.timeout_ms * DOWNLOAD_TIMES,
      bytesMax: STATEMENT_BYTES_MAX,
    })
    if (status !== 200) return { state: 'failed', reason: `HTTP ${status} for the bill` }
    if (body.toString('latin1', 0, 2) !== 'PK') return { state: 'failed', reason: 'the bill is no zip: fetch it again' }
    return { state: 'ready', name: `alipay-${kind}-${day}.zip`, content: body }
  } catch (error) {
    if (error instanceof NoAnswer) return { state: 'failed', reason: error.message }
    throw error
  }
}
