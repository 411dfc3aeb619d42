/** `node bench/bill_batch.ts [--rows 100000]`: a file of bills checked and issued, on a database of its own. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { parseWords } from '../src/command_line.ts'
import { checkBillBatch, issueBillBatch } from '../src/orders/bill_batch_operations.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { actor } from '../testkit/actors.ts'
import { seedMerchants } from '../testkit/merchants.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['rows'], many: [] })
const count = Number(words.values.get('rows')?.[0] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-bills-'))
const db = await openDatabase({ dataDir: folder })
try {
  await migrate(db.pool)
  const now = () => new Date()
  const log = pino({ level: 'silent' })
  const vault = await Vault.open({ db, holder: localKey(randomBytes(16)), now, log })
  const app = { db, now, newId: randomUUID, log, vault }
  await seedMerchants(app)
  const path = join(folder, 'bills.csv')
  for (let run = 1; run <= 3; run++) {
    writeFileSync(path, bills(run))
    const begun = performance.now()
    const batch = await checkBillBatch(app, actor('bench'), {
      id: app.newId(),
      path,
      name: 'bills.csv',
      merchantNo: null,
    })
    const checked = performance.now()
    const issued = await issueBillBatch(app, actor('bench'), batch.batch_id, {
      id: app.newId(),
      sm3: batch.sm3,
      bills: count,
    })
    const done = performance.now()
    const seconds = (ms: number) => (ms / 1000).toFixed(2)
    console.log(
      `run ${run}: ${issued.bills} bills, ${(batch.bytes / 2 ** 20).toFixed(1)} MB: check ${seconds(checked - begun)} s, issue ${seconds(done - checked)} s`,
    )
  }
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}

function bills(run: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const item = i % 2 === 0 ? '水费' : 'WATER-SEW'
    return `W${run}-${i},${item},3601${String(i).padStart(6, '0')},张三${i},138${String(i).padStart(8, '0')},${i % 900}.${String(i % 100).padStart(2, '0')},2026-${run},2026-12-31`
  })
  return `缴费单号,缴费项目,户号,缴费人,手机号,金额,所属期,截止日期\n${rows.join('\n').replaceAll(',0.00,', ',0.01,')}\n`
}
