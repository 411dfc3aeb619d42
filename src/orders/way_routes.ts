import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Channels } from '../channels/channel.ts'
import * as api from './api.ts'

/** How a bill can be paid: what the configured accounts offer, one entry for each channel. */
export function wayRoutes(server: FastifyInstance, { channels }: { readonly channels: Channels }): void {
  server.withTypeProvider<TypeBoxTypeProvider>().get(
    '/payment-ways',
    {
      config: { permission: 'public' },
      schema: {
        tags: ['payers'],
        summary: '可用的支付方式 Ways to pay',
        response: { 200: api.WayList },
      },
    },
    () => waysOf(channels),
  )
}

function waysOf(channels: Channels): api.WayList {
  const byChannel = Map.groupBy(channels.all, ({ name }) => name)
  return {
    ways: [...byChannel].map(([channel, accounts]) => ({
      channel,
      methods: [...new Set(accounts.flatMap(({ methods }) => methods))],
    })),
  }
}
