import { formatMinor } from '../kernel/money.ts'
import { pair } from './by_number.ts'
import { judgeStatus } from './conclude.ts'
import type { Entry } from './entry.ts'
import { interchangeable } from './likeness.ts'
import { merchantsDiffer, numbersContradict, payersDiffer } from './numbers.ts'
import { byContent, groupBy, type Pool } from './pool.ts'
import { Union } from './union.ts'

/**
 * Without a number: one payment and one line of equal kind, currency and amount, near in time, with nothing that speaks
 * against it, each clearly the other's best. Where two candidates are equally good nobody chooses: rows that are alike in
 * every field are paired as a set, all others are `ambiguous`.
 */
export function byAmountAndTime(pool: Pool): void {
  const key = (row: Entry) => (row.status === 'success' ? JSON.stringify([row.kind, row.currency, row.amount]) : '')
  const lines = groupBy(pool.lines, key)
  for (const [amount, payments] of groupBy(pool.payments, key)) {
    const theirs = lines.get(amount)
    if (theirs) for (const component of components(candidates(pool, payments, theirs))) settle(pool, component)
  }
}

/** Evidence for a pair: how many of merchant and payer are known to agree, and how far apart the clocks are (minutes). */
type Edge = { readonly payment: Entry; readonly line: Entry; readonly agreeing: number; readonly apart: number }

type Component = {
  readonly payments: readonly Entry[]
  readonly lines: readonly Entry[]
  readonly edges: readonly Edge[]
}

function edgeBetween(pool: Pool, payment: Entry, line: Entry): Edge | null {
  if (numbersContradict(payment, line) || merchantsDiffer(payment, line) || payersDiffer(payment, line)) return null
  const timed = payment.at !== null && line.at !== null
  const apart = timed ? Math.abs((payment.at as number) - (line.at as number)) / 60_000 : 0
  if (timed ? apart > pool.rules.windows.amountTimeMinutes : payment.day !== line.day) return null
  const agreeing =
    Number(payment.merchant !== '' && payment.merchant === line.merchant) +
    2 * Number(payment.payer !== '' && payment.payer === line.payer)
  return { payment, line, agreeing, apart }
}

/** All candidate pairs among rows of one amount. */
function candidates(pool: Pool, payments: readonly Entry[], lines: readonly Entry[]): Edge[] {
  const window = pool.rules.windows.amountTimeMinutes * 60_000
  const timed = lines.filter(line => line.at !== null).sort(byTime)
  const dated = groupBy(
    lines.filter(line => line.at === null),
    line => line.day,
  )
  const ofDay = groupBy(lines, line => line.day)
  return payments.flatMap(payment => {
    const { at, day } = payment
    const near =
      at === null ? (ofDay.get(day) ?? []) : [...within(timed, at - window, at + window), ...(dated.get(day) ?? [])]
    return near.flatMap(line => edgeBetween(pool, payment, line) ?? [])
  })
}

/** Cut into sets that have no candidate in common. */
function components(edges: readonly Edge[]): Component[] {
  const union = new Union<Entry>()
  for (const edge of edges) union.join(edge.payment, edge.line)
  return [...Map.groupBy(edges, edge => union.find(edge.payment)).values()].map(part => ({
    payments: [...new Set(part.map(edge => edge.payment))].sort(byContent),
    lines: [...new Set(part.map(edge => edge.line))].sort(byContent),
    edges: part,
  }))
}

function within(sorted: readonly Entry[], from: number, to: number): Entry[] {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.at as number) < from) low = middle + 1
    else high = middle
  }
  const found: Entry[] = []
  for (let i = low; i < sorted.length && (sorted[i]?.at as number) <= to; i++) found.push(sorted[i] as Entry)
  return found
}

/**
 * Ours not (yet) successful, theirs successful, and each the other's only candidate: both know of it, and they disagree. A
 * pair by number would have been judged before.
 */
export function byAmountAndTimeUnfinished(pool: Pool): void {
  const key = (row: Entry) => JSON.stringify([row.kind, row.currency, row.amount])
  const lines = groupBy(pool.lines, line => (line.status === 'success' ? key(line) : ''))
  for (const [amount, payments] of groupBy(pool.payments, p => (p.status === 'success' ? '' : key(p)))) {
    for (const part of components(candidates(pool, payments, lines.get(amount) ?? []))) {
      const [edge] = part.edges
      if (part.edges.length === 1 && edge && edge.agreeing === BOTH_KNOWN)
        judgeStatus(pool, 'amount_time', edge.payment, edge.line)
    }
  }
}

