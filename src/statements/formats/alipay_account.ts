import { kept } from '../../kernel/kept.ts'
import { narrow } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { exportedAt } from '../exported_at.ts'
import { fundEntry } from '../fund_entry.ts'
import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { BalanceChain, Count, countControl, sumControl } from '../table/controls.ts'
import { type Cells, periodAbove, type Row, type TitledRows, type Top, titledFormat } from '../table/titled.ts'

/**
 * 支付宝商家账单，账务明细. Source: open.alipay.com `alipay.data.dataservice.bill.downloadurl.query`, bill_type `signcustomer`.
 * Every movement of the account with the balance after it, oldest or newest first; a zip of 明细 (the records) and 汇总 (totals
 * per type). Comment lines begin with #; no CSV quoting; values carry a trailing tab.
 */
export const alipayAccount = titledFormat({
  name: 'alipay-account',
  channel: 'alipay',
  currency: 'CNY',
  label: '支付宝账务明细 alipay-account',
  title: /支付宝账务明细查询/,
  columns: {
    flow: { names: ['账务流水号', '财务流水号'], field: null, required: true },
    trade: { names: ['业务流水号'], field: 'channel_trade_no' },
    order: { names: ['商户订单号'], field: 'merchant_order_no' },
    goods: { names: ['商品名称'], field: 'description' },
    time: { names: ['发生时间', '入账时间'], field: 'occurred_at', required: true },
    party: { names: ['对方账号', '对方账户'], field: 'payer_account' },
    in: { names: ['收入金额', '收入'], field: 'amount_in', required: true },
    out: { names: ['支出金额', '支出'], field: 'amount_out', required: true },
    balance: { names: ['账户余额', '余额'], field: 'balance' },
    way: { names: ['交易渠道'], field: null },
    type: { names: ['业务类型'], field: 'kind' },
    note: { names: ['备注'], field: 'description' },
    about: { names: ['业务描述'], field: 'description' },
    source: { names: ['业务账单来源'], field: null },
    baseOrder: { names: ['业务基础订单号'], field: null },
    ownOrder: { names: ['业务订单号'], field: null },
  },
  marks: { names: ['账务流水号', '财务流水号', '业务流水号', '收入金额', '支出金额', '账户余额'], enough: 3 },
  quoted: false,
  nameOf,
  recogniseCompanion: probe => {
    const rows = probe.text
      .slice(0, 4_000)
      .split('\n')
      .map(line => line.split(',').map(nameOf))
    return rows.some(row => row.includes('收入笔数') && row.includes('支出笔数') && row.includes('类型'))
  },
  open: (top, into, options) => new AccountRows(top, into, options),
})

type Key =
  | 'flow'
  | 'trade'
  | 'order'
  | 'goods'
  | 'time'
  | 'party'
  | 'in'
  | 'out'
  | 'balance'
  | 'way'
  | 'type'
  | 'note'
  | 'about'
  | 'source'
  | 'baseOrder'
  | 'ownOrder'

const CURRENCY = 'CNY'

/** "收入金额（+元）", "收入金额(+元)" and "收入金额" are one column. */
function nameOf(cell: string): string {
  return cell.trim().replace(/[（(][+-]?元[)）]$/, '')
}

class AccountRows implements TitledRows<Key> {
  readonly zone: string
  readonly period: ReturnType<typeof periodAbove>
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #account: string
  readonly #in = new Count()
  readonly #out = new Count()
  readonly #types = new Map<string, { in: Count; out: Count }>()
  readonly #chain: BalanceChain
  #ended = false
  #totals = 0

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    this.#clock = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = this.#clock.zone
    this.period = periodAbove(top.above)
    const account = top.above.map(cells => /^#\s*账号:\s*\[?([^\]\s,]+)/.exec(narrow(textOf(cells)))?.[1])
    this.#account = kept(account.find(found => found !== undefined) ?? '')
    this.#chain = new BalanceChain('账户余额', CURRENCY, into)
  }

