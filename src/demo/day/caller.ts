import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../kernel/failure.ts'

/** Somebody who uses the platform over HTTP: a program with its key, a person in a session. */

// biome-ignore lint/suspicious/noExplicitAny: the story reads answers as any client would, by their documented names
export type Answer = any

export type Caller = {
  get(path: string): Promise<Answer>
  post(path: string, body: object): Promise<Answer>
  /** A file that is the body itself. */
  upload(path: string, content: Buffer): Promise<Answer>
  download(path: string): Promise<Buffer>
  /** Logs out: nobody is told later that he is logged in twice. */
  leave(): Promise<void>
}

type Headers = Readonly<Record<string, string>>

/** Throws what the platform refuses as the Failure that it told. */
export function callerWith(url: string, known: () => Promise<Headers>): Caller {
  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    more: Headers,
    body?: string | Buffer,
  ): Promise<Response> => {
    const headers = { ...(await known()), ...more }
    const sent = body === undefined ? { method, headers } : { method, headers, body }
    const answer = await fetch(url + path, sent)
    if (answer.ok) return answer
    const { error } = (await answer.json()) as Answer
    throw new Failure(error.code, { zh: error.message_zh, en: error.message_en })
  }
  return {
    get: async path => await (await ask('GET', path, {})).json(),
    post: async (path, body) =>
      await (await ask('POST', path, { 'content-type': 'application/json' }, JSON.stringify(body))).json(),
    upload: async (path, content) =>
      await (await ask('POST', path, { 'content-type': 'application/octet-stream' }, content)).json(),
    download: async path => Buffer.from(await (await ask('GET', path, {})).arrayBuffer()),
    leave: async () => void (await ask('DELETE', '/api/session', {})),
  }
}

export const programOf = (url: string, key: string): Caller =>
  callerWith(url, async () => ({ authorization: `Bearer ${key}` }))

/** Longer than this without a request, and a person logs in again: the story's clock moves by hours. */
const SEATED_MS = 10 * 60_000

/** Someone who logs in when he has something to do. `enter` asks for the session. */
export function personOf(url: string, now: () => Date, enter: () => Promise<Response>): Caller {
  let seated: { readonly headers: Headers } | null = null
  let at = 0
  return callerWith(url, async () => {
    if (seated === null || now().getTime() - at > SEATED_MS) {
      const entered = await enter()
      const session = (await entered.json()) as Answer
      if (!entered.ok)
        throw new Failure(session.error.code, { zh: session.error.message_zh, en: session.error.message_en })
      const cookie = entered.headers.getSetCookie().map(each => each.split(';')[0])
      seated = { headers: { cookie: cookie.join('; '), 'x-csrf-token': session.csrf_token as string } }
    }
    at = now().getTime()
    return seated.headers
  })
}

export const postJson = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

const PATIENCE_MS = 40_000

/** Looks again until it is so; `what` names it where it never comes. */
export async function until(
  what: string,
  read: () => Promise<Answer>,
  done: (answer: Answer) => boolean,
): Promise<Answer> {
  let answer: Answer
  for (let waited = 0; waited < PATIENCE_MS; waited += 250) {
    answer = await read()
    if (done(answer)) return answer
    await sleep(250)
  }
  throw new Error(`the story waited in vain for ${what}: ${JSON.stringify(answer)}`)
}

/** What the platform refuses. */
export async function refusalOf(asked: Promise<unknown>): Promise<Failure> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('the platform did what it should have refused')
}
