import { refusal, type Words } from '../command_line.ts'
import { type ColumnWidth, type DateOrder, FIELDS, type Field, type StatementOptions } from '../statements/statement.ts'
import { parseWidths } from '../statements/table/widths.ts'

/** The words with which a person tells how a statement is to be read, wherever one is named. */
export const READING_OPTIONS = {
  single: ['timezone', 'currency', 'date-order', 'decimal', 'widths'],
  repeated: ['column'],
} as const

export function readingOptions({
  values,
}: Words): Pick<StatementOptions, 'zone' | 'currency' | 'mapping' | 'dateOrder' | 'decimal' | 'widths'> {
  const one = (name: string) => values.get(name)?.[0]
  const zone = one('timezone')
  const currency = one('currency')
  const dateOrder = one('date-order')
  const widths = one('widths')
  const decimal = one('decimal')
  const columns = values.get('column')
  return {
    ...(zone === undefined ? {} : { zone: checkedZone(zone) }),
    ...(currency === undefined ? {} : { currency: checkedCurrency(currency) }),
    ...(dateOrder === undefined ? {} : { dateOrder: checkedOrder(dateOrder) }),
    ...(widths === undefined ? {} : { widths: checkedWidths(widths) }),
    ...(decimal === undefined ? {} : { decimal: checkedDecimal(decimal) }),
    ...(columns === undefined ? {} : { mapping: Object.fromEntries(columns.map(columnMeaning)) }),
  }
}

function checkedZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    throw refusal(
      'timezone_unknown',
      `不认识的时区 ${zone}，应如 Asia/Shanghai`,
      `unknown time zone ${zone}; expected one like Asia/Shanghai`,
    )
  }
}

function checkedCurrency(currency: string): string {
  if (/^[A-Z]{3}$/.test(currency)) return currency
  throw refusal(
    'currency_unknown',
    `币种 ${currency} 应为三个大写字母，如 CNY`,
    `currency ${currency}: three capital letters are expected, such as CNY`,
  )
}

function checkedOrder(order: string): DateOrder {
  if (order === 'ymd' || order === 'dmy' || order === 'mdy') return order
  throw refusal(
    'date_order_unknown',
    `--date-order 只能是 ymd、dmy 或 mdy，收到 ${order}`,
    `--date-order is ymd, dmy or mdy, not ${order}`,
  )
}

function checkedWidths(text: string): readonly ColumnWidth[] {
  const widths = parseWidths(text)
  if (widths) return widths
  throw refusal(
    'widths_unreadable',
    `--widths ${text} 应依次写出每一列的宽度（字节），可带列名，如 --widths 日期=8,流水号=7,金额(分)=12,借贷=1`,
    `--widths ${text}: write the width of every column in order, with its name if the file has none, such as --widths 日期=8,流水号=7,金额(分)=12,借贷=1`,
  )
}

function checkedDecimal(sign: string): '.' | ',' {
  if (sign === '.' || sign === ',') return sign
  throw refusal(
    'decimal_unknown',
    `--decimal 只能是 . 或 ,（小数点的写法），收到 ${sign}`,
    `--decimal is . or , (how decimals begin), not ${sign}`,
  )
}

/** 金额=amount: this column means that; 金额=- : leave it out. */
function columnMeaning(word: string): [string, Field | null] {
  const at = word.lastIndexOf('=')
  const field = word.slice(at + 1)
  if (at > 0 && field === '-') return [word.slice(0, at), null]
  if (at > 0 && isField(field)) return [word.slice(0, at), field]
  throw refusal(
    'column_meaning',
    `--column ${word} 应写作“列名=含义”，含义为 ${FIELDS.join('、')} 之一，或 - 表示不用`,
    `--column ${word}: write HEADER=MEANING, the meaning one of ${FIELDS.join(', ')}, or - to leave it out`,
  )
}

const isField = (text: string): text is Field => (FIELDS as readonly string[]).includes(text)