/** Merchant (1) and payer (2) are known to agree. */
const BOTH_KNOWN = 3

function settle(pool: Pool, component: Component): void {
  const [p, l] = [component.payments[0], component.lines[0]]
  if (!p || !l) return
  if (component.payments.length === 1 && component.lines.length === 1) return pair(pool, 'amount_time', p, l)
  const complete = component.edges.length === component.payments.length * component.lines.length
  if (complete && oneDebt(component.payments)) return pairInTurn(pool, component)
  let edges: readonly Edge[] = component.edges
  for (let found = mutualBest(pool, edges); found.length > 0; found = mutualBest(pool, edges)) {
    for (const edge of found) pair(pool, 'amount_time', edge.payment, edge.line)
    const taken = new Set(found.flatMap(edge => [edge.payment, edge.line]))
    edges = edges.filter(edge => !taken.has(edge.payment) && !taken.has(edge.line))
  }
  for (const rest of components(edges)) undecided(pool, rest)
}

/** One order paid several times: whichever is whose, the first pair stays and the others are 重复支付. */
const oneDebt = (payments: readonly Entry[]): boolean =>
  payments.length > 1 &&
  payments[0]?.kind === 'payment' &&
  payments[0].orderNo !== '' &&
  payments.every(p => p.orderNo === payments[0]?.orderNo)

function pairInTurn(pool: Pool, { payments, lines }: Component): void {
  const ours = payments.toSorted(byTime)
  const theirs = lines.toSorted(byTime)
  ours.slice(0, theirs.length).forEach((payment, i) => {
    pair(pool, 'amount_time', payment, theirs[i] as Entry)
  })
}

const byTime = (a: Entry, b: Entry): number => (a.at ?? 0) - (b.at ?? 0)

/** Pairs where each row is clearly the other's best: more that agrees, else clearly nearer in time than the next one. */
function mutualBest(pool: Pool, edges: readonly Edge[]): Edge[] {
  const lead = pool.rules.windows.clearLeadMinutes
  const bestOf = (row: 'payment' | 'line') => {
    const best = new Map<Entry, Edge | null>()
    for (const [entry, mine] of Map.groupBy(edges, edge => edge[row])) {
      const [first, second] = mine.toSorted((a, b) => b.agreeing - a.agreeing || a.apart - b.apart)
      const clear = first && (!second || first.agreeing > second.agreeing || second.apart - first.apart >= lead)
      best.set(entry, clear ? first : null)
    }
    return best
  }
  const ours = bestOf('payment')
  const theirs = bestOf('line')
  return edges.filter(edge => ours.get(edge.payment) === edge && theirs.get(edge.line) === edge)
}

function undecided(pool: Pool, { payments, lines, edges }: Component): void {
  const complete = edges.length === payments.length * lines.length
  if (complete && interchangeable(payments, lines)) {
    if (new Set(payments.map(p => p.orderNo)).size === payments.length || payments[0]?.kind === 'refund')
      pool.match('amount_time', payments, lines, ['interchangeable'])
    else pairInTurn(pool, { payments, lines, edges })
    return
  }
  const amount = formatMinor(payments[0]?.amount ?? 0, payments[0]?.currency ?? 'CNY')
  const surplus = Math.abs(payments.length - lines.length)
  const side = payments.length > lines.length ? { zh: '平台', en: 'of ours' } : { zh: '账单', en: 'of theirs' }
  const over =
    surplus === 0
      ? {
          zh: '；商户或付款人不同或未知，互换会有区别',
          en: '; merchant or payer differ or are unknown, so exchanging them would matter',
        }
      : {
          zh: `；${side.zh} ${Math.max(payments.length, lines.length)} 笔中有 ${surplus} 笔多出`,
          en: `; ${surplus} of ${Math.max(payments.length, lines.length)} ${side.en} is surplus`,
        }
  pool.discrepancy('ambiguous', payments, lines, 'equal_candidates', {
    zh: `金额 ${amount}、时间相近且无可用号码：平台 ${payments.length} 笔、账单 ${lines.length} 笔${over.zh}。`,
    en: `${amount} at about the same time without a usable number: ${payments.length} of ours, ${lines.length} of theirs${over.en}.`,
  })
}
