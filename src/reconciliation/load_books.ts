import { Worker } from 'node:worker_threads'
import { Failure } from '../kernel/failure.ts'
import { type InputFile, type Loaded, type LoadJob, load } from './load.ts'

export type FromWorker =
  | { readonly progress: number }
  | { readonly loaded: Loaded }
  | { readonly failure: { readonly code: string; readonly zh: string; readonly en: string; readonly detail: Record<string, unknown> } }
  | { readonly bug: string }

/** Starting a thread costs more than reading a file of this size. */
const SMALL = 4 << 20

export type LoadOptions = {
  readonly onProgress?: (bytes: number) => void
  /** Each book in a thread of its own; by default where the files are large enough. */
  readonly threads?: boolean | undefined
  /** What to do with a book as soon as it is there, while others are still being read. */
  readonly onLoaded?: (loaded: Loaded, job: LoadJob) => Promise<void>
}

/** Both books at once, each in its own thread; small files where we are. The first refusal ends the others. */
export async function loadBooks(jobs: readonly LoadJob[], { onProgress = () => {}, threads, onLoaded = async () => {} }: LoadOptions = {}): Promise<Loaded[]> {
  const sizes = jobs.map(job => (job.files as readonly InputFile[]).reduce((sum, file) => sum + file.bytes, 0))
  const done = jobs.map(() => 0)
  const tell = (job: number) => (bytes: number) => {
    done[job] = bytes
    onProgress(done.reduce((sum, part) => sum + part, 0))
  }
  if (!(threads ?? sizes.reduce((sum, size) => sum + size, 0) > SMALL)) {
    const loaded: Loaded[] = []
    for (const [i, job] of jobs.entries()) {
      const book = await load(job, tell(i))
      await onLoaded(book, job)
      loaded.push(book)
    }
    return loaded
  }
  const workers: Worker[] = []
  try {
    return await Promise.all(
      jobs.map(async (job, i) => {
        const book = await inWorker(job, tell(i), workers)
        await onLoaded(book, job)
        return book
      }),
    )
  } catch (error) {
    await Promise.all(workers.map(worker => worker.terminate()))
    throw error
  }
}

function inWorker(job: LoadJob, onProgress: (bytes: number) => void, workers: Worker[]): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./load_worker.ts', import.meta.url), { workerData: job, resourceLimits: { maxYoungGenerationSizeMb: 16 } })
    workers.push(worker)
    worker.on('message', (message: FromWorker) => {
      if ('progress' in message) onProgress(message.progress)
      else if ('loaded' in message) resolve(message.loaded)
      else if ('failure' in message) reject(new Failure(message.failure.code, message.failure, message.failure.detail))
      else reject(new Error(message.bug))
    })
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`the loading thread ended early (${code})`)))
  })
}
