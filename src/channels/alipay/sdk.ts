import { AlipaySdk } from 'alipay-sdk'
import { accountWrong } from '../account_wrong.ts'
import type { AlipayAccount } from '../accounts.ts'
import { KeyReader } from '../keys.ts'

/** The official SDK for an account, in public key or certificate mode. Throws a Failure when a key cannot be read. */
export function openSdk(account: AlipayAccount, folder: string): AlipaySdk {
  const reader = new KeyReader(account.account, folder)
  const { alipay_public_key, app_certificate, alipay_certificate, alipay_root_certificate } = account
  const privateKey = reader.privateKey('private_key', account.private_key)
  const common = {
    appId: account.app_id,
    privateKey: pem(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    keyType: 'PKCS8',
    gateway: account.base_url,
    timeout: account.timeout_ms,
    camelcase: false,
  } as const
  if (alipay_public_key !== undefined) {
    if (app_certificate ?? alipay_certificate ?? alipay_root_certificate)
      throw accountWrong(
        account.account,
        'alipay_public_key',
        '不能与证书同时使用：公钥模式与证书模式二选一',
        'cannot go with certificates: take the public key or the three certificates',
      )
    const key = reader.publicKey('alipay_public_key', alipay_public_key)
    return new AlipaySdk({ ...common, alipayPublicKey: pem(key.export({ type: 'spki', format: 'pem' })) })
  }
  const needed = (field: string, value: string | undefined): string => {
    if (value !== undefined) return value
    throw accountWrong(
      account.account,
      field,
      '缺失：公钥模式需要 alipay_public_key，证书模式需要 app_certificate、alipay_certificate、alipay_root_certificate',
      'is missing: give alipay_public_key, or app_certificate, alipay_certificate and alipay_root_certificate',
    )
  }
  if (!app_certificate && !alipay_certificate && !alipay_root_certificate) needed('alipay_public_key', undefined)
  const certificates = (field: string, value: string | undefined): string =>
    reader.certificates(field, needed(field, value))
  const content = {
    appCertContent: certificates('app_certificate', app_certificate),
    alipayPublicCertContent: certificates('alipay_certificate', alipay_certificate),
    alipayRootCertContent: certificates('alipay_root_certificate', alipay_root_certificate),
  }
  try {
    return new AlipaySdk({ ...common, ...content })
  } catch {
    const zh = '与另外两张证书中有一张支付宝 SDK 读不了：请从开放平台重新下载三张证书'
    const en = 'or one of the other two certificates cannot be read: download the three of them again'
    throw accountWrong(account.account, 'alipay_certificate', zh, en)
  }
}

/** The SDK takes the frame off line by line, and a line feed at the end for a line. */
const pem = (text: string | Buffer): string => text.toString().trim()
