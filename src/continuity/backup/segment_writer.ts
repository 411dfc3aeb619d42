import { Failure } from '../../kernel/failure.ts'
import type { Backing } from './base.ts'
import {
  type Lsn,
  partObject,
  partsOf,
  type Segment,
  segmentName,
  segmentOf,
  segmentStart,
  walObject,
} from './names.ts'
import type { Repository } from './repository.ts'
import { getSegment, putWal } from './segments.ts'

/** What has been archived. */
export type Archived = {
  readonly segment: string
  readonly lsn: Lsn
  readonly until: Date
  readonly storedBytes: number
}

/** Where nothing is written, that is told so often, so that the archive's time does not stand still. */
const IDLE_MS = 60_000

/** Puts a stream of WAL together into segments: full ones are stored as a whole, the one that fills part by part. */
export class SegmentWriter {
  /** Everything before it lies in the repository. */
  durable: Lsn
  readonly #repository: Repository
  readonly #vault: Backing['vault']
  readonly #timeline: number
  readonly #bytes: number
  readonly #stored: (what: Archived) => Promise<void>
  #content: Buffer
  #at: Lsn
  #until: Date | null = null
  /** What of the segment that fills is stored in parts, and when the last one was. */
  #parts = { filled: 0, at: 0 }
  #storingPart = false
  #writing: Promise<void> = Promise.resolve()

  constructor(
    to: Pick<Backing, 'repository' | 'vault'>,
    from: Segment,
    segmentBytes: number,
    stored: (what: Archived) => Promise<void>,
  ) {
    this.#repository = to.repository
    this.#vault = to.vault
    this.#timeline = from.timeline
    this.#bytes = segmentBytes
    this.#stored = stored
    this.#content = Buffer.alloc(segmentBytes)
    this.#at = segmentStart(from.no, segmentBytes)
    this.durable = this.#at
  }

  /** Bytes of the WAL from `at` on; the server sends them in order and without a gap. */
  async take(at: Lsn, bytes: Buffer): Promise<void> {
    if (at !== this.#at) throw new Error(`WAL came from ${at} where ${this.#at} was expected`)
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.subarray(0, this.#bytes - this.#filled)
      this.#content.set(taken, this.#filled)
      this.#at += BigInt(taken.length)
      rest = rest.subarray(taken.length)
      if (this.#filled === 0) await this.#storeFull()
    }
  }

  /** What the server said of itself: at this time its WAL ended there. */
  heard(end: Lsn, clock: Date): void {
    if (this.#at >= end) this.#until = clock
  }

  /** Stores what has come of the segment that fills; one part at a time, a slow repository gets fewer and larger ones. */
  async storePart(now: number): Promise<void> {
    const [from, filled] = [this.#parts.filled, this.#filled]
    const news = filled > from || now - this.#parts.at >= IDLE_MS
    if (this.#storingPart || filled === 0 || this.#until === null || !news) return
    this.#storingPart = true
    this.#parts = { filled, at: now }
    const [bytes, until, end] = [Buffer.from(this.#content.subarray(from, filled)), this.#until, this.#at]
    const segment = this.#nameOf(end)
    try {
      await this.#inTurn(async () => {
        const name = partObject(segment, from)
        const storedBytes = await putWal(this.#repository, this.#vault.holders[0], name, { until, bytes })
        await this.#tell(segment, end, until, storedBytes)
      })
    } finally {
      this.#storingPart = false
    }
  }

  /** Everything before it has come. */
  get received(): Lsn {
    return this.#at
  }

  get #filled(): number {
    return Number(this.#at % BigInt(this.#bytes))
  }

  #nameOf(lsn: Lsn): string {
    return segmentName({ timeline: this.#timeline, no: segmentOf(lsn, this.#bytes) }, this.#bytes)
  }

  async #storeFull(): Promise<void> {
    const end = this.#at
    const segment = this.#nameOf(end - 1n)
    const bytes = this.#content
    this.#content = Buffer.alloc(this.#bytes)
    this.#parts = { filled: 0, at: 0 }
    await this.#inTurn(async () => {
      // Where the server is ahead of us, the time of what we hold is not known: the segment vouches for what was known before.
      const until = this.#until ?? new Date(0)
      const storedBytes = await this.#putOnce(segment, { until, bytes })
      const parts = await this.#repository.list(partsOf(segment))
      await this.#repository.remove(parts.map(({ name }) => name))
      await this.#tell(segment, end, until, storedBytes)
    })
  }

  /** A full segment is never replaced: the same again is fine, another one under its name belongs to another database. */
  async #putOnce(segment: string, content: { until: Date; bytes: Buffer }): Promise<number> {
    if (await this.#repository.get(walObject(segment))) {
      const there = await getSegment(this.#repository, this.#vault.holders, segment, this.#bytes)
      if (there && !there.bytes.equals(content.bytes)) throw segmentDiffers(this.#repository.title, segment)
      return 0
    }
    return await putWal(this.#repository, this.#vault.holders[0], walObject(segment), content)
  }

  async #tell(segment: string, lsn: Lsn, until: Date, storedBytes: number): Promise<void> {
    this.durable = lsn
    await this.#stored({ segment, lsn, until, storedBytes })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#writing.then(work)
    this.#writing = mine.catch(() => {})
    return mine
  }
}

const segmentDiffers = (title: string, segment: string): Failure =>
  new Failure(
    'backup_segment_differs',
    {
      zh: `备份存储 ${title} 中已有内容不同的 WAL 段 ${segment}：它属于另一个数据库或另一次恢复，未覆盖；请为本数据库配置单独的备份存储或前缀`,
      en: `The repository ${title} holds another WAL segment ${segment} already: it belongs to another database or another restore and was not replaced; give this database a repository or prefix of its own`,
    },
    { repository: title, segment },
  )
