import { fork } from 'node:child_process'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../src/system/paths.ts'
import type { Told } from './seed_process.ts'

export type { Told }
export type Game = { readonly seed: number; readonly days: number; readonly paymentsADay: number }

/**
 * Plays one seed in a process and on a database server of its own, which lies in `folder`. Young objects are many and die: room for them saves a tenth of the time.
 * @param log a file that is open for writing: what the process says
 */
export function playSeed({ seed, days, paymentsADay }: Game, folder: string, log: number | 'ignore'): Promise<Told> {
  const words = [seed, days, paymentsADay].map(String)
  const child = fork(join(import.meta.dirname, 'seed_process.ts'), words, {
    env: {
      NODE_COMPILE_CACHE: join(PACKAGE_ROOT, 'node_modules/.cache/fzpay'),
      ...process.env,
      ...{ FZPAY_DATA: folder, FZPAY_TEST_SERVER: '', DATABASE_URL: '', NODE_TEST_CONTEXT: '' },
    },
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', log, log, 'ipc'],
  })
  return new Promise(resolve => {
    child.once('message', told => resolve(told as Told))
    child.once('exit', (code, signal) =>
      resolve({ seed, seconds: 0, failure: `its process ended: ${signal ?? `exit status ${code}`}` }),
    )
  })
}

export const holds = (told: Told): boolean => 'broken' in told && told.broken.length === 0
