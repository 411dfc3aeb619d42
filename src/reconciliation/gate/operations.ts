import type { Actor } from '../../access/actor.ts'
import { scopeTooNarrow } from '../../access/refusals.ts'
import { isEverywhere } from '../../access/scope.ts'
import { record } from '../../audit/record.ts'
import { addDays, businessDayOf, type Day } from '../../kernel/business_day.ts'
import { formatMinor } from '../../kernel/money.ts'
import { askReview } from '../../reviews/operations.ts'
import type { Fact } from '../../reviews/review.ts'
import { DEFAULT_CHANNEL_RULES } from '../../rules/rules.ts'
import { findVersion, rulesFrom, rulesOn } from '../../rules/store.ts'
import { versionUnknown } from '../../rules/version.ts'
import type { App } from '../../system/app.ts'
import { addJob } from '../../system/jobs.ts'
import { once } from '../../system/requests.ts'
import { RULE_ACTIVATION } from './activation.ts'
import type { ActivationAskBody, GateAsk, GateView } from './api.ts'
import { replayCases } from './case_replay.ts'
import { lastClosedDay } from './closed_days.ts'
import { CHANGES } from './compare.ts'
import { decideActivation, type Gate, type GateResult, gateUnknown } from './gate.ts'
import { replay } from './replay.ts'
import * as store from './store.ts'
import { gateView } from './views.ts'

export const GATE_TASK = 'rules.gate'
const DAYS = 30

/** A gate shows rows of all merchants, and rules hold for all of them. */
function everywhere(actor: Actor, permission: 'rule.read' | 'rule.edit'): void {
  if (!isEverywhere(actor.scopeOf(permission))) throw scopeTooNarrow(permission)
}

/** The day after the last closed one: what a version would be activated for, if nobody says otherwise. */
export async function nextOpenDay(app: Pick<App, 'db' | 'now'>): Promise<Day> {
  const last = await lastClosedDay(app.db.pool)
  return last === null ? businessDayOf(DEFAULT_CHANNEL_RULES.calendar)(app.now().getTime()) : addDays(last, 1)
}

/** Asks for a replay of the last closed days with this version and with the one in force. Throws rule_version_unknown, scope_too_narrow, id_reused. */
export async function startGate(app: App, actor: Actor, version: number, ask: GateAsk): Promise<GateView> {
  everywhere(actor, 'rule.edit')
  const days = ask.days ?? DAYS
  const at = app.now()
  const { version: against } = await rulesOn(app.db.pool, await nextOpenDay(app))
  const { gate_id } = await app.db.transaction(tx =>
    once(tx, { id: ask.id, operation: 'start_rule_gate', body: { version, days }, actor: actor.id, at }, async () => {
      if (!(await findVersion(tx, version))) throw versionUnknown(version)
      const id = app.newId()
      await store.insertGate(tx, { id, version, against, days, askedBy: actor.id, askedAt: at })
      await record(tx, at, actor, [
        {
          what: 'rule.gate',
          object: { kind: 'rule_version', id: String(version) },
          after: { gate_id: id, against, days },
        },
      ])
      await addJob(tx, GATE_TASK, { gate: id }, { key: `gate:${id}`, attempts: 3 })
      return { gate_id: id }
    }),
  )
  return gateView((await store.findGate(app.db.pool, gate_id)) as Gate)
}

/** The task: safe to run again, it begins anew. A gate that fails says why and is not tried again; a process that stops leaves it to the next. */
export async function runGate(app: App, gateId: string, signal?: AbortSignal): Promise<void> {
  const gate = await store.findGate(app.db.pool, gateId)
  if (!gate || gate.state === 'done' || gate.state === 'failed') return
  await store.markRunning(app.db.pool, gateId, app.now(), await lastClosedDay(app.db.pool))
  try {
    const [before, after] = await Promise.all([rulesOf(app, gate.against), rulesOf(app, gate.version)])
    const replayed = await replay(app.db, {
      before,
      after,
      days: gate.days,
      ...(signal ? { signal } : {}),
      onProgress: (done, total) => store.markProgress(app.db.pool, gateId, done, total),
    })
    const result = { ...replayed, cases: replayCases(before, after) }
    await app.db.transaction(tx => store.markDone(tx, gateId, app.now(), result))
  } catch (error) {
    if (signal?.aborted) throw error
    app.log.error({ err: error, gate: gateId }, 'a gate of rules failed')
    await store.markFailed(app.db.pool, gateId, app.now(), error instanceof Error ? error.message : String(error))
  }
}

