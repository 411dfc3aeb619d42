import type { Lang } from '../kernel/failure.ts'
import { exponentOf, formatMinor } from '../kernel/money.ts'
import { DISCREPANCY_KINDS, type Entry, type Flag } from '../matching/entry.ts'
import type { DiscrepancyView, MatchView, Reconciliation } from '../reconciliation/reconciliation.ts'
import { proofOf } from './proof.ts'
import {
  causeName,
  channelName,
  flagNames,
  KINDS,
  kindMeaning,
  kindName,
  passName,
  statusName,
  suggestion,
  type Weight,
} from './words.ts'
import { type Cell, ROWS_PER_SHEET, type Row, type Sheet, writeWorkbook } from './workbook.ts'

export type ReportOptions = {
  readonly lang?: Lang
  /** Times are shown in this zone. Default Asia/Shanghai. */
  readonly zone?: string
  /** For tests: continue on another sheet earlier than Excel must. */
  readonly rowsPerSheet?: number
}

/** The Excel report. Streams the matches; writes to a temporary file beside `path` first, so a report is whole or not there. */
export async function writeReconciliationXlsx(
  result: Reconciliation,
  path: string,
  options: ReportOptions = {},
): Promise<void> {
  const say = saying(options.lang ?? 'zh')
  const clock = clockOf(options.zone ?? 'Asia/Shanghai')
  await writeWorkbook(
    path,
    [
      summarySheet(result, say),
      discrepancySheet(result, say, clock),
      classSheet(result, say),
      matchSheet(result, say),
      rejectedSheet(result, say),
    ],
    options.rowsPerSheet ?? ROWS_PER_SHEET,
  )
}

type Say = { readonly lang: Lang; (zh: string, en: string): string }

function saying(lang: Lang): Say {
  return Object.assign((zh: string, en: string) => (lang === 'zh' ? zh : en), { lang })
}

const money = (minor: number | bigint, currency: string, bold = false): Cell => ({
  decimal: formatMinor(minor, currency),
  decimals: exponentOf(currency),
  bold,
})
const count = (n: number): Cell => ({ decimal: String(n), decimals: 0 })
/** Names that begin with ">" stand over numbers. */
const header = (...names: string[]): Row =>
  names.map(name =>
    name.startsWith('>')
      ? { text: name.slice(1), style: 'header_right' as const }
      : { text: name, style: 'header' as const },
  )

