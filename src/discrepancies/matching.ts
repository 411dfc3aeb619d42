import type pg from 'pg'
import { describeDiscrepancies } from '../causes/refine.ts'
import { Failure } from '../kernel/failure.ts'
import { formatMinor } from '../kernel/money.ts'
import type { RowKey } from '../reconciliation/days/day.ts'
import {
  insertDiscrepancies,
  insertGroups,
  type NewDiscrepancy,
  nameMerchants,
  type PlacedRow,
} from '../reconciliation/days/place_store.ts'
import type { Weighed } from './actions.ts'
import * as places from './place_store.ts'
import type { Discrepancy } from './store.ts'

/** 手工匹配 and its undoing. Money is conserved: every row that loses a place gets one in the same transaction. */

/** What a match by hand would be. Throws row_not_open, match_too_small, accounts_differ, currencies_differ. Pure. */
export function weighMatch(
  asked: readonly RowKey[],
  rows: readonly places.OpenRow[],
  of: readonly Pick<Discrepancy, 'id' | 'channel' | 'account'>[],
): Weighed & { readonly currency: string } {
  const key = ({ side, orderNo, id }: RowKey) => `${side} ${orderNo} ${id}`
  const found = new Set(rows.map(key))
  const missing = asked.find(row => !found.has(key(row)))
  if (missing)
    throw new Failure(
      'row_not_open',
      {
        zh: `${missing.side === 'ours' ? '平台流水' : '账单记录'} ${missing.orderNo}/${missing.id} 不在未结差错中，不能手工匹配`,
        en: `${missing.side === 'ours' ? 'Movement' : 'Line'} ${missing.orderNo}/${missing.id} stands in no open discrepancy and cannot be matched by hand`,
      },
      { side: missing.side, order_no: missing.orderNo, row_id: String(missing.id) },
    )
  if (rows.length < 2)
    throw new Failure('match_too_small', {
      zh: '手工匹配至少需要两笔记录',
      en: 'A match by hand needs at least two rows',
    })
  if (new Set(of.map(({ channel, account }) => `${channel}/${account}`)).size > 1)
    throw new Failure('accounts_differ', {
      zh: '只能匹配同一渠道、同一账户的记录',
      en: 'Only rows of one account with one channel can be matched',
    })
  const currencies = [...new Set(rows.map(row => row.currency))]
  if (currencies.length > 1)
    throw new Failure(
      'currencies_differ',
      {
        zh: `不能匹配不同币种的记录：${currencies.join('、')}`,
        en: `Rows of different currencies cannot be matched: ${currencies.join(', ')}`,
      },
      { found: currencies },
    )
  const signed = rows.map(({ side, moved }) => (side === 'theirs' ? moved : -moved))
  const difference = signed.reduce((sum, each) => sum + each, 0)
  if (!Number.isSafeInteger(difference)) throw new Error('the sum of one match passes 2^53 minor units')
  return {
    difference,
    byCurrency: null,
    amount: Math.max(...rows.map(row => Math.abs(row.moved))),
    currency: currencies[0] as string,
  }
}

/** Matches rows that stand in the given discrepancies, which are locked. Gives the group. Throws no_open_day, and as `weighMatch`. */
export async function matchByHand(
  tx: pg.ClientBase,
  of: readonly Discrepancy[],
  asked: readonly RowKey[],
  hand: places.ByHand,
): Promise<number> {
  const rows = await places.openRows(tx, asked)
  const { difference, currency } = weighMatch(asked, rows, of)
  const [first] = of
  if (!first) throw new Error('rows that are open stand in discrepancies')
  const open = await places.openDaysOf(tx, first)
  // It becomes final with an open day: one of its own, or the first there is, where those are closed.
  const day = open.find(({ id }) => rows.some(row => row.dayId === id)) ?? open[0]
  if (!day) throw noOpenDay(first)
  await places.freeRows(tx, rows)
  const [group] = await insertGroups(
    tx,
    await places.runOf(tx, day, hand.at),
    [{ pass: 'by_hand', difference, currency, flags: [], madeBy: hand.by, reason: hand.reason, rows }],
    hand.at,
  )
  const touched = [...new Set(rows.map(row => row.discrepancyId))]
  await places.endMatched(tx, touched, group as number, hand)
  await places.overtakeRuns(tx, open)
  return group as number
}

