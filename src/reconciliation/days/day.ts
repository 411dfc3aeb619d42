import type { Day } from '../../kernel/business_day.ts'
import type { Sentence } from '../../matching/entry.ts'

export type DayState = 'waiting' | 'settling' | 'provisional' | 'closed'

/** A business day of one account with a channel. */
export type BusinessDay = {
  readonly id: number
  readonly channel: string
  /** '' where the channel has none. */
  readonly account: string
  readonly day: Day
  readonly state: DayState
  /** When it closes by itself, if it may: T+1 10:00 by the rules. */
  readonly closesAt: Date
  readonly openedAt: Date
  readonly provisionalAt: Date | null
  readonly closedAt: Date | null
  readonly closedBy: string
  /** The last published run; 0: none. */
  readonly run: number
  readonly revision: number
  readonly proof: Proof | null
  readonly selfCheck: SelfCheck | null
  /** A code of docs/days.md; '': nothing holds it up. */
  readonly blocked: string
  readonly blockedWhy: Sentence | null
  /** The review that agreed to close it without its statement; '': none. */
  readonly forcedBy: string
  readonly movementMark: number | null
  readonly lineMark: number | null
}

export type BookSide = 'ours' | 'theirs'

/** One row of a book: its key, and what the places of it need to know. */
export type RowKey = { readonly side: BookSide; readonly orderNo: string; readonly id: number }

/** What stands between our total and theirs, in one currency; whole minor units as decimal digits, because a sum may pass 2^53. */
export type ProofStep = {
  /** `in_transit_in`, `in_transit_out`, a kind of discrepancy, or `matched` (differences within matches, such as fees netted). */
  readonly step: string
  readonly rows: number
  /** theirs − ours of the rows in it. */
  readonly amount: string
}

export type CurrencyProof = {
  readonly ours: string
  readonly theirs: string
  readonly steps: readonly ProofStep[]
  /** ours + Σ steps − theirs; 0 when the proof holds. */
  readonly rest: string
}

/** Σ ours + in transit in − in transit out + 长款 − 短款 ± differences = Σ theirs, by currency. */
export type Proof = {
  readonly at: string
  readonly ok: boolean
  readonly byCurrency: Readonly<Record<string, CurrencyProof>>
}

export type SelfCheck = {
  readonly at: string
  readonly ok: boolean
  /** Pairs that the pure engine decided again. */
  readonly sampled: number
  /** Names of rows on which it disagrees, at most 20. */
  readonly disagreements: readonly string[]
}

/** Why a day cannot close; null: it can. In the order in which a person would want to know. */
export type CloseFacts = {
  readonly covered: boolean
  /** A second person has accepted that the statement never comes. */
  readonly forced: boolean
  /** Its last run decided by other rules than those that hold for it now. */
  readonly otherRules: boolean
  readonly unplacedOurs: number
  readonly unplacedTheirs: number
  /** Places that are too many. */
  readonly doublyPlaced: number
  readonly proof: Proof
  readonly selfCheck: SelfCheck
}

export type Block = { readonly code: string; readonly why: Sentence }

/** Whether a day may close. The proof and the check are never passed over, whoever wants it. */
export function decideClose(facts: CloseFacts): Block | null {
  if (!facts.covered && !facts.forced)
    return {
      code: 'statement_missing',
      why: {
        zh: '对账单未到，不能关账：请催取账单，或申请强制关账',
        en: 'The statement has not come: fetch it, or ask to force the close',
      },
    }
  if (facts.unplacedOurs + facts.unplacedTheirs > 0)
    return {
      code: 'rows_waiting',
      why: {
        zh: `还有 ${facts.unplacedOurs} 笔平台流水、${facts.unplacedTheirs} 条账单记录未对账：请等下一次对账`,
        en: `${facts.unplacedOurs} movements and ${facts.unplacedTheirs} lines wait to be settled: the next run takes them`,
      },
    }
  if (facts.otherRules)
    return {
      code: 'rules_changed',
      why: {
        zh: '启用了新的规则版本，须按新规则重新对账后才能关账',
        en: 'Another version of the rules holds for the day now: it closes after the next run',
      },
    }
  if (facts.doublyPlaced > 0)
    return {
      code: 'rows_twice',
      why: {
        zh: `有行被记了不止一处，多出 ${facts.doublyPlaced} 处：请报告运维`,
        en: `rows stand in more than one place, ${facts.doublyPlaced} too many: tell the operator`,
      },
    }
  const broken = Object.entries(facts.proof.byCurrency).filter(([, { rest }]) => rest !== '0')
  if (broken.length > 0) {
    const where = broken.map(([currency, { rest }]) => `${currency} ${rest}`).join('、')
    return {
      code: 'proof_failed',
      why: { zh: `资金不平，差额（分）：${where}`, en: `The proof does not hold; rest in minor units: ${where}` },
    }
  }
  if (!facts.selfCheck.ok)
    return {
      code: 'self_check_failed',
      why: {
        zh: `独立核算与结果不一致：${facts.selfCheck.disagreements.slice(0, 5).join('、')}`,
        en: `The engine alone disagrees about ${facts.selfCheck.disagreements.slice(0, 5).join(', ')}`,
      },
    }
  return null
}
