import type pg from 'pg'
import { EVERYWHERE, type Scope } from '../src/access/scope.ts'
import { findEntries, type LogFilter } from '../src/audit/store.ts'
import {
  type DiscrepancyFilter,
  discrepancyFigures,
  discrepancyTotals,
  listDiscrepancies,
} from '../src/discrepancies/store.ts'
import { paymentLatency } from '../src/orders/latency_store.ts'
import { billsOf } from '../src/orders/list_store.ts'
import { type RecordFilter, recordPage } from '../src/orders/record_store.ts'
import { boardDays, dayTotals } from '../src/reconciliation/days/board_store.ts'
import { ITEM_STATES, type ItemState } from '../src/reconciliation/items/item.ts'
import { type ItemFilter, listItems, placeAt } from '../src/reconciliation/items/list_store.ts'
import type { Vault } from '../src/system/vault/vault.ts'
import { LAST_DAY, MERCHANTS, RARE_ACT, SMALL_MERCHANT } from '../testkit/lists_seed.ts'

/** What is asked, and what of it an index alone would answer; both give how many rows they found. `run` chooses the place or the value. */
export type Question = {
  readonly name: string
  readonly ask: (run: number) => Promise<number>
  readonly floor?: (run: number) => Promise<number>
}

const PAGE = 100
const MONTH = { from: '2026-10-01', to: '2026-10-31' }
export const NOW = new Date(`${LAST_DAY}T20:00:00+08:00`)
const OPEN = ITEM_STATES.filter(state => state !== 'reconciled')

/** Of so many rows, another one each time, spread over all of them. */
const nth = (rows: number, run: number): number => 1 + ((run * 7_368_787) % rows)
const padded = (letters: string, i: number): string => `${letters}${String(i).padStart(10, '0')}`
const merchant = (run: number): string => `M${run % (MERCHANTS - 1)}`

/** Who may see how much, as every list is asked. */
const SCOPES: readonly (readonly [name: string, scope: (run: number) => Scope])[] = [
  ['scope of one merchant', run => [{ merchants: [merchant(run)], channels: null }]],
  ['scope of a merchant that is hardly paid', () => [{ merchants: [SMALL_MERCHANT], channels: null }]],
  [
    'scope of two areas',
    run => [
      { merchants: [merchant(run)], channels: ['wechat'] },
      { merchants: null, channels: ['bank'] },
    ],
  ],
]

type Asking = { readonly pool: pg.Pool; readonly vault: Vault }

export function questionsOf(app: Asking, rows: number): Question[] {
  return [...items(app, rows), ...discrepancies(app, rows), ...records(app, rows), ...logged(app, rows)]
}

/** 已缴费-待对账 with its tabs, and the days. */
function items({ pool, vault }: Asking, rows: number): Question[] {
  const page = async (filter: Partial<ItemFilter>, scope: Scope = EVERYWHERE): Promise<number> => {
    const { items: found } = await listItems(pool, scope, { states: OPEN, limit: PAGE, ...filter })
    await billsOf(
      pool,
      vault,
      found.map(({ orderNo }) => orderNo),
    )
    return found.length
  }
  const floor = (run: number): Promise<number> =>
    counted(
      pool,
      `select id from movements where channel = 'wechat' and account = 'wx-main' and business_date = $1::date - $2::integer % 80 order by id desc limit ${PAGE}`,
      [LAST_DAY, run],
    )
  const list = (
    name: string,
    filter: (run: number) => Partial<ItemFilter>,
    scope?: (run: number) => Scope,
  ): Question => ({
    name: `items: ${name}`,
    ask: run => page(filter(run), scope?.(run)),
    floor,
  })
  const recent = (run: number): number => rows - 1 - ((run * 1_009) % Math.ceil(rows / 50))
  return [
    list('open', () => ({})),
    list('open, far below', run => ({ after: recent(run) })),
    ...ITEM_STATES.map((state: ItemState) => list(`state ${state}`, () => ({ states: [state] }))),
    list('state discrepancy, far below', run => ({ states: ['discrepancy'], after: recent(run) })),
    list('channel', () => ({ channel: 'bank' })),
    list('channel and account, discrepancies', () => ({
      channel: 'wechat',
      account: 'wx-main',
      states: ['discrepancy'],
    })),
    list('merchant', run => ({ merchantNo: merchant(run) })),
    list('merchant that is hardly paid', () => ({ merchantNo: SMALL_MERCHANT })),
    list('amounts of everybody', () => ({ least: 10_000, most: 20_000 })),
    list('amounts of hardly anybody', () => ({ least: 50_000_000 })),
    list('a closed month', () => ({ ...MONTH, states: ['reconciled'] })),
    list('a closed month, what is open', () => ({ ...MONTH })),
    list('ninety days, discrepancies', () => ({ from: '2026-08-01', to: LAST_DAY, states: ['discrepancy'] })),
    list('ninety days, merchant that is hardly paid', () => ({
      from: '2026-08-01',
      to: LAST_DAY,
      merchantNo: SMALL_MERCHANT,
      states: ['reconciled'],
    })),
    ...SCOPES.map(([name, scope]) => list(name, () => ({}), scope)),
    list('number of an order', run => ({ number: padded('FZ', nth(rows, run)) })),
    list('number of a payment', run => ({ number: padded('P', nth(rows, run)) })),
    list('number of a channel', run => ({ number: `42000${String(nth(rows, run)).padStart(12, '0')}` })),
    list('number that nobody has', run => ({ number: `NONE${run}` })),
    {
      name: 'items: place of a moment',
      ask: async run =>
        (await placeAt(pool, {
          at: new Date(NOW.getTime() - run * 4 * 86_400_000),
          channel: run % 2 ? 'wechat' : undefined,
          account: undefined,
        })) === null
          ? 0
          : 1,
    },
    { name: 'days: totals of open days', ask: async () => (await dayTotals(pool, EVERYWHERE, {})).length },
    {
      name: 'days: totals of ninety days',
      ask: async () => (await dayTotals(pool, EVERYWHERE, { from: '2026-08-01' })).length,
    },
    {
      name: 'days: totals of ninety days, scope of one merchant',
      ask: async run =>
        (await dayTotals(pool, [{ merchants: [merchant(run)], channels: null }], { from: '2026-08-01' })).length,
    },
    {
      name: 'days: board of thirty days',
      ask: async () => (await boardDays(pool, EVERYWHERE, { from: '2026-10-22' })).length,
    },
    {
      name: 'days: board of ninety days',
      ask: async () => (await boardDays(pool, EVERYWHERE, { from: '2026-08-22' })).length,
    },
  ]
}

