import type { Rule } from '../../channels/sandbox/faults.ts'
import { type Answer, until } from './caller.ts'
import { atTime, type DayStage, dayOf, goTo, type Ids, labelled } from './stage.ts'

/** What was paid in the evening, by what becomes of it. */
export type Evening = {
  readonly day: string
  /** Nothing goes wrong with these. */
  readonly plain: string
  readonly doubled: string
  readonly transfer: string
  /** The channel's statement says another amount, and stays with it. */
  readonly mistaken: string
  /** The channel's first statement says another amount, and a newer version corrects it. */
  readonly restated: string
  /** Paid, and nobody told the platform: neither notices nor queries come through. */
  readonly lost: string
  /** Shortly before midnight: the channel lists it on the next day. */
  readonly late: string
}

/** Payments of four channels, with the faults that the next morning is about. */
export async function playEvening(stage: DayStage, id: Ids): Promise<Evening> {
  const { sandbox, clerk, say, run } = stage
  const day = dayOf(stage.clock.now())
  await goTo(stage, atTime(day, '21:30:00'))
  let nth = 0
  const begin = async (channel: string, method: string, amount: string, title: string): Promise<Answer> => {
    const order = await clerk.post('/api/orders', {
      order_no: `DAY${run}${String.fromCharCode(65 + nth++)}`,
      merchant_no: 'FZWATER',
      fee_item_id: 'WATER',
      account_no: '10086001',
      payer_name: '王小明',
      phone: '13800000000',
      title,
      period: day.slice(0, 7),
      amount,
      due_on: '2026-12-31',
    })
    return await clerk.post(`/api/orders/${order.order_no}/payments`, { id: id(), channel, method })
  }
  const booked = (no: string): Promise<Answer> =>
    until(
      `payment ${no}`,
      () => clerk.get(`/api/payments/${no}`),
      each => each.state === 'success',
    )

  const wechat = (amount: string, title = '水费') => begin('wechat', 'native', amount, title)
  const alipay = (amount: string, title = '水费') => begin('alipay', 'precreate', amount, title)
  const [plain, doubled, lost] = [await wechat('35.00'), await wechat('86.50'), await wechat('64.20')]
  const [mistaken, restated] = [await alipay('120.00'), await alipay('88.80')]
  const card = await begin('unionpay', 'gateway', '45.30', '水费')
  // The gateway knows an order once its page was opened.
  await fetch(card.checkout.url, { method: 'POST', body: new URLSearchParams(card.checkout.fields) })
  const transfer = await begin('bank', 'transfer', '3260.00', '企业水费')
  const rules: Rule[] = [
    { on: 'notice', do: 'double', times: 2, no: doubled.payment_no },
    { on: 'notice', do: 'drop', no: lost.payment_no },
    { on: 'query', do: 'error_500', no: lost.payment_no },
  ]
  await sandbox.rules(rules)
  for (const { payment_no: no } of [plain, doubled, lost, mistaken, restated, card]) await sandbox.pay(no)
  await sandbox.transfer({ reference: transfer.checkout.reference, amount: 3_260_00 })
  for (const { payment_no: no } of [plain, doubled, mistaken, restated, card, transfer]) await booked(no)

  say(
    labelled('缴费', `微信、支付宝、银联、银行转账再收 7 笔：1 笔微信通知重复，1 笔微信的通知与查询全部失败`),
    labelled('pay', `7 more by WeChat, Alipay, UnionPay and bank: one is notified twice, of another nobody hears`),
  )

  await goTo(stage, atTime(day, '23:58:30'))
  const late = await wechat('18.80')
  await sandbox.pay(late.payment_no)
  await booked(late.payment_no)
  await sandbox.restate({ channel: 'wechat', day, defer: [late.payment_no] })
  await sandbox.restate({
    ...{ channel: 'alipay', day },
    change: [
      { no: mistaken.payment_no, amount: '102.00' },
      { no: restated.payment_no, amount: '80.80' },
    ],
  })
  say(
    labelled('缴费', '日切前再收 1 笔，微信将把它列入次日账单；支付宝账单将有 2 笔金额与我方不同'),
    labelled(
      'pay',
      'one more before midnight: WeChat will list it a day late, and Alipay will state two amounts otherwise',
    ),
  )
  return {
    day,
    plain: plain.payment_no,
    doubled: doubled.payment_no,
    transfer: transfer.payment_no,
    mistaken: mistaken.payment_no,
    restated: restated.payment_no,
    lost: lost.payment_no,
    late: late.payment_no,
  }
}
