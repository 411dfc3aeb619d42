import { describe, test } from 'node:test'
import { check } from '../../testkit/table.ts'
import { DEFAULT_CHANNEL_RULES, DEFAULT_RULES, type Rules } from '../rules/rules.ts'

const rules = (changes: Partial<typeof DEFAULT_CHANNEL_RULES>): Rules => ({
  ...DEFAULT_RULES,
  defaults: { ...DEFAULT_CHANNEL_RULES, ...changes },
})

describe('numbers', () => {
  test('the channel number pairs whatever the clocks say', () =>
    check(`
      payment P1 80.00 10:01 order=O1 trade=T1
      line    L1 80.00 18:02 trade=T1
      ---
      match P1 L1 trade_no
    `))

  test('different channel numbers never match, whatever the amount', () =>
    check(`
      payment P1 80.00 10:01 order=O1 mo=O1 trade=T1
      line    L1 80.00 10:01 trade=T2 mo=O1
      ---
      platform_only P1
      channel_only L1
    `))

  test('out_trade_no pairs where a channel number is missing on one side', () =>
    check(`
      payment P1 80.00 10:01 order=O1 mo=M1
      payment P2 70.00 10:01 order=O2 trade=T2
      line    L1 80.00 10:02 trade=T1 mo=M1
      line    L2 70.00 10:02 mo=O2
      ---
      match P1 L1 merchant_order_no
      match P2 L2 merchant_order_no
    `))

  test('the statement may name our order number in a column of its own', () =>
    check(`
      payment P1 80.00 10:01 order=O1 mo=M1
      line    L1 80.00 10:02 order=O1
      ---
      match P1 L1 order_no
    `))

  test('an order number used again after a year is another order; within the rule it is the same', () => {
    check(`
      payment P1 80.00 -365 10:01 order=O1
      line    L1 80.00 10:02 mo=O1
      ---
      platform_only P1
      channel_only L1
    `)
    check(`
      payment P1 80.00 -31 10:01 order=O1
      line    L1 80.00 10:02 mo=O1
      ---
      match P1 L1 merchant_order_no cross_day
    `)
    check(`
      payment P1 80.00 -32 10:01 order=O1
      line    L1 80.00 10:02 mo=O1
      ---
      platform_only P1
      channel_only L1
    `)
  })

  test('a number that agrees while amount, merchant and day disagree is no match', () =>
    check(`
      payment P1 80.00 -40 10:01 order=O1 trade=T1 merchant=A
      line    L1 13.00 10:02 trade=T1 merchant=B
      ---
      platform_only P1
      channel_only L1
    `))

  test('case and leading zeros lost on the way: all else must agree, and only one may fit', () => {
    check(`
      payment P1 80.00 10:01 order=AB001
      line    L1 80.00 10:02 mo=ab001
      ---
      match P1 L1 similar_no
    `)
    check(`
      payment P1 80.00 10:01 order=00123
      payment P2 80.00 10:01 order=123
      line    L1 80.00 10:02 mo=123
      ---
      match P2 L1 merchant_order_no
      platform_only P1
    `)
    check(`
      payment P1 80.00 10:01 order=00123
      payment P2 80.00 10:01 order=0123
      line    L1 80.00 10:02 mo=123
      ---
      ambiguous P1 P2 L1
    `)
    check(`
      payment P1 80.00 10:01 order=AB001
      line    L1 80.10 10:02 mo=ab001
      ---
      platform_only P1
      channel_only L1
    `)
  })

  test('one channel transaction booked for two orders: the order number tells whose it is', () =>
    check(`
      payment P1 80.00 10:01 order=O1 trade=T1
      payment P2 80.00 10:02 order=O2 trade=T1
      line    L1 80.00 10:02 trade=T1 mo=O2
      ---
      match P2 L1 trade_no
      duplicate_payment P1
    `))
})

