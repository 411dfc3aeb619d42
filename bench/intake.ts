/**
 * `node bench/intake.ts [--rate 5000] [--seconds 60] [--orders-rate 3000] [--orders-seconds 30] [--warm-up 10]`: how fast money
 * is taken in. The seconds of warming up come before the others, at half the rate, and are not counted.
 *
 * A platform as `fzpay serve` starts it (a process of its own, embedded PostgreSQL, synchronous_commit on) is sent signed
 * WeChat notices for as many pending payments, at a steady rate and on schedule: each is verified, decrypted, booked with its
 * movement and message, told to whoever watches, and answered after the commit. Then bills are issued through the API.
 * The generator signs before the run (a signature costs twenty times a verification and is WeChat's work, not ours), with the
 * times at which the notices are due. Afterwards the book is counted.
 *
 * The same notices then go to the floor of `bench/intake_floor.ts`, the least that a signed notice could cost here, for `--floor-seconds` (10): the last line
 * says how many times its processor time ours is.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { accessApp } from '../src/access/bare_app.ts'
import { provideKey } from '../src/access/provision.ts'
import { parseWords } from '../src/command_line.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { openVault } from '../src/system/vault/open_vault.ts'
import { seedPayments } from './intake_seed.ts'
import { httpRequest, type LoadRequest, type LoadResult, load } from './load.ts'
import { processorSeconds, serverPid } from './memory.ts'
import { noticeRequest, writeConfiguration } from './wechat_notices.ts'

const words = parseWords(process.argv.slice(2), {
  flags: [],
  single: ['rate', 'seconds', 'connections', 'orders-rate', 'orders-seconds', 'warm-up', 'watchers', 'floor-seconds'],
  many: [],
})
const given = (name: string, fallback: number): number => Number(words.values.get(name)?.[0] ?? fallback)
const rate = given('rate', 5000)
const seconds = given('seconds', 60)
const warmUp = Math.round((rate * given('warm-up', 10)) / 2)
const count = rate * seconds + warmUp
const ordersRate = given('orders-rate', 3000)
const ordersSeconds = given('orders-seconds', 30)
const ordersWarmUp = Math.round((ordersRate * given('warm-up', 10)) / 2)
const ordersCount = ordersRate * ordersSeconds + ordersWarmUp
const watchers = given('watchers', 50)
const connections = given('connections', 512)
const floorCount = Math.min(count, rate * given('floor-seconds', 10))

/** As `scripts/runtime.mjs` starts the platform. */
const FLAGS = ['--no-allocation-site-pretenuring', '--max-semi-space-size=32']

const folder = join(PACKAGE_ROOT, 'bench/data/intake')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
process.env.FZPAY_DATA = folder
const say = (text: string): void => void process.stderr.write(`${text}\n`)

let serviceKey = ''
const signer = writeConfiguration(folder)
process.env.FZPAY_CONFIG = join(folder, 'fzpay.yaml')
const db = await openDatabase({ dataDir: folder })
try {
  await migrate(db.pool)
  serviceKey = await provideKey(accessApp(db), 'bench', ['order.issue', 'payment.read'])
  say(`writing ${count.toLocaleString('en')} pending payments`)
  const vault = await openVault({ db, now: () => new Date(), log: accessApp(db).log, say: () => {} })
  await seedPayments(db.pool, vault, count)
  await vault.close()
  const platform = await startServer()
  try {
    const notices = await signAll(platform.port)
    const events = await watch(platform.port)
    const used = await usedBy(platform.pid)
    const taken = await load(notices.requests, { ...notices, rate, connections, warmUp })
    const spent = used(count)
    print(`${rate} signed notices/s for ${seconds} s`, taken, spent)
    await checkBook(events)
    await compareWithFloor(spent, notices.requests.slice(0, floorCount))
    const orders = Array.from({ length: ordersCount }, (_, i) => orderRequest(i))
    const usedByOrders = await usedBy(platform.pid)
    const issued = await load(orders, {
      port: platform.port,
      rate: ordersRate,
      connections: 128,
      warmUp: ordersWarmUp,
    })
    print(`${ordersRate} bills/s for ${ordersSeconds} s`, issued, usedByOrders(ordersCount))
    const { rows } = await db.pool.query("select count(*) as n from orders where order_no like 'N%'")
    if (rows[0].n !== ordersCount) throw new Error(`${rows[0].n} bills were issued, not ${ordersCount}`)
  } finally {
    await platform.stop()
  }
} finally {
  await db.close()
}

/** `ours`: what the platform spent on a notice. */
async function compareWithFloor(ours: Spent, requests: LoadRequest[]): Promise<void> {
  const words = [...FLAGS, join(PACKAGE_ROOT, 'bench/intake_floor.ts'), join(folder, 'wechat.pem')]
  const server = await start(words, /^(\d+)$/m, { FLOOR_DATABASE: db.url })
  try {
    const used = await usedBy(server.pid)
    const taken = await load(requests, {
      port: server.port,
      rate,
      connections,
      warmUp: Math.min(rate, requests.length >> 1),
    })
    const floor = used(requests.length)
    print(`the floor, ${rate} notices/s`, taken, floor)
    const times = (ours.platform + ours.postgres) / (floor.platform + floor.postgres)
    process.stdout.write(`processor time of platform and PostgreSQL: ${times.toFixed(2)} times the floor\n`)
  } finally {
    await server.stop()
  }
}

