import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Argon2id (RFC 9106) with the second of OWASP's recommended parameter sets: 19 MiB, two passes, one lane. Kept in PHC text form, so that stronger
 * parameters later are told from these, and a password is hashed anew at the log-in after that.
 */
const NOW = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG = 32
const derive = promisify(argon2)

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')

/** The same password typed on another keyboard is the same password (NIST SP 800-63B, 3.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC')

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive('argon2id', { message: normal(password), nonce, tagLength: TAG, ...NOW })
  return `$argon2id$v=19$m=${NOW.memory},t=${NOW.passes},p=${NOW.parallelism}$${base64(nonce)}$${base64(tag)}`
}

/** Whether it is the password, and whether it should be hashed anew. Without a hash the same work is done: how long it takes tells nothing. */
export async function checkPassword(
  hash: string | null,
  password: string,
): Promise<{ readonly right: boolean; readonly stale: boolean }> {
  const [, m, t, p, salt, tag] = PHC.exec(hash ?? NOBODY) as unknown as [string, string, string, string, string, string]
  const parameters = { memory: Number(m), passes: Number(t), parallelism: Number(p) }
  const found = await derive('argon2id', {
    message: normal(password),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: TAG,
    ...parameters,
  })
  const right = timingSafeEqual(found, Buffer.from(tag, 'base64')) && hash !== null
  return { right, stale: right && (Object.keys(NOW) as (keyof typeof NOW)[]).some(key => parameters[key] < NOW[key]) }
}

/** Of no password. */
const NOBODY = `$argon2id$v=19$m=${NOW.memory},t=${NOW.passes},p=${NOW.parallelism}$${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(TAG))}`
