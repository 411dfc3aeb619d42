import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { freePort } from '../../src/continuity/traffic/processes.ts'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'

export const NAMES = ['fz-main', 'fz-city', 'fz-remote'] as const
export type Name = (typeof NAMES)[number]

const run = promisify(execFile)
const DEPLOYED = join(PACKAGE_ROOT, 'deploy/replication')

type Server = { readonly port: number; readonly rest: number; readonly config: string; patroni: ChildProcess | null }

/** etcd and three Patronis with the deployed file; of it only names, addresses, folders and the watchdog are others. Run as the account `postgres`. */
export class PatroniCluster {
  readonly #folder: string
  readonly #binaries: string
  readonly #account: { readonly uid: number; readonly gid: number }
  readonly #servers = new Map<Name, Server>()
  readonly #passwords = { superuser: password(), replication: password(), rewind: password(), fzpay: password() }
  #etcd: ChildProcess | undefined

  constructor(folder: string, binaries: string) {
    this.#folder = folder
    this.#binaries = binaries
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    this.#account = { uid: id('-u'), gid: id('-g') }
  }

  /** The first one with its database and user, then the others. */
  async start(): Promise<void> {
    this.#certify()
    copyFileSync(join(DEPLOYED, 'begin-term.sh'), this.#own('begin-term.sh'))
    chmodSync(this.#own('begin-term.sh'), 0o755)
    const etcd = await this.#startEtcd()
    for (const name of NAMES) await this.#configure(name, etcd)
    this.startPatroni('fz-main')
    await until('fz-main is primary', () => this.psql('fz-main', 'select not pg_is_in_recovery()') === 't')
    this.psql('fz-main', `create role fzpay login password '${this.#passwords.fzpay}'`)
    this.psql('fz-main', 'create database fzpay owner fzpay')
    this.psql('fz-main', 'grant pg_monitor to fzpay')
    this.startPatroni('fz-city')
    this.startPatroni('fz-remote')
  }

  /** As the platform gets it. */
  get url(): string {
    const hosts = NAMES.map(name => `127.0.0.1:${this.#server(name).port}`).join(',')
    const rest = `target_session_attrs=read-write&sslmode=verify-full&sslrootcert=${this.#own('ca.pem')}`
    return `postgres://fzpay:${this.#passwords.fzpay}@${hosts}/fzpay?${rest}`
  }

  startPatroni(name: Name): void {
    const server = this.#server(name)
    const { superuser, replication, rewind } = this.#passwords
    server.patroni = this.#spawn(name, 'patroni', [server.config], {
      PATRONI_SUPERUSER_PASSWORD: superuser,
      PATRONI_REPLICATION_PASSWORD: replication,
      PATRONI_REWIND_PASSWORD: rewind,
      PGPORT: `${server.port}`,
    })
  }

