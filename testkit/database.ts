import { after, type TestContext } from 'node:test'
import { type Database, openDatabase } from '../src/system/database.ts'
import { type Content, closeTestServer, freshDatabase } from './server.ts'

/**
 * A database of its own for one test, cloned from a migrated template and dropped when the test ends. The server is the
 * one `npm test` started, the one of DATABASE_URL, or the embedded test server, which is then started for this file. `prepare`: before it is opened.
 */
export async function testDatabase(
  t: TestContext,
  content: Content = 'migrated',
  prepare: (url: string) => Promise<void> = async () => {},
): Promise<Database> {
  const fresh = await freshDatabase(content)
  await prepare(fresh.url)
  const db = await openDatabase({ url: fresh.url })
  t.after(async () => {
    for (const close of users.get(db) ?? []) await close()
    await db.close()
    await fresh.drop()
  })
  return db
}

const users = new WeakMap<Database, (() => Promise<void>)[]>()

/** What uses a test's database ends before it: hooks of a test run in the order they were set. */
export function endBefore(db: Database, close: () => Promise<void>): void {
  users.set(db, [...(users.get(db) ?? []), close])
}

after(closeTestServer)
