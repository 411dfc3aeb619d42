import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What a command cost: `processor` is user and system time of all its processes and threads. */
export type Cost = {
  readonly seconds: number
  readonly processor: number
  /** Of its largest process (VmHWM: the resident set at its highest). */
  readonly peakMb: number
  readonly stdout: string
}

const INTERVAL = 10
/** Linux counts processor time in these (USER_HZ). */
const TICKS = 100

/** Is there a way to hold a command, its threads and its children on one core? */
export const canPin = (): boolean => spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** Runs a command on one core (`core` null: on any) and watches it; Linux only. Throws when it fails. */
export async function costOf(words: readonly string[], core: number | null): Promise<Cost> {
  const [command = '', ...rest] = core === null ? words : ['taskset', '-c', String(core), ...words]
  const started = performance.now()
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] })
  const seen = new Map<number, { ticks: number; peak: number }>()
  const look = () => {
    for (const pid of child.pid === undefined ? [] : familyOf(child.pid)) {
      const now = lookAt(pid)
      // A process that has just ended has no memory left to tell of.
      if (now) seen.set(pid, { ...now, peak: Math.max(now.peak, seen.get(pid)?.peak ?? 0) })
    }
  }
  const timer = setInterval(look, INTERVAL)
  let stdout = ''
  child.stdout.on('data', piece => (stdout += piece))
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearInterval(timer)
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`)
  const all = [...seen.values()]
  return {
    seconds: (performance.now() - started) / 1000,
    processor: all.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS,
    peakMb: Math.round(Math.max(...all.map(({ peak }) => peak)) / 1024),
    stdout,
  }
}

function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return [pid, ...(children === '' ? [] : children.split(' ').flatMap(child => familyOf(Number(child))))]
  } catch {
    return [pid]
  }
}

function lookAt(pid: number): { ticks: number; peak: number } | null {
  try {
    const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    // Fields behind the name, which may hold blanks: utime and stime are the 14th and 15th of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { peak, ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return null // Ended meanwhile.
  }
}
