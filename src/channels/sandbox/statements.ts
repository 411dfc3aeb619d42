import { gzipSync } from 'node:zlib'
import { addDays, type Day } from '../../kernel/business_day.ts'
import { alipayTradeBill } from '../../statements/writing/alipay.ts'
import type { WrittenRow } from '../../statements/writing/row.ts'
import { unionpayFile } from '../../statements/writing/unionpay.ts'
import { wechatFundsBill, wechatTradeBill } from '../../statements/writing/wechat.ts'
import { isReady } from '../stamps.ts'
import { MERCHANT } from './accounts.ts'
import { type Book, type Entry, feeOf, type Gateway, type Restatement } from './book.ts'
import type { Desk } from './desk.ts'

/** Next-day statements in the channels' own formats, out of the sandbox's book. */

export type Made =
  | { readonly state: 'ready'; readonly content: Buffer; readonly packed: Buffer }
  | { readonly state: 'empty' }
  | { readonly state: 'not_published' }

/** When the channels have yesterday's statement ready, by Beijing time. */
const READY_AT = '09:00'
const ZONE = 'Asia/Shanghai'
/** Statements kept: a bill is asked for twice, for its hash and its content. */
const KEPT_MAX = 8

const kept = new WeakMap<Book, Map<string, Made>>()

/** `packed` is the gzip of WeChat's; for the others the same as `content`. */
export function statement(desk: Desk, channel: Gateway, day: Day, kind: 'trade' | 'funds'): Made {
  const until = publishedUntil(desk, channel, day)
  if (until === null) return { state: 'not_published' }
  const rows = rowsOf(desk.book, channel, day, until)
  const key = `${channel}/${day}/${kind}/${until}/${rows.length}/${desk.book.restated.length}`
  const made = kept.get(desk.book) ?? new Map<string, Made>()
  kept.set(desk.book, made)
  const known = made.get(key)
  if (known) return known
  const fresh = make(desk, channel, day, kind, rows)
  if (made.size >= KEPT_MAX) made.delete(made.keys().next().value as string)
  made.set(key, fresh)
  return fresh
}

/** Movements up to this instant are in the statement; null: there is none yet. */
export function publishedUntil(desk: Desk, channel: Gateway | 'bank', day: Day): number | null {
  if (isReady(new Date(desk.now()), day, ZONE, READY_AT)) return Number.POSITIVE_INFINITY
  return desk.book.published.get(`${channel}/${day}`) ?? null
}

/** What the statement of a day lists, restatements applied. */
export function rowsOf(book: Book, channel: Gateway, day: Day, until: number): WrittenRow[] {
  const rows = [...deferredInto(book, channel, day), ...book.day(channel, day).map(rowOf)].filter(
    ({ at }) => at <= until,
  )
  return book.restated
    .filter(each => each.channel === channel && each.day === day)
    .reduce<WrittenRow[]>((before, each) => restate(before, each), rows)
    .toSorted((a, b) => a.at - b.at)
}

/** Of the day before, which its own statement did not list. */
function deferredInto(book: Book, channel: Gateway, day: Day): WrittenRow[] {
  const before = addDays(day, -1)
  const deferred = book.restated.filter(each => each.channel === channel && each.day === before).flatMap(deferOf)
  if (deferred.length === 0) return []
  return book
    .day(channel, before)
    .map(rowOf)
    .filter(row => deferred.includes(rowNo(row)))
}

/** Journals of before the word have none. */
const deferOf = ({ defer = [] }: Restatement): readonly string[] => defer

function rowOf({ order, refund }: Entry): WrittenRow {
  return {
    kind: refund ? 'refund' : 'payment',
    tradeNo: order.tradeNo,
    merchantOrderNo: order.no,
    refundNo: refund?.no ?? '',
    channelRefundNo: refund?.channelRefundNo ?? '',
    amount: refund?.amount ?? order.paid,
    currency: 'CNY',
    at: refund ? (refund.doneAt as number) : order.paidAt,
    merchant: order.channel === 'wechat' ? '0' : '',
    payer: order.payer,
    fee: refund?.fee ?? order.fee,
    batch: '',
    goods: order.title,
    tradeType: { jsapi: 'JSAPI', native: 'NATIVE', h5: 'MWEB' }[order.method] ?? 'JSAPI',
  }
}

export const rowNo = (row: WrittenRow): string => (row.kind === 'refund' ? row.refundNo : row.merchantOrderNo)

function restate(rows: readonly WrittenRow[], restatement: Restatement): WrittenRow[] {
  const { change, add } = restatement
  const gone = [...restatement.remove, ...deferOf(restatement)]
  const changed = new Map(change.map(({ no, amount }) => [no, amount]))
  const stayed = rows
    .filter(row => !gone.includes(rowNo(row)))
    .map(row => {
      const amount = changed.get(rowNo(row))
      return amount === undefined ? row : { ...row, amount, fee: feeOf(amount) }
    })
  const stamp = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().replace(/\D/g, '')
  const added = add.map(({ no, amount, at }, i): WrittenRow => {
    const running = String(9_000_000 + i)
    return {
      kind: 'payment',
      tradeNo: rows[0]?.tradeNo.startsWith('42')
        ? `4200001234${stamp(at).slice(0, 8)}900${running}`
        : `${stamp(at).slice(0, 14)}${running}`,
      merchantOrderNo: no,
      refundNo: '',
      channelRefundNo: '',
      amount,
      currency: 'CNY',
      at,
      merchant: rows[0]?.merchant ?? '',
      payer: '',
      fee: feeOf(amount),
      batch: '',
      goods: '补记',
    }
  })
  return [...stayed, ...added]
}

function make(desk: Desk, channel: Gateway, day: Day, kind: 'trade' | 'funds', rows: readonly WrittenRow[]): Made {
  if (rows.length === 0) return { state: 'empty' }
  const printedAt = desk.now()
  if (channel === 'wechat') {
    const of = { appid: MERCHANT.appid, mchid: MERCHANT.mchid }
    const content =
      kind === 'trade' ? wechatTradeBill(rows, of) : wechatFundsBill(rows, of, balanceBefore(desk.book, day))
    return { state: 'ready', content, packed: gzipSync(content) }
  }
  const content =
    channel === 'alipay'
      ? alipayTradeBill(rows, { account: `${MERCHANT.sellerId}0156`, day, printedAt })
      : unionpayFile(rows, { merId: MERCHANT.merId, day, printedAt })
  return { state: 'ready', content, packed: content }
}

/** Of the merchant's WeChat account when the day began. */
function balanceBefore(book: Book, day: Day): number {
  let balance = book.openingBalance
  for (const each of book.days('wechat'))
    if (each < day)
      for (const { order, refund } of book.day('wechat', each))
        balance += refund ? refund.fee - refund.amount : order.paid - order.fee
  return balance
}
