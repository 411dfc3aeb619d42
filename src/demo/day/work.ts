import { type Answer, refusalOf, until } from './caller.ts'
import type { Evening } from './evening.ts'
import { daysOf } from './morning.ts'
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

/** What the channel has and we do not is asked for; what the channel corrects explains itself. */
export async function playDiscrepancies(stage: DayStage, { day, lost, restated }: Evening, id: Ids): Promise<void> {
  const { cashier, sandbox, say } = stage
  await showDiscrepancies(stage, day)
  await sandbox.rules([])
  const found = await cashier.post(`/api/payments/${lost}/query`, { id: id() })
  await explained(stage, day, 'channel_only')
  say(
    labelled('补单', `向微信主动查询 ${lost}：已缴 ${found.received ?? found.amount} 元，补记入账，差错自动销账`),
    labelled(
      'lost',
      `asked about ${lost}, WeChat says ${found.received ?? found.amount} was paid: booked, and the discrepancy is explained`,
    ),
  )
  await sandbox.restate({ channel: 'alipay', day, change: [{ no: restated, amount: '88.80' }] })
  const { arrivals } = await cashier.get(`/api/statement-arrivals?day=${day}&channel=alipay`)
  const arrival = arrivals[0]
  await cashier.post(`/api/statement-arrivals/${arrival.arrival_id}/fetch`, { id: id() })
  const again = await until(
    'the newer statement',
    async () => (await cashier.get(`/api/statement-arrivals?day=${day}&channel=alipay`)).arrivals[0],
    each => each.file_id !== arrival.file_id,
  )
  const { changes } = await cashier.get(`/api/statements/${again.file_id}/changes`)
  await until(
    'the restated amount',
    async () => await cashier.get(`/api/items/${restated}`),
    each => each.state === 'matched',
  )
  for (const { before, after } of changes)
    say(
      labelled(
        '重发',
        `支付宝重发账单：${before?.amount ?? '—'} → ${after?.amount ?? '—'} 元，只重对这 ${changes.length} 行，差错自动销账`,
      ),
      labelled(
        'restate',
        `Alipay's newer statement: ${before?.amount ?? '—'} → ${after?.amount ?? '—'}; only this row is matched again, and fits`,
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

/** Until the run has drawn the consequence. */
const explained = (stage: DayStage, day: string, kind: string): Promise<Answer> =>
  until(
    `${kind} explained`,
    () => daysOf(stage, day),
    days =>
      days.every(
        (each: Answer) => !each.discrepancies.some((one: Answer) => one.kind === kind && one.state === 'open'),
      ),
  )
