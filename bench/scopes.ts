/**
 * `node bench/scopes.ts [--rows 1000000] [--runs 15]`: what permission and scope cost a list. Of a million payments of a hundred merchants, the ten thousand of one
 * merchant are listed: by a query for that merchant without a person behind it, and by a person who may see that merchant only, from the session's cookie on (who
 * it is, what he holds, where), with the scope in SQL. They take turns; medians. Bills are not sealed here: opening them would only make the share smaller.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { actorOfGrants, heldBy } from '../src/access/actor_of_grants.ts'
import { sessionOf } from '../src/access/asking_store.ts'
import { accessApp } from '../src/access/bare_app.ts'
import { providePerson } from '../src/access/provision.ts'
import { EVERYWHERE } from '../src/access/scope.ts'
import { digestOf, makeToken } from '../src/access/session.ts'
import { insertSession } from '../src/access/store.ts'
import { parseWords } from '../src/command_line.ts'
import { paymentRecords } from '../src/orders/record_store.ts'
import { openDatabase } from '../src/system/database.ts'
import { migrate } from '../src/system/migrate.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'
import { localKey } from '../src/system/vault/master_key.ts'
import { Vault } from '../src/system/vault/vault.ts'

const words = parseWords(process.argv.slice(2), { flags: [], single: ['rows', 'runs'], many: [] })
const rows = Number(words.values.get('rows')?.[0] ?? 1_000_000)
const runs = Number(words.values.get('runs')?.[0] ?? 15)
const MERCHANTS = 100
const VISIBLE = rows / MERCHANTS

const folder = join(PACKAGE_ROOT, 'bench/data/scopes')
rmSync(folder, { recursive: true, force: true })
const db = await openDatabase({ dataDir: folder })
try {
  await migrate(db.pool)
  const now = (): Date => new Date()
  const vault = await Vault.open({ db, holder: localKey(randomBytes(16)), now, log: pino({ level: 'silent' }) })
  await db.pool.query(
    `insert into departments (id, name, created_at) values ('D1', '城市缴费', now());
     insert into merchants (merchant_no, name, department_id, created_at) select 'M' || i, '单位' || i, 'D1', now() from generate_series(0, ${MERCHANTS - 1}) i;
     insert into fee_items (id, merchant_no, name, category, created_at) select 'W' || i, 'M' || i, '水费', 'water', now() from generate_series(0, ${MERCHANTS - 1}) i;`,
  )
  await db.pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, payer_name, phone, email, title, amount, currency, part_payment, part_min, created_at)
     select 'O' || i, repeat('0', 64), 'M' || i % $2::int, 'W' || i % $2::int, '3601' || i, '', '', '', '水费', 1000 + i % 9000, 'CNY', false, 1, now()
       from generate_series(0, $1::int - 1) i`,
    [rows, MERCHANTS],
  )
  await db.pool.query(
    `insert into payments (order_no, payment_no, request_id, ask_sm3, channel, account, method, amount, currency, state, created_at, expires_at, submitted_at,
                           merchant_no, reason)
     select 'O' || i, 'P' || lpad(i::text, 25, '0'), 'r', repeat('0', 64), 'wechat', 'bench', 'native', 1000 + i % 9000, 'CNY', 'failed',
            now() - i * interval '1 second', now(), now(), 'M' || i % $2::int, 'bench'
       from generate_series(0, $1::int - 1) i`,
    [rows, MERCHANTS],
  )
  await db.pool.query('vacuum analyze')
  const app = accessApp(db)
  const place = { departments: null, merchants: ['M7'], channels: null }
  const account = await providePerson(app, {
    login: 'bench',
    name: 'bench',
    role: 'finance',
    password: 'granite-otter-lantern-42',
    place,
  })
  const { token, digest } = makeToken()
  const where = { address: '192.0.2.1', device: 'bench', requestId: 'bench' }
  await insertSession(
    db.pool,
    {
      id: 'S1',
      accountId: account.id,
      method: 'password',
      createdAt: now(),
      seenAt: now(),
      expiresAt: new Date(Date.now() + 3_600_000),
      address: where.address,
      device: where.device,
      passkeyId: null,
      warnedAt: null,
      endedAt: null,
      endedWhy: '',
    },
    digest,
  )
  const plain = () => paymentRecords(db.pool, vault, EVERYWHERE, { merchantNo: 'M7', limit: VISIBLE })
  const scoped = async () => {
    const session = await sessionOf(db.pool, digestOf(token))
    if (!session) throw new Error('no session')
    const actor = actorOfGrants(session, heldBy(session), 'S1', where)
    return await paymentRecords(db.pool, vault, actor.scopeOf('payment.read'), { limit: VISIBLE })
  }
  const times: { plain: number[]; scoped: number[] } = { plain: [], scoped: [] }
  for (let run = -3; run < runs; run++)
    for (const [name, list] of [
      ['plain', plain],
      ['scoped', scoped],
    ] as const) {
      const from = performance.now()
      const found = await list()
      if (found.length !== VISIBLE || found.some(row => row.merchantNo !== 'M7'))
        throw new Error(`${name}: ${found.length} rows`)
      if (run >= 0) times[name].push(performance.now() - from)
    }
  const median = (all: number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number
  const [before, after] = [median(times.plain), median(times.scoped)]
  process.stdout.write(
    `${VISIBLE.toLocaleString('en')} of ${rows.toLocaleString('en')} rows: ${before.toFixed(1)} ms by merchant, ${after.toFixed(1)} ms by a person's scope: ${((after / before - 1) * 100).toFixed(1)} % more\n`,
  )
  await vault.close()
} finally {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
}
