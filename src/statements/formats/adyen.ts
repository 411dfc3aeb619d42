import { kept } from '../../kernel/kept.ts'
import { exponentOf, formatMinor } from '../../kernel/money.ts'
import type { Status } from '../../matching/entry.ts'
import { digitsLost } from '../amount_text.ts'
import { type Collector, ExactSum } from '../collector.ts'
import type { StatementOptions } from '../statement.ts'
import { type Row, type TitledRows, type Top, titledFormat } from '../table/titled.ts'
import { RowZones } from '../table/zones.ts'

/**
 * Adyen settlement detail report: one row per booking of a settlement batch, major units, unsigned, debit and credit in two
 * columns; gross in the shopper's currency, net in the merchant's. The amount of a record is its gross where it has one (that
 * is what the shopper was asked for), else its net (fees, payouts, transfers between batches). A complete batch nets to zero.
 */
export const adyenSettlement = titledFormat({
  name: 'adyen',
  channel: 'adyen',
  label: 'Adyen settlement detail report',
  columns: {
    company: { names: ['company account'], field: null },
    merchant: { names: ['merchant account'], field: 'merchant_no' },
    psp: { names: ['psp reference'], field: 'channel_trade_no', required: true },
    order: { names: ['merchant reference'], field: 'merchant_order_no' },
    method: { names: ['payment method'], field: 'channel' },
    created: { names: ['creation date'], field: 'occurred_at', required: true },
    zone: { names: ['timezone'], field: null },
    type: { names: ['type'], field: 'kind', required: true },
    modification: { names: ['modification reference'], field: 'channel_refund_no' },
    grossCurrency: { names: ['gross currency'], field: 'currency', required: true },
    grossDebit: { names: ['gross debit (gc)', 'gross debit'], field: 'amount_out', required: true },
    grossCredit: { names: ['gross credit (gc)', 'gross credit'], field: 'amount_in', required: true },
    rate: { names: ['exchange rate'], field: null },
    netCurrency: { names: ['net currency'], field: null, required: true },
    netDebit: { names: ['net debit (nc)', 'net debit'], field: null, required: true },
    netCredit: { names: ['net credit (nc)', 'net credit'], field: null, required: true },
    commission: { names: ['commission (nc)'], field: 'fee' },
    markup: { names: ['markup (nc)'], field: 'fee' },
    scheme: { names: ['scheme fees (nc)'], field: 'fee' },
    interchange: { names: ['interchange (nc)'], field: 'fee' },
    paymentFees: { names: ['payment fees (nc)'], field: null },
    dcc: { names: ['dcc markup (nc)'], field: null },
    grossFees: { names: ['gross fees (nc)'], field: null },
    modificationOrder: { names: ['modification merchant reference'], field: 'refund_no' },
    batch: { names: ['batch number'], field: 'batch_no', required: true },
    arn: { names: ['arn'], field: null },
  },
  marks: {
    names: [
      'psp reference',
      'gross debit (gc)',
      'gross credit (gc)',
      'net debit (nc)',
      'net credit (nc)',
      'batch number',
      'modification reference',
    ],
    enough: 4,
  },
  quoted: true,
  nameOf: cell => cell.trim().toLowerCase().replace(/\s+/g, ' '),
  open: (top, into, options) => new SettlementRows(top, into, options),
})

type SettlementKey =
  | 'company'
  | 'merchant'
  | 'psp'
  | 'order'
  | 'method'
  | 'created'
  | 'zone'
  | 'type'
  | 'modification'
  | 'grossCurrency'
  | 'grossDebit'
  | 'grossCredit'
  | 'rate'
  | 'netCurrency'
  | 'netDebit'
  | 'netCredit'
  | 'commission'
  | 'markup'
  | 'scheme'
  | 'interchange'
  | 'paymentFees'
  | 'dcc'
  | 'grossFees'
  | 'modificationOrder'
  | 'batch'
  | 'arn'

const FEES = ['commission', 'markup', 'scheme', 'interchange'] as const

class SettlementRows implements TitledRows<SettlementKey> {
  readonly zone: string
  readonly #into: Collector
  readonly #zones: RowZones
  /** By batch and currency. */
  readonly #batches = new Map<string, { name: string; currency: string; net: ExactSum; closed: boolean }>()

