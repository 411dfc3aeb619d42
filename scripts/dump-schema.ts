/** `npm run schema`: writes sql/schema.sql from a freshly migrated database. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../src/system/database.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { schemaText } from '../src/system/schema_text.ts'
import { closeTestServer, freshDatabase } from '../testkit/server.ts'

const fresh = await freshDatabase()
const db = await openDatabase({ url: fresh.url })
try {
  const text = await db.transaction(schemaText)
  writeFileSync(join(PACKAGE_ROOT, 'sql/schema.sql'), text)
  console.log(`sql/schema.sql: ${text.split('\n').length} lines`)
} finally {
  await db.close()
  await fresh.drop()
  await closeTestServer()
}
