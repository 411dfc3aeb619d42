import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { billsMissing } from '../../src/continuity/store.ts'
import { type Clerk, startClerk } from '../../src/continuity/traffic/clerk.ts'
import { openStage, type Stage } from '../../src/continuity/traffic/stage.ts'
import { type Name, PatroniCluster, until } from './cluster.ts'

const TRAFFIC_MS = 5_000
const BACK_MS = 120_000

/** The primary is lost, comes back, is made primary again; the city is lost, and a person has the remote centre take over: by the commands of docs/continuity.md. */
export class PatroniTrial {
  readonly #cluster: PatroniCluster
  readonly #folder: string
  readonly #say: (text: string) => void
  #stage: Stage | undefined
  #clerk: Clerk | undefined
  #held = true

  constructor(folder: string, binaries: string, say: (text: string) => void) {
    this.#folder = folder
    this.#cluster = new PatroniCluster(folder, binaries)
    this.#say = say
  }

  /** Whether everything held. */
  async play(): Promise<boolean> {
    const cluster = this.#cluster
    await cluster.start()
    const stage = (this.#stage = await openStage(join(this.#folder, 'platform'), cluster.url))
    await this.#untilWhole('fz-main')
    const clerk = (this.#clerk = startClerk(stage))
    await sleep(TRAFFIC_MS)

    await this.#lose('the primary is killed', ['fz-main'], clerk)
    await until('fz-city leads', async () => (await cluster.members()).get('fz-city')?.role === 'Leader')
    cluster.startPatroni('fz-main')
    await this.#untilWhole('fz-city')

    await until(
      'fz-main is Sync Standby',
      async () => (await cluster.members()).get('fz-main')?.role === 'Sync Standby',
    )
    this.#say('switchover back to fz-main')
    const from = Date.now()
    const words = ['--leader', 'fz-city', '--candidate', 'fz-main', '--force']
    const told = await cluster.ctl('fz-city', 'switchover', 'fzpay', ...words)
    if (!told.includes('Successfully switched over')) throw new Error(told)
    await this.#untilWhole('fz-main')
    this.#say(`ok    longest pause between two acknowledged bills ${seconds(longestPause(clerk, from))}`)

    await this.#lose('both centres of the city are killed', ['fz-main', 'fz-city'], clerk, () => this.#takeOver())
    await clerk.stop()
    const terms = cluster.psql('fz-remote', 'select count(*) from primary_terms', 'fzpay')
    this.#must('terms that the primaries wrote', terms, '4')
    const issued = clerk.acknowledged.map(({ no }) => no)
    const missing = await billsMissing(stage.db.pool, issued)
    this.#must(`acknowledged bills that are gone, of ${issued.length}`, `${missing.length}`, '0')
    this.#must('answers that a client cannot handle', JSON.stringify(clerk.unclear.slice(0, 3)), '[]')
    this.#must('starts of the platform', `${stage.platform.starts()}`, '1')
    return this.#held
  }

  async close(): Promise<void> {
    await this.#clerk?.stop()
    await this.#stage?.close()
    await this.#cluster.close()
  }

  /** They lose their power; `mend` is what a person does. */
  async #lose(what: string, names: readonly Name[], clerk: Clerk, mend = async () => {}): Promise<void> {
    this.#say(what)
    const damagedAt = Date.now()
    for (const name of names) this.#cluster.kill(name)
    await mend()
    const at = await clerk.backSince(damagedAt, BACK_MS)
    if (at === null) this.#held = false
    this.#say(at === null ? 'WRONG the platform acknowledges nothing' : `ok    back after ${seconds(at - damagedAt)}`)
  }

  /** The person's part of "Both same-city centres are lost". */
  async #takeOver(): Promise<void> {
    const cluster = this.#cluster
    await cluster.ctl('fz-remote', 'edit-config', 'fzpay', '-s', 'synchronous_mode=false', '--force')
    await cluster.edit('fz-remote', config => void (config.tags.nofailover = false))
    let leader = ''
    await until('the lease has ended, and fz-remote may be chosen', async () => {
      const members = await cluster.members()
      leader = [...members].find(([, { role }]) => role === 'Leader')?.[0] ?? ''
      return !members.get('fz-remote')?.tags.nofailover && ['', 'fz-remote'].includes(leader)
    })
    // It takes over by itself where it knows that it has everything.
    if (leader === '') await cluster.ctl('fz-remote', 'failover', 'fzpay', '--candidate', 'fz-remote', '--force')
  }

  /** `sh check.sh` on the leader finds nothing. */
  async #untilWhole(leader: Name): Promise<void> {
    let said = ''
    await until(`check.sh on ${leader}`, () => {
      const found = this.#cluster.check(leader)
      said = found.said
      return found.ok
    }).catch(error => {
      throw new Error(`${error.message}\n${said}`)
    })
    this.#say(`ok    check.sh on ${leader}`)
  }

  #must(what: string, found: string, wanted: string): void {
    const right = found === wanted
    if (!right) this.#held = false
    this.#say(right ? `ok    ${what}: ${found}` : `WRONG ${what}: ${found}, should be ${wanted}`)
  }
}

/** Milliseconds in which no bill was acknowledged. */
function longestPause({ acknowledged }: Clerk, from: number): number {
  const times = acknowledged.map(({ at }) => at).filter(at => at >= from)
  return Math.max(...times.map((at, i) => at - (times[i - 1] ?? from)))
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
