import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

/** The most memory that a server's processes held together, in MB (proportional set size; Linux only, else null). */
export type MemoryWatch = { stop(): number | null }

const INTERVAL = 100

export async function watchServer(client: Pick<pg.Pool, 'query'>): Promise<MemoryWatch> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const server = parentOf(rows[0].pid)
  let peak: number | null = null
  const look = () => {
    const now = server === null ? null : familySize(server)
    if (now !== null) peak = Math.max(peak ?? 0, now)
  }
  look()
  const timer = setInterval(look, INTERVAL)
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak === null ? null : Math.round(peak / 1024)
    },
  }
}

function parentOf(pid: number): number | null {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) || null
  } catch {
    return null
  }
}

function familySize(server: number): number | null {
  let sum = 0
  try {
    for (const name of readdirSync('/proc'))
      if (/^\d+$/.test(name) && (Number(name) === server || parentOf(Number(name)) === server)) sum += sizeOf(name)
  } catch {
    return null
  }
  return sum
}

function sizeOf(pid: string): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0 // Ended meanwhile.
  }
}

/** Processor time in seconds that a process, or a server with all its children, has used until now; Linux only, else 0. */
export function processorSeconds(pid: number, withChildren = false): number {
  let ticks = 0
  const add = (name: string): void => {
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
      // Backends that have ended count with their parent.
      if (Number(name) === pid && withChildren) ticks += Number(fields[13]) + Number(fields[14])
    } catch {
      // It ended between the listing and the look.
    }
  }
  if (!withChildren) add(String(pid))
  else
    try {
      for (const name of readdirSync('/proc'))
        if (/^\d+$/.test(name) && (Number(name) === pid || parentOf(Number(name)) === pid)) add(name)
    } catch {
      return 0
    }
  return ticks / 100
}

/** The process number of the server that a client is connected to. */
export async function serverPid(client: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return parentOf(rows[0].pid) ?? 0
}
