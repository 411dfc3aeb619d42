import type { Lang } from '../kernel/failure.ts'
import { exponentOf, formatMinor } from '../kernel/money.ts'
import { DISCREPANCY_KINDS } from '../matching/entry.ts'
import { localText, type Reader } from './cells.ts'
import type { Content } from './content.ts'
import { type DayReport, matchRate, stepName } from './daily.ts'
import { channelName, dayStateName } from './datasets/shared.ts'
import type { Paper } from './paper.ts'
import type { Cell, Row, Sheet } from './workbook.ts'

/** The daily report as a sheet and on paper: the overview, then each day's addition step by step. */

const money = (minor: bigint, currency: string, bold = false): Cell => ({
  decimal: formatMinor(minor, currency),
  decimals: exponentOf(currency),
  bold,
})
const count = (rows: number): Cell => ({ decimal: String(rows), decimals: 0 })

const overviewTitles = (lang: Lang): readonly string[] =>
  lang === 'zh'
    ? [
        '渠道',
        '渠道账户',
        '币种',
        '状态',
        '>平台笔数',
        '>平台净额',
        '>渠道笔数',
        '>渠道净额',
        '>对平率 %',
        '平衡',
        '关账时间',
        '关账人',
      ]
    : [
        'Channel',
        'Account',
        'Currency',
        'State',
        '>Our rows',
        '>Our net',
        '>Their rows',
        '>Their net',
        '>Matched %',
        'Proof',
        'Closed at',
        'Closed by',
      ]
const OVERVIEW_WIDTHS = [38, 14, 14, 14, 12, 18, 12, 18, 10, 12, 20, 16]

function overviewRow(day: DayReport, lang: Lang, zone: string): Row {
  const rate = matchRate(day)
  return [
    channelName(day.channel, lang),
    day.account,
    day.currency,
    dayStateName(day.state, lang),
    count(day.ours.rows),
    money(day.ours.amount, day.currency),
    count(day.theirs.rows),
    money(day.theirs.amount, day.currency),
    rate === null ? null : { decimal: rate, decimals: 2 },
    verdict(day, lang),
    day.closedAt ? localText(day.closedAt, zone) : null,
    day.closedBy,
  ]
}

const verdict = ({ ok, state }: DayReport, lang: Lang): Cell => {
  if (state === 'waiting') return { text: lang === 'zh' ? '待账单' : 'no statement', style: 'faint' }
  if (ok) return { text: lang === 'zh' ? '✓ 平衡' : '✓ balanced', style: 'good' }
  return { text: lang === 'zh' ? '✗ 不平' : '✗ not balanced', style: 'bad' }
}

/** The addition, line by line. */
function waterfall(day: DayReport, lang: Lang): Row[] {
  const { currency } = day
  const strong = (zh: string, en: string): Cell => ({ text: lang === 'zh' ? zh : en, style: 'bold' })
  return [
    [lang === 'zh' ? '平台净额' : 'Our net', count(day.ours.rows), money(day.ours.amount, currency)],
    ...day.steps.map(step => [stepName(step, lang), count(step.rows), money(step.amount, currency)]),
    [strong('等于：应有的渠道净额', 'equals: their net to be expected'), null, money(day.reached, currency, true)],
    [
      strong('渠道净额（账单）', 'Their net by the statement'),
      count(day.theirs.rows),
      money(day.theirs.amount, currency, true),
    ],
    [verdict(day, lang), null, money(day.theirs.amount - day.reached, currency, true)],
  ]
}

const heading = (day: DayReport, lang: Lang): string =>
  `${lang === 'zh' ? '资金平衡' : 'Balance'}  ${channelName(day.channel, lang)} ${day.account} ${day.currency}`

const header = (titles: readonly string[]): Row =>
  titles.map(title => ({
    text: title.replace('>', ''),
    style: title.startsWith('>') ? ('header_right' as const) : ('header' as const),
  }))

