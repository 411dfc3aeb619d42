import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import { Failure } from '../kernel/failure.ts'

/** Part of an address that says how the connection is secured; the rest is the driver's. */
const OURS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'uselibpqcompat', 'sslnegotiation'] as const
/** What libpq calls modes that do not check who answers. */
const BLIND = new Set(['disable', 'allow', 'prefer', 'no-verify'])
const NO_HOST = 'no-host.invalid'
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/

/**
 * How to reach a database so that nobody stands between: a server on another machine must speak TLS (1.2 or later) and show a certificate
 * that is valid for its host name, whatever mode the address asks for: `require` and `verify-ca` are taken as `verify-full`. `sslrootcert` names
 * the CA's file, `sslcert` and `sslkey` our own certificate. On this machine TLS is spoken when `sslmode` asks for it.
 * FZPAY_DATABASE_PLAINTEXT=allow lets go of all that. Throws Failure database_unencrypted, database_ca_unreadable.
 */
export function secureConnection(address: string, env: NodeJS.ProcessEnv = process.env): pg.ClientConfig {
  // The driver takes addresses without a host, whose host stands in the query or in PGHOST; a URL cannot be without one.
  const url = URL.parse(address) ?? URL.parse(address.replace('@/', `@${NO_HOST}/`))
  if (!url) return { connectionString: address } // A socket's path, or nothing the driver takes.
  const asked = new Map(OURS.map(name => [name, url.searchParams.get(name) ?? '']))
  for (const name of OURS) url.searchParams.delete(name)
  const written = decodeURIComponent(url.hostname)
  const host = url.searchParams.get('host') ?? (written === '' || written === NO_HOST ? (env.PGHOST ?? '') : written)
  const connectionString = url.href.replace(`@${NO_HOST}/`, '@/')
  const near = host === '' || host.startsWith('/') || LOOPBACK.test(host)
  const mode = asked.get('sslmode') ?? ''
  const wanted = mode !== '' && !BLIND.has(mode)
  if (!wanted && near) return { connectionString, ssl: false }
  if (!wanted && (mode !== '' || asked.get('ssl') === 'false')) {
    if (env.FZPAY_DATABASE_PLAINTEXT === 'allow') return { connectionString, ssl: false }
    throw unencrypted(host, mode || 'disable')
  }
  if (!wanted && env.FZPAY_DATABASE_PLAINTEXT === 'allow') return { connectionString, ssl: false }
  const ssl: ConnectionOptions = { rejectUnauthorized: true, minVersion: 'TLSv1.2' }
  const ca = asked.get('sslrootcert') ?? ''
  if (ca !== '' && ca !== 'system') ssl.ca = readPem(ca, 'sslrootcert')
  if (asked.get('sslcert')) ssl.cert = readPem(asked.get('sslcert') as string, 'sslcert')
  if (asked.get('sslkey')) ssl.key = readPem(asked.get('sslkey') as string, 'sslkey')
  return { connectionString, ssl }
}

function readPem(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new Failure(
      'database_ca_unreadable',
      {
        zh: `DATABASE_URL 的 ${name}=${file} 无法读取（${code}）`,
        en: `${name}=${file} in DATABASE_URL cannot be read (${code})`,
      },
      { file, reason: code },
    )
  }
}

const unencrypted = (host: string, mode: string): Failure =>
  new Failure(
    'database_unencrypted',
    {
      zh: `DATABASE_URL 指向其他机器 ${host}，sslmode=${mode} 不校验对方身份：请改为 sslmode=verify-full（自有 CA 用 sslrootcert 指定）；确为可信网络时可设 FZPAY_DATABASE_PLAINTEXT=allow`,
      en: `DATABASE_URL names another machine, ${host}, and sslmode=${mode} does not check who answers: use sslmode=verify-full (sslrootcert names a CA of your own); FZPAY_DATABASE_PLAINTEXT=allow permits it on a network you trust`,
    },
    { host, sslmode: mode },
  )

/** A database server that could not prove who it is, or does not speak TLS, as a Failure; undefined for any other trouble. */
export function certificateRefused(error: unknown): Failure | undefined {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (message === 'The server does not support SSL connections')
    return new Failure('database_tls_missing', {
      zh: 'DATABASE_URL 指定的数据库不支持 TLS：请在数据库上启用 ssl=on 并配置证书；确为可信网络时可设 FZPAY_DATABASE_PLAINTEXT=allow',
      en: 'The database named by DATABASE_URL does not speak TLS: turn ssl on there, with a certificate; FZPAY_DATABASE_PLAINTEXT=allow permits it on a network you trust',
    })
  if (!/^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code)) return undefined
  return new Failure(
    'database_certificate_refused',
    {
      zh: `数据库出示的证书不可信（${code}）：请核对 DATABASE_URL 的主机名、证书有效期，以及用 sslrootcert 指定的 CA；若均无误，可能有人在中间截获`,
      en: `The certificate the database shows is not trusted (${code}): check the host name in DATABASE_URL, the certificate's dates and the CA named by sslrootcert; if all are right, somebody may stand between`,
    },
    { reason: code },
  )
}
