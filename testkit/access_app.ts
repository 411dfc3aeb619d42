import { pino } from 'pino'
import type { App } from '../src/system/app.ts'
import type { Database } from '../src/system/database.ts'
import { newId } from '../src/system/ids.ts'

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