function summarySheet(result: Reconciliation, say: Say): Sheet {
  const { summary } = result
  const rows: Row[] = []
  const section = (name: string) => rows.push([], [{ text: name, style: 'section' }])

  rows.push([{ text: say('抚州支付平台 对账报告', 'Fuzhou Pay: reconciliation report'), style: 'title' }])
  rows.push([
    {
      text: `${say('规则', 'Rules')} ${result.rules} · ${say('平台文件', 'Payments')} ${result.paymentFiles.join(say('、', ', '))}`,
      style: 'faint',
    },
  ])

  section(say('一、笔数与金额', '1. Counts and amounts'))
  rows.push(header(say('项目', 'Item'), say('>笔数', '>Rows'), ...summary.currencies.map(c => `>${c}`)))
  const line = (name: string, rowCount: number, sums: ReadonlyMap<string, bigint>) =>
    rows.push([name, count(rowCount), ...summary.currencies.map(c => money(sums.get(c) ?? 0n, c))])
  line(say('平台记录', 'Platform rows'), summary.payments.count, summary.payments.amount)
  line(say('账单记录', 'Statement rows'), summary.lines.count, summary.lines.amount)
  line(say('已对平（平台记录）', 'Matched (platform rows)'), summary.matched.payments, summary.matched.amount)
  rows.push([say('匹配组数', 'Matched groups'), count(summary.matched.groups)])
  rows.push([say('差错', 'Discrepancies'), count(summary.discrepancies)])

  for (const currency of summary.currencies) {
    const proof = proofOf(summary, currency)
    section(say(`二、资金平衡 ${currency}`, `2. Balance ${currency}`))
    rows.push(header(say('步骤', 'Step'), say('>项数', '>Items'), `>${currency}`))
    rows.push([say('平台净额', 'Platform net'), null, money(proof.paymentsNet, currency)])
    for (const step of proof.steps)
      rows.push(
        step.by === 'matched'
          ? [
              say('加：已匹配的净额差（手续费、容差）', 'plus: matched net differences (fees, tolerance)'),
              null,
              money(step.amount, currency),
            ]
          : [`${say('加：', 'plus: ')}${kindName(step.by, say.lang)}`, count(step.count), money(step.amount, currency)],
      )
    rows.push([
      { text: say('等于：应有的渠道净额', 'equals: channel net to be expected'), style: 'bold' },
      null,
      money(proof.reached, currency, true),
    ])
    rows.push([
      { text: say('渠道净额（账单）', 'Channel net (statements)'), style: 'bold' },
      null,
      money(proof.linesNet, currency, true),
    ])
    rows.push([
      proof.ok
        ? { text: say('✓ 平衡，一分不差', '✓ Balanced to the last unit'), style: 'good' }
        : { text: say('✗ 不平，请勿结账', '✗ Not balanced: do not close'), style: 'bad' },
      null,
      money(proof.linesNet - proof.reached, currency, true),
    ])
  }

  section(say('三、账单文件', '3. Statement files'))
  rows.push(
    header(
      say('文件', 'File'),
      say('>记录数', '>Records'),
      say('>坏行', '>Rejected'),
      say('渠道', 'Channel'),
      say('格式', 'Format'),
      say('编码', 'Encoding'),
      say('能否入账', 'Verdict'),
      'SM3',
    ),
  )
  for (const file of result.statements)
    rows.push([
      file.name,
      count(file.records),
      count(file.rejected),
      channelName(file.channel, say.lang),
      file.format,
      file.encoding,
      { text: verdictName(file.verdict, say), style: file.verdict === 'ready' ? 'good' : 'check' },
      file.sm3 ?? '',
    ])

  section(say('四、账单自带合计的核对', '4. Totals the statements state about themselves'))
  rows.push(
    header(
      say('文件', 'File'),
      say('相符', 'Agrees'),
      say('>文件所写', '>Stated'),
      say('>实际计算', '>Computed'),
      say('合计项', 'Total'),
    ),
  )
  for (const file of result.statements)
    for (const control of file.controls)
      rows.push([
        file.name,
        control.ok ? { text: '✓', style: 'good' } : { text: say('✗ 不符', '✗ differs'), style: 'bad' },
        { text: control.stated, style: 'right' },
        { text: control.computed, style: 'right' },
        control.name,
      ])

  return {
    name: say('汇总', 'Summary'),
    widths: [38, 12, 20, 20, 22, 12, 12, 68],
    head: [],
    rows: [rows],
    freeze: false,
    printColumns: 7,
  }
}

function verdictName(verdict: string, say: Say): string {
  if (verdict === 'ready') return say('可入账', 'ready')
  return verdict === 'rejected' ? say('不可入账', 'rejected') : say('有警告', 'with warnings')
}

function discrepancySheet(result: Reconciliation, say: Say, clock: (row: Entry) => string): Sheet {
  const { lang } = say
  const row = (d: DiscrepancyView, n: number): Row => {
    const ours = d.paymentRows
    const theirs = d.lineRows
    return [
      count(n),
      { text: kindName(d.kind, lang), style: KINDS[d.kind].weight },
      d.kind,
      amountOf(ours),
      amountOf(theirs),
      d.byCurrency
        ? {
            text: Object.entries(d.byCurrency)
              .map(([c, minor]) => `${formatMinor(minor, c)} ${c}`)
              .join('\n'),
            style: 'wrap',
          }
        : money(d.difference, d.currency),
      d.byCurrency ? Object.keys(d.byCurrency).join('/') : d.currency,
      { text: causeName(d.cause, lang), style: 'wrap' },
      { text: d.evidence[lang], style: 'wrap' },
      { text: suggestion(d.kind, d.cause, lang), style: 'wrap' },
      { text: d.payments.join('\n'), style: 'wrap' },
      { text: d.lines.join('\n'), style: 'wrap' },
      distinct([...ours, ...theirs].map(r => r.orderNo)),
      distinct([...ours, ...theirs].map(r => r.tradeNo)),
      distinct([...ours, ...theirs].map(r => r.merchantOrderNo)),
      distinct([...ours, ...theirs].map(r => r.refundNo)),
      distinct([...ours, ...theirs].map(r => channelName(r.channel, lang))),
      distinct(ours.map(r => statusName(r.status, lang))),
      distinct(theirs.map(r => statusName(r.status, lang))),
      distinct(ours.map(clock)),
      distinct(theirs.map(clock)),
      (d.linkedTo ?? []).join('\n'),
      d.cause,
      '',
    ]
  }
  return {
    name: say('差错', 'Discrepancies'),
    widths: [6, 12, 19, 14, 14, 18, 8, 18, 52, 34, 24, 28, 24, 32, 28, 22, 12, 9, 9, 20, 20, 24, 20, 24],
    head: [
      header(
        say('>序号', '>#'),
        say('类别', 'Kind'),
        say('代码', 'Code'),
        say('>平台金额', '>Ours'),
        say('>渠道金额', '>Theirs'),
        say('>差额（渠道−平台）', '>Theirs − ours'),
        say('币种', 'Currency'),
        say('原因', 'Cause'),
        say('依据', 'Evidence'),
        say('建议', 'Next step'),
        say('平台流水号', 'Our rows'),
        say('账单记录', 'Statement rows'),
        say('缴费单号', 'Order no'),
        say('渠道流水号', 'Channel trade no'),
        say('商户订单号', 'Merchant order no'),
        say('退款单号', 'Refund no'),
        say('渠道', 'Channel'),
        say('平台状态', 'Our status'),
        say('渠道状态', 'Their status'),
        say('平台时间', 'Our time'),
        say('渠道时间', 'Their time'),
        say('关联（已匹配的一笔）', 'Linked pair'),
        say('原因代码', 'Cause code'),
        say('处理结果', 'Handled'),
      ),
    ],
    rows: batched(result.discrepancies, row),
    freeze: true,
    printColumns: 12,
  }
}

