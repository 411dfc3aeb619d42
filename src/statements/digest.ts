import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Starting a thread costs about 30 ms, in which this much is hashed. */
const THREAD_FROM = 8 << 20
const PIECE = 1 << 20

/** SM3 of the file as it lies on disk. Large files are hashed on another thread while this one parses. */
export type Digest = { readonly done: Promise<string>; readonly cancel: () => Promise<void> }

export function digestOf(fd: number, size: number): Digest {
  if (size < THREAD_FROM) return { done: Promise.resolve(sm3Of(fd)), cancel: async () => {} }
  const worker = new Worker(new URL('./digest_worker.ts', import.meta.url), { workerData: { fd } })
  const done = new Promise<string>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('the SM3 thread ended without a digest')))
  })
  // Someone who stops reading early never asks for it.
  done.catch(() => {})
  return { done, cancel: async () => void (await worker.terminate()) }
}

/** Reads at positions of its own, so it does not disturb another reader of the same descriptor. */
export function sm3Of(fd: number): string {
  const hash = createHash('sm3')
  const piece = Buffer.allocUnsafe(PIECE)
  for (let position = 0; ; ) {
    const length = readSync(fd, piece, 0, PIECE, position)
    if (length === 0) return hash.digest('hex')
    hash.update(length === PIECE ? piece : piece.subarray(0, length))
    position += length
  }
}
