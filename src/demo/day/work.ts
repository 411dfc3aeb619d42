import { type Answer, refusalOf, until } from './caller.ts'
import type { Evening } from './evening.ts'
import { CHANNELS, type DayStage, type Ids, ITEM_STATES, labelled, table } from './stage.ts'

/** 待对账: the list, a quick confirm, and one that is not confirmed just so. */
export async function playItems(stage: DayStage, { day, plain, mistaken }: Evening, id: Ids): Promise<void> {
  const { cashier, lang, say } = stage
  const { items } = await cashier.get(`/api/items?state=open&from=${day}&to=${day}&limit=200`)
  say(
    labelled('待对账', `${items.length} 笔（出纳工作列表）`),
    labelled('items', `${items.length} to be confirmed or waited for`),
  )
  const titles =
    lang === 'zh' ? ['缴费单', '渠道', '>金额', '状态', '疑点'] : ['Order', 'Channel', '>Amount', 'State', 'Doubt']
  const rows = items.map((item: Answer) => [
    item.order_no,
    CHANNELS[item.channel]?.[lang] ?? item.channel,
    item.amount,
    ITEM_STATES[item.state]?.[lang] ?? item.state,
    item.doubt?.[lang] ?? '',
  ])
  for (const line of table(titles, rows)) say(line, line)

  const asked = performance.now()
  const confirmed = await cashier.post(`/api/items/${plain}/confirm`, { id: id() })
  const ms = Math.round(performance.now() - asked)
  say(
    labelled('确认', `快速确认 ${plain}：${ITEM_STATES[confirmed.state]?.zh}，用时 ${ms} ms`),
    labelled('confirm', `${plain} is ${ITEM_STATES[confirmed.state]?.en} after ${ms} ms`),
  )
  const refusal = await refusalOf(cashier.post(`/api/items/${mistaken}/confirm`, { id: id() }))
  say(labelled('', `异常项被拒：${refusal.zh}`), labelled('', `refused: ${refusal.en}`))
  const { report } = await cashier.post(`/api/items/${mistaken}/confirm`, {
    id: id(),
    reason: '已电话核实，缴费人付款 120.00 元，渠道账单录入有误',
  })
  say(
    labelled('', `说明理由后确认，异常交易专项报告 ${report} 号`),
    labelled('', `confirmed with a reason; anomaly report ${report}`),
  )
}

/** 差错: what the channel has and we do not is booked, what a person knows better is decided by two, and what the channel corrects explains itself. */
export async function playDiscrepancies(stage: DayStage, evening: Evening, id: Ids): Promise<void> {
  await showDiscrepancies(stage, evening.day)
  await supplement(stage, evening, id)
  await acceptOurs(stage, evening, id)
  await takeRestated(stage, evening, id)
}

/** 补单: the channel answers again, and says that it was paid. */
async function supplement({ cashier, sandbox, say }: DayStage, { day, lost }: Evening, id: Ids): Promise<void> {
  await sandbox.rules([])
  const { discrepancies } = await cashier.get(`/api/discrepancies?state=open&kind=channel_only&from=${day}&to=${day}`)
  const [found] = discrepancies
  const { outcome } = await cashier.post(`/api/discrepancies/${found.discrepancy_id}/actions`, {
    ...{ id: id(), action: 'supplement' },
    reason: '渠道已收款，我方无记录',
  })
  const over = await until(
    'the lost payment’s discrepancy to be explained',
    () => cashier.get(`/api/discrepancies/${found.discrepancy_id}`),
    each => each.state === 'explained',
  )
  if (outcome !== 'booked') throw new Error(`the lost payment ${lost} was not booked: ${outcome}`)
  say(
    labelled(
      '补单',
      `差错 ${over.discrepancy_id}：向微信主动查询，补记 ${over.amount} 元（${lost}），重新对平后自动结案`,
    ),
    labelled(
      'lost',
      `discrepancy ${over.discrepancy_id}: WeChat is asked, ${over.amount} (${lost}) is booked, matched, and it is explained`,
    ),
  )
}

