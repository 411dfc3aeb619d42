import { readFileSync } from 'node:fs'
import { FIELDS, type Field } from '../../src/statements/statement.ts'

/** Labelled layouts, and tables made up for them: the classifier's school. */
export type LabelledColumn = {
  readonly header: string
  /** null: nothing that a statement needs. */
  readonly field: Field | null
  /** Right as well when left out: another column of the layout carries it. */
  readonly spare: boolean
  /** What stands in it. */
  readonly content: string
}
export type LabelledLayout = {
  readonly name: string
  readonly locale: string
  readonly columns: readonly LabelledColumn[]
}

export function readLayouts(file: 'layouts.tsv' | 'held_back.tsv'): LabelledLayout[] {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [locale = '', name = '', columns = ''] = line.split('\t')
      return { locale, name, columns: columns.split('|').map(columnOf) }
    })
}

function columnOf(text: string): LabelledColumn {
  const at = text.lastIndexOf('=')
  const [header, label] = [text.slice(0, at), text.slice(at + 1)]
  if (label.startsWith('-')) return { header, field: null, spare: false, content: label }
  const field = FIELDS.find(each => each === label.replace('?', ''))
  if (!field) throw new Error(`layout column "${text}": ${label} is no field`)
  return { header, field, spare: label.endsWith('?'), content: field }
}

export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const WORDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  zh: {
    in: ['收入', '贷', '入账', '收', '贷方', '收款'],
    out: ['支出', '借', '出账', '付', '借方', '付款'],
    pay: ['消费', '支付', '收款', '交易', '缴费'],
    back: ['退款', '退货', '冲正', '撤销', '退费'],
    status: ['成功', '支付成功', '交易成功', '已支付', '处理中', '失败', '已完成'],
    names: ['陈志远', '林晓梅', '黄国栋', '周雨', '吴桂芳', '赣东水务公司', '临川机械厂', '郑伟', '南城粮油店', '何静'],
    text: [
      '水费',
      '代扣电费一月',
      '转账',
      '货款结算第三批',
      '学费',
      '利息',
      '手续费',
      '网购付款',
      '物业管理费',
      '工资',
    ],
    channel: ['微信支付', '支付宝', '银联云闪付', '网银', '现金'],
    word: ['甲类', '乙类', '对公', '柜面', '线上', '个人', '普通'],
    note: ['账户余额不足请联系客户', '户名不符已退回', '超过限额', '网络超时未收到应答', '账户状态异常'],
  },
  en: {
    in: ['CR', 'C', 'Credit', 'IN', 'CRDT'],
    out: ['DR', 'D', 'Debit', 'OUT', 'DBIT'],
    pay: ['Payment', 'Sale', 'Charge', 'Purchase', 'payment'],
    back: ['Refund', 'Reversal', 'Chargeback', 'Return', 'refund'],
    status: ['Completed', 'Success', 'Settled', 'succeeded', 'Pending', 'Failed', 'paid'],
    names: ['Anna Bell', 'Carter Ltd', 'J. Morton', 'Northwind Traders', 'Eva Stone', 'Oak Street Bakery', 'Paul Reed'],
    text: [
      'Card payment at market',
      'Monthly rent',
      'Invoice settlement',
      'ATM',
      'Transfer to savings',
      'Salary',
      'Interest',
    ],
    channel: ['Visa', 'Mastercard', 'bank transfer', 'wallet', 'cash'],
    word: ['Standard', 'Groceries', 'Online', 'Savings', 'Travel', 'Other'],
    note: ['Insufficient funds on account', 'Limit exceeded', 'Name does not agree', 'No answer in time'],
  },
}
const SIDES: Readonly<Record<string, readonly [string, string]>> = {
  de: ['H', 'S'],
  fr: ['Crédit', 'Débit'],
  es: ['+', '-'],
  nl: ['Bij', 'Af'],
}
const CURRENCY: Readonly<Record<string, string>> = { zh: 'CNY', tw: 'TWD', en: 'USD' }

