import type { KeyHolder } from '../../system/vault/master_key.ts'
import { type Holders, openObject, sealObject } from './envelope.ts'
import { partsOf, walObject } from './names.ts'
import type { Repository } from './repository.ts'

/** A file of the WAL as it was archived. */
export type ArchivedSegment = {
  /** All that was committed up to then is in it or in those before it: by the server's clock. */
  readonly until: Date
  /** The whole file, or its beginning. */
  readonly bytes: Buffer
}

const CLOCK = 8

/** `name`: of a whole segment, or of a part of one. */
export async function putWal(
  repository: Repository,
  holder: KeyHolder,
  name: string,
  { until, bytes }: ArchivedSegment,
): Promise<number> {
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
  const read = async (name: string): Promise<ArchivedSegment | null> => {
    const object = await repository.get(name)
    if (!object) return null
    const content = await openObject(holders, name, object, CLOCK + segmentBytes)
    return { until: new Date(Number(content.readBigInt64BE(0))), bytes: content.subarray(CLOCK) }
  }
  const whole = await read(walObject(segment))
  if (whole) return whole
  const parts: (ArchivedSegment & { from: number })[] = []
  for (const { name } of await repository.list(partsOf(segment))) {
    const part = await read(name)
    if (part) parts.push({ ...part, from: Number.parseInt(name.slice(-8), 16) })
  }
  return joined(parts)
}

/** Parts follow each other; of a run that was cut off they may overlap, with the same bytes. What lies behind a hole is not known. */
export function joined(parts: readonly (ArchivedSegment & { readonly from: number })[]): ArchivedSegment | null {
  let bytes = Buffer.alloc(0)
  let until: Date | null = null
  for (const part of parts.toSorted((a, b) => a.from - b.from)) {
    if (part.from > bytes.length) break
    bytes = Buffer.concat([bytes, part.bytes.subarray(bytes.length - part.from)])
    if (until === null || part.until > until) until = part.until
  }
  return until && { until, bytes }
}
