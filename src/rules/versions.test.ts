import { strict as assert } from 'node:assert'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { canonicalJson } from '../kernel/canonical_json.ts'
import { documentOf } from './document.ts'
import { DEFAULT_RULES } from './rules.ts'
import { rulesOn } from './store.ts'

test('version 1 is what is built in, and holds from the first day on', async t => {
  const db = await testDatabase(t)
  const { version, rules } = await rulesOn(db.pool, '2026-11-20')
  assert.equal(version, 1)
  assert.deepEqual({ ...rules, name: 'default' }, DEFAULT_RULES)
  const { rows } = await db.pool.query('select canonical, sm3 from rule_versions')
  assert.equal(rows[0].canonical, canonicalJson(documentOf(rules)))
  assert.equal(rows[0].sm3, hash('sm3', rows[0].canonical))
})

test('versions and activations refuse changes, whoever asks', async t => {
  const db = await testDatabase(t)
  for (const sql of [
    "update rule_versions set name = 'x'",
    'delete from rule_versions',
    'truncate rule_versions cascade',
    "update rule_activations set from_day = '2026-01-01'",
    'delete from rule_activations',
    'truncate rule_activations',
  ])
    await assert.rejects(db.pool.query(sql), /never changed/, sql)
})
