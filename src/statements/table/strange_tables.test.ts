import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHINESE } from '../../../testkit/strange/chinese.ts'
import { FOREIGN } from '../../../testkit/strange/foreign.ts'
import { judge } from '../../../testkit/strange/judge.ts'
import { TREACHEROUS } from '../../../testkit/strange/treacherous.ts'

const GROUPS = [
  [CHINESE, 'zh'],
  [FOREIGN, 'en'],
  [TREACHEROUS, 'zh'],
] as const

// Whole files of layouts nothing was trained on, with what is true of each record: what is read without a question is right.
for (const [layouts, tongue] of GROUPS)
  for (const [index, layout] of layouts.entries())
    test(`no amount, sign or moment of it is silently wrong: ${layout.name}`, async () => {
      const { wrong } = await judge(layout, 9_000 + index, tongue)
      assert.deepEqual(wrong, [])
    })

const question = async (name: string): Promise<readonly string[]> => {
  const layout = [...CHINESE, ...FOREIGN, ...TREACHEROUS].find(each => each.name === name)!
  return (await judge(layout, 77, 'zh')).told
}

test('what could be read in two ways is asked about, each by its own question', async () => {
  const cases: [layout: string, told: string][] = [
    ['单位写在表上方：万元', 'error unit_unknown'],
    ['单位写在表下：分', 'error unit_contradicted'],
    ['手续费以分、金额以元', 'error unit_mixed'],

    ['业务名称里有提现', 'error direction_column_unsure'],
    ['摘要里写退款', 'error direction_unknown'],
    ['列名重复的金额', 'error columns_alike'],
    ['两个交易日期列', 'error columns_alike'],
    ['六位日期', 'error time_column_unreadable'],
    ['日记账夹本日合计', 'warning totals_among_records'],
  ]
  for (const [layout, told] of cases) assert.ok((await question(layout)).includes(told), `${layout}: ${told}`)
})