describe('1 same amount, same minute, no number', () => {
  test('alike in every field: paired as a set', () =>
    check(`
      payment P1 50.00 10:01 order=O1 payer=A
      payment P2 50.00 10:01 order=O2 payer=A
      line    L1 50.00 10:01 payer=A
      line    L2 50.00 10:01 payer=A
      ---
      match P1 P2 L1 L2 amount_time interchangeable
    `))

  test('payer unknown or different: ambiguous', () => {
    check(`
      payment P1 50.00 10:01 order=O1
      payment P2 50.00 10:01 order=O2
      line    L1 50.00 10:01
      line    L2 50.00 10:01
      ---
      ambiguous P1 P2 L1 L2
    `)
    check(`
      payment P1 50.00 10:01 order=O1 payer=A
      payment P2 50.00 10:01 order=O2 payer=B
      line    L1 50.00 10:01
      line    L2 50.00 10:01
      ---
      ambiguous P1 P2 L1 L2
    `)
  })

  test('the payer tells them apart', () =>
    check(`
      payment P1 50.00 10:01 order=O1 payer=A
      payment P2 50.00 10:01 order=O2 payer=B
      line    L1 50.00 10:01 payer=B
      line    L2 50.00 10:01 payer=A
      ---
      match P1 L2 amount_time
      match P2 L1 amount_time
    `))

  test('two of ours, three of theirs: ambiguous over the five', () =>
    check(`
      payment P1 50.00 10:01 order=O1 payer=A
      payment P2 50.00 10:01 order=O2 payer=A
      line    L1 50.00 10:01 payer=A
      line    L2 50.00 10:01 payer=A
      line    L3 50.00 10:01 payer=A
      ---
      ambiguous P1 P2 L1 L2 L3
    `))

  test('one of ours, two of theirs: nobody chooses', () =>
    check(`
      payment P1 50.00 10:01 order=O1 payer=A
      line    L1 50.00 10:01
      line    L2 50.00 10:02
      ---
      ambiguous P1 L1 L2
    `))

  test('equal order numbers are one debt: the first pair stays, the second is a duplicate', () =>
    check(`
      payment P1 50.00 10:01 order=O1
      payment P2 50.00 10:01 order=O1
      line    L1 50.00 10:01
      line    L2 50.00 10:01
      ---
      match P1 L1 amount_time
      duplicate_payment P2 L2
    `))
})

describe('amount and time', () => {
  test('both sides of the window', () => {
    check(`
      payment P1 50.00 10:00 order=O1
      line    L1 50.00 10:30
      ---
      match P1 L1 amount_time
    `)
    check(`
      payment P1 50.00 10:00 order=O1
      line    L1 50.00 10:30:01
      ---
      platform_only P1
      channel_only L1
    `)
  })

  test('a different payer or merchant is evidence against it, even where the clock is nearer', () =>
    check(`
      payment P1 50.00 10:00 order=O1 payer=A
      line    L1 50.00 10:01 payer=B
      line    L2 50.00 10:20 payer=A
      line    L3 50.00 10:01 merchant=M2
      ---
      match P1 L2 amount_time
      channel_only L1
      channel_only L3
    `))

  test('a name against an account number says nothing; a masked number speaks with the digits it shows', () =>
    check(`
      payment P1 50.00 10:00 order=O1 payer=6222021234567890
      payment P2 60.00 10:00 order=O2 payer=6222021234567890
      payment P3 70.00 10:00 order=O3 payer=6222021234567890
      line    L1 50.00 10:01 payer=张三
      line    L2 60.00 10:01 payer=6222****7890
      line    L3 70.00 10:01 payer=6222****7891
      ---
      match P1 L1 amount_time
      match P2 L2 amount_time
      platform_only P3
      channel_only L3
    `))

  test('the nearer clock decides only with a clear lead', () => {
    check(`
      payment P1 50.00 10:00 order=O1
      payment P2 50.00 10:25 order=O2
      line    L1 50.00 10:01
      line    L2 50.00 10:26
      ---
      match P1 L1 amount_time
      match P2 L2 amount_time
    `)
    check(`
      payment P1 50.00 10:00 order=O1
      payment P2 50.00 10:04 order=O2
      line    L1 50.00 10:01
      line    L2 50.00 10:05
      ---
      ambiguous P1 P2 L1 L2
    `)
  })

  test('a number that both carry and that differs rules the pair out; one that we did not keep says nothing', () => {
    check(`
      payment P1 9.90 10:00 order=O1 mo=M1
      line    L1 9.90 10:00 mo=W9
      ---
      platform_only P1
      channel_only L1
    `)
    check(`
      payment P1 9.90 10:00 order=O1
      line    L1 9.90 10:00 mo=W9
      ---
      match P1 L1 amount_time
    `)
  })

  test('a line with only a date matches the only candidate of its day', () =>
    check(`
      payment P1 50.00 10:00 order=O1
      line    L1 50.00 date
      ---
      match P1 L1 amount_time
    `))
})

