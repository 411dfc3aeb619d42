import { amountTroubleText, narrow, readAmount } from '../amount_text.ts'
import type { Collector } from '../collector.ts'
import { dayText, LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { Count, countControl, sumControl } from '../table/controls.ts'
import { readWritten } from '../table/dates.ts'
import { type Row, type TitledRows, type Top, titledFormat } from '../table/titled.ts'

/**
 * 京东钱包 bill: totals above the header, what was refunded of a purchase inside its amount cell ("131.77(已退款89.84)"). The
 * refund's own row is 不计收支, so the purchase counts with what is left of it; that is how the bill's own totals count too.
 * It has no name of its own in the contract and goes as `csv`.
 */
export const jdWallet = titledFormat({
  name: 'csv',
  channel: 'jd',
  currency: 'CNY',
  label: '京东钱包账单',
  title: /京东账号名/,
  columns: {
    at: { names: ['交易时间'], field: 'occurred_at', required: true },
    shop: { names: ['商户名称'], field: 'payer_name' },
    what: { names: ['交易说明'], field: 'description' },
    amount: { names: ['金额'], field: 'amount', required: true },
    method: { names: ['收/付款方式'], field: 'channel' },
    state: { names: ['交易状态'], field: 'status', required: true },
    side: { names: ['收/支'], field: 'direction', required: true },
    kind: { names: ['交易分类'], field: null },
    trade: { names: ['交易订单号'], field: 'channel_trade_no', required: true },
    order: { names: ['商家订单号'], field: 'merchant_order_no' },
    note: { names: ['备注'], field: null },
  },
  marks: { names: ['商户名称', '交易说明', '收/付款方式', '交易订单号', '商家订单号'], enough: 5 },
  quoted: false,
  open: (top, into, options) => new JdRows(top, into, options),
})

type Key = 'at' | 'shop' | 'what' | 'amount' | 'method' | 'state' | 'side' | 'kind' | 'trade' | 'order' | 'note'

const CURRENCY = 'CNY'
const SIDES = ['收入', '支出', '不计收支'] as const
const STATED = /^(收入|支出|不计收支):\s*(\d+)笔(?:\([^)]*\))?[,，]\s*([\d.,]+)元$/

class JdRows implements TitledRows<Key> {
  readonly zone: string
  readonly period: { readonly from: string; readonly to: string } | null
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #records: string | null
  readonly #stated = new Map<string, { count: string; amount: string }>()
  readonly #counted = new Map(SIDES.map(side => [side, new Count()]))
  /** Counted in number but not in the sum, by the bill's own rules: orders refunded in full, and 先享后付. */
  readonly #counts = new Map(SIDES.map(side => [side, 0]))

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    this.#clock = new LocalClock(options.zone ?? 'Asia/Shanghai')
    this.zone = this.#clock.zone
    const lines = top.above.map(cells =>
      narrow(cells.join(','))
        .replace(/[,\s]+$/, '')
        .trim(),
    )
    for (const line of lines) {
      const stated = STATED.exec(line)
      if (stated) this.#stated.set(stated[1]!, { count: stated[2]!, amount: stated[3]! })
    }
    this.#records = /共:\s*(\d+)\s*笔记录/.exec(lines.join('\n'))?.[1] ?? null
    const days = /日期区间:\s*(\S+)\s*至\s*(\S+)/.exec(lines.join('\n'))
    const [from, to] = [readWritten(days?.[1] ?? '')?.ymd, readWritten(days?.[2] ?? '')?.ymd]
    this.period = from && to ? { from: dayText(from), to: dayText(to) } : null
  }

  record(row: Row<Key>): void {
    const side = row.oneOf('side', SIDES)
    const { gross, back } = amountIn(row)
    const amount = gross - (side === '支出' ? back : 0)
    const state = row.text('state')
    if (!/成功|完成/.test(state) && side !== '不计收支')
      row.fail('state', 'status_unknown', {
        zh: `交易状态“${state.slice(0, 20)}”未知，不知道钱是否已经付出`,
        en: `the state "${state.slice(0, 20)}" is not known, so whether the money moved is not either`,
      })
    const added = row.add({
      amount: side === '支出' ? -amount : amount,
      currency: CURRENCY,
      at: row.time('at', this.#clock),
      kind: side === '收入' && /退款/.test(row.text('what')) ? 'refund' : 'payment',
      status: 'success',
      tradeNo: row.id('trade'),
      merchantOrderNo: row.id('order'),
      neutral: side === '不计收支',
    })
    if (!added || side === '') return
    this.#counts.set(side, this.#counts.get(side)! + 1)
    const left = side === '不计收支' && (back === gross || row.text('method') === '先享后付') ? 0 : amount
    this.#counted.get(side)!.add(left)
  }

  end(): void {
    if (this.#records === null)
      this.#into.warn({}, 'totals_missing', {
        zh: '账单上方没有“共：…笔记录”，无法证明记录齐全：请重新导出',
        en: 'the bill does not state its number of records (共：…笔记录), so it cannot be proven complete: export it again',
      })
    else countControl(this.#into, '共…笔记录', this.#records, this.#into.recordsOfPart, false)
    for (const side of SIDES) {
      const stated = this.#stated.get(side)
      if (!stated) continue
      countControl(this.#into, `${side} 笔数`, stated.count, this.#counts.get(side)!)
      sumControl(this.#into, `${side} 金额`, stated.amount, this.#counted.get(side)!.sum.value, CURRENCY)
    }
  }
}

/** "131.77(已退款89.84)", "468.32(已全额退款)": the order, and what of it was given back. */
function amountIn(row: Row<Key>): { gross: number; back: number } {
  const text = narrow(row.text('amount'))
  const parts = /^([^()]*)(?:\((已全额退款|已退款[^()]*)\))?$/.exec(text)
  const gross = readAmount(parts?.[1] ?? text, { exponent: 2, decimal: '.' })
  if (typeof gross === 'string' || gross.minor < 0) {
    row.fail(
      'amount',
      'amount_unreadable',
      amountTroubleText(typeof gross === 'string' ? gross : 'unreadable', text, 2),
    )
    return { gross: 0, back: 0 }
  }
  if (parts?.[2] === undefined) return { gross: gross.minor, back: 0 }
  if (parts[2] === '已全额退款') return { gross: gross.minor, back: gross.minor }
  const back = readAmount(parts[2].slice(3), { exponent: 2, decimal: '.' })
  if (typeof back === 'string' || back.minor < 0 || back.minor > gross.minor) {
    row.fail('amount', 'amount_unreadable', amountTroubleText('unreadable', text, 2))
    return { gross: 0, back: 0 }
  }
  return { gross: gross.minor, back: back.minor }
}
