import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { accessApp } from '../../src/access/bare_app.ts'
import { ALL_PERMISSIONS } from '../../src/access/permissions.ts'
import { provideKey } from '../../src/access/provision.ts'
import { call, insist } from '../../src/continuity/traffic/insist.ts'
import { freePort, type Service, service, untilAnswers } from '../../src/continuity/traffic/processes.ts'
import { openSandboxSms, type SandboxSms } from '../../src/notices/sandbox_sms.ts'
import { type Database, openDatabase } from '../../src/system/database.ts'
import { makeRandom, type Random } from './chance.ts'
import { type Comparison, compareBooks } from './compare.ts'

export type StormOptions = {
  /** Database, keys and books of this storm; cleared at the beginning. */
  readonly folder: string
  readonly payments: number
  /** Payers at the same time. */
  readonly payers: number
  readonly seed: number
  /** At which shares of the payments the server, and PostgreSQL, are killed with kill -9. */
  readonly killServerAt: readonly number[]
  readonly killPostgresAt: readonly number[]
  /** Shares of notices. */
  readonly dropped: number
  readonly doubled: number
  readonly late: number
  readonly outOfOrder: number
  /** How many times faster than published the sandbox repeats notices. */
  readonly speed: number
  /** How long after the last payment the books may take to agree. */
  readonly patienceMs: number
  readonly tell?: (text: string) => void
}

export type StormReport = Comparison & {
  readonly payments: number
  readonly seconds: number
  /** From the last payment until nothing waited any more. */
  readonly settledAfter: number
  readonly serverStarts: number
  readonly postgresKills: number
}

/**
 * Many payers pay at once through all channels of the sandbox, over the real protocols, while notices get lost, doubled,
 * late and out of order, the platform is killed and PostgreSQL is killed; some pay from a second phone, some are given money
 * back. When all is quiet again the books are compared.
 */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { folder, payments, tell = () => {} } = options
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const sms = await openSandboxSms({ now: () => new Date() })
  const [platformPort, sandboxPort] = [await freePort(), await freePort()]
  const [platformUrl, sandboxUrl] = [`http://127.0.0.1:${platformPort}`, `http://127.0.0.1:${sandboxPort}`]
  const sandboxFolder = join(folder, 'sandbox')
  const said: string[] = []
  const keep = (line: string) => void (said.length < 10_000 && said.push(line))
  const services: Service[] = []
  let db: Database | undefined
  try {
    services.push(
      service(
        ['sandbox', '--port', `${sandboxPort}`, '--data', sandboxFolder, '--speed', `${options.speed}`],
        {},
        keep,
      ),
    )
    await untilAnswers(`${sandboxUrl}/sandbox/status`, 60_000)
    configure(folder, sandboxFolder, sms)
    // Our own presence keeps the database server up while the platform is dead.
    db = await openDatabase({ dataDir: folder })
    const env = { FZPAY_CONFIG: join(folder, 'fzpay.yaml'), FZPAY_DATA: folder, DATABASE_URL: '' }
    const platform = service(['serve', '--port', `${platformPort}`], env, keep)
    services.push(platform)
    await untilAnswers(`${platformUrl}/health/ready`, 120_000)
    const key = await provideKey(accessApp(db), 'storm', [...ALL_PERMISSIONS])
    const stage: Stage = { platformUrl, sandboxUrl, random: makeRandom(options.seed), key }
    await setUp(stage, options)

    const from = Date.now()
    let begun = 0
    let postgresKills = 0
    const strikes = [
      ...options.killServerAt.map(share => ({ at: share, strike: () => platform.kill(), what: 'the platform' })),
      ...options.killPostgresAt.map(share => ({
        at: share,
        strike: () => {
          postgresKills++
          process.kill(postmasterOf(folder), 'SIGKILL')
        },
        what: 'PostgreSQL',
      })),
    ].sort((a, b) => a.at - b.at)
    const lane = async (): Promise<void> => {
      while (begun < payments) {
        const index = begun++
        while (strikes[0] && index >= strikes[0].at * payments) {
          const { strike, what } = strikes.shift() as (typeof strikes)[number]
          tell(`kill -9 ${what} at ${index.toLocaleString('en')}`)
          strike()
        }
        if (index > 0 && index % 10_000 === 0)
          tell(`${index.toLocaleString('en')} payers, ${Math.round((Date.now() - from) / 1000)} s`)
        await payOne(stage, index)
      }
    }
    await Promise.all(Array.from({ length: options.payers }, lane))
    const paidAt = Date.now()
    tell(`all ${payments.toLocaleString('en')} payers are done after ${Math.round((paidAt - from) / 1000)} s`)
    await untilQuiet(db, sandboxUrl, options.patienceMs, tell)
    const settledAfter = (Date.now() - paidAt) / 1000
    const book = await call('GET', `${sandboxUrl}/sandbox/book`)
    const comparison = await compareBooks(db, book?.body, sms.taken)
    return {
      ...comparison,
      payments,
      seconds: Math.round((paidAt - from) / 1000),
      settledAfter: Math.round(settledAfter),
      serverStarts: platform.starts(),
      postgresKills,
    }
  } catch (error) {
    throw new Error(`the storm broke off: ${(error as Error).message}\n${said.slice(-30).join('\n')}`, { cause: error })
  } finally {
    for (const each of services.reverse()) await each.stop()
    await db?.close().catch(() => {})
    await sms.close()
  }
}

