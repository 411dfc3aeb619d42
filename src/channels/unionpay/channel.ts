import { inflateSync } from 'node:zlib'
import { accountWrong } from '../account_wrong.ts'
import type { UnionpayAccount } from '../accounts.ts'
import { answered, currencyRefused, unknown } from '../answers.ts'
import type { Channel, Notice, PaymentAsk, PaymentRef, RawNotice, RefundAsk, StatementDownload } from '../channel.ts'
import { API_BYTES_MAX, NoAnswer, STATEMENT_BYTES_MAX, send } from '../http.ts'
import { KeyReader } from '../keys.ts'
import { foreign, forged, unreadable } from '../refusals.ts'
import { compactStamp, isReady } from '../stamps.ts'
import type { Surroundings } from '../surroundings.ts'
import { cutBytes } from '../texts.ts'
import { type Fields, isSignedBy, readAnswer, readForm, signed, VERSION } from './fields.ts'
import {
  codeText,
  noticeOutcome,
  paymentOutcome,
  refundAnswer,
  refundNoticeOutcome,
  refundOutcome,
} from './outcomes.ts'
import { Signers } from './signer.ts'

/** UnionPay's clock, whatever zone our statements are read in. */
const UNIONPAY_ZONE = 'Asia/Shanghai'
/** An order is over this long after its payTimeout: what was begun before may still be answered. */
const EXPIRY_MARGIN_MS = 5 * 60_000
/** Files are there by nine; from noon on "no such file" means that there was nothing to settle. */
const READY_AT = '12:00'
const DOWNLOAD_TIMES = 12

/** One address and one form for both pages; this field tells them apart. Source: UnionPay's samples of 网关支付 (ACPSample_B2C), 5.1.0. */
const CHANNEL_TYPES = { gateway: '07', wap: '08' } as const

/** A merchant's account with UnionPay's gateway (全渠道 5.1.0). Throws a Failure when a key or certificate cannot be read. */
export function unionpayChannel(account: UnionpayAccount, { now, folder }: Surroundings): Channel {
  const desk = openDesk(account, now, folder)
  const query = async (orderId: string, sentAt: Date): Promise<Fields> => {
    const answer = await desk.ask('/gateway/api/queryTrans.do', {
      txnType: '00',
      txnSubType: '00',
      bizType: '000201',
      orderId,
      txnTime: compactStamp(sentAt, UNIONPAY_ZONE),
    })
    if (answer.respCode === '00' && answer.orderId !== orderId) throw new NoAnswer('an answer about another order')
    return answer
  }
  const queryPayment = async (ref: PaymentRef) =>
    paymentOutcome(await query(ref.paymentNo, ref.createdAt), isOver(ref, now()))
  return {
    name: 'unionpay',
    account: account.account,
    merchant: account.mer_id,
    methods: account.methods,
    refundsListedUnder: 'refund',
    calendar: { zone: account.zone, cutoff: account.cutoff },
    accepted: { status: 200, contentType: 'text/plain', body: 'ok' },
    refused: { status: 500, contentType: 'text/plain', body: 'fail' },
    // The payer's browser carries it: nothing is sent by us, and a second form is the same order to UnionPay.
    create: async payment =>
      currencyRefused(payment.currency, 'CNY') ?? {
        state: 'pending',
        checkout: {
          kind: 'form',
          url: `${desk.baseUrl}/gateway/api/frontTransReq.do`,
          fields: desk.sign(orderOf(payment)),
        },
      },
    query: ref => answered(() => queryPayment(ref)),
    // There is no closing: what was not begun is not there, and what was begun ends with its payTimeout.
    close: ref =>
      answered(async () => {
        const found = await queryPayment(ref)
        if (found.state === 'success') return { state: 'paid' }
        if (found.state === 'absent' || found.state === 'failed') return { state: 'closed' }
        return unknown(found.state === 'unknown' ? found.reason : 'UnionPay cannot close an order: it ends by itself')
      }),
    refund: refund =>
      answered(
        async () =>
          currencyRefused(refund.currency, 'CNY') ??
          refundAnswer(await desk.ask('/gateway/api/backTransReq.do', refundOf(refund))),
      ),
    queryRefund: ref => answered(async () => refundOutcome(await query(ref.refundNo, ref.askedAt))),
    readNotice: async notice => readNotice(desk, notice),
    downloadStatement: async (day, kind) =>
      kind === 'trade'
        ? await downloadFile(desk, day)
        : { state: 'failed', reason: 'UnionPay has one file a day: take the trade statement' },
  }
}