/** Ours is right, says the one who looked into it; a second person agrees. */
async function acceptOurs({ cashier, finance, say }: DayStage, { mistaken }: Evening, id: Ids): Promise<void> {
  const { discrepancies } = await cashier.get(`/api/discrepancies?state=open&number=${mistaken}`)
  const { discrepancy_id: no } = discrepancies[0]
  const path = `/api/discrepancies/${no}`
  await cashier.post(`${path}/actions`, { id: id(), action: 'take' })
  await cashier.post(`${path}/comments`, {
    id: id(),
    text: '缴费人出示付款截图 120.00 元；支付宝客服确认账单录错，下月更正',
  })
  const asked = await cashier.post(`${path}/actions`, {
    ...{ id: id(), action: 'accept_platform' },
    reason: '平台金额与付款截图一致，渠道账单录错',
  })
  const { decided_name: who } = await finance.post(`/api/reviews/${asked.review_id}/approve`, {
    ...{ id: id(), reason: '截图与通知金额一致' },
  })
  const over = await cashier.get(path)
  if (over.state !== 'resolved') throw new Error(`discrepancy ${no} is ${over.state}`)
  say(
    labelled(
      '认可',
      `差错 ${no}：陈出纳受理、备注，申请认可平台金额；差额 ${over.difference} 元须复核，${who}同意后结案`,
    ),
    labelled(
      'accept',
      `discrepancy ${no}: the cashier takes it, comments, and holds ours right; for ${over.difference} a second person is asked, ${who} agrees`,
    ),
  )
}

/** The channel publishes its statement again. */
async function takeRestated({ cashier, sandbox, say }: DayStage, { day, restated }: Evening, id: Ids): Promise<void> {
  await sandbox.restate({ channel: 'alipay', day, change: [{ no: restated, amount: '88.80' }] })
  const arrivalOf = async (): Promise<Answer> =>
    (await cashier.get(`/api/statement-arrivals?day=${day}&channel=alipay`)).arrivals[0]
  const arrival = await arrivalOf()
  await cashier.post(`/api/statement-arrivals/${arrival.arrival_id}/fetch`, { id: id() })
  const again = await until('the newer statement', arrivalOf, each => each.file_id !== arrival.file_id)
  const { changes } = await cashier.get(`/api/statements/${again.file_id}/changes`)
  await until(
    'the restated amount',
    () => cashier.get(`/api/items/${restated}`),
    each => each.state === 'matched',
  )
  const [{ before, after }] = changes
  say(
    labelled(
      '重发',
      `支付宝重发账单，${changes.length} 行有变化：${before.amount} → ${after.amount} 元；只重对变化的行，差错自动结案`,
    ),
    labelled(
      'restate',
      `Alipay’s newer statement changes ${changes.length} row, ${before.amount} → ${after.amount}; it is matched again, and fits`,
    ),
  )
}

/** A payment that is 已对账 goes back by request, voucher and a second person only. */
export async function playRefund(stage: DayStage, { plain }: Evening, id: Ids): Promise<void> {
  const { cashier, finance, voucher, say } = stage
  const reason = '水表读数更正，退回多收部分'
  const refusal = await refusalOf(cashier.post(`/api/payments/${plain}/refunds`, { id: id(), amount: '5.00', reason }))
  say(labelled('退款', `已对账缴费不能直接退：${refusal.zh}`), labelled('refund', `not just so: ${refusal.en}`))
  const paper = await cashier.upload(`/api/vouchers?id=${id()}&name=${encodeURIComponent('水表更正单.pdf')}`, voucher)
  const asked = await cashier.post(`/api/payments/${plain}/refunds`, {
    ...{ id: id(), amount: '5.00', reason },
    vouchers: [paper.voucher_id],
  })
  const review = await finance.post(`/api/reviews/${asked.review_id}/approve`, { id: id(), reason: '凭证与更正单一致' })
  const refund = await until(
    'the refund',
    () => cashier.get(`/api/refunds/${asked.refund_no}`),
    each => each.state === 'success',
  )
  say(
    labelled(
      '',
      `附凭证申请，${review.decided_name}复核同意：${refund.amount} 元已退，渠道退款单号 ${refund.channel_refund_no}`,
    ),
    labelled(
      '',
      `with a voucher ${review.decided_name} agrees: ${refund.amount} went back, number ${refund.channel_refund_no}`,
    ),
  )
}

/** The list by the report's own preview: what a person sees before he exports it. */
async function showDiscrepancies({ finance, lang, say }: DayStage, day: string): Promise<void> {
  const evidence = lang === 'zh' ? 'evidence_zh' : 'evidence_en'
  const fields = ['discrepancy_id', 'channel', 'kind', 'cause', 'difference', evidence]
  const preview = await finance.post('/api/reports/preview', {
    lang,
    content: {
      dataset: 'discrepancies',
      columns: fields.map(field => ({ field })),
      filters: { date: { from: day, to: day }, state: ['open'] },
    },
  })
  say(
    labelled('差错', `${preview.rows.length} 件未结，各有可能原因与证据`),
    labelled('work', `${preview.rows.length} open, each with its likely cause and evidence`),
  )
  // The preview adds the currency of its sums.
  const shown = (cells: readonly (string | null)[]): string[] => cells.slice(0, fields.length).map(cell => cell ?? '')
  const titles = shown(preview.titles).map((title, i) => (fields[i] === 'difference' ? `>${title}` : title))
  const lines = table(titles, preview.rows.map(shown))
  for (const line of lines) say(line, line)
}
