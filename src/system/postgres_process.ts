import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** What postmaster.pid says about a server. */
export type Postmaster = {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** Reads postmaster.pid; null while it is not yet written to its end. */
export function parsePidFile(text: string): Postmaster | null {
  const lines = text.split('\n').map(line => line.trim())
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7] === 'ready' }
}

/**
 * Whether a process is a PostgreSQL server on this data folder. Process numbers are used again, above all in containers
 * where they start anew, so a number alone proves nothing; the command line does, and everybody may read it.
 */
export function isServerOf(pid: number, cluster: string): boolean {
  const command = commandLine(pid)
  if (command === null) return isAlive(pid)
  return command.some((word, index) => word === '-D' && command[index + 1] === cluster)
}

/** Backends that outlived their killed server; each names its cluster in its title. */
export const backendsOf = (clusterName: string): number[] =>
  processNumbers().filter(pid => commandLine(pid)?.[0]?.startsWith(`postgres: ${clusterName}: `))

/** False for a zombie too: it holds nothing any more, even where nobody collects it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return process.platform !== 'linux'
  }
}

/** Waits until a process is gone; false when it is still there after `ms`. */
export async function goneWithin(pid: number, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; isAlive(pid); await sleep(10)) if (performance.now() > end) return false
  return true
}

/** Gives Node a moment to collect a child that ended, so that no zombie stays behind us. */
export async function collected(pid: number): Promise<void> {
  for (const end = performance.now() + 100; performance.now() < end; await sleep(2))
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The words of a running process; empty when there is none, null when this platform does not tell. */
function commandLine(pid: number): string[] | null {
  if (!isAlive(pid)) return []
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  if (process.platform === 'win32') return null
  const command = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
  const [before, after] = command.trim().split(' -D ')
  // `ps` joins the words with blanks, so a folder with blanks is cut at our next option.
  return after === undefined ? [command.trim()] : [before ?? '', '-D', after.replace(/ -c .*$/s, '')]
}

function processNumbers(): number[] {
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}
