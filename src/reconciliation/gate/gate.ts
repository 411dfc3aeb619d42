import { addDays, type Day } from '../../kernel/business_day.ts'
import { Failure } from '../../kernel/failure.ts'
import type { CaseChange } from './case_replay.ts'
import type { Replayed } from './replay.ts'

export type GateResult = Replayed & {
  readonly cases: { readonly cases: number; readonly changes: readonly CaseChange[] }
}

/** 回归关: what a version of the rules would have changed. */
export type Gate = {
  readonly id: string
  readonly version: number
  /** The version in force, which it is compared with. */
  readonly against: number
  readonly days: number
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly askedBy: string
  readonly askedAt: Date
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly done: number
  readonly total: number
  readonly lastDay: Day | null
  readonly result: GateResult | null
  readonly failure: string
}

/** A gate that has not seen more than so many closed days speaks of the past. */
export const GATE_DAYS_OLD = 3

export type ActivationAsk = { readonly version: number; readonly fromDay: Day; readonly gateId: string }

/**
 * May this be asked? The gate is of exactly this version and has ended; it was compared with what is in force for that day; no more than
 * GATE_DAYS_OLD days were closed since; and the day is open for all accounts.
 * Throws gate_unfit, gate_unfinished, gate_outdated, day_closed_already, version_in_force.
 */
export function decideActivation(
  ask: ActivationAsk,
  gate: Gate | null,
  { inForce, lastClosed }: { readonly inForce: number; readonly lastClosed: Day | null },
): GateResult {
  if (inForce === ask.version)
    throw new Failure(
      'version_in_force',
      {
        zh: `版本 ${ask.version} 在 ${ask.fromDay} 本已生效，无需再启用`,
        en: `Version ${ask.version} holds for ${ask.fromDay} already`,
      },
      { version: ask.version },
    )
  if (!gate || gate.version !== ask.version)
    throw new Failure(
      'gate_unfit',
      {
        zh: `没有版本 ${ask.version} 的回归检查 ${ask.gateId}：请先对该版本发起回归检查`,
        en: `There is no gate ${ask.gateId} of version ${ask.version}: start one for this version first`,
      },
      { gate_id: ask.gateId },
    )
  if (gate.state !== 'done' || gate.result === null)
    throw new Failure(
      'gate_unfinished',
      {
        zh: `回归检查尚未完成（${gate.state}）：请等它完成，失败的请重新发起`,
        en: `The gate has not ended well yet (${gate.state}): wait for it, or start another one if it failed`,
      },
      { gate_id: gate.id, state: gate.state },
    )
  const stale =
    gate.against !== inForce || (lastClosed ?? '') > (gate.lastDay === null ? '' : addDays(gate.lastDay, GATE_DAYS_OLD))
  if (stale)
    throw new Failure(
      'gate_outdated',
      {
        zh: `回归检查以版本 ${gate.against}、截至 ${gate.lastDay ?? '无'} 的账期为准，现行版本为 ${inForce}，最近关账 ${lastClosed ?? '无'}：请重新检查`,
        en: `The gate compared with version ${gate.against} up to ${gate.lastDay ?? 'no day'}; in force is ${inForce}, and ${lastClosed ?? 'no day'} is closed: run it again`,
      },
      { gate_id: gate.id, against: gate.against, in_force: inForce, last_closed: lastClosed },
    )
  if (lastClosed !== null && ask.fromDay <= lastClosed)
    throw new Failure(
      'day_closed_already',
      {
        zh: `${ask.fromDay} 已关账（最近关账 ${lastClosed}）：规则只能从未关账的账期起生效`,
        en: `${ask.fromDay} is closed already (the last closed day is ${lastClosed}): rules take effect from an open day`,
      },
      { field: 'from_day', last_closed: lastClosed },
    )
  return gate.result
}

export const gateUnknown = (id: string): Failure =>
  new Failure('gate_unknown', { zh: `没有回归检查 ${id}`, en: `There is no gate ${id}` }, { gate_id: id })
