import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataFolder } from '../../src/system/paths.ts'
import { storm } from './storm.ts'

/** The small sister of `npm run storm`. */
test('a storm of payments with lost, doubled, late and reordered notices, a killed platform and a killed database: the books agree', async t => {
  const folder = join(dataFolder(), `test/storm-${process.pid}`)
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const report = await storm({
    folder,
    payments: 150,
    payers: 8,
    seed: 7,
    killServerAt: [0.3],
    killPostgresAt: [0.6],
    dropped: 0.1,
    doubled: 0.1,
    late: 0.1,
    outOfOrder: 0.05,
    speed: 20,
    patienceMs: 180_000,
  })
  assert.deepEqual(
    { missing: report.missing, extra: report.extra, twice: report.paidTwice },
    { missing: [], extra: [], twice: [] },
  )
  assert.deepEqual({ notTold: report.notTold, toldTwice: report.toldTwice }, { notTold: [], toldTwice: [] })
  assert.equal(report.ourNet, report.channelNet)
  assert.ok(report.channelPayments >= 150 && report.channelRefunds > 0, JSON.stringify(report))
  assert.ok(report.serverStarts >= 2 && report.postgresKills === 1)
})
