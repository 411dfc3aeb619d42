import { BackupSection, type BackupSettings } from './continuity/backup/api.ts'
import { startArchiver } from './continuity/backup/archiver.ts'
import { measureBackups } from './continuity/backup/metrics.ts'
import { type Backups, backUpWhenDue, watchBackups } from './continuity/backup/operations.ts'
import { backupRoutes } from './continuity/backup/routes.ts'
import { repositoryOf } from './continuity/backup/settings.ts'
import { noteArchived, noteGap } from './continuity/backup/store.ts'
import type { IntrusionSettings } from './intrusion/api.ts'
import type { PartOf } from './server.ts'

/** Backups by schedule and the archive of the WAL, where the configuration says where they go. */
export const backupPart = (): PartOf => ({
  sections: [{ name: 'backup', schema: BackupSection }],
  start({ app, config, folder }) {
    const settings = config.backup as BackupSettings
    const repository = repositoryOf(settings, folder)
    const routes = [
      {
        prefix: '/api' as const,
        register: (server: Parameters<typeof backupRoutes>[0]) => backupRoutes(server, app, repository),
      },
    ]
    if (!repository) return { routes }
    const alerts = config.intrusion as IntrusionSettings | undefined
    const backups: Backups = {
      ...app,
      repository,
      settings,
      since: app.now(),
      mailTo: alerts?.mail_to ?? [],
      webhook: alerts?.webhook !== undefined,
    }
    const archiver = startArchiver({
      ...backups,
      seconds: settings.wal_seconds,
      stored: what => noteArchived(app.db.pool, what),
      gap: () => noteGap(app.db.pool, app.now()),
    })
    measureBackups({ db: app.db.pool, now: app.now })
    return {
      routes,
      tasks: [
        { name: 'backup.base', every: 60, run: async () => void (await backUpWhenDue(backups)) },
        { name: 'backup.watch', every: 60, run: async () => void (await watchBackups(backups)) },
      ],
      stop: async () => {
        measureBackups(null)
        await archiver.stop()
      },
    }
  },
})
