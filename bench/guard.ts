/**
 * `node bench/guard.ts [--requests 20000]`: what it costs to know who asks. The guard alone, called as the frame calls it, on an embedded database:
 * a service key (remembered), a session with a role everywhere, and one whose scope is a tree of 100 departments with 1,000 merchants; and
 * what a password costs.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { pino } from 'pino'
import { SYSTEM } from '../src/access/actor.ts'
import { accessApp } from '../src/access/bare_app.ts'
import { COOKIE, openGuard } from '../src/access/guard.ts'
import { checkPassword, hashPassword } from '../src/access/password.ts'
import { EVERY_PLACE, provideKey, providePerson } from '../src/access/provision.ts'
import { openSession } from '../src/access/sessions.ts'
import { parseWords } from '../src/command_line.ts'
import { openDatabase } from '../src/system/database.ts'
import { createListener } from '../src/system/listen.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['requests'], many: [] })
const requests = Number(words.values.get('requests')?.[0] ?? 20_000)
const folder = join(PACKAGE_ROOT, 'bench/data/guard')
rmSync(folder, { recursive: true, force: true })
const db = await openDatabase({ dataDir: folder })
const settings = { idle_minutes: 30, longest_hours: 12, per_account: 5 }
try {
  await migrate(db.pool)
  await db.pool.query(
    `insert into departments (id, name, parent_id, created_at)
       select 'D' || i, 'D', case when i > 0 then 'D' || (i - 1) / 4 end, now() from generate_series(0, 99) i;
     insert into merchants (merchant_no, name, department_id, created_at)
       select 'M' || i, 'M', 'D' || i % 100, now() from generate_series(0, 999) i`,
  )
  const listener = createListener(db, pino({ level: 'silent' }))
  const guard = await openGuard({ app: accessApp(db), listener, settings, seenAgain: async () => {} })
  const sessionOf = async (login: string, departments: string[] | null): Promise<Record<string, string>> => {
    const place = { ...EVERY_PLACE, departments }
    const account = await providePerson(
      accessApp(db),
      { login, name: login, role: 'cashier', password: 'vier Störche am Kanal', place },
      SYSTEM,
    )
    const where = { address: '127.0.0.1', device: '', requestId: '' }
    const opened = await db.transaction(tx =>
      openSession(
        Object.assign(accessApp(db), { sessions: settings }),
        tx,
        new Date(),
        where,
        { ...account, passwordStale: false },
        {
          method: 'password',
          instead: '',
        },
      ),
    )
    return { cookie: `${COOKIE}=${opened.token}` }
  }
  const key = await provideKey(accessApp(db), 'bench', ['order.read'])
  const everywhere = await sessionOf('everywhere', null)
  const tree = await sessionOf('tree', ['D0'])
  await db.pool.query('update accounts set password_stale = false')
  await measure('service key, remembered', { authorization: `Bearer ${key}` })
  await measure('session, role everywhere', everywhere)
  await measure('session, 100 departments with 1,000 merchants', tree)
  const hash = await hashPassword('vier Störche am Kanal')
  const from = performance.now()
  for (let n = 0; n < 20; n++) await checkPassword(hash, 'vier Störche am Kanal')
  print('a password (Argon2id, 19 MiB, 2 passes)', (performance.now() - from) / 20)
  await guard.close()
  await listener.close()

  async function measure(name: string, headers: Record<string, string>): Promise<void> {
    const request = {
      headers,
      ip: '127.0.0.1',
      id: 'r',
      method: 'GET',
      protocol: 'http',
      host: 'x',
      routeOptions: { config: {} },
    } as unknown as FastifyRequest
    const ask = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await guard.check(request, 'order.read')
    }
    await ask(requests / 10)
    const began = performance.now()
    await ask(requests)
    print(name, (performance.now() - began) / requests)
  }
} finally {
  await db.close()
}

function print(name: string, ms: number): void {
  process.stdout.write(`${name.padEnd(48)} ${(ms * 1000).toFixed(1).padStart(10)} µs\n`)
}
