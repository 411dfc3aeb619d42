import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { certify, newKeyPair, privatePem } from './certificates.ts'

/** Both sides' keys, as they are kept: PEM texts. They guard no money. */
export type KeyTexts = {
  readonly wechat_merchant: string
  readonly wechat_merchant_certificate: string
  readonly wechat_platform: string
  readonly wechat_platform_certificate: string
  readonly wechat_api_v3_key: string
  readonly alipay_app: string
  readonly alipay_platform: string
  readonly unionpay_root_certificate: string
  readonly unionpay_middle_certificate: string
  readonly unionpay_signer: string
  readonly unionpay_signer_certificate: string
  readonly unionpay_merchant: string
  readonly unionpay_merchant_certificate: string
}

/** What the sandbox signs and checks with, read once. */
export type SandboxKeys = {
  readonly texts: KeyTexts
  readonly wechat: {
    readonly merchant: KeyObject
    readonly merchantSerial: string
    readonly platform: KeyObject
    readonly platformSerial: string
    readonly apiKey: Buffer
  }
  readonly alipay: { readonly app: KeyObject; readonly platform: KeyObject }
  readonly unionpay: { readonly merchant: KeyObject; readonly merchantCertId: string; readonly signer: KeyObject }
}

/** 微信支付公钥's name for the platform key; the same key also has a certificate. */
export const PLATFORM_KEY_ID = 'PUB_KEY_ID_0119000001092026010100000001'

const FILE = 'keys.json'

/** The keys of a data folder, made at the first start. Throws a Failure `sandbox_keys_damaged`. */
export async function keysOf(folder: string): Promise<SandboxKeys> {
  const path = join(folder, FILE)
  const text = await readFile(path, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  if (text !== null) return opened(parsed(text, path))
  const texts = await makeKeys()
  await mkdir(folder, { recursive: true })
  await writeFile(`${path}.tmp`, JSON.stringify(texts, null, 1), { mode: 0o600 })
  await chmod(`${path}.tmp`, 0o600)
  await rename(`${path}.tmp`, path)
  return opened(texts)
}

function parsed(text: string, path: string): KeyTexts {
  try {
    const texts = JSON.parse(text) as KeyTexts
    opened(texts)
    return texts
  } catch {
    throw new Failure(
      'sandbox_keys_damaged',
      {
        zh: `沙箱密钥文件 ${path} 已损坏：删除它，下次启动会重新生成（平台的渠道配置也要换成新的）`,
        en: `the sandbox's keys ${path} are damaged: delete the file; the next start makes new ones, and a new channel configuration`,
      },
      { file: path },
    )
  }
}

export async function makeKeys(): Promise<KeyTexts> {
  const pairs = await Promise.all(Array.from({ length: 8 }, newKeyPair))
  const [merchant, platform, app, alipay, rootPair, middlePair, signerPair, unionMerchant] = pairs as [
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
    (typeof pairs)[0],
  ]
  const tenpay = certify(platform, { name: 'Tenpay.com sandbox sign', issuer: null })
  const root = certify(rootPair, { name: 'Sandbox CFCA ACS CA', issuer: null, ca: true })
  const middle = certify(middlePair, { name: 'Sandbox CFCA ACS OCA31', issuer: root, ca: true })
  const signer = certify(signerPair, { name: '041@Z12@中国银联股份有限公司@00000001', issuer: middle })
  return {
    wechat_merchant: privatePem(merchant.privateKey),
    wechat_merchant_certificate: certify(merchant, { name: '1900000109', issuer: tenpay }).pem,
    wechat_platform: privatePem(platform.privateKey),
    wechat_platform_certificate: tenpay.pem,
    wechat_api_v3_key: randomBytes(16).toString('hex'),
    alipay_app: privatePem(app.privateKey),
    alipay_platform: privatePem(alipay.privateKey),
    unionpay_root_certificate: root.pem,
    unionpay_middle_certificate: middle.pem,
    unionpay_signer: privatePem(signer.key),
    unionpay_signer_certificate: signer.pem,
    unionpay_merchant: privatePem(unionMerchant.privateKey),
    unionpay_merchant_certificate: certify(unionMerchant, { name: '041@Z12@Sandbox merchant@1', issuer: middle }).pem,
  }
}

function opened(texts: KeyTexts): SandboxKeys {
  const serial = (pem: string): string => new X509Certificate(pem).serialNumber.toUpperCase()
  return {
    texts,
    wechat: {
      merchant: createPublicKey(texts.wechat_merchant),
      merchantSerial: serial(texts.wechat_merchant_certificate),
      platform: createPrivateKey(texts.wechat_platform),
      platformSerial: serial(texts.wechat_platform_certificate),
      apiKey: Buffer.from(texts.wechat_api_v3_key),
    },
    alipay: { app: createPublicKey(texts.alipay_app), platform: createPrivateKey(texts.alipay_platform) },
    unionpay: {
      merchant: createPublicKey(texts.unionpay_merchant),
      merchantCertId: BigInt(`0x${serial(texts.unionpay_merchant_certificate)}`).toString(),
      signer: createPrivateKey(texts.unionpay_signer),
    },
  }
}
