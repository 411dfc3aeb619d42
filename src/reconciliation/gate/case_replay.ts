import { coverageOf, readBooks } from '../../matching/case_text.ts'
import { HARD_CASES } from '../../matching/cases.ts'
import { decide } from '../../matching/decide.ts'
import type { Entry, Sentence } from '../../matching/entry.ts'
import type { Rules } from '../../rules/rules.ts'
import { type Change, changeOf, keyOf, type Side, type Standing, standingsOf } from './compare.ts'

/** A row of a hard case whose fate the rules change. */
export type CaseChange = {
  readonly code: string
  readonly name: Sentence
  readonly row: string
  readonly change: Change
  readonly before: string
  readonly after: string
}

/** The hard cases under both versions. Pure; milliseconds. */
export function replayCases(before: Rules, after: Rules): { readonly cases: number; readonly changes: CaseChange[] } {
  const changes = HARD_CASES.flatMap(({ code, name, text }) => {
    const given = text.split(/^\s*---\s*$/m)[0] ?? ''
    const under = (rules: Rules) => {
      const { payments, lines } = readBooks(given, rules)
      return standingsOf(decide({ payments, lines, rules, coverage: coverageOf(payments, lines, rules) }))
    }
    const [old, fresh] = [under(before), under(after)]
    const { payments, lines } = readBooks(given, after)
    const look = (side: Side) => (entry: Entry) => {
      const key = keyOf(side, entry.id)
      const [was, is] = [old.get(key) as Standing, fresh.get(key) as Standing]
      const change = changeOf(was, is)
      return change === null ? [] : [{ code, name, row: entry.id, change, before: was.told, after: is.told }]
    }
    return [...payments.flatMap(look('ours')), ...lines.flatMap(look('theirs'))]
  })
  return { cases: HARD_CASES.length, changes }
}
