import { addDays } from '../../kernel/business_day.ts'
import { type Answer, until } from './caller.ts'
import { playEvening } from './evening.ts'
import { playMorning } from './morning.ts'
import { type DayStage, dayOf, type Ids, idsOf, labelled } from './stage.ts'

/** Payments of an ordinary afternoon, besides those with a story. */
const ORDINARY = 24
const WAYS = [
  { channel: 'wechat', method: 'native' },
  { channel: 'alipay', method: 'precreate' },
] as const

/**
 * Another evening and its morning, left as they are at 09:20: items to confirm, anomalies, discrepancies, an appeal, and what waits for a second person. Whoever logs in
 * has his role's morning before him.
 */
export async function leaveMorning(stage: DayStage): Promise<void> {
  const { clock, cashier, say } = stage
  const day = dayOf(clock.now())
  const quiet: DayStage = { ...stage, run: `${stage.run}M`, say: () => {} }
  const id = idsOf(quiet.run)
  await payOrdinarily(quiet, id)
  const evening = await playEvening(quiet, id)
  await playMorning(quiet, evening)
  await billPayer(quiet)
  await fileAppeal(quiet, evening.doubled, id)
  await askSecondPersons(quiet, evening, id)
  const count = async (path: string, name: string): Promise<number> => (await cashier.get(path))[name].length
  const items = await count(`/api/items?state=open&from=${day}&to=${day}&limit=200`, 'items')
  const discrepancies = await count(`/api/discrepancies?state=open&from=${day}&to=${day}`, 'discrepancies')
  const reviews = await count('/api/reviews?state=open', 'reviews')
  say(
    labelled(
      '早上',
      `${addDays(day, 1)} 09:20，留给您处理：${items} 笔待对账、${discrepancies} 件差错、${reviews} 项待复核、1 件申诉，10:00 关账`,
    ),
    labelled(
      'morning',
      `${addDays(day, 1)} 09:20, left to you: ${items} items, ${discrepancies} discrepancies, ${reviews} reviews and an appeal; the day closes at 10:00`,
    ),
  )
}

async function payOrdinarily({ clerk, sandbox, run, clock }: DayStage, id: Ids): Promise<void> {
  const period = dayOf(clock.now()).slice(0, 7)
  const payments: string[] = []
  for (let n = 0; n < ORDINARY; n++) {
    const bill = { order_no: `DAY${run}N${n}`, merchant_no: 'FZWATER', fee_item_id: 'WATER', account_no: '10086001' }
    const payer = { payer_name: '王小明', phone: '13800000000', title: '水费', period, due_on: '2026-12-31' }
    const amount = `${20 + ((n * 37) % 180)}.${String((n * 53) % 100).padStart(2, '0')}`
    const order = await clerk.post('/api/orders', { ...bill, ...payer, amount })
    const way = WAYS[n % WAYS.length]
    const { payment_no } = await clerk.post(`/api/orders/${order.order_no}/payments`, { id: id(), ...way })
    await sandbox.pay(payment_no)
    payments.push(payment_no)
  }
  for (const no of payments)
    await until(
      `payment ${no}`,
      () => clerk.get(`/api/payments/${no}`),
      (each: Answer) => each.state === 'success',
    )
}

/** What the payer finds when he comes: a bill that nobody has paid. */
async function billPayer({ clerk, run, clock }: DayStage): Promise<void> {
  const day = dayOf(clock.now())
  await clerk.post('/api/orders', {
    ...{ order_no: `DUE${run}`, merchant_no: 'FZWATER', fee_item_id: 'WATER', account_no: '10086001' },
    ...{ payer_name: '王小明', phone: '13800000000', title: '水费', period: day.slice(0, 7) },
    ...{ amount: '46.20', due_on: addDays(day, 20) },
  })
}

async function fileAppeal({ payer, lang }: DayStage, paymentNo: string, id: Ids): Promise<void> {
  const text = lang === 'zh' ? '昨晚交的水费显示未对账，请核实' : 'Last night’s payment is not reconciled: please look'
  await payer.post('/api/own/appeals', { id: id(), payment_no: paymentNo, kind: 'not_reconciled', text })
}

/** The cashier holds ours right, and a supervisor wants a role for somebody: both wait for another one. */
async function askSecondPersons(
  { cashier, supervisor }: DayStage,
  { mistaken }: { mistaken: string },
  id: Ids,
): Promise<void> {
  const { discrepancies } = await cashier.get(`/api/discrepancies?state=open&number=${mistaken}`)
  const [found] = discrepancies
  if (found)
    await cashier.post(`/api/discrepancies/${found.discrepancy_id}/actions`, {
      ...{ id: id(), action: 'accept_platform' },
      reason: '平台金额与付款截图一致，渠道账单录错',
    })
  const { accounts } = await supervisor.get('/api/accounts?search=kefu')
  const [support] = accounts
  if (!support) return
  // It may wait still since the last start.
  const { reviews } = await supervisor.get('/api/reviews?state=open&whose=mine')
  if (reviews.length > 0) return
  const ask = { id: id(), role: 'cashier', merchants: ['FZWATER'], reason: '值班代理出纳' }
  await supervisor.post(`/api/accounts/${support.account_id}/grants`, ask)
}
