import { formatMinor } from '../kernel/money.ts'
import {
  amountsOf,
  batchGroups,
  type Group,
  orderGroups,
  orderOf,
  tieOf,
  tooManyParts,
  withinTolerance,
} from './by_group.ts'
import { pair, withinDays, withinNumberDays } from './by_number.ts'
import type { Entry, Pass } from './entry.ts'
import { expectedFee, feeTolerance, groupFeeMismatch } from './fees.ts'
import {
  merchantsDiffer,
  ownNumberContradicts,
  sameMerchantOrderNo,
  sameOrderNo,
  sameRefundNo,
  sameTradeNo,
  sentOrderNo,
} from './numbers.ts'
import type { Paired, Pool } from './pool.ts'

/**
 * What the numbers say about rows that no number could pair: both sides know the transaction, and they disagree. Status is
 * judged before amount, amount before fee. Rows that repeat a matched pair are left for `takeSurplus`.
 */
export function concludeByNumber(pool: Pool, surplusOf: (row: Entry) => Paired | undefined): void {
  for (const tie of TIES) judgeTied(pool, tie, surplusOf)
  for (const group of orderGroups(pool)) concludeGroup(pool, group, surplusOf)
  for (const group of batchGroups(pool)) concludeBatch(pool, group)
}

type Tie = {
  readonly pass: Pass
  /** An equal number of the transaction itself, not only of its order. */
  readonly own: boolean
  /** Judge unequal amounts here: refunds stand alone, payments may be parts and are judged with their group. */
  readonly amounts: boolean
  readonly paymentKeys: (payment: Entry) => readonly string[]
  readonly lineKeys: (line: Entry) => readonly string[]
  readonly tied: (payment: Entry, line: Entry) => boolean
}

const TIES: readonly Tie[] = [
  {
    pass: 'trade_no',
    own: true,
    amounts: false,
    paymentKeys: p => (p.kind === 'payment' ? [p.tradeNo] : []),
    lineKeys: l => (l.kind === 'payment' ? [l.tradeNo] : []),
    tied: sameTradeNo,
  },
  {
    pass: 'refund_no',
    own: true,
    amounts: true,
    paymentKeys: p => (p.kind === 'refund' ? [p.refundNo, p.channelRefundNo, p.tradeNo] : []),
    lineKeys: l => (l.kind === 'refund' ? [l.refundNo, l.channelRefundNo] : []),
    tied: sameRefundNo,
  },
  {
    pass: 'merchant_order_no',
    own: false,
    amounts: false,
    paymentKeys: p => [sentOrderNo(p)],
    lineKeys: l => [l.merchantOrderNo],
    tied: sameMerchantOrderNo,
  },
  {
    pass: 'order_no',
    own: false,
    amounts: false,
    paymentKeys: p => [p.orderNo],
    lineKeys: l => [l.orderNo, l.merchantOrderNo],
    tied: sameOrderNo,
  },
]

/** One payment and one line under one number: currency, then status, then (where it stands alone) the amount. */
function judgeTied(pool: Pool, tie: Tie, surplusOf: (row: Entry) => Paired | undefined): void {
  const keyed = (row: Entry, key: string) => (key === '' ? '' : `${row.kind} ${key}`)
  const byKey = new Map<string, Entry[]>()
  for (const p of pool.payments)
    for (const key of new Set(tie.paymentKeys(p).map(number => keyed(p, number)))) {
      if (key === '') continue
      const known = byKey.get(key)
      if (known) known.push(p)
      else byKey.set(key, [p])
    }
  for (const l of [...pool.lines]) {
    const candidates = new Set(tie.lineKeys(l).flatMap(number => byKey.get(keyed(l, number)) ?? []))
    const fitting = [...candidates].filter(
      p =>
        pool.payments.has(p) &&
        tie.tied(p, l) &&
        !ownNumberContradicts(p, l) &&
        credible(pool, p, l, tie.own) &&
        (tie.amounts || p.status !== 'success' || l.status !== 'success' || p.currency !== l.currency),
    )
    if (fitting.length === 0 || (!tie.own && surplusOf(l))) continue
    const p = closest(fitting, l)
    if (!tie.own && surplusOf(p)) continue
    // Several attempts of ours are told apart by amount and time; several successes are not.
    if (fitting.length > 1 && p.status === 'success' && l.status === 'success') continue
    judge(pool, tie.pass, p, l)
  }
}

