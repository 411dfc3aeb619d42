import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { SYSTEM } from '../src/access/actor.ts'
import { closeDay } from '../src/reconciliation/days/close.ts'
import { findDay } from '../src/reconciliation/days/day_store.ts'
import { settleDay } from '../src/reconciliation/days/run.ts'
import { type Comparing, compareSettlements } from '../src/reconciliation/funds/compare.ts'
import { recognisePayouts } from '../src/reconciliation/funds/recognise.ts'
import type { SettlePlan } from '../src/reconciliation/funds/settings.ts'
import { importStatement } from '../src/statements/operations.ts'
import { bankStatement } from '../src/statements/writing/bank.ts'
import type { WrittenRow } from '../src/statements/writing/row.ts'
import { wechatFundsBill, wechatTradeBill } from '../src/statements/writing/wechat.ts'
import type { App } from '../src/system/app.ts'
import { testApp } from './app.ts'
import { CALENDAR } from './days.ts'

const MCH = { appid: 'wx0000000000000001', mchid: '1900000109' }
/** Of the account from which WeChat pays merchants. */
export const TENPAY = '243300133'

export type Sale = {
  readonly no: string
  readonly fen: number
  readonly fee: number
  /** Beijing time of the day. */
  readonly at?: string
  /** Given back under this number; `fee` comes back with it. */
  readonly refund?: string
}

export type Transfer = { readonly fen: number; readonly text: string; readonly payer?: string; readonly no?: string }

export const PLAN: SettlePlan = {
  channel: 'wechat',
  account: 'wx',
  bank: 'icbc',
  counterparties: [TENPAY],
  remittance: [],
  daysAfter: 1,
  workingDaysOnly: false,
  pays: 'net',
}

const instant = (day: string, time = '10:00:00'): number => Date.parse(`${day}T${time}+08:00`)

const written = (day: string, { no, fen, fee, at, refund }: Sale): WrittenRow => ({
  kind: refund === undefined ? 'payment' : 'refund',
  tradeNo: `4200000000${no.replace(/\D/g, '').padStart(18, '0')}`,
  merchantOrderNo: no,
  refundNo: refund ?? '',
  channelRefundNo: refund === undefined ? '' : `50${refund.replace(/\D/g, '').padStart(10, '0')}`,
  amount: fen,
  currency: 'CNY',
  at: instant(day, at),
  merchant: '0',
  payer: 'openid',
  fee,
  batch: '',
  goods: '水费',
})

/** An account `wx` with WeChat that is paid out to our account `icbc` with a bank; bills and statements as both write them. */
export async function fundsCounter(
  t: TestContext,
  {
    plans = [PLAN],
    start = '2026-11-20T09:30:00+08:00',
    app: given,
  }: { plans?: SettlePlan[]; start?: string; app?: App } = {},
) {
  const own = given ? null : await testApp(t, start)
  const app = (given ?? own) as App
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-funds-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const comparing = (): Comparing => ({
    ...app,
    plans: new Map(plans.map(plan => [plan.account, plan])),
    lateDays: 1,
    lookBackDays: 60,
  })
  let files = 0
  const bring = async (content: Buffer, channel: string, account: string, day: string, order = false) => {
    const path = join(folder, `${channel}-${day}-${++files}.csv`)
    await writeFile(path, content)
    return await importStatement(app, {
      ...{ path, channel, account, day, who: SYSTEM, at: app.now(), calendar: CALENDAR },
      ...(order ? { mapping: { 摘要: 'order_no' as const, 商户订单号: null }, standingMapping: true } : {}),
    })
  }
  const bank = (day: string) => ({ channel: 'bank', account: 'icbc', day })
  return {
    app,
    comparing,
    /** Sets the clock forward, where it is the counter's own. */
    pass: (seconds: number): void => own?.pass(seconds),
    trade: (day: string, sales: readonly Sale[]) =>
      bring(
        wechatTradeBill(
          sales.map(sale => written(day, sale)),
          MCH,
        ),
        'wechat',
        'wx',
        day,
      ),
    funds: (day: string, sales: readonly Sale[], balance: number, paidOut: readonly number[] = []) =>
      bring(
        wechatFundsBill(
          sales.map(sale => written(day, sale)),
          MCH,
          balance,
          paidOut.map((amount, i) => ({ at: instant(day, '23:00:00'), no: `TX${day.slice(8)}${i}`, amount })),
        ),
        'wechat',
        'wx',
        day,
      ),
    bank: (day: string, transfers: readonly Transfer[]) =>
      bring(
        bankStatement(
          transfers.map(({ fen, text, payer, no }, i) => ({
            ...written(day, { no: '', fen: Math.abs(fen), fee: 0 }),
            kind: fen < 0 ? 'refund' : 'payment',
            ...{ tradeNo: no ?? `F${day.replaceAll('-', '')}${i + 1}`, payer: payer ?? TENPAY, goods: text },
          })),
        ),
        'bank',
        'icbc',
        day,
        true,
      ),
    bill: (channel: string, account: string, day: string, content: Buffer) => bring(content, channel, account, day),
    compare: () => compareSettlements(comparing()),
    settleBank: (day: string) =>
      settleDay({ ...app, beforeRun: of => recognisePayouts(comparing(), of, false) }, bank(day)),
    closeBank: (day: string) => closeDay(app, SYSTEM, bank(day)),
    bankDay: (day: string) => findDay(app.db.pool, bank(day)),
    /** `19 funds_agree net 99.40 waiting on 20`, with the codes of its differences. */
    async told(): Promise<string[]> {
      const { rows } = await app.db.pool.query(
        `select to_char(business_date, 'DD') || ' ' || state || ' ' || to_char(net / 100.0, 'FM99990.00') || ' ' || payout
                || coalesce(' ' || (select string_agg((d ->> 'code') || ' ' || to_char((d ->> 'amount')::bigint / 100.0, 'FM99990.00'), ', ' order by d ->> 'code', (d ->> 'amount')::bigint)
                                      from jsonb_array_elements(differences) d), '') as told
           from settlements order by business_date, currency`,
      )
      return rows.map(row => row.told)
    },
    /** Discrepancies of the bank account that are open, by kind. */
    async open(): Promise<string[]> {
      const { rows } = await app.db.pool.query(
        `select kind || ' ' || amount as told from discrepancies where channel = 'bank' and state in ('open', 'waived') order by 1`,
      )
      return rows.map(row => row.told)
    },
  }
}
