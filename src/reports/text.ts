import type { Lang } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { DiscrepancyKind, Entry, Flag } from '../matching/entry.ts'
import type { DiscrepancyView, Reconciliation } from '../reconciliation/reconciliation.ts'
import { cut, cutFront, grouped, padEnd, padStart, signed, widthOf, wrap } from './layout.ts'
import { proofOf } from './proof.ts'
import {
  causeName,
  channelName,
  entryKindName,
  FLAGS,
  KINDS,
  kindMeaning,
  kindName,
  statusName,
  suggestion,
  type Weight,
} from './words.ts'
import { clockOf } from './xlsx.ts'

export type TextOptions = {
  readonly color?: boolean
  /** Items shown of each kind; the rest is counted. Default 5. */
  readonly perKind?: number
  /** How many matches carry each flag, where that is known (`tallyFlags`). */
  readonly flags?: ReadonlyMap<Flag, number>
  readonly zone?: string
}

/** How many matches carry each flag. Reads all matches once. */
export async function tallyFlags(result: Reconciliation): Promise<Map<Flag, number>> {
  const tally = new Map<Flag, number>()
  for await (const batch of result.matches())
    for (const match of batch) for (const flag of match.flags) tally.set(flag, (tally.get(flag) ?? 0) + 1)
  return tally
}

const WIDTH = 100
/** Rows of one discrepancy that are written out; a batch of hundreds is counted. */
const ROWS_SHOWN = 4

/** The report as a person reads it in a terminal: at most 100 columns, most important first. */
export function renderReconciliation(result: Reconciliation, lang: Lang, options: TextOptions = {}): string {
  const page = new Page(options.color ?? false)
  const say = (zh: string, en: string) => (lang === 'zh' ? zh : en)
  headline(page, result, say, lang, options.flags)
  balance(page, result, say, lang)
  kinds(page, result, say, lang)
  details(page, result, say, lang, options)
  files(page, result, say, lang)
  return page.text()
}

type Say = (zh: string, en: string) => string

type Paint = 'bold' | 'faint' | 'red' | 'yellow' | 'green' | 'blue'
const ANSI: Readonly<Record<Paint, readonly [number, number]>> = {
  bold: [1, 22],
  faint: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  blue: [34, 39],
}
const BY_WEIGHT: Readonly<Record<Weight, Paint>> = { act: 'red', check: 'yellow', wait: 'blue', note: 'faint' }

class Page {
  readonly #lines: string[] = []
  readonly #color: boolean

  constructor(color: boolean) {
    this.#color = color
  }

  paint(text: string, paint: Paint): string {
    return this.#color ? `\u001b[${ANSI[paint][0]}m${text}\u001b[${ANSI[paint][1]}m` : text
  }

  line(text = ''): void {
    this.#lines.push(text.trimEnd())
  }

  section(title: string): void {
    this.line()
    this.line(this.paint(title, 'bold'))
  }

