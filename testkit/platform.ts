import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { ALL_PERMISSIONS } from '../src/access/permissions.ts'
import { provideKey } from '../src/access/provision.ts'
import { accessPart } from '../src/access_part.ts'
import { appealsPart } from '../src/appeals_part.ts'
import { arrivalsPart } from '../src/arrivals_part.ts'
import { auditPart } from '../src/audit_part.ts'
import { backupPart } from '../src/backup_part.ts'
import type { Channels } from '../src/channels/channel.ts'
import { continuityPart } from '../src/continuity_part.ts'
import { daysPart } from '../src/days_part.ts'
import { discrepanciesPart } from '../src/discrepancies_part.ts'
import { payingPart } from '../src/paying_part.ts'
import { reportsPart } from '../src/reports_part.ts'
import { reviewsPart } from '../src/reviews_part.ts'
import { rulesPart } from '../src/rules_part.ts'
import { type Platform, startPlatform } from '../src/server.ts'
import { vaultPart } from '../src/vault_part.ts'
import { Clock } from './paying.ts'
import { freshDatabase } from './server.ts'
import { TEST_MASTER } from './vault.ts'

/** Sends bytes as they are, anything else as JSON. */
export type Caller = (
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
) => Promise<{
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of an answer by reading it
  readonly body: any
}>

export type TestPlatform = {
  readonly platform: Platform
  readonly clock: Clock
  /** Service accounts that may do everything: two, because some things need a second one. */
  readonly clerk: Caller
  readonly checker: Caller
  /** Without a key. */
  readonly anybody: Caller
}

/** The platform over HTTP, on a database and a port of its own, with channels of the test's. */
export async function testPlatform(
  t: TestContext,
  channels: Channels,
  settings: Record<string, unknown> = {},
): Promise<TestPlatform> {
  const fresh = await freshDatabase()
  const clock = new Clock('2026-11-20T10:00:00+08:00')
  const platform = await startPlatform({
    parts: [
      auditPart(),
      accessPart(),
      vaultPart(),
      reviewsPart(),
      payingPart({ channels }),
      rulesPart(),
      discrepanciesPart({ channels }),
      daysPart({ channels }),
      appealsPart(),
      arrivalsPart({ channels }),
      reportsPart(),
      continuityPart(),
      backupPart(),
    ],
    config: { name: 'test', folder: '.', text: JSON.stringify(settings) },
    port: 0,
    database: { url: fresh.url },
    master: TEST_MASTER,
    app: { now: clock.now, log: pino({ level: 'silent' }) },
  })
  t.after(async () => {
    await platform.stop()
    await fresh.drop()
  })
  const caller =
    (key?: string): Caller =>
    async (method, path, body) => {
      const answer = await fetch(platform.url + path, {
        method,
        headers: {
          ...(body === undefined
            ? {}
            : { 'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json' }),
          ...(key ? { authorization: `Bearer ${key}` } : {}),
        },
        ...(body === undefined ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) }),
      })
      const said = await answer.text()
      return { status: answer.status, body: said.startsWith('{') ? JSON.parse(said) : said }
    }
  const key = (login: string): Promise<string> => provideKey(platform.app, login, [...ALL_PERMISSIONS])
  const [clerk, checker] = [caller(await key('clerk')), caller(await key('checker'))]
  const made = { platform, clock, clerk, checker, anybody: caller() }
  await made.clerk('POST', '/api/departments', {
    id: 'setup-00001',
    department_id: 'D1',
    name: '公用事业',
    parent_id: null,
  })
  await made.clerk('POST', '/api/merchants', {
    id: 'setup-00002',
    merchant_no: 'M1',
    name: '抚州水务',
    department_id: 'D1',
  })
  await made.clerk('POST', '/api/fee-items', {
    id: 'setup-00003',
    fee_item_id: 'W1',
    merchant_no: 'M1',
    name: '水费',
    category: 'water',
  })
  return made
}
