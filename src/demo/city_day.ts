import type { DiscrepancyKind, Flag } from '../matching/entry.ts'
import type { WrittenRow } from '../statements/writing/row.ts'
import { Random } from './random.ts'

/**
 * A made-up day of 抚州: what the platform recorded, what three channels list, and what the right answer is. The mistakes are
 * planted one by one, so the truth does not come from the engine that is to find it.
 */

export type Channel = 'wechat' | 'alipay' | 'bank' | 'unionpay'

/** What the platform recorded; a row of the payments file. Amounts in 分, always positive. */
export type Payment = {
  readonly no: string
  readonly order: string
  readonly kind: 'payment' | 'refund'
  readonly channel: Channel
  readonly tradeNo: string
  readonly merchantOrderNo: string
  readonly refundNo: string
  readonly amount: number
  readonly currency: string
  readonly status: 'success' | 'pending' | 'failed'
  readonly at: number
  readonly merchant: string
  readonly payer: string
  readonly fee: number | null
  readonly batch: string
}

/** What a channel lists; a record of its statement. */
export type Line = WrittenRow

export type Truth = {
  readonly matches: readonly {
    readonly payments: readonly Payment[]
    readonly lines: readonly Line[]
    readonly flags: readonly Flag[]
  }[]
  readonly discrepancies: readonly {
    readonly kind: DiscrepancyKind
    readonly payments: readonly Payment[]
    readonly lines: readonly Line[]
  }[]
}

export type CityDay = {
  readonly day: string
  readonly payments: readonly Payment[]
  readonly lines: Readonly<Record<'wechat' | 'alipay' | 'bank', readonly Line[]>>
  readonly truth: Truth
}

export const DAY = '2026-11-20'

type Merchant = {
  readonly name: string
  readonly goods: string
  readonly wechat: string
  readonly bank: string
  readonly amounts: readonly [number, number]
  readonly weight: number
}

/** 收费单位, with their number at WeChat (特约商户号) and at the bank; Alipay has one account for all. */
const MERCHANTS: readonly Merchant[] = [
  { name: '抚州市水务', goods: '水费', wechat: '1600000101', bank: 'FZ-WATER', amounts: [1_800, 16_500], weight: 24 },
  { name: '国网抚州供电', goods: '电费', wechat: '1600000102', bank: 'FZ-POWER', amounts: [3_500, 42_000], weight: 34 },
  { name: '抚州燃气', goods: '燃气费', wechat: '1600000103', bank: 'FZ-GAS', amounts: [2_600, 28_000], weight: 18 },
  { name: '临川供热', goods: '采暖费', wechat: '1600000104', bank: 'FZ-HEAT', amounts: [60_000, 240_000], weight: 6 },
  { name: '抚州一中', goods: '学费', wechat: '1600000105', bank: 'FZ-SCHOOL', amounts: [80_000, 480_000], weight: 8 },
  { name: '赣东物业', goods: '物业费', wechat: '1600000106', bank: 'FZ-ESTATE', amounts: [9_000, 96_000], weight: 10 },
]
const [WATER, POWER, GAS, HEAT, SCHOOL, ESTATE] = MERCHANTS as [
  Merchant,
  Merchant,
  Merchant,
  Merchant,
  Merchant,
  Merchant,
]

export const ALIPAY_ACCOUNT = '20880000000000010156'

const at = (clock: string, day = DAY): number => Date.parse(`${day}T${clock}+08:00`)

/** 0.6 %, rounded half up, whole 分. */
const wechatFee = (amount: number): number => Math.floor((amount * 6 + 500) / 1000)

