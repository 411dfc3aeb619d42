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
