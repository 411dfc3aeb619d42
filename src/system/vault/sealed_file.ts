import { randomBytes } from 'node:crypto'
import { sealedUnreadable } from './sealed.ts'
import type { Vault } from './vault.ts'

/**
 * A sealed file for evidence and exports that leave the database: a first line, 16 bytes of chance that name the file, then pieces, each its length
 * (4 bytes) and a sealed value. A piece opens only in its file and at its place, and the last one only as the last: pieces that are missing,
 * moved or cut off are noticed. Memory holds one piece.
 */
const FIRST = Buffer.from('FZPAY-SEALED-1\n')
const NAME = 16
const PIECE = 1 << 20
const LENGTH = 4

export type SealedFileKind = 'exports' | 'evidence'

export async function* sealFile(
  vault: Vault,
  kind: SealedFileKind,
  plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const name = randomBytes(NAME)
  yield Buffer.concat([FIRST, name])
  let waiting: Buffer[] = []
  let size = 0
  let index = 0
  const framed = (bytes: Buffer, last: boolean): Buffer => {
    const sealed = vault.seal(bytes, pieceContext(kind, name, index++, last))
    const length = Buffer.allocUnsafe(LENGTH)
    length.writeUInt32BE(sealed.length)
    return Buffer.concat([length, sealed])
  }
  for await (const chunk of plain) {
    waiting.push(Buffer.from(chunk))
    size += chunk.length
    if (size <= PIECE) continue
    let rest = Buffer.concat(waiting)
    // One is kept back: only at the end is it known which is the last.
    for (; rest.length > PIECE; rest = rest.subarray(PIECE)) yield framed(rest.subarray(0, PIECE), false)
    waiting = [rest]
    size = rest.length
  }
  yield framed(Buffer.concat(waiting), true)
}

/** The plain bytes. Throws Failure sealed_unreadable at the first piece that does not fit; what came before it was whole. */
export async function* openFile(
  vault: Vault,
  kind: SealedFileKind,
  sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const bytes = new Taker(sealed)
  const head = await bytes.take(FIRST.length + NAME)
  if (!head?.subarray(0, FIRST.length).equals(FIRST)) throw sealedUnreadable(`${kind}.file`, 'format')
  const name = head.subarray(FIRST.length)
  for (let index = 0, last = false; !last; index++) {
    const length = (await bytes.take(LENGTH))?.readUInt32BE() ?? 0
    const piece = length > 2 * PIECE ? null : await bytes.take(length)
    last = await bytes.atEnd()
    const context = pieceContext(kind, name, index, last)
    if (!piece) throw sealedUnreadable(context, 'damaged')
    yield vault.open(piece, context)
  }
}

const pieceContext = (kind: SealedFileKind, name: Buffer, index: number, last: boolean) =>
  `${kind}.file:${name.toString('hex')}#${index}${last ? '/last' : ''}` as const

/** Takes so many bytes at a time from chunks of any size. */
class Taker {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #held = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  }

  /** null: there are fewer. */
  async take(count: number): Promise<Buffer | null> {
    const parts = [this.#held]
    let size = this.#held.length
    while (size < count) {
      const { done, value } = await this.#chunks.next()
      if (done) break
      parts.push(Buffer.from(value))
      size += value.length
    }
    const all = parts.length === 1 ? this.#held : Buffer.concat(parts)
    if (all.length < count) {
      this.#held = all
      return null
    }
    this.#held = all.subarray(count)
    return all.subarray(0, count)
  }

  async atEnd(): Promise<boolean> {
    while (this.#held.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) return true
      this.#held = Buffer.from(value)
    }
    return false
  }
}