function startServer(): ReturnType<typeof start> {
  const more = process.env.FZPAY_BENCH_ARGS?.split(' ') ?? []
  const words = [...FLAGS, ...more, join(PACKAGE_ROOT, 'src/cli.ts'), 'serve', '--port', '0', '--lang', 'en']
  return start(words, /http:\/\/127\.0\.0\.1:(\d+)/)
}

/** A server as a process of its own; `port`: how it says where it listens. */
async function start(
  words: readonly string[],
  port: RegExp,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ port: number; pid: number; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const found = await new Promise<number>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
      const match = port.exec(said)
      if (match) resolve(Number(match[1]))
    })
    child.once('exit', status => reject(new Error(`${words.join(' ')} ended with ${status}: ${said}`)))
  })
  return {
    port: found,
    pid: child.pid as number,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Signs with the times at which the notices will about be due; how long signing takes is tried first. WeChat's time may be five minutes off. */
async function signAll(port: number): Promise<{ requests: LoadRequest[]; port: number; startAt: number }> {
  const factsOf = (i: number, at: number) => ({
    paymentNo: `P${String(i).padStart(25, '0')}`,
    orderNo: `O${i}`,
    tradeNo: `4200002000202611${String(i).padStart(12, '0')}`,
    amount: 1000 + (i % 9000),
    at,
  })
  const from = performance.now()
  await Promise.all(Array.from({ length: 500 }, (_, i) => noticeRequest(signer, factsOf(i, Date.now()))))
  const expected = ((performance.now() - from) / 500) * count
  const begin = Date.now() + expected
  say(`signing ${count.toLocaleString('en')} notices, about ${Math.round(expected / 1000)} s`)
  const requests: LoadRequest[] = []
  for (let i = 0; i < count; i += 1000) {
    const part = Array.from({ length: Math.min(1000, count - i) }, (_, k) =>
      noticeRequest(signer, factsOf(i + k, begin + ((i + k) * 1000) / rate)),
    )
    requests.push(...(await Promise.all(part)))
  }
  return { requests, port, startAt: Date.now() + 1500 }
}

/** Payers who watch the progress of payments spread over the run; counts those who are told that they are booked. */
async function watch(port: number): Promise<{ told: () => number; close: () => void }> {
  let told = 0
  const stop = new AbortController()
  for (let w = 0; w < watchers; w++) {
    const paymentNo = `P${String(Math.floor((count / watchers) * w)).padStart(25, '0')}`
    const answer = await fetch(`http://127.0.0.1:${port}/api/payments/${paymentNo}/progress`, { signal: stop.signal })
    const follow = async () => {
      let text = ''
      for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
        text += Buffer.from(chunk).toString()
        if (/"step":"booked","done":true/.test(text)) return void told++
      }
    }
    follow().catch(() => {})
  }
  return { told: () => told, close: () => stop.abort() }
}

async function checkBook(events: { told: () => number; close: () => void }): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 1000))
  const { rows } = await db.pool.query(
    `select (select count(*) from movements) as movements, (select sum(amount) from movements) as amount,
            (select count(*) from orders where state = 'paid') as paid, (select count(*) from outbox) as messages`,
  )
  const expected = Array.from({ length: count }, (_, i) => 1000 + (i % 9000)).reduce((sum, amount) => sum + amount, 0)
  const book = { ...rows[0], amount: Number(rows[0].amount), watchers: events.told() }
  events.close()
  const right = { movements: count, amount: expected, paid: count, messages: count, watchers }
  if (JSON.stringify(Object.entries(book).sort()) !== JSON.stringify(Object.entries(right).sort()))
    throw new Error(`the book says ${JSON.stringify(book)}, ${JSON.stringify(right)} is right`)
  say(`the book is right: ${JSON.stringify(book)}`)
}

function orderRequest(i: number): LoadRequest {
  const body = JSON.stringify({
    order_no: `N${i}`,
    merchant_no: 'M1',
    fee_item_id: 'W1',
    account_no: String(i),
    payer_name: '王小明',
    phone: '13800000000',
    period: '2026-11',
    amount: '128.60',
    due_on: '2026-12-31',
  })
  return httpRequest(
    'POST',
    '/api/orders',
    { 'content-type': 'application/json', authorization: `Bearer ${serviceKey}` },
    body,
  )
}

/** Processor time in µs for each thing done. */
type Spent = { readonly platform: number; readonly postgres: number; readonly generator: number }

/** Processor time from here on, by whom, for each of `n` things done. */
async function usedBy(server: number): Promise<(n: number) => Spent> {
  const postgres = await serverPid(db.pool)
  const now = () => {
    const { user, system } = process.cpuUsage()
    return [processorSeconds(server), processorSeconds(postgres, true), (user + system) / 1e6] as const
  }
  const before = now()
  return n => {
    const after = now()
    const each = (who: 0 | 1 | 2): number => Math.round(((after[who] - before[who]) * 1e6) / n)
    return { platform: each(0), postgres: each(1), generator: each(2) }
  }
}

function print(what: string, result: LoadResult, spent: Spent): void {
  const statuses = Object.entries(result.statuses)
    .map(([status, n]) => `${status}: ${n.toLocaleString('en')}`)
    .join(', ')
  process.stdout.write(
    `${what}: ${result.perSecond.toLocaleString('en')}/s over ${result.seconds} s; p50 ${result.p50} ms, p99 ${result.p99} ms, ` +
      `p99.9 ${result.p999} ms, max ${result.max} ms, somebody above 100 ms in ${result.lateSeconds} of the seconds; ${statuses}; processor µs each: server ${spent.platform}, ` +
      `PostgreSQL ${spent.postgres}, generator ${spent.generator}\n`,
  )
}