/** What the rows of one side add up to; where they have several currencies there is no sum. */
function amountOf(rows: readonly Entry[]): Cell {
  const first = rows[0]
  if (!first) return null
  if (rows.some(r => r.currency !== first.currency)) return null
  return money(
    rows.reduce((sum, r) => sum + BigInt(r.amount), 0n),
    first.currency,
  )
}

const distinct = (values: readonly string[]): Cell => ({
  text: [...new Set(values.filter(v => v !== ''))].join('\n'),
  style: 'wrap',
})

function classSheet(result: Reconciliation, say: Say): Sheet {
  const { lang } = say
  const { currencies } = result.summary
  const classes = new Map<
    string,
    { kind: DiscrepancyView['kind']; cause: string; count: number; sums: Map<string, bigint> }
  >()
  for (const d of result.discrepancies) {
    const key = `${d.kind}/${d.cause}`
    const group = classes.get(key) ?? { kind: d.kind, cause: d.cause, count: 0, sums: new Map() }
    group.count++
    for (const [currency, minor] of d.byCurrency ? Object.entries(d.byCurrency) : [[d.currency, d.difference] as const])
      group.sums.set(currency, (group.sums.get(currency) ?? 0n) + BigInt(minor))
    classes.set(key, group)
  }
  const order = (kind: DiscrepancyView['kind']) => DISCREPANCY_KINDS.indexOf(kind)
  const sorted = [...classes.values()].sort(
    (a, b) => order(a.kind) - order(b.kind) || b.count - a.count || (a.cause < b.cause ? -1 : 1),
  )
  const rows: Row[] = sorted.map(group => [
    { text: kindName(group.kind, lang), style: KINDS[group.kind].weight },
    { text: kindMeaning(group.kind, lang), style: 'wrap' },
    causeName(group.cause, lang),
    count(group.count),
    ...currencies.map(c => (group.sums.has(c) ? money(group.sums.get(c) ?? 0n, c) : null)),
    { text: weightName(KINDS[group.kind].weight, say), style: 'wrap' },
    { text: suggestion(group.kind, group.cause, lang), style: 'wrap' },
    group.kind,
    group.cause,
  ])
  return {
    name: say('差错分类', 'By kind and cause'),
    widths: [14, 38, 24, 8, ...currencies.map(() => 16), 16, 44, 20, 22],
    head: [
      header(
        say('类别', 'Kind'),
        say('含义', 'Meaning'),
        say('原因', 'Cause'),
        say('>项数', '>Items'),
        ...currencies.map(c => say(`>差额 ${c}`, `>Difference ${c}`)),
        say('谁来办', 'Needs'),
        say('建议', 'Next step'),
        say('类别代码', 'Kind code'),
        say('原因代码', 'Cause code'),
      ),
    ],
    rows: [rows],
    freeze: true,
  }
}