type Desk = {
  readonly account: UnionpayAccount
  readonly baseUrl: string
  readonly now: () => Date
  readonly signers: Signers
  sign(fields: Fields): Fields
  /** Throws NoAnswer for whatever is not an answer signed by UnionPay. */
  ask(path: string, fields: Fields): Promise<Fields>
  askFile(fields: Fields): Promise<Fields>
}

function openDesk(account: UnionpayAccount, now: () => Date, folder: string): Desk {
  const reader = new KeyReader(account.account, folder)
  const key = reader.privateKey('private_key', account.private_key)
  const certificate = reader.certificate('certificate', account.certificate)
  if (!certificate.checkPrivateKey(key))
    throw accountWrong(account.account, 'certificate', '与 private_key 不是一对', 'does not belong to private_key')
  const signers = new Signers(
    reader.certificate('root_certificate', account.root_certificate),
    reader.certificate('middle_certificate', account.middle_certificate),
    account.signer,
  )
  const common = {
    version: VERSION,
    encoding: 'UTF-8',
    signMethod: '01',
    accessType: '0',
    channelType: CHANNEL_TYPES.gateway,
    merId: account.mer_id,
    // The serial number as a decimal number.
    certId: BigInt(`0x${certificate.serialNumber}`).toString(),
  }
  const sign = (fields: Fields): Fields => signed({ ...common, ...fields }, key)
  const post = async (url: string, fields: Fields, times: number, bytesMax: number): Promise<Fields> => {
    const { status, body } = await send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', 'user-agent': 'fzpay' },
      body: new URLSearchParams(sign(fields)).toString(),
      timeoutMs: account.timeout_ms * times,
      bytesMax,
    })
    if (status !== 200) throw new NoAnswer(`HTTP ${status}`)
    const answer = readAnswer(body.toString().trim())
    if (!answer) throw new NoAnswer('an answer that cannot be read')
    const trouble = signatureTrouble(signers, answer, now())
    if (trouble) throw new NoAnswer(trouble)
    if (answer.merId !== undefined && answer.merId !== account.mer_id)
      throw new NoAnswer('an answer for another merchant')
    return answer
  }
  const baseUrl = account.base_url.replace(/\/$/, '')
  return {
    account,
    baseUrl,
    now,
    signers,
    sign,
    ask: (path, fields) => post(baseUrl + path, fields, 1, API_BYTES_MAX),
    askFile: fields => post(account.file_url, fields, DOWNLOAD_TIMES, STATEMENT_BYTES_MAX),
  }
}

/** Why the signature does not count; null when it does. */
function signatureTrouble(signers: Signers, fields: Fields, at: Date): string | null {
  const key = signers.keyOf(fields.signPubKeyCert ?? '', at)
  if (typeof key === 'string') return key
  return isSignedBy(fields, key) ? null : 'a wrong signature'
}

const isOver = (ref: PaymentRef, at: Date): boolean => at.getTime() > ref.expiresAt.getTime() + EXPIRY_MARGIN_MS

