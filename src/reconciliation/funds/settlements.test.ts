import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { fundsCounter, PLAN, TENPAY } from '../../../testkit/funds.ts'
import { closeTestServer } from '../../../testkit/server.ts'
import type { SettlePlan } from './settings.ts'

after(closeTestServer)

const [D17, D18, D19, D20] = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']
const A = { no: 'P1', fen: 10_000, fee: 60 }
const B = { no: 'P2', fen: 5000, fee: 30 }
const BACK = { no: 'P1', fen: 1000, fee: 6, refund: 'R1', at: '15:00:00' }
const HOUR = 3600

test('trade bill, funds bill and bank agree: the payout is no surplus of the bank’s day, and its proof counts it as a step', async t => {
  const c = await fundsCounter(t)
  await c.trade(D19, [A, B, BACK])
  await c.compare()
  assert.deepEqual(await c.told(), ['19 expected 139.16 waiting'])
  await c.funds(D19, [A, B, BACK], 700_000)
  await c.compare()
  assert.deepEqual(await c.told(), ['19 funds_agree 139.16 waiting'])
  c.pass(24 * HOUR)
  await c.bank(D20, [
    { fen: 13_916, text: '财付通结算' },
    { fen: 8800, text: '转账', payer: '6222000000000000018' },
  ])
  const run = await c.settleBank(D20)
  assert.equal(run?.lines, 1, 'the payout is not looked at')
  await c.compare()
  assert.deepEqual(await c.told(), ['19 received 139.16 received'])
  assert.deepEqual(await c.open(), ['channel_only 8800'])
  const closed = await c.closeBank(D20)
  assert.deepEqual([closed.state, closed.blocked, closed.proof?.ok], ['closed', '', true])
  assert.deepEqual(closed.proof?.byCurrency.CNY, {
    ours: '0',
    theirs: '22716',
    steps: [
      { step: 'settlement', rows: 1, amount: '13916' },
      { step: 'channel_only', rows: 1, amount: '8800' },
    ],
    rest: '0',
  })
})

test('statements in any order, and the task run at any time, give the same answer', async t => {
  const told: string[][] = []
  for (const order of [
    ['trade', 'funds', 'bank'],
    ['bank', 'funds', 'trade'],
    ['funds', 'trade', 'bank'],
  ]) {
    const c = await fundsCounter(t, { start: '2026-11-21T09:30:00+08:00' })
    for (const what of order) {
      if (what === 'trade') await c.trade(D19, [A, B])
      if (what === 'funds') await c.funds(D19, [A, B], 0)
      if (what === 'bank') {
        await c.bank(D20, [{ fen: 14_910, text: '财付通结算' }])
        await c.settleBank(D20)
      }
      await c.compare()
      await c.compare()
    }
    told.push(await c.told())
  }
  assert.deepEqual(told, Array(3).fill(['19 received 149.10 received']))
})

test('a payout that was taken for a surplus before it was known as one leaves the list, with its reason', async t => {
  const plans: SettlePlan[] = [{ ...PLAN, counterparties: ['unknown'] }]
  const c = await fundsCounter(t, { plans, start: '2026-11-21T09:30:00+08:00' })
  await c.trade(D19, [A])
  await c.bank(D20, [{ fen: 9940, text: '财付通结算' }])
  await c.settleBank(D20)
  await c.compare()
  assert.deepEqual(await c.open(), ['channel_only 9940'])
  // The configuration is mended, and the bank's day looked at again.
  plans[0] = PLAN
  await c.app.db.pool.query(
    `insert into touched_settlements (channel, account, business_date) values ('bank', 'icbc', $1)`,
    [D20],
  )
  await c.compare()
  assert.deepEqual(await c.open(), [])
  assert.deepEqual(await c.told(), ['19 received 99.40 received'])
  const { rows } = await c.app.db.pool.query('select state, action, ended_by from discrepancies')
  assert.deepEqual(rows, [{ state: 'explained', action: 'payout', ended_by: 'platform' }])
  await c.settleBank(D20)
  const closed = await c.closeBank(D20)
  assert.deepEqual([closed.state, closed.blocked], ['closed', ''])
})

