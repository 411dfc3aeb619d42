import { pino } from 'pino'
import type { App } from '../system/app.ts'
import type { Database } from '../system/database.ts'
import { newId } from '../system/ids.ts'

/** What accounts, roles and keys need of an app, for whoever sets them up beside a platform in another process: no vault. */
export const accessApp = (db: Database): App => ({
  db,
  now: () => new Date(),
  newId,
  log: pino({ level: 'silent' }),
  get vault(): never {
    throw new Error('no vault here')
  },
})
