import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { makeId } from '../src/kernel/ids.ts'
import type { App } from '../src/system/app.ts'
import { testDatabase } from './database.ts'
import { testVault } from './vault.ts'

export type TestApp = App & {
  /** Sets the clock forward. */
  readonly pass: (seconds: number) => void
}

/** An app on a database of its own; its clock stands still until it is set forward, its ids count. */
export async function testApp(t: TestContext, from = '2026-11-25T01:00:00Z'): Promise<TestApp> {
  const db = await testDatabase(t)
  let at = Date.parse(from)
  let ids = 0
  const now = () => new Date(at)
  const log = pino({ level: 'silent' })
  return {
    db,
    vault: await testVault(db, now),
    now,
    newId: () => {
      const random = Buffer.alloc(10)
      random.writeUInt32BE(++ids, 6)
      return makeId(at, random)
    },
    log,
    pass: seconds => {
      at += seconds * 1000
    },
  }
}
