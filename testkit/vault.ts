import { pino } from 'pino'
import type { Database } from '../src/system/database.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'
import { endBefore } from './database.ts'

export const TEST_MASTER_HEX = '000102030405060708090a0b0c0d0e0f'
export const TEST_MASTER = localKey(Buffer.from(TEST_MASTER_HEX, 'hex'))

/** A vault on the test's database, under the tests' master key. */
export async function testVault(db: Database, now = () => new Date()): Promise<Vault> {
  const vault = await Vault.open({ db, holder: TEST_MASTER, now, log: pino({ level: 'silent' }) })
  endBefore(db, () => vault.close())
  return vault
}
