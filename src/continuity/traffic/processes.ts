import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PACKAGE_ROOT } from '../../system/paths.ts'

/** A command of ours that is started again whenever it ends, as a service manager would. */
export type Service = {
  /** kill -9, and back as soon as it can. */
  kill(): void
  readonly starts: () => number
  stop(): Promise<void>
}

export const service = (words: readonly string[], env: NodeJS.ProcessEnv, said: (line: string) => void): Service =>
  serviceOf('src/cli.ts', words, env, said)

/** The same of any program of ours. */
export function serviceOf(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  said: (line: string) => void,
): Service {
  let child: ChildProcess
  let stopping = false
  let starts = 0
  const start = (): void => {
    starts++
    child = spawn(process.execPath, [...process.execArgv, join(PACKAGE_ROOT, program), ...words], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', chunk => {
        for (const line of String(chunk).split('\n')) if (line.trim()) said(line)
      })
    child.once('exit', () => {
      if (!stopping) setTimeout(start, 100)
    })
  }
  start()
  // Whoever ends us in the middle ends it too.
  const alone = (): void => void child.kill('SIGKILL')
  process.once('exit', alone)
  return {
    kill: () => void child.kill('SIGKILL'),
    starts: () => starts,
    async stop() {
      stopping = true
      process.off('exit', alone)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

export async function untilAnswers(url: string, ms: number): Promise<void> {
  const end = Date.now() + ms
  for (;;) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    if (Date.now() > end) throw new Error(`${url} did not answer within ${ms / 1000} s`)
    await sleep(100)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
