import { createHash, createHmac } from 'node:crypto'

/**
 * The published signature of Alibaba Cloud's OpenAPI, V3: ACS3-HMAC-SHA256, for calls of the RPC style (path "/", parameters
 * in the query, no body). https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export type Acs3Call = {
  readonly host: string
  readonly action: string
  readonly version: string
  readonly query: Readonly<Record<string, string>>
  readonly at: Date
  /** Used once, against replays. */
  readonly nonce: string
}

export type AccessKey = { readonly id: string; readonly secret: string }

export const ALGORITHM = 'ACS3-HMAC-SHA256'

/** The headers of a signed POST. `host` is the transport's to send. */
export function acs3Headers(call: Acs3Call, key: AccessKey): Record<string, string> {
  const headers: Record<string, string> = {
    host: call.host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': `${call.at.toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': call.nonce,
    'x-acs-version': call.version,
  }
  const names = Object.keys(headers).sort()
  const signature = acs3Signature('POST', '/', canonicalQuery(call.query), headers, names, key.secret)
  const { host: _, ...sent } = headers
  return {
    ...sent,
    authorization: `${ALGORITHM} Credential=${key.id},SignedHeaders=${names.join(';')},Signature=${signature}`,
  }
}

/** Of the headers `names`, in this order; a receiver computes the same. */
export function acs3Signature(
  method: string,
  path: string,
  query: string,
  headers: Readonly<Record<string, string>>,
  names: readonly string[],
  secret: string,
): string {
  const lines = names.map(name => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
  const canonical = [method, path, query, lines, names.join(';'), headers['x-acs-content-sha256'] ?? ''].join('\n')
  return createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest('hex')
}

/** Parameters sorted by name, encoded by RFC 3986. */
export const canonicalQuery = (query: Readonly<Record<string, string>>): string =>
  Object.keys(query)
    .sort()
    .map(name => `${encoded(name)}=${encoded(query[name] as string)}`)
    .join('&')

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
