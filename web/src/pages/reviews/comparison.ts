import { ACTIONS } from '../../../../src/discrepancies/actions.ts'
import { exponentOf, formatMinor } from '../../../../src/kernel/money.ts'
import type { Both } from '../../shell/both.ts'

/** What stands before and after, as a person reads it. Pure. */

export type Cell =
  | { readonly kind: 'text'; readonly text: Both }
  | { readonly kind: 'money'; readonly amount: string; readonly currency: string }
  | { readonly kind: 'when'; readonly at: string }
  | { readonly kind: 'list'; readonly items: readonly Both[] }
  | { readonly kind: 'none' }

export type ComparedField = {
  readonly name: Both
  readonly before: Cell
  readonly after: Cell
  readonly differs: boolean
}

const both = (zh: string, en: string): Both => ({ zh, en })
const plain = (text: string): Both => ({ zh: text, en: text })

/** Names of the fields that kinds of reviews show. */
const FIELD_NAMES: Readonly<Record<string, Both>> = {
  state: both('状态', 'State'),
  remaining: both('剩余可退', 'What remains'),
  confirmed: both('确认方式', 'Confirmed as'),
  action: both('处理方式', 'Action'),
  true_cause: both('认定的原因', 'Cause as it turned out'),
  rows: both('记录数', 'Rows'),
  difference: both('差额', 'Difference'),
  readable: both('可入账记录', 'Readable records'),
  left_out: both('不入账的坏行', 'Records left out'),
  version: both('规则版本', 'Version of the rules'),
  from_day: both('起用账期', 'From the business day'),
  document: both('规则内容', 'Document'),
  figures: both('检验结果', 'Figures of the gate'),
  gate_id: both('检验编号', 'Gate'),
  role: both('角色', 'Role'),
  departments: both('部门', 'Departments'),
  merchants: both('收费单位', 'Merchants'),
  channels: both('渠道', 'Channels'),
  name_zh: both('中文名称', 'Chinese name'),
  name_en: both('英文名称', 'English name'),
  permissions: both('权限', 'Permissions'),
  accepted: both('接受的差异', 'Differences accepted'),
  matched: both('对平笔数', 'Matched'),
  discrepancies: both('差错件数', 'Discrepancies'),
}

const WORDS: Readonly<Record<string, Readonly<Record<string, Both>>>> = {
  state: {
    open: both('未结', 'Open'),
    waived: both('已豁免', 'Waived'),
    resolved: both('结案', 'Resolved'),
    waiting: both('等待账单', 'Waiting for its statement'),
    settling: both('对账中', 'Being reconciled'),
    provisional: both('已对账，待关账', 'Reconciled, not closed'),
    closed: both('关账', 'Closed'),
    booked: both('入账', 'Booked'),
    held: both('暂存待定', 'Held'),
    received: both('到账', 'Received'),
    received_differs: both('到账不符', 'Received, differs'),
    funds_differ: both('资金账单不符', 'Bills differ'),
    funds_agree: both('账单一致', 'Bills agree'),
    overdue: both('到账超时', 'Overdue'),
    expected: both('等待账单', 'Expected'),
  },
  confirmed: { plain: both('快速确认', 'Confirmed'), anomalous: both('带疑点确认', 'Confirmed in spite of doubts') },
  action: ACTIONS,
}

/** Whole numbers of minor units, where the review has a currency. */
const MINOR: ReadonlySet<string> = new Set(['difference'])
const MONEY_TEXT: ReadonlySet<string> = new Set(['remaining'])
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/

export type Context = {
  readonly currency: string | null
  /** Names of codes that only the platform knows: causes, permissions, channels. */
  readonly nameOf: (field: string, code: string) => Both | undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One of several: a code, or a difference `{ code, amount }` in minor units. */
function itemOf(value: unknown, named: (code: string) => Both, currency: string | null): Both {
  if (!isRecord(value)) return named(String(value))
  const { code, amount } = value
  if (typeof code !== 'string' || typeof amount !== 'number') return plain(JSON.stringify(value))
  const { zh, en } = named(code)
  const money = formatMinor(amount, currency ?? 'CNY')
  return { zh: `${zh} ${money}`, en: `${en} ${money}` }
}

function cellOf(field: string, value: unknown, { currency, nameOf }: Context): Cell {
  if (value === undefined || value === null || value === '') return { kind: 'none' }
  const named = (code: string): Both => nameOf(field, code) ?? WORDS[field]?.[code] ?? plain(code)
  if (typeof value === 'number' && MINOR.has(field) && currency !== null && Number.isSafeInteger(value))
    return { kind: 'money', amount: formatMinor(value, currency), currency }
  if (typeof value === 'string' && MONEY_TEXT.has(field))
    return { kind: 'money', amount: value, currency: currency ?? 'CNY' }
  if (typeof value === 'string' && INSTANT.test(value)) return { kind: 'when', at: value }
  if (typeof value === 'boolean') return { kind: 'text', text: value ? both('是', 'Yes') : both('否', 'No') }
  if (Array.isArray(value))
    return value.length === 0
      ? { kind: 'none' }
      : { kind: 'list', items: value.map(each => itemOf(each, named, currency)) }
  if (isRecord(value))
    return {
      kind: 'list',
      items: Object.entries(value).map(([name, each]) => {
        const title = FIELD_NAMES[name] ?? plain(name)
        const said = typeof each === 'object' ? JSON.stringify(each) : String(each)
        return { zh: `${title.zh}：${said}`, en: `${title.en}: ${said}` }
      }),
    }
  return { kind: 'text', text: named(String(value)) }
}

/** Fields of both sides in the order in which they were given; null where there is nothing to compare. */
export function comparedFields(before: unknown, after: unknown, context: Context): ComparedField[] {
  const [a, b] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].map(field => ({
    name: FIELD_NAMES[field] ?? plain(field),
    before: cellOf(field, a[field], context),
    after: cellOf(field, b[field], context),
    differs: JSON.stringify(a[field] ?? null) !== JSON.stringify(b[field] ?? null),
  }))
}

