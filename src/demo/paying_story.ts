import { Failure } from '../kernel/failure.ts'

/**
 * A bill's life, played over the platform's own HTTP interface as an issuer, a payer and a clerk would: issued, found, paid
 * through the sandbox, told about live, refunded in part, and in the records; a second one whose notice gets lost; and a third whose
 * refund nobody decides alone.
 */

/** Of the payer of the story's bills. */
export const PAYER_PHONE = '13800000000'

export type Stage = {
  /** The running platform. */
  readonly url: string
  /** Key of the program that issues bills and asks for refunds. */
  readonly clerk: string
  /** A person, because programs do not decide. */
  readonly finance: () => Promise<Person>
  /** The payer's device pays. */
  readonly pay: (paymentNo: string) => Promise<void>
  /** The channel loses all notices of this payment. */
  readonly loseNotices: (paymentNo: string) => Promise<void>
  /** Makes the numbers of this run its own: digits and letters. */
  readonly run: string
  readonly tell: (line: { readonly zh: string; readonly en: string }) => void
}

type Person = { readonly login: string; readonly password: string }

export type Told = { readonly paymentNo: string; readonly lostPaymentNo: string; readonly receipt: Buffer }

// biome-ignore lint/suspicious/noExplicitAny: the story reads answers as any client would, by their documented names
type Answer = any

export async function playPaying({ url, clerk, finance, pay, loseNotices, run, tell }: Stage): Promise<Told> {
  const call = async (method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Answer> => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const said = (await answer.json()) as Answer
    if (answer.ok) return said
    const { code, message_zh: zh, message_en: en } = said.error
    throw new Failure(code, { zh, en })
  }
  const post = (path: string, body: object): Promise<Answer> => call('POST', path, body, clerk)

  await post('/api/departments', { id: 'demo-dept-01', department_id: 'FZ', name: '抚州市城市管理局', parent_id: null })
  await post('/api/merchants', {
    id: 'demo-merchant-01',
    merchant_no: 'FZWATER',
    name: '抚州市自来水公司',
    department_id: 'FZ',
  })
  await post('/api/fee-items', {
    id: 'demo-item-01',
    fee_item_id: 'WATER',
    merchant_no: 'FZWATER',
    name: '水费',
    category: 'water',
  })

  const bill = (no: string, amount: string): Promise<Answer> =>
    post('/api/orders', {
      order_no: no,
      merchant_no: 'FZWATER',
      fee_item_id: 'WATER',
      account_no: '10086001',
      payer_name: '王小明',
      phone: PAYER_PHONE,
      title: '2026 年 11 月水费',
      period: '2026-11',
      amount,
      due_on: '2026-12-31',
    })

  const order = await bill(`WATER${run}A`, '128.60')
  tell({
    zh: `开单    缴费单 ${order.order_no}，${order.title} ${order.amount} 元，户号 ${order.account_no}`,
    en: `bill    order ${order.order_no}, ${order.amount} for account ${order.account_no}`,
  })
  const found = await call('GET', '/api/bills?merchant_no=FZWATER&account_no=10086001')
  const due = found.orders.filter((each: Answer) => each.state === 'unpaid').length
  tell({ zh: `查询    缴费人按户号查到 ${due} 笔待缴`, en: `find    the payer finds ${due} unpaid` })

  const begin = (orderNo: string, id: string, channel: string, method: string): Promise<Answer> =>
    call('POST', `/api/orders/${orderNo}/payments`, { id, channel, method })
  const payment = await begin(order.order_no, `demo-${run}-pay`, 'wechat', 'native')
  tell({
    zh: `支付    微信 Native 下单 ${payment.payment_no}，二维码 ${payment.checkout.code_url}`,
    en: `pay     WeChat Native ${payment.payment_no}, QR code ${payment.checkout.code_url}`,
  })
  const booked = untilBooked(url, payment.payment_no)
  await pay(payment.payment_no)
  const paid = await booked
  tell({
    zh: `通知    微信通知已验签入账，进度推送：${stepsText(paid, 'zh')}；渠道单号 ${paid.channel_trade_no}`,
    en: `notice  verified and booked, told live: ${stepsText(paid, 'en')}; trade number ${paid.channel_trade_no}`,
  })

  const asked = await post(`/api/payments/${payment.payment_no}/refunds`, {
    id: `demo-${run}-refund`,
    amount: '28.60',
    reason: '水表抄错，多收退回',
  })
  const refund = await until(
    () => call('GET', `/api/refunds/${asked.refund_no}`, undefined, clerk),
    each => each.state === 'success',
  )
  tell({
    zh: `退款    部分退款 ${refund.amount} 元已到账，渠道退款单号 ${refund.channel_refund_no}`,
    en: `refund  ${refund.amount} of it went back, the channel's number is ${refund.channel_refund_no}`,
  })

  const second = await bill(`WATER${run}B`, '56.00')
  const lost = await begin(second.order_no, `demo-${run}-lost`, 'alipay', 'precreate')
  await loseNotices(lost.payment_no)
  const found2 = untilBooked(url, lost.payment_no)
  await pay(lost.payment_no)
  const compensated = await found2
  tell({
    zh: `补偿    支付宝通知全部丢失，主动查询补回 ${compensated.received} 元：${stepsText(compensated, 'zh')}`,
    en: `ask     all notices of the second payment got lost; asking Alipay found its ${compensated.received}`,
  })

  const large = await bill(`WATER${run}C`, '6800.00')
  const dear = await begin(large.order_no, `demo-${run}-large`, 'wechat', 'native')
  const taken = untilBooked(url, dear.payment_no)
  await pay(dear.payment_no)
  await taken
  const held = await post(`/api/payments/${dear.payment_no}/refunds`, {
    id: `demo-${run}-held`,
    reason: '企业重复申报',
  })
  const review = await call('GET', `/api/reviews/${held.review_id}`, undefined, clerk)
  tell({
    zh: `复核    ${review.amount} 元退款须第二人复核，款项已冻结，${review.expires_at?.slice(0, 10)} 前有效`,
    en: `review  a refund of ${review.amount} waits for a second person until ${review.expires_at?.slice(0, 10)}; the money is held`,
  })
  const { decided_name: checker } = await approve(url, await finance(), review.review_id, `demo-${run}-approve`)
  const gone = await until(
    () => call('GET', `/api/refunds/${held.refund_no}`, undefined, clerk),
    each => each.state === 'success',
  )
  tell({
    zh: `          ${checker}同意，${gone.amount} 元已退，渠道退款单号 ${gone.channel_refund_no}`,
    en: `        ${checker} agreed, ${gone.amount} went back, the channel's number is ${gone.channel_refund_no}`,
  })

  const { records } = await call('GET', `/api/records?account_no=10086001&limit=5`, undefined, clerk)
  tell({ zh: `记录    缴费记录（最近 ${records.length} 笔）`, en: `records the newest ${records.length}` })
  for (const record of records)
    tell({
      zh: `          ${record.paid_at?.slice(0, 19).replace('T', ' ') ?? '—'}  ${record.order_no.padEnd(16)} ${record.channel.padEnd(7)} ${record.amount.padStart(8)}  已退 ${record.refunded.padStart(6)}  ${record.reconciled ? '已对账' : '待对账'}`,
      en: `          ${record.paid_at?.slice(0, 19).replace('T', ' ') ?? '—'}  ${record.order_no.padEnd(16)} ${record.channel.padEnd(7)} ${record.amount.padStart(8)}  refunded ${record.refunded.padStart(6)}  ${record.reconciled ? 'reconciled' : 'to reconcile'}`,
    })
  const pdf = await fetch(`${url}/api/payments/${payment.payment_no}/receipt.pdf`)
  if (!pdf.ok) throw new Error(`the receipt was answered with ${pdf.status}`)
  return {
    paymentNo: payment.payment_no,
    lostPaymentNo: lost.payment_no,
    receipt: Buffer.from(await pdf.arrayBuffer()),
  }
}

