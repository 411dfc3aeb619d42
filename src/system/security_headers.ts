import { hash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** What a page may load, and from where: `default-src 'none'`, and of that only what is named. Values are sources of CSP. */
export type PageNeeds = {
  readonly script?: string
  readonly style?: string
  readonly img?: string
  readonly font?: string
  readonly connect?: string
  readonly manifest?: string
  readonly worker?: string
  /** Where forms may be sent; without it nowhere. */
  readonly form?: string
}

/** The content security policy of a page. Nothing may frame it, no base may be moved, no form sent where it is not named. */
export const contentPolicy = ({ form = "'none'", ...needs }: PageNeeds = {}): string =>
  [
    "default-src 'none'",
    ...Object.entries(needs).map(([kind, sources]) => `${kind}-src ${sources}`),
    "base-uri 'none'",
    `form-action ${form}`,
    "frame-ancestors 'none'",
  ].join('; ')

/** Names a style or script that stands in the page itself, so that no other one is obeyed. */
export const inlineSource = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`

const HSTS = 'max-age=31536000'
const BARE_PAGE = contentPolicy()
const PERMISSIONS = [
  'accelerometer',
  'camera',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'payment',
  'usb',
]
  .map(name => `${name}=()`)
  .join(', ')

declare module 'fastify' {
  interface FastifyInstance {
    /** What whoever answers past the frame (a stream, the quick lane) puts on its answers, too. */
    headersOfAll: Readonly<Record<string, string>>
  }
}

/** Headers of every answer, whoever gives it. `httpsOnly`: browsers are told to come by HTTPS only. */
export const headersOfAll = (httpsOnly: boolean): Readonly<Record<string, string>> => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  ...(httpsOnly ? { 'strict-transport-security': HSTS } : {}),
})

/** Puts those of every answer on the frame's, and more on pages: a page that brings no policy of its own may load nothing at all. */
export function securityHeaders(http: FastifyInstance, ofAll: Readonly<Record<string, string>>): void {
  http.decorate('headersOfAll', ofAll)
  http.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(ofAll)
    const type = reply.getHeader('content-type')
    if (typeof type === 'string' && type.startsWith('text/html')) {
      if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', BARE_PAGE)
      reply.header('x-frame-options', 'DENY')
      reply.header('cross-origin-opener-policy', 'same-origin')
      reply.header('permissions-policy', PERMISSIONS)
    }
    done(null, payload)
  })
}