  /** The machine loses its power: kill -9 of Patroni and of PostgreSQL. */
  kill(name: Name): void {
    const server = this.#server(name)
    const [postmaster = ''] = readFileSync(this.#own(`${name}.data/postmaster.pid`), 'utf8').split('\n')
    const children = spawnSync('ps', ['-o', 'pid=', '--ppid', postmaster], { encoding: 'utf8' }).stdout
    server.patroni?.kill('SIGKILL')
    for (const pid of [postmaster, ...children.split('\n')].map(Number)) if (pid > 0) end(pid)
    server.patroni = null
  }

  /** The servers' own answer, as `postgres` on the machine; '' when there is none. */
  psql(name: Name, sql: string, database = 'postgres'): string {
    const words = ['-X', '-At', '-U', 'postgres', '-d', database, '-p', `${this.#server(name).port}`, '-c', sql]
    return spawnSync('psql', words, { ...this.#account, cwd: this.#folder, encoding: 'utf8' }).stdout.trim()
  }

  /** `sh check.sh` on that server: its words and whether all is as it should be. */
  check(name: Name): { readonly ok: boolean; readonly said: string } {
    const found = spawnSync('sh', [join(DEPLOYED, 'check.sh')], {
      ...this.#account,
      cwd: this.#folder,
      env: { PATH: process.env.PATH, PGPORT: `${this.#server(name).port}` },
      encoding: 'utf8',
    })
    return { ok: found.status === 0, said: found.stdout + found.stderr }
  }

  /** `patronictl` with the file of that server; throws what it says when it fails. */
  async ctl(name: Name, ...words: string[]): Promise<string> {
    try {
      const { stdout } = await run('patronictl', ['-c', this.#server(name).config, ...words], {
        ...this.#account,
        cwd: this.#folder,
        env: { PATH: process.env.PATH, HOME: this.#folder, LANG: 'C.UTF-8' },
      })
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`patronictl ${words.join(' ')}: ${stdout ?? ''}${stderr ?? error}`)
    }
  }

  /** Roles and tags as Patroni tells them. */
  async members(): Promise<ReadonlyMap<string, Member>> {
    type Listed = { Member: string; Role: string; Tags?: Record<string, unknown> }
    const listed = JSON.parse(await this.ctl('fz-remote', 'list', '-f', 'json')) as Listed[]
    return new Map(listed.map(({ Member: name, Role: role, Tags: tags = {} }) => [name, { role, tags }]))
  }

  /** A line of the file is changed, as by an operator, and Patroni told to read it. */
  async edit(name: Name, change: (config: Config) => void): Promise<void> {
    const { config } = this.#server(name)
    const changed = parse(readFileSync(config, 'utf8')) as Config
    change(changed)
    writeFileSync(config, stringify(changed))
    await this.ctl(name, 'reload', 'fzpay', name, '--force')
  }

  async close(): Promise<void> {
    for (const { patroni } of this.#servers.values()) if (patroni) await ended(patroni, 'SIGTERM')
    if (this.#etcd) await ended(this.#etcd, 'SIGTERM')
  }

  async #configure(name: Name, etcd: number): Promise<void> {
    const [port, rest] = [await freePort(), await freePort()]
    const remote = name === 'fz-remote'
    const config = parse(
      readFileSync(join(DEPLOYED, 'patroni.yml'), 'utf8').replaceAll('/etc/fzpay', this.#folder),
    ) as Config
    config.name = name
    config.etcd3.hosts = [`127.0.0.1:${etcd}`]
    config.restapi.listen = config.restapi.connect_address = `127.0.0.1:${rest}`
    config.tags = { nofailover: remote, nosync: remote }
    config.postgresql.listen = config.postgresql.connect_address = `127.0.0.1:${port}`
    config.postgresql.data_dir = this.#own(`${name}.data`)
    config.postgresql.bin_dir = this.#binaries
    config.postgresql.pg_hba = config.postgresql.pg_hba.map(line => line.replace(/«.*»/, '127.0.0.1/32'))
    // There is none in a container.
    config.watchdog.mode = 'off'
    // PostgreSQL has this provider from 17 on.
    const [major] =
      /\d+/.exec(execFileSync(join(this.#binaries, 'postgres'), ['--version'], { encoding: 'utf8' })) ?? []
    if (Number(major) < 17) config.bootstrap.initdb = [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums']
    const path = this.#own(`${name}.yml`)
    writeFileSync(path, stringify(config))
    this.#servers.set(name, { port, rest, config: path, patroni: null })
  }

  async #startEtcd(): Promise<number> {
    const [client, peer] = [await freePort(), await freePort()]
    const [url, peerUrl] = [`https://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`]
    const addresses = ['--listen-client-urls', url, '--advertise-client-urls', url]
    const peers = ['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl]
    const tls = ['--cert-file', this.#own('patroni.pem'), '--key-file', this.#own('patroni.key')]
    const trust = ['--client-cert-auth', '--trusted-ca-file', this.#own('ca.pem')]
    const place = ['--name', 'one', '--data-dir', this.#own('etcd'), '--initial-cluster', `one=${peerUrl}`]
    mkdirSync(this.#own('etcd'), { mode: 0o700 })
    chownSync(this.#own('etcd'), this.#account.uid, this.#account.gid)
    this.#etcd = this.#spawn('etcd', 'etcd', [...place, ...addresses, ...peers, ...tls, ...trust], {})
    return client
  }

  /** A CA, and a certificate of it for all, on loopback. */
  #certify(): void {
    const openssl = (...words: string[]): unknown =>
      execFileSync('openssl', words, { cwd: this.#folder, stdio: 'pipe' })
    const fresh = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2']
    openssl(...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=trial CA')
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
    for (const name of ['patroni', 'postgres']) {
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', names, '-addext', 'basicConstraints=CA:FALSE']
      openssl(...fresh, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, ...signed)
      chmodSync(this.#own(`${name}.key`), 0o600)
      chownSync(this.#own(`${name}.key`), this.#account.uid, this.#account.gid)
    }
    chownSync(this.#folder, this.#account.uid, this.#account.gid)
  }

  #spawn(name: string, program: string, words: string[], env: Record<string, string>): ChildProcess {
    const log = openSync(this.#own(`${name}.log`), 'a')
    const options = { ...this.#account, cwd: this.#folder, stdio: ['ignore', log, log] as ['ignore', number, number] }
    return spawn(program, words, {
      ...options,
      env: { PATH: process.env.PATH, HOME: this.#folder, LANG: 'C.UTF-8', ...env },
    })
  }

  #own(name: string): string {
    return join(this.#folder, name)
  }

  #server(name: Name): Server {
    return this.#servers.get(name) as Server
  }
}

type Member = { readonly role: string; readonly tags: Readonly<Record<string, unknown>> }

/** What is changed of the deployed file. */
type Config = {
  name: string
  etcd3: { hosts: string[] }
  restapi: { listen: string; connect_address: string }
  tags: { nofailover: boolean; nosync: boolean }
  postgresql: { listen: string; connect_address: string; data_dir: string; bin_dir: string; pg_hba: string[] }
  watchdog: { mode: string }
  bootstrap: { initdb: unknown[] }
}

const password = (): string => randomBytes(12).toString('hex')

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has gone with the others.
  }
}

async function ended(child: ChildProcess, by: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(by)
  await once(child, 'exit')
}

const PATIENCE_MS = 150_000

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(250)) if (await holds()) return
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`)
}
