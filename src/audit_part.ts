import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { SYSTEM } from './access/actor.ts'
import { actorOf } from './access/asking.ts'
import { exportRoot } from './audit/operations.ts'
import { logRoutes } from './audit/routes.ts'
import { seal } from './audit/seal.ts'
import { lastBlock } from './audit/store.ts'
import type { PartOf } from './server.ts'

/** The section `operation_log` of the configuration. */
export const OperationLogSection = Type.Object(
  {
    root_folder: Type.Optional(
      Type.String({
        description:
          'Where roots are written once an hour: on another machine, out of reach of the database. 根的外部存放目录',
      }),
    ),
  },
  { additionalProperties: false, default: {} },
)

/** The operation log: sealed every second, its root given out every hour. */
export const auditPart = (): PartOf => ({
  sections: [{ name: 'operation_log', schema: OperationLogSection }],
  start({ app, config, folder }) {
    const { root_folder } = config.operation_log as Static<typeof OperationLogSection>
    const writeRoot = async (): Promise<void> => {
      if (root_folder === undefined || (await lastBlock(app.db.pool)) === null) return
      const root = await exportRoot(app, SYSTEM)
      const name = `operation-log-root-${String(root.block).padStart(10, '0')}.json`
      await writeFile(resolve(folder, root_folder, name), `${JSON.stringify(root, null, 2)}\n`)
    }
    return {
      routes: [
        {
          prefix: '/api',
          register: server => logRoutes(server, app, actorOf),
        },
      ],
      tasks: [
        { name: 'log.seal', every: 1, run: async () => void (await seal(app)) },
        { name: 'log.export_root', every: 3600, run: writeRoot },
      ],
    }
  },
})
