import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../testkit/database.ts'
import { covers, EVERYWHERE, isEverywhere, merchantsOf, NOWHERE, type Scope, scopeSql } from './scope.ts'

const MERCHANTS = ['', 'M1', 'M2', "M'3"]
const CHANNELS = ['wechat', 'alipay', 'bank']

test('an area binds by merchant and by channel; areas add up; what is not asked about does not bind', () => {
  const scope: Scope = [
    { merchants: ['M1'], channels: ['wechat'] },
    { merchants: ['M2'], channels: null },
  ]
  const seen = MERCHANTS.flatMap(merchant =>
    CHANNELS.filter(channel => covers(scope, { merchant, channel })).map(channel => `${merchant} ${channel}`),
  )
  assert.deepEqual(seen, ['M1 wechat', 'M2 wechat', 'M2 alipay', 'M2 bank'])
  assert.equal(covers(scope, { merchant: 'M1' }), true)
  assert.equal(covers([{ merchants: null, channels: ['bank'] }], { merchant: '', channel: 'bank' }), true)
  assert.equal(covers(scope, { merchant: '', channel: 'wechat' }), false)
  assert.deepEqual([isEverywhere(EVERYWHERE), isEverywhere(NOWHERE), isEverywhere(scope)], [true, false, false])
  assert.deepEqual(merchantsOf(scope), ['M1', 'M2'])
  assert.equal(merchantsOf([...scope, { merchants: null, channels: ['bank'] }]), null)
  assert.equal(covers(NOWHERE, {}), false)
})

test('the condition of SQL and `covers` say the same of every row, and no value becomes text of the statement', async t => {
  const db = await testDatabase(t)
  const list = (from: readonly string[]) => fc.option(fc.subarray([...from]), { nil: null })
  const rows = MERCHANTS.flatMap(merchant => CHANNELS.map(channel => ({ merchant, channel })))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ merchants: list(MERCHANTS), channels: list(CHANNELS) }), { maxLength: 3 }),
      async scope => {
        const values: unknown[] = [rows.map(row => row.merchant), rows.map(row => row.channel)]
        const visible = scopeSql(scope, { merchant: 'r.merchant', channel: 'r.channel' }, values)
        assert.match(visible, /^[a-z. ()=$0-9:[\]]*$/)
        const { rows: found } = await db.pool.query(
          `select merchant, channel from unnest($1::text[], $2::text[]) as r (merchant, channel) where ${visible}`,
          values,
        )
        assert.deepEqual(
          found,
          rows.filter(row => covers(scope, row)),
        )
      },
    ),
    { numRuns: 60 },
  )
})
