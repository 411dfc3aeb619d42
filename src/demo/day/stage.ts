import stringWidth from 'string-width'
import type { Sandbox } from '../../channels/sandbox/sandbox.ts'
import type { Lang } from '../../kernel/failure.ts'
import type { DemoClock } from '../clock.ts'
import type { Caller } from './caller.ts'

/** Who and what plays in the story of a reconciliation day. */
export type DayStage = {
  readonly url: string
  readonly lang: Lang
  readonly clock: DemoClock
  readonly sandbox: Pick<Sandbox, 'pay' | 'transfer' | 'rules' | 'restate'>
  readonly clerk: Caller
  readonly cashier: Caller
  readonly finance: Caller
  /** The second one: nobody agrees to what he asked for himself. */
  readonly finance2: Caller
  readonly support: Caller
  readonly auditor: Caller
  readonly supervisor: Caller
  readonly payer: Caller
  /** Makes the numbers of this run its own: digits and letters. */
  readonly run: string
  /** Where reports are written. */
  readonly folder: string
  /** A PDF: the voucher of what needs one. */
  readonly voucher: Buffer
  readonly say: (zh: string, en: string) => void
}

/** Ids of requests, one after the other. */
export type Ids = () => string
export const idsOf = (run: string): Ids => {
  let nth = 0
  return () => `demo-${run}-${++nth}`
}

/** A label of the left margin, and what it is about: continued lines have none. */
export const labelled = (label: string, text: string): string => `  ${padded(label, 8)}${text}`

/** Filled up to a width in which a Chinese sign takes two places. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(1, width - stringWidth(text)))
const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - stringWidth(text))) + text

/** Lines of a table beneath a label; titles that begin with `>` stand to the right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const heads = titles.map(title => title.replace('>', ''))
  const widths = heads.map((head, i) =>
    Math.max(...[head, ...rows.map(row => row[i] ?? '')].map(text => stringWidth(text))),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const width = widths[i] ?? 0
        return titles[i]?.startsWith('>') ? padStart(cell, width) : padded(cell, width + 1).slice(0, -1)
      })
      .join('  ')
      .trimEnd()
  return [line(heads), ...rows.map(line)].map(text => labelled('', text))
}

export const CHANNELS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  wechat: { zh: '微信', en: 'WeChat' },
  alipay: { zh: '支付宝', en: 'Alipay' },
  unionpay: { zh: '银联', en: 'UnionPay' },
  bank: { zh: '银行', en: 'bank' },
}
export const ITEM_STATES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  waiting: { zh: '待对账', en: 'waiting' },
  matched: { zh: '已对平', en: 'matched' },
  in_transit: { zh: '在途', en: 'in transit' },
  discrepancy: { zh: '差错', en: 'discrepancy' },
  confirmed: { zh: '已确认', en: 'confirmed' },
  reconciled: { zh: '已对账', en: 'reconciled' },
}
export const DAY_STATES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  waiting: { zh: '待账单', en: 'waiting' },
  settling: { zh: '对账中', en: 'settling' },
  provisional: { zh: '待关账', en: 'provisional' },
  closed: { zh: '已关账', en: 'closed' },
}

/** The story goes on at a later time. */
export async function goTo({ clock, say }: Pick<DayStage, 'clock' | 'say'>, at: Date): Promise<void> {
  await clock.moveTo(at)
  const head = `  ── ${localTime(at)} `
  const line = head + '─'.repeat(100 - head.length)
  say(line, line)
}

/** Of Beijing: "2026-11-26". */
export const dayOf = (at: Date): string =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()
export const atTime = (day: string, time: string): Date => new Date(`${day}T${time}+08:00`)
/** "2026-11-26 09:20" */
export const localTime = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