describe('2 duplicates', () => {
  test('one order, two channel transactions, both booked', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      payment P2 50.00 10:03 order=O1 trade=T2
      line    L1 50.00 10:01 trade=T1
      line    L2 50.00 10:03 trade=T2
      ---
      match P1 L1 trade_no
      duplicate_payment P2 L2
    `))

  test('on two channels', () =>
    check(`
      payment P1 50.00 10:03 order=O1 trade=T1
      payment P2 50.00 10:01 order=O1 trade=T2 channel=alipay
      line    L1 50.00 10:03 trade=T1
      line    L2 50.00 10:01 trade=T2 channel=alipay
      ---
      match P2 L2 trade_no
      duplicate_payment P1 L1
    `))

  test('the channel took it twice, we booked once', () =>
    check(`
      payment P1 50.00 10:01 order=O1 mo=O1 trade=T1
      line    L1 50.00 10:01 trade=T1 mo=O1
      line    L2 50.00 10:03 trade=T2 mo=O1
      ---
      match P1 L1 trade_no
      duplicate_payment L2 diff=50.00
    `))

  test('among lines under one number the one that nothing speaks against', () => {
    check(`
      payment P1 60.00 23:00:20 order=O2 trade=TX mo=M2 payer=B
      line    L1 60.00 08:51 trade=TX mo=M1 payer=A
      line    L2 60.00 23:00:32 trade=TX mo=M2 payer=B
      ---
      match P1 L2 trade_no
      channel_only L1
    `)
    check(`
      payment P1 60.00 23:00:20 order=O2 mo=M2 payer=B
      line    L1 60.00 08:51 trade=T1 mo=M2 payer=A
      line    L2 60.00 23:00:32 trade=T2 mo=M2 payer=B
      ---
      match P1 L2 merchant_order_no
      duplicate_payment L1 diff=60.00
    `)
  })

  test('a surplus is named too where the first taking is not booked, or is a part', () => {
    check(`
      payment P1 20.00 10:00 order=O1 mo=M1 status=pending
      line    L1 20.00 10:00 trade=T1 mo=M1
      line    L2 20.00 10:05 trade=T2 mo=M1
      ---
      status_mismatch P1 L1 diff=20.00
      duplicate_payment L2 diff=20.00
    `)
    check(`
      payment P1 300.00 10:00 order=O1 mo=M1
      line    L1 100.00 10:00 trade=T1 mo=M1
      line    L2 200.00 10:05 trade=T2 mo=M1
      line    L3 200.00 10:09 trade=T3 mo=M1
      ---
      match P1 L1 L2 order_no split
      duplicate_payment L3 diff=200.00
    `)
  })

  test('we booked one channel transaction twice', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      payment P2 50.00 10:02 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1
      ---
      match P1 L1 trade_no
      duplicate_payment P2 diff=-50.00
    `))

  test('unequal amounts under one order number are parts', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      payment P2 60.00 10:03 order=O1 trade=T2
      line    L1 50.00 10:01 trade=T1
      line    L2 60.00 10:03 trade=T2
      ---
      match P1 L1 trade_no
      match P2 L2 trade_no
    `))

  test('the same record listed twice moved no money; a different record under the number did', () => {
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1
      line    L2 50.00 10:01 trade=T1
      ---
      match P1 L1 trade_no
      duplicate_line L2
    `)
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1
      line    L2 40.00 10:01 trade=T1
      ---
      match P1 L1 trade_no
      channel_only L2
    `)
  })

  test('listed first as pending, then as final: one transaction', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1 status=pending
      line    L2 50.00 10:05 trade=T1
      ---
      match P1 L2 trade_no
      duplicate_line L1
    `))

  test('two fares in one second are two payments, overlapping exports are not', () => {
    check(`
      payment P1 2.00 10:01 order=O1 payer=A
      payment P2 2.00 10:01 order=O2 payer=A
      line    a#1 2.00 10:01 payer=A
      line    a#2 2.00 10:01 payer=A
      line    b#1 2.00 10:01 payer=A
      ---
      match P1 P2 a#1 a#2 amount_time interchangeable
      duplicate_line b#1
    `)
  })
})