test('known by the remittance text, where * stands for anything; what only resembles it is an ordinary line', async t => {
  const plans = [{ ...PLAN, counterparties: [], remittance: ['财付通*1900000109'] }]
  const c = await fundsCounter(t, { plans, start: '2026-11-21T09:30:00+08:00' })
  await c.trade(D19, [A])
  await c.bank(D20, [
    { fen: 9940, text: '财付通提现 商户1900000109 20261119', payer: '1' },
    { fen: 9940, text: '财付通提现 商户1900000999 20261119', payer: '2' },
    { fen: 500, text: '100%_财付通', payer: TENPAY },
  ])
  await c.settleBank(D20)
  await c.compare()
  assert.deepEqual(await c.told(), ['19 received 99.40 received'])
  assert.equal((await c.open()).length, 2)
})

test('what the bills disagree on is named: a refund that is missing, another fee, and a balance with a gap', async t => {
  const c = await fundsCounter(t, { start: '2026-11-20T09:30:00+08:00' })
  await c.trade(D18, [A])
  await c.funds(D18, [A], 0)
  await c.trade(D19, [A, B, BACK])
  await c.funds(D19, [A, { ...B, fee: 35 }], 10_000)
  await c.compare()
  assert.deepEqual(await c.told(), [
    '18 funds_agree 99.40 waiting',
    '19 funds_differ 139.16 waiting balance_gap 0.60, fees_differ 0.11, refunds_differ -10.00',
  ])
  const { rows } = await c.app.db.pool.query(
    `select d from settlements, jsonb_array_elements(differences) d where d ->> 'code' = 'refunds_differ'`,
  )
  assert.deepEqual(rows[0].d.rows, [{ trade_no: '4200000000000000000000000001', amount: -1000 }])
})

test('booked a minute after midnight in one bill: both days say so, and nobody needs to act', async t => {
  const c = await fundsCounter(t, { start: '2026-11-20T09:30:00+08:00' })
  const late = { no: 'P3', fen: 2000, fee: 12, at: '23:59:58' }
  await c.trade(D18, [A, late])
  await c.trade(D19, [B])
  await c.funds(D18, [A], 0)
  await c.funds(D19, [{ ...late, at: '00:00:01' }, B], 9940)
  await c.compare()
  assert.deepEqual(await c.told(), [
    '18 funds_agree 119.28 waiting cross_day -20.00, cross_day -0.12',
    '19 funds_agree 49.70 waiting cross_day 0.12, cross_day 20.00',
  ])
})

test('paid out by withdrawals: what the funds bill says went to the bank is what must come, and its balance goes on', async t => {
  const plans = [{ ...PLAN, pays: 'withdrawals' as const, daysAfter: 0 }]
  const c = await fundsCounter(t, { plans, start: '2026-11-21T09:30:00+08:00' })
  await c.trade(D18, [A])
  await c.funds(D18, [A], 500_000)
  await c.trade(D19, [B])
  await c.funds(D19, [B], 509_940, [400_000, 100_000])
  await c.bank(D19, [
    { fen: 400_000, text: '提现' },
    { fen: 100_000, text: '提现' },
  ])
  await c.compare()
  assert.deepEqual(await c.told(), ['18 funds_agree 99.40 none', '19 received 49.70 received'])
})

test('a payout that does not come is overdue the day after its day of grace; a late one ends that', async t => {
  const c = await fundsCounter(t, { start: '2026-11-19T09:30:00+08:00' })
  await c.trade(D17, [A])
  await c.compare()
  // Due on the 18th, a day of grace: the 19th.
  assert.deepEqual(await c.told(), ['17 expected 99.40 waiting'])
  c.pass(24 * HOUR)
  await c.compare()
  assert.deepEqual(await c.told(), ['17 overdue 99.40 overdue'])
  await c.bank(D20, [{ fen: 9940, text: '财付通结算' }])
  await c.compare()
  assert.deepEqual(await c.told(), ['17 received 99.40 received'])
})

test('another amount than was due is told with its reason, where one figure is exactly it', async t => {
  const gross = await fundsCounter(t, { start: '2026-11-21T09:30:00+08:00' })
  await gross.trade(D19, [A, B])
  await gross.bank(D20, [{ fen: 15_000, text: '财付通结算' }])
  await gross.compare()
  assert.deepEqual(await gross.told(), ['19 received_differs 149.10 differs fees_not_deducted 0.90'])
  const early = await fundsCounter(t, { start: '2026-11-21T09:30:00+08:00' })
  await early.trade(D19, [A])
  await early.trade(D20, [{ ...BACK, fee: 0 }, B])
  await early.bank(D20, [{ fen: 8940, text: '财付通结算' }])
  await early.compare()
  assert.deepEqual(await early.told(), [
    '19 received_differs 99.40 differs next_refunds_deducted -10.00',
    '20 expected 39.70 waiting',
  ])
})

