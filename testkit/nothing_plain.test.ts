import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { countFailure, holdTries, lockOf } from '../src/access/tries.ts'
import type { Channel } from '../src/channels/channel.ts'
import { sendDue } from '../src/notices/operations.ts'
import type { Sender } from '../src/notices/sender.ts'
import { checkBillBatch, issueBillBatch } from '../src/orders/bill_batch_operations.ts'
import { learn, readOrder, readPayment, startPayment } from '../src/orders/operations.ts'
import { bindAccount, ownBills, ownBindings } from '../src/orders/own_operations.ts'
import { issueReceipt } from '../src/orders/receipt_operations.ts'
import { ordersOfAccount } from '../src/orders/store.ts'
import { PARTS } from '../src/parts.ts'
import { askRefund } from '../src/refunds/operations.ts'
import { compensateRefunds } from '../src/refunds/sending.ts'
import { importStatement } from '../src/statements/operations.ts'
import type { Database } from '../src/system/database.ts'
import { createLog } from '../src/system/log.ts'
import { careForKeys } from '../src/system/vault/care.ts'
import { checkColumn } from '../src/system/vault/check.ts'
import { actor } from './actors.ts'
import { FakeChannel, fakeChannels } from './fake_channel.ts'
import { outboxOf } from './outbox.ts'
import { issued, payingTest } from './paying.ts'
import { wechatBill } from './wechat_bill.ts'

const COLUMNS = PARTS.flatMap(part => part.sealed ?? [])

/** Nobody else's: where one of these stands, it is his. */
const PERSON = {
  accountNo: '3601778899001',
  payerName: '欧阳晓岚',
  phone: '13877665544',
  email: 'ouyang.xl@example.com',
}
const OTHER = { accountNo: '3601778899002', phone: '13877665545', name: '诸葛子晴' }
const OPENID = 'oSecretPayer0123456789abcdef'
const BAD_PHONE = '138776655'
const SECRETS = [...Object.values(PERSON), ...Object.values(OTHER), OPENID, BAD_PHONE]

/** Columns that hold one of the digests, as bytes or written in hexadecimal digits. */
const heldDigests = async (db: Database, digests: readonly string[]): Promise<string[]> => {
  const held = await found(db, digests, digest => digest)
  return [...new Set(held.map(one => one.split(':')[0] as string))]
}

const hexOf = (text: string): string => Buffer.from(text).toString('hex')

/** Every text, JSON and byte column of the database that holds one of the secrets. `inBytes`: how it is written where bytes are, in hexadecimal digits. */
async function found(db: Database, secrets: readonly string[], inBytes = hexOf): Promise<string[]> {
  const { rows: columns } = await db.pool.query(
    `select table_schema as schema, table_name as name, column_name as column, data_type as type
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
        and (data_type in ('text', 'json', 'jsonb', 'bytea', 'ARRAY', 'character varying') or data_type = 'USER-DEFINED')
      order by 1, 2, 3`,
  )
  const wrong: string[] = []
  for (const { schema, name, column, type } of columns) {
    const value = type === 'bytea' ? `encode("${column}", 'hex')` : `"${column}"::text`
    const needles = secrets.map(secret => (type === 'bytea' ? inBytes(secret) : secret))
    const { rows } = await db.pool.query(
      `select distinct needle from "${schema}"."${name}", unnest($1::text[]) as needle where position(needle in ${value}) > 0`,
      [needles],
    )
    for (const { needle } of rows) wrong.push(`${name}.${column}: ${needle}`)
  }
  return wrong
}

/** A sender that takes messages, and one that refuses with the number in its words. */
const senderOf = (taken: string[]): Sender => ({
  lanes: 1,
  timeoutMs: 1000,
  ask: null,
  send: async message => {
    taken.push(`${message.recipient} ${message.data.account_no}`)
    return { state: 'sent', ref: 'r1' }
  },
  close: async () => {},
})

