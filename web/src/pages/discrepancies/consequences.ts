import { type Action, ALLOWED, isResolving, reviewReason } from '../../../../src/discrepancies/actions.ts'
import type { DiscrepancyView } from '../../../../src/discrepancies/api.ts'
import { exponentOf, parseDecimal } from '../../../../src/kernel/money.ts'
import type { DiscrepancyKind } from '../../../../src/matching/entry.ts'
import type { Both } from '../../shell/both.ts'

/** What an action will do, told before it is done. Pure. */

const say = (zh: string, en: string): Both => ({ zh, en })

export const CONSEQUENCES: Readonly<Record<Action, Both>> = {
  take: say('由您处理，同事会看到您的名字。', 'You work on it; colleagues see your name.'),
  release: say('放回公共列表，任何同事都可受理。', 'It goes back to the list, for any colleague to take.'),
  assign: say(
    '交给这位同事处理；他须有处理差错的权限和范围。',
    'That colleague works on it; he must be permitted to, where it lies.',
  ),
  wait: say(
    '到所选时间之前不算超时，之后重新计时；下一次对账仍会自动处理它。',
    'It is not overdue until then. Runs go on looking at it.',
  ),
  transfer: say(
    '转到该账户的下一个未关账账期继续处理；记录仍计入原账期，本账期的平衡不变。',
    'It moves to the next open day of the account. Its rows count where they did, and the proof of this day stays.',
  ),
  accept_platform: say(
    '以平台记录为准结案：账单中的不同说法不再处理。',
    'It is resolved with our record as the right one; what the statement says otherwise is left.',
  ),
  accept_channel: say(
    '以渠道账单为准结案：平台记录的不同说法不再处理。退款或冲正请另行申请。',
    'It is resolved with the statement as the right one. A refund or reversal is asked for separately.',
  ),
  supplement: say(
    '平台立即向渠道查询该笔支付：渠道确认才入账，下一次对账自动对平；渠道否认则告诉您。',
    'The channel is asked about the payment now. Only what it confirms is booked, and the next run matches it; if it denies, you are told.',
  ),
  refund_duplicate: say(
    '申请把重复的一笔原路退回；退款成功后差错自动结案，失败则恢复未结。',
    'A refund of the surplus payment is asked for. Its success ends the discrepancy, its failure frees it.',
  ),
  write_off: say(
    '差额按现状核销并结案，不再追收或退还。一律由第二人复核。',
    'The difference is taken as it is, and neither collected nor paid back. A second person always decides.',
  ),
  match: say('选两边的记录手工匹配。', 'Pick rows of both sides and match them.'),
  force_close: say(
    '不再查找原因，直接结案。一律由第二人复核，并写入审计。',
    'It is closed without an explanation. A second person always decides, and auditors see it.',
  ),
  reopen: say('重新打开，下一次对账会再次处理。', 'It is open again, and the next run looks at it.'),
}

/** Which need a reason; the platform says the same. */
const REASONLESS: readonly Action[] = ['take', 'release', 'assign', 'supplement']
export const needsReason = (action: Action): boolean => !REASONLESS.includes(action)
/** Which say how it turned out. */
export const saysCause = isResolving

type Weighed = Pick<DiscrepancyView, 'amount' | 'difference' | 'currency' | 'by_currency'>

const minor = (text: string, currency: string): number => parseDecimal(text, exponentOf(currency)) ?? 0

/** Whether a second person will have to agree. Above which amount of the rules one is needed besides, only the platform knows: 'perhaps'. */
export function secondPerson(action: Action, of: Weighed): 'yes' | 'perhaps' | 'no' {
  if (action === 'refund_duplicate') return 'perhaps'
  if (!isResolving(action) && action !== 'match') return 'no'
  const byCurrency =
    of.by_currency &&
    Object.fromEntries(Object.entries(of.by_currency).map(([code, text]) => [code, minor(text, code)]))
  const weighed = {
    difference: minor(of.difference, of.currency),
    byCurrency,
    amount: minor(of.amount, of.currency),
  }
  return reviewReason(action, weighed, null) === null ? 'perhaps' : 'yes'
}

export const SECOND_PERSON: Readonly<Record<'yes' | 'perhaps', Both>> = {
  yes: say('提交后由第二人复核，同意后才生效。', 'A second person must agree before it holds.'),
  perhaps: say(
    '金额超过规则的复核金额时，提交后由第二人复核。',
    'Above the amount of the rules, a second person must agree first.',
  ),
}

const OWNING: readonly Action[] = ['take', 'release', 'assign']
const ONE_BY_ONE: readonly Action[] = ['match', 'refund_duplicate']

/** What can be tried for all of these kinds at once. */
export function bulkActions(kinds: readonly DiscrepancyKind[]): Action[] {
  const shared = (Object.keys(CONSEQUENCES) as Action[]).filter(action =>
    kinds.every(kind => ALLOWED[kind].includes(action)),
  )
  return [...OWNING, ...shared.filter(action => !ONE_BY_ONE.includes(action))]
}

/** The order in which actions stand on the page: what the library proposes first, whose work it is last, unless it is nobody's. */
export function orderedActions(actions: readonly Action[], usual: string, mine: boolean): Action[] {
  const rank = (action: Action): number =>
    action === usual ? 0 : action === 'take' ? 1 : OWNING.includes(action) ? 3 : 2
  return actions.filter(action => action !== 'take' || !mine).sort((a, b) => rank(a) - rank(b))
}
