import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exportedAt } from './exported_at.ts'
import { LocalClock } from './local_time.ts'
import { openStatement } from './read.ts'

const clock = new LocalClock('Asia/Shanghai')

test('when a bill says that it was exported', () => {
  const said = (line: string) => {
    const at = exportedAt(line, clock)
    return Number.isNaN(at) ? null : new Date(at).toISOString()
  }
  for (const [line, at] of [
    ['#导出时间：[2024年11月26日 05:12:03]', '2024-11-25T21:12:03.000Z'],
    ['#导出时间：[2026年05月09日 12:51:06],,,,,,,', '2026-05-09T04:51:06.000Z'],
    ['# 导出时间:2024-11-26 05:12:03', '2024-11-25T21:12:03.000Z'],
    ['#导出时间：[2024年13月26日 05:12:03]', null],
    ['#导出时间：[2024年11月26日 25:12:03]', null],
    ['#导出时间：[]', null],
    ['#起始日期：[2024年11月25日 00:00:00]', null],
    ['', null],
  ] as const)
    assert.equal(said(line), at, line)
})

test('a file says itself when it was made: Alipay’s bills and camt messages; others do not', async () => {
  const samples = fileURLToPath(new URL('../../testkit/samples/', import.meta.url))
  for (const [name, at] of [
    ['alipay-day-gbk.csv', '2026-11-20T21:12:03.000Z'],
    ['alipay-account-day-gbk.csv', '2026-11-20T21:12:04.000Z'],
    ['camt053-v08-batch-two-statements.xml', '2026-11-20T15:30:00.000Z'],
    ['wechat-comma-in-name.csv', null],
  ] as const) {
    const statement = await openStatement(samples + name)
    for await (const _ of statement.records());
    const { madeAt } = statement.end()
    assert.equal(madeAt && new Date(madeAt).toISOString(), at, name)
  }
})
