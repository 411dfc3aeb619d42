import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto'
import { Failure } from '../../kernel/failure.ts'

/**
 * A sealed value: format (1 byte, 1), number of its key (2 bytes), nonce (12), SM4-GCM ciphertext, tag (16). The first three bytes and the
 * context in which it was sealed are authenticated with it, so that it opens nowhere else: not in another row, column or table.
 */
const FORMAT = 1
/** The published types name AES only; GCM is the same with SM4. */
const CIPHER = 'sm4-gcm' as 'aes-128-gcm'
const HEAD = 3
const NONCE = 12
const TAG = 16
export const SEAL_OVERHEAD = HEAD + NONCE + TAG

export function sealWith(key: KeyObject, keyId: number, value: string | Uint8Array, context: string): Buffer {
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  const sealed = Buffer.allocUnsafe(SEAL_OVERHEAD + length)
  sealed[0] = FORMAT
  sealed.writeUInt16BE(keyId, 1)
  const nonce = freshNonce()
  sealed.set(nonce, HEAD)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG })
  cipher.setAAD(authenticated(sealed, context))
  sealed.set(typeof value === 'string' ? cipher.update(value, 'utf8') : cipher.update(value), HEAD + NONCE)
  cipher.final()
  sealed.set(cipher.getAuthTag(), HEAD + NONCE + length)
  return sealed
}

/** Throws Failure sealed_unreadable when anything about it was changed, or when it was sealed in another context. */
export function openWith(key: KeyObject, sealed: Uint8Array, context: string): Buffer {
  const end = sealed.length - TAG
  try {
    const cipher = createDecipheriv(CIPHER, key, sealed.subarray(HEAD, HEAD + NONCE), { authTagLength: TAG })
    cipher.setAuthTag(sealed.subarray(end))
    cipher.setAAD(authenticated(sealed, context))
    const opened = cipher.update(sealed.subarray(HEAD + NONCE, end))
    cipher.final()
    return opened
  } catch {
    throw sealedUnreadable(context, 'damaged')
  }
}

/** Number of the key a value was sealed with. Throws Failure sealed_unreadable where it is no sealed value at all. */
export function keyIdOf(sealed: Uint8Array, context: string): number {
  if (sealed.length < SEAL_OVERHEAD || sealed[0] !== FORMAT) throw sealedUnreadable(context, 'format')
  return ((sealed[1] as number) << 8) | (sealed[2] as number)
}

function authenticated(sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD + Buffer.byteLength(context))
  bytes.set(sealed.subarray(0, HEAD))
  bytes.write(context, HEAD)
  return bytes
}

const NONCES = Buffer.allocUnsafeSlow(NONCE * 512)
let nextNonce = NONCES.length

/** Chance is drawn for many at once: a call for each would cost a quarter of the seal. A nonce is handed out once. */
function freshNonce(): Buffer {
  if (nextNonce === NONCES.length) {
    randomFillSync(NONCES)
    nextNonce = 0
  }
  nextNonce += NONCE
  return NONCES.subarray(nextNonce - NONCE, nextNonce)
}

export type Unreadable = 'format' | 'damaged' | 'key_unknown' | 'key_destroyed'

const REASONS: Readonly<Record<Unreadable, { readonly zh: string; readonly en: string }>> = {
  format: { zh: '不是密文', en: 'it is no sealed value' },
  damaged: {
    zh: '内容、所在位置或密钥不符，可能被改动',
    en: 'its content, its place or its key does not fit: it may have been altered',
  },
  key_unknown: { zh: '数据库里没有它的密钥', en: 'the database has no such key' },
  key_destroyed: { zh: '它的密钥已销毁', en: 'its key was destroyed' },
}

export const sealedUnreadable = (context: string, reason: Unreadable): Failure =>
  new Failure(
    'sealed_unreadable',
    {
      zh: `${context} 的加密数据无法解开（${REASONS[reason].zh}）：请用 fzpay vault check 查明范围，并从备份恢复`,
      en: `The sealed data of ${context} cannot be opened (${REASONS[reason].en}): find the extent with fzpay vault check, and restore it from a backup`,
    },
    { where: context, reason },
  )
