import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import { formatMinor } from '../kernel/money.ts'
import type { App } from '../system/app.ts'
import { askDigest } from '../system/ask_digest.ts'
import { paymentUnknown } from './book.ts'
import {
  capitalsOf,
  differences,
  type Receipt,
  type ReceiptClaims,
  readCode,
  receiptCode,
  receiptFacts,
  shownCode,
} from './receipt.ts'
import type { ReceiptView, VerificationView } from './receipt_api.ts'
import type { Press } from './receipt_press.ts'
import * as store from './receipt_store.ts'

export type Certifying = App & {
  /** The first one signs; older ones are still believed. Empty: no receipts are made. */
  readonly receiptKeys: readonly string[]
  readonly press: Press
  /** Where people check a code. */
  readonly verifyUrl: () => string
}

/**
 * Certifies a payment as it stands now. As long as nothing changes it is the same receipt; after a refund it is a new one, and
 * the old one's verification says so. Throws payment_unknown, receipt_not_due, receipts_not_configured.
 */
export async function issueReceipt(app: Certifying, who: Who, paymentNo: string): Promise<ReceiptView> {
  return viewOf(await certify(app, who, paymentNo))
}

/** The receipt as a PDF. Throws as `issueReceipt`, and overloaded. */
export async function printReceipt(
  app: Certifying,
  who: Who,
  paymentNo: string,
): Promise<{ name: string; pdf: Buffer }> {
  const { code, receipt } = await certify(app, who, paymentNo)
  return { name: `receipt-${receipt.receipt_no}.pdf`, pdf: await app.press.print(receipt, code, app.verifyUrl()) }
}

/**
 * Is this receipt genuine, and does the paper say what was certified? Gives what was certified and how the refunds stand now.
 * Throws receipt_unknown (no such code: forged or mistyped), receipt_differs (the paper was changed), receipt_tampered (our own
 * record no longer fits its code).
 */
export async function verifyReceipt(
  app: Certifying,
  typed: string,
  claims: ReceiptClaims = {},
): Promise<VerificationView> {
  const code = readCode(typed)
  const found = code === null ? null : await store.findReceipt(app.db.pool, code)
  if (!found) throw receiptUnknown(typed)
  const { receipt } = found
  if (!keysOf(app).some(key => receiptCode(receipt, key) === found.code)) {
    app.log.error({ receipt_no: receipt.receipt_no }, 'a stored receipt does not fit its code')
    throw receiptTampered(receipt.receipt_no)
  }
  const different = differences(receipt, claims)
  if (different.length > 0) throw receiptDiffers(receipt, different)
  const source = await store.receiptSource(app.db.pool, app.vault, receipt.payment_no)
  const refunded = source ? formatMinor(source.refunded, source.currency) : receipt.refunded
  return {
    genuine: true,
    receipt: viewOf(found),
    now: {
      refunded,
      refund_flag: source?.refundFlag ?? receipt.refund_flag,
      reversed: source?.reversed ?? false,
      changed: refunded !== receipt.refunded || (source?.reversed ?? false),
    },
  }
}

async function certify(app: Certifying, who: Who, paymentNo: string): Promise<store.StoredReceipt> {
  const key = keysOf(app)[0] as string
  const source = await store.receiptSource(app.db.pool, app.vault, paymentNo)
  if (!source) throw paymentUnknown(paymentNo)
  const facts = receiptFacts(source)
  const digest = askDigest(facts)
  const earlier = await store.findSameReceipt(app.db.pool, paymentNo, digest)
  if (earlier) return earlier
  const at = app.now()
  const receipt: Receipt = { ...facts, receipt_no: app.newId(), issued_at: instantText(at) }
  const fresh = { code: receiptCode(receipt, key), receipt }
  const inserted = await app.db.transaction(async tx => {
    const first = await store.insertReceipt(tx, fresh, digest, at)
    if (first)
      await record(tx, at, who, [
        {
          what: 'receipt.issue',
          object: { kind: 'payment', id: paymentNo },
          after: { receipt_no: receipt.receipt_no },
        },
      ])
    return first
  })
  if (inserted) return fresh
  return (await store.findSameReceipt(app.db.pool, paymentNo, digest)) as store.StoredReceipt
}

function keysOf(app: Certifying): readonly string[] {
  if (app.receiptKeys.length > 0) return app.receiptKeys
  throw new Failure('receipts_not_configured', {
    zh: '尚未配置凭证校验密钥（receipts.keys），不能出具或核验凭证：请联系管理员',
    en: 'No key for receipts is configured (receipts.keys): none can be made or verified; ask the operator',
  })
}

const viewOf = ({ code, receipt }: store.StoredReceipt): ReceiptView => ({
  ...receipt,
  amount_in_capitals: capitalsOf(receipt),
  code: shownCode(code),
})

const receiptUnknown = (typed: string): Failure =>
  new Failure(
    'receipt_unknown',
    {
      zh: `校验码“${typed.slice(0, 40)}”不存在：请核对 16 位校验码（不含字母 I、L、O、U）；仍不通过则该凭证不是本平台出具`,
      en: `There is no receipt with the code "${typed.slice(0, 40)}": check its 16 letters and digits (never I, L, O, U); if it still fails, the receipt is not ours`,
    },
    { code: typed.slice(0, 40) },
  )

const FIELD_NAMES: Record<keyof ReceiptClaims, { zh: string; en: string }> = {
  amount: { zh: '金额', en: 'the amount' },
  order_no: { zh: '缴费单号', en: 'the bill number' },
  payment_no: { zh: '支付单号', en: 'the payment number' },
}

const receiptDiffers = (receipt: Receipt, fields: readonly (keyof ReceiptClaims)[]): Failure =>
  new Failure(
    'receipt_differs',
    {
      zh: `该校验码对应的凭证与您手中的不一致（${fields.map(field => FIELD_NAMES[field].zh).join('、')}不符）：凭证内容被改动过，不可采信`,
      en: `The receipt of this code differs from the one in hand (${fields.map(field => FIELD_NAMES[field].en).join(', ')}): it was changed and must not be trusted`,
    },
    { receipt_no: receipt.receipt_no, fields },
  )

const receiptTampered = (receiptNo: string): Failure =>
  new Failure(
    'receipt_tampered',
    {
      zh: `凭证 ${receiptNo} 的存档与校验码不符，可能被改动：已记录，请联系平台核实`,
      en: `The record of receipt ${receiptNo} does not fit its code and may have been altered: it was logged; ask the platform`,
    },
    { receipt_no: receiptNo },
  )
