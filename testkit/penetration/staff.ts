import { hashPassword } from '../../src/access/password.ts'
import { providePerson } from '../../src/access/provision.ts'
import type { BuiltInRole } from '../../src/access/roles.ts'
import { setPassword } from '../../src/access/store.ts'
import type { App } from '../../src/system/app.ts'

const PASSWORD = 'granite-otter-lantern-42'
let hashed: Promise<string> | undefined

export type Answer = {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
  readonly body: any
}
export type Asker = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>

export async function ask(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const raw = body instanceof Uint8Array
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, text, body: /^[{[]/.test(text) ? JSON.parse(text) : text }
}

/** A person with a role, logged in as a browser would be: a cookie, and the token for whatever changes something. */
export async function person(
  app: App,
  url: string,
  login: string,
  role: BuiltInRole,
  merchants: readonly string[] | null = null,
): Promise<Asker> {
  const place = { departments: null, merchants, channels: null }
  const account = await providePerson(app, { login, name: `${role} ${login}`, role, password: PASSWORD, place })
  hashed ??= hashPassword(PASSWORD)
  await setPassword(app.db.pool, account.id, await hashed, false, app.now())
  return await logIn(url, login, PASSWORD)
}

export async function logIn(url: string, login: string, password: string): Promise<Asker> {
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': `browser of ${login}` },
    body: JSON.stringify({ login, password }),
  })
  const session = (await answer.json()) as { csrf_token?: string }
  if (!answer.ok || !session.csrf_token) throw new Error(`${login} cannot log in: ${JSON.stringify(session)}`)
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] as string
  const headers = { cookie, 'x-csrf-token': session.csrf_token, 'user-agent': `browser of ${login}` }
  return (method, path, body, more) => ask(url, method, path, body, { ...headers, ...more })
}
