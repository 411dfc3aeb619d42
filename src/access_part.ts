import type { Access } from './access/access.ts'
import { accountRoutes } from './access/account_routes.ts'
import { openGuard } from './access/guard.ts'
import { REMEMBERED_S } from './access/lock_out.ts'
import { payerRoutes } from './access/payer_routes.ts'
import { CODE_MINUTES, type SendCode } from './access/payers.ts'
import { SEALED_OF_ACCESS } from './access/sealed_columns.ts'
import { SessionSettings } from './access/session.ts'
import { sessionRoutes } from './access/session_routes.ts'
import { seenAgain } from './access/sessions.ts'
import { forgetChallenges, forgetOldTries } from './access/store.ts'
import { enqueue } from './notices/store.ts'
import type { PartOf } from './server.ts'

/** A code goes by the outbox, as all messages do: it leaves after the commit. */
const sendCode: SendCode = (tx, vault, { challengeId, phone, code }, at) =>
  enqueue(
    tx,
    vault,
    [
      {
        key: `code:${challengeId}`,
        medium: 'sms',
        recipient: phone,
        template: 'log_in_code',
        data: { code, minutes: String(CODE_MINUTES) },
      },
    ],
    at,
  )

/** People and programs: who they are, what they may. Its guard stands before all routes. */
export const accessPart = (): PartOf => ({
  sections: [{ name: 'sessions', schema: SessionSettings }],
  sealed: SEALED_OF_ACCESS,
  async start({ app, config, url, listener }) {
    const access: Access = { ...app, sessions: config.sessions as SessionSettings }
    const guard = await openGuard({
      app,
      listener,
      settings: access.sessions,
      seenAgain: (session, actor) => seenAgain(access, session, actor),
    })
    return {
      guard: guard.check,
      routes: [
        { prefix: '/api', register: server => sessionRoutes(server, access, url) },
        { prefix: '/api', register: server => payerRoutes(server, { ...access, sendCode }) },
        { prefix: '/api', register: server => accountRoutes(server, access) },
      ],
      tasks: [
        {
          name: 'access.forget',
          every: 600,
          async run() {
            const at = app.now()
            await forgetChallenges(app.db.pool, at)
            await forgetOldTries(app.db.pool, new Date(at.getTime() - REMEMBERED_S * 1000))
          },
        },
      ],
      stop: () => guard.close(),
    }
  },
})