export function cityDay(size = 2_000, seed = 20_261_120): CityDay {
  const random = new Random(seed)
  const payments: Payment[] = []
  const lines: Record<'wechat' | 'alipay' | 'bank', Line[]> = { wechat: [], alipay: [], bank: [] }
  const matches: Truth['matches'][number][] = []
  const discrepancies: Truth['discrepancies'][number][] = []

  let orders = 0
  let rows = 0
  const newOrder = (): string => `FZ20261120${String(++orders).padStart(6, '0')}`
  const tradeNo = (channel: Channel): string => {
    if (channel === 'wechat') return `4200002820261120${random.digits(12)}`
    if (channel === 'alipay') return `20261120220014${random.digits(14)}`
    return channel === 'bank' ? `BK20261120${random.digits(10)}` : `261120${random.digits(15)}`
  }
  const payerOf = (channel: Channel): string => {
    if (channel === 'wechat') return `oFZ${random.digits(24)}`
    if (channel === 'alipay')
      return `${random.pick(['*丽', '*强', '*敏', '*军', '*静'])}(${random.pick(['138', '139', '150', '186'])}****${random.digits(4)})`
    return `6217${random.digits(12)}`
  }
  const merchantNo = (channel: Channel, merchant: Merchant): string => {
    if (channel === 'wechat') return merchant.wechat
    return channel === 'alipay' ? ALIPAY_ACCOUNT : merchant.bank
  }

  const pay = (channel: Channel, merchant: Merchant, amount: number, more: Partial<Payment> = {}): Payment => {
    const order = more.order ?? newOrder()
    const payment: Payment = {
      no: `P20261120${String(++rows).padStart(7, '0')}`,
      order,
      kind: 'payment',
      channel,
      tradeNo: tradeNo(channel),
      merchantOrderNo: `${order}01`,
      refundNo: '',
      amount,
      currency: 'CNY',
      status: 'success',
      at: at('12:00:00'),
      merchant: merchantNo(channel, merchant),
      payer: payerOf(channel),
      fee: channel === 'wechat' ? wechatFee(amount) : null,
      batch: '',
      ...more,
    }
    payments.push(payment)
    return payment
  }
  const list = (channel: 'wechat' | 'alipay' | 'bank', line: Line): Line => {
    lines[channel].push(line)
    return line
  }
  /** The line a channel lists for a payment, some seconds later. */
  const lineFor = (p: Payment, more: Partial<Line> = {}): Line =>
    list(p.channel as 'wechat', {
      kind: p.kind,
      tradeNo: p.tradeNo,
      merchantOrderNo: p.merchantOrderNo,
      refundNo: p.refundNo,
      channelRefundNo: p.kind === 'refund' && p.channel === 'wechat' ? `5030000${random.digits(21)}` : '',
      amount: p.amount,
      currency: p.currency,
      at: p.at + 1000 * random.between(0, 4),
      merchant: p.merchant,
      payer: p.payer,
      fee: p.fee ?? 0,
      batch: p.batch,
      goods: goodsOf(p),
      ...more,
    })
  const stray = (
    channel: 'wechat' | 'alipay' | 'bank',
    merchant: Merchant,
    amount: number,
    more: Partial<Line> = {},
  ): Line =>
    list(channel, {
      kind: 'payment',
      tradeNo: tradeNo(channel),
      merchantOrderNo: `${newOrder()}01`,
      refundNo: '',
      channelRefundNo: '',
      amount,
      currency: 'CNY',
      at: at('12:00:00'),
      merchant: merchantNo(channel, merchant),
      payer: payerOf(channel),
      fee: channel === 'wechat' ? wechatFee(amount) : 0,
      batch: '',
      goods: merchant.goods,
      ...more,
    })
  const matched = (ours: readonly Payment[], theirs: readonly Line[], ...flags: Flag[]): void => {
    matches.push({ payments: ours, lines: theirs, flags })
  }
  const wrong = (kind: DiscrepancyKind, ours: readonly Payment[], theirs: readonly Line[]): void => {
    discrepancies.push({ kind, payments: ours, lines: theirs })
  }

  // The plain day: most people pay, some get money back.
  const crowd = MERCHANTS.flatMap(merchant => Array.from({ length: merchant.weight }, () => merchant))
  const channels: readonly ('wechat' | 'alipay' | 'bank')[] = [
    ...Array.from({ length: 11 }, () => 'wechat' as const),
    ...Array.from({ length: 7 }, () => 'alipay' as const),
    'bank',
    'bank',
  ]
  for (let i = 0; i < size; i++) {
    const channel = random.pick(channels)
    const merchant = random.pick(crowd)
    const seconds = 6 * 3600 + Math.floor(((random.next() + random.next()) / 2) * 17.4 * 3600)
    const amount = random.between(...merchant.amounts)
    const p = pay(channel, merchant, amount, { at: at('00:00:00') + seconds * 1000 })
    matched([p], [lineFor(p)])
    if (channel !== 'bank' && random.next() < 0.01) {
      const part = random.next() < 0.5 ? amount : random.between(500, amount)
      const refund = pay(channel, merchant, part, {
        order: p.order,
        kind: 'refund',
        tradeNo: p.tradeNo,
        merchantOrderNo: p.merchantOrderNo,
        refundNo: `R${p.order}`,
        at: p.at + 20 * 60_000,
        payer: p.payer,
        merchant: p.merchant,
        fee: channel === 'wechat' ? wechatFee(part) : null,
      })
      matched([refund], [lineFor(refund)])
    }
    // A payer who gave up: failed with us, never listed by the channel.
    if (random.next() < 0.01)
      matched(
        [
          pay(channel, merchant, amount, {
            status: 'failed',
            tradeNo: '',
            at: at('00:00:00') + seconds * 1000,
            fee: null,
          }),
        ],
        [],
      )
  }

  // 待确认: large but right.
  for (const [channel, amount] of [
    ['wechat', 580_000],
    ['alipay', 680_000],
    ['bank', 1_250_000],
  ] as const) {
    const p = pay(channel, SCHOOL, amount, { at: at('09:12:40') })
    matched([p], [lineFor(p)], 'needs_confirmation')
  }

  // 长款: the notice was lost, the channel has the money.
  wrong('channel_only', [], [stray('wechat', POWER, 23_680, { at: at('08:31:07') })])
  wrong('channel_only', [], [stray('wechat', WATER, 6_450, { at: at('14:02:55') })])
  wrong('channel_only', [], [stray('alipay', GAS, 11_230, { at: at('19:47:21') })])

  // 短款: we booked a success that the channel does not know.
  wrong('platform_only', [pay('alipay', HEAT, 128_000, { at: at('10:15:33') })], [])
  wrong('platform_only', [pay('wechat', POWER, 9_870, { at: at('16:40:12') })], [])

  // 坏行, and the 短款 it leaves behind: a letter O where a zero belongs.
  {
    const p = pay('bank', ESTATE, 120_000, { at: at('11:05:00') })
    wrong('platform_only', [p], [])
    wrong('rejected_line', [], [lineFor(p, { amountText: '1,2O0.00' })])
  }

  // 金额不符: two digits exchanged; a decimal point out of place.
  {
    const p = pay('wechat', POWER, 12_860, { at: at('13:22:18') })
    wrong('amount_mismatch', [p], [lineFor(p, { amount: 12_680, fee: wechatFee(12_680) })])
    const q = pay('alipay', ESTATE, 45_000, { at: at('15:08:44') })
    wrong('amount_mismatch', [q], [lineFor(q, { amount: 4_500 })])
  }

  // 状态不符: the channel succeeded, we do not know it yet or say it failed.
  {
    const p = pay('wechat', GAS, 8_760, { status: 'pending', at: at('17:55:02') })
    wrong('status_mismatch', [p], [lineFor(p)])
    const q = pay('alipay', WATER, 5_240, { status: 'failed', at: at('18:12:37') })
    wrong('status_mismatch', [q], [lineFor(q)])
  }

  // 重复支付: twice on one channel; on two channels; taken twice by the channel and booked once.
  {
    const p = pay('wechat', WATER, 7_320, { at: at('12:01:10') })
    matched([p], [lineFor(p)])
    const again = pay('wechat', WATER, 7_320, {
      order: p.order,
      merchantOrderNo: `${p.order}02`,
      payer: p.payer,
      at: at('12:03:45'),
    })
    wrong('duplicate_payment', [again], [lineFor(again)])

    const q = pay('wechat', POWER, 18_840, { at: at('20:10:05') })
    matched([q], [lineFor(q)])
    const elsewhere = pay('alipay', POWER, 18_840, {
      order: q.order,
      merchantOrderNo: `${q.order}02`,
      at: at('20:12:31'),
    })
    wrong('duplicate_payment', [elsewhere], [lineFor(elsewhere)])

    const r = pay('alipay', GAS, 15_600, { at: at('21:30:12') })
    matched([r], [lineFor(r)])
    wrong('duplicate_payment', [], [lineFor(r, { tradeNo: tradeNo('alipay'), at: r.at + 40_000 })])
  }

  // 账单重复行: the bank listed one transfer twice.
  {
    const p = pay('bank', SCHOOL, 240_000, { at: at('09:40:00') })
    const line = lineFor(p)
    matched([p], [line])
    wrong('duplicate_line', [], [list('bank', { ...line })])
  }

  // 手续费不符: charged at 1 % instead of 0.6 %.
  for (const [amount, clock] of [
    [98_000, '10:48:20'],
    [36_500, '15:31:09'],
  ] as const) {
    const p = pay('wechat', ESTATE, amount, { at: at(clock) })
    const line = lineFor(p, { fee: amount / 100 })
    matched([p], [line])
    wrong('fee_mismatch', [p], [line])
  }

  // 币种不符: a student from Hong Kong paid dollars.
  {
    const p = pay('bank', SCHOOL, 360_000, { at: at('10:22:00') })
    wrong('currency_mismatch', [p], [lineFor(p, { currency: 'HKD' })])
  }

  // 多解: two transfers of one amount, one minute, no number, no payer.
  {
    const two = [0, 1].map(i => pay('bank', ESTATE, 66_000, { tradeNo: '', at: at(`14:20:${10 + i * 25}`) }))
    wrong(
      'ambiguous',
      two,
      two.map(p => lineFor(p, { tradeNo: tradeNo('bank'), merchantOrderNo: '', payer: '' })),
    )
  }

  // 未决: one transfer for a part of 26 heating bills; more candidates than the rule lets the search try.
  {
    const company = '6217999900001234'
    const bills = Array.from({ length: 26 }, (_, i) =>
      pay('bank', HEAT, 70_000 + 137 * i * (i + 3), { tradeNo: '', payer: company, at: at('10:00:00') + i * 60_000 }),
    )
    const some = bills.filter((_, i) => i % 3 === 0).reduce((sum, p) => sum + p.amount, 0)
    const deposit = stray('bank', HEAT, some, {
      merchantOrderNo: '',
      payer: company,
      at: at('16:00:00'),
      goods: '采暖费汇款',
    })
    wrong('unresolved', bills, [deposit])
  }

  // Right, but only one combination says so: five estate bills, one transfer.
  {
    const company = '6217999900005678'
    const bills = [31_000, 42_300, 55_700, 68_900, 91_100].map((amount, i) =>
      pay('bank', ESTATE, amount, { tradeNo: '', payer: company, at: at('09:30:00') + i * 90_000 }),
    )
    matched(
      bills,
      [
        stray('bank', ESTATE, 289_000, {
          merchantOrderNo: '',
          payer: company,
          at: at('11:45:00'),
          goods: '物业费汇款',
        }),
      ],
      'merged',
    )
  }

  // 可互换: the same company, the same fee, twice in a minute.
  {
    const company = '6217999900009012'
    const two = [0, 1].map(i =>
      pay('bank', WATER, 50_000, { tradeNo: '', payer: company, at: at(`15:15:${10 + i * 20}`) }),
    )
    matched(
      two,
      two.map(p => lineFor(p, { tradeNo: tradeNo('bank'), merchantOrderNo: '' })),
      'interchangeable',
    )
  }

  // 分笔 and 合并: one bill in two parts; two records of ours in one of theirs.
  {
    const p = pay('alipay', HEAT, 180_000, { tradeNo: '', at: at('19:05:00') })
    matched(
      [p],
      [
        lineFor(p, { tradeNo: tradeNo('alipay'), amount: 100_000 }),
        lineFor(p, { tradeNo: tradeNo('alipay'), amount: 80_000, at: p.at + 120_000 }),
      ],
      'split',
    )
    const order = newOrder()
    const parts = [12_000, 8_000].map(amount =>
      pay('wechat', ESTATE, amount, { order, tradeNo: '', fee: null, at: at('18:30:00') }),
    )
    matched(parts, [stray('wechat', ESTATE, 20_000, { merchantOrderNo: `${order}01`, at: at('18:30:06') })], 'merged')
  }

  // 批量: the bank pays out a settlement batch, one gross with a refund in it, one net of fees.
  {
    const batch = 'B2026112001'
    const members = Array.from({ length: 14 }, (_, i) =>
      pay('bank', GAS, 3_100 + 977 * i, { tradeNo: '', batch, at: at('08:00:00') + i * 600_000 }),
    )
    const back = pay('bank', GAS, 3_100, {
      kind: 'refund',
      order: members[0]?.order ?? '',
      refundNo: 'RB2026112001',
      tradeNo: '',
      batch,
      at: at('13:00:00'),
    })
    const gross = members.reduce((sum, p) => sum + p.amount, 0) - back.amount
    matched(
      [...members, back],
      [stray('bank', GAS, gross, { merchantOrderNo: '', payer: '', batch, at: at('17:00:00'), goods: '批量结算' })],
      'merged',
      'batch',
    )

    const net = 'B2026112002'
    const netted = Array.from({ length: 9 }, (_, i) =>
      pay('bank', WATER, 4_400 + 613 * i, { tradeNo: '', batch: net, fee: 30, at: at('08:05:00') + i * 700_000 }),
    )
    const kept = netted.reduce((sum, p) => sum + p.amount - 30, 0)
    matched(
      netted,
      [
        stray('bank', WATER, kept, {
          merchantOrderNo: '',
          payer: '',
          batch: net,
          at: at('17:10:00'),
          goods: '批量结算（净额）',
        }),
      ],
      'merged',
      'batch',
      'fee_netted',
    )
  }

  // 容差内: the bank rounds to 角; the rule allows 0.05.
  {
    const p = pay('bank', POWER, 31_283, { at: at('12:44:00') })
    matched([p], [lineFor(p, { amount: 31_280 })], 'tolerance')
  }

  // 跨日: paid at 23:59:57 the day before, booked at 00:00:02.
  {
    const p = pay('wechat', WATER, 4_980, { at: at('23:59:57', '2026-11-19') })
    matched([p], [lineFor(p, { at: at('00:00:02') })], 'cross_day')
  }

  // 在途: on either side of the cutoff; a refund in progress; a channel whose statement has not come.
  wrong('in_transit', [], [stray('wechat', POWER, 15_420, { at: at('00:01:10') })])
  wrong('in_transit', [pay('wechat', GAS, 7_790, { at: at('23:58:40') })], [])
  {
    const p = pay('alipay', SCHOOL, 90_000, { at: at('10:30:00') })
    matched([p], [lineFor(p)])
    wrong(
      'in_transit',
      [
        pay('alipay', SCHOOL, 30_000, {
          kind: 'refund',
          order: p.order,
          tradeNo: p.tradeNo,
          merchantOrderNo: p.merchantOrderNo,
          refundNo: `R${p.order}`,
          status: 'pending',
          payer: p.payer,
          at: at('16:10:00'),
        }),
      ],
      [],
    )
  }
  for (let i = 0; i < 4; i++)
    wrong(
      'in_transit',
      [pay('unionpay', random.pick(MERCHANTS), 5_000 + 731 * i, { at: at('13:00:00') + i * 3_600_000 })],
      [],
    )

  // 豁免: below 10.00.
  wrong('waived', [], [stray('wechat', WATER, 350, { at: at('11:11:11') })])
  wrong('waived', [pay('alipay', GAS, 680, { at: at('12:21:09') })], [])

  const byTime = (a: { at: number }, b: { at: number }) => a.at - b.at
  return {
    day: DAY,
    payments: payments.toSorted(byTime),
    lines: {
      wechat: lines.wechat.toSorted(byTime),
      alipay: lines.alipay.toSorted(byTime),
      bank: lines.bank.toSorted(byTime),
    },
    truth: { matches, discrepancies },
  }

  function goodsOf(p: Payment): string {
    return MERCHANTS.find(merchant => merchantNo(p.channel, merchant) === p.merchant)?.goods ?? '生活缴费'
  }
}
