import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'

after(closeTestServer)

test('anybody sees whom bills can be paid to, also who takes no new ones, and what channels are open', async t => {
  const { platform, browser } = await peopleTest(t)
  await platform.app.db.pool.query(
    `insert into departments (id, name, created_at) values ('D1', '公用', now());
     insert into merchants (merchant_no, name, department_id, state, created_at)
     values ('M1', '抚州水务', 'D1', 'active', now()), ('M2', '停办', 'D1', 'suspended', now()), ('M3', '无项目', 'D1', 'active', now()), ('M4', '一中', 'D1', 'active', now()), ('M5', '旧校', 'D1', 'active', now());
     insert into fee_items (id, merchant_no, name, category, account_label, state, created_at)
     values ('W1', 'M1', '水费', 'water', '户号', 'active', now()), ('W2', 'M1', '旧项目', 'water', '户号', 'retired', now()),
            ('G1', 'M2', '燃气费', 'gas', '户号', 'active', now()), ('T1', 'M4', '学费', 'tuition', '学号', 'active', now()), ('T2', 'M5', '学费', 'tuition', '学号', 'retired', now())`,
  )
  const anybody = browser()
  const payees = async (search: string) =>
    (await anybody.send('GET', `/api/payees?search=${encodeURIComponent(search)}`)).body.payees
  assert.deepEqual(await payees('水'), [
    {
      merchant_no: 'M1',
      name: '抚州水务',
      fee_items: [{ fee_item_id: 'W1', name: '水费', category: 'water', account_label: '户号' }],
    },
  ])
  const names = (await payees('')).map((payee: { merchant_no: string }) => payee.merchant_no)
  assert.deepEqual(names, ['M1', 'M2', 'M4', 'M5'])
  assert.deepEqual((await anybody.send('GET', '/api/payment-ways')).body, { ways: [] })
})
