import { createCipheriv, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** Keys of both sides in `folder`, and the configuration `fzpay.yaml` of a platform that takes what the signer signs. */
export function writeConfiguration(folder: string): NoticeSigner {
  const pair = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
  const [ours, theirs] = [pair(), pair()]
  const keyId = 'PUB_KEY_ID_0000000000000000000000000001'
  const apiKey = 'bench-api-v3-key-of-32-bytes-000'
  const mchid = '1900000109'
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return name
  }
  const configuration = {
    server: { log_level: 'warn' },
    channels: [
      {
        channel: 'wechat',
        account: 'bench',
        mchid,
        appid: 'wxbench0000000001',
        certificate_serial: '00000000000000000001',
        private_key: file('merchant.pem', ours.privateKey),
        api_v3_key: apiKey,
        platform_keys: [{ id: keyId, public_key: file('wechat.pem', theirs.publicKey) }],
        base_url: 'http://127.0.0.1:9',
      },
    ],
  }
  writeFileSync(join(folder, 'fzpay.yaml'), JSON.stringify(configuration))
  return { key: createPrivateKey(theirs.privateKey), keyId, apiKey, mchid, account: 'bench' }
}