const orderOf = (ask: PaymentAsk): Fields => ({
  channelType: ask.method === 'wap' ? CHANNEL_TYPES.wap : CHANNEL_TYPES.gateway,
  txnType: '01',
  txnSubType: '01',
  bizType: '000201',
  currencyCode: '156',
  orderId: ask.paymentNo,
  txnTime: compactStamp(ask.createdAt, UNIONPAY_ZONE),
  txnAmt: String(ask.amount),
  payTimeout: compactStamp(ask.expiresAt, UNIONPAY_ZONE),
  orderDesc: cutBytes(ask.title.replace(/[&=]/g, ' '), 32),
  frontUrl: ask.returnUrl,
  backUrl: ask.notifyUrl,
  reqReserved: ask.orderNo,
})

const refundOf = (ask: RefundAsk): Fields => ({
  txnType: '04',
  txnSubType: '00',
  bizType: '000201',
  currencyCode: '156',
  orderId: ask.refundNo,
  txnTime: compactStamp(ask.askedAt, UNIONPAY_ZONE),
  txnAmt: String(ask.amount),
  origQryId: ask.channelTradeNo,
  backUrl: ask.notifyUrl,
  reqReserved: `${ask.orderNo}.${ask.paymentNo}`,
})

/** The protocol signs no time of sending, so a notice cannot be too old; it is booked once, however often it comes. */
function readNotice({ account, signers }: Desk, { body, at }: RawNotice): Notice {
  const name = account.account
  const fields = readForm(body.toString())
  if (!fields) throw unreadable('unionpay', name, 'a field is there twice')
  const trouble = signatureTrouble(signers, fields, at)
  if (trouble) throw forged('unionpay', name, trouble)
  const isForeign = fields.merId !== account.mer_id
  const { orderId, txnType, reqReserved = '' } = fields
  if (!orderId) throw unreadable('unionpay', name, 'no orderId')
  if (txnType === '01') {
    const outcome = noticeOutcome(fields)
    // A success for another merchant goes on with the merchant it names: under a number of ours a person must see it.
    if (isForeign && outcome.state !== 'success') throw foreign('unionpay', name, 'another merId')
    return { kind: 'payment', paymentNo: orderId, orderNo: reqReserved, outcome }
  }
  if (isForeign) throw foreign('unionpay', name, 'another merId')
  if (txnType === '04')
    return {
      kind: 'refund',
      refundNo: orderId,
      paymentNo: reqReserved.split('.')[1] ?? '',
      outcome: refundNoticeOutcome(fields),
    }
  throw unreadable('unionpay', name, `a notice of txnType ${(txnType ?? '').slice(0, 8)} is not one of ours`)
}

async function downloadFile(desk: Desk, day: string): Promise<StatementDownload> {
  const at = desk.now()
  try {
    const answer = await desk.askFile({
      txnType: '76',
      txnSubType: '01',
      bizType: '000000',
      txnTime: compactStamp(at, UNIONPAY_ZONE),
      settleDate: day.slice(5).replace('-', ''),
      fileType: '00',
    })
    if (answer.respCode === '98')
      return { state: isReady(at, day, UNIONPAY_ZONE, READY_AT) ? 'empty' : 'not_published' }
    if (answer.respCode !== '00') return { state: 'failed', reason: codeText(answer.respCode, answer.respMsg) }
    const content = inflated(answer.fileContent ?? '')
    if (!content) return { state: 'failed', reason: 'fileContent cannot be unpacked: fetch it again' }
    return { state: 'ready', name: fileName(answer.fileName ?? '', day), content }
  } catch (error) {
    if (error instanceof NoAnswer) return { state: 'failed', reason: error.message }
    throw error
  }
}

/** Base64 of DEFLATE with zlib's frame. */
function inflated(content: string): Buffer | null {
  try {
    return inflateSync(Buffer.from(content, 'base64'), { maxOutputLength: STATEMENT_BYTES_MAX })
  } catch {
    return null
  }
}

/** A name of theirs goes into no path of ours unless it is a plain one. */
const fileName = (name: string, day: string): string =>
  /^[\w-][\w.-]{0,100}$/.test(name) ? name : `unionpay-trade-${day}.zip`
