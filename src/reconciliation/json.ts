import type { Lang } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { DiscrepancyView, MatchView, Reconciliation, Summary, Sums } from './reconciliation.ts'

export type JsonOptions = { readonly lang: Lang; readonly matches: boolean }

/**
 * The answer as the contract spells it, in pieces, one match or discrepancy a line. Nothing in it depends on when, where
 * or how fast it was made. One currency: amounts are decimal strings; several: maps of them by currency.
 */
export async function* jsonPieces(result: Reconciliation, { lang, matches }: JsonOptions): AsyncGenerator<string> {
  const several = result.summary.currencies.length > 1
  yield `{\n"summary": ${JSON.stringify(summaryJson(result.summary), null, 2)},\n`
  if (matches) {
    yield '"matches": ['
    let first = true
    for await (const page of result.matches()) {
      if (page.length === 0) continue
      yield `${first ? '\n' : ',\n'}${page.map(match => matchJson(match, several)).join(',\n')}`
      first = false
    }
    yield first ? '],\n' : '\n],\n'
  }
  yield '"discrepancies": ['
  let first = true
  for (let at = 0; at < result.discrepancies.length; at += PAGE) {
    const page = result.discrepancies.slice(at, at + PAGE)
    yield `${first ? '\n' : ',\n'}${page.map(found => discrepancyJson(found, several, lang)).join(',\n')}`
    first = false
  }
  yield first ? ']\n}\n' : '\n]\n}\n'
}

const PAGE = 1_000

export function summaryJson(summary: Summary): object {
  const { currencies, payments, lines, matched, discrepancies, byKind, balance } = summary
  const [only] = currencies
  const amount = (sums: Sums) =>
    currencies.length === 1
      ? formatMinor(sums.get(only as string) ?? 0n, only as string)
      : Object.fromEntries(currencies.map(currency => [currency, formatMinor(sums.get(currency) ?? 0n, currency)]))
  const balances = currencies.map(currency => {
    const of = balance.get(currency)
    return [
      currency,
      of && {
        payments_net: formatMinor(of.paymentsNet, currency),
        lines_net: formatMinor(of.linesNet, currency),
        difference: formatMinor(of.difference, currency),
        explained: formatMinor(of.explained, currency),
        ok: of.ok,
      },
    ] as const
  })
  return {
    payments: { count: payments.count, amount: amount(payments.amount) },
    lines: { count: lines.count, amount: amount(lines.amount) },
    matched: {
      groups: matched.groups,
      payments: matched.payments,
      lines: matched.lines,
      amount: amount(matched.amount),
    },
    discrepancies,
    by_kind: Object.fromEntries([...byKind].map(([kind, { count }]) => [kind, count])),
    balance: balances.length === 1 ? balances[0]?.[1] : Object.fromEntries(balances),
  }
}

function matchJson({ payments, lines, pass, difference, flags, currency }: MatchView, several: boolean): string {
  return JSON.stringify({
    payments,
    lines,
    pass,
    difference: formatMinor(difference, currency),
    ...(several ? { currency } : {}),
    flags,
  })
}

function discrepancyJson(found: DiscrepancyView, several: boolean, lang: Lang): string {
  const { kind, payments, lines, difference, currency, byCurrency, cause, evidence, linkedTo } = found
  return JSON.stringify({
    kind,
    payments,
    lines,
    difference: formatMinor(difference, currency),
    // Two currencies have no difference in one: each has its own.
    ...(byCurrency
      ? {
          difference_by_currency: Object.fromEntries(
            Object.entries(byCurrency).map(([of, minor]) => [of, formatMinor(minor, of)]),
          ),
        }
      : {}),
    ...(several && !byCurrency ? { currency } : {}),
    cause,
    evidence: evidence[lang],
    ...(linkedTo ? { linked_to: linkedTo } : {}),
  })
}
