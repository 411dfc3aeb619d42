import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A payer with a phone that never gives up: every request is repeated with its id until it is answered for good. */

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

// biome-ignore lint/suspicious/noExplicitAny: answers are read by their documented names
export type Answer = { readonly status: number; readonly body: any }

/** null: no answer. */
export function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer | null> {
  return new Promise(resolve => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const asked = request(url, {
      method,
      agent,
      timeout: 30_000,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        'content-length': Buffer.byteLength(text),
        ...headers,
      },
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.on('response', response => {
      let said = ''
      response.setEncoding('utf8')
      response.on('data', chunk => (said += chunk))
      response.on('error', () => resolve(null))
      response.on('end', () => {
        const isJson = String(response.headers['content-type']).includes('json')
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(said) : said })
      })
    })
    asked.end(text)
  })
}

/** Answers for which one asks again a little later: nobody there, busy, or somebody else is at it. */
const AGAIN = new Set(['payment_under_way', 'payment_outcome_unknown', 'overloaded'])

const again = (answer: Answer | null): boolean =>
  answer === null || answer.status >= 500 || answer.status === 429 || AGAIN.has(answer.body?.error?.code)

export async function insist(
  method: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    const answer = await call(method, url, body, headers)
    if (answer && !again(answer)) return answer
    await sleep(wait)
  }
}
