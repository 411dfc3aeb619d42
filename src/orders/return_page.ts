import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { formatMinor } from '../kernel/money.ts'
import { contentPolicy, inlineSource } from '../system/security_headers.ts'
import { PaymentKey } from './api.ts'
import type { Paying } from './paying.ts'
import type { Progress } from './progress.ts'
import { readProgress } from './routes.ts'

/**
 * Where channels send the payer's browser back to (UnionPay by a form, the others by an address): what is certain by now. It
 * never believes what the browser brings along, and reads itself again until the payment is booked or over.
 */
export function returnPage(server: FastifyInstance, app: Paying): void {
  // UnionPay's form: its fields are for nobody, the notice says the same with a signature that counts.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 64 << 10 }, (_request, _body, done) =>
    done(null, null),
  )
  for (const method of ['GET', 'POST'] as const)
    server.route<{ Params: { payment_no: string } }>({
      method,
      url: '/pay/:payment_no',
      config: { permission: 'public' },
      schema: {
        tags: ['payers'],
        summary: '支付结果页 The page a payer comes back to',
        params: PaymentKey,
        response: { 200: Type.String({ description: 'text/html' }) },
      },
      handler: async (request, reply) => {
        const page = pageOf(await readProgress(app, request.params.payment_no))
        return reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(page)
      },
    })
}

const STEPS = { submitted: '已提交', channel_confirmed: '渠道已确认', booked: '已入账', reconciled: '已对账' } as const

const HEADLINES = {
  created: ['正在提交', 'Being submitted'],
  pending: ['等待渠道确认', 'Waiting for the channel'],
  success: ['缴费成功', 'Paid'],
  failed: ['支付未成功', 'Not paid'],
  closed: ['支付已关闭', 'Closed'],
} as const

const STYLE = `
:root{color-scheme:light dark}body{font:17px/1.6 system-ui,"PingFang SC","Noto Sans SC",sans-serif;margin:0;padding:2rem 1.25rem;max-width:30rem;margin-inline:auto}
h1{font-size:1.5rem;margin:0}.amount{font-size:2.25rem;font-weight:600;margin:.5rem 0 1rem}ul{list-style:none;padding:0}li{color:#6b6b6b}.done{color:#0a7a3d}
small{color:#6b6b6b;word-break:break-all}@media(prefers-color-scheme:dark){li,small{color:#a8a8a8}.done{color:#5fd38d}}`
const POLICY = contentPolicy({ style: inlineSource(STYLE) })

function pageOf({ payment, steps }: Progress): string {
  const [zh, en] = HEADLINES[payment.state]
  const waits = payment.state === 'created' || payment.state === 'pending'
  const list = steps
    .map(({ step, done }) => `<li class="${done ? 'done' : ''}">${done ? '✓' : '○'} ${STEPS[step]}</li>`)
    .join('')
  // Numbers are ours and amounts are digits: nothing here was written by anybody else.
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${waits ? '<meta http-equiv="refresh" content="2">' : ''}<title>${zh} · 抚州缴费</title><style>${STYLE}</style></head><body>
<h1>${zh} <small lang="en">${en}</small></h1><p class="amount">${formatMinor(payment.received ?? payment.amount, payment.currency)} ${payment.currency === 'CNY' ? '元' : payment.currency}</p>
<ul>${list}</ul><p><small>支付单号 ${payment.paymentNo}</small></p>
<p><a href="/app/pay/progress/${payment.paymentNo}">缴费进度与凭证 Progress and receipt</a></p>
<p><small>${waits ? '本页会自动更新；关闭本页不影响缴费结果。 This page updates itself; closing it changes nothing.' : '可以关闭本页。 You can close this page.'}</small></p></body></html>`
}
