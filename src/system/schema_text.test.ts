import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { PACKAGE_ROOT } from './paths.ts'
import { schemaText } from './schema_text.ts'

test('sql/schema.sql is what the migrations make; if not: npm run schema', async t => {
  const db = await testDatabase(t)
  assert.equal(readFileSync(join(PACKAGE_ROOT, 'sql/schema.sql'), 'utf8'), await db.transaction(schemaText))
})
