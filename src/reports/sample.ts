import { DISCREPANCY_KINDS, type DiscrepancyKind, type Entry } from '../matching/entry.ts'
import type { DiscrepancyView, MatchView, Reconciliation } from '../reconciliation/reconciliation.ts'

/** A small made-up answer for this folder's tests: one discrepancy of each kind, hostile names, a balance that holds. */

export function entry(id: string, amount: number, more: Partial<Entry> = {}): Entry {
  return {
    id,
    amount,
    kind: amount < 0 ? 'refund' : 'payment',
    status: 'success',
    channel: 'wechat',
    orderNo: '',
    tradeNo: '',
    merchantOrderNo: '',
    refundNo: '',
    channelRefundNo: '',
    currency: 'CNY',
    at: Date.parse('2026-11-20T08:11:02+08:00'),
    day: '2026-11-20',
    merchant: 'M1',
    payer: '',
    fee: null,
    batchNo: '',
    ...more,
  }
}

export function discrepancy(
  kind: DiscrepancyKind,
  ours: readonly Entry[],
  theirs: readonly Entry[],
  more: Partial<DiscrepancyView> = {},
): DiscrepancyView {
  const sum = (rows: readonly Entry[]) =>
    rows.filter(r => r.status === 'success').reduce((total, r) => total + r.amount, 0)
  return {
    kind,
    payments: ours.map(r => r.id),
    lines: theirs.map(r => r.id),
    difference: sum(theirs) - sum(ours),
    currency: 'CNY',
    cause: 'not_in_statement',
    evidence: {
      zh: `依据：${kind} 的一句话说明，写明比较了什么、相差多少、为什么这样判断，读的人不用再去翻原始文件。`,
      en: `One sentence about ${kind}.`,
    },
    paymentRows: ours,
    lineRows: theirs,
    ...more,
  }
}

const match = (n: number): MatchView => ({
  payments: [`P${n}`],
  lines: [`wechat.csv#${n}`],
  pass: 'trade_no',
  difference: 0,
  currency: 'CNY',
  amount: 1000 + n,
  channel: 'wechat',
  orderNo: n === 2 ? '=HYPERLINK("http://x")' : `FZ20261120${n}`,
  tradeNo: `42000023${String(n).padStart(20, '0')}`,
  day: '2026-11-20',
  flags: n === 3 ? ['cross_day', 'needs_confirmation'] : [],
})

export function sampleResult(matches = 5): Reconciliation {
  const ambiguous = [entry('P201', 3000, { orderNo: 'O1' }), entry('P202', 3000, { orderNo: 'O2' })]
  const discrepancies: DiscrepancyView[] = [
    discrepancy(
      'channel_only',
      [],
      [
        entry('wechat.csv#900', 12_000, {
          tradeNo: '4200002300000000000000000900',
          merchantOrderNo: 'FZ2026112000900',
        }),
      ],
      { cause: 'lost_notice' },
    ),
    discrepancy('platform_only', [entry('P901', 5_000, { orderNo: '@SUM(A1)' })], []),
    discrepancy('amount_mismatch', [entry('P902', 1_200)], [entry('wechat.csv#902', 1_190)], { cause: 'amount_entry' }),
    discrepancy('fee_mismatch', [entry('P903', 1_000, { fee: 6 })], [entry('wechat.csv#903', 1_000, { fee: 9 })], {
      cause: 'fee_rate',
      difference: 3,
    }),
    discrepancy('ambiguous', ambiguous, [entry('wechat.csv#904', 3_000), entry('wechat.csv#905', 3_000)], {
      cause: 'equal_candidates',
    }),
    discrepancy('rejected_line', [], [], {
      lines: ['wechat.csv#906'],
      cause: 'amount_unreadable',
      problem: {
        severity: 'error',
        record: 906,
        line: 908,
        column: '订单金额',
        code: 'amount_unreadable',
        zh: '第 906 条（第 908 行）订单金额“=1+1”读不出。',
        en: 'Record 906 (line 908): the amount "=1+1" cannot be read.',
      },
    }),
  ]
  const views = Array.from({ length: matches }, (_, i) => match(i + 1))
  const matchedNet = BigInt(views.reduce((sum, m) => sum + m.amount, 0))
  const ours = discrepancies
    .filter(d => d.kind !== 'fee_mismatch')
    .flatMap(d => d.paymentRows)
    .reduce((sum, r) => sum + r.amount, 0)
  const explained = BigInt(
    discrepancies.filter(d => d.kind !== 'fee_mismatch').reduce((sum, d) => sum + d.difference, 0),
  )
  const paymentsNet = matchedNet + BigInt(ours)
  return {
    summary: {
      currencies: ['CNY'],
      payments: { count: matches + 5, amount: new Map([['CNY', paymentsNet]]) },
      lines: { count: matches + 5, amount: new Map([['CNY', paymentsNet + explained]]) },
      matched: { groups: matches, payments: matches, lines: matches, amount: new Map([['CNY', matchedNet]]) },
      discrepancies: discrepancies.length,
      byKind: new Map(
        DISCREPANCY_KINDS.flatMap(kind => {
          const of = discrepancies.filter(d => d.kind === kind)
          return of.length === 0
            ? []
            : [
                [
                  kind,
                  {
                    count: of.length,
                    difference: new Map([['CNY', BigInt(of.reduce((s, d) => s + d.difference, 0))]]),
                  },
                ],
              ]
        }),
      ),
      balance: new Map([
        ['CNY', { paymentsNet, linesNet: paymentsNet + explained, difference: explained, explained, ok: true }],
      ]),
    },
    matches: async function* () {
      for (let i = 0; i < views.length; i += 2) yield views.slice(i, i + 2)
    },
    discrepancies,
    statements: [
      {
        name: 'wechat.csv',
        channel: 'wechat',
        format: 'wechat-trade',
        encoding: 'utf-8',
        records: matches + 5,
        rejected: 1,
        sm3: 'ab'.repeat(32),
        verdict: 'rejected',
        controls: [
          { name: '总交易单数', stated: '10', computed: '10', ok: true },
          { name: '订单总金额', stated: '200.00', computed: '199.90', ok: false },
        ],
      },
    ],
    paymentFiles: ['payments.csv'],
    rules: 'default',
    timings: { open: 1, load: 1, settle: 1, decide: 1, prove: 1 },
  }
}