type Stage = {
  readonly platformUrl: string
  readonly sandboxUrl: string
  readonly random: Random
  readonly key: string
}

/** The platform's configuration: the sandbox's channels, the SMS stand-in. */
function configure(folder: string, sandboxFolder: string, sms: SandboxSms): void {
  const { channels } = parse(readFileSync(join(sandboxFolder, 'fzpay.yaml'), 'utf8')) as { channels: unknown[] }
  const configuration = {
    server: { log_level: 'error' },
    channels,
    paying: { refund_review_from: null },
    sms: {
      endpoint: sms.url,
      access_key_id: sms.key.id,
      access_key_secret: sms.key.secret,
      sign_name: '抚州缴费',
      timeout_seconds: 2,
      lanes: 50,
      absent_after_seconds: 10,
      templates: { payment_succeeded: 'SMS_1', payment_surplus: 'SMS_2', refund_made: 'SMS_3', bill_issued: 'SMS_4' },
    },
  }
  writeFileSync(join(folder, 'fzpay.yaml'), JSON.stringify(configuration))
}

async function setUp({ platformUrl, sandboxUrl, key }: Stage, options: StormOptions): Promise<void> {
  const post = (path: string, body: object) =>
    insist('POST', platformUrl + path, body, { authorization: `Bearer ${key}` })
  await post('/api/departments', { id: 'storm-0001', department_id: 'D1', name: '城市缴费', parent_id: null })
  await post('/api/merchants', { id: 'storm-0002', merchant_no: 'M1', name: '水务', department_id: 'D1' })
  await post('/api/fee-items', {
    id: 'storm-0003',
    fee_item_id: 'W1',
    merchant_no: 'M1',
    name: '水费',
    category: 'water',
  })
  await insist('POST', `${sandboxUrl}/sandbox/rules`, [
    { on: 'notice', do: 'drop', probability: options.dropped },
    { on: 'notice', do: 'double', probability: options.doubled },
    { on: 'notice', do: 'delay', probability: options.late, ms: 8_000 },
    { on: 'notice', do: 'reorder', probability: options.outOfOrder, ms: 4_000 },
  ])
}

const WAYS = [
  { channel: 'wechat', method: 'native' },
  { channel: 'wechat', method: 'native' },
  { channel: 'alipay', method: 'precreate' },
  { channel: 'unionpay', method: 'gateway' },
] as const