const stepTitles = (lang: Lang): readonly string[] =>
  lang === 'zh' ? ['步骤', '>笔数', '>金额'] : ['Step', '>Rows', '>Amount']

export function dailySheet(days: readonly DayReport[], date: string, lang: Lang, zone: string): Sheet {
  const rows: Row[] = [
    [{ text: lang === 'zh' ? `对账日报 ${date}` : `Daily reconciliation ${date}`, style: 'title' }],
    [],
    header(overviewTitles(lang)),
    ...days.map(day => overviewRow(day, lang, zone)),
  ]
  for (const day of days)
    rows.push([], [{ text: heading(day, lang), style: 'section' }], header(stepTitles(lang)), ...waterfall(day, lang))
  return {
    name: lang === 'zh' ? '日报' : 'Daily',
    widths: OVERVIEW_WIDTHS,
    head: [],
    rows: [rows],
    freeze: false,
    printColumns: OVERVIEW_WIDTHS.length,
  }
}

export function dailyPaper(paper: Paper, days: readonly DayReport[], { lang, zone }: Reader): void {
  if (days.length === 0)
    return paper.note(lang === 'zh' ? '这一天没有您能查看的账期' : 'There is no day that you may see')
  const columns = (titles: readonly string[], weights: readonly number[]) =>
    titles.map((title, i) => ({
      title: title.replace('>', ''),
      weight: weights[i] ?? 10,
      right: title.startsWith('>'),
    }))
  const put = paper.table(columns(overviewTitles(lang), [12, ...OVERVIEW_WIDTHS.slice(1)]))
  for (const day of days) put(overviewRow(day, lang, zone))
  for (const day of days) {
    paper.heading(heading(day, lang), 14 * (day.steps.length + 5))
    const line = paper.table(columns(stepTitles(lang), [40, 12, 20]), 420)
    for (const cells of waterfall(day, lang)) line(cells)
  }
}

const NOT_IN_TRANSIT = DISCREPANCY_KINDS.filter(kind => kind !== 'in_transit')

/** What follows the proof: discrepancies, what is in transit, and the matches where they are wanted. */
export function dailyContents(date: string, matches: boolean, lang: Lang): { title: string; content: Content }[] {
  const day = { date: { from: date, to: date } }
  const shown = (...fields: string[]): Content['columns'] => fields.map(field => ({ field }))
  const of = (filters: Content['filters'], columns: Content['columns']): Content => ({
    dataset: 'discrepancies',
    columns,
    filters: { ...day, ...filters },
    group: [],
    order: [],
  })
  const evidence = lang === 'zh' ? 'evidence_zh' : 'evidence_en'
  const parts = [
    {
      title: lang === 'zh' ? '差错' : 'Discrepancies',
      content: of(
        { kind: NOT_IN_TRANSIT, state: ['open', 'waived', 'resolved'] },
        shown(
          'discrepancy_id',
          'channel',
          'merchant_name',
          'kind',
          'cause',
          'difference',
          'currency',
          evidence,
          'state',
          'owner',
          'reason',
        ),
      ),
    },
    {
      title: lang === 'zh' ? '在途' : 'In transit',
      content: of(
        { kind: ['in_transit'], state: ['open'] },
        shown(
          'discrepancy_id',
          'channel',
          'account',
          'merchant_name',
          'cause',
          'difference',
          'currency',
          evidence,
          'order_nos',
        ),
      ),
    },
  ]
  if (!matches) return parts
  const items: Content = {
    dataset: 'items',
    columns: shown(
      'order_no',
      'payment_no',
      'channel_trade_no',
      'kind',
      'channel',
      'merchant_name',
      'occurred_at',
      'amount',
      'currency',
      'state',
    ),
    filters: { ...day, state: ['reconciled', 'matched', 'confirmed'] },
    group: [],
    order: [],
  }
  return [...parts, { title: lang === 'zh' ? '已对平' : 'Matches', content: items }]
}
