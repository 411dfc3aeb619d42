import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { Failure } from '../../kernel/failure.ts'
import type { Notice, RawNotice } from '../channel.ts'
import type { Asked, KeyRing, Told } from './notice_thread.ts'
import { type NoticeKeys, readNotice } from './notices.ts'
import { type Seal, sealOf } from './signature.ts'

/** Fewer that came in one turn of the event loop are read where they are: sending them away would take longer. */
const CROWD = 4
/** With more under way the thread is behind, and we read too. */
const UNDER_WAY_MOST = 400

/**
 * Reads notices as `readNotice` does. Where they come in crowds a thread of its own verifies and decrypts them, which is most of what a notice
 * costs the thread that also has to answer and to book them; it starts with the first crowd and does not keep the process.
 */
export type NoticeReader = { read(keys: NoticeKeys, notice: RawNotice): Promise<Notice> }

type Waiting = {
  readonly keys: NoticeKeys
  readonly notice: RawNotice
  readonly seal: Seal
  readonly key: KeyObject
  readonly resolve: (notice: Notice) => void
  readonly reject: (error: unknown) => void
}

/** `threadFile`: tests, one that fails. */
export function openNoticeReader(threadFile = new URL('./notice_thread.ts', import.meta.url)): NoticeReader {
  let gathered: Waiting[] = []
  let thread: Worker | undefined
  /** Crowds that the thread has, in the order in which it answers them. */
  let crowds: (readonly Waiting[])[] = []
  let underWay = 0

  /** What a thread that ended leaves behind is read here: nobody's notice is refused because of us. */
  const ended = (of: Worker, error: Error): void => {
    if (thread !== of) return
    process.emitWarning(error, 'NoticeReader')
    thread = undefined
    const left = crowds.flat()
    crowds = []
    underWay = 0
    left.forEach(readHere)
  }

  const taken = (answers: readonly Told[]): void => {
    const crowd = crowds.shift() ?? []
    underWay -= crowd.length
    if (underWay === 0) thread?.unref()
    for (const [i, waiting] of crowd.entries()) settle(waiting, answers[i] as Told)
  }

  const started = (): Worker => {
    if (thread) return thread
    const fresh = new Worker(threadFile)
    fresh.on('message', taken)
    fresh.on('error', error => ended(fresh, error instanceof Error ? error : new Error(String(error))))
    fresh.on('exit', () => ended(fresh, new Error('the thread that reads notices ended')))
    return (thread = fresh)
  }

  const share = (): void => {
    const crowd = gathered
    gathered = []
    if (crowd.length < CROWD || underWay > UNDER_WAY_MOST) return crowd.forEach(readHere)
    const reader = started()
    crowds.push(crowd)
    underWay += crowd.length
    reader.ref()
    const asked = askedOf(crowd)
    reader.postMessage(asked, [asked.bodies.buffer])
  }

  return {
    async read(keys, notice) {
      const seal = sealOf(notice.headers)
      const key = seal && keys.keyOf(seal.serial)
      // It is refused at once.
      if (!key) return readNotice(keys, notice)
      return await new Promise((resolve, reject) => {
        if (gathered.length === 0) setImmediate(share)
        gathered.push({ keys, notice, seal, key, resolve, reject })
      })
    },
  }
}

function readHere({ keys, notice, resolve, reject }: Waiting): void {
  try {
    resolve(readNotice(keys, notice))
  } catch (error) {
    reject(error)
  }
}

function settle({ resolve, reject }: Waiting, told: Told): void {
  if ('notice' in told) resolve(told.notice)
  else if ('refused' in told) reject(new Failure(told.refused.code, told.refused, told.refused.detail))
  else reject(new Error(told.bug))
}

/** Bodies are pieces of what was read from connections: they go in one piece of their own, which is handed over and not copied again. */
function askedOf(crowd: readonly Waiting[]): Asked {
  const ends: number[] = []
  let size = 0
  for (const { notice } of crowd) ends.push((size += notice.body.length))
  const bodies = new Uint8Array(size)
  for (const [i, { notice }] of crowd.entries()) bodies.set(notice.body, (ends[i] as number) - notice.body.length)
  const rings: KeyRing[] = []
  const ringOf = crowd.map(({ keys, key }) => {
    const found = rings.findIndex(ring => ring.key === key && ring.account === keys.account)
    if (found >= 0) return found
    return rings.push({ account: keys.account, mchid: keys.mchid, apiKey: keys.apiKey, key }) - 1
  })
  return {
    rings,
    ringOf,
    seals: crowd.map(({ seal }) => seal),
    at: crowd.map(({ notice }) => notice.at),
    bodies,
    ends,
  }
}
