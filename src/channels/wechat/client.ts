import type { KeyObject } from 'node:crypto'
import { type Answer, API_BYTES_MAX, jsonObject, NoAnswer, STATEMENT_BYTES_MAX, send, textOf } from '../http.ts'
import { certificatesIn, type PlatformKeys } from './platform_keys.ts'
import { authorization, isTimely, type Signer, sealFits, sealOf } from './signature.ts'

export type Connection = {
  readonly baseUrl: string
  readonly timeoutMs: number
  readonly signer: Signer
  readonly apiKey: KeyObject
  readonly keys: PlatformKeys
  readonly now: () => Date
  readonly nonce: () => string
}

/** What WeChat said, with its signature verified. `code` and `message` are '' unless it is an error. */
export type Reply = {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly code: string
  readonly message: string
}

/**
 * Asks WeChat and verifies its answer, errors included: an error says something about money too ("no such order"), and the
 * published libraries let it pass unverified. Throws NoAnswer for whatever cannot be believed.
 */
export async function ask(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  content?: object,
): Promise<Reply> {
  const answer = await request(connection, method, path, content === undefined ? '' : JSON.stringify(content))
  await verify(connection, answer)
  if (answer.status === 204) return { status: 204, json: {}, code: '', message: '' }
  const json = jsonObject(answer.body.toString())
  if (!json) throw new NoAnswer(`HTTP ${answer.status} without a JSON object`)
  if (answer.status >= 500) throw new NoAnswer(`HTTP ${answer.status} ${textOf(json.code)}`)
  const isError = answer.status !== 200
  return {
    status: answer.status,
    json,
    code: isError ? textOf(json.code) : '',
    message: isError ? textOf(json.message) : '',
  }
}

/** A bill, by the address an answer gave. It is not signed: its hash in that answer is. */
export async function download(connection: Connection, url: string, timeoutMs: number): Promise<Buffer> {
  const { status, body } = await send({
    method: 'GET',
    url,
    headers: headersOf(connection, 'GET', url, ''),
    timeoutMs,
    bytesMax: STATEMENT_BYTES_MAX,
  })
  if (status !== 200) throw new NoAnswer(`HTTP ${status} for the bill`)
  return body
}

/** The key of that serial; when it may be a new certificate of WeChat, its certificates are fetched first. */
export const keyOf = (connection: Connection, serial: string): Promise<KeyObject | null> =>
  connection.keys.learn(serial, connection.now(), async () => {
    const { status, body } = await request(connection, 'GET', '/v3/certificates', '')
    if (status !== 200) throw new NoAnswer(`HTTP ${status}`)
    return certificatesIn(body, connection.apiKey, connection.now())
  })

const request = (connection: Connection, method: 'GET' | 'POST', path: string, body: string): Promise<Answer> =>
  send({
    method,
    url: connection.baseUrl + path,
    headers: headersOf(connection, method, connection.baseUrl + path, body),
    ...(method === 'POST' ? { body } : {}),
    timeoutMs: connection.timeoutMs,
    bytesMax: API_BYTES_MAX,
  })

function headersOf({ signer, keys, now, nonce }: Connection, method: string, url: string, body: string) {
  const { pathname, search } = new URL(url)
  return {
    authorization: authorization(signer, { method, path: pathname + search, body }, now(), nonce()),
    accept: 'application/json',
    'user-agent': 'fzpay',
    ...(keys.preferred ? { 'wechatpay-serial': keys.preferred } : {}),
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
  }
}

async function verify(connection: Connection, { status, headers, body }: Answer): Promise<void> {
  const seal = sealOf(headers)
  if (!seal) throw new NoAnswer(`HTTP ${status} without a signature`)
  if (!isTimely(seal, connection.now()))
    throw new NoAnswer(`HTTP ${status} signed more than five minutes away from our clock`)
  const key = connection.keys.get(seal.serial) ?? (await keyOf(connection, seal.serial))
  if (!key) throw new NoAnswer(`HTTP ${status} signed with a key that is not configured (${seal.serial.slice(0, 64)})`)
  if (!sealFits(seal, body, key)) throw new NoAnswer(`HTTP ${status} with a wrong signature`)
}
