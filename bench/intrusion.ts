/** What it costs that requests are looked at: processor time of a POST with an order's body through the frame, with and without the watch. */
import { pino } from 'pino'
import { Type } from 'typebox'
import type { Actor } from '../src/access/actor.ts'
import { ALL_PERMISSIONS } from '../src/access/permissions.ts'
import { EVERYWHERE } from '../src/access/scope.ts'
import { IntrusionSection, type IntrusionSettings } from '../src/intrusion/api.ts'
import { createWatching } from '../src/intrusion/watching.ts'
import { OrderAsk } from '../src/orders/api.ts'
import { createHttp } from '../src/system/http.ts'
import { shapeOf } from '../src/system/shape.ts'
import type { Watch } from '../src/system/watch.ts'

const actor: Actor = {
  id: 'service:bench',
  name: 'bench',
  address: '',
  device: '',
  requestId: '',
  kind: 'service',
  accountId: 'B',
  sessionId: '',
  permissions: ALL_PERMISSIONS,
  scopeOf: () => EVERYWHERE,
}
const log = pino({ level: 'silent' })
// Neither the database nor the vault is asked for anything here.
const app = {
  log,
  now: () => new Date(),
  newId: () => 'x',
  mailTo: [],
  webhook: false,
  db: { pool: { query: () => {} } },
}
const read = shapeOf(IntrusionSection).read({ limits: { service_per_minute: 1_000_000_000 } })
if (!('value' in read)) throw new Error('settings')
const watch = createWatching(app as never, {
  settings: read.value as IntrusionSettings,
  trustedProxies: [],
  endSession: async () => {},
})

async function frame(watched: Watch | undefined) {
  const http = await createHttp({
    log,
    newId: app.newId,
    guard: () => actor,
    permissions: ALL_PERMISSIONS,
    watch: watched,
  })
  http.post(
    '/orders',
    {
      config: { permission: 'order.issue' },
      schema: { body: OrderAsk, response: { 200: Type.Object({ ok: Type.Boolean() }) } },
    },
    async () => ({ ok: true }),
  )
  await http.ready()
  return http
}

const ASK = {
  method: 'POST',
  url: '/orders',
  headers: {
    'user-agent': 'billing/2.1 (Linux x86_64)',
    'content-type': 'application/json',
    authorization: 'Bearer fzk_0123456789',
    'accept-encoding': 'gzip',
    'x-forwarded-for': '203.0.113.9',
  },
  payload: JSON.stringify({
    order_no: 'W202611250001',
    merchant_no: 'FZWATER',
    fee_item_id: 'WATER',
    account_no: '10086001',
    payer_name: "O'Brien 王小明",
    title: '2026 年 11 月水费（补缴）',
    period: '2026-11',
    amount: '128.60',
    due_on: '2026-12-31',
  }),
} as const

const ROUNDS = 15
const REQUESTS = 2_000
const [bare, watched] = [await frame(undefined), await frame(watch)]
const costs = { bare: [] as number[], watched: [] as number[] }
for (let round = -3; round < ROUNDS; round++)
  for (const [name, http] of [
    ['bare', bare],
    ['watched', watched],
  ] as const) {
    const from = process.cpuUsage()
    for (let i = 0; i < REQUESTS; i++) {
      const answer = await http.inject(ASK)
      if (answer.statusCode !== 200) throw new Error(answer.body)
    }
    const { user, system } = process.cpuUsage(from)
    if (round >= 0) costs[name].push((user + system) / REQUESTS)
  }
const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] as number
console.log(
  `without the watch ${middle(costs.bare).toFixed(1)} µs, with it ${middle(costs.watched).toFixed(1)} µs: ${(middle(costs.watched) - middle(costs.bare)).toFixed(1)} µs a request`,
)
