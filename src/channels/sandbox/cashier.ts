import { yuan } from '../../statements/writing/row.ts'
import { isLoopback } from '../accounts.ts'
import { alipayReturn } from './alipay.ts'
import type { Order } from './book.ts'
import type { Ask, Desk, Told } from './desk.ts'
import { fail, isOver, pay } from './payer.ts'
import { unionpayReturn } from './unionpay.ts'

/** The payer's page behind code_url, h5_url and the gateways' forms: three buttons, no script. */

const NAMES = { wechat: '微信支付', alipay: '支付宝', unionpay: '中国银联' } as const
const COLOURS = { wechat: '#07c160', alipay: '#1677ff', unionpay: '#d7000f' } as const

/** null: there is no such page. Throws a Failure when a button comes too late. */
export async function cashier(desk: Desk, ask: Ask): Promise<Told | null> {
  const order = desk.book.byToken.get(ask.path.slice('/cashier/'.length))
  if (!order) return null
  const back = backOf(order, ask)
  if (ask.method === 'POST') {
    if (!isOwn(desk, ask)) return page(403, order, '<p>来源不符 wrong origin</p>')
    const action = new URLSearchParams(ask.body).get('action')
    if (order.state === 'open' && action === 'pay' && !isOver(desk, order)) pay(desk, order)
    else if (order.state === 'open' && action === 'fail') fail(desk, order)
    await desk.journal.settled()
    const where = back === '' || action === 'fail' ? '' : `?back=${encodeURIComponent(back)}`
    if (action === 'cancel' && back !== '') return { status: 303, headers: { location: back }, body: '' }
    return { status: 303, headers: { location: `${ask.path}${where}` }, body: '' }
  }
  if (!order.opened && order.state === 'open') {
    desk.record({ t: 'opened', channel: order.channel, no: order.no })
    await desk.journal.settled()
  }
  return page(200, order, await contentOf(desk, order, back))
}

/** Where the payer came from: with the order, or beside the address (WeChat H5's redirect_url). */
function backOf(order: Order, ask: Ask): string {
  const form = new URLSearchParams(ask.method === 'POST' ? ask.body : '')
  const given = ask.query.get('redirect_url') ?? ask.query.get('back') ?? form.get('back') ?? ''
  const back = order.returnUrl || given
  const url = URL.parse(back)
  return url && ['http:', 'https:'].includes(url.protocol) && isLoopback(url.hostname) ? back : ''
}

/** Another page in the same browser must not press the buttons. */
const isOwn = (desk: Desk, { headers }: Ask): boolean =>
  headers.origin === undefined || headers.origin === 'null' || headers.origin === new URL(desk.url).origin

async function contentOf(desk: Desk, order: Order, back: string): Promise<string> {
  if (order.state === 'paid') return `<p class="ok">✓ 支付成功</p>${await returning(desk, order, back)}`
  if (order.state === 'closed' || isOver(desk, order)) return '<p class="no">订单已关闭或已过期</p>'
  const failed = order.failed ? '<p class="no">上一次支付失败，可以再试</p>' : ''
  return `${failed}<form method="post"><input type="hidden" name="back" value="${escaped(back)}">
<button name="action" value="pay" class="main">支付成功</button>
<button name="action" value="fail">支付失败</button>
<button name="action" value="cancel">取消</button></form>`
}

async function returning(desk: Desk, order: Order, back: string): Promise<string> {
  if (back === '') return '<p>可以关闭此页</p>'
  if (order.channel === 'alipay')
    return `<a class="main" href="${escaped(await alipayReturn(desk, order))}">返回商户</a>`
  if (order.channel === 'wechat') return `<a class="main" href="${escaped(back)}">返回商户</a>`
  const fields = Object.entries(unionpayReturn(desk, order))
  const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
  return `<form method="post" action="${escaped(back)}">${inputs.join('')}<button class="main">返回商户</button></form>`
}

function page(status: number, order: Order, content: string): Told {
  const name = NAMES[order.channel]
  const body = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${name} · 沙箱收银台</title>
<style>body{font:16px/1.6 system-ui,sans-serif;margin:0;background:#f5f5f5;color:#222}main{max-width:26rem;margin:0 auto;padding:1.5rem}
header{background:${COLOURS[order.channel]};color:#fff;padding:.9rem;text-align:center}section{background:#fff;border-radius:.75rem;padding:1.25rem;text-align:center}
.sum{font-size:2.4rem;font-weight:600;margin:.5rem 0}small{color:#666;word-break:break-all}button,a.main{display:block;box-sizing:border-box;width:100%;min-height:3rem;margin:.75rem 0 0;font:inherit;border:1px solid #bbb;border-radius:.5rem;background:#fff;color:#222;line-height:3rem;padding:0;text-decoration:none}
.main{background:${COLOURS[order.channel]}!important;color:#fff!important;border:0!important}.ok{font-size:1.3rem;color:#087f3f}.no{color:#b00020}</style>
<header>${name} · 沙箱收银台（测试，不动真钱）</header><main><section><div>${escaped(order.title) || '缴费'}</div>
<div class="sum">￥${yuan(order.paid || order.amount)}</div><small>商户订单号 ${escaped(order.no)}</small>${content}</section></main></html>`
  return { status, headers: PAGE_HEADERS, body }
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, letter => ENTITIES[letter] as string)
