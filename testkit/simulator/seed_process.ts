import { closeTestServer } from '../server.ts'
import { type Simulation, simulate } from './simulate.ts'

/** A process that plays one seed: node seed_process.ts SEED DAYS PAYMENTS. */
export type Told =
  | ({ readonly seconds: number } & Simulation)
  | { readonly seed: number; readonly seconds: number; readonly failure: string }

// Whoever asked for it is gone, or Ctrl-C: nothing is left running.
const leave = (): void => void closeTestServer().finally(() => process.exit(1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave)
process.once('disconnect', leave)

const [seed = 1, days = 100, paymentsADay = 12] = process.argv.slice(2).map(Number)
const from = performance.now()
const seconds = (): number => Math.round((performance.now() - from) / 1000)
const told: Told = await simulate({ seed, days, paymentsADay, tell: console.log }).then(
  simulation => ({ ...simulation, seconds: seconds() }),
  (error: Error) => {
    console.log(error)
    return { seed, seconds: seconds(), failure: error.message }
  },
)
await closeTestServer()
process.off('disconnect', leave)
process.send?.(told)
process.disconnect?.()