/** 差错: the work list, its filters and its figures. */
function discrepancies({ pool }: Asking, rows: number): Question[] {
  const floor = (): Promise<number> =>
    counted(
      pool,
      `select id from discrepancies where state = 'open' and kind <> 'in_transit' order by due_at, id limit ${PAGE}`,
      [],
    )
  const filters: Readonly<Record<string, (run: number) => DiscrepancyFilter>> = {
    open: () => ({ state: 'open' }),
    all: () => ({}),
    resolved: () => ({ state: 'resolved' }),
    'kind, open': () => ({ state: 'open', kinds: ['amount_mismatch'] }),
    kind: () => ({ kinds: ['in_transit'] }),
    cause: () => ({ state: 'open', cause: 'lost_notice' }),
    channel: () => ({ state: 'open', channel: 'bank', account: 'icbc' }),
    merchant: run => ({ merchant: merchant(run) }),
    'merchant that is hardly paid': () => ({ merchant: SMALL_MERCHANT }),
    'own, open': run => ({ state: 'open', owner: `staff:${(run * 3) % 20}` }),
    'nobody’s, open': () => ({ state: 'open', owner: '' }),
    'a month': () => MONTH,
    'older than a week, open': () => ({ state: 'open', openedBefore: new Date(NOW.getTime() - 7 * 86_400_000) }),
    overdue: () => ({ overdueAt: NOW }),
    amounts: () => ({ currency: 'CNY', amountFrom: 50_000_000 }),
    number: run => ({ number: padded('P', 499 * (1 + ((run * 977) % Math.floor(rows / 499)))) }),
  }
  const lists = Object.entries(filters).flatMap(([name, filter]): Question[] => [
    {
      name: `discrepancies: ${name}, newest`,
      ask: async run =>
        (await listDiscrepancies(pool, EVERYWHERE, filter(run), { order: 'newest', limit: PAGE })).length,
      floor,
    },
    {
      name: `discrepancies: ${name}, most urgent`,
      ask: async run => (await listDiscrepancies(pool, EVERYWHERE, filter(run), { order: 'due', limit: PAGE })).length,
      floor,
    },
    {
      name: `discrepancies: ${name}, totals`,
      ask: async run => (await discrepancyTotals(pool, EVERYWHERE, filter(run), NOW)).length,
    },
  ])
  return [
    ...lists,
    {
      name: 'discrepancies: open, figures by cause and age',
      ask: async () => (await discrepancyFigures(pool, EVERYWHERE, { state: 'open' }, NOW)).length,
    },
    {
      name: 'discrepancies: open, scope of one merchant',
      ask: async run =>
        (
          await listDiscrepancies(
            pool,
            [{ merchants: [merchant(run)], channels: null }],
            { state: 'open' },
            { order: 'due', limit: PAGE },
          )
        ).length,
      floor,
    },
  ]
}

