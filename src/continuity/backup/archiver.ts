import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Failure } from '../../kernel/failure.ts'
import type { Backing } from './base.ts'
import { sealObject } from './envelope.ts'
import { dropSlot, flushedTo, makeSlot, readFacts, readSlot } from './facts_store.ts'
import { refuseOther } from './manifest.ts'
import {
  historyObject,
  lsnText,
  parseLsn,
  parseSegment,
  type Segment,
  segmentOf,
  segmentOfObject,
  segmentStart,
  WAL,
} from './names.ts'
import { openReplication, type Replication } from './replication.ts'
import { type Archived, SegmentWriter } from './segment_writer.ts'
import { type Lineage, nextToArchive, parseHistory } from './timelines.ts'
import { parseWalMessage, statusMessage } from './wal_messages.ts'

/** The server keeps WAL for us under this name while we are away, up to its `max_slot_wal_keep_size`. */
export const SLOT = 'fzpay_backup'

export type Archiving = Backing & {
  readonly log: Logger
  /** What is committed lies in the repository so many seconds later at the latest. */
  readonly seconds: number
  /** After each object. */
  readonly stored: (what: Archived) => Promise<void>
  /** The server has thrown away WAL that was not archived yet: from here on only a new base backup helps. */
  readonly gap: () => Promise<void>
}

export type Archiver = { stop(): Promise<void> }

/** SQLSTATEs: the slot is another process's; a file of the WAL is gone. */
const SLOT_BUSY = '55006'
const GONE: ReadonlySet<string> = new Set(['58P01', 'backup_wal_gone'])
const PAUSE_MS = 1_000
const BUSY_PAUSE_MS = 15_000

/** Archives until it is stopped: of all processes that try, one does, as the server gives the slot to one only; a server that goes away is waited for. */
export function startArchiver(app: Archiving): Archiver {
  const stopping = new AbortController()
  const { signal } = stopping
  const streaming: Streaming = { writer: null }
  const loop = (async () => {
    let leap = false
    while (!signal.aborted) {
      let pause = PAUSE_MS
      try {
        await archiveOnce(app, signal, streaming, leap)
        leap = false
      } catch (error) {
        if (signal.aborted) return
        const { code = '' } = error as { code?: string }
        leap = GONE.has(code)
        if (code === SLOT_BUSY) pause = BUSY_PAUSE_MS
        else app.log.warn({ err: error }, 'the WAL is not archived at the moment')
        if (leap) await tellGap(app)
      }
      if (!signal.aborted) await sleepUnless(signal, pause)
    }
  })()
  return {
    async stop() {
      // A database that is gone has nothing to wait for.
      await caughtUp(app, streaming).catch(() => {})
      stopping.abort()
      await loop
    },
  }
}

/** null: nothing is streamed at the moment. */
type Streaming = { writer: SegmentWriter | null }

const CATCH_UP_MS = 5_000

/** What was committed by now has come: who stops for a restore must not lose the last moment. */
async function caughtUp(app: Archiving, streaming: Streaming): Promise<void> {
  if (!streaming.writer) return
  const flushed = await flushedTo(app.db.pool)
  for (const end = performance.now() + CATCH_UP_MS; performance.now() < end; await sleep(20))
    if (!streaming.writer || streaming.writer.received >= flushed) return
}

/** Nothing that was lost comes back; what is written from now on must not be lost too, so the slot is made anew. */
async function tellGap(app: Archiving): Promise<void> {
  await dropSlot(app.db.pool, SLOT).catch(() => {})
  await app.gap().catch(error => app.log.warn({ err: error }, 'a gap in the archive could not be noted'))
}

