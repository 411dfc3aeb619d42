import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Failure } from '../../kernel/failure.ts'
import type { Text } from '../drill.ts'
import { type Lease, type LeaseTimes, mustStepDown, nextStep, passed, renewed } from './lease.ts'
import type { Centre, Node } from './node.ts'

const LOOK_MS = 250
const ANSWER_MS = 1_000
/** A standby that does not stream by then is made anew. */
const FOLLOW_MS = 8_000

export type ManagerOptions = {
  readonly nodes: Readonly<Record<Centre, Node>>
  /** Of the replication's user. */
  readonly password: string
  readonly times: LeaseTimes
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly tell: (what: Text) => void
}

/**
 * Watches the three centres of a drill and does what Patroni does on real servers: renews the primary's lease, promotes the synchronous standby when the lease has ended, turns the
 * others to it. It also plays the agents beside the servers: each knows only whether it could renew.
 */
export class Manager {
  readonly #options: ManagerOptions
  #lease: Lease
  /** When each agent renewed last; an agent that is cut off goes on by its own clock. */
  readonly #renewedAt = new Map<Centre, number>()
  #syncMissedSince: number | null = null
  #asked = false
  #over = false
  #loop: Promise<void> = Promise.resolve()
  #acting: Promise<void> = Promise.resolve()
  #following: Promise<void> = Promise.resolve()
  /** Called between promotion and anything else, on the new primary. */
  onPromoted: (node: Node) => Promise<void> = async () => {}

  constructor(options: ManagerOptions, first: Centre, sync: Centre) {
    this.#options = options
    const now = options.now()
    this.#lease = { holder: first, term: 1, until: now + options.times.leaseMs, sync }
    this.#renewedAt.set(first, now)
  }

  get lease(): Lease {
    return this.#lease
  }

  get primary(): Node {
    return this.#options.nodes[this.#lease.holder]
  }

