import type { Collector } from '../collector.ts'
import { fundEntry } from '../fund_entry.ts'
import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { BalanceChain, Count, countControl, sumControl } from '../table/controls.ts'
import { type Cells, type Row, type TitledRows, titledFormat } from '../table/titled.ts'

/**
 * 微信支付资金账单: every movement of a merchant's WeChat account with the balance after it. Source: pay.weixin.qq.com 资金账单.
 * Syntax of the trade bill (a backtick before every value, no quoting, two lines of totals at the end). Fees are records of
 * their own. Amounts are unsigned; 收支类型 tells the direction.
 */
export const wechatFunds = titledFormat({
  name: 'wechat-funds',
  channel: 'wechat',
  currency: 'CNY',
  label: '微信资金账单 wechat-funds',
  columns: {
    time: { names: ['记账时间'], field: 'occurred_at', required: true },
    business: { names: ['微信支付业务单号'], field: 'channel_trade_no', required: true },
    flow: { names: ['资金流水单号'], field: null },
    name: { names: ['业务名称'], field: null },
    type: { names: ['业务类型'], field: 'kind' },
    side: { names: ['收支类型'], field: 'direction', required: true },
    amount: { names: ['收支金额'], field: 'amount', required: true },
    balance: { names: ['账户结余'], field: 'balance' },
    by: { names: ['资金变更提交申请人'], field: null },
    note: { names: ['备注'], field: 'description' },
    voucher: { names: ['业务凭证号'], field: 'merchant_order_no' },
  },
  marks: {
    names: ['微信支付业务单号', '资金流水单号', '记账时间', '账户结余', '资金变更提交申请人', '业务凭证号'],
    enough: 3,
  },
  quoted: false,
  nameOf: cell => cleaned(cell).replace(/[（(]元[)）]$/, ''),
  clean: cleaned,
  open: (_top, into, options) => new FundRows(into, options),
})

type Key = 'time' | 'business' | 'flow' | 'name' | 'type' | 'side' | 'amount' | 'balance' | 'by' | 'note' | 'voucher'

const CURRENCY = 'CNY'
const TOTALS_MARK = '资金流水总笔数'

function cleaned(cell: string): string {
  const text = cell.trim()
  return text.startsWith('`') ? text.slice(1).trim() : text
}

class FundRows implements TitledRows<Key> {
  readonly zone: string
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #in = new Count()
  readonly #out = new Count()
  readonly #chain: BalanceChain
  #titles: Cells | null = null
  #ended = false

  constructor(into: Collector, options: StatementOptions) {
    this.#into = into
    this.#clock = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = this.#clock.zone
    this.#chain = new BalanceChain('账户结余', CURRENCY, into)
  }

  aside(cells: Cells, line: number): boolean {
    if (this.#ended) {
      this.#into.spoil({ line }, 'content_after_totals', {
        zh: `第 ${line} 行在合计行之后还有内容：可能是几份账单拼在一起，请分别提交`,
        en: `line ${line} follows the totals: several bills in one file? give each one by itself`,
      })
      return true
    }
    if (this.#titles) this.#checkTotals(this.#titles, cells.map(cleaned), line)
    else if (cleaned(cells[0] ?? '') === TOTALS_MARK) this.#titles = cells.map(cleaned)
    else return false
    return true
  }

  record(row: Row<Key>): void {
    const side = row.oneOf('side', ['收入', '支出'])
    const amount = row.magnitude('amount', 2, 'side')
    const signed = side === '支出' ? -amount : amount
    const balance = row.has('balance') ? row.amount('balance', 2, null) : null
    const business = row.id('business')
    const flow = row.id('flow')
    const voucher = row.id('voucher')
    // Rows of a refund name the refund first; the payment stands in the flow number, in bills that have it there.
    const refund = row.text('name') === '退款'
    const added = row.add({
      amount: signed,
      currency: CURRENCY,
      at: row.time('time', this.#clock),
      tradeNo: refund ? (/^4\d{27}$/.test(flow) ? flow : '') : business,
      merchantOrderNo: refund ? '' : voucher,
      refundNo: refund ? voucher : '',
      channelRefundNo: refund ? business : '',
      fund: { entry: fundEntry(row.text('type') || row.text('name')), balance },
    })
    if (!added) return
    if (side === '支出') this.#out.add(amount)
    else this.#in.add(amount)
    if (balance !== null) this.#chain.take(signed, balance, row)
  }

  end(): void {
    this.#chain.end()
    if (this.#ended) return
    this.#into.spoil({}, 'footer_missing', {
      zh: '缺少最后的合计行（资金流水总笔数…）：文件不完整，请重新下载',
      en: 'the totals at the end (资金流水总笔数…) are missing: the file is cut off, download it again',
    })
  }

  #checkTotals(titles: Cells, values: Cells, line: number): void {
    this.#ended = true
    if (values.length !== titles.length)
      this.#into.spoil({ line }, 'totals_unreadable', {
        zh: `第 ${line} 行合计有 ${values.length} 个值，标题有 ${titles.length} 个：文件被改动或不完整，请重新下载`,
        en: `line ${line}: ${values.length} totals for ${titles.length} titles; the file was changed or cut off, download it again`,
      })
    for (const [index, title] of titles.entries()) {
      const stated = values[index] ?? ''
      if (title === TOTALS_MARK) countControl(this.#into, title, stated, this.#into.recordsOfPart, false)
      else if (title === '收入笔数') countControl(this.#into, title, stated, this.#in.count)
      else if (title === '收入金额') sumControl(this.#into, title, stated, this.#in.sum.value, CURRENCY)
      else if (title === '支出笔数') countControl(this.#into, title, stated, this.#out.count)
      else if (title === '支出金额') sumControl(this.#into, title, stated, this.#out.sum.value, CURRENCY)
      else if (title !== '')
        this.#into.warn({ line, column: title }, 'total_unknown', {
          zh: `合计项“${title}”未知，未核对`,
          en: `the total "${title}" is not known and was not checked`,
        })
    }
  }
}
