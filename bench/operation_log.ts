/**
 * `node bench/operation_log.ts [--entries 1000000] [--seconds 10] [--blocks 4000]`: how many logged acts a second, and how long the whole log takes to verify.
 * Acts are what people do: a request once for its id, a change, its entry, one transaction each, from many people at once. Floor: the same without
 * the entry. A quiet platform seals each act by itself: so many blocks of one entry are verified first. Last the log is filled up to `entries` in batches, sealed and verified against its root.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import type { Who } from '../src/audit/act.ts'
import { exportRoot } from '../src/audit/operations.ts'
import { record, recordAll } from '../src/audit/record.ts'
import { seal } from '../src/audit/seal.ts'
import { verify } from '../src/audit/verify.ts'
import { parseWords } from '../src/command_line.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { once } from '../src/system/requests.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['entries', 'seconds', 'blocks'], many: [] })
const given = (name: string, otherwise: number): number => Number(words.values.get(name)?.[0] ?? otherwise)
const entries = given('entries', 1_000_000)
const seconds = given('seconds', 10)
const blocks = given('blocks', 4_000)
const PEOPLE = 64

const folder = join(PACKAGE_ROOT, 'bench/data/operation_log')
rmSync(folder, { recursive: true, force: true })
const db = await openDatabase({ dataDir: folder, connections: 16 })
try {
  await migrate(db.pool)
  const who: Who = {
    id: 'staff:bench',
    name: '测试',
    address: '192.0.2.1',
    device: 'bench',
    requestId: 'bench-request',
  }
  const now = (): Date => new Date()
  let number = 0
  const act = async (tx: pg.ClientBase, logged: boolean): Promise<void> => {
    const id = `bench-${++number}`.padEnd(14, '0')
    const at = now()
    await once(tx, { id, operation: 'bench', body: { id }, actor: who.id, at }, async () => {
      if (logged)
        await record(tx, at, who, [
          {
            what: 'order.close',
            object: { kind: 'order', id },
            before: { state: 'unpaid' },
            after: { state: 'closed', why: '开错' },
          },
        ])
      return { id }
    })
  }
  const rate = async (logged: boolean): Promise<number> => {
    const until = performance.now() + seconds * 1000
    const from = performance.now()
    let done = 0
    await Promise.all(
      Array.from({ length: PEOPLE }, async () => {
        while (performance.now() < until) {
          await db.transaction(tx => act(tx, logged))
          done++
        }
      }),
    )
    return done / ((performance.now() - from) / 1000)
  }
  for (let n = 0; n < blocks; n++) {
    await db.transaction(tx => act(tx, true))
    await seal({ db, now })
  }
  const lookingAtBlocks = performance.now()
  const alone = await verify(db, null)
  const blocksVerified = (performance.now() - lookingAtBlocks) / 1000
  const rounds = [await rate(false), await rate(true), await rate(false), await rate(true)] as const
  const [plain, logged] = [Math.max(rounds[0], rounds[2]), Math.max(rounds[1], rounds[3])]
  let batched = 0
  const from = performance.now()
  for (let at = (await count()) + 1; at <= entries; at += 500) {
    const batch = Array.from({ length: Math.min(500, entries - at + 1) }, (_, i) => ({
      at: now(),
      who,
      act: {
        what: 'order.issue',
        object: { kind: 'order', id: `FZ${at + i}` },
        after: { amount: '128.60', currency: 'CNY' },
      },
    }))
    await db.transaction(tx => recordAll(tx, batch))
    batched += batch.length
  }
  const filling = (performance.now() - from) / 1000
  const sealing = performance.now()
  await seal({ db, now })
  const sealed = (performance.now() - sealing) / 1000
  const root = await exportRoot({ db, now }, who)
  const verifying = performance.now()
  const found = await verify(db, root)
  const verified = (performance.now() - verifying) / 1000
  if (found.findings.length > 0) throw new Error(JSON.stringify(found.findings.slice(0, 5)))
  for (const [what, figure] of [
    ['acts a second, one transaction each, 64 people at once, without an entry', plain.toFixed(0)],
    ['the same with their entries', `${logged.toFixed(0)} (${((logged / plain) * 100).toFixed(0)} %)`],
    ['entries a second, 500 acts of a batch in one transaction', (batched / filling).toFixed(0)],
    [`sealing ${entries.toLocaleString('en')} entries`, `${sealed.toFixed(1)} s`],
    [
      `verifying ${alone.blocks.toLocaleString('en')} blocks of one entry or little more`,
      `${blocksVerified.toFixed(2)} s`,
    ],
    [`verifying ${found.entries.toLocaleString('en')} entries against the root`, `${verified.toFixed(1)} s`],
  ])
    process.stdout.write(`${what}: ${figure}\n`)

  async function count(): Promise<number> {
    const { rows } = await db.pool.query('select count(*)::integer as n from operation_log')
    return rows[0].n
  }
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}
