import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/asking.ts'
import { instantText } from '../kernel/instant_text.ts'
import type { App } from '../system/app.ts'
import * as api from './own_api.ts'
import * as own from './own_operations.ts'
import type { Binding } from './own_store.ts'
import { ordersUnderWay } from './store.ts'
import { billViews, recordView } from './views.ts'

const READ = { permission: 'own.read' }
const MANAGE = { permission: 'own.manage' }
const TAGS = { tags: ['own'] }

const Done = Type.Object({ done: Type.Literal(true) })

/** A payer’s own account numbers, bills and payments. Receipts come by the number of a payment. */
export function ownRoutes(server: FastifyInstance, app: App): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/own/accounts',
    {
      config: READ,
      schema: { ...TAGS, summary: '本人绑定的户号 My account numbers', response: { 200: api.BindingList } },
    },
    async request => ({ accounts: (await own.ownBindings(app, actorOf(request))).map(bindingView) }),
  )
  http.post(
    '/own/accounts',
    {
      config: MANAGE,
      schema: {
        ...TAGS,
        summary: '绑定户号（须核对户名或手机尾号）Bind an account number by a proof',
        body: api.BindAsk,
        response: { 200: api.BindingList },
      },
    },
    async request => {
      const { merchant_no, account_no, payer_name, phone_end } = request.body
      const bindings = await own.bindAccount(app, actorOf(request), {
        merchantNo: merchant_no,
        accountNo: account_no,
        payerName: payer_name ?? null,
        phoneEnd: phone_end ?? null,
      })
      return { accounts: bindings.map(bindingView) }
    },
  )
  http.delete(
    '/own/accounts/:merchant_no/:account_no',
    {
      config: MANAGE,
      schema: { ...TAGS, summary: '解绑户号 Remove a binding', params: api.AccountKey, response: { 200: Done } },
    },
    async request => {
      const { merchant_no, account_no } = request.params
      await own.unbindAccount(app, actorOf(request), { merchantNo: merchant_no, accountNo: account_no })
      return { done: true as const }
    },
  )
  http.get(
    '/own/bills',
    { config: READ, schema: { ...TAGS, summary: '本人的缴费单 My bills', response: { 200: api.OwnBills } } },
    async request => {
      const bills = await own.ownBills(app, actorOf(request))
      return { orders: billViews(bills, await ordersUnderWay(app.db.pool, bills)) }
    },
  )
  http.get(
    '/own/accounts/:merchant_no/:account_no/records',
    {
      config: READ,
      schema: {
        ...TAGS,
        summary: '本人户号的缴费记录 Payments of one of my account numbers',
        params: api.AccountKey,
        response: { 200: api.OwnRecords },
      },
    },
    async request => {
      const { merchant_no, account_no } = request.params
      const asked = { merchantNo: merchant_no, accountNo: account_no }
      return { records: (await own.ownRecords(app, actorOf(request), asked)).map(recordView) }
    },
  )
}

const bindingView = (binding: Binding) => ({
  merchant_no: binding.merchantNo,
  merchant_name: binding.merchantName,
  account_no: binding.accountNo,
  created_at: instantText(binding.createdAt),
})
