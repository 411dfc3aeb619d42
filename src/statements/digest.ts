import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Starting a thread costs about 30 ms, in which this much is hashed. */
const THREAD_FROM = 8 << 20
const PIECE = 1 << 20

/** SM3 of the file as it lies on disk. Large files are hashed on another thread while this one parses. */
export type Digest = {
  readonly done: Promise<string>
  /** SHA-256 of the same bytes, where it was asked for: what this process reads elsewhere is told to be the same five times as fast. */
  readonly sha256: Promise<string | null>
  readonly cancel: () => Promise<void>
}

export type Hashes = readonly [sm3: string, sha256: string | null]

export function digestOf(fd: number, size: number, withSha256 = false): Digest {
  if (size < THREAD_FROM) return digest(Promise.resolve(hashesOf(fd, withSha256)), async () => {})
  const worker = new Worker(new URL('./digest_worker.ts', import.meta.url), { workerData: { fd, withSha256 } })
  const hashes = new Promise<Hashes>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the SM3 thread ended without a digest')))
  })
  return digest(hashes, async () => void (await worker.terminate()))
}

function digest(hashes: Promise<Hashes>, cancel: Digest['cancel']): Digest {
  const [done, sha256] = [hashes.then(([sm3]) => sm3), hashes.then(([, other]) => other)]
  // Someone who stops reading early never asks for it.
  for (const each of [done, sha256]) each.catch(() => {})
  return { done, sha256, cancel }
}

export const sm3Of = (fd: number): string => hashesOf(fd, false)[0]

/** Reads at positions of its own, so it does not disturb another reader of the same descriptor. */
export function hashesOf(fd: number, withSha256: boolean): Hashes {
  const sm3 = createHash('sm3')
  const sha256 = withSha256 ? createHash('sha256') : null
  const piece = Buffer.allocUnsafe(PIECE)
  for (let position = 0; ; ) {
    const length = readSync(fd, piece, 0, PIECE, position)
    if (length === 0) return [sm3.digest('hex'), sha256?.digest('hex') ?? null]
    const read = length === PIECE ? piece : piece.subarray(0, length)
    sm3.update(read)
    sha256?.update(read)
    position += length
  }
}