function weightName(weight: Weight, say: Say): string {
  if (weight === 'act') return say('须人工处理', 'a person to act')
  if (weight === 'check') return say('须人工核对', 'a person to check')
  return weight === 'wait' ? say('等待，不必处理', 'only waiting') : say('备查，不必处理', 'nothing; on record')
}

function matchSheet(result: Reconciliation, say: Say): Sheet {
  const { lang } = say
  let n = 0
  const pass = new Map<string, string>()
  const flags = new Map<readonly Flag[] | string, string>()
  const passOf = (code: MatchView['pass']): string => {
    const known = pass.get(code)
    if (known !== undefined) return known
    const name = passName(code, lang)
    pass.set(code, name)
    return name
  }
  const flagsOf = (codes: readonly Flag[]): string => {
    if (codes.length === 0) return ''
    const key = codes.join()
    const known = flags.get(key)
    if (known !== undefined) return known
    const names = flagNames(codes, lang)
    flags.set(key, names)
    return names
  }
  const row = (m: MatchView): Row => [
    count(++n),
    joined(m.payments),
    joined(m.lines),
    m.orderNo,
    m.channel,
    m.tradeNo,
    m.day,
    money(m.amount, m.currency),
    money(m.amount + m.difference, m.currency),
    money(m.difference, m.currency),
    m.currency,
    passOf(m.pass),
    flagsOf(m.flags),
    m.payments.length === 1 && m.lines.length === 1 ? '1:1' : `${m.payments.length}:${m.lines.length}`,
  ]
  async function* rows(): AsyncGenerator<readonly Row[]> {
    for await (const batch of result.matches()) yield batch.map(row)
  }
  return {
    name: say('匹配', 'Matches'),
    widths: [9, 24, 28, 24, 10, 32, 12, 14, 14, 12, 7, 16, 22, 8],
    head: [
      header(
        say('>序号', '>#'),
        say('平台流水号', 'Our rows'),
        say('账单记录', 'Statement rows'),
        say('缴费单号', 'Order no'),
        say('渠道', 'Channel'),
        say('渠道流水号', 'Channel trade no'),
        say('账期', 'Day'),
        say('>平台金额', '>Ours'),
        say('>渠道金额', '>Theirs'),
        say('>差额', '>Difference'),
        say('币种', 'Currency'),
        say('匹配依据', 'Matched by'),
        say('标记', 'Flags'),
        say('笔数比', 'Rows'),
      ),
    ],
    rows: rows(),
    freeze: true,
  }
}

const joined = (ids: readonly string[]): string => (ids.length === 1 ? (ids[0] ?? '') : ids.join(' '))

function rejectedSheet(result: Reconciliation, say: Say): Sheet {
  const row = (d: DiscrepancyView): Row => {
    const id = d.lines[0] ?? ''
    const problem = d.problem
    return [
      id,
      problem?.record == null ? '' : count(problem.record),
      problem?.line == null ? '' : count(problem.line),
      problem?.column ?? '',
      { text: causeName(problem?.code ?? d.cause, say.lang), style: 'check' },
      { text: problem ? problem[say.lang] : d.evidence[say.lang], style: 'wrap' },
      problem?.code ?? d.cause,
    ]
  }
  return {
    name: say('坏行', 'Rejected lines'),
    widths: [32, 10, 12, 20, 22, 80, 24],
    head: [
      header(
        say('账单记录', 'Statement row'),
        say('>第几条', '>Record'),
        say('>文件第几行', '>Line in file'),
        say('列', 'Column'),
        say('问题', 'Problem'),
        say('说明', 'What is wrong'),
        say('代码', 'Code'),
      ),
    ],
    rows: batched(
      result.discrepancies.filter(d => d.kind === 'rejected_line'),
      row,
    ),
    freeze: true,
  }
}

function* batched<T>(items: readonly T[], row: (item: T, n: number) => Row): Generator<readonly Row[]> {
  for (let i = 0; i < items.length; i += 1000) yield items.slice(i, i + 1000).map((item, k) => row(item, i + k + 1))
}

/** "2026-11-20 08:11:02" in the zone; the day alone where the source has no time. */
export function clockOf(zone: string): (row: Pick<Entry, 'at' | 'day'>) => string {
  return row =>
    row.at === null
      ? row.day
      : Temporal.Instant.fromEpochMilliseconds(row.at)
          .toZonedDateTimeISO(zone)
          .toPlainDateTime()
          .toString({ smallestUnit: 'second' })
          .replace('T', ' ')
}