const STEPS: Readonly<Record<string, { zh: string; en: string }>> = {
  submitted: { zh: '已提交', en: 'submitted' },
  channel_confirmed: { zh: '渠道已确认', en: 'confirmed' },
  booked: { zh: '已入账', en: 'booked' },
  reconciled: { zh: '已对账', en: 'reconciled' },
}

const stepsText = (payment: Answer, lang: 'zh' | 'en'): string =>
  payment.steps
    .filter((step: Answer) => step.done)
    .map((step: Answer) => STEPS[step.step]?.[lang])
    .join(' → ')

/** Logs in as the person, agrees, and logs out. */
async function approve(url: string, person: Person, reviewId: string, id: string): Promise<Answer> {
  const entered = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  })
  const session = (await entered.json()) as Answer
  if (!entered.ok) throw new Error(`the log-in of ${person.login} was answered with ${session.error.code}`)
  const known = {
    cookie: entered.headers
      .getSetCookie()
      .map(cookie => cookie.split(';')[0])
      .join('; '),
    'x-csrf-token': session.csrf_token as string,
  }
  const body = JSON.stringify({ id, reason: '凭证齐全，同意退款' })
  const answer = await fetch(`${url}/api/reviews/${reviewId}/approve`, {
    method: 'POST',
    headers: { ...known, 'content-type': 'application/json' },
    body,
  })
  const review = (await answer.json()) as Answer
  if (!answer.ok) throw new Error(`the approval was answered with ${review.error.code}`)
  await fetch(`${url}/api/session`, { method: 'DELETE', headers: known })
  return review
}

const PATIENCE_MS = 30_000

/** Follows the progress of a payment as a payer's page does, until it is booked. */
async function untilBooked(url: string, paymentNo: string): Promise<Answer> {
  const stop = AbortSignal.timeout(PATIENCE_MS)
  const stream = await fetch(`${url}/api/payments/${paymentNo}/progress`, { signal: stop })
  let text = ''
  for await (const chunk of stream.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    for (const [, data = ''] of text.matchAll(/^data: (.*)\n\n/gm)) {
      const payment = JSON.parse(data) as Answer
      if (payment.state === 'success') return payment
    }
  }
  throw new Error(`the progress of ${paymentNo} ended before it was booked`)
}

async function until(read: () => Promise<Answer>, done: (answer: Answer) => boolean): Promise<Answer> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 200) {
    const answer = await read()
    if (done(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('the story waited in vain')
}