/** A table of a layout: days, sums, balances that add up, numbers, words; the same for the same seed. */
export function tableOf(layout: LabelledLayout, seed: number, rows = 14): string[][] {
  const random = seeded(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  const chinese = layout.locale === 'zh' || layout.locale === 'tw'
  const words = WORDS[chinese ? 'zh' : 'en']!
  const comma = !chinese && layout.locale !== 'en'
  const grouped = random() < 0.3
  const has = (field: Field) => layout.columns.some(column => column.field === field)
  const side = whole(0, 4)
  const [inWord, outWord] = SIDES[layout.locale] ?? [words.in![side]!, words.out![side]!]
  const signed = !has('direction') && (!has('kind') || random() < 0.4)
  const allIn = signed && !has('balance') && random() < 0.6
  const blank = pick(['', '', comma ? '0,00' : '0.00', '-'])
  const dateStyle = whole(0, comma ? 1 : layout.locale === 'en' ? 4 : 3)
  const timeStyle = whole(0, 2)
  const falling = random() < 0.35
  const money = (minor: number): string => {
    const sign = minor < 0 ? '-' : ''
    const [units, cents] = [String(Math.floor(Math.abs(minor) / 100)), String(Math.abs(minor) % 100).padStart(2, '0')]
    const shown = grouped ? units.replace(/\B(?=(\d{3})+$)/g, comma ? '.' : ',') : units
    return `${sign}${shown}${comma ? ',' : '.'}${cents}`
  }
  const day = (days: number): string => {
    const date = new Date(Date.UTC(2025, 2, 1) + days * 86_400_000)
    const [y, m, d] = date.toISOString().slice(0, 10).split('-') as [string, string, string]
    if (comma) return dateStyle === 0 ? `${d}.${m}.${y}` : `${y}-${m}-${d}`
    if (layout.locale === 'tw' && dateStyle === 3) return `${Number(y) - 1911}/${m}/${d}`
    return [`${y}-${m}-${d}`, `${y}${m}${d}`, `${y}/${m}/${d}`, `${y}-${m}-${d}`, `${m}/${d}/${y}`][dateStyle]!
  }
  const clock = (compact = false): string => {
    const parts = [whole(0, 23), whole(0, 59), whole(0, 59)].map(part => String(part).padStart(2, '0'))
    return parts.join(compact ? '' : ':')
  }
  const digits = (length: number): string => Array.from({ length }, () => whole(0, 9)).join('')
  const styles = layout.columns.map(() => whole(0, 3))
  const fixed = layout.columns.map(() => digits(10))
  let balance = whole(50_000, 9_000_000)
  const table: string[][] = []
  for (let row = 0; row < rows; row++) {
    const days = Math.floor((falling ? rows - row : row) * 1.7)
    const out = !allIn && random() < 0.4
    const sum = whole(1, 4) === 1 ? whole(1, 400) * 1_000 : whole(5, 250_000)
    const before = balance
    balance += out ? -sum : sum
    const cell = ({ field, spare, content }: LabelledColumn, column: number): string => {
      const style = styles[column]!
      switch (content) {
        case 'occurred_at':
          if (style === 3 && !comma) return `${day(days).replaceAll('/', '-')}T${clock()}Z`
          return `${/^\d{8}$/.test(day(days)) ? '2025-03-02' : day(days)} ${clock()}`
        case 'date':
        case '-date':
          return day(days + (field === null ? whole(-9, 30) : spare ? whole(0, 2) : 0))
        case 'time':
          return clock(timeStyle === 0)
        case 'amount':
          return money(signed && out ? -sum : sum)
        case 'amount_in':
          return out ? blank : money(sum)
        case 'amount_out':
          return out ? money(sum) : has('amount_in') ? blank : money(sum)
        case 'refund_amount':
          return out || has('refund_no') ? money(Math.floor(sum / 2)) : money(0)
        case 'balance':
          return money(falling ? 20_000_000 - before : balance)
        case 'fee':
          return money(Math.round(sum * 0.006))
        case '-money':
          return style === 0 ? money(0) : money(Math.floor(sum * random() * 1.2))
        case 'direction':
          return out ? outWord : inWord
        case 'kind':
          return out ? words.back![style]! : words.pay![style]!
        case 'status':
          return random() < 0.8 ? words.status![style]! : words.status![6]!
        case 'currency':
          return chinese && style === 0 ? '人民币' : (CURRENCY[layout.locale] ?? 'EUR')
        case 'channel':
          return pick(words.channel!)
        case 'zone':
          return style < 2 ? '+08:00' : 'UTC'
        case 'payer_name':
        case '-name':
          return pick(words.names!)
        case 'payer_account':
          return style === 0
            ? `62${digits(2)}****${digits(4)}`
            : style === 1
              ? `${pick(['li', 'wen', 'amy'])}${digits(3)}@example.com`
              : digits(style === 2 ? 19 : 16)
        case 'merchant_no':
          return style === 0 ? `M${fixed[column]}` : random() < 0.8 ? fixed[column]! : digits(10)
        case 'batch_no':
          return `${style === 0 ? 'B' : ''}2025030${Math.floor(row / 5)}`
        case '-seq':
          return String(row + 1)
        case '-count':
          return String(whole(1, 300))
        case '-rate':
          return (random() * 7).toFixed(4)
        case '-code':
          return style < 2 ? digits(4 + style * 2) : `${pick(['K', 'T', 'A'])}${digits(5)}`
        case '-word':
          return pick(words.word!)
        case '-text':
          return random() < 0.7 ? '' : pick(words.note!)
        case 'description':
          return pick(words.text!)
        default:
          return style === 0
            ? `${pick(['T', 'PX', 'A'])}${digits(14)}`
            : style === 1
              ? `20250301${digits(16)}`
              : digits(style === 2 ? 12 : 28)
      }
    }
    table.push(layout.columns.map(cell))
  }
  return table
}
