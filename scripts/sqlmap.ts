/**
 * `npm run sqlmap [-- --level N] [--seconds N] [--only TEXT,TEXT]`: sqlmap (Debian's package) against every route of the started platform, on
 * loopback, with a key that may do everything. The intrusion guard does not look at this address, so that the SQL is tested and not
 * the guard. First a server that is open to injection on purpose shows that the arrangement would find one.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as ask, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ALL_PERMISSIONS } from '../src/access/permissions.ts'
import { provideKey } from '../src/access/provision.ts'
import { startSandbox } from '../src/channels/sandbox/sandbox.ts'
import { demoPeople } from '../src/demo/accounts.ts'
import { playPaying } from '../src/demo/paying_story.ts'
import { PARTS } from '../src/parts.ts'
import { startPlatform } from '../src/server.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { FRESH_ID, injectionTargets, type OpenApi, type Target } from './sqlmap_targets.ts'

const option = (name: string, usual: string): string => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? usual : (process.argv[at + 1] ?? usual)
}
const LEVEL = option('level', '2')
const SECONDS = Number(option('seconds', '240'))
const ONLY = option('only', '')
const LANES = 2

if (!findSqlmap()) {
  console.error(
    '无法安装 sqlmap（需要 Debian/Ubuntu 的 apt-get 和管理员权限）；请手动安装后重试 sqlmap is not there and cannot be installed here: install it and try again',
  )
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'fzpay-sqlmap-'))
const sandbox = await startSandbox({ folder: join(folder, 'sandbox') })
const platform = await startPlatform({
  parts: PARTS,
  port: 0,
  database: { dataDir: join(folder, 'data'), volatile: true },
  config: {
    name: 'sqlmap',
    folder: PACKAGE_ROOT,
    text: JSON.stringify({
      server: { log_level: 'silent' },
      channels: sandbox.accounts,
      receipts: { keys: [randomBytes(32).toString('hex')] },
      intrusion: { unwatched: ['127.0.0.1'] },
    }),
  },
})
const key = await provideKey(platform.app, 'tester', [...ALL_PERMISSIONS])
const passing = await openPassage(platform.url)
const open = await openControl()
try {
  const story = await playPaying({
    url: platform.url,
    clerk: key,
    finance: async () => {
      const person = (await demoPeople(platform.app)).find(({ login }) => login === 'caiwu')
      if (!person) throw new Error('the demo has no caiwu')
      return person
    },
    pay: paymentNo => sandbox.pay(paymentNo),
    loseNotices: paymentNo => sandbox.rules([{ on: 'notice', do: 'drop', no: paymentNo }]),
    run: 'SQL',
    tell: () => {},
  })
  const control = await attack({ name: 'control', method: 'GET', url: `${open.url}/?id=1`, body: null, parameters: 1 })
  console.log(`control, open to injection on purpose: ${control.verdict}`)
  if (control.verdict !== 'injectable') throw new Error('the arrangement does not find what is there')

  const description = (await (await fetch(`${platform.url}/api/openapi.json`)).json()) as OpenApi
  const known = { order_no: 'WATERSQLA', payment_no: story.paymentNo }
  const targets = injectionTargets(description, passing.url, known).filter(({ name }) =>
    ONLY.split(',').some(part => name.includes(part)),
  )
  const from = performance.now()
  const found: string[] = []
  const cut: string[] = []
  let done = 0
  const left = [...targets]
  const lane = async (): Promise<void> => {
    for (let target = left.shift(); target; target = left.shift()) {
      const { verdict, seconds, output } = await attack(target)
      if (verdict === 'injectable') found.push(target.name)
      if (verdict === 'cut off') cut.push(target.name)
      console.log(
        `${String(++done).padStart(3)}/${targets.length} ${verdict.padEnd(14)} ${seconds.toFixed(0).padStart(4)} s  ${target.parameters} parameters  ${target.name}`,
      )
      if (verdict === 'injectable' || verdict === 'failed') console.log(output.slice(-3000))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const parameters = targets.reduce((sum, target) => sum + target.parameters, 0)
  console.log(
    `${targets.length} routes, ${parameters} parameters, ${passing.requests()} requests, ${((performance.now() - from) / 60_000).toFixed(0)} minutes, level ${LEVEL}: ${found.length} open to injection${found.length > 0 ? `: ${found.join(', ')}` : ''}`,
  )
  console.log(
    `answers of 5xx: ${passing.failures().length}${passing
      .failures()
      .slice(0, 10)
      .map(line => `\n  ${line}`)
      .join('')}`,
  )
  if (cut.length > 0) console.log(`cut off after ${SECONDS} s without a finding: ${cut.join(', ')}`)
  process.exitCode = found.length > 0 || passing.failures().length > 0 ? 1 : 0
} finally {
  passing.close()
  await open.close()
  await platform.stop()
  await sandbox.stop()
  rmSync(folder, { recursive: true, force: true })
}

function findSqlmap(): boolean {
  const there = () => spawnSync('sqlmap', ['--version']).status === 0
  if (there()) return true
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  spawnSync('apt-get', ['install', '-y', '-qq', 'sqlmap'], { stdio: 'inherit' })
  return there()
}

type Verdict = { verdict: 'injectable' | 'not injectable' | 'cut off' | 'failed'; seconds: number; output: string }

/** One run of sqlmap; on `SECONDS` it is cut off, with what it has found until then. */
function attack({ method, url, body, name }: Target): Promise<Verdict> {
  const words = [
    ...[
      '-u',
      url,
      '--method',
      method,
      '--batch',
      '--disable-coloring',
      '--flush-session',
      '--level',
      LEVEL,
      '--risk',
      '1',
    ],
    ...['--dbms', 'PostgreSQL', '--threads', '4', '--timeout', '10', '--retries', '0', '--skip-waf', '--time-sec', '3'],
    ...['--headers', `Authorization: Bearer ${key}\nContent-Type: application/json`],
    ...[
      '--ignore-code',
      '400,401,403,404,409,413,414,415,422,429',
      '--output-dir',
      join(folder, 'out', name.replaceAll(/\W+/g, '_')),
    ],
    // Answers echo what was sent: that is no reason to look for scripts there.
    ...['--answers', 'follow=N,optimize=N,keep testing=Y'],
    ...(body === null ? [] : ['--data', JSON.stringify(body)]),
  ]
  const from = performance.now()
  return new Promise(resolve => {
    const child = spawn('sqlmap', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let over = false
    const patience = setTimeout(() => {
      over = true
      child.kill('SIGKILL')
    }, SECONDS * 1000)
    child.stdout.on('data', piece => (output += piece))
    child.stderr.on('data', piece => (output += piece))
    child.on('close', () => {
      clearTimeout(patience)
      // A first guess ("appears to be injectable") counts only when sqlmap's own check for false positives keeps it.
      const injectable = /identified the following injection point|is vulnerable\. Do you want/.test(output)
      const clean = /do not appear to be injectable/.test(output)
      const verdict = injectable ? 'injectable' : clean ? 'not injectable' : over ? 'cut off' : 'failed'
      resolve({ verdict, seconds: (performance.now() - from) / 1000, output })
    })
  })
}

type Passage = { url: string; requests: () => number; failures: () => string[]; close: () => void }

/** Between sqlmap and the platform: gives each request an id of its own, as the same id would get the first answer, and counts. */
async function openPassage(to: string): Promise<Passage> {
  let requests = 0
  const failures = new Set<string>()
  const target = new URL(to)
  const server = createServer((request, answer) => {
    requests++
    const pieces: Buffer[] = []
    request.on('data', piece => pieces.push(piece))
    request.on('end', () => {
      const fresh = randomBytes(12).toString('hex')
      const path = (request.url ?? '/').replaceAll(FRESH_ID, fresh)
      const body = Buffer.concat(pieces).toString().replaceAll(FRESH_ID, fresh)
      const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers
      const onward = ask(
        {
          host: target.hostname,
          port: target.port,
          method: request.method,
          path,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        reply => {
          if ((reply.statusCode ?? 0) >= 500 && reply.statusCode !== 503 && reply.statusCode !== 502)
            failures.add(`${reply.statusCode} ${request.method} ${path.slice(0, 200)} ${body.slice(0, 300)}`)
          answer.writeHead(reply.statusCode ?? 500, reply.headers)
          reply.pipe(answer)
        },
      )
      onward.on('error', () => answer.destroy())
      onward.end(body)
    })
  })
  const url = await listening(server)
  return { url, requests: () => requests, failures: () => [...failures], close: () => server.close() }
}

/** What an injectable route looks like: the value becomes part of the text. */
async function openControl(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, answer) => {
    const id = new URL(request.url ?? '/', 'http://x').searchParams.get('id') ?? ''
    platform.app.db.pool.query(`select merchant_no, name from merchants where 1 = ${id}`).then(
      ({ rows }) => answer.end(JSON.stringify(rows)),
      error => answer.writeHead(500).end(String(error)),
    )
  })
  const url = await listening(server)
  return { url, close: async () => void server.close() }
}

function listening(server: Server): Promise<string> {
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )
}