describe('3 batches, net of fees and refunds', () => {
  test('by batch number: gross − refunds − fee', () =>
    check(`
      payment P1 100.00 10:01 order=O1 batch=B1 fee=0.60
      payment P2 200.00 10:02 order=O2 batch=B1 fee=1.20
      refund  R1  50.00 10:03 order=O3 batch=B1 fee=0.00
      line    L1 248.20 +1 02:00 batch=B1
      ---
      match P1 P2 R1 L1 batch_no cross_day merged batch fee_netted diff=-1.80
    `))

  test('the rounding of the fees: within tolerance a fee mismatch, beyond it an amount mismatch', () => {
    check(`
      payment P1 100.00 10:01 order=O1 batch=B1 fee=0.60
      payment P2 200.00 10:02 order=O2 batch=B1 fee=1.20
      line    L1 298.18 10:30 batch=B1
      ---
      match P1 P2 L1 batch_no merged batch fee_netted diff=-1.82
      fee_mismatch P1 P2 L1
    `)
    check(`
      payment P1 100.00 10:01 order=O1 batch=B1 fee=0.60
      payment P2 200.00 10:02 order=O2 batch=B1 fee=1.20
      line    L1 298.17 10:30 batch=B1
      ---
      amount_mismatch P1 P2 L1 diff=-1.83
    `)
  })

  test('by day and merchant where no number says so: enough rows, or net of their fees', () => {
    check(`
      payment P1 100.00 10:01 order=O1 trade=T1 payer=A
      payment P2 200.00 10:02 order=O2 trade=T2 payer=B
      payment P3  10.00 10:02 order=O4 trade=T4 payer=D
      refund  R1  50.00 10:03 order=O3 trade=T3 payer=C
      line    L1 260.00 +1 date
      ---
      match P1 P2 P3 R1 L1 day_total cross_day merged batch
    `)
    check(`
      payment P1 100.00 10:01 order=O1 trade=T1 payer=A fee=0.60
      payment P2 200.00 10:02 order=O2 trade=T2 payer=B fee=1.20
      line    L1 298.20 +1 date
      ---
      match P1 P2 L1 day_total cross_day merged batch fee_netted diff=-1.80
    `)
    check(`
      payment P1 30.00 10:01 order=O1 payer=A
      payment P2 70.00 10:02 order=O2 payer=B
      line    L1 100.00 10:30
      ---
      platform_only P1
      platform_only P2
      channel_only L1
    `)
  })

  test('a refund without a fee, and a payout that names its own fee', () => {
    check(`
      payment P1 100.00 10:01 order=O1 batch=B1 fee=0.60
      refund  R1  50.00 10:03 order=O3 batch=B1
      line    L1  49.40 10:30 batch=B1
      ---
      match P1 R1 L1 batch_no merged batch fee_netted diff=-0.60
    `)
    check(`
      payment P1 100.00 10:01 order=O1 batch=B1
      payment P2 200.00 10:03 order=O3 batch=B1
      line    L1 298.20 10:30 batch=B1 fee=1.80
      ---
      match P1 P2 L1 batch_no merged batch fee_netted diff=-1.80
    `)
  })

  test('a fee netted line by line', () =>
    check(`
      payment P1 100.00 10:01 order=O1 trade=T1 fee=0.60
      line    L1  99.40 10:02 trade=T1
      ---
      match P1 L1 trade_no fee_netted diff=-0.60
    `))
})

