import { kept } from '../../kernel/kept.ts'
import { exponentOf } from '../../kernel/money.ts'
import type { Status } from '../../matching/entry.ts'
import { narrow } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { dayText } from '../local_time.ts'
import type { DateOrder, StatementOptions } from '../statement.ts'
import { BalanceChain } from '../table/controls.ts'
import { ordersOf, readWritten, ymdOf } from '../table/dates.ts'
import type { Doubt } from '../table/doubt.ts'
import { type Row, type TitledRows, type Top, titledFormat, UnknownWords } from '../table/titled.ts'
import { RowZones } from '../table/zones.ts'

/**
 * PayPal's activity and statement download: one row per transaction, gross, fee (negative) and net, a running balance per
 * currency, date, time and zone in three columns. Headers, decimal sign and order of dates follow the account's language. The
 * amount of a record is its gross.
 */
export const paypalActivity = titledFormat({
  name: 'paypal',
  channel: 'paypal',
  label: 'PayPal activity download',
  columns: {
    date: { names: ['date', 'fecha', 'datum', 'data', '日期'], field: 'date', required: true },
    time: {
      names: ['time', 'hora', 'uhrzeit', 'heure', 'orario', 'ora', 'tijd', '时间'],
      field: 'time',
      required: true,
    },
    zone: {
      names: [
        'timezone',
        'time zone',
        'zona horaria',
        'huso horario',
        'zeitzone',
        'fuseau horaire',
        'fuso orario',
        'fuso horário',
        'tijdzone',
        '时区',
      ],
      field: null,
    },
    name: { names: ['name', 'nombre', 'nom', 'nome', 'naam', '名称', '姓名'], field: 'payer_name' },
    type: {
      names: [
        'type',
        'description',
        'tipo',
        'typ',
        'beschreibung',
        'descripción',
        'descrizione',
        'omschrijving',
        '类型',
        '说明',
      ],
      field: 'kind',
    },
    status: { names: ['status', 'estado', 'état', 'etat', 'stato', '状态'], field: 'status' },
    currency: {
      names: ['currency', 'divisa', 'moneda', 'währung', 'devise', 'valuta', 'moeda', '币种', '货币'],
      field: 'currency',
      required: true,
    },
    gross: {
      names: ['gross', 'bruto', 'brutto', 'avant commission', 'brut', 'lordo', '总额'],
      field: 'amount',
      required: true,
    },
    fee: {
      names: [
        'fee',
        'fees',
        'comisión',
        'comision',
        'tarifa',
        'entgelt',
        'gebühr',
        'commission',
        'tariffa',
        'kosten',
        'taxa',
        '费用',
        '手续费',
      ],
      field: 'fee',
      required: true,
    },
    net: { names: ['net', 'neto', 'netto', 'líquido', '净额'], field: null, required: true },
    from: {
      names: [
        'from email address',
        'correo electrónico del remitente',
        'absender e-mail-adresse',
        "de l'adresse email",
        'indirizzo email mittente',
      ],
      field: 'payer_account',
    },
    id: {
      names: [
        'transaction id',
        'id. de transacción',
        'id de transacción',
        'identificador de transacción',
        'transaktionscode',
        'numéro de transaction',
        'codice transazione',
        'transactiereferentie',
        'id da transação',
        '交易号',
        '交易编号',
      ],
      field: 'channel_trade_no',
      required: true,
    },
    reference: {
      names: [
        'reference txn id',
        'id. de referencia de trans.',
        'zugehöriger transaktionscode',
        'numéro de la transaction de référence',
        'codice riferimento transazione',
        '参考交易号',
      ],
      field: null,
    },
    invoice: {
      names: [
        'invoice number',
        'invoice id',
        'número de factura',
        'rechnungsnummer',
        'numéro de facture',
        'numero fattura',
        'factuurnummer',
        '账单号',
        '发票号',
      ],
      field: 'merchant_order_no',
    },
    balance: { names: ['balance', 'saldo', 'guthaben', 'solde', '余额'], field: 'balance' },
    impact: {
      names: ['balance impact', 'auswirkung auf guthaben', 'impact sur le solde', 'efecto en el saldo'],
      field: null,
    },
  },
  recogniseKeys: ['date', 'time', 'zone', 'currency', 'gross', 'fee', 'net', 'id'],
  quoted: true,
  nameOf: cell =>
    narrow(cell)
      .replace(/["\s\u00a0]+/g, ' ')
      .trim()
      .toLowerCase(),
  open: (top, into, options) => new ActivityRows(top, into, options),
})

type Key =
  | 'date'
  | 'time'
  | 'zone'
  | 'name'
  | 'type'
  | 'status'
  | 'currency'
  | 'gross'
  | 'fee'
  | 'net'
  | 'from'
  | 'id'
  | 'reference'
  | 'invoice'
  | 'balance'
  | 'impact'

const words = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const DONE = words(
  'completed|complete|cleared|refunded|partially refunded|reversed|processed|paid|completado|completada|reembolsado|abgeschlossen|erstattet|teilweise erstattet|zurückgebucht|terminé|effectué|remboursé|completata|completato|rimborsato|voltooid|terugbetaald|concluída|concluído|已完成|完成|已退款',
)
const PENDING = words(
  'pending|unclaimed|held|on hold|processing|uncleared|pendiente|offen|ausstehend|en attente|in sospeso|in behandeling|pendente|待处理|处理中',
)
const FAILED = words(
  'denied|failed|canceled|cancelled|expired|voided|denegado|cancelado|abgelehnt|storniert|fehlgeschlagen|refusé|annulé|rifiutato|annullato|geweigerd|geannuleerd|negado|已拒绝|失败|已取消',
)
/** The download's own word for rows that do not change the balance. */
const MEMO = words('memo|memorando|mitteilung|vermerk|mémo')

class ActivityRows implements TitledRows<Key> {
  readonly zone: string
  readonly doubt: Doubt | null
  readonly #into: Collector
  readonly #zones: RowZones
  readonly #order: DateOrder | null
  readonly #decimal: '.' | ','
  readonly #statuses = new UnknownWords()
  readonly #chains = new Map<string, BalanceChain>()
  readonly #balanceName: string

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    const cells = (key: Key): string[] =>
      top.sample.map(row => row[top.at[key]]?.trim() ?? '').filter(cell => cell !== '')
    this.#zones = new RowZones(cells('zone')[0] ?? '', options)
    this.zone = this.#zones.zone
    this.#decimal = decimalOf([...cells('gross'), ...cells('fee'), ...cells('net'), ...cells('balance')])
    const order = orderOf(cells('date'), options, top.headers[top.at.date] ?? 'Date')
    this.doubt = typeof order === 'object' ? order : null
    this.#order = typeof order === 'string' ? order : null
    this.#balanceName = top.headers[top.at.balance] ?? 'Balance'
  }

  record(row: Row<Key>): void {
    const currency = row.currency('currency')
    const exponent = exponentOf(currency)
    const [gross, fee, net] = [
      this.#amount(row, 'gross', exponent),
      this.#amount(row, 'fee', exponent),
      this.#amount(row, 'net', exponent),
    ]
    if (net !== gross + fee)
      row.fail('net', 'amounts_disagree', {
        zh: `净额 ${row.text('net')} 不等于总额 ${row.text('gross')} 加费用 ${row.text('fee')}：这条记录的金额互相矛盾`,
        en: `the net ${row.text('net')} is not the gross ${row.text('gross')} plus the fee ${row.text('fee')}: the amounts of this record contradict each other`,
      })
    const word = row.text('status')
    const status = statusOf(word.toLowerCase())
    const neutral = MEMO.has(row.text('impact').toLowerCase())
    const balance = row.text('balance') === '' ? null : row.amount('balance', exponent, null, this.#decimal)
    const id = row.id('id')
    const written = readWritten(row.text('date'))
    const ymd = written === null ? 0 : ymdOf(written, this.#order)
    const at = this.#zones.time(row, 'time', 'zone', `${ymd > 0 ? dayText(ymd) : row.text('date')} ${row.text('time')}`)
    const added = row.add({
      amount: gross,
      currency,
      at,
      status: status ?? 'success',
      neutral,
      tradeNo: id,
      merchantOrderNo: row.id('invoice'),
      channelRefundNo: gross < 0 && row.text('reference') !== '' ? id : '',
      payer: gross > 0 ? row.text('from') : '',
      fee: fee === 0 ? 0 : -fee,
    })
    if (!added) return
    if (status === null) this.#statuses.note(word)
    if (balance !== null && !neutral && (status ?? 'success') === 'success')
      this.#chainOf(currency).take(net, balance, row)
  }

  end(): void {
    this.#statuses.tell(this.#into, 'Status', 'status_unknown', '已按成功读取', 'it is read as a success')
    for (const chain of this.#chains.values()) chain.end()
  }

  #amount(row: Row<Key>, key: Key, exponent: number): number {
    return row.amount(key, exponent, key === 'fee' ? 0 : undefined, this.#decimal)
  }

  #chainOf(currency: string): BalanceChain {
    let chain = this.#chains.get(currency)
    if (!chain) {
      const own = kept(currency)
      this.#chains.set(own, (chain = new BalanceChain(`${this.#balanceName} ${own}`, own, this.#into)))
    }
    return chain
  }
}

function statusOf(word: string): Status | null {
  if (word === '' || DONE.has(word)) return 'success'
  return PENDING.has(word) ? 'pending' : FAILED.has(word) ? 'failed' : null
}

/** The comma, where it stands before one or two last digits and no point ever does. */
function decimalOf(cells: readonly string[]): '.' | ',' {
  return cells.some(cell => /,\d{1,2}$/.test(cell)) && !cells.some(cell => /\.\d{1,2}$/.test(cell)) ? ',' : '.'
}

/** 9/4/2018 is proven by a day beyond the 12th somewhere in the file, or asked about. */
function orderOf(cells: readonly string[], options: StatementOptions, column: string): DateOrder | Doubt | null {
  const dates = cells.map(readWritten).filter(written => written !== null)
  if (dates.every(written => written.ymd > 0)) return options.dateOrder ?? null
  const orders = ordersOf(dates)
  if (orders.length === 1) return orders[0] ?? null
  if (options.dateOrder) return options.dateOrder
  const example = cells.find(cell => readWritten(cell)?.ymd === 0) ?? ''
  return {
    column,
    code: 'date_order_unsure',
    zh: `列“${column}”的日期（如 ${example}）分不清是“日/月”还是“月/日”：请指明日期顺序（dmy 或 mdy）`,
    en: `the dates of column "${column}" (such as ${example}) may be day/month or month/day: say which (dmy or mdy)`,
  }
}
