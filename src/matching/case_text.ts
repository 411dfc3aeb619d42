import { strict as assert } from 'node:assert'
import { businessDayOf } from '../kernel/business_day.ts'
import { exponentOf, parseDecimal } from '../kernel/money.ts'
import { DEFAULT_RULES, type Rules, rulesOf } from '../rules/rules.ts'
import { DayTally } from './coverage.ts'
import type { Coverage, Entry } from './entry.ts'

const BASE = '2026-11-20'

/**
 * Two small books as a few lines of text:
 *
 *   payment P1  80.00  10:01     order=O1 trade=T1
 *   refund  R1  30.00  10:05     order=O1 refund=RF1        (ours, money out)
 *   line    L1  80.00  10:02     trade=T1                   (negative amounts are refunds)
 *
 * Times are "HH:MM", "HH:MM:SS", "+1 HH:MM" for the next day (of 2026-11-20, +08:00) or "date"/"+1 date" without a time. Keys: order
 * trade mo refund crefund merchant item payer fee batch status currency channel. The defaults are channel wechat, CNY, merchant M1, no
 * payer.
 */
export function readBooks(given: string, rules: Rules = DEFAULT_RULES): { payments: Entry[]; lines: Entry[] } {
  const payments: Entry[] = []
  const lines: Entry[] = []
  for (const row of given
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))) {
    const entry = readRow(row, rules)
    if (row.startsWith('line')) lines.push(entry)
    else payments.push(entry)
  }
  return { payments, lines }
}

function readRow(row: string, rules: Rules): Entry {
  const found = /^(payment|refund|line)\s+(\S+)\s+(\S+)\s+((?:[+-]\d+\s+)?(?:date|\d\d:\d\d(?::\d\d)?))\s*(.*)$/.exec(
    row,
  )
  assert(found, `unreadable row: ${row}`)
  const [, word, id = '', amountText = '', time = '', rest = ''] = found
  const given = new Map(
    rest
      .split(/\s+/)
      .filter(part => part !== '')
      .map(part => part.split('=') as [string, string]),
  )
  const text = (key: string, fallback = '') => given.get(key) ?? fallback
  const currency = text('currency', 'CNY')
  const exponent = exponentOf(currency)
  const size = parseDecimal(amountText, exponent)
  assert(size !== null, `unreadable amount: ${row}`)
  const amount = word === 'refund' ? -size : size
  const channel = text('channel', 'wechat')
  const when = instant(time)
  const fee = given.has('fee') ? parseDecimal(text('fee'), exponent) : null
  return {
    id,
    kind: amount < 0 ? 'refund' : 'payment',
    status: text('status', 'success') as Entry['status'],
    channel,
    orderNo: text('order'),
    tradeNo: text('trade'),
    merchantOrderNo: text('mo'),
    refundNo: text('refund'),
    channelRefundNo: text('crefund'),
    amount,
    currency,
    at: when.at,
    day: when.at === null ? when.date : businessDayOf(rulesOf(rules, channel).calendar)(when.at),
    merchant: text('merchant', 'M1').replace('?', ''),
    payer: text('payer'),
    ...(given.has('item') ? { feeItem: text('item') } : {}),
    fee,
    batchNo: text('batch'),
  }
}

function instant(text: string): { at: number | null; date: string } {
  const [, shift = '0', time = ''] = /^([+-]\d+)?\s*(\S+)$/.exec(text) ?? []
  const date = Temporal.PlainDate.from(BASE)
    .add({ days: Number(shift) })
    .toString()
  if (time === 'date') return { at: null, date }
  return { at: Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}+08:00`), date }
}

/** What two books that stand for all there is speak about. */
export function coverageOf(payments: readonly Entry[], lines: readonly Entry[], rules: Rules): Coverage[] {
  const channels = [...new Set([...payments, ...lines].map(row => row.channel))]
  return channels.map(channel => {
    const days = (rows: readonly Entry[]) => {
      const tally = new DayTally(rulesOf(rules, channel).calendar)
      for (const row of rows) if (row.channel === channel) tally.add(row.at, row.day)
      return tally.days()
    }
    return { channel, statementGiven: true, statementDays: days(lines), paymentDays: days(payments) }
  })
}
