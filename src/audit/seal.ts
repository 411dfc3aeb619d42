import type pg from 'pg'
import type { App } from '../system/app.ts'
import { blockDigest, entryDigest, NO_BLOCK } from './entry.ts'
import { rootOf } from './merkle.ts'
import { entriesToSeal, insertBlock, lastBlock, lockSealing } from './store.ts'

const BLOCK_MAX = 10_000

/**
 * Seals what was written by transactions that are older than all that still run, in blocks of up to 10,000. The answer is how many entries. Any number of
 * processes may call it: one does the work. After a crash the next call goes on after the last block.
 */
export async function seal(app: Pick<App, 'db' | 'now'>): Promise<number> {
  let sealed = 0
  for (;;) {
    const entries = await app.db.transaction(tx => sealBlock(tx, app.now()))
    sealed += entries
    if (entries < BLOCK_MAX) return sealed
  }
}

async function sealBlock(tx: pg.ClientBase, at: Date): Promise<number> {
  if (!(await lockSealing(tx))) return 0
  const before = await lastBlock(tx)
  const entries = await entriesToSeal(tx, before, BLOCK_MAX)
  const last = entries.at(-1)
  if (!last) return 0
  const leaves = Buffer.concat(entries.map(entryDigest))
  const header = {
    no: (before?.no ?? 0) + 1,
    entries: entries.length,
    lastXact: last[1],
    lastId: last[0],
    root: rootOf(leaves).toString('hex'),
    previous: before?.digest ?? NO_BLOCK,
    sealedAt: at.getTime(),
  }
  await insertBlock(tx, header, leaves, blockDigest(header))
  return entries.length
}
