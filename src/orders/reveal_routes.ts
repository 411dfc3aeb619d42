import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../access/actor.ts'
import { actorOf } from '../access/asking.ts'
import { record } from '../audit/record.ts'
import { OrderKey } from './api.ts'
import { readOrderWithin } from './operations.ts'
import type { Order } from './order.ts'
import type { Paying } from './paying.ts'
import * as api from './reveal_api.ts'

/** A masked field of one bill, whole, for a reason. */
export function revealRoutes(server: FastifyInstance, app: Paying): void {
  server.withTypeProvider<TypeBoxTypeProvider>().post(
    '/orders/:order_no/reveal',
    {
      config: { permission: 'field.reveal' },
      schema: {
        tags: ['orders'],
        summary: '查看一个被遮蔽的字段（须说明理由，记入日志）Look at one masked field, with a reason',
        params: OrderKey,
        body: api.RevealAsk,
        response: { 200: api.RevealView },
      },
    },
    async request => ({
      order_no: request.params.order_no,
      field: request.body.field,
      value: await revealField(app, actorOf(request), request.params.order_no, request.body),
    }),
  )
}

const VALUES: Readonly<Record<api.RevealAsk['field'], (order: Order) => string>> = {
  account_no: order => order.accountNo,
  payer_name: order => order.payerName,
  phone: order => order.phone,
  email: order => order.email,
}

/**
 * The value, after the log says who looked at it and why. Each look is an entry of its own, also the same one again: there is nothing here to be done
 * once. Throws order_unknown, outside of the scope too.
 */
export async function revealField(app: Paying, actor: Actor, orderNo: string, ask: api.RevealAsk): Promise<string> {
  const order = await readOrderWithin(app, actor.scopeOf('field.reveal'), orderNo)
  await app.db.transaction(tx =>
    record(tx, app.now(), actor, [
      {
        what: 'field.reveal',
        object: { kind: 'order', id: orderNo },
        after: { field: ask.field, reason: ask.reason.trim(), id: ask.id },
      },
    ]),
  )
  return VALUES[ask.field](order)
}
