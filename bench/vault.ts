/**
 * `node bench/vault.ts [--rows 1000000] [--rounds 5] [--only import|seals]`: what sealing costs. A statement of so many lines is imported in plain
 * text and sealed, in turn, on a database of its own; and single seals, openings and indexes.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { SYSTEM } from '../src/access/actor.ts'
import { parseWords } from '../src/command_line.ts'
import { importStatement } from '../src/statements/operations.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { generate } from './generate.ts'
import { processorSeconds, serverPid } from './memory.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['rows', 'rounds', 'only'], many: [] })
const rows = Number(words.values.get('rows')?.[0] ?? 1_000_000)
const rounds = Number(words.values.get('rounds')?.[0] ?? 5)
const only = words.values.get('only')?.[0]
const folder = mkdtempSync(join(tmpdir(), 'fzpay-bench-vault-'))
const db = await openDatabase({ dataDir: join(folder, 'data') })
try {
  await migrate(db.pool)
  const now = () => new Date()
  const vault = await Vault.open({ db, holder: localKey(randomBytes(16)), now, log: pino({ level: 'silent' }) })
  if (only !== 'import') seals(vault)
  if (only !== 'seals') await imports(vault)
  await vault.close()
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Processor time of one thread, which a busy machine does not stretch as it does the clock. */
function microseconds(times: number, work: (i: number) => void): string {
  for (let i = 0; i < times / 10; i++) work(i)
  const begun = process.threadCpuUsage()
  for (let i = 0; i < times; i++) work(i)
  const { user, system } = process.threadCpuUsage(begun)
  return ((user + system) / times).toFixed(2)
}

function seals(vault: Vault): void {
  const person = JSON.stringify(['3601002688', '张三丰', '13812345678', 'zhang@example.com'])
  const sealed = vault.seal(person, 'orders.person:FZ1')
  console.log(
    `seal a person (${person.length} characters): ${microseconds(200_000, () => vault.seal(person, 'orders.person:FZ1'))} µs`,
  )
  console.log(`open it: ${microseconds(200_000, () => vault.open(sealed, 'orders.person:FZ1'))} µs`)
  console.log(`blind index, HMAC-SM3: ${microseconds(200_000, i => vault.blind('account_no', `36010${i}`))} µs`)
  const key = createSecretKey(randomBytes(32))
  const payers = Array.from({ length: 256 }, (_, i) => `oUpF8uMuAJO_M2px${String(i).padStart(9, '0')}`)
  const many = Number(microseconds(2000, () => vault.payers(payers))) / payers.length
  const each = microseconds(200_000, i =>
    createHmac('sm3', key)
      .update(payers[i % 256] as string)
      .digest('base64url'),
  )
  console.log(`payer index: ${many.toFixed(2)} µs by SM4-CMAC, 256 at a time; ${each} µs by HMAC-SM3, one by one`)
}

async function imports(vault: Vault): Promise<void> {
  const { statement } = existsSync(join('bench/data', `wechat-${rows}.csv`))
    ? { statement: join('bench/data', `wechat-${rows}.csv`) }
    : await generate(folder, rows)
  // In plain text: the same code with a vault that hands everything back.
  const plain = { seal: (value: Buffer) => value, payers: (names: string[]) => names } as unknown as Vault
  const took: Record<'plain' | 'sealed', number[]> = { plain: [], sealed: [] }
  const used: Record<'plain' | 'sealed', number[]> = { plain: [], sealed: [] }
  const postgres = await serverPid(db.pool)
  // Of this process with its threads, and of PostgreSQL: what other work on the machine does not stretch as it does the clock.
  const processor = (): number => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6 + processorSeconds(postgres, true)
  }
  for (let round = 0; round <= rounds; round++)
    for (const kind of round % 2 === 0 ? (['plain', 'sealed'] as const) : (['sealed', 'plain'] as const)) {
      await db.pool.query('truncate statement_files, statement_raw, statement_lines')
      await db.pool.query('checkpoint')
      const processorBefore = processor()
      const begun = performance.now()
      const answer = await importStatement(
        { db, vault: kind === 'plain' ? plain : vault, now: () => new Date() },
        {
          path: statement,
          who: SYSTEM,
          at: new Date(),
          calendar: { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 },
        },
      )
      const seconds = (performance.now() - begun) / 1000
      const processorSpent = processor() - processorBefore
      if (answer.state !== 'booked') throw new Error(`not booked: ${JSON.stringify(answer)}`)
      const { rows: size } = await db.pool.query(
        `select pg_total_relation_size('statement_lines') / 1000000 as lines, pg_total_relation_size('statement_raw') / 1000000 as raw`,
      )
      console.log(
        `${round === 0 ? 'warm-up' : `round ${round}`} ${kind.padEnd(6)} ${seconds.toFixed(2)} s  processor ${processorSpent.toFixed(2)} s  lines ${size[0].lines} MB, raw ${size[0].raw} MB`,
      )
      if (round === 0) continue
      took[kind].push(seconds)
      used[kind].push(processorSpent)
    }
  const [from, to] = [median(took.plain), median(took.sealed)]
  const [work, more] = [median(used.plain), median(used.sealed)]
  console.log(
    `import of ${rows.toLocaleString('en')} lines, median of ${rounds}: ${from.toFixed(2)} s in plain text, ${to.toFixed(2)} s sealed: ${(100 * (to / from - 1)).toFixed(1)} % more; processor ${work.toFixed(2)} and ${more.toFixed(2)} s: ${(100 * (more / work - 1)).toFixed(1)} % more`,
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
