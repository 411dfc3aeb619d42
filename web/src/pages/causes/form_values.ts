import type { CauseVersionView } from '../../../../src/causes/api.ts'

/** What the form holds, and the conditions that are sent: what was left empty is no condition. Pure. */

export type Conditions = CauseVersionView['conditions']
type Range = { readonly from?: string | undefined; readonly to?: string | undefined }

export type ConditionValues = {
  readonly kinds?: readonly string[]
  readonly engine_causes?: readonly string[]
  readonly channels?: readonly string[]
  readonly accounts?: readonly string[]
  readonly merchants?: readonly string[]
  readonly fee_items?: readonly string[]
  readonly currencies?: readonly string[]
  readonly amount?: Range
  readonly difference?: Range
  readonly difference_what?: string | undefined
  readonly difference_share?: string | undefined
  readonly difference_tolerance?: string | undefined
  readonly time_of_day?: Range
  readonly weekdays?: readonly number[]
  readonly days_of_month?: readonly number[]
  readonly days?: Range
  readonly sides?: string | undefined
  readonly rows?: Range
  readonly evidence?: string | undefined
}

export type CauseValues = {
  readonly code: string
  readonly name_zh: string
  readonly name_en: string
  readonly recognised: string
  readonly what_to_do: string
  readonly whom_to_ask?: string
  readonly usual_action?: string | undefined
  readonly priority: number
  readonly reason: string
  readonly conditions: ConditionValues
}

const text = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined)
const some = <T>(values: readonly T[] | undefined): readonly T[] | undefined =>
  values === undefined || values.length === 0 ? undefined : values
const ends = (range: Range | undefined): Range | undefined => {
  const [from, to] = [text(range?.from), text(range?.to)]
  if (from === undefined && to === undefined) return undefined
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}
const whole = (value: string | undefined): number | string | undefined => {
  // What is no number goes as it is: the platform says what is wrong with it.
  if (value === undefined) return undefined
  return /^\d{1,9}$/.test(value) ? Number(value) : value
}

export function conditionsOf(values: ConditionValues): Conditions {
  const rows = ends(values.rows)
  const all = {
    kinds: some(values.kinds),
    engine_causes: some(values.engine_causes),
    channels: some(values.channels),
    accounts: some(values.accounts),
    merchants: some(values.merchants),
    fee_items: some(values.fee_items),
    currencies: some(values.currencies),
    amount: ends(values.amount),
    difference: ends(values.difference),
    difference_is:
      values.difference_what === undefined
        ? undefined
        : {
            what: values.difference_what,
            ...(values.difference_what === 'share' ? { share: text(values.difference_share) ?? '' } : {}),
            ...(text(values.difference_tolerance) === undefined
              ? {}
              : { tolerance: text(values.difference_tolerance) }),
          },
    time_of_day: ends(values.time_of_day),
    weekdays: some(values.weekdays),
    days_of_month: some(values.days_of_month),
    days: ends(values.days),
    sides: values.sides,
    rows: rows && Object.fromEntries(Object.entries(rows).map(([end, value]) => [end, whole(value)])),
    evidence: text(values.evidence),
  }
  // Empty ones are left out, so that the platform counts those that are named.
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Conditions
}

/** A version's conditions in the form. */
export function valuesOf(conditions: Conditions): ConditionValues {
  const { difference_is: is, rows, ...rest } = conditions
  return {
    ...rest,
    ...(is === undefined
      ? {}
      : { difference_what: is.what, difference_share: is.share, difference_tolerance: is.tolerance }),
    ...(rows === undefined
      ? {}
      : {
          rows: {
            from: rows.from === undefined ? undefined : String(rows.from),
            to: rows.to === undefined ? undefined : String(rows.to),
          },
        }),
  }
}
