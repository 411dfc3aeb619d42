import type { KeyObject } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { openWith, sealWith } from '../../system/vault/sealed.ts'

/** What is done to a piece of a backup, here and now: the slowest part of a backup and of a restore. Pure. */

/** Handed over in parts of this size, not in the library's 16 kB. */
const chunkSize = 1 << 20
/** The quickest level: a restore's time counts for more than some per cent of the repository. */
const QUICKEST = { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Compressed, then sealed for its place. */
export const sealNow = (key: KeyObject, bytes: Uint8Array, place: string): Buffer =>
  sealWith(key, 0, zstdCompressSync(bytes, QUICKEST), place)

/** Throws where it was altered, is of another place, or holds more than `most` bytes. */
export const openNow = (key: KeyObject, sealed: Uint8Array, place: string, most: number): Buffer =>
  zstdDecompressSync(openWith(key, sealed, place), { chunkSize, maxOutputLength: most })
