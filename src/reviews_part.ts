import { expireReviews } from './reviews/operations.ts'
import { roleReviews } from './reviews/role_reviews.ts'
import { roleRoutes } from './reviews/role_routes.ts'
import { reviewRoutes, voucherRoutes } from './reviews/routes.ts'
import { forgetVouchers } from './reviews/voucher_operations.ts'
import { SEALED_VOUCHERS } from './reviews/voucher_store.ts'
import type { PartOf } from './server.ts'

/** 复核: one mechanism for everything that needs a second person; the other parts bring their kinds. */
export const reviewsPart = (): PartOf => ({
  sealed: [SEALED_VOUCHERS],
  start({ app, reviewKinds }) {
    const reviewing = {
      ...app,
      get kinds() {
        return reviewKinds()
      },
    }
    return {
      routes: [
        { prefix: '/api', register: server => reviewRoutes(server, reviewing) },
        { prefix: '/api', register: server => voucherRoutes(server, reviewing) },
        { prefix: '/api', register: server => roleRoutes(server, reviewing) },
      ],
      reviewKinds: roleReviews(app),
      tasks: [
        {
          name: 'reviews.expire',
          every: 60,
          run: async (_, signal) => void (await expireReviews(reviewing, signal)),
        },
        { name: 'vouchers.forget', every: 3600, run: async () => void (await forgetVouchers(app)) },
      ],
    }
  },
})
