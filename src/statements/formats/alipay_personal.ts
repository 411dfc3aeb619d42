import type { Status } from '../../matching/entry.ts'
import type { Collector, Sentences } from '../collector.ts'
import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { StatedWords } from '../table/stated_words.ts'
import {
  type Cells,
  periodAbove,
  type Row,
  type TitledRows,
  type Top,
  titledFormat,
  UnknownWords,
} from '../table/titled.ts'

/**
 * 支付宝个人账单, three layouts: the web's 交易记录明细 (16 columns, totals below), the app's receipt of 2021 (columns in another
 * order, its preamble below the rows) and of 2023 (preamble above). Cells are padded; no quoting; a trailing comma.
 */
export const alipayPersonal = titledFormat({
  name: 'alipay-personal',
  channel: 'alipay',
  currency: 'CNY',
  label: '支付宝个人账单 alipay-personal',
  title: /支付宝交易记录明细查询|电子客户回单/,
  columns: {
    trade: { names: ['交易号', '交易订单号'], field: 'channel_trade_no', required: true },
    order: { names: ['商家订单号'], field: 'merchant_order_no' },
    paid: { names: ['付款时间'], field: 'occurred_at' },
    created: { names: ['交易时间', '交易创建时间'], field: 'occurred_at', required: true },
    changed: { names: ['最近修改时间'], field: null },
    origin: { names: ['交易来源地'], field: null },
    type: { names: ['类型', '交易分类'], field: 'kind' },
    party: { names: ['交易对方'], field: 'payer_name' },
    account: { names: ['对方账号'], field: 'payer_account' },
    goods: { names: ['商品名称', '商品说明'], field: 'description' },
    amount: { names: ['金额'], field: 'amount', required: true },
    side: { names: ['收/支'], field: 'direction', required: true },
    method: { names: ['收/付款方式'], field: null },
    state: { names: ['交易状态'], field: 'status', required: true },
    fee: { names: ['服务费'], field: 'fee' },
    returned: { names: ['成功退款'], field: null },
    note: { names: ['备注'], field: 'description' },
    funds: { names: ['资金状态'], field: null },
  },
  marks: { names: ['收/支', '商家订单号', '交易号', '交易订单号', '资金状态', '收/付款方式', '交易分类'], enough: 3 },
  quoted: false,
  nameOf: cell => cell.trim().replace(/[（(]元[)）]$/, ''),
  open: (top, into, options) => new PersonalRows(top, into, options),
})

type Key =
  | 'trade'
  | 'order'
  | 'paid'
  | 'created'
  | 'changed'
  | 'origin'
  | 'type'
  | 'party'
  | 'account'
  | 'goods'
  | 'amount'
  | 'side'
  | 'method'
  | 'state'
  | 'fee'
  | 'returned'
  | 'note'
  | 'funds'

type Direction = 'in' | 'out' | 'neutral'

const CURRENCY = 'CNY'

/** The app's bill says so itself (特别提示 6). */
const SUMS_MAY_DIFFER: Sentences = {
  zh: '笔数相符；账单自己注明统计金额可能与明细累加不一致',
  en: 'the numbers of records agree; the bill itself says that its sums may differ from those of its rows',
}

class PersonalRows implements TitledRows<Key> {
  readonly zone: string
  readonly period: ReturnType<typeof periodAbove>
  readonly fields: { readonly created: 'occurred_at' | null }
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #totals = new StatedWords()
  readonly #states = new UnknownWords()
  readonly #width: number
  #ended = false

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    this.#clock = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = this.#clock.zone
    this.period = periodAbove(top.above)
    this.fields = { created: top.at.paid >= 0 ? null : 'occurred_at' }
    this.#width = top.headers.length
  }

  aside(cells: Cells, line: number, below: boolean): boolean {
    if (this.#totals.note(cells)) return true
    if (below && /^\s*-{10,}/.test(cells[0] ?? '')) this.#ended = true
    if (!below || !this.#ended) return false
    if (cells.filter(cell => cell.trim() !== '').length * 2 > this.#width)
      this.#into.spoil({ line }, 'content_after_totals', {
        zh: `第 ${line} 行在明细结束之后还有记录：可能是几份账单拼在一起，请分别提交`,
        en: `line ${line} follows the end of the rows: several bills in one file? give each one by itself`,
      })
    return true
  }

  record(row: Row<Key>): void {
    const state = row.text('state')
    const direction = directionOf(row.text('side'), row.text('funds'), state)
    if (direction === null)
      row.fail('side', 'direction_unknown', {
        zh: `收/支“${row.text('side')}”、交易状态“${state}”：看不出是收入还是支出`,
        en: `收/支 is "${row.text('side')}" and 交易状态 "${state}": whether money came in or went out cannot be told`,
      })
    // The web bill tells when a trade was paid and where its money is: closed with neither, it never was paid.
    const unpaid = row.has('paid') && row.text('paid') === '' && row.text('funds') === ''
    const status = statusOf(state, direction === 'neutral' || unpaid)
    const amount = row.magnitude('amount', 2, 'side')
    const added = row.add({
      amount: direction === 'out' ? -amount : amount,
      currency: CURRENCY,
      at: row.time(row.text('paid') === '' ? 'created' : 'paid', this.#clock),
      status: status ?? 'success',
      tradeNo: row.id('trade'),
      merchantOrderNo: row.id('order'),
      fee: row.has('fee') ? row.amount('fee', 2, null) : null,
      neutral: direction === 'neutral',
    })
    if (!added) return
    if (status === null) this.#states.note(state)
    // Where the web bill states 已收入 or 待支出, its rows carry that word as 资金状态.
    if (row.text('funds') !== '') this.#totals.add(row.text('funds'), amount)
    if (row.text('side') !== '') this.#totals.add(row.text('side'), amount)
  }

  end(): void {
    this.#states.tell(this.#into, '交易状态', 'status_unknown', '已按成功读取', 'it is read as a success')
    this.#totals.check(this.#into, CURRENCY, SUMS_MAY_DIFFER)
    if (this.#totals.records === null)
      this.#into.spoil({}, 'footer_missing', {
        zh: '缺少“共…笔记录”：文件不完整，请重新导出',
        en: 'the number of records (共…笔记录) is missing: the file is cut off, export it again',
      })
  }
}

/** Refunds of the web bill have an empty 收/支: the money comes back. */
function directionOf(side: string, funds: string, state: string): Direction | null {
  if (side === '收入') return 'in'
  if (side === '支出') return 'out'
  if (side === '不计收支' || side === '其他' || side === '其它' || side === '/') return 'neutral'
  if (side !== '') return null
  if (state === '退款成功' || funds === '已收入' || funds === '待收入') return 'in'
  if (funds === '已支出' || funds === '待支出') return 'out'
  if (funds === '资金转移' || isClosed(state)) return 'neutral'
  return null
}

const isClosed = (state: string): boolean => /关闭|失败|取消|撤销/.test(state)

/**
 * A payment that was made and then refunded in full is listed as 支出 and 交易关闭: its money did move, and the refund is a row
 * of its own. Closed without a direction or a payment means never paid. null: a word not met before.
 */
function statusOf(state: string, unmoved: boolean): Status | null {
  if (/失败/.test(state)) return 'failed'
  if (isClosed(state)) return unmoved ? 'failed' : 'success'
  if (/等待付款|待付款|处理中|审核中|待支付/.test(state)) return 'pending'
  // Held by Alipay until the goods arrive: paid.
  if (/成功|完成|等待确认收货|等待对方确认收货|等待(卖家|对方)发货|已发货|已收|已付|已转|已到/.test(state))
    return 'success'
  return null
}
