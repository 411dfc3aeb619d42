import { describe, test } from 'node:test'
import { check } from '../../testkit/table.ts'
import { parseRules } from '../rules/read.ts'

/** What a rules document says is what the engine does, at the edge and beyond it. */
const by = (yaml: string) => ({ rules: parseRules(yaml, 'test.yaml') })

describe('rules of a merchant and of a fee item', () => {
  test('the fee item speaks before the merchant, the merchant before the channel, field by field', () =>
    check(
      `
      payment P1 100.00 10:01 order=O1 trade=T1 merchant=A
      payment P2 100.00 10:01 order=O2 trade=T2 merchant=B
      payment P3 100.00 10:01 order=O3 trade=T3 merchant=B item=WATER
      payment P4 5.00 10:01 order=O4 trade=T4 merchant=B item=WATER
      payment P5 5.00 10:01 order=O5 trade=T5 merchant=A
      line    L1 100.00 10:01 trade=T1 merchant=A
      line    L2 100.00 10:01 trade=T2 merchant=B
      line    L3 100.00 10:01 trade=T3 merchant=B
      ---
      match P1 L1 trade_no
      match P2 L2 trade_no needs_confirmation
      match P3 L3 trade_no
      waived P4
      platform_only P5
    `,
      by(`
        defaults:
          confirm_above: "5000.00"
          merchants: { B: { confirm_above: "50.00", waive_below: "6.00" } }
          fee_items: { WATER: { confirm_above: null } }
      `),
    ))

  test('tolerance and fees differ by merchant', () =>
    check(
      `
      payment P1 100.00 10:01 order=O1 trade=T1 merchant=A
      payment P2 100.00 10:01 order=O2 trade=T2 merchant=B
      payment P3 100.00 10:01 order=O3 trade=T3 merchant=A
      payment P4 100.00 10:01 order=O4 trade=T4 merchant=B
      line    L1 100.05 10:01 trade=T1 merchant=A
      line    L2 100.05 10:01 trade=T2 merchant=B
      line    L3 100.00 10:01 trade=T3 merchant=A fee=0.60
      line    L4 100.00 10:01 trade=T4 merchant=B fee=0.60
      ---
      amount_mismatch P1 L1 diff=0.05
      match P2 L2 trade_no tolerance diff=0.05
      match P3 L3 trade_no
      match P4 L4 trade_no
      fee_mismatch P4 L4 diff=0.40
    `,
      by('defaults: { merchants: { B: { amount_tolerance: "0.05", fees: { rate: "0.2%" } } } }'),
    ))
})

describe('fee schedules', () => {
  const SCHEDULE = `
    channels:
      wechat:
        fees:
          rate: "1%"
          schedule:
            - { from: "2026-11-20", rate: "0.6%", min: "0.10", max: "5.00" }
            - { from: "2026-11-20", amount_from: "1000.00", rate: "0.2%" }
            - { from: "2026-11-22", rate: "0.3%" }
  `
  test('the day and the amount choose the step, which has a least and a most; before the first step the rate holds', () =>
    check(
      `
      payment P0 100.00 -1 10:01 order=O0 trade=T0
      payment P1 100.00 10:01 order=O1 trade=T1
      payment P2 1.00 10:01 order=O2 trade=T2
      payment P3 999.99 10:01 order=O3 trade=T3
      payment P4 1000.00 10:01 order=O4 trade=T4
      payment P5 1000.00 +2 10:01 order=O5 trade=T5
      payment P6 100.00 10:01 order=O6 trade=T6
      line    L0 100.00 -1 10:01 trade=T0 fee=1.00
      line    L1 100.00 10:01 trade=T1 fee=0.60
      line    L2 1.00 10:01 trade=T2 fee=0.10
      line    L3 999.99 10:01 trade=T3 fee=5.00
      line    L4 1000.00 10:01 trade=T4 fee=2.00
      line    L5 1000.00 +2 10:01 trade=T5 fee=3.00
      line    L6 100.00 10:01 trade=T6 fee=0.61
      ---
      match P0 L0 trade_no
      match P1 L1 trade_no
      match P2 L2 trade_no
      match P3 L3 trade_no
      match P4 L4 trade_no
      match P5 L5 trade_no
      match P6 L6 trade_no
      fee_mismatch P6 L6 diff=0.01
    `,
      by(SCHEDULE),
    ))
})

describe('refunds', () => {
  const BOOKS = `
    refund R1 100.00 10:01 order=O1 refund=RF1
    line   L1 -100.00 10:01 refund=RF1 fee=0.60
    ---
    match R1 L1 refund_no`
  test('the channel gives the fee back, or keeps it', () => {
    check(BOOKS, by('defaults: { fees: { rate: "0.6%" } }'))
    check(`${BOOKS}\nfee_mismatch R1 L1 diff=0.60`, by('defaults: { fees: { rate: "0.6%" }, refunds: { fee: kept } }'))
  })

  test('each refund may need a second look, whatever its amount', () =>
    check(`${BOOKS} needs_confirmation`, by('defaults: { refunds: { confirm: true } }')))
})

describe('parts of an order', () => {
  const parts = (count: number) => {
    const lines = Array.from({ length: count }, (_, i) => `line L${i + 1} 10.00 10:0${i} mo=O1`)
    return `payment P1 ${count}0.00 10:01 order=O1\n${lines.join('\n')}\n---\n`
  }
  test('so many as the rules let come together; beyond that a person decides', () => {
    const two = by('defaults: { split: { max_parts: 2 } }')
    check(`${parts(2)}match P1 L1 L2 order_no split`, two)
    check(`${parts(3)}ambiguous P1 L1 L2 L3`, two)
    check(`${parts(3)}match P1 L1 L2 L3 order_no split`)
  })

  test('no splitting at all', () => check(`${parts(2)}ambiguous P1 L1 L2`, by('defaults: { split: { max_parts: 1 } }')))
})
