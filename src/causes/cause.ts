import { Failure } from '../kernel/failure.ts'
import { BUILT_IN_CAUSES } from './built_in.ts'
import { type Conditions, holds } from './conditions.ts'
import type { CauseFacts } from './facts.ts'

/** A cause that people added, in one of its versions. */
export type Cause = {
  readonly code: string
  readonly version: number
  readonly nameZh: string
  readonly nameEn: string
  readonly recognised: string
  readonly whatToDo: string
  readonly whomToAsk: string
  /** A code of `src/discrepancies/actions.ts`, or ''. */
  readonly usualAction: string
  readonly conditions: Conditions
  /** The lowest one that holds is the likely one. */
  readonly priority: number
  readonly retired: boolean
  readonly author: string
  readonly authorName: string
  readonly reason: string
  readonly createdAt: Date
}

/** In the order in which they are tried. */
export const inOrder = (causes: readonly Cause[]): Cause[] =>
  causes
    .filter(({ retired }) => !retired)
    .sort((a, b) => a.priority - b.priority || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))

/** The first of them whose conditions all hold; null: none knows better than the engine. `causes` are in order. */
export const likelyCause = <T extends Pick<Cause, 'conditions'>>(
  causes: readonly T[],
  facts: CauseFacts,
  zone: string,
): T | null => causes.find(({ conditions }) => holds(conditions, facts, zone)) ?? null

/** Throws cause_unknown. */
export function checkKnown(code: string, added: readonly Pick<Cause, 'code'>[]): void {
  if (!Object.hasOwn(BUILT_IN_CAUSES, code) && !added.some(cause => cause.code === code)) throw causeUnknown(code)
}

export const causeUnknown = (code: string): Failure =>
  new Failure(
    'cause_unknown',
    { zh: `异常场景库中没有 ${code}：请从列表中选择`, en: `The library has no cause ${code}: choose one of its list` },
    { cause: code },
  )
