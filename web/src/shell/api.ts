import type { Both } from './both.ts'
import { addressOf, type Method, type Query } from './query.ts'

/** What the platform refused, in its own words. `status` 0: it could not be reached. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly words: Both
  readonly detail: Readonly<Record<string, unknown>>
  readonly requestId: string

  constructor(
    status: number,
    code: string,
    words: Both,
    detail: Readonly<Record<string, unknown>> = {},
    requestId = '',
  ) {
    super(`${code}: ${words.en}`)
    this.status = status
    this.code = code
    this.words = words
    this.detail = detail
    this.requestId = requestId
  }
}

export type Ask = {
  readonly query?: Query | undefined
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** Set when a session is read; everything that changes something sends it back. */
let csrf = ''
export const keepCsrf = (token: string): void => void (csrf = token)

/** The session is over: whoever shows pages hears it once, and asks the user to log in again. */
let sessionOver: (() => void) | undefined
export const onSessionOver = (heard: () => void): void => void (sessionOver = heard)

/** Made by the browser for each thing that changes something: the same id gets the same answer, so it may be sent again. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `web-${[...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')}`
}

/** Asks the platform; bytes (File, Blob) go as they are, anything else as JSON. Throws Refused. */
export async function ask<T>(method: Method, path: string, { query, body, signal }: Ask = {}): Promise<T> {
  const bytes = body instanceof Blob
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = bytes ? 'application/octet-stream' : 'application/json'
  if (method !== 'GET' && csrf !== '') headers['x-csrf-token'] = csrf
  const sent: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
  if (body !== undefined) sent.body = bytes ? body : JSON.stringify(body)
  if (signal) sent.signal = signal
  const answer = await fetch(addressOf(path, query), sent).catch(error => {
    if (signal?.aborted) throw error
    throw unreachable()
  })
  const said = await answer.text()
  const read = said.startsWith('{') || said.startsWith('[') ? JSON.parse(said) : said
  if (answer.ok) return read as T
  const refused = refusalOf(answer.status, read)
  if (answer.status === 401 && !isDoor(method, path)) sessionOver?.()
  throw refused
}

/** Sends a large file and tells how much of it has left, 0 to 1: what `fetch` cannot. Throws Refused. */
export function sendFile<T>(
  path: string,
  file: Blob,
  { told, signal }: { readonly told: (share: number) => void; readonly signal?: AbortSignal },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('content-type', 'application/octet-stream')
    if (csrf !== '') request.setRequestHeader('x-csrf-token', csrf)
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable) told(event.loaded / event.total)
    })
    request.addEventListener('load', () => {
      const { status, responseText: said } = request
      const read = said.startsWith('{') ? JSON.parse(said) : said
      if (status >= 200 && status < 300) return resolve(read as T)
      if (status === 401) sessionOver?.()
      reject(refusalOf(status, read))
    })
    request.addEventListener('error', () => reject(unreachable()))
    request.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    signal?.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

/** Where 401 says that a password or code was wrong, or that nobody is logged in yet: it ends no session. */
const isDoor = (method: Method, path: string): boolean =>
  path === '/api/session' || (method !== 'GET' && path.startsWith('/api/session'))

type ErrorAnswer = {
  readonly error?: {
    readonly code: string
    readonly message_zh: string
    readonly message_en: string
    readonly detail?: Readonly<Record<string, unknown>>
    readonly request_id?: string
  }
}

function refusalOf(status: number, read: unknown): Refused {
  const { error } = (typeof read === 'object' && read !== null ? read : {}) as ErrorAnswer
  if (error)
    return new Refused(
      status,
      error.code,
      { zh: error.message_zh, en: error.message_en },
      error.detail,
      error.request_id,
    )
  return new Refused(status, 'unreadable_answer', {
    zh: `平台的回答无法读取（HTTP ${status}），请稍后重试`,
    en: `the platform's answer could not be read (HTTP ${status}); try again in a moment`,
  })
}

const unreachable = (): Refused =>
  new Refused(0, 'unreachable', {
    zh: '无法连接平台：请检查网络后重试。已提交的操作可以放心重试，不会重复执行',
    en: 'the platform cannot be reached: check the network and try again; what was sent may be sent again, it is done once',
  })
