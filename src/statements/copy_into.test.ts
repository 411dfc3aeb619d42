import assert from 'node:assert/strict'
import { test } from 'node:test'
import type pg from 'pg'
import { testDatabase } from '../../testkit/database.ts'
import { CopyInto } from './copy_into.ts'

/** Writes one row and ends, or gives up where that fails: as an import does. */
async function copyOne(client: pg.ClientBase, table: string, lost: (copy: CopyInto) => Promise<void>): Promise<string> {
  const copy = new CopyInto(client, table, ['name'])
  try {
    copy.rows.row(1)
    copy.rows.text('甲')
    await lost(copy)
    await copy.end()
    return 'copied'
  } catch (error) {
    await copy.abandon()
    return (error as Error).message
  }
}

/** The end of its own connection, as the client sees it: when its server has crashed, or a network was cut. */
const cut = (client: pg.ClientBase): void =>
  void (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()

test('whoever copies over a connection that is lost hears of it, at whatever moment', { timeout: 20_000 }, async t => {
  const db = await testDatabase(t, 'empty')
  await db.pool.query('create table names (name text not null)')
  const over = async (lost: (client: pg.ClientBase, copy: CopyInto) => Promise<void>, table = 'names') => {
    const client = await db.connect()
    try {
      return await copyOne(client, table, copy => lost(client, copy))
    } finally {
      await client.end().catch(() => {})
    }
  }
  assert.equal(await over(async () => {}), 'copied')
  assert.match(await over(async client => cut(client)), /terminated/, 'before the server has taken the COPY')
  assert.match(
    await over(async (client, copy) => {
      await copy.passOn()
      cut(client)
    }),
    /terminated/,
    'while its rows are on their way',
  )
  assert.match(
    await over(async (client, copy) => {
      await copy.passOn()
      await copy.passOn()
      cut(client)
    }),
    /terminated/,
    'when its rows are there',
  )
  assert.match(await over(async () => {}, 'nowhere'), /"nowhere" does not exist/, 'what the server refuses')
  assert.deepEqual((await db.pool.query('select name from names')).rows, [{ name: '甲' }])
})