/** A number agreeing while everything else disagrees is no evidence: numbers are used again. */
function credible(pool: Pool, p: Entry, l: Entry, own: boolean): boolean {
  if (p.merchant !== '' && p.merchant === l.merchant && (own || withinNumberDays(p, l, pool))) return true
  if (withinDays(p, l, 1)) return true
  return withinNumberDays(p, l, pool) && !merchantsDiffer(p, l)
}

/** The attempt that the line most likely tells of: same amount, then the last one not after it. */
function closest(attempts: readonly Entry[], line: Entry): Entry {
  const rank = (p: Entry) => (p.currency === line.currency && p.amount === line.amount ? 0 : 1)
  const lag = (p: Entry) =>
    p.at === null || line.at === null ? 0 : p.at <= line.at ? line.at - p.at : (p.at - line.at) * 2
  return [...attempts].sort((a, b) => rank(a) - rank(b) || lag(a) - lag(b))[0] as Entry
}

function judge(pool: Pool, pass: Pass, p: Entry, l: Entry): void {
  if (p.currency !== l.currency) {
    pool.discrepancy('currency_mismatch', [p], [l], 'currency_differs', {
      zh: `号码一致，平台记 ${formatMinor(p.amount, p.currency)} ${p.currency}，渠道记 ${formatMinor(l.amount, l.currency)} ${l.currency}。`,
      en: `The numbers agree; ours is ${formatMinor(p.amount, p.currency)} ${p.currency}, theirs ${formatMinor(l.amount, l.currency)} ${l.currency}.`,
    })
    return
  }
  if (p.status !== 'success' || l.status !== 'success') {
    judgeStatus(pool, pass, p, l)
    return
  }
  judgeAmount(pool, pass, p, l)
}

const STATUS = {
  success: { zh: '成功', en: 'success' },
  pending: { zh: '处理中', en: 'pending' },
  failed: { zh: '失败', en: 'failed' },
} as const

/** Two rows of one transaction, brought together by `pass`, that do not both say it succeeded. */
export function judgeStatus(pool: Pool, pass: Pass, p: Entry, l: Entry): void {
  const tied =
    pass === 'amount_time'
      ? { zh: '金额、时间一致', en: 'Amount and time agree' }
      : { zh: '号码一致', en: 'The numbers agree' }
  const evidence = {
    zh: `${tied.zh}，平台状态为${STATUS[p.status].zh}，渠道为${STATUS[l.status].zh}（${formatMinor(l.amount, l.currency)}）。`,
    en: `${tied.en}; ours says ${STATUS[p.status].en}, the channel ${STATUS[l.status].en} (${formatMinor(l.amount, l.currency)}).`,
  }
  if (p.status === 'failed' && l.status === 'failed') pool.match(pass, [p], [l])
  else if (l.status === 'pending' && p.status !== 'failed')
    pool.discrepancy(
      'in_transit',
      [p],
      [l],
      p.kind === 'refund' ? 'refund_in_progress' : 'payment_in_progress',
      evidence,
    )
  else {
    const cause =
      l.status === 'success' ? (p.status === 'pending' ? 'lost_notice' : 'platform_not_updated') : 'channel_failed'
    pool.discrepancy('status_mismatch', [p], [l], cause, evidence)
    if (l.status === 'success') pool.takenUnbooked.push({ pass, payments: [p], lines: [l], flags: [] })
  }
}

function judgeAmount(pool: Pool, pass: Pass, p: Entry, l: Entry): void {
  const kept = p.amount - l.amount
  const ourFee = expectedFee(p, pool.rules)
  if (kept === 0) return pair(pool, pass, p, l)
  if (kept === ourFee || kept === l.fee) return pool.match(pass, [p], [l], ['fee_netted'])
  if (withinTolerance(pool, kept, p)) return pool.match(pass, [p], [l], ['tolerance'])
  if (ourFee !== null && ourFee !== 0 && Math.abs(ourFee - kept) <= feeTolerance([p], pool.rules, p.currency)) {
    pool.match(pass, [p], [l], ['fee_netted'])
    return pool.remark(groupFeeMismatch([p], [l], ourFee, kept))
  }
  const text = (minor: number) => formatMinor(minor, p.currency)
  pool.discrepancy('amount_mismatch', [p], [l], 'amount_entry', {
    zh: `号码一致，平台记 ${text(p.amount)}，渠道记 ${text(l.amount)}，相差 ${text(-kept)}${slip(p.amount, l.amount, 'zh')}。`,
    en: `The numbers agree; ours is ${text(p.amount)}, theirs ${text(l.amount)}, ${text(-kept)} apart${slip(p.amount, l.amount, 'en')}.`,
  })
}