async function story(t: TestContext) {
  const channel = new FakeChannel()
  const { app: paying, db } = await payingTest(t, fakeChannels(channel as Channel as FakeChannel))
  let logged = ''
  const log = createLog({
    level: 'trace',
    to: new Writable({
      write(chunk, _, done) {
        logged += chunk
        done()
      },
    }) as never,
  })
  const app = { ...paying, log }
  const staff = actor('staff:1')

  const order = await issued(app, PERSON)
  const payment = await startPayment(app, staff, {
    orderNo: order.orderNo,
    id: 'pay-1',
    channel: channel.name,
    method: 'jsapi',
    amount: null,
    openid: OPENID,
  })
  await learn(app, payment, channel.pay(payment, app.now(), { payer: OPENID }), 'notice')
  // Paid twice: the surplus waits for a person, with what a person must know.
  const again = await startPayment(app, staff, {
    orderNo: (await issued(app, { ...PERSON, orderNo: 'FZ-AGAIN' })).orderNo,
    id: 'pay-2',
    channel: channel.name,
    method: 'native',
    amount: null,
    openid: null,
  })
  await learn(app, again, channel.pay(again, app.now(), { payer: OPENID, amount: again.amount + 1 }), 'notice')
  await askRefund(app, staff, { id: 'refund-1', paymentNo: payment.paymentNo, amount: 100, reason: '多缴' })
  await compensateRefunds(app)
  await issueReceipt(
    { ...app, receiptKeys: ['00'.repeat(32)], press: undefined as never, verifyUrl: () => 'http://x' },
    staff,
    payment.paymentNo,
  )

  const folder = await mkdtemp(join(tmpdir(), 'fzpay-plain-'))
  t.after(() => rm(folder, { recursive: true }))
  const header = '缴费单号,缴费项目,户号,缴费人,手机号,金额'
  const brought = async (name: string, rows: string) => {
    await writeFile(join(folder, name), `${header}\n${rows}\n`)
    return await checkBillBatch(app, staff, { id: `batch-${name}`, path: join(folder, name), name, merchantNo: null })
  }
  const row = `${OTHER.accountNo},${OTHER.name}`
  const bad = await brought('bad.csv', `B1,W1,${row},${BAD_PHONE},10.00`)
  const good = await brought('good.csv', `B2,W1,${row},${OTHER.phone},10.00`)
  await brought('waiting.csv', `B3,W1,${row},${OTHER.phone},11.00`)
  await issueBillBatch(app, staff, good.batch_id, { id: 'issue-good', sm3: good.sm3, bills: 1, notify: true })

  const bill = wechatBill([{ at: '2026-11-20 10:01:00', trade: '4200000001', order: 'O1', fen: 200, payer: OPENID }])
  await writeFile(join(folder, 'bill.csv'), bill)
  await importStatement(app, {
    path: join(folder, 'bill.csv'),
    who: staff,
    at: app.now(),
    calendar: { zone: 'Asia/Shanghai', cutoff: '00:00', cutoffMarginMinutes: 5 },
  })
  await db.pool.query(
    `insert into accounts (id, kind, login, name, created_at, created_by) values ('staff:1', 'staff', 'staff-1', '缴费人', now(), 'test')`,
  )
  await bindAccount(app, staff, {
    merchantNo: 'M1',
    accountNo: PERSON.accountNo,
    payerName: PERSON.payerName,
    phoneEnd: null,
  })
  return { app, db, order, payment, bad, logged: () => logged }
}

test('after a day of bills, payments, refunds, messages and statements no person stands in plain text, in no column and not in the log', async t => {
  const { app, db, order, payment, bad, logged } = await story(t)
  const taken: string[] = []
  const waiting = await outboxOf(app)
  await sendDue({ ...app, senders: { sms: senderOf(taken), mail: senderOf(taken) } })

  assert.deepEqual(await found(db, SECRETS), [])
  for (const secret of SECRETS) assert.ok(!logged().includes(secret), `the log holds ${secret}`)

  // It is not that they are gone: whoever may, reads them.
  assert.partialDeepStrictEqual(await readOrder(app, order.orderNo), PERSON)
  assert.equal((await readPayment(app, payment.paymentNo)).payer, OPENID)
  assert.equal((await ordersOfAccount(db.pool, app.vault, 'M1', ` ${PERSON.accountNo} `, 9)).length, 2)
  assert.equal((await ownBindings(app, actor('staff:1')))[0]?.accountNo, PERSON.accountNo)
  assert.equal((await ownBills(app, actor('staff:1'))).length, 2)
  assert.ok(waiting.some(message => message.recipient === PERSON.email))
  assert.ok(taken.includes(`${PERSON.phone} ${PERSON.accountNo}`))
  assert.ok(taken.includes(`${OTHER.phone} ${OTHER.accountNo}`))
  assert.ok(JSON.stringify(bad.problems).includes(BAD_PHONE))
  // Both books say the same of one payer, and no more.
  const { rows } = await db.pool.query(
    'select m.payer, l.payer as theirs from movements m, statement_lines l where m.kind = $1',
    ['payment'],
  )
  assert.ok(rows.every(({ payer, theirs }) => payer === theirs && /^~a:[\w-]{20}:cdef$/.test(payer)))
  for (const column of COLUMNS) assert.equal((await checkColumn(db.pool, app.vault, column)).failed, 0)
})

