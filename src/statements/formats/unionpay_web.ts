import { narrow } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { Count, countControl, sumControl } from '../table/controls.ts'
import { type Cells, type Row, type TitledRows, type Top, titledFormat, UnknownWords } from '../table/titled.ts'

/**
 * 银联商务 web export 对账明细查询结果: tab-separated, three lines above the header, a line of totals below the rows. It says
 * "仅显示1000条记录", so only its totals prove that it is complete.
 */
export const unionpayWeb = titledFormat({
  name: 'unionpay',
  channel: 'unionpay',
  currency: 'CNY',
  label: '银联商务对账明细 unionpay',
  title: /对账明细查询结果/,
  columns: {
    cleared: { names: ['清算日期'], field: null },
    date: { names: ['交易日期'], field: 'date', required: true },
    time: { names: ['交易时间'], field: 'time', required: true },
    terminal: { names: ['终端号'], field: null },
    amount: { names: ['交易金额'], field: 'amount', required: true },
    net: { names: ['清算金额', '结算金额'], field: null, required: true },
    fee: { names: ['手续费'], field: 'fee', required: true },
    trace: { names: ['流水号'], field: null },
    type: { names: ['交易类型'], field: 'kind', required: true },
    reference: { names: ['参考号'], field: 'channel_trade_no', required: true },
    card: { names: ['卡号'], field: 'payer_account' },
    merchant: { names: ['商户号'], field: 'merchant_no' },
    bank: { names: ['发卡行'], field: null },
    cardType: { names: ['卡类型'], field: null },
    order: { names: ['商户订单号'], field: 'merchant_order_no' },
    ownOrder: { names: ['银商订单号'], field: null },
    way: { names: ['支付类型'], field: null },
  },
  marks: { names: ['清算日期', '清算金额', '参考号', '终端号', '发卡行', '银商订单号'], enough: 4 },
  quoted: false,
  open: (top, into, options) => new WebRows(top, into, options),
})

type Key =
  | 'cleared'
  | 'date'
  | 'time'
  | 'terminal'
  | 'amount'
  | 'net'
  | 'fee'
  | 'trace'
  | 'type'
  | 'reference'
  | 'card'
  | 'merchant'
  | 'bank'
  | 'cardType'
  | 'order'
  | 'ownOrder'
  | 'way'

const CURRENCY = 'CNY'

class WebRows implements TitledRows<Key> {
  readonly zone: string
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #limited: boolean
  readonly #amounts = new Count()
  readonly #nets = new Count()
  readonly #fees = new Count()
  readonly #types = new UnknownWords()
  #ended = false

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    this.#clock = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = this.#clock.zone
    this.#limited = top.above.some(cells => /仅显示\s*\d+\s*条/.test(cells.join('')))
  }

  aside(cells: Cells, line: number): boolean {
    if (/^总笔数/.test(cells[0]?.trim() ?? '')) this.#checkTotals(cells)
    else if (this.#ended)
      this.#into.spoil({ line }, 'content_after_totals', {
        zh: `第 ${line} 行在合计之后还有内容：可能是几份导出拼在一起，请分别提交`,
        en: `line ${line} follows the totals: several exports in one file? give each one by itself`,
      })
    else return false
    return true
  }

  record(row: Row<Key>): void {
    const type = row.text('type')
    const out = /退货|退款|撤销|冲正/.test(type)
    const [stated, net, fee] = [row.amount('amount', 2), row.amount('net', 2), row.amount('fee', 2)]
    if (net !== stated - fee)
      row.fail('net', 'amounts_disagree', {
        zh: `清算金额 ${row.text('net')} 不等于交易金额 ${row.text('amount')} 减手续费 ${row.text('fee')}：这条记录不能入账`,
        en: `the settlement ${row.text('net')} is not the amount ${row.text('amount')} less the fee ${row.text('fee')}: this record cannot be booked`,
      })
    if (type === '消费' && stated < 0)
      row.fail('amount', 'amount_sign', {
        zh: `交易类型为“消费”，金额却是负数 ${row.text('amount')}：无法判断方向`,
        en: `the kind is 消费 (purchase) but the amount ${row.text('amount')} is negative: its direction cannot be told`,
      })
    const amount = out ? -Math.abs(stated) : stated
    const reference = row.id('reference')
    const order = row.id('order')
    const added = row.add({
      amount,
      currency: CURRENCY,
      at: row.time('time', this.#clock, `${row.text('date')} ${row.text('time')}`),
      tradeNo: reference || row.id('ownOrder'),
      merchantOrderNo: order,
      merchant: row.text('merchant'),
      payer: row.text('card'),
      fee: out ? -Math.abs(fee) : fee,
    })
    if (!added) return
    if (!out && !/消费|支付|付款|缴费|充值/.test(type)) this.#types.note(type)
    this.#amounts.add(stated)
    this.#nets.add(net)
    this.#fees.add(fee)
  }

  end(): void {
    this.#types.tell(
      this.#into,
      '交易类型',
      'kind_unknown',
      '已按金额的正负读取',
      'the sign of the amount was taken for its direction',
    )
    if (this.#ended) return
    const limited = this.#limited ? '（文件注明仅显示部分记录）' : ''
    this.#into.spoil({}, 'footer_missing', {
      zh: `缺少最后的合计行（总笔数…）${limited}：无法证明记录齐全，请重新导出`,
      en: `the totals at the end (总笔数…) are missing${this.#limited ? ', and the file says that it shows only part of the records' : ''}: export it again`,
    })
  }

  /** "总笔数：⇥33⇥交易金额：⇥7944799.00⇥⇥结算金额：…", or the same with blanks between, in one cell. */
  #checkTotals(cells: Cells): void {
    this.#ended = true
    const text = narrow(cells.join(' '))
    const stated = (title: string): string | null => new RegExp(`${title}:\\s*([-+]?[\\d.,]*)`).exec(text)?.[1] ?? null
    const count = stated('总笔数') ?? ''
    countControl(this.#into, '总笔数', count, this.#into.recordsOfPart, false)
    for (const [title, tally] of [
      ['交易金额', this.#amounts],
      ['结算金额', this.#nets],
      ['手续费', this.#fees],
    ] as const) {
      const sum = stated(title)
      if (sum !== null) sumControl(this.#into, title, sum, tally.sum.value, CURRENCY)
    }
  }
}