test('a newer version of the bank’s statement takes the payout away: the day is unpaid again, and the bank’s day has no trace of it', async t => {
  const c = await fundsCounter(t, { start: '2026-11-21T09:30:00+08:00' })
  await c.trade(D19, [A])
  await c.bank(D20, [{ fen: 9940, text: '财付通结算' }])
  await c.settleBank(D20)
  await c.compare()
  assert.deepEqual(await c.told(), ['19 received 99.40 received'])
  c.pass(HOUR)
  await c.bank(D20, [{ fen: 9930, text: '财付通结算' }])
  await c.settleBank(D20)
  await c.compare()
  assert.deepEqual(await c.told(), ['19 received_differs 99.40 differs payout_differs -0.10'])
  assert.deepEqual(await c.open(), [])
  const closed = await c.closeBank(D20)
  assert.deepEqual([closed.state, closed.proof?.byCurrency.CNY?.theirs], ['closed', '9930'])
})

test('a payout that comes late for a closed day of the bank counts in the day that is open', async t => {
  const c = await fundsCounter(t, { start: '2026-11-20T10:30:00+08:00' })
  await c.trade(D18, [A])
  await c.bank(D19, [{ fen: 100, text: '利息', payer: '9' }])
  await c.settleBank(D19)
  assert.equal((await c.closeBank(D19)).state, 'closed')
  const frozen = await c.bankDay(D19)
  c.pass(24 * HOUR)
  await c.bank(D20, [{ fen: 200, text: '利息', payer: '9' }])
  await c.settleBank(D20)
  await c.bank(D19, [
    { fen: 100, text: '利息', payer: '9' },
    { fen: 9940, text: '财付通结算' },
  ])
  await c.compare()
  assert.deepEqual(await c.told(), ['18 received 99.40 received'])
  await c.settleBank(D20)
  const closed = await c.closeBank(D20)
  assert.deepEqual([closed.state, closed.blocked, closed.proof?.ok], ['closed', '', true])
  assert.deepEqual(
    closed.proof?.byCurrency.CNY?.steps.find(({ step }) => step === 'settlement'),
    { step: 'settlement', rows: 1, amount: '9940' },
  )
  assert.deepEqual((await c.bankDay(D19))?.proof, frozen?.proof)
})

test('Alipay’s account bill: sales, refunds, charges and payouts by its own words', async t => {
  const c = await fundsCounter(t)
  const head = '#支付宝账务明细查询\r\n#账号:[20880000000001090156]\r\n'
  const columns =
    '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注\r\n'
  const row = (no: number, time: string, income: string, outgo: string, balance: string, type: string) =>
    `A${no},T${no},O${no},水费,${D19} ${time},buyer,${income},${outgo},${balance},支付宝,${type},\r\n`
  const rows = [
    row(1, '09:00:00', '100.00', '', '600.00', '在线支付'),
    row(1, '09:00:00', '', '-0.60', '599.40', '收费'),
    row(2, '10:00:00', '', '-20.00', '579.40', '交易退款'),
    row(2, '10:00:00', '0.12', '', '579.52', '退费'),
    row(3, '11:00:00', '', '-500.00', '79.52', '提现'),
    row(4, '12:00:00', '1.00', '', '80.52', '转账'),
  ]
  const end = '#账务明细列表结束\r\n#支出合计:3笔,共-520.60元\r\n#收入合计:3笔,共101.12元\r\n'
  await c.bill('alipay', 'zf', D19, Buffer.from(head + columns + rows.join('') + end))
  await c.compare()
  const { rows: found } = await c.app.db.pool.query(
    `select fund_payments, fund_gross, fund_refunds, fund_fees, withdrawn, fund_other, opening, closing, compared, state from settlements`,
  )
  assert.deepEqual(found, [
    {
      ...{
        fund_payments: 1,
        fund_gross: 10_000,
        fund_refunds: 2000,
        fund_fees: 48,
        withdrawn: 50_000,
        fund_other: 100,
      },
      ...{ opening: 50_000, closing: 8052, compared: false, state: 'expected' },
    },
  ])
})
