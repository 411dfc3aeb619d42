import type { Status } from '../../matching/entry.ts'
import type { Collector } from '../collector.ts'
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
import { zoneOf } from '../table/vocabulary.ts'

/**
 * 微信支付账单明细: a person's own bill, exported from the app (CSV, lately a spreadsheet). Totals stand above the rows. `/` is
 * an empty cell, and in 收/支 a movement between the owner's own pockets.
 */
export const wechatPersonal = titledFormat({
  name: 'wechat-personal',
  channel: 'wechat',
  currency: 'CNY',
  label: '微信支付账单明细 wechat-personal',
  title: /微信支付账单明细/,
  columns: {
    time: { names: ['交易时间'], field: 'occurred_at', required: true },
    type: { names: ['交易类型'], field: 'kind' },
    party: { names: ['交易对方'], field: 'payer_name' },
    goods: { names: ['商品'], field: 'description' },
    side: { names: ['收/支'], field: 'direction', required: true },
    amount: { names: ['金额'], field: 'amount', required: true },
    method: { names: ['支付方式'], field: null },
    state: { names: ['当前状态'], field: 'status' },
    trade: { names: ['交易单号'], field: 'channel_trade_no', required: true },
    order: { names: ['商户单号'], field: 'merchant_order_no' },
    note: { names: ['备注'], field: 'fee' },
  },
  marks: { names: ['收/支', '当前状态', '交易单号', '商户单号'], enough: 3 },
  quoted: true,
  nameOf: cell => cell.trim().replace(/[（(]元[)）]$/, ''),
  open: (top, into, options) => new PersonalRows(top, into, options),
})

type Key = 'time' | 'type' | 'party' | 'goods' | 'side' | 'amount' | 'method' | 'state' | 'trade' | 'order' | 'note'

const CURRENCY = 'CNY'

class PersonalRows implements TitledRows<Key> {
  readonly zone: string
  readonly period: ReturnType<typeof periodAbove>
  readonly #into: Collector
  readonly #clock: LocalClock
  readonly #totals = new StatedWords()
  readonly #states = new UnknownWords()

  constructor(top: Top<Key>, into: Collector, options: StatementOptions) {
    this.#into = into
    const said = /UTC\s*[+-]\d{1,2}:?\d{2}/.exec(top.above.map(cells => cells.join(' ')).join(' '))?.[0] ?? ''
    const zone = zoneOf(said.replace(/\s/g, ''))
    // The bill's own word is Beijing time nearly always; then the zone keeps the name everybody uses.
    this.#clock = new LocalClock(zone !== null && zone !== '+08:00' ? zone : (options.zone ?? 'Asia/Shanghai'))
    this.zone = this.#clock.zone
    this.period = periodAbove(top.above)
  }

  aside(cells: Cells): boolean {
    return this.#totals.note(cells)
  }

  record(row: Row<Key>): void {
    const side = row.oneOf('side', ['收入', '支出', '/', '中性交易'])
    const neutral = side === '/' || side === '中性交易'
    const amount = row.magnitude('amount', 2, 'side')
    const state = row.text('state')
    const status = statusOf(state)
    const added = row.add({
      amount: side === '支出' ? -amount : amount,
      currency: CURRENCY,
      at: row.time('time', this.#clock),
      status: status ?? 'success',
      tradeNo: unlessSlash(row.id('trade')),
      merchantOrderNo: unlessSlash(row.id('order')),
      fee: feeIn(row.text('note')),
      neutral,
    })
    if (!added) return
    if (status === null) this.#states.note(state)
    this.#totals.add(neutral ? '中性交易' : side, amount)
  }

  end(): void {
    this.#states.tell(this.#into, '当前状态', 'status_unknown', '已按成功读取', 'it is read as a success')
    this.#totals.check(this.#into, CURRENCY)
    if (this.#totals.records === null)
      this.#into.warn({}, 'totals_missing', {
        zh: '文件没有“共…笔记录”，无法证明记录齐全：请使用未经改动的导出文件',
        en: 'the file does not state its number of records (共…笔记录), so it cannot prove that it is complete; use the export as it was made',
      })
  }
}

const unlessSlash = (text: string): string => (text === '/' ? '' : text)

/** A withdrawal's fee stands in the remarks only: 服务费¥0.10. */
function feeIn(note: string): number | null {
  const fee = /服务费\s*[¥￥]\s*(\d{1,9})(?:\.(\d{1,2}))?(?![\d.])/.exec(note)
  return fee ? Number(fee[1]) * 100 + Number((fee[2] ?? '').padEnd(2, '0')) : null
}

/**
 * A refunded payment did succeed; its refund is a row of its own (收入). null: a word not met before.
 */
function statusOf(state: string): Status | null {
  if (/失败|已关闭|已取消|已撤销|未支付/.test(state)) return 'failed'
  if (/^待|等待|处理中|审核中|进行中|提现中|退款中/.test(state)) return 'pending'
  if (state === '' || state === '/' || /成功|完成|已/.test(state)) return 'success'
  return null
}
