import { Failure } from '../kernel/failure.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * Holds an address that we call to HTTPS, where Node checks the certificate and the host name; plain HTTP is for this machine only.
 * `setting` names where the address stands. Throws Failure outgoing_unencrypted.
 */
export function requireEncrypted(url: string, setting: string): void {
  const { protocol, hostname, host } = new URL(url)
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return
  throw new Failure(
    'outgoing_unencrypted',
    {
      zh: `${setting} 指向 ${host}，不是 https 地址：不加密的 HTTP 可被中间人读取和篡改，只允许用于本机`,
      en: `${setting} names ${host} without https: plain HTTP can be read and changed on the way, and is for this machine only`,
    },
    { setting, host },
  )
}
