import type { KeyObject } from 'node:crypto'
import { missing, openPiece, sealPiece } from './envelope.ts'
import { pieceObject } from './names.ts'
import type { Repository } from './repository.ts'

/** Bytes of a piece before it is compressed: one object each, so that a backup of any size needs the memory of some. */
export const PIECE = 16 << 20
/** Pieces under way at the same time: one is compressed or written while another one fills. */
const AT_ONCE = 3

export type Packed = { readonly pieces: number; readonly bytes: number; readonly storedBytes: number }

export type Packer = {
  /** Takes bytes; resolves when there is room for more. The bytes may be used again by then. */
  readonly add: (bytes: Uint8Array) => Promise<void> | void
  /** Stores what is left, and marks it as the last. */
  readonly finish: () => Promise<Packed>
}

/** Cuts a stream into sealed objects of a base backup. */
export function packer(repository: Repository, key: KeyObject, base: string): Packer {
  let piece = Buffer.allocUnsafe(PIECE)
  let filled = 0
  let index = 0
  let bytes = 0
  let storedBytes = 0
  const underWay = new Set<Promise<void>>()
  let failed: unknown

  const store = (content: Uint8Array, last: boolean): void => {
    const name = pieceObject(base, index++)
    const work = sealPiece(key, content, placeOf(name, last))
      .then(async sealed => {
        storedBytes += sealed.length
        await repository.put(name, sealed)
      })
      .catch(error => void (failed ??= error))
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }
  const room = async (): Promise<void> => {
    while (underWay.size >= AT_ONCE) await Promise.race(underWay)
    if (failed !== undefined) throw failed
  }
  const addAll = async (from: Uint8Array): Promise<void> => {
    let rest = from
    for (;;) {
      const taken = rest.subarray(0, PIECE - filled)
      piece.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
      if (rest.length === 0) return
      // Full, and something follows: so this is not the last.
      await room()
      store(piece, false)
      piece = Buffer.allocUnsafe(PIECE)
      filled = 0
    }
  }
  return {
    add(from) {
      bytes += from.length
      if (filled + from.length > PIECE) return addAll(from)
      piece.set(from, filled)
      filled += from.length
    },
    async finish() {
      await room()
      store(piece.subarray(0, filled), true)
      await Promise.all(underWay)
      await room()
      return { pieces: index, bytes, storedBytes }
    },
  }
}

const placeOf = (name: string, last: boolean): string => (last ? `${name}/last` : name)

/** The stream again, in order; some pieces are fetched ahead. Throws Failure backup_damaged, backup_object_missing, and what the repository throws. */
export async function* unpack(
  repository: Repository,
  key: KeyObject,
  base: string,
  pieces: number,
): AsyncGenerator<Buffer> {
  const fetchPiece = async (index: number): Promise<Buffer> => {
    const name = pieceObject(base, index)
    const sealed = await repository.get(name)
    if (!sealed) throw missing(name)
    return await openPiece(key, sealed, placeOf(name, index === pieces - 1), PIECE)
  }
  const ahead: Promise<Buffer>[] = []
  for (let index = 0; index < pieces; index++) {
    while (ahead.length < AT_ONCE && index + ahead.length < pieces) {
      const next = fetchPiece(index + ahead.length)
      next.catch(() => {}) // told where it is awaited
      ahead.push(next)
    }
    yield await (ahead.shift() as Promise<Buffer>)
  }
}
