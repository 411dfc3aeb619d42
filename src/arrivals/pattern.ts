import type { Day } from '../kernel/business_day.ts'

/**
 * Names of files by day: `{day}` is 20261125, `{date}` 2026-11-25, `*` any letters (a version, a running number).
 * "ICBC_{day}*.txt" names ICBC_20261125.txt and ICBC_20261125_2.txt.
 */
export type NamePattern = {
  /** The day of a name; null: it is none of these files. */
  readonly dayOf: (name: string) => Day | null
}

export function namePattern(pattern: string): NamePattern {
  const text = pattern
    .split(/(\{day\}|\{date\}|\*)/)
    .map(part => PARTS[part] ?? part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('')
  const whole = new RegExp(`^${text}$`)
  return {
    dayOf(name) {
      const found = whole.exec(name)
      if (!found) return null
      const days = new Set(found.slice(1).map(day => `${day.replaceAll('-', '')}`))
      const [digits] = days
      if (days.size !== 1 || digits === undefined) return null
      const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`
      return isDay(day) ? day : null
    },
  }
}

const PARTS: Readonly<Record<string, string>> = {
  '{day}': '(\\d{8})',
  '{date}': '(\\d{4}-\\d{2}-\\d{2})',
  '*': '[^/]*',
}

function isDay(day: string): boolean {
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toString() === day
  } catch {
    return false
  }
}