  constructor(top: Top<SettlementKey>, into: Collector, options: StatementOptions) {
    this.#into = into
    this.#zones = new RowZones(top.sample[0]?.[top.at.zone] ?? '', options)
    this.zone = this.#zones.zone
  }

  record(row: Row<SettlementKey>): void {
    const netCurrency = row.currency('netCurrency')
    const net = twoSided(row, 'netDebit', 'netCredit', exponentOf(netCurrency))
    const hasGross = row.text('grossDebit') !== '' || row.text('grossCredit') !== ''
    const currency = hasGross ? row.currency('grossCurrency') : netCurrency
    const gross = hasGross ? twoSided(row, 'grossDebit', 'grossCredit', exponentOf(currency)) : null
    if (gross === null && net === null)
      row.fail('netCredit', 'amount_unreadable', {
        zh: '总额和净额的借贷四列都为空（空不等于 0）',
        en: 'all four columns of gross and net debit and credit are empty (which is not zero)',
      })
    const fees = feesOf(row, exponentOf(netCurrency))
    if (gross !== null && net !== null) this.#prove(row, gross, currency, net, netCurrency, fees ?? 0)
    if (row.has('arn') && digitsLost(row.text('arn')))
      row.warn('arn', 'id_digits_lost', {
        zh: `ARN“${row.text('arn')}”是科学计数法，位数已丢失（文件被电子表格改过）；此列不用于对账`,
        en: `the ARN "${row.text('arn')}" is in scientific notation, its digits are lost (a spreadsheet saved the file); this column is not reconciled by`,
      })
    const psp = row.id('psp')
    const modification = row.id('modification')
    const [order, modificationOrder, batchNo, type] = [
      row.id('order'),
      row.id('modificationOrder'),
      row.id('batch'),
      row.text('type'),
    ]
    const amount = gross ?? net ?? 0
    // The capture of a sale is a modification too; only what follows a sale has a number of its own worth matching by.
    const own = psp === '' || type !== 'Settled'
    const added = row.add({
      amount,
      currency,
      at: this.#zones.time(row, 'created', 'zone'),
      merchant: row.text('merchant'),
      tradeNo: psp,
      merchantOrderNo: order,
      refundNo: amount < 0 && psp !== '' && modificationOrder !== order ? modificationOrder : '',
      channelRefundNo: own ? modification : '',
      fee: gross === null || currency !== netCurrency ? null : fees,
      batchNo,
    })
    if (added) this.#note(batchNo, netCurrency, net ?? 0, type)
  }

  end(): void {
    for (const { name, currency, net, closed } of this.#batches.values()) {
      if (closed)
        this.#into.control({
          name: `batch ${name}`,
          stated: formatMinor(0, currency),
          computed: formatMinor(net.value, currency),
          ok: net.value === 0n,
        })
      else
        this.#into.warn({ column: 'Batch Number' }, 'batch_open', {
          zh: `批次 ${name} 没有打款或结转（MerchantPayout、Balancetransfer）一行，无法证明记录齐全：请下载该批次的完整报表`,
          en: `batch ${name} has no row of its payout (MerchantPayout, Balancetransfer), so it cannot be proven complete: fetch the whole batch`,
        })
    }
  }

  /** net = gross × rate − fees, to the last unit where nothing is converted. */
  #prove(
    row: Row<SettlementKey>,
    gross: number,
    currency: string,
    net: number,
    netCurrency: string,
    fees: number,
  ): void {
    const rate = row.text('rate') === '' ? '1' : row.text('rate')
    const parts = /^(\d{1,9})(?:\.(\d{1,12}))?$/.exec(rate)
    if (!parts) return
    const scale = 10n ** BigInt((parts[2] ?? '').length)
    const shift = exponentOf(netCurrency) - exponentOf(currency)
    const up = 10n ** BigInt(Math.max(shift, 0))
    const down = 10n ** BigInt(Math.max(-shift, 0))
    // What is left over, times everything that was divided by.
    const left = BigInt(gross) * BigInt(parts[1] + (parts[2] ?? '')) * up - BigInt(net + fees) * scale * down
    const allowed = currency === netCurrency && Number(rate) === 1 ? 0n : scale * down
    if (left <= allowed && left >= -allowed) return
    const text = {
      zh: `净额 ${row.text('netCredit') || `-${row.text('netDebit')}`} 不等于总额 × 汇率 − 各项费用：这条记录的金额互相矛盾`,
      en: `the net ${row.text('netCredit') || `-${row.text('netDebit')}`} is not gross × rate − fees: the amounts of this record contradict each other`,
    }
    const more = (['paymentFees', 'dcc', 'grossFees'] as const).some(
      key => row.text(key) !== '' && Number(row.text(key)) !== 0,
    )
    // Newer reports have fees in columns whose part in the net is not documented well enough to insist.
    if (more) row.warn('netCredit', 'amounts_disagree', text)
    else row.fail('netCredit', 'amounts_disagree', text)
  }

  #note(name: string, currency: string, net: number, type: string): void {
    const key = `${name} ${currency}`
    let batch = this.#batches.get(key)
    if (!batch)
      this.#batches.set(
        kept(key),
        (batch = { name: kept(name), currency: kept(currency), net: new ExactSum(), closed: false }),
      )
    batch.net.add(net)
    if (/^(MerchantPayout|Balancetransfer|BankTransfer)$/i.test(type)) batch.closed = true
  }
}

