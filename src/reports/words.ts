import { BUILT_IN_CAUSES } from '../causes/built_in.ts'
import type { Lang } from '../kernel/failure.ts'
import type { DiscrepancyKind, Flag, Pass, Sentence } from '../matching/entry.ts'

/**
 * The product's words for a reader. Codes are English and stable; this is the one place that says them in Chinese and in
 * plain English. A code without an entry is shown as it is.
 */

/** Who has to act: `act` a person decides, `check` a person looks, `wait` the next statement decides, `note` counted only. */
export type Weight = 'act' | 'check' | 'wait' | 'note'

type KindWords = {
  readonly zh: string
  readonly en: string
  readonly zhMeaning: string
  readonly enMeaning: string
  readonly weight: Weight
}

export const KINDS: Readonly<Record<DiscrepancyKind, KindWords>> = {
  channel_only: kind('长款', 'Channel only', '渠道有，平台没有', 'the channel has it, the platform does not', 'act'),
  platform_only: kind('短款', 'Platform only', '平台有，渠道没有', 'the platform has it, the channel does not', 'act'),
  amount_mismatch: kind('金额不符', 'Amount differs', '同一笔，金额不同', 'one transaction, two amounts', 'act'),
  status_mismatch: kind(
    '状态不符',
    'Status differs',
    '同一笔，一方说未成功',
    'one side says it did not succeed',
    'act',
  ),
  duplicate_payment: kind('重复支付', 'Paid twice', '同一笔账付了两次', 'one debt was paid twice', 'act'),
  duplicate_line: kind(
    '账单重复行',
    'Listed twice',
    '账单把同一笔列了两次，没有多动钱',
    'one record is listed twice; no money moved',
    'note',
  ),
  fee_mismatch: kind(
    '手续费不符',
    'Fee differs',
    '本金一致，手续费不同',
    'the principal agrees, the fee does not',
    'check',
  ),
  currency_mismatch: kind('币种不符', 'Currency differs', '同一笔，币种不同', 'one transaction, two currencies', 'act'),
  ambiguous: kind(
    '多解',
    'Ambiguous',
    '有几种同样好的配法，系统不猜',
    'several answers are equally good; none was chosen',
    'check',
  ),
  unresolved: kind(
    '未决',
    'Unresolved',
    '在规定的搜索量内没有答案',
    'no answer within the stated search budget',
    'check',
  ),
  in_transit: kind('在途', 'In transit', '等下一份账单', 'waits for the next statement', 'wait'),
  waived: kind('豁免', 'Waived', '低于规则金额，不追，仍计入平衡', 'below the rule’s amount; still counted', 'note'),
  rejected_line: kind(
    '坏行',
    'Rejected line',
    '账单记录读不出来，没有计入',
    'the record cannot be read and is not counted',
    'check',
  ),
}

export const PASSES: Readonly<Record<Pass, Sentence>> = {
  trade_no: { zh: '渠道流水号', en: 'Channel trade no' },
  refund_no: { zh: '退款单号', en: 'Refund no' },
  merchant_order_no: { zh: '商户订单号', en: 'Merchant order no' },
  order_no: { zh: '缴费单号', en: 'Order no' },
  similar_no: { zh: '单号写法不同', en: 'Number written differently' },
  batch_no: { zh: '结算批次', en: 'Settlement batch' },
  day_total: { zh: '按日合计到账', en: 'Day total' },
  amount_time: { zh: '金额与时间', en: 'Amount and time' },
  subset_sum: { zh: '唯一组合之和', en: 'The one sum that fits' },
  agreed_absent: { zh: '双方都未成交', en: 'Both sides: nothing moved' },
}

export const FLAGS: Readonly<Record<Flag, Sentence>> = {
  interchangeable: { zh: '可互换', en: 'interchangeable' },
  tolerance: { zh: '容差内', en: 'within tolerance' },
  cross_day: { zh: '跨日', en: 'cross-day' },
  split: { zh: '分笔', en: 'split' },
  merged: { zh: '合并', en: 'merged' },
  batch: { zh: '批量', en: 'batch' },
  fee_netted: { zh: '扣费净额', en: 'net of fees' },
  needs_confirmation: { zh: '待确认', en: 'needs confirmation' },
}

