import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { SYSTEM } from '../../access/actor.ts'
import { accessApp } from '../../access/bare_app.ts'
import { provideKey } from '../../access/provision.ts'
import { exportRoot } from '../../audit/operations.ts'
import type { ExportedRoot } from '../../audit/root.ts'
import { type Sandbox, startSandbox } from '../../channels/sandbox/sandbox.ts'
import { type Database, openDatabase } from '../../system/database.ts'
import { MASTER_KEY_BYTES } from '../../system/vault/master_key.ts'
import { insist } from './insist.ts'
import { freePort, type Service, service, untilAnswers } from './processes.ts'

/** What traffic is played on: the platform's own process over given databases, and the channels' sandbox, which sends it signed notices. */
export type Stage = {
  readonly platformUrl: string
  readonly platform: Service
  readonly sandbox: Sandbox
  /** Connections of the drill's own, by the same address as the platform's. */
  readonly db: Database
  /** Of a program that issues bills. */
  readonly key: string
  close(): Promise<void>
}

/** Notices that were not taken are repeated so many times faster than channels publish it. */
const SPEED = 60
const LINES_KEPT = 200
const START_MS = 60_000

export type StageAsk = {
  /** Further sections of the platform's configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  /** 32 hexadecimal digits, for a drill that needs it itself. */
  readonly masterKey?: string
}

/** Starts both in `folder`. `url`: of the database or databases. Throws with the platform's last words when it does not come up. */
export async function openStage(folder: string, url: string, more: StageAsk = {}): Promise<Stage> {
  mkdirSync(folder, { recursive: true })
  const said: string[] = []
  const sandbox = await startSandbox({ folder: join(folder, 'sandbox'), speed: SPEED })
  let platform: Service | undefined
  let db: Database | undefined
  const close = async (): Promise<void> => {
    await platform?.stop()
    await sandbox.stop()
    await db?.close()
  }
  try {
    writeFileSync(join(folder, 'fzpay.yaml'), configuration(sandbox.configFile, more.config))
    const port = await freePort()
    const platformUrl = `http://127.0.0.1:${port}`
    const env = {
      FZPAY_CONFIG: join(folder, 'fzpay.yaml'),
      FZPAY_DATA: folder,
      DATABASE_URL: url,
      FZPAY_MASTER_KEY: more.masterKey ?? randomBytes(MASTER_KEY_BYTES).toString('hex'),
    }
    platform = service(['serve', '--port', `${port}`], env, line => {
      said.push(line)
      // For whoever keeps the folder.
      appendFileSync(join(folder, 'platform.log'), `${line}\n`)
      if (said.length > LINES_KEPT) said.shift()
    })
    await untilAnswers(`${platformUrl}/health/ready`, START_MS)
    db = await openDatabase({ url, connections: 4 })
    const key = await provideKey(accessApp(db), 'drill', ['merchant.manage', 'order.issue', 'payment.read'])
    await issuer(platformUrl, key)
    return { platformUrl, platform, sandbox, db, key, close }
  } catch (error) {
    await close()
    throw new Error(`the platform did not come up: ${(error as Error).message}\n${said.slice(-20).join('\n')}`, {
      cause: error,
    })
  }
}

/** The operation log's root, given out before the damage: nothing up to it may be different afterwards. */
export async function exportedRoot({ db }: Pick<Stage, 'db'>): Promise<ExportedRoot> {
  for (let tries = 1; ; tries++)
    try {
      return await exportRoot({ db, now: () => new Date() }, SYSTEM)
    } catch (error) {
      // The platform seals once a second.
      if (tries === 30 || (error as { code?: string }).code !== 'log_empty') throw error
      await sleep(500)
    }
}

/** The sandbox's channels, and no limits for the one address from which everybody pays here. */
const configuration = (sandboxFile: string, more: StageAsk['config']): string =>
  JSON.stringify({
    ...more,
    server: { log_level: 'warn' },
    intrusion: { allow: ['127.0.0.1'] },
    channels: (parse(readFileSync(sandboxFile, 'utf8')) as { channels: unknown[] }).channels,
  })

async function issuer(platformUrl: string, key: string): Promise<void> {
  const post = (path: string, body: object) =>
    insist('POST', platformUrl + path, body, { authorization: `Bearer ${key}` })
  await post('/api/departments', { id: 'drill-0001', department_id: 'D1', name: '城市缴费', parent_id: null })
  await post('/api/merchants', { id: 'drill-0002', merchant_no: 'M1', name: '水务', department_id: 'D1' })
  await post('/api/fee-items', {
    id: 'drill-0003',
    fee_item_id: 'W1',
    merchant_no: 'M1',
    name: '水费',
    category: 'water',
  })
}
