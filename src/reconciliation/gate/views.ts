import { instantText } from '../../kernel/instant_text.ts'
import { formatMinor } from '../../kernel/money.ts'
import type { ComparisonView, GateView } from './api.ts'
import { CHANGES } from './compare.ts'
import type { Gate, GateResult } from './gate.ts'

export const gateView = (gate: Gate): GateView => ({
  gate_id: gate.id,
  version: gate.version,
  against: gate.against,
  days: gate.days,
  state: gate.state,
  asked_by: gate.askedBy,
  asked_at: instantText(gate.askedAt),
  ended_at: gate.endedAt && instantText(gate.endedAt),
  done: gate.done,
  total: gate.total,
  last_day: gate.lastDay,
  failure: gate.failure,
  result: gate.result && comparisonView(gate.result),
})

export const comparisonView = ({ replayed, rows, changes, days, examples, cases }: GateResult): ComparisonView => ({
  replayed,
  rows,
  changes: CHANGES.map(change => ({
    change,
    ours: changes[change].ours,
    theirs: changes[change].theirs,
    money: Object.fromEntries(
      Object.entries(changes[change].money).map(([currency, { ours, theirs, difference }]) => [
        currency,
        {
          ours: formatMinor(ours, currency),
          theirs: formatMinor(theirs, currency),
          difference: formatMinor(difference, currency),
        },
      ]),
    ),
    examples: examples[change].map(({ side, name, channel, day, moved, currency, before, after }) => ({
      side,
      name,
      channel,
      day,
      amount: formatMinor(moved, currency),
      currency,
      before,
      after,
    })),
  })),
  days: Object.entries(days)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, counts]) => ({ day, changes: { ...counts } })),
  cases: {
    cases: cases.cases,
    changes: cases.changes.map(({ code, name, row, change, before, after }) => ({
      code,
      name_zh: name.zh,
      name_en: name.en,
      row,
      change,
      before,
      after,
    })),
  },
})
