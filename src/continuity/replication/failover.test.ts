import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { silent } from '../../system/notice.ts'
import { dataFolder } from '../../system/paths.ts'
import { reasonsOf } from '../drill.ts'
import { failoverDrill } from './failover.ts'

/** The small sister of `fzpay drill failover --damage cut`: the damage that has most to go wrong, as nobody is told of anything. */
test('a primary that is cut off acknowledges nothing, the standby takes over, no acknowledged movement is lost, and the old primary is fenced', async t => {
  const folder = join(dataFolder(), `test/drill-${process.pid}`)
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const findings = await failoverDrill.run({ folder, damage: 'cut', rate: 5, seconds: 1, seed: 7, tell: silent })
  assert.deepEqual(findings.lost, [])
  assert.deepEqual(
    findings.checks.filter(({ holds }) => !holds),
    [],
  )
  assert.ok(findings.acknowledged > 0 && findings.checks.length === 10, JSON.stringify(findings))
  // The time of a busy machine is not the drill's.
  assert.deepEqual(reasonsOf({ ...findings, aims: { rtoMs: null, rpoMs: 0 } }), [])
})
