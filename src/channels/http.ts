/** One answered request of ours to a channel. Header names are in lower case. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type Asking = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange, the last byte of the answer included. */
  readonly timeoutMs: number
  readonly bytesMax: number
}

/** The channel did not answer, or not wholly: nothing is known about what it did. */
export class NoAnswer extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NoAnswer'
  }
}

/** An answer to a question about money. */
export const API_BYTES_MAX = 1 << 20
/** A day's statement, as it is sent. */
export const STATEMENT_BYTES_MAX = 1 << 30

/**
 * Sends a request and reads the whole answer. TLS certificates are verified by the runtime (the system's and Mozilla's roots);
 * redirects are refused, because a signed request is for one address only. Throws NoAnswer; its text names no header,
 * query or body, so that it may be logged.
 */
export async function send({ method, url, headers, body, timeoutMs, bytesMax }: Asking): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: headers ?? {},
      ...(body === undefined ? {} : { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of response.body ?? []) {
      bytes += piece.length
      if (bytes > bytesMax) throw new NoAnswer(`the answer is longer than ${bytesMax} bytes`)
      pieces.push(piece)
    }
    return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.concat(pieces) }
  } catch (error) {
    throw error instanceof NoAnswer ? error : new NoAnswer(`no answer from ${new URL(url).host}: ${causeOf(error)}`)
  }
}

/** ECONNREFUSED, TimeoutError, CERT_HAS_EXPIRED …: the innermost name of what happened. */
export function causeOf(error: unknown): string {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  if (!(inner instanceof Error)) return 'unknown cause'
  // A DOMException's code is a number that says less than its name.
  const code: unknown = (inner as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : inner.name
}

/** What is certain to be a JSON object, or null. */
export function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text of an answer; '' where it is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