describe('4 sums', () => {
  test('greedy fails, the exact sum is found; what is over stays', () =>
    check(`
      payment P1 30.00 10:01 order=O1 payer=A
      payment P2 40.00 10:02 order=O2 payer=A
      payment P3 70.00 10:03 order=O3 payer=A
      line    L1 100.00 10:30 payer=A
      ---
      match P1 P3 L1 subset_sum merged
      platform_only P2
    `))

  test('two solutions are ambiguous', () =>
    check(`
      payment P1 30.00 10:01 order=O1 payer=A
      payment P2 70.00 10:02 order=O2 payer=A
      payment P3 60.00 10:03 order=O3 payer=A
      payment P4 40.00 10:03 order=O4 payer=A
      line    L1 100.00 10:30 payer=A
      ---
      ambiguous P1 P2 P3 P4 L1
    `))

  test('a refund may be one of the parts', () =>
    check(`
      payment P1 100.00 10:01 order=O1 payer=A
      refund  R1   5.00 10:02 order=O2 payer=A
      payment P3  33.00 10:02 order=O3 payer=A
      line    L1  95.00 10:30 payer=A
      ---
      match P1 R1 L1 subset_sum merged
      platform_only P3
    `))

  test('never the line of a stranger, even where the day adds up to it', () =>
    check(`
      payment P0  5.00 09:00 order=O0 trade=T0
      payment P1 20.00 10:00 order=O1 payer=A
      payment P2 30.00 15:00 order=O2 payer=B
      line    L0  5.00 09:00 trade=T0
      line    L1 50.00 17:00 trade=T9 mo=M9 payer=C
      ---
      match P0 L0 trade_no
      platform_only P1
      platform_only P2
      channel_only L1
    `))

  test('when the combinations are many, every candidate is named', () => {
    const ids = Array.from({ length: 20 }, (_, i) => `P${String(i).padStart(2, '0')}`)
    check(`
      ${ids.map((id, i) => `payment ${id} ${10 + i}.00 10:01 order=O${i} payer=A`).join('\n')}
      line L1 100.00 10:30 payer=A
      ---
      ambiguous ${ids.join(' ')} L1
    `)
  })

  test('never across payers or merchants, and not without knowing either', () => {
    check(`
      payment P1 30.00 10:01 order=O1 payer=A
      payment P2 70.00 10:02 order=O2 payer=B
      payment P3  1.00 10:02 order=O3 payer=B
      line    L1 100.00 10:30
      ---
      platform_only P1
      platform_only P2
      platform_only P3
      channel_only L1
    `)
  })

  test('one payment listed in parts', () =>
    check(`
      payment P1 100.00 10:01 order=O1 payer=A
      line    L1 30.00 10:30 payer=A
      line    L2 70.00 10:31 payer=A
      ---
      match P1 L1 L2 subset_sum split
    `))

  test('an order number that proves a sum beats a line of the same amount', () =>
    check(`
      payment P1 300.00 10:01 order=O1
      line    L1 100.00 10:01 trade=T1 mo=O1
      line    L2 200.00 10:02 trade=T2 mo=O1
      line    L3 300.00 10:01
      ---
      match P1 L1 L2 order_no split
      channel_only L3
    `))

  test('too many candidates are unresolved, at the bound they are searched', () => {
    const many = (count: number) =>
      Array.from(
        { length: count },
        (_, i) => `payment P${String(i).padStart(2, '0')} ${2 * (i + 3)}.00 10:01 order=O${i} payer=A`,
      ).join('\n')
    const all = (count: number) => Array.from({ length: count }, (_, i) => `P${String(i).padStart(2, '0')}`)
    check(`
      ${many(41)}
      line L1 99.01 10:30 payer=A
      ---
      unresolved ${all(41).join(' ')} L1
    `)
    check(`
      ${many(40)}
      line L1 99.01 10:30 payer=A
      ---
      ${all(40)
        .map(id => `platform_only ${id}`)
        .join('\n')}
      channel_only L1
    `)
  })
})

