import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { SYSTEM } from '../src/access/actor.ts'
import { canonicalJson } from '../src/kernel/canonical_json.ts'
import { closeDay } from '../src/reconciliation/days/close.ts'
import { findDay } from '../src/reconciliation/days/day_store.ts'
import { settleDay } from '../src/reconciliation/days/run.ts'
import { documentOf } from '../src/rules/document.ts'
import { parseRules } from '../src/rules/read.ts'
import { insertActivation, insertVersion } from '../src/rules/store.ts'
import { importStatement } from '../src/statements/operations.ts'
import { testDatabase } from './database.ts'
import { Clock } from './paying.ts'
import { testVault } from './vault.ts'
import { type BillRow, wechatBill } from './wechat_bill.ts'

const once = (work: () => Promise<void>) => {
  let done: Promise<void> | undefined
  return () => (done ??= work())
}

export const CALENDAR = { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 }

/** `P1 80.00 2026-11-20 10:00:00` with the trade number of its digits, unless told. */
export type Row = {
  readonly no: string
  readonly fen: number
  readonly at: string
  readonly trade?: string
  readonly order?: string
  readonly refund?: string
}

/** A platform whose one account `wx` with WeChat has its days; time stands until it is moved. */
export async function daysCounter(t: TestContext, start = '2026-11-21T08:00:00+08:00') {
  const db = await testDatabase(t)
  const vault = await testVault(db)
  const clock = new Clock(start)
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-days-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const app = { db, vault, now: clock.now, log: pino({ level: 'silent' }) }
  let files = 0
  const of = (day: string) => ({ channel: 'wechat', account: 'wx', day })
  /** What every bill of these tests hangs on. */
  const platform = once(async () => {
    await db.pool.query(`
      insert into departments (id, name, created_at) values ('D', '部门', now());
      insert into merchants (merchant_no, name, department_id, created_at) values ('M', '水务', 'D', now());
      insert into fee_items (id, merchant_no, name, category, created_at) values ('W', 'M', '水费', 'water', now())`)
  })
  const tradeOf = (no: string) => `4200000000202611200000000${no.replace(/\D/g, '').padStart(3, '0')}`
  return {
    app,
    db,
    vault,
    clock,
    of,
    /** Our book says so. The business date is the one of its own time. */
    async pays(...rows: readonly Row[]): Promise<void> {
      for (const { no, fen, at, trade, order, refund } of rows)
        await db.pool.query(
          `insert into movements (payment_no, order_no, kind, status, channel, account, channel_trade_no, merchant_order_no, refund_no, amount, currency,
                                  occurred_at, business_date)
           values ($1, $2, $3, 'success', 'wechat', 'wx', $4, $5, $6, $7, 'CNY', $8, $9)`,
          [
            refund ?? no,
            order ?? `O${no}`,
            refund ? 'refund' : 'payment',
            trade ?? tradeOf(no),
            no,
            refund ?? '',
            refund ? -fen : fen,
            new Date(`${at.replace(' ', 'T')}+08:00`),
            at.slice(0, 10),
          ],
        )
    },
    /** As `pays`, with the orders and payments that the platform has for them. */
    async paysOnPlatform(...rows: readonly Row[]): Promise<void> {
      await platform()
      for (const { no, fen, at, order } of rows) {
        const paidAt = new Date(`${at.replace(' ', 'T')}+08:00`)
        await db.pool.query(
          `with bill as (
             insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, title, amount, currency, part_payment, part_min, paid, created_at, paid_at)
             values ($1, repeat('0', 64), 'M', 'W', '水费', $2, 'CNY', false, 1, $2, $3, $3) returning order_no)
           insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at,
                                 channel_trade_no, received, paid_at, booked_at, credited, merchant_no)
           select order_no, $4, $4, repeat('0', 64), 'wechat', 'wx', 'native', $2, 'CNY', 'success', $3, $3, $5, $2, $3, $3, true, 'M' from bill`,
          [order ?? `O${no}`, fen, paidAt, no, tradeOf(no)],
        )
      }
      await this.pays(...rows)
      await db.pool.query("update movements set fee_item = 'W' where payment_no = any($1)", [rows.map(({ no }) => no)])
    },
    /** These rules hold from the first day on. */
    async rules(yaml: string): Promise<void> {
      const canonical = canonicalJson(documentOf(parseRules(yaml, 'rules.yaml')))
      const at = clock.now()
      await db.transaction(async tx => {
        const version = await insertVersion(tx, {
          ...{ name: '试用', document: yaml, canonical, sm3: hash('sm3', canonical), basedOn: 1, createdAt: at },
          ...{ author: 'tester', authorName: '测试', reason: '测试' },
        })
        await insertActivation(tx, {
          ...{ version, fromDay: '2026-01-01', activatedAt: at, reviewId: 'R', gateId: 'G' },
          ...{ askedBy: 'tester', decidedBy: 'other', reason: '测试' },
        })
      })
    },
    /** The channel's statement of the day says so. */
    async statement(
      day: string,
      rows: readonly Row[],
      more: { madeAt?: string; part?: boolean; newest?: boolean } = {},
    ) {
      const bill = wechatBill(
        rows.map(
          ({ no, fen, at, trade, refund }): BillRow => ({
            at,
            trade: trade ?? tradeOf(no),
            order: no,
            fen,
            ...(refund ? { refund } : {}),
          }),
        ),
      )
      const path = join(folder, `${day}-${++files}.csv`)
      await writeFile(path, bill)
      return await importStatement(app, {
        path,
        channel: 'wechat',
        account: 'wx',
        ...(more.part ? {} : { day }),
        ...(more.newest ? { newest: true } : {}),
        ...(more.madeAt ? { madeAt: new Date(more.madeAt) } : {}),
        who: SYSTEM,
        at: clock.now(),
        calendar: CALENDAR,
      })
    },
    settle: (day: string) => settleDay(app, of(day)),
    close: (day: string) => closeDay(app, SYSTEM, of(day)),
    day: (day: string) => findDay(db.pool, of(day)),
    /** Live places of all rows, a line each, in the order of their first row. */
    async places(): Promise<string[]> {
      const { rows } = await db.pool.query(
        `with names as (
           select 'ours'::book_side as side, order_no, id, payment_no as name from movements
           union all
           select 'theirs', order_no, id, kind || ' ' || to_char(amount / 100.0, 'FM999990.00') || ' ' || coalesce(nullif(refund_no, ''), merchant_order_no) from statement_lines)
         select 'pair ' || m.payment_no || ' = ' || n.name || case when k.cross_day then ' cross_day' else '' end as told
           from match_links k join movements m on m.order_no = k.order_no and m.id = k.movement_id join names n on n.side = 'theirs' and n.id = k.line_id
         union all
         select 'group ' || string_agg(n.name, ' + ' order by r.side, n.name) || ' ' || array_to_string(g.flags, ',') from match_groups g
           join match_rows r on r.group_id = g.id and r.live join names n on n.side = r.side and n.id = r.row_id group by g.id
         union all
         select x.kind || ' ' || x.state || ' ' || string_agg(n.name, ' + ' order by r.side, n.name) || ' ' || x.cause
           from discrepancies x join discrepancy_rows r on r.discrepancy_id = x.id and (r.live or x.kind = 'fee_mismatch')
           join names n on n.side = r.side and n.id = r.row_id where x.state in ('open', 'waived', 'resolved') group by x.id
          order by 1`,
      )
      return rows.map(row => row.told)
    },
  }
}
