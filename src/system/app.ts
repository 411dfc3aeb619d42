import type { Logger } from 'pino'
import type { Database } from './database.ts'
import type { Vault } from './vault/vault.ts'

/** What every operation is given: nothing reads the clock, makes an id or opens a connection by itself. */
export type App = {
  readonly db: Database
  readonly now: () => Date
  /** 26 letters and digits, sorted by time: see `ids.ts`. */
  readonly newId: () => string
  readonly log: Logger
  /** Seals personal data; open as long as the app is. */
  readonly vault: Vault
}
