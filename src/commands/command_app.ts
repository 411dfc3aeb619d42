import { pino } from 'pino'
import type { Lang } from '../kernel/failure.ts'
import type { App } from '../system/app.ts'
import { findConfig, readSection } from '../system/config.ts'
import { type Database, openDatabase } from '../system/database.ts'
import { newId } from '../system/ids.ts'
import { migrate } from '../system/migrate.ts'
import type { Say } from '../system/notice.ts'
import { openVault, VaultSettings } from '../system/vault/open_vault.ts'

export const toTerminal =
  (lang: Lang): Say =>
  note =>
    void process.stderr.write(`fzpay: ${note[lang]}\n`)

/** The section `vault` of the configuration, for commands that read no other. */
export const vaultSettings = (): VaultSettings => readSection(findConfig(), { name: 'vault', schema: VaultSettings })

/** What a command works with that runs beside the platform or without it; it says on standard error what the database server does. */
export async function withCommandApp(lang: Lang, work: (app: App) => Promise<void>): Promise<void> {
  await withDatabase(lang, async db => {
    const now = () => new Date()
    const log = pino({ level: 'silent' })
    const vault = await openVault({ db, now, log, settings: vaultSettings(), say: toTerminal(lang) })
    try {
      await work({ db, now, newId, log, vault })
    } finally {
      await vault.close()
    }
  })
}

export async function withDatabase(lang: Lang, work: (db: Database) => Promise<void>): Promise<void> {
  const db = await openDatabase({ say: toTerminal(lang) })
  try {
    await migrate(db.pool)
    await work(db)
  } finally {
    await db.close()
  }
}
