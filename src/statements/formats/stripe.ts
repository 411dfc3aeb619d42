import { kept } from '../../kernel/kept.ts'
import { exponentOf, formatMinor } from '../../kernel/money.ts'
import { type Collector, ExactSum } from '../collector.ts'
import { LocalClock } from '../local_time.ts'
import { columnMissing } from '../refusals.ts'
import type { Field, StatementOptions } from '../statement.ts'
import { type Row, type TitledRows, type Top, titledFormat } from '../table/titled.ts'

/**
 * Stripe: balance transactions (payout reconciliation, balance change from activity; the dashboard's export of all activity
 * under its other names). Columns are chosen by the user. Major units, signed; net = gross − fee. The amount of a record is
 * its gross, because that is what was asked of the payer.
 */
export const stripe = titledFormat({
  name: 'stripe',
  channel: 'stripe',
  label: 'Stripe balance report',
  columns: {
    id: { names: ['balance_transaction_id', 'id'], field: 'channel_trade_no', required: true },
    createdUtc: { names: ['created_utc', 'created (utc)'], field: 'occurred_at' },
    created: { names: ['created'], field: 'occurred_at' },
    currency: { names: ['currency'], field: 'currency', required: true },
    gross: { names: ['gross', 'amount'], field: 'amount', required: true },
    fee: { names: ['fee', 'fees'], field: 'fee' },
    net: { names: ['net'], field: null },
    category: { names: ['reporting_category', 'type'], field: 'kind' },
    source: { names: ['source_id', 'source'], field: 'channel_refund_no' },
    payout: { names: ['automatic_payout_id', 'transfer'], field: 'batch_no' },
    intent: { names: ['payment_intent_id'], field: null },
    charge: { names: ['charge_id'], field: null },
    about: { names: ['description'], field: 'description' },
  },
  marks: {
    names: [
      'balance_transaction_id',
      'reporting_category',
      'automatic_payout_id',
      'automatic_payout_effective_at',
      'automatic_payout_effective_at_utc',
      'available_on',
      'available_on_utc',
      'payment_intent_id',
      'charge_id',
      'source_id',
      'available on (utc)',
      'created (utc)',
      'created_utc',
      'transfer date (utc)',
      'net',
    ],
    enough: 3,
  },
  quoted: true,
  nameOf: cell => cell.trim().toLowerCase(),
  open: (top, into, options) => new BalanceRows(top, into, options),
})

type Key =
  | 'id'
  | 'createdUtc'
  | 'created'
  | 'currency'
  | 'gross'
  | 'fee'
  | 'net'
  | 'category'
  | 'source'
  | 'payout'
  | 'intent'
  | 'charge'
  | 'about'

/** Names merchants give to their own number in payment_metadata[…], best first. */
const ORDER_NAMES = [
  'outtradeno',
  'merchantorderno',
  'merchantorderid',
  'orderno',
  'orderid',
  'ordernumber',
  'order',
  'externalidentifier',
  'externalid',
  'merchantreference',
  'reference',
  'invoiceid',
  'invoiceno',
]

/** One automatic payout: its own row, and what the other rows of its batch add up to. */
type Batch = { readonly currency: string; readonly net: ExactSum; rows: number; paid: number | null }

class BalanceRows implements TitledRows<Key> {
  readonly zone: string
  readonly fields: { readonly created?: null }
  readonly fieldsAt: ReadonlyMap<number, Field>
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #timeKey: 'createdUtc' | 'created'
  readonly #orderAt: number
  readonly #batches = new Map<string, Batch>()

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    if (top.at.createdUtc < 0 && top.at.created < 0)
      throw columnMissing(into.file, 'Stripe balance report', 'created_utc', top.headers)
    this.#timeKey = top.at.createdUtc >= 0 ? 'createdUtc' : 'created'
    this.fields = this.#timeKey === 'createdUtc' ? { created: null } : {}
    // Columns without _utc are in the account's zone, which the file does not name.
    this.#clock = new LocalClock(this.#timeKey === 'createdUtc' ? 'UTC' : (options.zone ?? 'Asia/Shanghai'))
    this.zone = this.#clock.zone
    const names = top.headers.map(header =>
      (/^(?:payment_)?metadata\[(.*)\]$/i.exec(header)?.[1] ?? '').toLowerCase().replace(/[^a-z]/g, ''),
    )
    this.#orderAt = ORDER_NAMES.map(name => names.indexOf(name)).find(index => index >= 0) ?? -1
    this.fieldsAt = new Map(this.#orderAt < 0 ? [] : [[this.#orderAt, 'merchant_order_no']])
  }

  record(row: Row<Key>): void {
    const currency = row.currency('currency')
    const exponent = exponentOf(currency)
    const gross = row.amount('gross', exponent)
    const fee = row.has('fee') ? row.amount('fee', exponent, null) : null
    const net = row.has('net') ? row.amount('net', exponent, null) : null
    const payout = row.text('category') === 'payout'
    const id = row.id('id')
    const source = row.id('source')
    const batchNo = row.id('payout')
    if (id === '') row.fail('id', 'id_missing', { zh: '缺少交易号', en: 'the transaction has no id' })
    const balanced = net === null || net === gross - (fee ?? 0)
    const told = {
      zh: `net ${row.text('net')} 不等于 gross ${row.text('gross')} 减 fee ${row.text('fee')}：这条记录的金额互相矛盾`,
      en: `net ${row.text('net')} is not gross ${row.text('gross')} less fee ${row.text('fee')}: the amounts of this record contradict each other`,
    }
    // A payout is a total of its batch: it is held against the batch below.
    if (!balanced && !payout) row.fail('net', 'amounts_disagree', told)
    const amount = payout ? -Math.abs(gross) : gross
    const added = row.add({
      amount,
      currency,
      at: row.time(this.#timeKey, this.#clock),
      tradeNo: id,
      merchantOrderNo: row.cells[this.#orderAt]?.trim() ?? '',
      channelRefundNo: amount < 0 && !payout ? source : '',
      fee,
      batchNo,
    })
    if (!added) return
    if (!balanced) row.warn('net', 'amounts_disagree', told)
    if (payout && gross > 0)
      row.warn('gross', 'payout_positive', {
        zh: '打款（payout）是从 Stripe 账户付出的，这里却是正数：已按支出读取，请核实',
        en: 'a payout leaves the Stripe balance, but this one is positive; it is read as money out, please check',
      })
    if (batchNo !== '') this.#note(batchNo, currency, net ?? gross - (fee ?? 0), payout)
  }

  end(): void {
    for (const [id, { currency, net, rows, paid }] of this.#batches) {
      if (paid === null || rows === 0) continue
      const [stated, computed] = [formatMinor(paid, currency), formatMinor(net.value, currency)]
      this.#into.control({ name: `payout ${id}`, stated, computed, ok: stated === computed })
    }
  }

  #note(id: string, currency: string, net: number, payout: boolean): void {
    let batch = this.#batches.get(id)
    if (!batch)
      this.#batches.set(kept(id), (batch = { currency: kept(currency), net: new ExactSum(), rows: 0, paid: null }))
    if (payout) batch.paid = (batch.paid ?? 0) + Math.abs(net)
    else {
      batch.rows++
      batch.net.add(net)
    }
  }
}
