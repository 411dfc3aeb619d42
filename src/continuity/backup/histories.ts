import { basename } from 'node:path'
import { type Holders, missing, openObject } from './envelope.ts'
import type { Repository } from './repository.ts'
import { type Lineage, parseHistory } from './timelines.ts'

const HISTORY_MAX = 1 << 20

export type Histories = readonly { readonly timeline: number; readonly text: string; readonly lineage: Lineage }[]

/** The histories of timelines that the archive holds. Throws Failure backup_damaged, backup_object_missing, master_key_wrong. */
export async function lineagesOf(
  repository: Repository,
  holders: Holders,
  archived: readonly string[],
): Promise<Histories> {
  const found: Histories[number][] = []
  for (const name of archived.filter(each => each.endsWith('.history'))) {
    const object = await repository.get(name)
    if (!object) throw missing(name)
    const text = (await openObject(holders, name, object, HISTORY_MAX)).toString('utf8')
    const timeline = Number.parseInt(basename(name), 16)
    found.push({ timeline, text, lineage: parseHistory(timeline, text) })
  }
  return found
}