  /** A paragraph after a label, its further lines under the first. */
  labelled(indent: number, label: string, text: string, paint?: Paint): void {
    const left = indent + widthOf(label) + 2
    wrap(plain(text), WIDTH - left).forEach((piece, i) => {
      const written = paint ? this.paint(piece, paint) : piece
      this.line(
        `${' '.repeat(indent)}${i === 0 ? `${this.paint(label, 'faint')}  ` : ' '.repeat(widthOf(label) + 2)}${written}`,
      )
    })
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

/** Text out of a file must not steer the terminal. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, ' ')

const amount = (minor: number | bigint, currency: string): string => grouped(formatMinor(minor, currency))
const difference = (minor: number | bigint, currency: string): string => signed(amount(minor, currency))
const number = (n: number): string => grouped(String(n))

function headline(page: Page, result: Reconciliation, say: Say, lang: Lang, flags: TextOptions['flags']): void {
  const { summary } = result
  const several = summary.currencies.length > 1
  page.line(page.paint(say('抚州支付平台 · 对账结果', 'Fuzhou Pay · reconciliation'), 'bold'))
  page.line(page.paint('-'.repeat(WIDTH), 'faint'))

  const heads = [say('笔数', 'Rows'), ...summary.currencies.map(c => say(`净额 ${c}`, `Net ${c}`))]
  const rows: [string, string[]][] = [
    [
      say('平台记录', 'Platform'),
      [number(summary.payments.count), ...summary.currencies.map(c => amount(summary.payments.amount.get(c) ?? 0n, c))],
    ],
    [
      say('渠道账单', 'Statements'),
      [number(summary.lines.count), ...summary.currencies.map(c => amount(summary.lines.amount.get(c) ?? 0n, c))],
    ],
    [
      say('已对平', 'Matched'),
      [
        number(summary.matched.payments),
        ...summary.currencies.map(c => amount(summary.matched.amount.get(c) ?? 0n, c)),
      ],
    ],
  ]
  page.line(
    `  ${padEnd('', 12)}${heads.map((text, i) => padStart(page.paint(text, 'faint'), i === 0 ? 12 : 22)).join('')}`,
  )
  for (const [name, values] of rows)
    page.line(`  ${padEnd(name, 12)}${values.map((text, i) => padStart(text, i === 0 ? 12 : 22)).join('')}`)
  page.line()

  const matched = share(summary.matched.payments, summary.payments.count)
  page.line(
    `  ${say(
      `平台 ${number(summary.payments.count)} 笔中 ${number(summary.matched.payments)} 笔对平（${matched}），差错 ${number(summary.discrepancies)} 项。`,
      `${number(summary.matched.payments)} of ${number(summary.payments.count)} platform rows matched (${matched}); ${number(summary.discrepancies)} discrepancies.`,
    )}`,
  )
  const people = byWeight(result)
  const parts = [
    [people.act, say('项须人工处理', 'need action'), 'red'],
    [people.check, say('项须人工核对', 'need checking'), 'yellow'],
    [people.wait, say('项在途等待', 'only wait'), 'blue'],
    [people.note, say('项仅备查', 'are on record only'), 'faint'],
  ] as const
  const todo = parts.filter(([n]) => n > 0).map(([n, words, paint]) => page.paint(`${number(n)} ${words}`, paint))
  if (todo.length > 0) page.line(`  ${say('其中 ', 'Of these ')}${todo.join(say('，', ', '))}${say('。', '.')}`)
  const told = flags
    ? [...flags].sort(([a], [b]) => (a === 'needs_confirmation' ? -1 : b === 'needs_confirmation' ? 1 : a < b ? -1 : 1))
    : []
  if (told.length > 0)
    page.labelled(
      2,
      say('已匹配中', 'Among the matches'),
      told.map(([flag, n]) => `${FLAGS[flag][lang]} ${number(n)}`).join(say('，', ', ')),
    )
  const failed = [...summary.balance].filter(([, b]) => !b.ok).map(([c]) => c)
  if (failed.length === 0)
    page.line(
      `  ${page.paint(say(`✓ 资金平衡${several ? '（各币种）' : ''}，一分不差。`, `✓ The balance is proven to the last unit${several ? ' in each currency' : ''}.`), 'green')}`,
    )
  else
    page.line(
      `  ${page.paint(say(`✗ 资金不平（${failed.join('、')}）：请勿结账，先查明原因。`, `✗ Not balanced (${failed.join(', ')}): do not close before the reason is known.`), 'red')}`,
    )
}

/** Never "100.0%" while something is open. */
function share(part: number, whole: number): string {
  if (whole === 0) return '—'
  const tenths = Math.floor((part * 1000) / whole)
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`
}

function byWeight(result: Reconciliation): Record<Weight, number> {
  const tally: Record<Weight, number> = { act: 0, check: 0, wait: 0, note: 0 }
  for (const [kind, { count }] of result.summary.byKind) tally[KINDS[kind].weight] += count
  return tally
}

function balance(page: Page, result: Reconciliation, say: Say, lang: Lang): void {
  for (const currency of result.summary.currencies) {
    const proof = proofOf(result.summary, currency)
    page.section(say(`资金平衡 ${currency}`, `Balance ${currency}`))
    const row = (sign: string, name: string, items: string, minor: bigint) =>
      `  ${sign} ${padEnd(name, 40)}${padStart(items, 10)}${padStart(amount(minor, currency), 22)}`
    page.line(row(' ', say('平台净额', 'Platform net'), '', proof.paymentsNet))
    for (const step of proof.steps)
      page.line(
        row(
          '+',
          step.by === 'matched'
            ? say('已匹配的净额差（手续费、容差）', 'Matched net differences (fees)')
            : kindName(step.by, lang),
          step.by === 'matched' ? '' : say(`${number(step.count)} 项`, number(step.count)),
          step.amount,
        ),
      )
    page.line(`    ${'-'.repeat(72)}`)
    if (proof.ok) {
      page.line(
        `${row('=', say('渠道净额', 'Channel net'), '', proof.linesNet)}  ${page.paint(say('✓ 与账单一致', '✓ as stated'), 'green')}`,
      )
    } else {
      page.line(row('=', say('应有的渠道净额', 'Channel net to be expected'), '', proof.reached))
      page.line(row(' ', say('账单上的渠道净额', 'Channel net in the statements'), '', proof.linesNet))
      page.line(page.paint(row('✗', say('解释不了的差额', 'Not explained'), '', proof.linesNet - proof.reached), 'red'))
    }
  }
}

function kinds(page: Page, result: Reconciliation, say: Say, lang: Lang): void {
  const { summary } = result
  if (summary.discrepancies === 0) {
    page.section(say('没有差错', 'No discrepancies'))
    return
  }
  page.section(say('差错分类', 'Discrepancies by kind'))
  const nameWidth = lang === 'zh' ? 12 : 18
  page.line(
    page.paint(
      `  ${padEnd(say('类别', 'Kind'), nameWidth)}${padStart(say('项数', 'Items'), 6)}${padStart(say('差额（渠道 − 平台）', 'Theirs − ours'), 22)}   ${say('含义', 'Meaning')}`,
      'faint',
    ),
  )
  for (const [kind, { count, difference: sums }] of summary.byKind) {
    const told = [...sums].filter(([, minor]) => minor !== 0n)
    const shown = told.length > 0 ? told : [[summary.currencies[0] ?? 'CNY', 0n] as const]
    shown.forEach(([currency, minor], i) => {
      const tag = summary.currencies.length > 1 ? ` ${currency}` : ''
      const left =
        i === 0
          ? `${page.paint(padEnd(kindName(kind, lang), nameWidth), BY_WEIGHT[KINDS[kind].weight])}${padStart(number(count), 6)}`
          : ' '.repeat(nameWidth + 6)
      const meaning =
        kind === 'fee_mismatch'
          ? say('本金一致，只差手续费（不入资金平衡）', 'fees only (not part of the balance)')
          : kindMeaning(kind, lang)
      page.line(`  ${left}${padStart(difference(minor, currency) + tag, 22)}   ${i === 0 ? meaning : ''}`)
    })
  }
}

function details(page: Page, result: Reconciliation, say: Say, lang: Lang, options: TextOptions): void {
  const perKind = options.perKind ?? 5
  const clock = clockOf(options.zone ?? 'Asia/Shanghai')
  const groups = new Map<DiscrepancyKind, DiscrepancyView[]>()
  for (const d of result.discrepancies) {
    const group = groups.get(d.kind)
    if (group) group.push(d)
    else groups.set(d.kind, [d])
  }
  let n = 0
  for (const [kind, group] of groups) {
    page.section(
      `${page.paint(kindName(kind, lang), BY_WEIGHT[KINDS[kind].weight])}  ${page.paint(say(`${number(group.length)} 项 · ${kind}`, `${number(group.length)} · ${kind}`), 'faint')}`,
    )
    /** Where each next step was written out in this kind. */
    const told = new Map<string, number>()
    for (const d of group.slice(0, perKind)) {
      n++
      const gap = d.byCurrency
        ? Object.entries(d.byCurrency)
            .map(([c, minor]) => `${difference(minor, c)} ${c}`)
            .join(say('，', ', '))
        : difference(d.difference, d.currency)
      const label = kind === 'fee_mismatch' ? say('手续费差', 'fee difference') : say('差额', 'difference')
      page.line(
        `  ${padStart(String(n), 3)}  ${causeName(d.cause, lang)}${gap === amount(0, d.currency) ? '' : `  ${label} ${page.paint(gap, 'bold')}`}`,
      )
      rows(page, say('平台', 'ours  '), d.payments, d.paymentRows, clock, say, lang)
      rows(page, say('渠道', 'theirs'), d.lines, d.lineRows, clock, say, lang)
      page.labelled(7, say('依据', 'why   '), d.problem ? d.problem[lang] : d.evidence[lang])
      const next = suggestion(kind, d.cause, lang)
      const before = told.get(next)
      if (before === undefined) page.labelled(7, say('建议', 'next  '), next, 'bold')
      else page.labelled(7, say('建议', 'next  '), say(`同第 ${before} 项`, `as for ${before}`))
      if (before === undefined) told.set(next, n)
    }
    if (group.length > perKind)
      page.line(
        page.paint(
          `       ${say(`另有 ${number(group.length - perKind)} 项，见 Excel 报告（--report）或 --json`, `and ${number(group.length - perKind)} more: see the Excel report (--report) or --json`)}`,
          'faint',
        ),
      )
    n += Math.max(0, group.length - perKind)
  }
}

/** One row of either book a line: its id, its best number, its time, its amount. */
function rows(
  page: Page,
  side: string,
  ids: readonly string[],
  entries: readonly Entry[],
  clock: (row: Entry) => string,
  say: Say,
  lang: Lang,
): void {
  const tell = (id: string, label: string, entry: Entry | undefined) => {
    if (!entry) return page.line(`       ${page.paint(label, 'faint')}  ${plain(id)}`)
    const state = [
      entry.kind === 'refund' ? entryKindName('refund', lang) : '',
      entry.status === 'success' ? '' : statusName(entry.status, lang),
    ].filter(word => word !== '')
    const number = [plain(bestNumber(entry)), ...state].join(' ')
    const money = `${amount(entry.amount, entry.currency)}${entry.currency === 'CNY' ? '' : ` ${entry.currency}`}`
    page.line(
      `       ${page.paint(label, 'faint')}  ${padEnd(cutFront(plain(id), 26), 26)} ${padEnd(cut(number, 28), 28)} ` +
        `${padEnd(clock(entry).slice(5), 14)} ${padStart(money, 13)}`,
    )
  }
  ids.slice(0, ROWS_SHOWN).forEach((id, i) => {
    tell(id, i === 0 ? side : ' '.repeat(widthOf(side)), entries[i])
  })
  if (ids.length > ROWS_SHOWN)
    page.line(
      page.paint(
        `       ${' '.repeat(widthOf(side))}  ${say(`… 共 ${number(ids.length)} 行`, `… ${number(ids.length)} rows in all`)}`,
        'faint',
      ),
    )
}

const bestNumber = (entry: Entry): string =>
  entry.orderNo || entry.merchantOrderNo || entry.refundNo || entry.tradeNo || entry.batchNo || ''

function files(page: Page, result: Reconciliation, say: Say, lang: Lang): void {
  page.section(say('文件', 'Files'))
  page.line(
    `  ${say('平台', 'Platform')}  ${result.paymentFiles.join(say('、', ', '))}${page.paint(say(`    规则 ${result.rules}`, `    rules ${result.rules}`), 'faint')}`,
  )
  for (const file of result.statements) {
    const failed = file.controls.filter(control => !control.ok)
    const good = failed.length === 0 && file.rejected === 0
    const name = padEnd(cutFront(file.name, 40), 40)
    const count = `${padStart(number(file.records), 9)} ${say('条', 'records')}`
    const notes = [
      ...(file.rejected > 0 ? [say(`坏行 ${number(file.rejected)}`, `${number(file.rejected)} rejected`)] : []),
      ...(file.controls.length === 0 ? [say('没有自带合计', 'no totals')] : []),
      ...(file.controls.length > 0 && failed.length === 0
        ? [say(`自带合计 ${file.controls.length} 项相符`, `${file.controls.length} totals agree`)]
        : []),
    ]
    const mark = page.paint(good ? '✓' : '!', good ? 'green' : 'yellow')
    page.line(
      `  ${mark} ${name} ${padEnd(channelName(file.channel, lang), 10)}${count}  ${notes.join(say('，', ', '))}`,
    )
    for (const control of failed)
      page.labelled(
        6,
        say('合计不符', 'differs'),
        say(
          `${control.name}：文件写 ${control.stated}，实际 ${control.computed}`,
          `${control.name}: states ${control.stated}, computed ${control.computed}`,
        ),
        'yellow',
      )
  }
}