/** Streams from where the archive ends; `leap`: from what the server still has. Resolves at the end of a timeline, after which the next one begins. */
async function archiveOnce(app: Archiving, signal: AbortSignal, streaming: Streaming, leap: boolean): Promise<void> {
  const { segmentBytes } = await readFacts(app.db.pool)
  await haveSlot(app)
  const replication = await openReplication(app.db.url, 'fzpay backup wal')
  const cut = () => void replication.end()
  signal.addEventListener('abort', cut)
  try {
    const from = await whereToBegin(app, replication, segmentBytes, leap)
    if (!signal.aborted) await streamFrom(app, replication, from, segmentBytes, signal, streaming)
  } finally {
    signal.removeEventListener('abort', cut)
    await replication.end()
  }
}

async function haveSlot(app: Archiving): Promise<void> {
  const slot = await readSlot(app.db.pool, SLOT)
  if (slot?.lost)
    throw new Failure('backup_wal_gone', {
      zh: '服务器已丢弃尚未归档的 WAL（超过 max_slot_wal_keep_size）：将重新开始归档并制作新的基础备份',
      en: 'The server has thrown away WAL that was not archived (beyond max_slot_wal_keep_size): the archive begins anew with a new base backup',
    })
  if (!slot) await makeSlot(app.db.pool, SLOT)
}

async function whereToBegin(
  app: Archiving,
  replication: Replication,
  segmentBytes: number,
  leap: boolean,
): Promise<Segment> {
  const [identity] = await replication.ask('IDENTIFY_SYSTEM')
  await refuseOther(app.repository, app.vault.holders, identity?.systemid ?? '')
  const timeline = Number(identity?.timeline)
  const lineage = timeline === 1 ? [{ timeline, end: null }] : await keepHistory(app, replication, timeline)
  const stored = (await app.repository.list(WAL))
    .map(({ name }) => segmentOfObject(name))
    .filter(found => found?.partial === false)
    .flatMap(found => parseSegment(found?.segment ?? '', segmentBytes) ?? [])
  const next = nextToArchive(lineage, stored, segmentBytes)
  const slot = await readSlot(app.db.pool, SLOT)
  const kept = segmentOf(parseLsn(slot?.restart ?? identity?.xlogpos ?? ''), segmentBytes)
  return next && !leap ? next : { timeline, no: kept }
}

/** The history of the server's timeline, kept in the archive too: a restore follows it. */
async function keepHistory(app: Archiving, replication: Replication, timeline: number): Promise<Lineage> {
  const [history] = await replication.ask(`TIMELINE_HISTORY ${timeline}`)
  const text = history?.content ?? ''
  const name = historyObject(timeline)
  if (!(await app.repository.get(name)))
    await app.repository.put(name, await sealObject(app.vault.holders[0], name, Buffer.from(text)))
  return parseHistory(timeline, text)
}

async function streamFrom(
  app: Archiving,
  replication: Replication,
  from: Segment,
  segmentBytes: number,
  signal: AbortSignal,
  streaming: Streaming,
): Promise<void> {
  const writer = new SegmentWriter(app, from, segmentBytes, app.stored)
  streaming.writer = writer
  const tell = () => replication.tell(statusMessage(writer.durable, app.now()))
  let failed: unknown
  const timer = setInterval(() => {
    tell()
    writer
      .storePart(performance.now())
      .then(tell)
      .catch(error => {
        failed = error
        void replication.end()
      })
  }, app.seconds * 500)
  try {
    const start = lsnText(segmentStart(from.no, segmentBytes))
    await replication.stream(
      `START_REPLICATION SLOT ${SLOT} PHYSICAL ${start} TIMELINE ${from.timeline}`,
      async bytes => {
        const message = parseWalMessage(bytes)
        if (message.kind === 'data') await writer.take(message.at, message.bytes)
        writer.heard(message.end, message.clock)
      },
    )
  } catch (error) {
    if (failed !== undefined) throw failed
    if (!signal.aborted) throw error
  } finally {
    clearInterval(timer)
    streaming.writer = null
    // What came since the last time, while there is still time for it.
    if (failed === undefined) await writer.storePart(performance.now())
  }
}

const sleepUnless = (signal: AbortSignal, ms: number): Promise<void> =>
  new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
