import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { openScratch } from './scratch.ts'

test('books that a crash of the server has emptied are not read: who held them is gone, and nobody says that they are whole', async t => {
  const db = await testDatabase(t)
  const scratch = await openScratch(db)
  const reader = await scratch.connect()
  await db.transaction(tx => scratch.mustBeWhole(tx))
  const other = await openScratch(db)
  // As a crash does with all connections; it empties the books as well.
  const { rows } = await db.pool.query(
    `select pid, pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = $1::oid`,
    [scratch.schema.replace('reconcile_', '')],
  )
  assert.equal(rows.length, 1)
  await reader.query('select count(*) from movements')
  await assert.rejects(scratch.connect(), { code: 'scratch_lost' })
  await assert.rejects(
    db.transaction(tx => scratch.mustBeWhole(tx)),
    { code: 'scratch_lost' },
  )
  await other.connect()
  await other.close()
  await scratch.close().catch(() => {})
})
