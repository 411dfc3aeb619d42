import { exponentOf, formatMinor, parseDecimal } from '../../../../src/kernel/money.ts'
import type { PayChannel, PayMethod, WayList } from '../../../../src/orders/api.ts'

export type Way = { readonly channel: PayChannel; readonly method: PayMethod }
export type Device = 'phone' | 'desk'

/** Which way of a channel suits a device, the best first. jsapi is missing: it works within WeChat only, by an id that a browser does not have. */
const SUITS: Readonly<Record<PayChannel, Readonly<Record<Device, readonly PayMethod[]>>>> = {
  wechat: { phone: ['h5', 'native'], desk: ['native'] },
  alipay: { phone: ['wap', 'precreate', 'page'], desk: ['precreate', 'page'] },
  unionpay: { phone: ['wap', 'gateway'], desk: ['gateway', 'wap'] },
  bank: { phone: ['transfer'], desk: ['transfer'] },
}
const ORDER: readonly PayChannel[] = ['wechat', 'alipay', 'unionpay', 'bank']

/** One way for each channel that is open and can be used on this device. Pure. */
export const waysFor = (device: Device, { ways }: WayList): Way[] =>
  ORDER.flatMap(channel => {
    const offered = new Set(ways.filter(way => way.channel === channel).flatMap(way => way.methods))
    const method = SUITS[channel][device].find(each => offered.has(each))
    return method === undefined ? [] : [{ channel, method }]
  })

/** What is to be paid, or why it is not possible. The platform checks the same again. */
export type AmountWord =
  | { readonly ok: true; readonly amount: string; readonly whole: boolean }
  | { readonly ok: false; readonly zh: string; readonly en: string }

type Payable = {
  readonly due: string
  readonly part_payment: boolean
  readonly part_min: string
  readonly currency: string
}

/** Reads what a payer typed as the amount of a bill. Pure. */
export function amountOf(text: string, { due, part_payment, part_min, currency }: Payable): AmountWord {
  const exponent = exponentOf(currency)
  const minor = parseDecimal(text.trim().replace(/[,，￥¥\s]/g, ''), exponent)
  const most = parseDecimal(due, exponent) ?? 0
  const least = parseDecimal(part_min, exponent) ?? 0
  if (minor === null || minor <= 0)
    return { ok: false, zh: '请填写金额，例如 50 或 50.00', en: 'Give an amount such as 50 or 50.00' }
  if (minor > most) return { ok: false, zh: `最多可缴 ${due}`, en: `${due} at most` }
  if (minor === most) return { ok: true, amount: due, whole: true }
  if (!part_payment) return { ok: false, zh: `这笔须一次缴清 ${due}`, en: `This bill is paid in one go: ${due}` }
  if (minor < least) return { ok: false, zh: `每次至少缴 ${part_min}`, en: `At least ${part_min} each time` }
  return { ok: true, amount: formatMinor(minor, currency), whole: false }
}

/** The sum of amounts of one currency, as decimal text. Pure. */
export function sumOf(amounts: readonly string[], currency: string): string {
  const exponent = exponentOf(currency)
  return formatMinor(
    amounts.reduce((sum, amount) => sum + BigInt(parseDecimal(amount, exponent) ?? 0), 0n),
    currency,
  )
}