/** Credit less debit; null where both are empty. */
function twoSided<Key extends string>(row: Row<Key>, debit: Key, credit: Key, exponent: number): number | null {
  const [out, income] = [row.amount(debit, exponent, null), row.amount(credit, exponent, null)]
  if ((out ?? 0) !== 0 && (income ?? 0) !== 0)
    row.fail(debit, 'amounts_disagree', {
      zh: `借方“${row.text(debit)}”和贷方“${row.text(credit)}”同时有值：无法判断哪个正确`,
      en: `both the debit "${row.text(debit)}" and the credit "${row.text(credit)}" are given: which one is right cannot be told`,
    })
  return out === null && income === null ? null : (income ?? 0) - (out ?? 0)
}

/** Sum of the fee columns; null where none is given. */
function feesOf<Key extends string>(row: Row<Key | (typeof FEES)[number]>, exponent: number): number | null {
  let sum: number | null = null
  for (const key of FEES) {
    const fee = row.has(key) ? row.amount(key, exponent, null) : null
    if (fee !== null) sum = (sum ?? 0) + fee
  }
  return sum
}

/**
 * Adyen payments accounting report: every stage of every payment (Received, Authorised, SentForSettle, Settled …). Only the
 * rows that change what is payable to the merchant are money; the stages are neutral records. The gross is what left the
 * account Captured, else the payable amount with its fees added back.
 */
export const adyenAccounting = titledFormat({
  name: 'adyen',
  channel: 'adyen',
  label: 'Adyen payments accounting report',
  columns: {
    merchant: { names: ['merchant account'], field: 'merchant_no' },
    psp: { names: ['psp reference'], field: 'channel_trade_no', required: true },
    order: { names: ['merchant reference'], field: 'merchant_order_no' },
    method: { names: ['payment method'], field: 'channel' },
    booked: { names: ['booking date'], field: 'occurred_at', required: true },
    zone: { names: ['timezone'], field: null },
    type: { names: ['record type'], field: 'kind', required: true },
    modification: { names: ['modification psp reference'], field: 'channel_refund_no' },
    mainCurrency: { names: ['main currency'], field: null },
    main: { names: ['main amount'], field: null, required: true },
    paymentCurrency: { names: ['payment currency'], field: 'currency', required: true },
    captured: { names: ['captured (pc)'], field: null },
    settlementCurrency: { names: ['settlement currency'], field: null, required: true },
    payable: { names: ['payable (sc)'], field: 'amount', required: true },
    commission: { names: ['commission (sc)'], field: 'fee' },
    markup: { names: ['markup (sc)'], field: 'fee' },
    scheme: { names: ['scheme fees (sc)'], field: 'fee' },
    interchange: { names: ['interchange (sc)'], field: 'fee' },
    modificationOrder: { names: ['modification merchant reference'], field: 'refund_no' },
  },
  marks: {
    names: [
      'record type',
      'main amount',
      'payable (sc)',
      'captured (pc)',
      'received (pc)',
      'modification psp reference',
    ],
    enough: 4,
  },
  quoted: true,
  nameOf: cell => cell.trim().toLowerCase().replace(/\s+/g, ' '),
  open: (top, into, options) => new AccountingRows(top, into, options),
})

