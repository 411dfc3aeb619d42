import { strict as assert } from 'node:assert'
import { formatMinor } from '../src/kernel/money.ts'
import { coverageOf, readBooks } from '../src/matching/case_text.ts'
import { decide } from '../src/matching/decide.ts'
import type { Coverage, Outcome } from '../src/matching/entry.ts'
import { DEFAULT_RULES, type Rules } from '../src/rules/rules.ts'

export { coverageOf, readBooks }

/**
 * A reconciliation case as a few lines of text:
 *
 *   payment P1  80.00  10:01     order=O1 trade=T1
 *   refund  R1  30.00  10:05     order=O1 refund=RF1        (ours, money out)
 *   line    L1  80.00  10:02     trade=T1                   (negative amounts are refunds)
 *   ---
 *   match P1 L1 trade_no
 *   platform_only R1
 *
 * The books are written as `case_text.ts` tells. Expected rows may end in flags (`match P1 L1 L2 order_no split`) and `diff=-0.60`;
 * the order does not matter.
 */
export function check(table: string, options: { rules?: Rules; coverage?: readonly Coverage[] } = {}): void {
  const rules = options.rules ?? DEFAULT_RULES
  const [given = '', expected = ''] = table.split(/^\s*---\s*$/m)
  const { payments, lines } = readBooks(given, rules)
  const outcome = decide({ payments, lines, rules, coverage: options.coverage ?? coverageOf(payments, lines, rules) })
  const wanted = expected
    .split('\n')
    .map(line => line.trim().replace(/\s+/g, ' '))
    .filter(line => line !== '')
  assert.deepEqual(describe(outcome, wanted).sort(), [...wanted].sort())
}

/** One text line per result; the difference is written where the expectation of the same rows writes one, or is not zero. */
function describe(outcome: Outcome, wanted: readonly string[]): string[] {
  const withDifference = (text: string, difference: number, currency: string) => {
    const asked = wanted.some(line => line.startsWith(`${text} diff=`) || line === text)
    return difference !== 0 || (asked && wanted.some(line => line.startsWith(`${text} diff=`)))
      ? `${text} diff=${formatMinor(difference, currency)}`
      : text
  }
  return [
    ...outcome.matches.map(match =>
      withDifference(
        ['match', ...match.payments, ...match.lines, match.pass, ...match.flags].join(' '),
        match.difference,
        match.currency,
      ),
    ),
    ...outcome.discrepancies.map(d => {
      const text = [d.kind, ...d.payments, ...d.lines].join(' ')
      return wanted.includes(text) ? text : withDifference(text, d.difference, d.currency)
    }),
  ]
}