/** The usual slips of the hand, where the digits show one. */
function slip(ours: number, theirs: number, lang: 'zh' | 'en'): string {
  const [a, b] = [String(Math.abs(ours)), String(Math.abs(theirs))]
  if (a === `${b}0` || b === `${a}0` || a === `${b}00` || b === `${a}00`)
    return lang === 'zh' ? '（疑似小数点错位）' : ' (a decimal point out of place)'
  const differing = a.length === b.length ? [...a].flatMap((digit, i) => (digit === b[i] ? [] : [i])) : []
  const [i, j] = differing
  if (differing.length === 2 && i !== undefined && j !== undefined && a[i] === b[j] && a[j] === b[i])
    return lang === 'zh' ? '（疑似数字颠倒）' : ' (two digits exchanged)'
  if (differing.length === 1) return lang === 'zh' ? '（一位数字不同）' : ' (one digit differs)'
  return ''
}

function concludeGroup(pool: Pool, group: Group, surplusOf: (row: Entry) => Paired | undefined): void {
  for (const kind of ['payment', 'refund'] as const) {
    const of = (row: Entry) => row.kind === kind && !surplusOf(row)
    const payments = group.payments.filter(row => of(row) && pool.payments.has(row))
    const lines = group.lines.filter(row => of(row) && pool.lines.has(row))
    const [p] = payments
    const [l] = lines
    if (!p || !l) continue
    if (payments.length === 1 && lines.length === 1) {
      const tie = tieOf(group)
      const fits = p.amount !== l.amount && !ownNumberContradicts(p, l) && credible(pool, p, l, tie === 'trade_no')
      if (fits) judgeAmount(pool, tie, p, l)
      continue
    }
    if (tooManyParts(pool, { payments, lines })) {
      pool.discrepancy('ambiguous', payments, lines, 'parts_limit', {
        zh: `缴费单 ${orderOf(group)} 分笔过多（平台 ${payments.length} 笔，渠道 ${lines.length} 笔；规则允许 ${pool.rules.split.maxParts} 笔），由人判定：平台 ${amountsOf(payments)}，渠道 ${amountsOf(lines)}。`,
        en: `Order ${orderOf(group)} has more parts than the rules let come together (${payments.length} of ours, ${lines.length} of theirs; ${pool.rules.split.maxParts} are allowed): ours ${amountsOf(payments)}, theirs ${amountsOf(lines)}. A person decides.`,
      })
      continue
    }
    const short = lines.length > 1 ? 'split_incomplete' : 'split_excess'
    pool.discrepancy('amount_mismatch', payments, lines, short, {
      zh: `缴费单 ${orderOf(group)} 分笔合计不符：平台 ${amountsOf(payments)}，渠道 ${amountsOf(lines)}。`,
      en: `The parts of order ${orderOf(group)} do not add up: ours ${amountsOf(payments)}, theirs ${amountsOf(lines)}.`,
    })
  }
}

function concludeBatch(pool: Pool, { payments, lines }: Group): void {
  const ours = payments.filter(row => pool.payments.has(row))
  const theirs = lines.filter(row => pool.lines.has(row))
  if (ours.length === 0 || theirs.length === 0) return
  const gap = ours.reduce((sum, row) => sum + row.amount, 0) - theirs.reduce((sum, row) => sum + row.amount, 0)
  const missing = ours.filter(row => row.amount === gap)
  const named = missing.length === 1 && missing[0] ? missing[0].id : ''
  pool.discrepancy('amount_mismatch', ours, theirs, 'batch_incomplete', {
    zh: `结算批次 ${ours[0]?.batchNo} 不平：平台 ${amountsOf(ours)}，入账 ${amountsOf(theirs)}${named ? `，差额恰为 ${named}` : ''}。`,
    en: `Batch ${ours[0]?.batchNo} does not add up: ours ${amountsOf(ours)}, paid in ${amountsOf(theirs)}${named ? `; the gap is exactly ${named}` : ''}.`,
  })
}
