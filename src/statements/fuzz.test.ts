import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fuzz } from '../../testkit/fuzz.ts'
import { mutate, seeded } from '../../testkit/mutate.ts'
import { PACKAGE_ROOT } from '../system/paths.ts'
import { inspectStatement } from './inspect.ts'

test('2,000 damaged statements: each ends in a result or a refusal, in time, in memory, with no total changed unseen', async () => {
  const { findings, outcomes } = await fuzz({ cases: 2_000 })
  assert.deepEqual(findings, [])
  assert.equal(
    Object.values(outcomes).reduce((a, b) => a + b, 0),
    2_000,
  )
})

test('the same seed is the same damage', () => {
  const [bytes, other] = [Buffer.from('a,b\n1,2\n'), Buffer.from('x')]
  for (let seed = 0; seed < 50; seed++)
    assert.deepEqual(mutate(bytes, other, seeded(seed)), mutate(bytes, other, seeded(seed)))
})

test('records and their summary run together in one file are refused', async t => {
  const scratch = mkdtempSync(join(tmpdir(), 'fzpay-summary-'))
  t.after(() => rmSync(scratch, { recursive: true }))
  const sample = readFileSync(join(PACKAGE_ROOT, 'testkit/samples/alipay-day-utf8-crlf.csv'), 'utf8')
  const path = join(scratch, 'both.csv')
  writeFileSync(path, sample.replace('支付宝业务明细查询', '支付宝业务明细查询 支付宝业务汇总查询'))
  await assert.rejects(inspectStatement(path), { code: 'records_missing' })
})
