import { createHash } from 'node:crypto'
import type { Server } from 'node:https'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Failure } from '../kernel/failure.ts'
import type { App } from './app.ts'
import { type Certificate, checkCertificate, ownCertificate } from './certificate.ts'
import { gauge } from './metrics.ts'
import { dataFolder } from './paths.ts'
import { TLS_OPTIONS } from './tls.ts'

/** `server.tls`: a given certificate, or one that the platform makes for itself. */
export const TlsSettings = Type.Union([
  Type.Object(
    {
      cert: Type.String({ description: 'PEM, with its chain; usually as cert_file' }),
      key: Type.String({ description: 'PEM; usually as key_file' }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      self_signed: Type.Literal(true, { description: 'A certificate of our own, made at the first start' }),
      names: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Host names and addresses' })),
    },
    { additionalProperties: false },
  ),
])
export type TlsSettings = Static<typeof TlsSettings>

export type Tls = {
  readonly first: Certificate
  /** For people to compare with what their browser says. */
  readonly shown: {
    readonly fingerprint: string
    readonly selfSigned: boolean
    readonly expires: Date
    readonly pem: string
  }
  /** From now on the server shows a new certificate as soon as there is one. */
  keepFresh(server: Server, everyMs?: number): void
  close(): void
}

const LOOK_MS = 10_000

let expires = Number.NaN
gauge(
  'fzpay_certificate_expires_seconds',
  'When the certificate of HTTPS expires, in seconds since 1970',
  () => expires,
)

/**
 * The certificate that HTTPS shows. `again` reads the settings with their files as they are now: files that were replaced take effect
 * within seconds, without a restart; what does not fit is logged, and the old certificate stays. Throws Failure tls_certificate_invalid.
 */
export async function openTls(
  app: Pick<App, 'log' | 'now'>,
  settings: TlsSettings,
  hosts: readonly string[],
  again: () => TlsSettings | undefined,
  folder = join(dataFolder(), 'tls'),
): Promise<Tls> {
  const read = (now: TlsSettings): Promise<Certificate> | Certificate =>
    'cert' in now
      ? now
      : ownCertificate(
          folder,
          namesOf([...(now.names ?? []), ...hosts]),
          app.now(),
          hosts.some(host => EVERYWHERE.has(host)) ? ownAddresses() : [],
        )
  const first = await read(settings)
  const about = checkCertificate(first)
  const learn = (certificate: Certificate): void => {
    const { validToDate } = checkCertificate(certificate)
    expires = validToDate.getTime() / 1000
    if (validToDate <= app.now())
      app.log.error({ expired: validToDate }, 'the certificate of HTTPS has expired: browsers refuse it')
  }
  learn(first)
  let digest = digestOf(first)
  let timer: NodeJS.Timeout | undefined
  const look = async (server: Server): Promise<void> => {
    const now = 'cert' in settings ? again() : settings
    if (!now) return
    const next = await read(now)
    if (digestOf(next) === digest) return
    checkCertificate(next)
    server.setSecureContext({ ...TLS_OPTIONS, cert: next.cert, key: next.key })
    digest = digestOf(next)
    learn(next)
    app.log.info({ expires: new Date(expires * 1000) }, 'HTTPS shows a new certificate')
  }
  return {
    first,
    shown: {
      fingerprint: about.fingerprint256,
      selfSigned: !('cert' in settings),
      expires: about.validToDate,
      pem: first.cert,
    },
    keepFresh(server, everyMs = LOOK_MS) {
      timer = setInterval(() => {
        look(server).catch(error => app.log.warn({ err: error }, 'the new certificate of HTTPS was not taken'))
      }, everyMs)
      timer.unref()
    },
    close: () => clearInterval(timer),
  }
}

const digestOf = ({ cert, key }: Certificate): string => createHash('sha256').update(cert).update(key).digest('hex')

const EVERYWHERE = new Set(['0.0.0.0', '::'])

/** An address that means all of them is none that anybody calls. */
const namesOf = (asked: readonly string[]): string[] =>
  [...new Set([...asked, hostname(), 'localhost', '127.0.0.1', '::1'])].filter(
    name => !EVERYWHERE.has(name) && /^[\w.:-]+$/.test(name),
  )

/** They come and go, so that they alone are no reason for a new certificate, which people would have to compare again. */
const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap(list => (list ?? []).map(({ address }) => address.split('%')[0] as string))

/** Node can be told to believe every certificate. Not with money. Throws Failure tls_verification_off. */
export function refuseBlindTrust(env: NodeJS.ProcessEnv): void {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  throw new Failure('tls_verification_off', {
    zh: '环境变量 NODE_TLS_REJECT_UNAUTHORIZED=0 会关闭证书校验，平台不在此状态下运行：请去掉它；自有 CA 用 NODE_EXTRA_CA_CERTS 指定',
    en: 'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the checking of certificates, and the platform does not run like that: unset it; a CA of your own goes into NODE_EXTRA_CA_CERTS',
  })
}