/** What makes a record unreadable: codes of the statement readers. All other causes have their names in the library. */
const UNREADABLE: Readonly<Record<string, Sentence>> = {
  fee_deducted: { zh: '到账已扣手续费', en: 'fee was deducted' },
  partial_amount: { zh: '只到了一部分', en: 'only a part arrived' },
  refund_exceeds: { zh: '退款超过可退金额', en: 'refund exceeds what is left' },
  fee_missing: { zh: '没有手续费', en: 'fee not given' },
  amount_unreadable: { zh: '金额读不出', en: 'amount unreadable' },
  amount_sign: { zh: '金额正负不对', en: 'amount with the wrong sign' },
  amounts_disagree: { zh: '金额自相矛盾', en: 'amounts disagree' },
  bytes_undecodable: { zh: '有乱码', en: 'bytes that are no text' },
  currency_unreadable: { zh: '币种读不出', en: 'currency unreadable' },
  field_count: { zh: '字段数不对', en: 'wrong number of fields' },
  id_digits_lost: { zh: '号码位数丢失', en: 'digits of a number lost' },
  kind_unknown: { zh: '交易类型不认识', en: 'unknown kind' },
  status_unknown: { zh: '交易状态不认识', en: 'unknown status' },
  time_unreadable: { zh: '时间读不出', en: 'time unreadable' },
  row_too_long: { zh: '行过长', en: 'row too long' },
}

/** What to do next, by cause; a kind's own advice holds where the cause has none. */
const BY_CAUSE: Readonly<Record<string, Sentence>> = {
  lost_notice: { zh: '向渠道查询该笔，确认后补单', en: 'Query the channel, then supplement the order' },
  unknown_to_platform: { zh: '查这笔钱的来历；无主则原路退回', en: 'Find out whose money it is; else refund it' },
  duplicate_submit: { zh: '核对后把多付的一笔退款（须复核）', en: 'Refund the surplus payment after review' },
  double_capture: {
    zh: '核对后请渠道退回多扣的一笔（须复核）',
    en: 'Have the channel return the surplus after review',
  },
  platform_not_updated: { zh: '主动查询渠道，把平台状态补为成功', en: 'Query the channel and set our status right' },
  channel_failed: { zh: '冲正平台这一笔，通知缴费人重新支付', en: 'Reverse our record and tell the payer' },
  fee_deducted: {
    zh: '确认该渠道是否净额结算，在规则里写明费率',
    en: 'If the channel settles net, state its rate in the rules',
  },
  fee_rate: { zh: '核对签约费率，向渠道申请退还差额', en: 'Check the agreed rate and claim the difference' },
  fee_missing: { zh: '向渠道要手续费明细后再核', en: 'Ask the channel for the fee' },
  split_incomplete: { zh: '等待或催缴余下部分', en: 'Wait for the rest, or remind the payer' },
  split_excess: { zh: '核对后退还多付部分（须复核）', en: 'Return what was overpaid after review' },
  refund_exceeds: { zh: '停止后续退款，向渠道查明超退原因', en: 'Stop further refunds; ask the channel why' },
  statement_missing: { zh: '取得该渠道的账单后重新对账', en: 'Get this channel’s statement and reconcile again' },
  refund_in_progress: { zh: '退款到账后自动对平，不必处理', en: 'Matches by itself when the refund arrives' },
  payment_in_progress: { zh: '到缓冲期结束仍无结果再处理', en: 'Act only if it is still open after the buffer' },
  number_conflict: { zh: '单号可能被复用，按凭证人工认定', en: 'The number may be reused; decide by the vouchers' },
}