/** One payer: the bill is issued, begun, paid; one in twenty-five begins on a second phone as well, one in fifty gets money back. */
async function payOne(stage: Stage, index: number): Promise<void> {
  const { platformUrl, sandboxUrl, key } = stage
  const clerk = { authorization: `Bearer ${key}` }
  const chance = stage.random(index)
  const orderNo = `S${index}`
  const amount = (1 + Math.floor(chance() * 99_999)) / 100
  await insist(
    'POST',
    `${platformUrl}/api/orders`,
    {
      order_no: orderNo,
      merchant_no: 'M1',
      fee_item_id: 'W1',
      account_no: String(index),
      phone: `138${String(index).padStart(8, '0')}`,
      amount: amount.toFixed(2),
    },
    clerk,
  )
  const way = WAYS[Math.floor(chance() * WAYS.length)] as (typeof WAYS)[number]
  const first = await begin(stage, orderNo, 'phone-one', way)
  let second: string | null = null
  if (chance() < 0.04)
    second = await begin(stage, orderNo, 'phone-two', WAYS[Math.floor(chance() * WAYS.length)] as typeof way)
  // Whoever has two codes scans both; what is closed by then is refused by the channel.
  for (const paymentNo of [first, second])
    if (paymentNo) await insist('POST', `${sandboxUrl}/sandbox/pay`, { payment_no: paymentNo })
  if (chance() < 0.02 && first && !second) {
    await untilPaid(stage, first)
    await insist(
      'POST',
      `${platformUrl}/api/payments/${first}/refunds`,
      { id: `refund-${index}`, amount: '0.01', reason: '退' },
      clerk,
    )
  }
}

/** The number of the attempt; null where the platform refused it for good (the bill is paid by then). */
async function begin(
  { platformUrl }: Stage,
  orderNo: string,
  phone: string,
  way: (typeof WAYS)[number],
): Promise<string | null> {
  const { status, body } = await insist('POST', `${platformUrl}/api/orders/${orderNo}/payments`, { id: phone, ...way })
  if (status !== 200) return null
  const { checkout, payment_no } = body
  // The payer's browser carries UnionPay's form.
  if (checkout?.kind === 'form')
    await insist('POST', checkout.url, new URLSearchParams(checkout.fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    })
  return payment_no
}

async function untilPaid({ platformUrl }: Stage, paymentNo: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const { body } = await insist('GET', `${platformUrl}/api/payments/${paymentNo}`)
    if (body.state === 'success') return
    await sleep(250)
  }
}

/** Nothing open, no refund under way, no message unsent, and as many movements here as the channels made. */
async function untilQuiet(
  db: Database,
  sandboxUrl: string,
  patienceMs: number,
  tell: (text: string) => void,
): Promise<void> {
  const end = Date.now() + patienceMs
  let last = ''
  for (;;) {
    const [book, channel] = await Promise.all([
      db.pool
        .query(
          `select (select count(*)::int from payments where state in ('created', 'pending')) as payments,
                  (select count(*)::int from refunds where state in ('approved', 'pending')) as refunds,
                  (select count(*)::int from outbox where state in ('waiting', 'sending')) as messages,
                  (select count(*)::int from movements) as movements`,
        )
        .then(({ rows }) => rows[0])
        .catch(() => null),
      call('GET', `${sandboxUrl}/sandbox/status`),
    ])
    const now = JSON.stringify(book)
    if (now !== last) tell(`waiting: ${now}`)
    last = now
    const theirs = channel && channel.body.paid + channel.body.refunded
    if (book && book.payments + book.refunds + book.messages === 0 && book.movements >= theirs) return
    if (Date.now() > end)
      throw new Error(`not quiet after ${patienceMs / 1000} s: ${now}, the channels ${JSON.stringify(channel?.body)}`)
    await sleep(1_000)
  }
}

const postmasterOf = (folder: string): number =>
  Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
