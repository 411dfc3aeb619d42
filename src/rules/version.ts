import type { Day } from '../kernel/business_day.ts'
import { Failure } from '../kernel/failure.ts'
import type { Json } from '../system/requests.ts'

/** A numbered snapshot of the rules: never changed. */
export type Version = {
  readonly version: number
  readonly name: string
  /** As written. */
  readonly document: string
  /** Every field spelled out. */
  readonly canonical: string
  readonly sm3: string
  readonly author: string
  readonly authorName: string
  readonly reason: string
  readonly basedOn: number | null
  readonly createdAt: Date
}

/** From which business day on a version holds. */
export type Activation = {
  readonly version: number
  readonly name: string
  readonly fromDay: Day
  readonly activatedAt: Date
  readonly askedBy: string
  readonly decidedBy: string
  readonly reason: string
  readonly reviewId: string
  readonly gateId: string
}

/** One field that two versions have differently; null: it is not there. */
export type Difference = { readonly path: string; readonly before: Json; readonly after: Json }

/** Field by field, in the order of their paths; lists are compared whole. */
export function differences(before: Json, after: Json, path = ''): Difference[] {
  if (!isRecord(before) || !isRecord(after))
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap(name =>
    differences(before[name] ?? null, after[name] ?? null, path === '' ? name : `${path}.${name}`),
  )
}

const isRecord = (value: Json): value is { readonly [name: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const versionUnknown = (version: number): Failure =>
  new Failure(
    'rule_version_unknown',
    { zh: `没有规则版本 ${version}`, en: `There is no version ${version} of the rules` },
    { version },
  )

export const rulesUnchanged = (version: number): Failure =>
  new Failure(
    'rules_unchanged',
    {
      zh: `内容与版本 ${version} 完全相同：请直接申请启用该版本`,
      en: `This says the same as version ${version}: ask for the activation of that one`,
    },
    { version },
  )
