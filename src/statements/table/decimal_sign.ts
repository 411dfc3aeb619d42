import { narrow } from '../amount_text.ts'
import type { StatementOptions } from '../statement.ts'
import type { Doubt } from './doubt.ts'
import type { Shape } from './shape.ts'

/**
 * The comma is the decimal sign where values prove it and none speaks against it. 1.230 may be a thousand or one and a bit: where
 * some numbers do without the sign, it groups; where every number of the file has three digits behind it, it is asked.
 */
export function decimalOf(
  headers: readonly string[],
  shapes: readonly Shape[],
  columns: readonly number[],
  options: StatementOptions,
  doubts: Doubt[],
): '.' | ',' {
  if (options.decimal) return options.decimal
  const numbers = columns
    .flatMap(column => shapes[column]!.values)
    .map(value => narrow(value).replace(/[^\d.,]/g, ''))
    .filter(text => /\d/.test(text))
  const some = (pattern: RegExp): boolean => numbers.some(text => pattern.test(text))
  const comma = some(/^\d+,\d{1,2}$|^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$|^(?:0|\d{4,}),\d{3}$/)
  const point = some(/\.\d{1,2}$|^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$|^(?:0|\d{4,})\.\d{3}$/)
  if (comma || point) return comma && !point ? ',' : '.'
  const threes = numbers.filter(text => /^\d{1,3}([.,])\d{3}$/.test(text))
  const [sign, ...others] = new Set(threes.map(text => (text.includes(',') ? ',' : '.')))
  if (sign === undefined || others.length > 0) return '.'
  if (threes.length < numbers.length) return sign === '.' ? ',' : '.'
  const example = threes[0]!
  doubts.push({
    column: headers[columns[0]!]!,
    code: 'decimal_unsure',
    zh: `列“${headers[columns[0]!]}”的数（如 ${example}）分不清“${sign}”是千位分隔还是小数点：请用 --decimal ${sign}（是小数点）或 --decimal ${sign === '.' ? ',' : '.'}（是千位分隔）指明`,
    en: `in the numbers of column "${headers[columns[0]!]}" (such as ${example}) "${sign}" may group thousands or begin the decimals: say --decimal ${sign} (decimals) or --decimal ${sign === '.' ? ',' : '.'} (thousands)`,
  })
  return '.'
}