/** 缴费记录. */
function records({ pool, vault }: Asking, rows: number): Question[] {
  const floor = (run: number): Promise<number> =>
    counted(
      pool,
      `select payment_no from payments where created_at < $1 order by created_at desc, payment_no desc limit ${PAGE}`,
      [new Date(NOW.getTime() - run * 86_400_000)],
    )
  const list = (
    name: string,
    filter: (run: number) => Partial<RecordFilter>,
    scope?: (run: number) => Scope,
  ): Question => ({
    name: `records: ${name}`,
    ask: async run =>
      (await recordPage(pool, vault, scope?.(run) ?? EVERYWHERE, { limit: PAGE, ...filter(run) })).records.length,
    floor,
  })
  const day = (run: number): { from: Date; to: Date } => {
    const from = new Date(Date.parse('2026-09-01T00:00:00+08:00') + run * 86_400_000)
    return { from, to: new Date(from.getTime() + 86_400_000) }
  }
  return [
    list('all', () => ({})),
    list('all, far below', run => ({
      after: { createdAt: new Date(NOW.getTime() - run * 4 * 86_400_000), paymentNo: 'P' },
    })),
    list('state success', () => ({ states: ['success'] })),
    list('state closed', () => ({ states: ['closed'] })),
    list('state failed', () => ({ states: ['failed'] })),
    list('state pending, of which there is none', () => ({ states: ['pending'] })),
    list('state failed, of a channel of few', () => ({ states: ['failed'], channel: 'bank' })),
    list('channel', () => ({ channel: 'bank' })),
    list('a day', day),
    list('a day, a channel', run => ({ ...day(run), channel: 'bank' })),
    list('order', run => ({ orderNo: padded('FZ', nth(rows, run)) })),
    list('account that nobody has', run => ({ accountNo: `1${run}` })),
    list('merchant', run => ({ merchantNo: merchant(run) })),
    ...SCOPES.map(([name, scope]) => list(name, () => ({}), scope)),
    {
      name: 'records: latency of seven days',
      ask: async () => (await paymentLatency(pool, EVERYWHERE, NOW, 7)).length,
    },
  ]
}

/** 操作日志. */
function logged({ pool }: Asking, rows: number): Question[] {
  const floor = (run: number): Promise<number> =>
    counted(pool, `select id from operation_log where id < $1 order by id desc limit ${PAGE}`, [nth(rows, run)])
  const list = (name: string, filter: (run: number) => Partial<LogFilter>): Question => ({
    name: `log: ${name}`,
    ask: async run => (await findEntries(pool, { limit: PAGE, ...filter(run) })).length,
    floor,
  })
  const request = async (run: number): Promise<string> => {
    const { rows: found } = await pool.query('select request_id from operation_log where id = $1', [nth(rows, run)])
    return found[0].request_id
  }
  return [
    list('all', () => ({})),
    list('all, far below', run => ({ before: String(nth(rows, run)) })),
    list('person', run => ({ who: `staff:${run}` })),
    list('object', run => ({ object: padded('P', nth(rows, run)) })),
    list('address', run => ({ address: `10.0.${run % 4}.${run}` })),
    list('act of many', () => ({ what: 'item.confirm' })),
    list('act of few', () => ({ what: 'merchant.change' })),
    list('act of hardly anybody', () => ({ what: 'role.change' })),
    list('act that nobody did', () => ({ what: 'vault.rekey' })),
    list('kind of many', () => ({ kind: 'item' })),
    list('kind of hardly anybody', () => ({ kind: 'role' })),
    list('kind and act of hardly anybody, a month', () => ({
      kind: 'role',
      what: 'role.change',
      from: new Date(`${MONTH.from}T00:00:00+08:00`),
      to: new Date(`${MONTH.to}T23:59:59+08:00`),
    })),
    list('a month', () => ({
      from: new Date(`${MONTH.from}T00:00:00+08:00`),
      to: new Date(`${MONTH.to}T23:59:59+08:00`),
    })),
    list('person, a day', run => ({
      who: `staff:${run}`,
      from: new Date('2026-09-10T00:00:00+08:00'),
      to: new Date('2026-09-11T00:00:00+08:00'),
    })),
    {
      name: 'log: request',
      ask: async run => (await findEntries(pool, { limit: PAGE, requestId: await request(run) })).length,
      floor,
    },
    list('request that nobody made', run => ({ requestId: `none-${run}` })),
    list('person and act of hardly anybody', run => ({
      who: `staff:${(RARE_ACT * (1 + run)) % 200}`,
      what: 'role.change',
    })),
  ]
}

async function counted(pool: pg.Pool, text: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await pool.query(text, [...values])
  return rows.length
}