describe('5 refunds', () => {
  test('each refund by its own number; the payment stays at its original amount', () =>
    check(`
      payment P1 100.00 10:01 order=O1 trade=T1
      refund  R1  30.00 10:05 order=O1 trade=T1 refund=RF1
      refund  R2  30.00 10:06 order=O1 trade=T1 refund=RF2
      line    L1 100.00 10:01 trade=T1 mo=O1
      line    L2 -30.00 10:06 trade=T1 mo=O1 refund=RF2 crefund=50002
      line    L3 -30.00 10:05 trade=T1 mo=O1 refund=RF1 crefund=50001
      ---
      match P1 L1 trade_no
      match R1 L3 refund_no
      match R2 L2 refund_no
    `))

  test('our record may keep the channel number of the refund', () =>
    check(`
      refund  R1  30.00 10:05 order=O1 trade=50001
      line    L1 -30.00 10:05 trade=T1 mo=O1 refund=X crefund=50001
      ---
      match R1 L1 refund_no
    `))

  test('else by order number, amount and kind', () =>
    check(`
      refund  R1  30.00 10:05 order=O1
      refund  R2  20.00 10:06 order=O1
      line    L1 -20.00 10:07 trade=T1 mo=O1 refund=RF9
      line    L2 -30.00 10:07 trade=T1 mo=O1 refund=RF8
      ---
      match R1 L2 merchant_order_no
      match R2 L1 merchant_order_no
    `))

  test('a refund in progress is in transit, not 短款', () =>
    check(`
      refund  R1  30.00 10:05 order=O1 refund=RF1 status=pending
      ---
      in_transit R1
    `))

  test('the same refund with another amount', () =>
    check(`
      refund  R1  30.00 10:05 order=O1 trade=T1 refund=RF1
      line    L1 -25.00 10:05 trade=T1 mo=O1 refund=RF1
      ---
      amount_mismatch R1 L1 diff=5.00
    `))

  test('two refunds with different numbers are two refunds, even of one order and amount', () =>
    check(`
      refund  R1  30.00 10:05 order=O1 refund=RF1
      line    L1 -30.00 10:05 trade=T1 mo=O1 refund=RF2
      ---
      platform_only R1
      channel_only L1
    `))
})

describe('6 split payments', () => {
  test('we hold the sum, they hold the parts', () =>
    check(`
      payment P1 300.00 10:01 order=O1
      line    L1 100.00 10:01 trade=T1 mo=O1
      line    L2 200.00 10:02 trade=T2 mo=O1
      ---
      match P1 L1 L2 order_no split
    `))

  test('we hold the parts, they hold the sum', () =>
    check(`
      payment P1 100.00 10:01 order=O1
      payment P2 200.00 10:01 order=O1
      line    L1 300.00 10:02 trade=T2 mo=O1
      ---
      match P1 P2 L1 order_no merged
    `))

  test('equal parts add up too', () =>
    check(`
      payment P1 150.00 10:01 order=O1
      payment P2 150.00 10:01 order=O1
      line    L1 300.00 10:02 trade=T2 mo=O1
      ---
      match P1 P2 L1 order_no merged
    `))

  test('over or under: the whole group', () => {
    check(`
      payment P1 300.00 10:01 order=O1
      line    L1 100.00 10:01 trade=T1 mo=O1
      line    L2 199.00 10:02 trade=T2 mo=O1
      ---
      amount_mismatch P1 L1 L2 diff=-1.00
    `)
  })

  test('two parts exact and a third over', () =>
    check(`
      payment P1 300.00 10:01 order=O1
      line    L1 100.00 10:01 trade=T1 mo=O1
      line    L2 200.00 10:02 trade=T2 mo=O1
      line    L3  50.00 10:03 trade=T3 mo=O1
      ---
      match P1 L1 L2 order_no split
      channel_only L3
    `))

  test('parts by two channels are matched each on its own', () =>
    check(`
      payment P1 100.00 10:01 order=O1
      payment P2 200.00 10:01 order=O1 channel=alipay
      line    L1 100.00 10:02 mo=O1
      line    L2 200.00 10:02 mo=O1 channel=alipay
      ---
      match P1 L1 merchant_order_no
      match P2 L2 merchant_order_no
    `))

  test('N:M under one order number', () =>
    check(`
      payment P1 100.00 10:01 order=O1
      payment P2 200.00 10:01 order=O1
      line    L1 140.00 10:02 trade=T1 mo=O1
      line    L2 160.00 10:02 trade=T2 mo=O1
      ---
      match P1 P2 L1 L2 order_no batch
    `))

  test('refund netted in the payout of an order', () =>
    check(`
      payment P1 100.00 10:01 order=O1
      refund  R1  30.00 10:05 order=O1
      line    L1  70.00 10:02 mo=O1
      ---
      match P1 R1 L1 order_no merged
    `))

  test('never across channels', () =>
    check(`
      payment P1 100.00 10:01 order=O1
      line    L1 100.00 10:01 mo=O1 channel=alipay
      ---
      platform_only P1
      channel_only L1
    `))
})

