import { narrow, readAmount } from '../amount_text.ts'
import { readSerial, readTime, readWritten } from './dates.ts'
import { kindOf, sideOf, statusOf } from './vocabulary.ts'

/** What a column's values look like. All but `values`, `rows` and `distinct` count values. */
export type Shape = {
  /** What stands in the column, blanks left out. */
  readonly values: readonly string[]
  /** Cells, blank ones too. */
  readonly rows: number
  readonly amounts: number
  /** Amounts that show decimals or a sign. */
  readonly decimals: number
  readonly dates: number
  /** Dates with a time. */
  readonly stamps: number
  readonly times: number
  readonly serials: number
  readonly sides: number
  readonly distinct: number
}

export function shapeOf(cells: readonly string[]): Shape {
  const values = cells.filter(cell => cell !== '' && cell !== '-' && cell !== '--')
  let [amounts, decimals, dates, stamps, times, serials, sides] = [0, 0, 0, 0, 0, 0, 0]
  for (const value of values) {
    const read = readAmount(value, { exponent: 6, decimal: '.' })
    const other = typeof read === 'string' ? readAmount(value, { exponent: 6, decimal: ',' }) : read
    if (typeof read !== 'string' || typeof other !== 'string' || read === 'too_large') {
      amounts++
      if (/[.,．，]\d{1,2}\D*$/.test(narrow(value)) || /^[-+(]/.test(narrow(value))) decimals++
    }
    const written = readWritten(value)
    if (written) {
      dates++
      if (written.seconds !== null) stamps++
    }
    if (/[:：]/.test(value) || /^\d{6}$/.test(value)) if (readTime(value)) times++
    if (readSerial(value)) serials++
    if (sideOf(value)) sides++
  }
  return {
    values,
    rows: cells.length,
    amounts,
    decimals,
    dates,
    stamps,
    times,
    serials,
    sides,
    distinct: new Set(values).size,
  }
}

/** Of so many values the rest of a shape is told: more of them would say the same. */
const LOOKED_AT = 100

/** Words for what stands in a column, each true or not: the classifier's view of it. */
export function shapeWords(shape: Shape): string[] {
  const words: string[] = []
  const values = shape.values.slice(0, LOOKED_AT)
  const all = shape.values.length
  if (all === 0) return ['empty']
  const share = (test: (value: string) => boolean): number => values.filter(test).length / values.length
  const say = (word: string, holds: boolean) => void (holds && words.push(word))
  const dated = shape.dates >= all * 0.9
  const money = shape.amounts >= all * 0.9 && shape.decimals >= all * 0.6 && !dated
  say('stamp', shape.stamps >= all * 0.9)
  say('day', dated && shape.stamps < all * 0.5)
  say('clock', shape.times >= all * 0.9 && !dated)
  say('money', money)
  say('whole', shape.amounts >= all * 0.9 && !money && !dated && share(value => /^\d+$/.test(value)) > 0.9)
  say('short number', share(value => /^\d{1,4}$/.test(value)) > 0.9)
  say('signed', money && values.some(value => /^[-(]|[-)]$/.test(value)))
  say('plus sign', money && values.some(value => value.startsWith('+')))
  say('mostly zero', money && share(value => /^[-+]?0([.,]0+)?$/.test(value)) > 0.3)
  say('holes', all < shape.rows * 0.9)
  say('many holes', all < shape.rows * 0.5)
  say('side', shape.sides >= all * 0.9)
  say('kind', share(value => kindOf(value) !== null) > 0.8)
  say('status', share(value => statusOf(value) !== null) > 0.8)
  say('currency', share(value => /^[A-Z]{3}$|^(人民币|美元|港币|欧元|新臺幣|港元)$/.test(value)) > 0.9)
  say('code', share(value => /^(?=.*\d)[A-Za-z0-9_-]{8,64}$/.test(value)) > 0.9)
  say('long digits', share(value => /^\d{12,32}$/.test(value)) > 0.9)
  say('short code', share(value => /^(?=.*\d)[A-Za-z0-9_-]{2,7}$/.test(value)) > 0.9)
  say('masked', share(value => /\*{2,}|x{4,}/i.test(value)) > 0.3)
  say('mail', share(value => value.includes('@')) > 0.5)
  say('zone', share(value => /^([+-]\d{2}:?\d{2}|UTC[+-]?\d*|GMT|[PE]ST|CET)$/.test(value)) > 0.8)
  say('chinese', share(value => /[\u4e00-\u9fff]/.test(value)) > 0.7)
  say('chinese name', share(value => /^[\u4e00-\u9fff]{2,4}$/.test(value)) > 0.7)
  say('words', share(value => /[A-Za-z]{2}/.test(value) && !/\d{3}/.test(value)) > 0.7)
  say('two words', share(value => /^[A-Z][\w.'-]+ [A-Z][\w.'-]+/.test(value)) > 0.6)
  say('long text', values.reduce((sum, value) => sum + value.length, 0) / values.length > 14)
  say('constant', shape.distinct === 1 && all > 2)
  say('few', shape.distinct > 1 && shape.distinct <= 5 && all > 6)
  say('unique', shape.distinct === all && all > 2)
  return words
}
