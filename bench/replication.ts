/**
 * `node bench/replication.ts [--notices 20000] [--rounds 3] [--connections 64]`: what the synchronous standby costs.
 *
 * Three PostgreSQLs on this machine, as `fzpay drill` sets them up, and a platform as `fzpay serve` starts it. Signed WeChat notices, as fast as they are answered: first with
 * the primary alone, then with the standby in the city that each commit waits for and the remote one that streams; in turns, so that a machine that grows slower is no one's fault. The
 * figure is the ratio of the two rates. All of it shares the machine: each standby writes the whole log a second and a third time, which on servers of their own costs the primary nothing.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { accessApp } from '../src/access/bare_app.ts'
import { parseWords } from '../src/command_line.ts'
import { setUpCentres } from '../src/continuity/replication/centres.ts'
import { freePort, service, untilAnswers } from '../src/continuity/traffic/processes.ts'
import { openDatabase } from '../src/system/database.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { openVault } from '../src/system/vault/open_vault.ts'
import { seedPayments } from './intake_seed.ts'
import { type LoadRequest, load } from './load.ts'
import { noticeRequest, writeConfiguration } from './wechat_notices.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['notices', 'rounds', 'connections'], many: [] })
const given = (name: string, usual: number): number => Number(words.values.get(name)?.[0] ?? usual)
const notices = given('notices', 20_000)
const rounds = given('rounds', 3)
const connections = given('connections', 64)
/** Not counted: the platform compiles its code. */
const WARM_UP = Math.min(5_000, notices)

const folder = join(PACKAGE_ROOT, 'bench/data/replication')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const signer = writeConfiguration(folder)
say('setting up the three centres')
const { nodes, manager, close } = await setUpCentres({
  folder: join(folder, 'centres'),
  doors: false,
  tell: what => say(what.en),
})
// Nobody watches here: standbys are stopped on purpose.
await manager.stop()
const db = await openDatabase({ url: nodes.main.urlAt(nodes.main.port) })
const port = await freePort()
process.env.FZPAY_MASTER_KEY = randomBytes(16).toString('hex')
const platform = service(
  ['serve', '--port', `${port}`],
  {
    FZPAY_CONFIG: join(folder, 'fzpay.yaml'),
    FZPAY_DATA: folder,
    DATABASE_URL: db.url,
    FZPAY_MASTER_KEY: process.env.FZPAY_MASTER_KEY,
  },
  say,
)
try {
  await untilAnswers(`http://127.0.0.1:${port}/health/ready`, 120_000)
  const vault = await openVault({ db, now: () => new Date(), log: accessApp(db).log, say: () => {} })
  await seedPayments(db.pool, vault, WARM_UP + notices * rounds * 2)
  await vault.close()
  await run(0, WARM_UP)
  const rates = { alone: [] as number[], synchronous: [] as number[] }
  let from = WARM_UP
  for (let round = 0; round < rounds; round++)
    for (const kind of ['alone', 'synchronous'] as const) {
      await (kind === 'alone' ? alone() : synchronous())
      rates[kind].push(await run(from, notices))
      from += notices
      say(`${kind}: ${rates[kind].at(-1)}/s`)
    }
  const { rows } = await db.pool.query('select count(*)::int as n from movements')
  if (rows[0].n !== from) throw new Error(`${rows[0].n} movements are booked, ${from} were sent`)
  const [a, s] = [median(rates.alone), median(rates.synchronous)]
  process.stdout.write(
    `signed notices: ${a}/s with the primary alone, ${s}/s with a synchronous and an asynchronous standby on the same machine: ` +
      `ratio ${(s / a).toFixed(2)}, cost ${Math.round((1 - s / a) * 100)} % (medians of ${rounds}, ${notices} notices each, ${connections} connections)\n`,
  )
} finally {
  await platform.stop()
  await db.close()
  await close()
}

async function alone(): Promise<void> {
  await nodes.main.waitFor(null)
  await nodes.city.stop()
  await nodes.remote.stop()
}

async function synchronous(): Promise<void> {
  await nodes.city.start()
  await nodes.remote.start()
  await nodes.main.waitFor('city')
  for (let tries = 0; tries < 300; tries++) {
    // Both must have caught up with what was written without them.
    const { rowCount } = await db.pool.query(
      `select from pg_stat_replication
        where state = 'streaming' and pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) < 1000000`,
    )
    if (rowCount === 2) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('the standbys do not stream')
}

/** Notices a second, signed before they are sent. */
async function run(first: number, count: number): Promise<number> {
  const requests: LoadRequest[] = []
  for (let i = first; i < first + count; i++)
    requests.push(
      await noticeRequest(signer, {
        paymentNo: `P${String(i).padStart(25, '0')}`,
        orderNo: `O${i}`,
        tradeNo: `4200002000202611${String(i).padStart(12, '0')}`,
        amount: 1000 + (i % 9000),
        at: Date.now(),
      }),
    )
  const result = await load(requests, { port, connections, rate: 0 })
  if (Object.keys(result.statuses).join() !== '200' && Object.keys(result.statuses).join() !== '204')
    throw new Error(`not every notice was taken: ${JSON.stringify(result.statuses)}`)
  return result.perSecond
}

function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN
}
