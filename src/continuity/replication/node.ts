import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { rememberOpen } from '../../system/database.ts'
import { type Embedded, openEmbedded } from '../../system/embedded.ts'
import { silent } from '../../system/notice.ts'
import { findPlace, type Place } from '../../system/postgres_place.ts'
import { backendsOf, goneWithin, parsePidFile, signal } from '../../system/postgres_process.ts'
import { REPLICATION_USER } from '../../system/postgres_settings.ts'
import { freePort } from '../traffic/processes.ts'
import { copyCluster } from './base_copy.ts'
import { type Door, openDoor } from './door.ts'

/** The three centres: the first one is primary in the beginning, the second stands in the same city, the third in another one. */
export const CENTRES = ['main', 'city', 'remote'] as const
export type Centre = (typeof CENTRES)[number]

/** Whom a standby follows. */
export type Upstream = { readonly port: number; readonly password: string }

/**
 * One of the three databases: an embedded PostgreSQL in a folder of its own, on a port that stays. All others, the platform included, come in by its door
 * where it has one.
 */
export class Node {
  readonly centre: Centre
  readonly folder: string
  readonly port: number
  readonly door: Door | null
  /** Set while the server should run: as we know it, not as it is. */
  #embedded: Embedded | undefined
  #leave: () => Promise<void> = async () => {}

  private constructor(centre: Centre, folder: string, port: number, door: Door | null) {
    this.centre = centre
    this.folder = folder
    this.port = port
    this.door = door
  }

  static async make(centre: Centre, parent: string, withDoor: boolean): Promise<Node> {
    const port = await freePort()
    return new Node(centre, join(parent, centre), port, withDoor ? await openDoor(port) : null)
  }

  /** Where others find it. */
  get publicPort(): number {
    return this.door?.port ?? this.port
  }

  /** Whether anybody reaches it; a manager and its agent are as cut off as everybody else. */
  get isCutOff(): boolean {
    return this.door?.isCut() ?? false
  }

  get isRunning(): boolean {
    return this.#embedded?.isRunning() ?? false
  }

  /** The first primary of a new cluster. */
  async initialise(): Promise<void> {
    await this.start()
    await this.stop()
    this.#writeSettings([...LASTING])
  }

  async start(): Promise<void> {
    this.#embedded = await openEmbedded({ dataDir: this.folder, volatile: false, port: this.port, say: silent })
    this.#leave = rememberOpen(this.#embedded)
  }

  async stop(): Promise<void> {
    if (this.#embedded) await this.#leave()
    this.#embedded = undefined
  }

  /** kill -9 of the server and all that belongs to it: the machine lost its power. */
  async kill(): Promise<void> {
    const { cluster, clusterName } = this.#place()
    const pid = parsePidFile(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'))?.pid
    const all = [...(pid === undefined ? [] : [pid]), ...backendsOf(clusterName)]
    for (const each of all) signal(each, 'SIGKILL')
    for (const each of all) await goneWithin(each, 5_000)
    await this.stop()
  }

  /** Its disk is gone. */
  deleteData(): void {
    rmSync(this.#place().cluster, { recursive: true, force: true, maxRetries: 5 })
  }

  hasData(): boolean {
    return existsSync(join(this.folder, 'postgres', 'PG_VERSION'))
  }

  /** Makes it a standby of `primary` from a fresh copy; whatever it held is gone. */
  async rebuild(primary: Node, password: string): Promise<void> {
    await this.stop()
    if (existsSync(this.folder)) this.deleteData()
    const place = this.#place()
    mkdirSync(place.cluster, { mode: 0o700 })
    chmodSync(place.cluster, 0o700)
    const source = await primary.connect()
    try {
      await copyCluster(source, primary.#place().cluster, place, this.centre)
    } finally {
      await source.end()
    }
    this.#follow({ port: primary.publicPort, password })
    this.#write('standby.signal', '')
    await this.start()
  }

  /** A running standby turns to another primary. */
  async turnTo(primary: Node, password: string): Promise<void> {
    const there = await primary.connect()
    try {
      await there.query(
        `select pg_create_physical_replication_slot($1, true)
          where not exists (select from pg_replication_slots where slot_name = $1)`,
        [this.centre],
      )
    } finally {
      await there.end()
    }
    this.#follow({ port: primary.publicPort, password })
    await this.#reload()
  }

  /** Which standby must have a commit before it is acknowledged; null: none. */
  async waitFor(standby: Centre | null): Promise<void> {
    this.#writeSettings([...LASTING, ['synchronous_standby_names', standby === null ? '' : `FIRST 1 (${standby})`]])
    await this.#reload()
  }

  /** A standby becomes the primary of `term`: nobody waits for standbys that are not there yet. */
  async promote(term: number, at: Date): Promise<void> {
    this.#writeSettings([...LASTING])
    const client = await this.connect()
    try {
      await client.query('select pg_reload_conf()')
      const { rows } = await client.query('select pg_promote(true, 60) as done')
      if (!rows[0].done) throw new Error(`${this.centre} was not promoted within 60 s`)
      await client.query('insert into primary_terms (term, node, began_at) values ($1, $2, $3)', [
        term,
        this.centre,
        at,
      ])
    } finally {
      await client.end()
    }
  }

  /** Past the door, as somebody at the machine itself. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.urlAt(this.port), connectionTimeoutMillis: 10_000 })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  urlAt(port: number): string {
    return `postgres://fzpay:${this.password()}@127.0.0.1:${port}/fzpay`
  }

  /** All three have the same: they are copies. */
  password(): string {
    return readFileSync(join(this.folder, 'postgres', 'fzpay.password'), 'utf8').trim()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.door?.close()
  }

  async #reload(): Promise<void> {
    const client = await this.connect()
    try {
      await client.query('select pg_reload_conf()')
    } finally {
      await client.end()
    }
  }

  #follow({ port, password }: Upstream): void {
    const primary = `host=127.0.0.1 port=${port} user=${REPLICATION_USER} password=${password} application_name=${this.centre} connect_timeout=2`
    this.#writeSettings([...LASTING, ['primary_conninfo', primary], ['primary_slot_name', this.centre]])
  }

  /** The embedded server's own settings end with this file. */
  #writeSettings(settings: readonly (readonly [string, string])[]): void {
    this.#write('postgresql.local.conf', settings.map(([name, value]) => `${name} = '${value}'\n`).join(''))
  }

  #write(name: string, text: string): void {
    const { cluster, account } = this.#place()
    const path = join(cluster, name)
    writeFileSync(path, text, { mode: 0o600 })
    if (account) chownSync(path, account.uid, account.gid)
  }

  #place(): Place {
    return findPlace(this.folder, false, silent)
  }
}

/** Of each centre, whatever it is at the moment: each may have to be the primary. */
const LASTING = [
  ['max_wal_senders', '10'],
  ['max_replication_slots', '10'],
  ['wal_keep_size', '512MB'],
  ['hot_standby', 'on'],
  ['wal_sender_timeout', '5s'],
  ['wal_receiver_timeout', '5s'],
  ['wal_receiver_status_interval', '1s'],
  ['wal_retrieve_retry_interval', '500ms'],
] as const

/** Ends a client whose server may be gone. */
export async function abandon(client: pg.Client): Promise<void> {
  client.connection.stream.destroy()
  await once(client, 'end').catch(() => {})
}
