import { parentPort } from 'node:worker_threads'
import { openNow, sealNow } from './piece.ts'
import type { Asked, Told } from './piece_threads.ts'

parentPort?.on('message', ({ no, work, key, bytes, place, most }: Asked) => {
  let told: Told
  try {
    const made = work === 'seal' ? sealNow(key, bytes, place) : openNow(key, bytes, place, most)
    // Given away, not copied, where it has its memory for itself.
    told = { no, bytes: made.byteLength === made.buffer.byteLength ? made : Uint8Array.from(made) }
  } catch (error) {
    return parentPort?.postMessage({ no, refused: (error as Error).message } satisfies Told)
  }
  parentPort?.postMessage(told, [told.bytes.buffer as ArrayBuffer])
})
