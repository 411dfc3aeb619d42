import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Database, openDatabase } from '../src/system/database.ts'
import { clientConfig } from '../src/system/database_clients.ts'
import { migrate, readMigrations } from '../src/system/migrate.ts'
import { dataFolder, PACKAGE_ROOT } from '../src/system/paths.ts'

export type Content = 'migrated' | 'empty'

/** A new database, for whoever drops it again. */
export async function freshDatabase(
  content: Content = 'migrated',
): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = await testServer()
  const name = `fzpay_test_${Date.now().toString(36)}_${randomBytes(5).toString('hex')}`
  await cloneOf(server, content, name)
  const url = new URL(server)
  url.pathname = `/${name}`
  const drop = async () => {
    await asAdmin(server, admin => admin.query(`drop database if exists ${name} with (force)`))
  }
  return { url: url.href, drop }
}

/** The address of the server that tests make their databases on. */
export function testServer(): Promise<string> {
  const given = process.env.FZPAY_TEST_SERVER || process.env.DATABASE_URL
  if (given) return Promise.resolve(given)
  own ??= openTestServer()
  return own.then(db => db.url)
}

/** The embedded server for tests: apart from the product's data, and quicker because it may forget. */
export const openTestServer = (): Promise<Database> =>
  openDatabase({ dataDir: join(dataFolder(), 'test'), volatile: true, connections: 2 })

let own: Promise<Database> | undefined

/** Leaves the embedded test server, if this process opened it. */
export const closeTestServer = async (): Promise<void> => (await own)?.close()

async function cloneOf(server: string, content: Content, name: string): Promise<void> {
  if (content === 'empty') return await asAdmin(server, admin => create(admin, name, 'template0'))
  for (let attempt = 1; ; attempt++) {
    const template = await prepareTemplate(server)
    try {
      return await asAdmin(server, admin => create(admin, name, template))
    } catch (error) {
      // Another run with other migrations has cleared ours away, or something looked into the template just now.
      if (attempt === 5 || !['3D000', '55006'].includes((error as { code?: string }).code ?? '')) throw error
      prepared = undefined
    }
  }
}

/** Writing a small template through the log is quicker than the two checkpoints of copying its files. */
async function create(admin: pg.Client, name: string, template: string): Promise<void> {
  await admin.query(`create database ${name} template ${template} strategy wal_log`)
}

let prepared: Promise<string> | undefined
const prepareTemplate = (server: string): Promise<string> => (prepared ??= buildTemplate(server))

const BUILDING = [0x667a7061, 4] as const

/** Named by the digest of all migrations, so a changed file makes a new one; has its name only when it is complete. */
const buildTemplate = (server: string): Promise<string> =>
  asAdmin(server, async admin => {
    const files = readMigrations()
    const digest = createHash('sm3')
      .update(files.map(file => `${file.name} ${file.digest}\n`).join(''))
      // Its own table is made by the code.
      .update(readFileSync(join(PACKAGE_ROOT, 'src/system/migrate.ts')))
      .digest('hex')
    const template = `fzpay_template_${digest.slice(0, 12)}`
    if (await exists(admin, template)) return template
    await admin.query('select pg_advisory_lock($1, $2)', [...BUILDING])
    if (await exists(admin, template)) return template
    await clearAway(admin)
    const draft = `${template}_draft`
    await create(admin, draft, 'template0')
    const url = new URL(server)
    url.pathname = `/${draft}`
    const pool = new pg.Pool({ ...clientConfig(url.href), max: 1 })
    try {
      await migrate(pool, files)
    } finally {
      await pool.end()
    }
    await admin.query(`alter database ${draft} rename to ${template}`)
    return template
  })

const exists = async (admin: pg.Client, name: string): Promise<boolean> =>
  (await admin.query('select from pg_database where datname = $1', [name])).rowCount === 1

/** Templates of other migrations, drafts, and what killed runs left behind six hours ago or more. */
async function clearAway(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query("select datname from pg_database where datname ~ '^fzpay_(template|test)_'")
  for (const { datname } of rows) {
    const madeAt = Number.parseInt(/^fzpay_test_([0-9a-z]+)_/.exec(datname)?.[1] ?? '0', 36)
    if (Date.now() - madeAt < 6 * 3600_000) continue
    await admin.query(`drop database if exists ${datname}`).catch(() => {}) // In use: the next run's business.
  }
}

async function asAdmin<T>(server: string, act: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(clientConfig(server))
  await admin.connect()
  try {
    return await act(admin)
  } finally {
    await admin.end()
  }
}
