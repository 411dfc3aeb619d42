import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../kernel/failure.ts'
import type { Text } from '../drill.ts'
import { type Lease, type LeaseTimes, mustStepDown, nextStep, passed, renewed } from './lease.ts'
import { Line } from './line.ts'
import type { Centre, Node } from './node.ts'

const LOOK_MS = 250
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
  readonly #lines: Readonly<Record<Centre, Line>>
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
    const { main, city, remote } = options.nodes
    this.#lines = { main: new Line(main), city: new Line(city), remote: new Line(remote) }
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
    for (const line of Object.values(this.#lines)) line.close()
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
    const lease = this.#lease
    const { holder, sync } = lease
    const streaming = await this.#lines[holder].streaming()
    const at = now()
    if (streaming === null || sync === null || streaming.has(sync)) this.#syncMissedSince = null
    else this.#syncMissedSince ??= at
    const step = nextStep(
      {
        now: at,
        lease,
        holderAnswers: streaming !== null,
        syncMissedSince: this.#syncMissedSince,
        syncAnswers: streaming === null && sync !== null && (await this.#lines[sync].answers()),
      },
      times,
    )
    // Asked first: an agent that was held up itself, on a busy machine, finds that it can renew after all. It has decided before anybody is promoted.
    if (step !== 'renew' && step !== 'loosen') await this.#agents()
    if (step === 'promote') return await this.#promote(lease.sync as Centre)
    if (step === 'renew' || step === 'loosen') {
      this.#lease = renewed(lease, at, times)
      this.#renewedAt.set(lease.holder, at)
      this.#asked = false
    }
    if (step === 'loosen') {
      // First nobody may follow it any more, then it need not wait: the other way round a commit could be lost.
      this.#lease = { ...this.#lease, sync: null }
      await nodes[holder].waitFor(null)
      tell({
        zh: `同步备库 ${sync} 失联，主库暂不等待`,
        en: `${sync} is missed; the primary goes on without a synchronous standby`,
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
      if ((await this.#lines[this.#lease.holder].streaming())?.has(centre)) return
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

const stillHeld = ({ holder, until }: Lease): Failure =>
  new Failure(
    'primary_still_held',
    {
      zh: `${holder} 的租约到 ${new Date(until).toISOString()} 才到期，此前不能提升其他节点`,
      en: `${holder} holds the lease until ${new Date(until).toISOString()}; no other centre may be promoted before`,
    },
    { holder },
  )
