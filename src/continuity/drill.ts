import { instantText } from '../kernel/instant_text.ts'
import type { Say } from '../system/notice.ts'

/** Drills of continuity: what one is, what it reports, and how that reads. Pure. */

export type Text = { readonly zh: string; readonly en: string }

export const DRILL_NAMES = ['failover', 'remote', 'restore', 'human-error'] as const
export type DrillName = (typeof DRILL_NAMES)[number]

export const DRILL_TITLES: Readonly<Record<DrillName, Text>> = {
  failover: { zh: '同城切换', en: 'Same-city failover' },
  remote: { zh: '异地切换', en: 'Remote failover' },
  restore: { zh: '备份恢复', en: 'Restore from backup' },
  'human-error': { zh: '误操作恢复', en: 'Recovery from human error' },
}

/** What is done to the databases, as a person reads it. */
export const DAMAGE_TITLES: Readonly<Record<string, Text>> = {
  kill: { zh: '断电（kill -9）', en: 'power lost (kill -9)' },
  cut: { zh: '网络中断', en: 'network cut' },
  delete: { zh: '数据目录丢失', en: 'data folder lost' },
  page: { zh: '数据页损坏', en: 'page corrupted' },
  drop: { zh: '误删数据表', en: 'table dropped' },
}

/** The event of a damage to `whom`. */
export const damaged = (damage: string, whom: Text): Text => ({
  zh: `${whom.zh}：${DAMAGE_TITLES[damage]?.zh ?? damage}`,
  en: `${whom.en}: ${DAMAGE_TITLES[damage]?.en ?? damage}`,
})

/** What a drill is given. */
export type DrillAsk = {
  /** An empty folder for databases, keys and whatever else; removed afterwards unless somebody wants to look into it. */
  readonly folder: string
  /** One of the drill's damages. */
  readonly damage: string
  /** Payments a second, and for how many seconds before and after the damage. */
  readonly rate: number
  readonly seconds: number
  readonly seed: number
  /** Tells what goes on, as it goes on. */
  readonly tell: Say
}

/** A kind of drill, as the command knows it. The first damage is the usual one. */
export type Drill = {
  readonly name: DrillName
  readonly damages: readonly string[]
  readonly usual: { readonly rate: number; readonly seconds: number }
  readonly run: (ask: DrillAsk) => Promise<Findings>
}

/** One thing that must hold after the drill: books, proofs, log. */
export type Check = { readonly what: Text; readonly holds: boolean; readonly detail: Text }

/** What a drill found out. Times in milliseconds. */
export type Findings = {
  /** From the damage to the first write that was acknowledged again; null: it never was, or the drill has no such time. */
  readonly rtoMs: number | null
  /** See `lostSpan`; null: the drill has no such time. */
  readonly rpoMs: number | null
  /** What it must reach; null: no aim. */
  readonly aims: { readonly rtoMs: number | null; readonly rpoMs: number | null }
  /** Payments and bills that were acknowledged, each of which was looked up afterwards; and the numbers of those that are gone. */
  readonly acknowledged: number
  readonly lost: readonly string[]
  readonly checks: readonly Check[]
  /** What happened when, counted from the damage. */
  readonly events: readonly { readonly atMs: number; readonly what: Text }[]
  readonly figures: readonly { readonly what: Text; readonly value: string }[]
}

export type DrillReport = Findings & {
  readonly id: string
  readonly name: DrillName
  readonly damage: string
  /** Instants in ISO 8601. */
  readonly beganAt: string
  readonly endedAt: string
  readonly outcome: 'passed' | 'failed'
  /** Why it failed; empty when it passed. */
  readonly reasons: readonly Text[]
}

/**
 * Milliseconds of acknowledged work that are gone, by the times at which the lost was acknowledged: from the oldest to the damage, or to the newest, as some is acknowledged while the damage
 * is being done. Never 0 where anything was lost.
 */
export const lostSpan = (times: readonly number[], damagedAt: number): number =>
  times.length === 0 ? 0 : Math.max(1, Math.max(damagedAt, ...times) - Math.min(...times))

