import type { Logger } from 'pino'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first signal to stop; a second one ends the process at once, as nothing of ours may hold it then. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let first = true
    for (const name of SIGNALS)
      process.on(name, () => {
        if (!first) process.exit(128 + (name === 'SIGINT' ? 2 : name === 'SIGTERM' ? 15 : 1))
        first = false
        resolve(name)
      })
  })
}

/** Above `server.stop_seconds`: what waits to be written, and the connections. */
export const CLOSING_SECONDS = 5

/**
 * Stops, and ends the process in time for its supervisor: without a database no task can be ticked off, and stopping would wait until there is one again. Other processes
 * give back what was under way, as they do for one that died.
 */
export async function stopInTime(running: {
  readonly app: { readonly log: Logger }
  readonly stopSeconds: number
  stop(): Promise<void>
}): Promise<void> {
  const seconds = running.stopSeconds + CLOSING_SECONDS
  const patience = setTimeout(() => {
    running.app.log.warn({ seconds }, 'the process ends; what is still under way is left to others')
    process.exit(0)
  }, seconds * 1000)
  await running.stop()
  // A name that is still looked up holds a process whose work is done.
  patience.unref()
}
