import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amountInCapitals } from './amount_capitals.ts'

// The first six are the examples of the rules themselves.
const TABLE = `
1409.50            壹仟肆佰零玖元伍角
6007.14            陆仟零柒元壹角肆分
1680.32            壹仟陆佰捌拾元零叁角贰分
107000.53          壹拾万柒仟元零伍角叁分
16409.02           壹万陆仟肆佰零玖元零贰分
325.04             叁佰贰拾伍元零肆分
0.00               零元整
0.01               壹分
0.10               壹角
0.11               壹角壹分
1.00               壹元整
1.01               壹元零壹分
10.00              壹拾元整
10.10              壹拾元零壹角
11.10              壹拾壹元壹角
20.05              贰拾元零伍分
100.00             壹佰元整
101.00             壹佰零壹元整
110.00             壹佰壹拾元整
1000.00            壹仟元整
1001.00            壹仟零壹元整
1010.00            壹仟零壹拾元整
1100.00            壹仟壹佰元整
9999.99            玖仟玖佰玖拾玖元玖角玖分
10000.00           壹万元整
10001.00           壹万零壹元整
10010.00           壹万零壹拾元整
10100.00           壹万零壹佰元整
11000.00           壹万壹仟元整
100000.00          壹拾万元整
100100.00          壹拾万零壹佰元整
1000000.00         壹佰万元整
10000000.00        壹仟万元整
10000001.00        壹仟万零壹元整
10010000.00        壹仟零壹万元整
100000000.00       壹亿元整
100000001.00       壹亿零壹元整
100010000.00       壹亿零壹万元整
110000000.00       壹亿壹仟万元整
1000000000000.00   壹万亿元整
1000100010001.00   壹万零壹亿零壹万零壹元整
90071992547409.91  玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分
`

test('the table', () => {
  for (const line of TABLE.trim().split('\n')) {
    const [figures = '', capitals = ''] = line.split(/\s+/)
    assert.equal(amountInCapitals(Number(figures.replace('.', ''))), `人民币${capitals}`, figures)
  }
})

test('what is written can be read back, and has no two zeros together', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fen => {
      const text = amountInCapitals(fen)
      assert.ok(!/零零|零[万亿元]./.test(text) || fen === 0, text)
      assert.equal(readBack(text), fen)
    }),
    { numRuns: 2_000 },
  )
})

/** Reads by place values, which is another way than writing. */
function readBack(text: string): number {
  const place: Record<string, number> = { 拾: 10, 佰: 100, 仟: 1000 }
  let total = 0n
  let group = 0n
  let digit = 0n
  for (const sign of text.replace(/^人民币|整$/g, '')) {
    const value = '零壹贰叁肆伍陆柒捌玖'.indexOf(sign)
    if (value >= 0) digit = BigInt(value)
    else if (place[sign]) {
      group += digit * BigInt(place[sign])
      digit = 0n
    } else if (sign === '万' || sign === '亿') {
      total = (total + group + digit) * (sign === '亿' ? 100_000_000n : 1n)
      if (sign === '万') total = total - (group + digit) + (group + digit) * 10_000n
      group = digit = 0n
    } else if (sign === '元') {
      total = (total + group + digit) * 100n
      group = digit = 0n
    } else {
      total += digit * (sign === '角' ? 10n : 1n)
      digit = 0n
    }
  }
  return Number(total)
}

test('a negative or broken amount is a bug', () => {
  for (const fen of [-1, 1.5, Number.NaN, 2 ** 53]) assert.throws(() => amountInCapitals(fen))
})