test('what an earlier version left in plain text is sealed, and reads the same meanwhile and afterwards', async t => {
  const { app, db } = await story(t)
  await db.pool.query(
    `insert into orders (order_no, ask_sm3, merchant_no, fee_item_id, account_no, payer_name, phone, email, by_sms, by_mail, title, amount, currency,
                         part_payment, part_min, created_at)
     values ('OLD1', repeat('0', 64), 'M1', 'W1', '3601000777', '司徒明远', '13711112222', '', true, false, '水费', 100, 'CNY', false, 1, now())`,
  )
  await db.pool.query(
    `insert into outbox (key, medium, recipient, template, data, created_at, next_at)
     values ('old:1', 'sms', '13711112222', 'bill_issued', '{"account_no": "3601000777"}', now(), now())`,
  )
  await db.pool.query(`update payments set payer = 'oOldPlainPayer', payer_sealed = null`)
  await db.pool.query(`update movements set payer = 'oOldPlainPayer'`)
  await db.pool.query(`update statement_lines set payer = 'oOldPlainPayer'`)
  await db.pool.query(`update bill_batches set problems = '[{"found": "13711112222"}]', problems_sealed = null`)
  await db.pool.query(`update statement_raw set plain = 'old raw 13711112222', content = null`)
  await db.pool.query('delete from vault_work')
  const old = ['3601000777', '司徒明远', '13711112222', 'oOldPlainPayer']
  assert.ok((await found(db, old)).length > 8)
  const before = await readOrder(app, 'OLD1')
  assert.equal(before.payerName, '司徒明远')
  const messages = await outboxOf(app)

  await careForKeys(app, COLUMNS)
  assert.deepEqual(await found(db, old), [])
  assert.deepEqual(await readOrder(app, 'OLD1'), before)
  assert.deepEqual(await outboxOf(app), messages)
  assert.equal((await ordersOfAccount(db.pool, app.vault, 'M1', '3601000777', 9)).length, 1)
  const { rows } = await db.pool.query('select distinct payer from movements union select payer from statement_lines')
  assert.deepEqual(rows, [{ payer: app.vault.payer('oOldPlainPayer') }])
  for (const column of COLUMNS) {
    const check = await checkColumn(db.pool, app.vault, column)
    assert.deepEqual([check.plain, check.failed], [0, 0], check.target)
  }
})

test('what was tried to be opened is counted, and cannot be found by guessing: no column holds a digest that anybody can make', async t => {
  const { app, db } = await payingTest(t, fakeChannels(new FakeChannel()))
  const login = 'zhuge.ziqing'
  const proof = { merchantNo: 'M1', accountNo: PERSON.accountNo, payerName: '别人', phoneEnd: null }
  await assert.rejects(bindAccount(app, actor('staff:1'), proof), { code: 'binding_refused' })
  const targets = [
    { kind: 'phone', of: PERSON.phone },
    { kind: 'sms', of: OTHER.phone },
    { kind: 'login', of: login },
    { kind: 'address', of: '10.1.2.3' },
  ] as const
  await db.transaction(async tx => {
    await holdTries(tx, app.vault, app.now(), targets)
    for (let n = 0; n < 5; n++) await countFailure(tx, app.vault, app.now(), targets)
  })
  const { rows } = await db.pool.query('select failures from log_in_tries order by 1')
  assert.deepEqual(
    rows.map(({ failures }) => failures),
    [1, 1, 5, 5, 5, 5],
  )
  assert.ok(await lockOf(db.pool, app.vault, login, app.now()))

  const tried = [PERSON.phone, OTHER.phone, login, '10.1.2.3', PERSON.accountNo, `M1 ${PERSON.accountNo}`, 'staff:1']
  const kinds = ['', 'phone ', 'sms ', 'login ', 'address ', 'proof ']
  const digests = tried.flatMap(text =>
    kinds.flatMap(kind => ['sm3', 'sha256'].map(name => hash(name, kind + text, 'hex'))),
  )
  assert.deepEqual(await heldDigests(db, digests), [])
  // Such a digest would be seen.
  await db.pool.query(`insert into log_in_tries (key_sm3, failures, last_at) values ($1, 1, now())`, [
    hash('sm3', `phone ${PERSON.phone}`, 'buffer'),
  ])
  assert.deepEqual(await heldDigests(db, digests), ['log_in_tries.key_sm3'])
})

test('every column of bytes is known to the vault, or holds nothing of a person', async t => {
  const { db } = await payingTest(t, fakeChannels(new FakeChannel()))
  const open = new Set(
    [
      'operation_blocks.leaves operation_blocks.root operation_blocks.previous operation_blocks.digest',
      'operation_roots.digest passkeys.public_key service_keys.key_sm3 sessions.token_sm3 sessions.csrf_sm3',
      // Pieces of sealed files, each under its own place in its file.
      'vault_keys.wrapped statement_raw.plain report_pieces.bytes',
      // Of what many lines say together, payers among them by their keyed index.
      'statement_stretches.sha256',
    ].flatMap(names => names.split(' ')),
  )
  // By a key of the vault: see above.
  const keyed = ['log_in_tries.key_sm3']
  const known = new Set([
    ...keyed,
    ...COLUMNS.flatMap(({ table, column, blind }) => [
      `${table}.${column}`,
      ...(blind ? [`${table}.${blind.column}`] : []),
    ]),
  ])
  const { rows } = await db.pool.query(
    `select table_name || '.' || column_name as name from information_schema.columns
      where data_type = 'bytea' and table_schema = 'public' order by 1`,
  )
  assert.deepEqual(
    rows.map(row => row.name).filter(name => !open.has(name) && !known.has(name)),
    [],
  )
})