describe('7 days', () => {
  test('paid before midnight, booked after', () =>
    check(`
      payment P1 50.00 23:59:58 order=O1 trade=T1
      line    L1 50.00 +1 00:00:03 trade=T1
      ---
      match P1 L1 trade_no cross_day
    `))

  test('near the cutoff the partner may be on the next day; both sides of the margin', () => {
    check(`
      payment P1 50.00 23:55:00 order=O1 trade=T1
      payment P2 50.00 23:54:59 order=O2 trade=T2
      payment P3 60.00 12:00 order=O3 trade=T3
      line    L3 60.00 12:00 trade=T3
      ---
      in_transit P1
      platform_only P2
      match P3 L3 trade_no
    `)
    check(`
      payment P3 60.00 12:00 order=O3 trade=T3
      line    L3 60.00 12:00 trade=T3
      line    L1 50.00 00:04:59 trade=T1
      line    L2 50.00 00:05:00 trade=T2
      ---
      in_transit L1
      channel_only L2
      match P3 L3 trade_no
    `)
  })

  test('where the next day is given too, nothing is in transit at the cutoff between', () =>
    check(`
      payment P1 50.00 23:59:00 order=O1 trade=T1
      payment P3 60.00 12:00 order=O3 trade=T3
      line    L3 60.00 12:00 trade=T3
      line    L4 60.00 +1 12:00 trade=T4
      ---
      platform_only P1
      match P3 L3 trade_no
      in_transit L4
    `))

  test('07:59 and 08:01 Beijing are one business day', () =>
    check(`
      payment P1 50.00 07:59 order=O1
      line    L1 50.00 08:01
      ---
      match P1 L1 amount_time
    `))

  test('a cutoff at 23:00', () =>
    check(
      `
      payment P1 50.00 22:59:59 order=O1 trade=T1
      line    L1 50.00 23:00:01 trade=T1
      ---
      match P1 L1 trade_no cross_day
    `,
      { rules: rules({ calendar: { zone: 'Asia/Shanghai', cutoff: '23:00', cutoffMarginMinutes: 5 } }) },
    ))

  test('late, empty and missing statements are three things', () => {
    const given = 'payment P1 50.00 10:00 order=O1 trade=T1'
    const missing = { channel: 'wechat', statementGiven: false, statementDays: [], paymentDays: ['2026-11-20'] }
    check(`${given}\n---\nin_transit P1`, { coverage: [missing] })
    check(`${given}\n---\nplatform_only P1`, { coverage: [{ ...missing, statementGiven: true }] })
  })
})

