import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { SYSTEM } from '../src/access/actor.ts'
import { EVERY_PLACE, type Place, providePerson } from '../src/access/provision.ts'
import { setPassword } from '../src/access/store.ts'
import { PARTS } from '../src/parts.ts'
import { type Platform, startPlatform } from '../src/server.ts'
import type { App } from '../src/system/app.ts'
import { Clock } from './paying.ts'
import { freshDatabase } from './server.ts'
import { TEST_MASTER } from './vault.ts'

export type Answer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
  readonly body: any
  readonly text: string
  readonly headers: Headers
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** A browser: keeps its cookie and the token of its page, is at an address, and calls itself something. */
export class Browser {
  readonly #url: string
  cookie = ''
  csrf = ''
  address: string
  device: string

  constructor(url: string, address = '10.0.0.1', device = 'Firefox') {
    this.#url = url
    this.address = address
    this.device = device
  }

  /** The value of the cookie that was set last. */
  get token(): string {
    return this.cookie.split('=')[1] ?? ''
  }

  /** Sends bytes as they are, anything else as JSON. */
  async send(method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const bytes = body instanceof Uint8Array
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        'x-forwarded-for': this.address,
        'user-agent': this.device,
        ...(body === undefined ? {} : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const read = text.startsWith('{') ? JSON.parse(text) : text
    const [set] = answer.headers.getSetCookie()
    if (set !== undefined) this.cookie = set.split(';')[0] ?? ''
    if (read?.csrf_token) this.csrf = read.csrf_token
    return { status: answer.status, body: read, text, headers: answer.headers }
  }

  /** `200`, or the code of the refusal. */
  async outcome(method: Method, path: string, body?: unknown, headers?: Record<string, string>): Promise<200 | string> {
    const answer = await this.send(method, path, body, headers)
    return answer.status === 200 ? 200 : (answer.body?.error?.code ?? String(answer.status))
  }

  logIn(person: Pick<Person, 'login' | 'password'>, code?: string): Promise<200 | string> {
    const { login, password } = person
    return this.outcome('POST', '/api/session', { login, password, ...(code === undefined ? {} : { code }) })
  }
}

export type Person = { readonly id: string; readonly login: string; readonly password: string }

export type PeopleTest = {
  readonly platform: Platform
  readonly clock: Clock
  readonly browser: (address?: string, device?: string) => Browser
  /** An account with a role, and a password of its own choice. */
  readonly person: (login: string, role: string, place?: Partial<Place>) => Promise<Person>
  /** What the operation log says, oldest first. */
  readonly acts: () => Promise<{ what: string; who: string; object: string; detail: string }[]>
  /** What the platform's own log said. */
  readonly said: () => string
}

/** An account with a role, and a password of its own choice. */
export async function personOf(
  app: App,
  login: string,
  role: string,
  place: Partial<Place> = {},
  password = 'granite-otter-lantern-42',
): Promise<Person> {
  const name = `${login} 的姓名`
  const account = await providePerson(app, { login, name, role, password, place: { ...EVERY_PLACE, ...place } })
  await setPassword(app.db.pool, account.id, account.password as string, false, app.now())
  return { id: account.id, login, password }
}

/** The platform over HTTP behind a proxy that says who asks, with people. */
export async function peopleTest(t: TestContext, config: Record<string, unknown> = {}): Promise<PeopleTest> {
  const fresh = await freshDatabase()
  const clock = new Clock('2026-11-20T10:00:00+08:00')
  const lines: string[] = []
  const platform = await startPlatform({
    parts: PARTS,
    config: {
      name: 'test',
      folder: '.',
      text: JSON.stringify({ server: { trusted_proxies: ['127.0.0.1'] }, ...config }),
    },
    port: 0,
    database: { url: fresh.url },
    master: TEST_MASTER,
    app: { now: clock.now, log: pino({ level: 'debug' }, { write: line => void lines.push(line) }) },
  })
  t.after(async () => {
    await platform.stop()
    await fresh.drop()
  })
  const { app } = platform
  let people = 0
  return {
    platform,
    clock,
    browser: (address, device) => new Browser(platform.url, address, device),
    async person(login, role, place = {}) {
      return await personOf(app, login, role, place, `kleine Wolken ziehen ${++people} vorbei`)
    },
    async acts() {
      const { rows } = await app.db.pool.query(
        `select what, who_id as who, object_kind || ' ' || object_id as object, detail from operation_log where who_id <> $1 order by id`,
        [SYSTEM.id],
      )
      return rows
    },
    said: () => lines.join(''),
  }
}

/** The code that was sent last to a payer who logs in. */
export async function codeSent({ db, vault }: Pick<App, 'db' | 'vault'>): Promise<string> {
  const { rows } = await db.pool.query(
    "select key, letter from outbox where template = 'log_in_code' order by id desc limit 1",
  )
  return JSON.parse(vault.openText(rows[0].letter, `notices.outbox.letter:${rows[0].key}`)).data.code
}

/** Logs a payer in by the code sent to his phone; a minute later the next one may ask for his. */
export async function enterAsPayer({ platform, clock }: PeopleTest, page: Browser, phone: string): Promise<void> {
  const { challenge_id } = (await page.send('POST', '/api/session/code/ask', { phone })).body
  const code = await codeSent(platform.app)
  assert.equal(await page.outcome('POST', '/api/session/code', { challenge_id, phone, code }), 200)
  clock.forward(60)
}
