import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { accessApp } from '../../src/access/bare_app.ts'
import { provideKey } from '../../src/access/provision.ts'
import { type Sandbox, startSandbox } from '../../src/channels/sandbox/sandbox.ts'
import { call, insist } from '../../src/continuity/traffic/insist.ts'
import { bill } from '../../src/continuity/traffic/payments.ts'
import { freePort, untilAnswers } from '../../src/continuity/traffic/processes.ts'
import { openDatabase } from '../../src/system/database.ts'
import { openBalancer } from './balancer.ts'

export type UpgradeAsk = {
  /** Folders of packages: the version that runs, and the one it is replaced by. */
  readonly from: string
  readonly to: string
  /** Of an empty database. */
  readonly url: string
  readonly folder: string
  /** How long both run side by side. */
  readonly seconds: number
}

export type UpgradeReport = {
  /** Files of `sql/` that only the new version brought. */
  readonly migrated: readonly string[]
  readonly issued: number
  /** Paid at the channel, and booked in our book: each once. */
  readonly paid: number
  readonly booked: number
  /** Requests that found their connection cut or were told to try again, and then did what they were for. */
  readonly repeated: number
  /** Answers that a client cannot handle by asking again. */
  readonly refused: readonly string[]
  /** While both run: what the old one says of itself, and requests that each took. */
  readonly oldReady: number
  readonly taken: { readonly old: number; readonly new: number }
  /** Status and signal of the old one, which was told to stop. */
  readonly oldEnded: readonly [number | null, string | null]
}

const START_MS = 120_000
const LANES = 4
const BOOKED_MS = 60_000

/** Runs one version, puts the next beside it on the same database, has payments made through both, and stops the old one. */
export async function tryUpgrade({ from, to, url, folder, seconds }: UpgradeAsk): Promise<UpgradeReport> {
  const balancer = await openBalancer()
  const sandbox = await startSandbox({ folder: join(folder, 'sandbox'), speed: 60 })
  const servers: Version[] = []
  const db = await openDatabase({ url, connections: 4 })
  const applied = async (): Promise<string[]> =>
    (await db.pool.query<{ name: string }>('select name from schema_migrations order by name')).rows.map(
      row => row.name,
    )
  const serve = async (root: string): Promise<Version> => {
    const version = await startVersion(root, { url, folder, publicUrl: balancer.url, master, sandbox })
    servers.push(version)
    return version
  }
  const master = randomBytes(16).toString('hex')
  try {
    const old = await serve(from)
    balancer.to([old.port])
    const before = await applied()
    const key = await provideKey(accessApp(db), 'upgrade', ['merchant.manage', 'order.issue', 'payment.read'])
    const traffic = await startTraffic(balancer.url, key, sandbox)
    const next = await serve(to)
    const oldReady = (await fetch(`${old.url}/health/ready`)).status
    balancer.to([old.port, next.port])
    await sleep(seconds * 1000)
    const taken = { old: balancer.taken.get(old.port) ?? 0, new: balancer.taken.get(next.port) ?? 0 }
    old.child.kill('SIGTERM')
    const ended = (await once(old.child, 'exit')) as [number | null, string | null]
    balancer.to([next.port])
    await sleep(1000)
    const told = await traffic.stop()
    const booked = await untilBooked(db.pool, told.paid)
    const migrated = (await applied()).filter(name => !before.includes(name))
    return { migrated, ...told, booked, oldReady, taken, oldEnded: ended }
  } finally {
    for (const { child } of servers) child.kill('SIGKILL')
    await balancer.close()
    await sandbox.stop()
    await db.close()
  }
}

type Version = { readonly child: ChildProcess; readonly port: number; readonly url: string }

async function startVersion(
  root: string,
  {
    url,
    folder,
    publicUrl,
    master,
    sandbox,
  }: { url: string; folder: string; publicUrl: string; master: string; sandbox: Sandbox },
): Promise<Version> {
  const port = await freePort()
  const config = join(folder, `fzpay-${port}.yaml`)
  const { channels } = parse(readFileSync(sandbox.configFile, 'utf8')) as { channels: unknown[] }
  const server = { log_level: 'warn', several: true, public_url: publicUrl }
  writeFileSync(config, JSON.stringify({ server, intrusion: { allow: ['127.0.0.1'] }, channels }))
  const child = spawn(process.execPath, [join(root, 'src/cli.ts'), 'serve', '--port', `${port}`], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: url, FZPAY_CONFIG: config, FZPAY_DATA: folder, FZPAY_MASTER_KEY: master },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (said += chunk))
  const at = `http://127.0.0.1:${port}`
  const died = once(child, 'exit').then(() => {
    throw new Error(`${root} did not start: ${said.slice(-2000)}`)
  })
  died.catch(() => {})
  await Promise.race([untilAnswers(`${at}/health/ready`, START_MS), died])
  return { child, port, url: at }
}

type Told = Pick<UpgradeReport, 'issued' | 'paid' | 'repeated' | 'refused'>

/** Bills are issued and paid, a few at a time, until it is stopped; every request is repeated with its id until it is answered. */
async function startTraffic(url: string, key: string, sandbox: Sandbox): Promise<{ stop(): Promise<Told> }> {
  const authorization = { authorization: `Bearer ${key}` }
  const setUp = (path: string, body: object) => insist('POST', url + path, body, authorization)
  await setUp('/api/departments', { id: 'upgrade-0001', department_id: 'D1', name: '城市缴费', parent_id: null })
  await setUp('/api/merchants', { id: 'upgrade-0002', merchant_no: 'M1', name: '水务', department_id: 'D1' })
  await setUp('/api/fee-items', {
    id: 'upgrade-0003',
    fee_item_id: 'W1',
    merchant_no: 'M1',
    name: '水费',
    category: 'water',
  })
  const told = { issued: 0, paid: 0, repeated: 0, refused: [] as string[] }
  let over = false
  // A connection of its own for each request, so that both servers get their share.
  const headers = { ...authorization, connection: 'close' }
  const done = async (path: string, body: object): Promise<unknown> => {
    for (;;) {
      const answer = await call('POST', url + path, body, headers)
      if (answer?.status === 200) return answer.body
      if (answer !== null && answer.status !== 503) {
        told.refused.push(`${path}: ${answer.status} ${answer.body?.error?.code ?? ''}`)
        return null
      }
      told.repeated++
      await sleep(50)
    }
  }
  const lane = async (n: number): Promise<void> => {
    for (let i = 0; !over; i++) {
      const no = `U${n}-${i}`
      if ((await done('/api/orders', bill(no, 100 + i))) === null) continue
      told.issued++
      const begun = await done(`/api/orders/${no}/payments`, {
        id: `upgrade-${no}`,
        channel: 'wechat',
        method: 'native',
      })
      if (begun === null) continue
      await sandbox.pay((begun as { payment_no: string }).payment_no)
      told.paid++
      await sleep(100)
    }
  }
  const lanes = Promise.all(Array.from({ length: LANES }, (_, n) => lane(n)))
  return {
    async stop() {
      over = true
      await lanes
      return told
    },
  }
}

/** Payments in our book, once notices have come or channels were asked; more than `paid` would be twice. */
async function untilBooked(
  db: { query: (sql: string) => Promise<{ rows: { n: number }[] }> },
  paid: number,
): Promise<number> {
  for (const end = Date.now() + BOOKED_MS; ; await sleep(200)) {
    const { rows } = await db.query('select count(*)::int as n from movements')
    const n = rows[0]?.n ?? 0
    if (n >= paid || Date.now() > end) return n
  }
}
