import { createCipheriv, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { httpRequest, type LoadRequest } from './load.ts'

/** What a bench signs notices with. */
export type NoticeSigner = {
  readonly key: KeyObject
  readonly keyId: string
  readonly apiKey: string
  readonly mchid: string
  readonly account: string
}

export type NoticeFacts = {
  readonly paymentNo: string
  readonly orderNo: string
  readonly tradeNo: string
  readonly amount: number
  /** When WeChat signs it, epoch milliseconds. */
  readonly at: number
}

const signAsync = promisify(
  (text: Buffer, key: KeyObject, done: (error: Error | null, signature: Buffer) => void): void =>
    sign('sha256', text, key, done),
)

/** A payment notice of WeChat Pay API v3, encrypted and signed, as its HTTP request. Signing runs in the thread pool. */
export async function noticeRequest(signer: NoticeSigner, facts: NoticeFacts): Promise<LoadRequest> {
  const body = JSON.stringify({
    id: `EV-${facts.paymentNo}`,
    create_time: stamp(facts.at),
    resource_type: 'encrypt-resource',
    event_type: 'TRANSACTION.SUCCESS',
    summary: '支付成功',
    resource: sealed(signer.apiKey, {
      transaction_id: facts.tradeNo,
      amount: { payer_total: facts.amount, total: facts.amount, currency: 'CNY', payer_currency: 'CNY' },
      mchid: signer.mchid,
      trade_state: 'SUCCESS',
      bank_type: 'OTHERS',
      success_time: stamp(facts.at),
      payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
      out_trade_no: facts.paymentNo,
      appid: 'wxbench0000000001',
      trade_state_desc: '支付成功',
      trade_type: 'NATIVE',
      attach: facts.orderNo,
    }),
  })
  const timestamp = String(Math.floor(facts.at / 1000))
  const nonce = randomBytes(16).toString('hex')
  const signature = await signAsync(Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), signer.key)
  return httpRequest(
    'POST',
    `/notify/wechat/${signer.account}`,
    {
      'content-type': 'application/json',
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': signer.keyId,
      'wechatpay-signature': signature.toString('base64'),
    },
    body,
  )
}

function sealed(apiKey: string, content: object) {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', apiKey, nonce)
  cipher.setAAD(Buffer.from('transaction'))
  const text = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()])
  return {
    original_type: 'transaction',
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: text.toString('base64'),
    associated_data: 'transaction',
    nonce,
  }
}

const stamp = (at: number): string => `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
