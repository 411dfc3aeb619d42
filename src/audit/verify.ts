import type pg from 'pg'
import type { Database } from '../system/database.ts'
import { blockDigest, entryDigest, NO_BLOCK, type SealedFields } from './entry.ts'
import { rootOf, SIZE } from './merkle.ts'
import type { ExportedRoot } from './root.ts'
import { blocksAfter, countAfter, entriesFrom, type SealedBlock } from './store.ts'

/** What does not fit. `entry`: its id, where one can be named. */
export type Finding =
  | { readonly what: 'entry_altered'; readonly block: number; readonly entry: string }
  | { readonly what: 'entry_inserted'; readonly block: number; readonly entry: string }
  | { readonly what: 'entry_missing'; readonly block: number; readonly place: number }
  | { readonly what: 'block_altered'; readonly block: number }
  | { readonly what: 'block_missing'; readonly block: number }
  | { readonly what: 'chain_broken'; readonly block: number }
  | { readonly what: 'root_differs'; readonly block: number }
  | { readonly what: 'root_missing'; readonly block: number }

export type Verification = {
  readonly blocks: number
  readonly entries: number
  /** Not sealed yet: nothing is said about them. */
  readonly unsealed: number
  /** The last block's digest; '' where there is none. */
  readonly digest: string
  readonly findings: readonly Finding[]
}

/** Entries that are read at once: those of one large block, or of many small ones, as there are where people rarely act. */
const ENTRIES_AT_ONCE = 10_000
const FINDINGS_MAX = 1_000

/**
 * Reads the whole log as it stands at one moment and says all that does not fit: entries altered, inserted, missing or moved, blocks altered,
 * missing or exchanged. With a root that was exported before, nothing up to its block can have been changed by anybody, the database's owner
 * included, without being found; without one, only what does not agree with itself is.
 */
export async function verify(db: Database, root: ExportedRoot | null): Promise<Verification> {
  return await db.transaction(async tx => {
    await tx.query('set transaction isolation level repeatable read, read only')
    const findings: Finding[] = []
    const say = (finding: Finding): void => void (findings.length < FINDINGS_MAX && findings.push(finding))
    let before: SealedBlock | null = null
    let blocks = 0
    let entries = 0
    let rootSeen = root === null
    for (;;) {
      const found = await blocksAfter(tx, before?.no ?? 0, ENTRIES_AT_ONCE)
      if (found.length === 0) break
      for (const [block, held] of await entriesOf(tx, found, before)) {
        for (
          let missing: number = (before?.no ?? 0) + 1;
          missing < block.no && missing < (before?.no ?? 0) + 100;
          missing++
        )
          say({ what: 'block_missing', block: missing })
        checkBlock(block, before, say)
        checkEntries(held, block, say)
        entries += held.length
        if (root?.block === block.no) {
          rootSeen = true
          if (root.digest !== block.digest) say({ what: 'root_differs', block: block.no })
        }
        before = block
        blocks++
      }
    }
    if (!rootSeen) say({ what: 'root_missing', block: root?.block ?? 0 })
    return { blocks, entries, unsealed: await countAfter(tx, before), digest: before?.digest ?? '', findings }
  })
}

type Say = (finding: Finding) => void

function checkBlock(block: Leafed, before: SealedBlock | null, say: Say): void {
  const sound =
    block.leaves.length === block.entries * SIZE &&
    rootOf(block.leaves).toString('hex') === block.root &&
    blockDigest(block).toString('hex') === block.digest
  if (!sound) say({ what: 'block_altered', block: block.no })
  if (block.previous !== (before?.digest ?? NO_BLOCK)) say({ what: 'chain_broken', block: block.no })
}

type Place = { readonly xact: string; readonly id: string }
const START: Place = { xact: '0', id: '0' }
const endOf = ({ lastXact, lastId }: SealedBlock): Place => ({ xact: lastXact, id: lastId })
const isUpTo = (a: Place, b: Place): boolean =>
  a.xact === b.xact ? BigInt(a.id) <= BigInt(b.id) : BigInt(a.xact) < BigInt(b.xact)
/** More than twice as many as a block says it has are not looked at one by one. */
const mostOf = (block: SealedBlock): number => 2 * block.entries + 100

type Held = [block: Leafed, entries: SealedFields[]]
type Leafed = SealedBlock & { readonly leaves: Buffer }

/** What the log holds in the range of each block. All at once where the ends of the blocks are in order, which a damaged log's need not be, and nothing beyond measure lies between them. */
async function entriesOf(tx: pg.ClientBase, blocks: readonly Leafed[], before: SealedBlock | null): Promise<Held[]> {
  const starts = [before ? endOf(before) : START, ...blocks.map(endOf)]
  const most = blocks.reduce((sum, block) => sum + mostOf(block), 0)
  const inOrder = blocks.every((block, at) => isUpTo(starts[at] as Place, endOf(block)))
  const all = inOrder ? await entriesFrom(tx, starts[0] as Place, starts.at(-1) as Place, most) : null
  const held: Held[] = []
  if (all && all.length < most) {
    let next = 0
    for (const block of blocks) {
      const first = next
      for (let entry = all[next]; entry && isUpTo({ id: entry[0], xact: entry[1] }, endOf(block)); entry = all[next])
        next++
      held.push([block, all.slice(first, Math.min(next, first + mostOf(block)))])
    }
    return held
  }
  for (const [at, block] of blocks.entries())
    held.push([block, await entriesFrom(tx, starts[at] as Place, endOf(block), mostOf(block))])
  return held
}

/** Entries of the block's range against its leaves. */
function checkEntries(entries: readonly SealedFields[], block: Leafed, say: Say): void {
  const count = block.leaves.length / SIZE
  if (entries.length === count && entries.every((entry, at) => entryDigest(entry).equals(leafAt(block.leaves, at))))
    return
  compare(entries, block, say)
}

const leafAt = (leaves: Buffer, at: number): Buffer => leaves.subarray(at * SIZE, (at + 1) * SIZE)

/** Names what differs. An altered entry is one whose place is still there: between the same neighbours, or with nothing missing. */
function compare(entries: readonly SealedFields[], block: Leafed, say: Say): void {
  const count = block.leaves.length / SIZE
  const sealed = new Map<string, number>()
  for (let at = 0; at < count; at++) sealed.set(leafAt(block.leaves, at).toString('hex'), at)
  const strange: string[] = []
  for (const entry of entries) {
    const digest = entryDigest(entry).toString('hex')
    if (!sealed.delete(digest)) strange.push(entry[0])
  }
  const missing = [...sealed.values()].sort((a, b) => a - b)
  for (const [i, entry] of strange.entries())
    say({ what: i < missing.length ? 'entry_altered' : 'entry_inserted', block: block.no, entry })
  for (const place of missing.slice(strange.length)) say({ what: 'entry_missing', block: block.no, place })
  if (strange.length === 0 && missing.length === 0) say({ what: 'block_altered', block: block.no })
}