  aside(cells: Cells, line: number, below: boolean): boolean {
    const first = cells[0]?.trim() || (cells[1] ?? '').trim()
    if (first.startsWith('#')) this.#comment(textOf(cells), line)
    else if (below && this.#ended)
      this.#into.spoil({ line }, 'content_after_totals', {
        zh: `第 ${line} 行在“账务明细列表结束”之后还有内容：可能是几份账单拼在一起，请分别提交`,
        en: `line ${line} follows the end of the list: several bills in one file? give each one by itself`,
      })
    else return false
    return true
  }

  record(row: Row<Key>): void {
    const income = row.amount('in', 2, null)
    const outgo = row.amount('out', 2, null)
    if (income === null && outgo === null)
      row.fail('in', 'amount_unreadable', {
        zh: '收入和支出都为空（空不等于 0）',
        en: 'both 收入 and 支出 are empty (which is not zero)',
      })
    if ((income ?? 0) < 0)
      row.fail('in', 'amount_sign', {
        zh: `收入金额“${row.text('in')}”为负数：无法判断方向`,
        en: `the income "${row.text('in')}" is negative: its direction cannot be told`,
      })
    if ((income ?? 0) !== 0 && (outgo ?? 0) !== 0)
      row.fail('out', 'amounts_disagree', {
        zh: `收入“${row.text('in')}”和支出“${row.text('out')}”同时有值：无法判断哪个正确`,
        en: `both income "${row.text('in')}" and outgo "${row.text('out')}" are given: which one is right cannot be told`,
      })
    // 支出 is printed with a minus by some versions of the bill and without by others; the column says it already.
    const out = Math.abs(outgo ?? 0)
    const amount = (income ?? 0) - out
    const flow = row.id('flow')
    const balance = row.has('balance') ? row.amount('balance', 2, null) : null
    const added = row.add({
      amount,
      currency: CURRENCY,
      at: row.time('time', this.#clock),
      tradeNo: row.id('trade') || flow,
      merchantOrderNo: row.id('order'),
      payer: row.text('party'),
      merchant: this.#account,
      fund: { entry: fundEntry(row.text('type')), balance },
    })
    if (!added) return
    const type = this.#typeOf(row.text('type'))
    if (out > 0) {
      this.#out.add(out)
      type.out.add(out)
    } else if (amount > 0) {
      this.#in.add(amount)
      type.in.add(amount)
    }
    if (balance !== null) this.#chain.take(amount, balance, row)
  }

  end(): void {
    this.#chain.end()
    if (!this.#ended)
      this.#into.spoil({}, 'footer_missing', {
        zh: '缺少“账务明细列表结束”一行：文件不完整，请重新下载',
        en: 'the line "账务明细列表结束" at the end of the list is missing: the file is cut off, download it again',
      })
    else if (this.#totals < 2)
      this.#into.warn({}, 'totals_missing', {
        zh: '文件没有写全“支出合计/收入合计”，无法证明记录齐全：请与渠道页面上的合计核对',
        en: 'the file does not state both its totals (支出合计/收入合计), so it cannot prove that it is complete: compare with the totals the channel shows',
      })
  }

  /** 汇总: a row per 业务类型 and a last one, 合计. */
  companion(text: string, name: string): void {
    const rows = text
      .split(/\r\n|\n|\r/)
      .filter(line => line.trim() !== '' && !line.startsWith('#'))
      .map(line => line.split(',').map(nameOf))
    const header = rows.find(row => row.includes('收入笔数')) ?? []
    const typeAt = header.indexOf('类型')
    const total = rows.find(row => row[typeAt] === '合计')
    if (!total)
      return this.#into.warn({}, 'companion_unreadable', {
        zh: `汇总文件“${name}”没有“合计”一行，未能用它核对`,
        en: `the totals file "${name}" has no row 合计 and could not be used`,
      })
    for (const row of rows) {
      const type = row[typeAt] ?? ''
      const counted = row === total ? { in: this.#in, out: this.#out } : this.#types.get(type)
      if (row === header || (row !== total && this.#types.has('') && this.#types.size === 1)) continue
      const stated = (title: string): string => row[header.indexOf(title)] ?? ''
      const [taken, paid] = [counted?.in ?? new Count(), counted?.out ?? new Count()]
      countControl(this.#into, `汇总 ${type} 收入笔数`, stated('收入笔数'), taken.count)
      sumControl(this.#into, `汇总 ${type} 收入金额`, stated('收入金额'), taken.sum.value, CURRENCY)
      countControl(this.#into, `汇总 ${type} 支出笔数`, stated('支出笔数'), paid.count)
      sumControl(this.#into, `汇总 ${type} 支出金额`, stated('支出金额'), paid.sum.value, CURRENCY, { unsigned: true })
    }
  }

  #typeOf(word: string): { in: Count; out: Count } {
    let type = this.#types.get(word)
    if (!type) this.#types.set(kept(word), (type = { in: new Count(), out: new Count() }))
    return type
  }

  #comment(text: string, line: number): void {
    if (/(账务|财务)明细列表结束/.test(text)) this.#ended = true
    this.#into.made(exportedAt(text, this.#clock))
    if (!/^#\s*(支出|收入)合计/.test(text)) return
    const total = /^#\s*(支出|收入)合计:\s*(\d+)\s*笔,\s*共\s*([+-]?[\d.,]+)\s*元$/.exec(narrow(text))
    if (!total)
      return this.#into.spoil({ line }, 'totals_unreadable', {
        zh: `第 ${line} 行的合计无法识别：“${text.slice(0, 60)}”`,
        en: `the totals on line ${line} cannot be read: "${text.slice(0, 60)}"`,
      })
    this.#totals++
    const [, side = '', count = '', amount = ''] = total
    const tally = side === '支出' ? this.#out : this.#in
    countControl(this.#into, `${side}合计 笔数`, count, tally.count)
    sumControl(this.#into, `${side}合计 金额`, amount, tally.sum.value, CURRENCY, { unsigned: side === '支出' })
  }
}

/** A line that is a remark, without the empty cells a spreadsheet put before and behind it. */
const textOf = (cells: Cells): string => cells.join(',').replace(/^[,\s]+|[,\s]+$/g, '')
