/** `node bench/booking.ts [--count 60000] [--batch 200] [--lanes 2]`: what booking costs without HTTP and signatures. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseWords } from '../src/command_line.ts'
import { bookFindings } from '../src/orders/book.ts'
import type { Finding } from '../src/orders/payment.ts'
import { openDatabase } from '../src/system/database.ts'
import { newId } from '../src/system/ids.ts'
import { createLog } from '../src/system/log.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { seedPayments } from './intake_seed.ts'
import { processorSeconds, serverPid } from './memory.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['count', 'batch', 'lanes', 'folder'], many: [] })
const given = (name: string, fallback: number): number => Number(words.values.get(name)?.[0] ?? fallback)
const [count, size, lanes] = [given('count', 60_000), given('batch', 200), given('lanes', 2)]
const folder = join(PACKAGE_ROOT, 'bench/data/booking')
rmSync(folder, { recursive: true, force: true })
const db = await openDatabase({ dataDir: folder })
try {
  await migrate(db.pool)
  const calendar = { zone: 'Asia/Shanghai', cutoff: '00:00' }
  const channels = { all: [], account: () => ({ calendar }), offering: () => {} } as never
  const now = () => new Date()
  const log = createLog({ level: 'warn' })
  const vault = await Vault.open({ db, holder: localKey(randomBytes(16)), now, log })
  await seedPayments(db.pool, vault, count)
  const app = { db, now, newId, log, channels, vault }
  const finding = (i: number): Finding => ({
    orderNo: `O${i}`,
    paymentNo: `P${String(i).padStart(25, '0')}`,
    source: 'notice',
    merchant: '1900000109',
    at: new Date(),
    outcome: {
      state: 'success',
      channelTradeNo: `4200002000202611${String(i).padStart(12, '0')}`,
      amount: 1000 + (i % 9000),
      currency: 'CNY',
      paidAt: new Date(),
      payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      fee: null,
      merchant: '1900000109',
    },
  })
  let next = 0
  const lane = async (until: number) => {
    while (next < until) {
      const from = next
      next += size
      await bookFindings(
        app,
        Array.from({ length: Math.min(size, until - from) }, (_, k) => finding(from + k)),
      )
    }
  }
  const run = async (until: number) => void (await Promise.all(Array.from({ length: lanes }, () => lane(until))))
  await run(Math.floor(count / 3 / size) * size)
  const done = next
  const server = await serverPid(db.pool)
  const before = [performance.now(), process.cpuUsage(), processorSeconds(server, true)] as const
  await run(count)
  const { user, system } = process.cpuUsage(before[1])
  const n = count - done
  const each = (seconds: number): string => ((seconds * 1e6) / n).toFixed(1)
  process.stdout.write(
    `${Math.round((n * 1000) / (performance.now() - before[0]))}/s; processor µs each: client ${each((user + system) / 1e6)}, ` +
      `PostgreSQL ${each(processorSeconds(server, true) - before[2])}\n`,
  )
} finally {
  await db.close()
}
