import { readFileSync } from 'node:fs'
import { PARTS } from '../../src/parts.ts'
import { startPlatform, startWorker } from '../../src/server.ts'
import { stopSignal } from '../../src/system/stop_signals.ts'

/**
 * `house.ts server|worker CLOCK_FILE [PORT]`: the platform as it is, with a clock that the storm moves: the file holds the milliseconds by which
 * it is ahead.
 */
const [, , what = '', clockFile = '', port = '0'] = process.argv
let ahead = 0
let readAt = 0
const now = (): Date => {
  const real = Date.now()
  if (real - readAt > 50) {
    readAt = real
    ahead = Number(readFileSync(clockFile, 'utf8'))
  }
  return new Date(real + ahead)
}
const stopped = stopSignal()
const running =
  what === 'server'
    ? await startPlatform({ parts: PARTS, port: Number(port), app: { now } })
    : await startWorker({ parts: PARTS, app: { now } })
await stopped
await running.stop()
