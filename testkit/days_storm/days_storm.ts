import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accessApp } from '../../src/access/bare_app.ts'
import { ALL_PERMISSIONS } from '../../src/access/permissions.ts'
import { provideKey } from '../../src/access/provision.ts'
import { type Sandbox, startSandbox } from '../../src/channels/sandbox/sandbox.ts'
import { insist } from '../../src/continuity/traffic/insist.ts'
import { freePort, type Service, serviceOf, untilAnswers } from '../../src/continuity/traffic/processes.ts'
import { addDays } from '../../src/kernel/business_day.ts'
import { type Database, openDatabase } from '../../src/system/database.ts'
import { makeRandom } from '../storm/chance.ts'

export type DaysStormOptions = {
  /** Database, keys and books of this storm; cleared at the beginning. */
  readonly folder: string
  readonly days: number
  readonly paymentsADay: number
  readonly servers: number
  readonly workers: number
  /** Processes that are killed (-9) in each day, at random moments. */
  readonly killsADay: number
  readonly seed: number
  /** How long the days of one date may take to close, real time. */
  readonly patienceMs: number
  readonly tell?: (text: string) => void
}

export type DaysStormReport = {
  readonly days: number
  readonly closed: number
  readonly proofsThatHold: number
  readonly kills: number
  readonly payments: number
  readonly movements: number
  readonly lines: number
  readonly discrepancies: Readonly<Record<string, number>>
  readonly restated: number
  /** Rows of closed days in no place, or in two. */
  readonly unplaced: number
  readonly twice: number
  /** Pairs whose two rows differ in amount, currency or kind. */
  readonly falsePairs: number
  readonly notClosed: readonly string[]
  readonly seconds: number
}

/** A Monday. */
const FIRST = '2027-03-01'

/**
 * Days of traffic through all channels of the sandbox, with notices that get lost, doubled and late and statements that are restated, against servers and
 * workers that share one database and are killed at random. Each morning the clock goes past T+1 10:00, and the days must close with their proofs.
 */
export async function daysStorm(options: DaysStormOptions): Promise<DaysStormReport> {
  const { folder, tell = () => {} } = options
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const random = makeRandom(options.seed)
  const clock = new StormClock(join(folder, 'clock'), `${FIRST}T09:00:00+08:00`)
  const said: string[] = []
  const keep = (line: string) => void (said.push(line) > 2_000 && said.shift())
  const services: Service[] = []
  let sandbox: Sandbox | undefined
  let db: Database | undefined
  const from = Date.now()
  try {
    sandbox = await startSandbox({ folder: join(folder, 'sandbox'), now: clock.now, speed: 20, seed: options.seed })
    writeFileSync(
      join(folder, 'fzpay.yaml'),
      JSON.stringify({
        server: { log_level: 'error', several: true, public_url: 'http://127.0.0.1:1' },
        channels: sandbox.accounts,
        paying: { refund_review_from: null },
      }),
    )
    // Our own presence keeps the database server up while all else is dead.
    db = await openDatabase({ dataDir: folder })
    const env = { FZPAY_CONFIG: join(folder, 'fzpay.yaml'), FZPAY_DATA: folder, DATABASE_URL: '' }
    const ports = await Promise.all(Array.from({ length: options.servers }, freePort))
    const urls = ports.map(port => `http://127.0.0.1:${port}`)
    // Notices go to the first server that the configuration names.
    const config = join(folder, 'fzpay.yaml')
    writeFileSync(
      config,
      JSON.stringify({
        server: { log_level: 'error', several: true, public_url: urls[0] },
        channels: sandbox.accounts,
        paying: { refund_review_from: null },
      }),
    )
    for (const port of ports)
      services.push(serviceOf('testkit/days_storm/house.ts', ['server', clock.file, `${port}`], env, keep))
    for (const url of urls) await untilAnswers(`${url}/health/ready`, 120_000)
    for (let i = 0; i < options.workers; i++)
      services.push(serviceOf('testkit/days_storm/house.ts', ['worker', clock.file], env, keep))
    const key = await provideKey(accessApp(db), 'storm', [...ALL_PERMISSIONS])
    const clerk = { authorization: `Bearer ${key}` }
    await setUp(urls[0] as string, clerk)
    await sandbox.rules([
      { on: 'notice', do: 'drop', probability: 0.05 },
      { on: 'notice', do: 'double', probability: 0.05 },
      { on: 'notice', do: 'delay', probability: 0.05, ms: 3_000 },
    ])

    let kills = 0
    let restated = 0
    const notClosed: string[] = []
    for (let n = 0; n < options.days; n++) {
      const day = addDays(FIRST, n)
      const chance = random(n)
      const strikes = Array.from({ length: options.killsADay }, () => chance()).sort()
      let paid = 0
      const lane = async (): Promise<void> => {
        while (paid < options.paymentsADay) {
          const index = paid++
          while (strikes[0] !== undefined && index >= strikes[0] * options.paymentsADay) {
            strikes.shift()
            kills++
            services[Math.floor(chance() * services.length)]?.kill()
          }
          await payOne(
            urls,
            clerk,
            sandbox as Sandbox,
            `${day.replaceAll('-', '')}${index}`,
            random(n * 1_000_003 + index),
          )
        }
      }
      // Most in the forenoon, the last ones just before midnight: some of those are booked by the channel on the next day.
      await Promise.all(Array.from({ length: 8 }, lane))
      clock.to(`${day}T23:59:50+08:00`)
      for (let i = 0; i < 6; i++)
        await payOne(urls, clerk, sandbox, `${day.replaceAll('-', '')}N${i}`, random(n * 77 + i))
      await untilQuiet(db, options.patienceMs)
      const next = addDays(day, 1)
      clock.to(`${next}T09:05:00+08:00`)
      // A channel corrects its statement in the morning, on some days.
      if (chance() < 0.4 && (await restateOne(sandbox, db, day, chance))) restated++
      const struck = Math.floor(chance() * services.length)
      await sleep(500)
      services[struck]?.kill()
      kills++
      await untilArrived(db, day, options.patienceMs)
      clock.to(`${next}T10:00:05+08:00`)
      services[Math.floor(chance() * services.length)]?.kill()
      kills++
      const open = await untilClosed(db, day, options.patienceMs)
      notClosed.push(...open)
      tell(
        `${day}: ${open.length === 0 ? 'closed' : `OPEN ${open.join('; ')}`}, ${kills} kills, ${Math.round((Date.now() - from) / 1000)} s`,
      )
    }
    return {
      ...(await countAll(db)),
      days: options.days,
      kills,
      restated,
      notClosed,
      seconds: Math.round((Date.now() - from) / 1000),
    }
  } catch (error) {
    throw new Error(`the storm of days broke off: ${(error as Error).message}\n${said.slice(-30).join('\n')}`, {
      cause: error,
    })
  } finally {
    for (const each of services.reverse()) await each.stop()
    await db?.close().catch(() => {})
    await sandbox?.stop()
  }
}

