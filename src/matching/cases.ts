import type { Sentence } from './entry.ts'

/** A hard case as a small day of both books, and what the built-in rules make of it: kept, so that changed rules meet each of them. */
export type HardCase = { readonly code: string; readonly name: Sentence; readonly text: string }

const hard = (code: string, zh: string, en: string, text: string): HardCase => ({ code, name: { zh, en }, text })

export const HARD_CASES: readonly HardCase[] = [
  hard(
    'plain',
    '渠道号一致',
    'The channel number agrees',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    line    L1 80.00 10:02 trade=T1
    ---
    match P1 L1 trade_no`,
  ),
  hard(
    'sent_number',
    '仅商户单号一致',
    'Only the number that we sent agrees',
    `
    payment P1 80.00 10:01 order=O1 mo=M1
    line    L1 80.00 10:02 trade=T1 mo=M1
    ---
    match P1 L1 merchant_order_no`,
  ),
  hard(
    'reused_number',
    '单号一年后重用',
    'An order number used again after a year',
    `
    payment P1 80.00 -365 10:01 order=O1
    line    L1 80.00 10:02 mo=O1
    ---
    platform_only P1
    channel_only L1`,
  ),
  hard(
    'split',
    '分笔支付',
    'An order paid in parts',
    `
    payment P1 80.00 10:01 order=O1
    line    L1 50.00 10:02 mo=O1
    line    L2 30.00 10:03 mo=O1
    ---
    match P1 L1 L2 order_no split`,
  ),
  hard(
    'split_short',
    '分笔合计不符',
    'Parts that do not add up',
    `
    payment P1 80.00 10:01 order=O1
    line    L1 50.00 10:02 mo=O1
    line    L2 20.00 10:03 mo=O1
    ---
    amount_mismatch P1 L1 L2 diff=-10.00`,
  ),
  hard(
    'fee_netted',
    '扣费后入账',
    'Paid in net of the fee',
    `
    payment P1 100.00 10:01 order=O1 trade=T1 fee=0.60
    line    L1 99.40 10:02 trade=T1
    ---
    match P1 L1 trade_no fee_netted diff=-0.60`,
  ),
  hard(
    'fee_differs',
    '手续费不符',
    'The fee differs',
    `
    payment P1 100.00 10:01 order=O1 trade=T1 fee=0.60
    line    L1 100.00 10:02 trade=T1 fee=0.38
    ---
    match P1 L1 trade_no
    fee_mismatch P1 L1 diff=-0.22`,
  ),
  hard(
    'fee_unknown',
    '平台未记手续费',
    'Our record has no fee',
    `
    payment P1 100.00 10:01 order=O1 trade=T1
    line    L1 100.00 10:02 trade=T1 fee=0.60
    ---
    match P1 L1 trade_no`,
  ),
  hard(
    'amount_entry',
    '金额录入有误',
    'An amount entered wrongly',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    line    L1 80.05 10:02 trade=T1
    ---
    amount_mismatch P1 L1 diff=0.05`,
  ),
  hard(
    'lost_notice',
    '支付通知丢失',
    'A payment notice was lost',
    `
    payment P1 80.00 10:01 order=O1 trade=T1 status=pending
    line    L1 80.00 10:02 trade=T1
    ---
    status_mismatch P1 L1 diff=80.00`,
  ),
  hard(
    'twice',
    '重复支付',
    'Paid twice',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    payment P2 80.00 10:03 order=O1 trade=T2
    line    L1 80.00 10:01 trade=T1
    line    L2 80.00 10:03 trade=T2
    ---
    match P1 L1 trade_no
    duplicate_payment P2 L2`,
  ),
  hard(
    'refund',
    '部分退款',
    'A refund in part',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    refund  R1 30.00 11:01 order=O1 trade=T1 refund=RF1
    line    L1 80.00 10:01 trade=T1
    line    L2 -30.00 11:02 trade=T1 refund=RF1
    ---
    match P1 L1 trade_no
    match R1 L2 refund_no`,
  ),
  hard(
    'batch',
    '整批净额入账',
    'A batch paid in net',
    `
    payment P1 100.00 10:01 order=O1 batch=B1 fee=0.60
    payment P2 200.00 10:02 order=O2 batch=B1 fee=1.20
    line    L1 298.20 18:00 batch=B1
    ---
    match P1 P2 L1 batch_no merged batch fee_netted diff=-1.80`,
  ),
  hard(
    'no_number',
    '无号码，金额与时间一致',
    'No number; amount and time agree',
    `
    payment P1 80.00 10:01 order=O1 payer=A
    line    L1 80.00 10:20 payer=A
    ---
    match P1 L1 amount_time`,
  ),
  hard(
    'no_number_late',
    '无号码，相隔过久',
    'No number, and too far apart',
    `
    payment P1 80.00 10:01 order=O1 payer=A
    line    L1 80.00 11:20 payer=A
    ---
    platform_only P1
    channel_only L1`,
  ),
  hard(
    'equal_candidates',
    '候选相同，无法判定',
    'Equal candidates',
    `
    payment P1 80.00 10:01 order=O1
    payment P2 80.00 10:03 order=O2
    line    L1 80.00 10:02
    ---
    ambiguous P1 P2 L1 diff=-80.00`,
  ),
  hard(
    'small',
    '小额未匹配',
    'A small amount without a partner',
    `
    payment P1 5.00 10:01 order=O1 trade=T1
    payment P2 50.00 10:01 order=O2 trade=T2
    line    L2 50.00 10:01 trade=T2
    ---
    platform_only P1
    match P2 L2 trade_no`,
  ),
  hard(
    'large',
    '大额匹配',
    'A large match',
    `
    payment P1 20000.00 10:01 order=O1 trade=T1
    line    L1 20000.00 10:02 trade=T1
    ---
    match P1 L1 trade_no`,
  ),
  hard(
    'cutoff',
    '日切前后',
    'Around the cutoff',
    `
    payment P1 80.00 23:58 order=O1 trade=T1
    payment P2 80.00 12:00 order=O2 trade=T2
    line    L2 80.00 12:00 trade=T2
    ---
    in_transit P1
    match P2 L2 trade_no`,
  ),
  hard(
    'listed_twice',
    '账单重复行',
    'Listed twice',
    `
    payment P1 80.00 10:01 order=O1 trade=T1
    line    L1 80.00 10:02 trade=T1
    line    L2 80.00 10:02 trade=T1
    ---
    match P1 L1 trade_no
    duplicate_line L2`,
  ),
]
