import { after, type TestContext } from 'node:test'
import { type Database, openDatabase } from '../src/system/database.ts'
import { type Content, closeTestServer, freshDatabase } from './server.ts'

/**
 * A database of its own for one test, cloned from a migrated template and dropped when the test ends. The server is the
 * one `npm test` started, the one of DATABASE_URL, or the embedded test server, which is then started for this file.
 */
export async function testDatabase(t: TestContext, content: Content = 'migrated'): Promise<Database> {
  const fresh = await freshDatabase(content)
  const db = await openDatabase({ url: fresh.url })
  t.after(async () => {
    await db.close()
    await fresh.drop()
  })
  return db
}

after(closeTestServer)
