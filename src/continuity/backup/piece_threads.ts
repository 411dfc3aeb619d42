import type { KeyObject } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

export type Work = {
  readonly work: 'seal' | 'open'
  readonly key: KeyObject
  readonly bytes: Uint8Array
  readonly place: string
  /** Bytes an opened piece may hold at the most. */
  readonly most: number
}
export type Asked = Work & { readonly no: number }
/** `refused`: the reason. */
export type Told =
  | { readonly no: number; readonly bytes: Uint8Array }
  | { readonly no: number; readonly refused: string; readonly bytes?: undefined }

/** The work was begun, and is not possible: what is to be opened is damaged. Any other error is the thread's own. */
export class Refused extends Error {}

type Thread = { readonly worker: Worker; readonly waiting: Map<number, PromiseWithResolvers<Buffer>> }

const MOST = Math.min(3, availableParallelism())
const threads: Thread[] = []
let last = 0

/**
 * Seals or opens a piece in a thread of its own: SM4 of 16 MB takes a tenth of a second and more, in which the platform would answer nobody, and a restore on two cores would use one.
 * Threads are started when the others are at work, and keep no process alive. Throws Refused.
 */
export function inThread(work: Work): Promise<Buffer> {
  const thread = idlest()
  const no = ++last
  const answer = Promise.withResolvers<Buffer>()
  thread.waiting.set(no, answer)
  thread.worker.ref()
  thread.worker.postMessage({ ...work, no } satisfies Asked)
  return answer.promise
}

function idlest(): Thread {
  const found = threads.toSorted((a, b) => a.waiting.size - b.waiting.size)[0]
  return found && (found.waiting.size === 0 || threads.length === MOST) ? found : started()
}

function started(): Thread {
  const worker = new Worker(new URL('./piece_thread.ts', import.meta.url))
  const thread: Thread = { worker, waiting: new Map() }
  threads.push(thread)
  worker.on('message', (told: Told) => {
    const answer = thread.waiting.get(told.no)
    thread.waiting.delete(told.no)
    if (thread.waiting.size === 0) worker.unref()
    if (told.bytes) answer?.resolve(Buffer.from(told.bytes.buffer, told.bytes.byteOffset, told.bytes.byteLength))
    else answer?.reject(new Refused(told.refused))
  })
  const over = (error: Error): void => {
    if (threads.includes(thread)) threads.splice(threads.indexOf(thread), 1)
    for (const answer of thread.waiting.values()) answer.reject(error)
    thread.waiting.clear()
  }
  worker.on('error', over)
  worker.on('exit', () => over(new Error('a thread that seals pieces has ended')))
  return thread
}