/** Why the findings are not good enough. Losing less than the RPO allows is no failure; losing anything at an RPO of 0 is. */
export function reasonsOf({ rtoMs, rpoMs, aims, lost, checks }: Findings): Text[] {
  const reasons: Text[] = []
  if (aims.rtoMs !== null && (rtoMs === null || rtoMs > aims.rtoMs))
    reasons.push({
      zh: `恢复用时 ${shown(rtoMs)}，应不超过 ${shown(aims.rtoMs)}`,
      en: `RTO ${shown(rtoMs)}, at most ${shown(aims.rtoMs)} is allowed`,
    })
  if (aims.rpoMs !== null && (rpoMs === null || rpoMs > aims.rpoMs))
    reasons.push({
      zh: `数据丢失 ${shown(rpoMs)}，应不超过 ${shown(aims.rpoMs)}`,
      en: `RPO ${shown(rpoMs)}, at most ${shown(aims.rpoMs)} is allowed`,
    })
  if (aims.rpoMs === 0 && lost.length > 0)
    reasons.push({
      zh: `丢失 ${lost.length} 笔已确认的支付或开单`,
      en: `${lost.length} acknowledged payments or bills were lost`,
    })
  for (const { what, holds } of checks)
    if (!holds) reasons.push({ zh: `${what.zh}不符`, en: `${what.en}: does not hold` })
  return reasons
}

const shown = (ms: number | null): string =>
  ms === null ? '–' : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`

/** Numbers of lost movements that are printed; all of them are in the history. */
const LOST_SHOWN = 20

/** The report as a person reads it. */
export function reportText(report: DrillReport, lang: 'zh' | 'en'): string {
  const say = (zh: string, en: string): string => (lang === 'en' ? en : zh)
  const aim = (ms: number | null): string => (ms === null ? '' : say(`（目标 ${shown(ms)}）`, ` (aim ${shown(ms)})`))
  const title = DRILL_TITLES[report.name]
  const damage = DAMAGE_TITLES[report.damage]?.[lang] ?? report.damage
  const lines = [
    say(`容灾演练：${title.zh} · ${damage}`, `Drill: ${title.en} · ${damage}`),
    `  ${instantText(new Date(report.beganAt))} – ${instantText(new Date(report.endedAt))}  ${report.id}`,
    '',
    `  RTO  ${shown(report.rtoMs)}${aim(report.aims.rtoMs)}`,
    `  RPO  ${shown(report.rpoMs)}${aim(report.aims.rpoMs)}`,
    say(
      `  已确认的支付和开单共 ${report.acknowledged} 笔，逐笔查找，丢失 ${report.lost.length} 笔`,
      `  ${report.acknowledged} acknowledged payments and bills, each looked up: ${report.lost.length} lost`,
    ),
    ...report.lost.slice(0, LOST_SHOWN).map(no => `    ${no}`),
    ...(report.lost.length > LOST_SHOWN
      ? [
          say(
            `    另有 ${report.lost.length - LOST_SHOWN} 笔，见历史记录`,
            `    ${report.lost.length - LOST_SHOWN} more in the history`,
          ),
        ]
      : []),
    '',
    ...report.events.map(({ atMs, what }) => `  ${signed(atMs).padStart(10)}  ${what[lang]}`),
    '',
    ...report.checks.map(({ what, holds, detail }) =>
      `  ${holds ? '✓' : '✗'} ${what[lang]}  ${detail[lang]}`.trimEnd(),
    ),
    ...report.figures.map(({ what, value }) => `  · ${what[lang]}  ${value}`),
    '',
    report.outcome === 'passed'
      ? say('  演练通过', '  The drill passed')
      : say(
          `  演练未通过：${report.reasons.map(({ zh }) => zh).join('；')}`,
          `  The drill failed: ${report.reasons.map(({ en }) => en).join('; ')}`,
        ),
  ]
  return `${lines.join('\n')}\n`
}

const signed = (ms: number): string => `${ms < 0 ? '−' : '+'}${shown(Math.abs(ms))}`

/** Drills that nobody ran successfully for `days` days or longer. `passed`: when each one passed last. */
export function overdue(passed: ReadonlyMap<string, Date>, since: Date, at: Date, days: number): DrillName[] {
  const limit = at.getTime() - days * 86_400_000
  return DRILL_NAMES.filter(name => (passed.get(name) ?? since).getTime() <= limit)
}
