import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import pino from 'pino'
import type { Channels } from '../src/channels/channel.ts'
import { makeId } from '../src/kernel/ids.ts'
import { issueOrder } from '../src/orders/operations.ts'
import type { Order, OrderAsk } from '../src/orders/order.ts'
import { openPaying, type Paying, type PayingSettings } from '../src/orders/paying.ts'
import type { Database } from '../src/system/database.ts'
import { actor } from './actors.ts'
import { testDatabase } from './database.ts'
import { testVault } from './vault.ts'

/** A clock that tests move. */
export class Clock {
  #at: number
  constructor(at: string) {
    this.#at = Date.parse(at)
  }
  readonly now = (): Date => new Date(this.#at)
  forward(seconds: number): Date {
    this.#at += seconds * 1000
    return this.now()
  }
}

export type PayingTest = { readonly app: Paying; readonly db: Database; readonly clock: Clock }

const SETTINGS: PayingSettings = {
  publicUrl: () => 'http://127.0.0.1:1',
  paymentMinutes: 30,
  transferDays: 7,
  refundReviewFrom: null,
}

/** Paying on a database of its own, with a merchant M1 (water W1 paid in one go, tuition S1 paid in parts of at least 10.00). */
export async function payingTest(
  t: TestContext,
  channels: Channels,
  settings: Partial<PayingSettings> = {},
  given?: Database,
): Promise<PayingTest> {
  const db = given ?? (await testDatabase(t))
  const clock = new Clock('2026-11-20T10:00:00+08:00')
  await db.pool.query(
    `with d as (insert into departments (id, name, created_at) values ('D1', '公用事业', $1) returning id),
          m as (insert into merchants (merchant_no, name, department_id, created_at) select 'M1', '抚州水务', id, $1 from d returning merchant_no)
     insert into fee_items (id, merchant_no, name, category, part_payment, part_min, created_at)
     select item, merchant_no, name, category::fee_category, parts, 1000, $1
       from m, (values ('W1', '水费', 'water', false), ('S1', '学费', 'tuition', true)) as i (item, name, category, parts)`,
    [clock.now()],
  )
  const app = openPaying(
    {
      db,
      vault: await testVault(db, clock.now),
      now: clock.now,
      newId: () => makeId(clock.now().getTime(), randomBytes(10)),
      log: pino({ level: 'silent' }),
      channels,
    },
    { ...SETTINGS, ...settings },
  )
  t.after(() => app.close())
  return { app, db, clock }
}

let orders = 0

/** A bill of 100.00 for water, unless told otherwise. */
export const issued = (app: Paying, change: Partial<OrderAsk> = {}): Promise<Order> =>
  issueOrder(app, actor('somebody'), {
    orderNo: `FZ${++orders}`,
    merchantNo: 'M1',
    feeItemId: 'W1',
    accountNo: '10086001',
    payerName: '王小明',
    phone: '13800000000',
    email: '',
    title: '',
    period: '2026-11',
    amount: 10_000,
    currency: 'CNY',
    dueOn: null,
    ...change,
  })
