import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../access/asking.ts'
import { PaymentKey } from './api.ts'
import * as api from './receipt_api.ts'
import * as receipts from './receipt_operations.ts'

/** As a payment itself: whoever has its number, which nobody can guess, may see it. */
const PAYER = { permission: 'public' }

/** Receipts and their verification. */
export function receiptRoutes(server: FastifyInstance, app: receipts.Certifying): void {
  const http = server.withTypeProvider<TypeBoxTypeProvider>()

  http.get(
    '/payments/:payment_no/receipt',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '缴费凭证内容 What the receipt of a payment says',
        params: PaymentKey,
        response: { 200: api.ReceiptView },
      },
    },
    request => receipts.issueReceipt(app, actorOf(request), request.params.payment_no),
  )
  http.get(
    '/payments/:payment_no/receipt.pdf',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '缴费凭证 PDF The receipt of a payment as PDF',
        produces: ['application/pdf'],
        params: PaymentKey,
        response: { 200: Type.Unsafe<Buffer>({ type: 'string', description: 'application/pdf' }) },
      },
    },
    async (request, reply) => {
      const { name, pdf } = await receipts.printReceipt(app, actorOf(request), request.params.payment_no)
      reply.header('content-type', 'application/pdf').header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(pdf)
    },
  )
  http.get(
    '/receipts/verify',
    {
      config: PAYER,
      schema: {
        tags: ['payers'],
        summary: '核验缴费凭证 Is a receipt genuine, and does it say what was certified?',
        querystring: api.VerifyQuery,
        response: { 200: api.VerificationView },
      },
    },
    ({ query: { code, ...claims } }) => receipts.verifyReceipt(app, code, claims),
  )
}