async function rulesOf(app: App, version: number) {
  const found = await findVersion(app.db.pool, version)
  if (!found) throw versionUnknown(version)
  return rulesFrom(app.db.pool, found)
}

export async function readGate(app: App, actor: Actor, id: string): Promise<GateView> {
  everywhere(actor, 'rule.read')
  const gate = await store.findGate(app.db.pool, id)
  if (!gate) throw gateUnknown(id)
  return gateView(gate)
}

export async function readGates(app: App, actor: Actor, version: number): Promise<{ gates: GateView[] }> {
  everywhere(actor, 'rule.read')
  return { gates: (await store.gatesOf(app.db.pool, version)).map(gateView) }
}

/**
 * Asks a second person to let a version hold from a business day on; rolling back is the same with an older one. What he reads are the
 * gate's figures. Throws what `decideActivation` and `askReview` throw, rule_version_unknown, scope_too_narrow, id_reused.
 */
export async function askActivation(
  app: App,
  actor: Actor,
  version: number,
  ask: ActivationAskBody,
): Promise<{ review_id: string }> {
  everywhere(actor, 'rule.edit')
  const at = app.now()
  const { id, ...body } = ask
  return await app.db.transaction(tx =>
    once(tx, { id, operation: 'ask_rule_activation', body: { ...body, version }, actor: actor.id, at }, async () => {
      const found = await findVersion(tx, version)
      if (!found) throw versionUnknown(version)
      const inForce = await rulesOn(tx, ask.from_day)
      const asked = { version, fromDay: ask.from_day, gateId: ask.gate_id }
      const gate = await store.findGate(tx, ask.gate_id)
      const result = decideActivation(asked, gate, { inForce: inForce.version, lastClosed: await lastClosedDay(tx) })
      const reviewId = app.newId()
      await askReview(tx, { id: reviewId, at }, actor, RULE_ACTIVATION, {
        object: { kind: 'rule_version', id: `${version}@${ask.from_day}` },
        facts: [
          { zh: '规则版本', en: 'Version of the rules', value: `${version} ${found.name}` },
          { zh: '自账期起', en: 'From business day', value: ask.from_day },
          ...gateFacts(ask.gate_id, result),
        ],
        before: { version: inForce.version },
        after: { version, from_day: ask.from_day },
        payload: { ...asked, reason: ask.reason },
        reason: ask.reason,
        vouchers: ask.vouchers ?? [],
      })
      return { review_id: reviewId }
    }),
  )
}

const NAMES = {
  newly_matched: { zh: '新增匹配', en: 'Newly matched' },
  newly_unmatched: { zh: '不再匹配', en: 'No longer matched' },
  changed_partners: { zh: '匹配对象改变', en: 'Other partners' },
  changed_money: { zh: '金额或手续费差异改变', en: 'Other difference in money' },
  changed_kind: { zh: '处理方式改变', en: 'Otherwise judged' },
} as const

/** The gate's figures as a checker reads them. */
const gateFacts = (gateId: string, result: GateResult): Fact[] => [
  { zh: '回归检查', en: 'Gate', value: gateId },
  ...factsOfResult(result),
]

/** Rows of ours / of theirs, and what they moved. */
export function factsOfResult({ replayed, rows, changes, cases }: GateResult): Fact[] {
  const figures = CHANGES.map(change => {
    const { ours, theirs, money } = changes[change]
    const sums = Object.entries(money).map(([currency, sum]) => {
      const shown = change === 'changed_money' ? [sum.difference] : [sum.ours, sum.theirs]
      return `${shown.map(minor => formatMinor(minor, currency)).join(' / ')} ${currency}`
    })
    return { ...NAMES[change], value: [`${ours} / ${theirs}`, ...sums].join('; ') }
  })
  return [
    { zh: '重放账期数', en: 'Days replayed', value: `${replayed}` },
    { zh: '重放行数', en: 'Rows replayed', value: `${rows}` },
    ...figures,
    { zh: '疑难场景中改变的行', en: 'Rows of hard cases that change', value: `${cases.changes.length}` },
  ]
}
