// Plain JavaScript for whatever Node (20 or later) the machine has: gets the dependencies in place, then hands over to the
// Node 26 among them, which runs our TypeScript.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json; links to the calling script have been followed by Node. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

const RUNTIME = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
const LOCK = join(ROOT, '.install-lock')

/**
 * How the Node 26 is started, whatever it runs. What passes through this product in millions, lines and rows, is gone again a
 * moment later; V8 sees that many are still there when it first looks, takes them for long-lived (pretenuring), and from then
 * on makes them where only a collection of everything finds them dead. A young heap of 8 MB holds what is at work, but for the platform
 * itself: hundreds of requests are under way there at once, and each collection would copy them all again.
 * docs/performance.md has what each is worth.
 */
const runtimeFlags = words => [
  '--no-allocation-site-pretenuring',
  `--max-semi-space-size=${words[0] === 'serve' || words[0] === 'start' ? 32 : 8}`,
]

/** Installs what package-lock.json names and node_modules lacks. `dev` says whether the tools for tests are needed too. */
export async function ensureInstalled({ dev }) {
  if (isInstalled(dev)) return
  await holdLock(async () => {
    if (isInstalled(dev)) return // Another process did it meanwhile.
    if (!fitsLock(dev)) await install()
    if (!runtimeWorks()) finishRuntime()
    if (!isInstalled(dev))
      throw new Refusal('安装不完整，请手动运行 npm ci', 'The installation is not complete; run npm ci yourself')
  })
}

/** Runs a TypeScript file of the package on Node 26 as if it were this very process. */
export async function handOver(script, words) {
  const child = spawn(RUNTIME, [...runtimeFlags(words), join(ROOT, script), ...words], { stdio: 'inherit' })
  // On a terminal Ctrl-C reaches the child by itself; anything sent to this process alone is passed on.
  const passOn = name => {
    if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name)
  }
  const names = process.platform === 'win32' ? ['SIGINT'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']
  for (const name of names) process.on(name, passOn)
  const [status, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (...ended) => resolve(ended))
  })
  for (const name of names) process.off(name, passOn)
  if (signal === null) process.exit(status)
  process.kill(process.pid, signal)
  // Where the signal does not end us, the shell's number for it does.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000)
}

/** Says in one sentence what went wrong and ends with status 1. */
export function refuse(error) {
  console.error(error instanceof Refusal ? error.message : error)
  process.exit(1)
}

class Refusal extends Error {
  constructor(zh, en) {
    super(`${zh}\n${en}`)
  }
}

const isInstalled = dev => fitsLock(dev) && existsSync(RUNTIME)

/** npm writes what it installed beside the packages, as its last act; a cut installation has no such list. */
function fitsLock(dev) {
  const wanted = packagesIn(join(ROOT, 'package-lock.json'))
  const present = packagesIn(join(ROOT, 'node_modules/.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([path, { version, optional, dev: forDevelopment, devOptional }]) => {
    if (path === '' || (!dev && (forDevelopment || devOptional))) return true
    const found = present[path]
    return found ? found.version === version : optional === true
  })
}

function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return null
  }
}

async function install() {
  console.error(
    '正在安装依赖（npm ci，仅首次或版本变化时） Installing dependencies (npm ci; only the first time or after a change)',
  )
  const words = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional']
  const npm = process.env.npm_execpath
  const child = npm
    ? spawn(process.execPath, [npm, ...words], { cwd: ROOT })
    : spawn('npm', words, { cwd: ROOT, shell: process.platform === 'win32' })
  // Should we be killed, npm goes on alone: the lock holds as long as one of the two lives.
  if (child.pid) writeFileSync(LOCK, `${process.pid} ${child.pid}`)
  let said = ''
  child.stdout.on('data', chunk => (said += chunk))
  child.stderr.on('data', chunk => (said += chunk))
  const outcome = await new Promise(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('close', (status, signal) => resolve(status === 0 ? 'done' : (signal ?? `status ${status}`)))
  })
  if (outcome === 'done') return
  console.error(said.trim())
  throw new Refusal(
    `npm ci 失败（${outcome}），请检查网络和 npm 设置后重试`,
    `npm ci failed (${outcome}); check the network and npm's settings, then try again`,
  )
}

const runtimeWorks = () => spawnSync(RUNTIME, ['--version']).status === 0

/** The package `node` gets its program by an install script, which npm may have been told not to run. */
function finishRuntime() {
  const done = spawnSync(process.execPath, ['installArchSpecificPackage.js'], {
    cwd: join(ROOT, 'node_modules/node'),
    encoding: 'utf8',
  })
  if (runtimeWorks()) return
  console.error(`${done.stdout ?? ''}${done.stderr ?? ''}`.trim())
  throw new Refusal(
    `本机（${process.platform}-${process.arch}）无法安装 Node 26 运行环境`,
    `The Node 26 runtime cannot be installed on this machine (${process.platform}-${process.arch})`,
  )
}

/** One installation at a time; the lock of a process that was killed counts for nothing. */
async function holdLock(act) {
  for (let told = false; !takeLock(); told = true) {
    if (!told)
      console.error('另一个进程正在安装依赖，请稍候 Another process is installing the dependencies, please wait')
    await sleep(200)
  }
  try {
    await act()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function takeLock() {
  try {
    const file = openSync(LOCK, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST')
      throw new Refusal(`无法写入 ${ROOT}：${error.message}`, `${ROOT} cannot be written: ${error.message}`)
  }
  const holders = readHolders(LOCK)
  if (holders === '' || holders.split(' ').some(pid => isAlive(Number(pid)))) return false
  // Taken away by rename, so that of two processes that see a dead holder only one removes that very lock.
  const aside = `${LOCK}-${process.pid}`
  try {
    renameSync(LOCK, aside)
    if (readHolders(aside) !== holders) renameSync(aside, LOCK)
    rmSync(aside, { force: true })
  } catch {
    return false // Somebody else was faster.
  }
  return takeLock()
}

/** Empty while its owner is still writing it. */
function readHolders(path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
