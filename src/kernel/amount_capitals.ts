const DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']

/**
 * 人民币大写 of an amount in 分: "人民币壹仟肆佰零玖元伍角" for 140950. By the rules for filling in bills and vouchers (《支付结算办法》
 * 附件一《正确填写票据和结算凭证的基本规定》): zeros between digits are one 零; a yuan part that ends with 0 is followed by 零 before 角; no 角
 * but 分 is 零 too; 整 closes what ends with 元. The amount must not be negative.
 */
export function amountInCapitals(fen: number): string {
  if (!Number.isSafeInteger(fen) || fen < 0) throw new Error(`no amount to write in capitals: ${fen}`)
  const yuan = Math.floor(fen / 100)
  const jiao = Math.floor((fen % 100) / 10)
  const rest = fen % 10
  if (fen === 0) return '人民币零元整'
  const whole = yuan === 0 ? '' : `${wholeInCapitals(yuan)}元`
  if (jiao === 0 && rest === 0) return `人民币${whole}整`
  const zero = yuan > 0 && (jiao === 0 || yuan % 10 === 0) ? '零' : ''
  const dimes = jiao === 0 ? '' : `${DIGITS[jiao]}角`
  const cents = rest === 0 ? '' : `${DIGITS[rest]}分`
  return `人民币${whole}${zero}${dimes}${cents}`
}

/** 107000 → 壹拾万柒仟; 100000001 → 壹亿零壹. */
function wholeInCapitals(value: number): string {
  for (const [size, name] of [
    [100_000_000, '亿'],
    [10_000, '万'],
  ] as const) {
    if (value < size) continue
    const rest = value % size
    const gap = rest > 0 && rest < size / 10 ? '零' : ''
    return `${wholeInCapitals(Math.floor(value / size))}${name}${gap}${rest > 0 ? wholeInCapitals(rest) : ''}`
  }
  let text = ''
  let gap = false
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(value / 10 ** place) % 10
    if (digit === 0) {
      gap = text !== ''
      continue
    }
    text += (gap ? '零' : '') + DIGITS[digit] + PLACES[place]
    gap = false
  }
  return text
}
