import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../testkit/database.ts'
import { sqlArray } from './sql_array.ts'

test('whatever a text holds comes to PostgreSQL as it was', async t => {
  const db = await testDatabase(t, 'empty')
  const texts = ['', 'NULL', 'null', '水费', 'a,b', '{}', '"', '\\', '\\"', "'", ' ', '\n', '"}\\n{', null]
  const { rows } = await db.pool.query(
    'select $1::text[] as texts, $2::bigint[] as numbers, $3::boolean[] as answers',
    [
      sqlArray(texts, text => text),
      sqlArray([0, -1, Number.MAX_SAFE_INTEGER, null], number => number),
      sqlArray([true, false, null], answer => answer),
    ],
  )
  assert.deepEqual(rows[0].texts, texts)
  assert.deepEqual(rows[0].answers, [true, false, null])
  assert.deepEqual(
    rows[0].numbers.map((n: string | null) => (n === null ? null : Number(n))),
    [0, -1, Number.MAX_SAFE_INTEGER, null],
  )
})
