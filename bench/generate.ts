import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A city day of WeChat payments and its trade bill (27 columns, as delivered: back-ticks, no quoting, totals at the end),
 * equal but for one row in a thousand: missing on one side, other amount, other fee, listed twice, paid twice. The same
 * numbers always give the same files. Lines lie in another order than payments, as they do in real bills.
 */
export type Day = { readonly payments: string; readonly statement: string; readonly faults: number }

const HEADER =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const TOTALS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'
const PAYMENTS =
  'payment_no,order_no,kind,channel,channel_trade_no,merchant_order_no,refund_no,amount,currency,status,paid_at,merchant_no,payer_account,fee,batch_no'
const ITEMS = ['物业服务费', '居民水费', '燃气费', '学费', '城乡居民医疗保险', '停车费', '有线电视费', '垃圾处理费']
const BANKS = ['CFT', 'ICBC_DEBIT', 'CCB_DEBIT', 'ABC_DEBIT', 'BOC_CREDIT', 'OTHERS']

const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
const two = (n: number): string => String(n).padStart(2, '0')

/** Day seconds as HH:MM:SS; the day stays away from midnight by 15 minutes, so that nothing is in transit. */
const clock = (i: number, rows: number): string => {
  const second = 900 + Math.floor((i / rows) * 84_600)
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
}

export async function generate(folder: string, rows: number): Promise<Day> {
  mkdirSync(folder, { recursive: true })
  const payments = join(folder, `payments-${rows}.csv`)
  const statement = join(folder, `wechat-${rows}.csv`)
  let faults = 0
  const amountOf = (i: number) => 100 + ((i * 7919) % 500_000)
  const fault = (i: number) => (i % 1000 === 500 ? (Math.floor(i / 1000) % 5) + 1 : 0)

  const ours = openText(payments)
  await ours.put(`${PAYMENTS}\n`)
  for (let i = 0; i < rows; i++) {
    const kind = fault(i)
    if (kind > 0) faults++
    if (kind === 1) continue // theirs only
    const amount = amountOf(i)
    const fee = Math.round(amount * 0.006)
    const nine = String(i).padStart(9, '0')
    await ours.put(
      `P20261120${nine},JF2026112${nine},payment,wechat,4200002026112000000${nine},FZ20261120${nine}0,,${yuan(amount)},CNY,success,2026-11-20T${clock(i, rows)}+08:00,1900000001,oUpF8uMuAJO_M2px${nine},${yuan(fee)},\n`,
    )
  }
  await ours.end()

  const theirs = openText(statement)
  await theirs.put(`\ufeff${HEADER}\n`)
  let count = 0
  let settled = 0
  let fees = 0
  const step = stepFor(rows)
  for (let k = 0, i = 0; k < rows; k++, i = (i + step) % rows) {
    const kind = fault(i)
    if (kind === 2) continue // ours only
    const amount = amountOf(i) + (kind === 3 ? 10 : 0)
    const fee = Math.round(amountOf(i) * 0.006) + (kind === 4 ? 1 : 0)
    const nine = String(i).padStart(9, '0')
    const row = (trade: string) =>
      `\`2026-11-20 ${clock(i, rows)},\`wx8888888888888888,\`1900000001,\`0,\`,\`${trade},\`FZ20261120${nine}0,\`oUpF8uMuAJO_M2px${nine},\`JSAPI,\`SUCCESS,\`${BANKS[i % 6]},\`CNY,\`${yuan(amount)},\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`${ITEMS[i % 8]},\`,\`${yuan(fee)}000,\`0.60%,\`${yuan(amount)},\`0.00,\`\n`
    await theirs.put(row(`4200002026112000000${nine}`))
    count++
    settled += amount
    fees += fee
    if (kind === 5) {
      await theirs.put(row(`4200002026112099999${nine}`)) // the channel took it twice
      count++
      settled += amount
      fees += fee
    }
  }
  await theirs.put(
    `${TOTALS}\n\`${count},\`${yuan(settled)},\`0.00,\`0.00,\`${yuan(fees)}000,\`${yuan(settled)},\`0.00\n`,
  )
  await theirs.end()
  return { payments, statement, faults }
}

/** A stride without a common divisor with the number of rows visits each row once. */
function stepFor(rows: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
  for (let step = Math.max(1, Math.floor(rows * 0.6180339887)); ; step++) if (gcd(step, rows) === 1) return step
}

function openText(path: string): { put(text: string): Promise<void> | undefined; end(): Promise<void> } {
  mkdirSync(dirname(path), { recursive: true })
  const file = createWriteStream(path, { highWaterMark: 4 << 20 })
  let parts: string[] = []
  let size = 0
  const flush = async () => {
    const text = parts.join('')
    parts = []
    size = 0
    if (!file.write(text)) await once(file, 'drain')
  }
  return {
    put(text) {
      parts.push(text)
      size += text.length
      return size > 1 << 20 ? flush() : undefined
    },
    async end() {
      await flush()
      file.end()
      await once(file, 'close')
    },
  }
}

if (import.meta.main) {
  const [folder = 'bench/data', rows = '1000000'] = process.argv.slice(2)
  console.log(await generate(folder, Number(rows)))
}