describe('8 status', () => {
  for (const status of ['pending', 'failed'])
    test(`ours ${status}, theirs success`, () =>
      check(`
        payment P1 50.00 10:01 order=O1 trade=T1 status=${status}
        line    L1 50.00 10:01 trade=T1
        ---
        status_mismatch P1 L1 diff=50.00
      `))

  test('ours success, theirs failed', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1 status=failed
      ---
      status_mismatch P1 L1 diff=-50.00
    `))

  test('status is judged before amount', () =>
    check(`
      payment P1 50.00 10:01 order=O1 mo=O1 status=failed
      line    L1 49.00 10:01 trade=T1 mo=O1
      ---
      status_mismatch P1 L1 diff=49.00
    `))

  test('a failed attempt before the one that succeeded', () =>
    check(`
      payment P1 50.00 10:00 order=O1 status=failed
      payment P2 50.00 10:01 order=O1
      line    L1 50.00 10:01 trade=T1 mo=O1
      ---
      match P1 agreed_absent
      match P2 L1 merchant_order_no
    `))

  test('without a number: only where merchant and payer are known to agree and nothing else fits', () => {
    check(`
      payment P1 50.00 10:01 order=O1 payer=A status=pending
      line    L1 50.00 10:02 payer=A
      ---
      status_mismatch P1 L1 diff=50.00
    `)
    check(`
      payment P1 50.00 10:01 order=O1 status=pending
      line    L1 50.00 10:02
      ---
      in_transit P1
      channel_only L1
    `)
  })

  test('nothing moved on either side', () =>
    check(`
      payment P1 50.00 10:00 order=O1 status=failed
      payment P2 50.00 10:00 order=O2 status=pending
      payment P3 50.00 10:00 order=O3 trade=T3 status=failed
      line    L3 50.00 10:00 trade=T3 status=failed
      line    L4 50.00 10:00 trade=T4 status=failed
      ---
      match P1 agreed_absent
      in_transit P2
      match P3 L3 trade_no
      match L4 agreed_absent
    `))
})

describe('13 and 15 money and fees', () => {
  test('never two currencies in one sum', () =>
    check(`
      payment P1 50.00 10:01 order=O1 trade=T1
      line    L1 50.00 10:01 trade=T1 currency=USD
      ---
      currency_mismatch P1 L1
    `))

  test('principal agrees, fee does not: matched, plus the fee', () =>
    check(`
      payment P1 100.00 10:01 order=O1 trade=T1 fee=0.60
      line    L1 100.00 10:01 trade=T1 fee=0.38
      ---
      match P1 L1 trade_no
      fee_mismatch P1 L1
    `))

  test('a missing fee is not a zero fee; with an agreed rate it is expected', () => {
    const table = `
      payment P1 100.00 10:01 order=O1 trade=T1
      payment P2 100.00 10:01 order=O2 trade=T2 fee=0.60
      payment P3 100.00 10:01 order=O3 trade=T3
      line    L1 100.00 10:01 trade=T1 fee=0.60
      line    L2 100.00 10:01 trade=T2
      line    L3 100.00 10:01 trade=T3 fee=0.38
      ---
      match P1 L1 trade_no
      match P2 L2 trade_no
      match P3 L3 trade_no`
    check(table)
    check(`${table}\nfee_mismatch P3 L3`, {
      rules: rules({ fees: { ...DEFAULT_CHANNEL_RULES.fees, rate: '0.6%' } }),
    })
  })

  test('the amount tolerance: at it and beyond it', () => {
    const tolerant = { rules: rules({ amountTolerance: '0.05' }) }
    check(
      'payment P1 50.00 10:01 order=O1 trade=T1\nline L1 50.05 10:01 trade=T1\n---\nmatch P1 L1 trade_no tolerance diff=0.05',
      tolerant,
    )
    check(
      'payment P1 50.00 10:01 order=O1 trade=T1\nline L1 50.06 10:01 trade=T1\n---\namount_mismatch P1 L1 diff=0.06',
      tolerant,
    )
  })

  test('above the amount a second person confirms', () =>
    check(
      `
      payment P1 5000.00 10:01 order=O1 trade=T1
      payment P2 5000.01 10:01 order=O2 trade=T2
      line    L1 5000.00 10:01 trade=T1
      line    L2 5000.01 10:01 trade=T2
      ---
      match P1 L1 trade_no
      match P2 L2 trade_no needs_confirmation
    `,
      { rules: rules({ confirmAbove: '5000.00' }) },
    ))
})

describe('16 waiver', () => {
  test('below the amount an unmatched row is waived; a pair is never hidden', () =>
    check(
      `
      payment P1 9.99 10:01 order=O1 trade=T1
      payment P2 10.00 10:01 order=O2 trade=T2
      payment P3 1.00 10:01 order=O3 trade=T3
      payment P4 2.00 10:01 order=O4 trade=T4
      line    L3 1.00 10:01 trade=T3
      line    L4 3.00 10:01 trade=T4
      ---
      waived P1
      platform_only P2
      match P3 L3 trade_no
      amount_mismatch P4 L4 diff=1.00
    `,
      { rules: rules({ waiveBelow: '10.00' }) },
    ))
})