const BY_KIND: Readonly<Record<DiscrepancyKind, Sentence>> = {
  channel_only: { zh: '向渠道查询，确认后补单或退款', en: 'Query the channel; supplement or refund' },
  platform_only: {
    zh: '向渠道查询；确未到账则冲正并通知缴费人',
    en: 'Query the channel; if it never arrived, reverse it',
  },
  amount_mismatch: { zh: '以渠道凭证为准更正金额（须复核）', en: 'Correct the amount by the voucher, with review' },
  status_mismatch: { zh: '主动查询渠道，按渠道结果更正状态', en: 'Query the channel and correct the status' },
  duplicate_payment: { zh: '核对后把多付的一笔退款（须复核）', en: 'Refund the surplus payment after review' },
  duplicate_line: { zh: '不必动账；可告知渠道', en: 'Nothing to book; tell the channel' },
  fee_mismatch: { zh: '核对签约费率', en: 'Check the agreed rate' },
  currency_mismatch: { zh: '核对交易凭证，更正币种后重新对账', en: 'Correct the currency by the voucher' },
  ambiguous: { zh: '按凭证或向缴费人核实，选定对应关系', en: 'Choose the right pairing by the vouchers' },
  unresolved: { zh: '补充单号或批次号，或缩小时间范围后重对', en: 'Add a number or batch, or narrow the window' },
  in_transit: { zh: '下一账期自动核对，不必处理', en: 'Nothing to do; the next statement decides' },
  waived: { zh: '不追，留存备查', en: 'Nothing to do; kept on record' },
  rejected_line: { zh: '让渠道重发账单，或更正该行后重新对账', en: 'Get the file again, or mend the line' },
}

/** "长款" or "Channel only". */
export const kindName = (kind: DiscrepancyKind, lang: Lang): string => KINDS[kind][lang]

export const kindMeaning = (kind: DiscrepancyKind, lang: Lang): string =>
  lang === 'zh' ? KINDS[kind].zhMeaning : KINDS[kind].enMeaning

export const passName = (pass: Pass, lang: Lang): string => PASSES[pass]?.[lang] ?? pass

export const flagNames = (flags: readonly Flag[], lang: Lang): string =>
  flags.map(flag => FLAGS[flag]?.[lang] ?? flag).join(lang === 'zh' ? '、' : ', ')

/** As the library calls it, in the middle of a line. */
export function causeName(cause: string, lang: Lang): string {
  const name = (BUILT_IN_CAUSES[cause]?.name ?? UNREADABLE[cause])?.[lang]
  return name === undefined ? cause : name.charAt(0).toLowerCase() + name.slice(1)
}

/** What a person does next about it: one short sentence. */
export const suggestion = (kind: DiscrepancyKind, cause: string, lang: Lang): string =>
  kind === 'in_transit' || kind === 'waived' || kind === 'duplicate_line' || kind === 'rejected_line'
    ? (kind === 'in_transit' ? (BY_CAUSE[cause] ?? BY_KIND[kind]) : BY_KIND[kind])[lang]
    : (BY_CAUSE[cause] ?? BY_KIND[kind])[lang]

const CHANNELS: Readonly<Record<string, Sentence>> = {
  wechat: { zh: '微信支付', en: 'WeChat Pay' },
  alipay: { zh: '支付宝', en: 'Alipay' },
  unionpay: { zh: '银联', en: 'UnionPay' },
  bank: { zh: '银行', en: 'Bank' },
}

export const channelName = (channel: string, lang: Lang): string => CHANNELS[channel]?.[lang] ?? channel

const STATUSES: Readonly<Record<string, Sentence>> = {
  success: { zh: '成功', en: 'success' },
  pending: { zh: '处理中', en: 'pending' },
  failed: { zh: '失败', en: 'failed' },
}

export const statusName = (status: string, lang: Lang): string => STATUSES[status]?.[lang] ?? status

export const entryKindName = (kind: 'payment' | 'refund', lang: Lang): string =>
  kind === 'refund' ? (lang === 'zh' ? '退款' : 'refund') : lang === 'zh' ? '支付' : 'payment'

function kind(zh: string, en: string, zhMeaning: string, enMeaning: string, weight: Weight): KindWords {
  return { zh, en, zhMeaning, enMeaning, weight }
}