  start(): void {
    this.#loop = (async () => {
      while (!this.#over) {
        // One at a time with what a person asks for.
        await this.#alone(() => this.#look())
        await sleep(LOOK_MS)
      }
    })()
  }

  async stop(): Promise<void> {
    this.#over = true
    await this.#loop
    await this.#following
  }

  /**
   * A person's decision: `centre` becomes primary, with whatever it has. Throws primary_still_held as long as another may hold the lease.
   */
  takeOver(centre: Centre): Promise<void> {
    return this.#alone(async () => {
      if (this.#options.now() < this.#lease.until) throw stillHeld(this.#lease)
      await this.#promote(centre)
    })
  }

  /** A centre comes back: whatever it was, it becomes a standby of the primary of now; in the same city it is then waited for. */
  async rejoin(centre: Centre): Promise<void> {
    const { nodes, password, tell } = this.#options
    await this.#following
    await nodes[centre].rebuild(this.primary, password)
    await this.#untilStreams(centre, FOLLOW_MS * 4)
    await this.#alone(async () => {
      if (centre === 'remote' || this.#lease.holder === 'remote') return
      await this.primary.waitFor(centre)
      this.#lease = { ...this.#lease, sync: centre }
      this.#syncMissedSince = null
    })
    tell({ zh: `${centre} 作为备库重新加入`, en: `${centre} has joined again, as a standby` })
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#acting.then(work)
    this.#acting = done.then(
      () => {},
      () => {},
    )
    return done
  }

  async #look(): Promise<void> {
    const { now, times, nodes, tell } = this.#options
    await this.#agents()
    const lease = this.#lease
    const [holder, sync] = [nodes[lease.holder], lease.sync === null ? null : nodes[lease.sync]]
    const streaming = await streamingTo(holder)
    const at = now()
    if (streaming === null || sync === null || streaming.has(sync.centre)) this.#syncMissedSince = null
    else this.#syncMissedSince ??= at
    const step = nextStep(
      {
        now: at,
        lease,
        holderAnswers: streaming !== null,
        syncMissedSince: this.#syncMissedSince,
        syncAnswers: sync !== null && (await answers(sync)),
      },
      times,
    )
    if (step === 'promote') return await this.#promote(lease.sync as Centre)
    if (step === 'renew' || step === 'loosen') {
      this.#lease = renewed(lease, at, times)
      this.#renewedAt.set(lease.holder, at)
      this.#asked = false
    }
    if (step === 'loosen') {
      // First nobody may follow it any more, then it need not wait: the other way round a commit could be lost.
      this.#lease = { ...this.#lease, sync: null }
      await holder.waitFor(null)
      tell({
        zh: `同步备库 ${sync?.centre} 失联，主库暂不等待`,
        en: `${sync?.centre} is missed; the primary goes on without a synchronous standby`,
      })
    }
    if (step === 'ask_a_person' && !this.#asked) {
      this.#asked = true
      tell({ zh: '没有可自动接管的节点，等待人工决定', en: 'No centre may take over by itself: a person must decide' })
    }
  }

  /** What each centre's own agent does, whoever reaches it. */
  async #agents(): Promise<void> {
    const { nodes, now, times, tell } = this.#options
    for (const [centre, at] of this.#renewedAt) {
      const node = nodes[centre]
      if (!node.isRunning || !mustStepDown(at, now(), times)) continue
      await node.kill()
      this.#renewedAt.delete(centre)
      tell({ zh: `${centre} 无法续租，已自行停止`, en: `${centre} could not renew its lease and has stopped itself` })
    }
  }

  async #promote(centre: Centre): Promise<void> {
    const { nodes, now, times, tell, password } = this.#options
    const node = nodes[centre]
    tell({ zh: `租约已到期，提升 ${centre}`, en: `the lease has ended; ${centre} is promoted` })
    const lease = passed(this.#lease, centre, now(), times)
    await node.promote(lease.term, new Date(now()))
    const at = now()
    this.#lease = renewed(lease, at, times)
    // Whoever held it before has stopped by now, killed or by its own agent.
    this.#renewedAt.clear()
    this.#renewedAt.set(centre, at)
    tell({ zh: `${centre} 成为主库（第 ${lease.term} 任）`, en: `${centre} is primary, term ${lease.term}` })
    await this.onPromoted(node)
    // Beside the manager's own steps: the new primary must be able to renew meanwhile.
    if (centre !== 'remote' && nodes.remote.isRunning)
      this.#following = this.#turn(nodes.remote, node, password).catch(error => {
        if (!this.#over)
          tell({
            zh: `remote 未能跟随 ${centre}：${error.message}`,
            en: `remote does not follow ${centre}: ${error.message}`,
          })
      })
  }

  /** One that was ahead of the new primary cannot follow it and begins anew. */
  async #turn(standby: Node, primary: Node, password: string): Promise<void> {
    await standby.turnTo(primary, password)
    await this.#untilStreams(standby.centre, FOLLOW_MS).catch(() => standby.rebuild(primary, password))
    this.#options.tell({ zh: `${standby.centre} 跟随新主库`, en: `${standby.centre} follows the new primary` })
  }

  async #untilStreams(centre: Centre, ms: number): Promise<void> {
    const { now } = this.#options
    for (const end = now() + ms; now() < end; await sleep(LOOK_MS))
      if ((await streamingTo(this.primary))?.has(centre)) return
    throw new Failure(
      'standby_does_not_stream',
      {
        zh: `${centre} 在 ${ms / 1000} 秒内没有接上主库`,
        en: `${centre} did not stream from the primary within ${ms / 1000} s`,
      },
      { centre },
    )
  }
}

/** Who streams from a server that answers, by the public way; null: it does not. */
async function streamingTo(node: Node): Promise<Set<string> | null> {
  return await asked(node, async client => {
    const { rows } = await client.query(
      "select application_name as name from pg_stat_replication where state = 'streaming'",
    )
    return new Set(rows.map(row => row.name as string))
  })
}

const answers = async (node: Node): Promise<boolean> =>
  (await asked(node, async client => (await client.query('select 1')).rowCount)) === 1

async function asked<T>(node: Node, ask: (client: pg.Client) => Promise<T>): Promise<T | null> {
  if (!node.hasData()) return null
  const client = new pg.Client({
    connectionString: node.urlAt(node.publicPort),
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await ask(client)
  } catch {
    return null
  } finally {
    client.connection.stream.destroy()
  }
}

const stillHeld = ({ holder, until }: Lease): Failure =>
  new Failure(
    'primary_still_held',
    {
      zh: `${holder} 的租约到 ${new Date(until).toISOString()} 才到期，此前不能提升其他节点`,
      en: `${holder} holds the lease until ${new Date(until).toISOString()}; no other centre may be promoted before`,
    },
    { holder },
  )
