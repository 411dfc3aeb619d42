import { accountRoutes } from './access/account_routes.ts'
import { openGuard } from './access/guard.ts'
import { type Access, seenAgain } from './access/log_in.ts'
import { SessionSettings } from './access/session.ts'
import { sessionRoutes } from './access/session_routes.ts'
import { forgetChallenges } from './access/store.ts'
import type { PartOf } from './server.ts'

/** People and programs: who they are, what they may. Its guard stands before all routes. */
export const accessPart = (): PartOf => ({
  sections: [{ name: 'sessions', schema: SessionSettings }],
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
        { prefix: '/api', register: server => accountRoutes(server, access) },
      ],
      tasks: [
        { name: 'access.forget', every: 600, run: async () => void (await forgetChallenges(app.db.pool, app.now())) },
      ],
      stop: () => guard.close(),
    }
  },
})
