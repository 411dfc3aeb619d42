import type { KeyHolder } from '../../system/vault/master_key.ts'
import { type Holders, openObject, sealObject } from './envelope.ts'
import { partialObject, walObject } from './names.ts'
import type { Repository } from './repository.ts'

/** A file of the WAL as it was archived. */
export type ArchivedSegment = {
  /** All that was committed up to then is in it or in those before it: by the server's clock. */
  readonly until: Date
  /** The whole file, or its beginning. */
  readonly bytes: Buffer
}

const CLOCK = 8

export async function putSegment(
  repository: Repository,
  holder: KeyHolder,
  segment: string,
  { until, bytes }: ArchivedSegment,
  partial: boolean,
): Promise<number> {
  const name = partial ? partialObject(segment) : walObject(segment)
  const clock = Buffer.alloc(CLOCK)
  clock.writeBigInt64BE(BigInt(until.getTime()))
  const sealed = await sealObject(holder, name, Buffer.concat([clock, bytes]))
  await repository.put(name, sealed)
  return sealed.length
}

/** The whole file where it is there, else its beginning, else null. Throws Failure backup_damaged, master_key_wrong. */
export async function getSegment(
  repository: Repository,
  holders: Holders,
  segment: string,
  segmentBytes: number,
): Promise<ArchivedSegment | null> {
  for (const name of [walObject(segment), partialObject(segment)]) {
    const object = await repository.get(name)
    if (!object) continue
    const content = await openObject(holders, name, object, CLOCK + segmentBytes)
    return { until: new Date(Number(content.readBigInt64BE(0))), bytes: content.subarray(CLOCK) }
  }
  return null
}
