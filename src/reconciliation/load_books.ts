import { Worker } from 'node:worker_threads'
import { Failure } from '../kernel/failure.ts'
import { type Loaded, type LoadJob, load } from './load.ts'

export type FromWorker =
  | { readonly progress: number }
  | { readonly loaded: Loaded }
  | {
      readonly failure: {
        readonly code: string
        readonly zh: string
        readonly en: string
        readonly detail: Record<string, unknown>
      }
    }
  | { readonly bug: string }

/** Starting a thread costs more than reading files of this size. */
const SMALL = 4 << 20

/**
 * Threads that load books, one job each. They start at once and get their modules ready while the caller still looks for
 * the database; `loadBooks` gives them work.
 */
export class LoadingThreads {
  readonly #idle: Worker[] = []
  readonly #busy: Worker[] = []

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.#idle.push(startThread())
  }

  /** Ready where both books are read at once and are large enough for it. */
  static for(files: readonly { readonly bytes: number }[]): LoadingThreads | null {
    return files.reduce((sum, { bytes }) => sum + bytes, 0) > SMALL ? new LoadingThreads(2) : null
  }

  load(job: LoadJob, onProgress: (bytes: number) => void): Promise<Loaded> {
    const worker = this.#idle.pop() ?? startThread()
    this.#busy.push(worker)
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if ('progress' in message) onProgress(message.progress)
        else if ('loaded' in message) resolve(message.loaded)
        else if ('failure' in message)
          reject(new Failure(message.failure.code, message.failure, message.failure.detail))
        else reject(new Error(message.bug))
      })
      worker.on('error', reject)
      worker.on('exit', code => reject(new Error(`the loading thread ended early (${code})`)))
      worker.postMessage(job)
    })
  }

  /** Ends all of them, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map(worker => worker.terminate()))
  }
}

/** Few lines live longer than their batch: a small young generation keeps memory down and costs nothing. */
const startThread = (): Worker =>
  new Worker(new URL('./load_worker.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 16 } })

export type LoadOptions = {
  readonly onProgress?: (bytes: number) => void
  /** null: one after the other, here. */
  readonly threads: LoadingThreads | null
  /** What to do with a book as soon as it is there, while others are still being read. */
  readonly onLoaded?: (loaded: Loaded, job: LoadJob) => Promise<void>
}

/** Both books at once, each in its own thread; small files where we are. The caller closes the threads, also after a refusal. */
export async function loadBooks(jobs: readonly LoadJob[], options: LoadOptions): Promise<Loaded[]> {
  const { threads, onProgress = () => {}, onLoaded = async () => {} } = options
  const done = jobs.map(() => 0)
  const tell = (job: number) => (bytes: number) => {
    done[job] = bytes
    onProgress(done.reduce((sum, part) => sum + part, 0))
  }
  const loadOne = async (job: LoadJob, i: number): Promise<Loaded> => {
    const book = await (threads ? threads.load(job, tell(i)) : load(job, tell(i)))
    await onLoaded(book, job)
    return book
  }
  if (threads) return await Promise.all(jobs.map(loadOne))
  const loaded: Loaded[] = []
  for (const [i, job] of jobs.entries()) loaded.push(await loadOne(job, i))
  return loaded
}
