/** A thread that reads, encodes and copies the one job it is sent (`LoadingThreads`). */
import { once } from 'node:events'
import { parentPort } from 'node:worker_threads'
import { Failure } from '../kernel/failure.ts'
import { type LoadJob, load } from './load.ts'
import type { FromWorker } from './load_books.ts'

const port = parentPort
const say = (message: FromWorker): void => port?.postMessage(message)

const PROGRESS_INTERVAL = 100
let next = 0
if (port === null) throw new Error('this runs in a thread of its own')
const [job] = (await once(port, 'message')) as [LoadJob]
try {
  const loaded = await load(job, bytes => {
    const now = performance.now()
    if (now < next) return
    next = now + PROGRESS_INTERVAL
    say({ progress: bytes })
  })
  say({ loaded })
} catch (error) {
  // An error's class does not survive the way to the other thread.
  if (error instanceof Failure)
    say({ failure: { code: error.code, zh: error.zh, en: error.en, detail: { ...error.detail } } })
  else say({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