type AccountingKey =
  | 'merchant'
  | 'psp'
  | 'order'
  | 'method'
  | 'booked'
  | 'zone'
  | 'type'
  | 'modification'
  | 'mainCurrency'
  | 'main'
  | 'paymentCurrency'
  | 'captured'
  | 'settlementCurrency'
  | 'payable'
  | 'commission'
  | 'markup'
  | 'scheme'
  | 'interchange'
  | 'modificationOrder'

/** Stages before money moves; what may still happen, and what no longer can. */
const STAGES: Readonly<Record<string, Status>> = {
  Received: 'pending',
  Authorised: 'pending',
  SentForSettle: 'pending',
  SentForRefund: 'pending',
  Refused: 'failed',
  Cancelled: 'failed',
  Expired: 'failed',
  Error: 'failed',
}

class AccountingRows implements TitledRows<AccountingKey> {
  readonly zone: string
  readonly #zones: RowZones

  constructor(top: Top<AccountingKey>, _into: Collector, options: StatementOptions) {
    this.#zones = new RowZones(top.sample[0]?.[top.at.zone] ?? '', options)
    this.zone = this.#zones.zone
  }

  record(row: Row<AccountingKey>): void {
    const type = row.text('type')
    const stage = STAGES[type] ?? (row.text('payable') === '' ? 'success' : null)
    const money = stage === null ? movedOf(row) : { ...mainOf(row), fee: null }
    const order = row.id('order')
    const modificationOrder = row.id('modificationOrder')
    row.add({
      ...money,
      status: stage ?? 'success',
      neutral: stage !== null,
      at: this.#zones.time(row, 'booked', 'zone'),
      merchant: row.text('merchant'),
      tradeNo: row.id('psp'),
      merchantOrderNo: order,
      refundNo:
        money.amount < 0 && modificationOrder !== order && modificationOrder !== '<auto>' ? modificationOrder : '',
      channelRefundNo: stage === null && type !== 'Settled' ? row.id('modification') : '',
    })
  }
}

/** What a stage speaks of: the amount of the payment. */
function mainOf(row: Row<AccountingKey>): { amount: number; currency: string } {
  const currency = row.currency(row.text('mainCurrency') === '' ? 'paymentCurrency' : 'mainCurrency')
  return { amount: row.amount('main', exponentOf(currency)), currency }
}

function movedOf(row: Row<AccountingKey>): { amount: number; currency: string; fee: number | null } {
  const settled = row.currency('settlementCurrency')
  const payable = row.amount('payable', exponentOf(settled))
  const fees = feesOf(row, exponentOf(settled))
  const currency = row.currency('paymentCurrency')
  const captured = row.has('captured') ? row.amount('captured', exponentOf(currency), null) : null
  const gross = payable + (fees ?? 0)
  proveMain(row, settled, gross, payable)
  if (captured === null || captured === 0) return { amount: gross, currency: settled, fee: fees }
  if (currency !== settled) return { amount: -captured, currency, fee: null }
  if (-captured !== gross)
    row.fail('payable', 'amounts_disagree', {
      zh: `Payable ${row.text('payable')} 加各项费用不等于 Captured ${row.text('captured')} 的减少额：这条记录的金额互相矛盾`,
      en: `payable ${row.text('payable')} and its fees are not what left captured (${row.text('captured')}): the amounts of this record contradict each other`,
    })
  return { amount: gross, currency, fee: fees }
}

/** The main amount repeats the gross, or what is payable of it; another figure shows a column that was not understood. */
function proveMain(row: Row<AccountingKey>, settled: string, gross: number, payable: number): void {
  if (row.text('main') === '' || row.text('mainCurrency') !== settled) return
  const main = Math.abs(row.amount('main', exponentOf(settled)))
  // Where the gross is proven by what left Captured, the main amount may also be the net.
  if (main === Math.abs(gross) || (main === Math.abs(payable) && row.text('captured') !== '')) return
  row.warn('main', 'amounts_disagree', {
    zh: `Main Amount ${row.text('main')} 与 Payable 加各项费用不一致：请核对费用各列`,
    en: `the main amount ${row.text('main')} is not what is payable with its fees: check the fee columns`,
  })
}