/** Facts whose value is a sentence in both languages, one after the other. */
const IN_BOTH: ReadonlySet<string> = new Set(['Evidence', 'Action', 'Why', 'Doubt'])

/** "差额不为零 There is a difference": Chinese until its last sign, then English; as it is when it is not of that form. */
function bothOf(value: string): Both {
  const [, zh, en] = /^(.*[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) ([^\u4e00-\u9fff]+)$/s.exec(value) ?? []
  return zh === undefined || en === undefined ? plain(value) : both(zh, en)
}

/** Codes that stand in facts, in the words of the field. */
const FACT_CODES: Readonly<Record<string, Readonly<Record<string, Both>>>> = {
  State: {
    waiting: both('待对账', 'Waiting'),
    matched: both('已匹配', 'Matched'),
    in_transit: both('在途', 'In transit'),
    discrepancy: both('有差错', 'In a discrepancy'),
    confirmed: both('已确认', 'Confirmed'),
    reconciled: both('已对账', 'Reconciled'),
  },
  'Matched by': {
    trade_no: both('渠道交易号', 'The channel’s number'),
    refund_no: both('退款单号', 'The refund’s number'),
    merchant_order_no: both('商户订单号', 'The merchant order number'),
    order_no: both('缴费单号', 'The order number'),
    similar_no: both('近似号码', 'A similar number'),
    batch_no: both('批次号', 'The batch'),
    day_total: both('当日合计', 'The day’s total'),
    amount_time: both('金额与时间', 'Amount and time'),
    subset_sum: both('金额组合', 'A sum of amounts'),
    agreed_absent: both('两边均未成功', 'Neither side succeeded'),
    by_hand: both('手工匹配', 'By hand'),
  },
}

/** The words of a fact: "5 amount_mismatch", "alipay/main 2026-11-27" and the like are codes of the platform. */
function factWords(name: string, value: string, nameOf: Context['nameOf']): Both {
  if (IN_BOTH.has(name)) return bothOf(value)
  const [, number, kind = ''] = /^(\d+) ([a-z_]+)$/.exec(value) ?? []
  const kindWords = nameOf('kind', kind)
  if (number !== undefined && kindWords) return both(`${kindWords.zh} ${number}`, `${kindWords.en} ${number}`)
  const [, channel = '', rest = ''] = /^([a-z]+)((?:\/\S+)?(?: \d{4}-\d{2}-\d{2})?)$/.exec(value) ?? []
  const channelWords = nameOf('channel', channel)
  if (channelWords) {
    const after = rest.replace('/', ' ')
    return both(`${channelWords.zh}${after}`, `${channelWords.en}${after}`)
  }
  return FACT_CODES[name]?.[value] ?? plain(value)
}

/** A fact's value by the fact's English name: an instant as one, an amount as one, anything else in words. */
export function factCell(name: string, value: string, nameOf: Context['nameOf']): Cell {
  if (value === '') return { kind: 'none' }
  if (INSTANT.test(value)) return { kind: 'when', at: value }
  const money = /^(-?\d+\.\d+) ([A-Z]{3})$/.exec(value)
  if (money?.[1] && money[2] && (money[1].split('.')[1] ?? '').length === exponentOf(money[2]))
    return { kind: 'money', amount: money[1], currency: money[2] }
  return { kind: 'text', text: factWords(name, value, nameOf) }
}

export type Standing = {
  readonly state: string
  readonly mine: boolean
  readonly mayDecide: boolean
  /** Its time is over. */
  readonly late: boolean
  readonly mayReview: boolean
  /** The kind's own permission, by its meaning; null: he holds it. */
  readonly lacks: Both | null
}

/** Why the reader cannot decide; null: he can, or nothing is open any more. */
export function whyNot(of: Standing): Both | null {
  if (of.state !== 'open' || of.mayDecide) return null
  if (of.mine)
    return both(
      '这是您本人提交的申请，须由另一人复核；您可以撤回',
      'You asked for this yourself: another person must decide. You may withdraw it',
    )
  if (of.late) return both('已过复核时限，须由申请人重新申请', 'Its time is over: it must be asked for anew')
  if (!of.mayReview)
    return both('您的角色只能查看复核，不能作出复核', 'Your role sees reviews, and does not decide them')
  if (of.lacks)
    return both(
      `您没有“${of.lacks.zh}”的权限，请由有此权限的同事复核`,
      `You lack the permission "${of.lacks.en}": a colleague who holds it must decide`,
    )
  return both(
    '它不在您的收费单位或渠道范围内，请由范围内的同事复核',
    'It lies outside of the merchants or channels you were given: a colleague must decide',
  )
}
