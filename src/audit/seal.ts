import type pg from 'pg'
import type { App } from '../system/app.ts'
import { blockDigest, entryDigest, NO_BLOCK } from './entry.ts'
import { rootOf } from './merkle.ts'
import { entriesToSeal, insertBlock, lastBlock, lockSealing } from './store.ts'

const BLOCK_MAX = 10_000
/** Entries that are read and hashed in one go: a whole block would hold up everybody who waits for an answer for a tenth of a second. */
const PAGE = 500

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
  const digests: Buffer[] = []
  let last = before && { lastXact: before.lastXact, lastId: before.lastId }
  for (let full = true; full && digests.length < BLOCK_MAX; ) {
    // No entry can come before one that was read already, so that pages read one after the other are what one reading would have given.
    const page = await entriesToSeal(tx, last, PAGE)
    for (const entry of page) digests.push(entryDigest(entry))
    const [lastId, lastXact] = page.at(-1) ?? []
    if (lastId !== undefined && lastXact !== undefined) last = { lastXact, lastId }
    full = page.length === PAGE
  }
  if (digests.length === 0 || last === null) return 0
  const leaves = Buffer.concat(digests)
  const header = {
    no: (before?.no ?? 0) + 1,
    entries: digests.length,
    ...last,
    root: rootOf(leaves).toString('hex'),
    previous: before?.digest ?? NO_BLOCK,
    sealedAt: at.getTime(),
  }
  await insertBlock(tx, header, leaves, blockDigest(header))
  return digests.length
}