/** Whether a match can be taken apart. Throws match_final, match_confirmed, match_single. Pure. */
export function checkUnmatch(match: places.StandingMatch, runDayClosed: boolean): void {
  if (runDayClosed || match.rows.some(row => row.dayClosed))
    throw new Failure('match_final', {
      zh: '该匹配所在账期已关账，不能拆开：请在当前账期更正',
      en: 'This match belongs to a closed day and cannot be taken apart: correct it by an entry of the open one',
    })
  if (match.confirmed)
    throw new Failure('match_confirmed', {
      zh: '该笔缴费已快速确认：请先撤回确认',
      en: 'The payment was confirmed: take the confirmation back first',
    })
  if (match.rows.length < 2)
    throw new Failure('match_single', {
      zh: '只有一笔记录（双方都未成功），没有可拆开的',
      en: 'It is one row alone, which did not succeed: there is nothing to take apart',
    })
}

/**
 * Takes a match apart. What the engine had matched becomes discrepancies of the person's, which runs leave alone, or they would match it again; what a
 * person had matched goes back to the engine. Gives the discrepancies.
 */
export async function takeApart(
  tx: pg.ClientBase,
  ref: places.MatchRef,
  match: places.StandingMatch,
  hand: places.ByHand & { readonly owner: string },
): Promise<number[]> {
  const { channel, account } = match
  const open = await places.openDaysOf(tx, match)
  const day = open.find(({ id }) => id === match.dayId)
  if (!day) throw new Error('the day of the match was open a moment ago')
  await places.dropMatch(tx, ref, hand)
  const byHand = match.madeBy !== ''
  const parts = byHand ? match.rows.map(row => [row]) : bySide(match.rows)
  const ids = await insertDiscrepancies(
    tx,
    { dayId: day.id, run: match.run, channel, account, day: day.day },
    parts.map(rows => apart(rows, byHand, day.closesAt, hand)),
    hand.at,
  )
  await places.endRemarks(tx, match.rows, ids[0] as number, hand)
  await nameMerchants(tx, ids)
  await describeDiscrepancies(tx, ids)
  await places.overtakeRuns(tx, open)
  return ids
}

const bySide = (rows: readonly PlacedRow[]): PlacedRow[][] =>
  [rows.filter(row => row.side === 'ours'), rows.filter(row => row.side === 'theirs')].filter(part => part.length > 0)

const DAY_MS = 86_400_000

function apart(
  rows: readonly PlacedRow[],
  byHand: boolean,
  closesAt: Date,
  { at, owner, reason }: places.ByHand & { readonly owner: string },
): NewDiscrepancy {
  const ours = rows[0]?.side === 'ours'
  const sum = rows.reduce((total, row) => total + row.moved, 0)
  const currency = rows[0]?.currency ?? ''
  const text = formatMinor(sum, currency)
  return {
    origin: byHand ? 'engine' : 'person',
    kind: ours ? 'platform_only' : 'channel_only',
    difference: ours ? -sum : sum,
    currency,
    byCurrency: null,
    cause: 'unmatched_by_hand',
    evidence: {
      zh: `${ours ? '平台' : '渠道'} ${text}（${rows.length} 笔）的匹配被人工拆开：${reason}`,
      en: `The match of ${ours ? 'ours' : 'theirs'}, ${text} in ${rows.length} row(s), was taken apart by hand: ${reason}`,
    },
    linkedTo: [],
    state: 'open',
    owner,
    dueAt: new Date(Math.max(closesAt.getTime(), at.getTime() + DAY_MS)),
    rows,
  }
}

export const noOpenDay = ({ channel, account }: { channel: string; account: string }): Failure =>
  new Failure(
    'no_open_day',
    {
      zh: `${channel}${account ? `/${account}` : ''} 没有未关账的账期：请等下一账期开始`,
      en: `${channel}${account ? `/${account}` : ''} has no open day: wait until the next one begins`,
    },
    { channel, account },
  )