/** Real time plus what it was moved by; only ever forward. */
class StormClock {
  readonly file: string
  #ahead: number
  constructor(file: string, start: string) {
    this.file = file
    this.#ahead = Date.parse(start) - Date.now()
    writeFileSync(file, String(this.#ahead))
  }
  readonly now = (): Date => new Date(Date.now() + this.#ahead)
  to(instant: string): void {
    const ahead = Date.parse(instant) - Date.now()
    if (ahead < this.#ahead) return
    this.#ahead = ahead
    writeFileSync(this.file, String(ahead))
  }
}

async function setUp(url: string, clerk: Record<string, string>): Promise<void> {
  const post = (path: string, body: object) => insist('POST', url + path, body, clerk)
  await post('/api/departments', { id: 'storm-0001', department_id: 'D1', name: '城市缴费', parent_id: null })
  await post('/api/merchants', { id: 'storm-0002', merchant_no: 'M1', name: '水务', department_id: 'D1' })
  await post('/api/fee-items', {
    id: 'storm-0003',
    fee_item_id: 'W1',
    merchant_no: 'M1',
    name: '水费',
    category: 'water',
  })
}

const WAYS = [
  { channel: 'wechat', method: 'native' },
  { channel: 'wechat', method: 'native' },
  { channel: 'alipay', method: 'precreate' },
  { channel: 'unionpay', method: 'gateway' },
] as const

async function payOne(
  urls: readonly string[],
  clerk: Record<string, string>,
  sandbox: Sandbox,
  no: string,
  chance: () => number,
): Promise<void> {
  const url = () => urls[Math.floor(chance() * urls.length)] as string
  const orderNo = `D${no}`
  const amount = (1 + Math.floor(chance() * 99_999)) / 100
  const bill = { order_no: orderNo, merchant_no: 'M1', fee_item_id: 'W1', account_no: no, amount: amount.toFixed(2) }
  await insist('POST', `${url()}/api/orders`, bill, clerk)
  const way = WAYS[Math.floor(chance() * WAYS.length)] as (typeof WAYS)[number]
  const { status, body } = await insist('POST', `${url()}/api/orders/${orderNo}/payments`, { id: 'phone-one', ...way })
  if (status !== 200) return
  const { checkout, payment_no: paymentNo } = body
  if (checkout?.kind === 'form')
    await insist('POST', checkout.url, new URLSearchParams(checkout.fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    })
  await sandbox.pay(paymentNo).catch(() => {})
  if (chance() < 0.03)
    await insist(
      'POST',
      `${url()}/api/payments/${paymentNo}/refunds`,
      { id: `refund-${no}`, amount: '0.01', reason: '退' },
      clerk,
    )
}

/** A payment of the day is taken out of the channel's statement, or gets another amount. */
async function restateOne(sandbox: Sandbox, db: Database, day: string, chance: () => number): Promise<boolean> {
  const { rows } = await db.pool.query(
    `select payment_no, channel from movements where business_date = $1 and kind = 'payment' and channel in ('wechat', 'alipay', 'unionpay') order by payment_no`,
    [day],
  )
  const row = rows[Math.floor(chance() * rows.length)]
  if (!row) return false
  const change = chance() < 0.5 ? { remove: [row.payment_no] } : { change: [{ no: row.payment_no, amount: '0.77' }] }
  return await sandbox.restate({ channel: row.channel, day, ...change }).then(
    () => true,
    () => false,
  )
}

async function until(what: string, patienceMs: number, look: () => Promise<string | null>): Promise<string | null> {
  const end = Date.now() + patienceMs
  let last: string | null = 'not looked'
  while (Date.now() < end) {
    last = await look().catch(error => String(error))
    if (last === null) return null
    await sleep(300)
  }
  return `${what}: ${last}`
}

async function untilQuiet(db: Database, patienceMs: number): Promise<void> {
  const left = await until('not quiet', patienceMs, async () => {
    const { rows } = await db.pool.query(
      `select (select count(*) from payments where state in ('created', 'pending') and submitted_at is not null)::int as payments,
              (select count(*) from refunds where state in ('approved', 'pending'))::int as refunds`,
    )
    return rows[0].refunds === 0 ? null : JSON.stringify(rows[0])
  })
  if (left !== null) throw new Error(left)
}

async function untilArrived(db: Database, day: string, patienceMs: number): Promise<void> {
  await until('statements', patienceMs, async () => {
    const { rows } = await db.pool.query(
      "select channel, state from arrivals where business_date = $1 and kind = 'trade' and state not in ('arrived', 'empty')",
      [day],
    )
    return rows.length === 0 ? null : JSON.stringify(rows)
  })
}

/** The days of the date that are still open when patience ends, with why. */
async function untilClosed(db: Database, day: string, patienceMs: number): Promise<string[]> {
  const look = async () => {
    const { rows } = await db.pool.query(
      `select channel, account, state, blocked, blocked_why from days where business_date = $1 and state <> 'closed'`,
      [day],
    )
    const { rows: known } = await db.pool.query('select count(*)::int as count from days where business_date = $1', [
      day,
    ])
    return known[0].count > 0 && rows.length === 0
      ? null
      : rows.map(row => `${row.channel} ${row.state} ${row.blocked} ${JSON.stringify(row.blocked_why)}`).join('; ')
  }
  const left = await until(day, patienceMs, look)
  return left === null ? [] : [left]
}

async function countAll(db: Database) {
  const one = async (text: string) => (await db.pool.query(text)).rows[0].count as number
  const places = (side: 'ours' | 'theirs', key: string) => `
    (select count(*) from match_links k where ${key}) + (select count(*) from match_rows r where r.side = '${side}' and r.row_id = b.id and r.live)
    + (select count(*) from discrepancy_rows r where r.side = '${side}' and r.row_id = b.id and r.live)`
  const counted = `
    select (${places('ours', 'k.movement_id = b.id')}) as places from movements b join days d on d.channel = b.channel and d.account = b.account
       and d.business_date = b.business_date and d.state = 'closed' and b.id <= d.movement_mark
    union all
    select (${places('theirs', 'k.line_id = b.id')}) from statement_lines b join days d on d.channel = b.channel and d.account = b.account
       and d.business_date = b.business_date and d.state = 'closed' and b.id <= d.line_mark
     where not exists (select from superseded_lines s where s.line_id = b.id)`
  const { rows: kinds } = await db.pool.query(
    'select kind, count(*)::int as count from discrepancies group by 1 order by 1',
  )
  return {
    closed: await one("select count(*)::int as count from days where state = 'closed'"),
    proofsThatHold: await one(
      "select count(*)::int as count from days where state = 'closed' and (proof->>'ok')::boolean",
    ),
    payments: await one("select count(*)::int as count from payments where state = 'success'"),
    movements: await one('select count(*)::int as count from movements'),
    lines: await one('select count(*)::int as count from statement_lines'),
    discrepancies: Object.fromEntries(kinds.map(row => [row.kind, row.count])),
    unplaced: await one(`select count(*)::int as count from (${counted}) c where places = 0`),
    twice: await one(`select count(*)::int as count from (${counted}) c where places > 1`),
    falsePairs: await one(
      `select count(*)::int as count from match_links k join movements m on m.order_no = k.order_no and m.id = k.movement_id
         join statement_lines l on l.id = k.line_id where (m.amount, m.currency, m.kind) is distinct from (l.amount, l.currency, l.kind)`,
    ),
  }
}
