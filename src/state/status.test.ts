import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { type Facts, statusOf, THRESHOLDS } from './status.ts'

const AT = new Date('2026-11-20T09:10:00+08:00')

const QUIET: Facts = {
  ...{
    days: [],
    nextClose: 3000,
    daysOverdue: 0,
    daysOverdueFor: 0,
    daysBlocked: [],
    proofsFailing: 0,
    statements: [],
  },
  ...{ compensation: [], refunds: [], discrepancies: [], reviews: [], outbox: [], outboxLate: 0, alerts: [] },
  ...{ databaseBytes: 1, connections: 1, connectionsMax: 100, jobsLate: 0, workers: 1 },
}

const told = (facts: Partial<Facts>): string[] => {
  const { level, notes } = statusOf({ ...QUIET, ...facts }, AT)
  return [level, ...notes.map(({ alert, zh }) => `${alert}: ${zh}`)]
}

const statement = (due: number) => ({ channel: 'wechat', account: 'wx', kind: 'trade', missing: 1, due })

test('the house in one word, and what speaks against it, worst first', () => {
  assert.deepEqual(statusOf(QUIET, AT), {
    level: 'good',
    at: '2026-11-20T09:10:00+08:00',
    next_close_at: '2026-11-20T10:00:00+08:00',
    notes: [],
  })
  assert.deepEqual(told({ statements: [statement(3601)] }), ['good'])
  assert.deepEqual(told({ statements: [statement(3000), statement(9000)] }), [
    'attention',
    'StatementMissing: 1 个账户的对账单未到，距日终还有 50 分钟',
  ])
  assert.deepEqual(told({ statements: [statement(-7200)], discrepancies: [{ channel: 'a', open: 5, overdue: 2 }] }), [
    'danger',
    'StatementMissingAtClose: 1 个账户的对账单未到，日终已过 2 小时',
    'DiscrepanciesOverdue: 2 笔差错超时未处理',
  ])
  assert.deepEqual(told({ proofsFailing: 1 }), ['attention', 'ProofFailing: 1 个账期勾稽不平，平之前不能关闭'])
  assert.deepEqual(told({ proofsFailing: 1, nextClose: 2400 })[0], 'danger')
  assert.deepEqual(told({ reviews: [{ kind: 'refund', count: 1, oldest: 14_400 }] }), ['good'])
  assert.deepEqual(told({ reviews: [{ kind: 'refund', count: 1, oldest: 14_401 }] }), [
    'attention',
    'ReviewWaiting: 有复核已等待 4 小时',
  ])
  assert.deepEqual(told({ workers: 0 }), ['danger', 'JobsStandStill: 后台任务停滞，对账和补偿不会前进'])
})

test('the thresholds are those of the alerts', () => {
  const alerts = readFileSync(join(PACKAGE_ROOT, 'deploy/prometheus/alerts.yml'), 'utf8')
  const rules: { alert: string; expr: string }[] = parse(alerts).groups.flatMap(
    (group: { rules: object[] }) => group.rules,
  )
  for (const [alert, seconds] of Object.entries(THRESHOLDS))
    assert.match(rules.find(rule => rule.alert === alert)?.expr ?? '', new RegExp(`\\b${seconds}\\b`), alert)
})
