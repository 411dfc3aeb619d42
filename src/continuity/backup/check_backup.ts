import { type Holders, missing } from './envelope.ts'
import { lineagesOf } from './histories.ts'
import { dataKeyOf, type Manifest } from './manifest.ts'
import { WAL } from './names.ts'
import { unpack } from './pieces.ts'
import type { Repository } from './repository.ts'
import { getSegment } from './segments.ts'
import { lineageOf, planWal } from './target.ts'

export type BackupCheck = {
  readonly pieces: number
  readonly segments: number
  /** The last moment it can be restored to. */
  readonly until: Date
  /** The segment after which nothing can be restored although later ones are there; null: none. */
  readonly gapAt: string | null
}

/**
 * Opens every piece of a base backup and every segment of WAL that follows it, as a restore would. Throws Failure backup_damaged, backup_object_missing,
 * master_key_wrong at the first that does not open.
 */
export async function checkBackup(repository: Repository, holders: Holders, manifest: Manifest): Promise<BackupCheck> {
  const key = await dataKeyOf(holders, manifest)
  let pieces = 0
  for await (const _ of unpack(repository, key, manifest.base, manifest.pieces)) pieces++
  const archived = (await repository.list(WAL)).map(({ name }) => name)
  const histories = await lineagesOf(repository, holders, archived)
  const { segments, gapAt } = planWal(
    manifest,
    lineageOf(
      manifest,
      histories.map(({ lineage }) => lineage),
    ),
    archived,
  )
  let until = new Date(manifest.ended)
  for (const segment of segments) {
    const found = await getSegment(repository, holders, segment, manifest.segmentBytes)
    if (!found) throw missing(`${WAL}${segment}`)
    if (found.until > until) until = found.until
  }
  return { pieces, segments: segments.length, until, gapAt }
}
