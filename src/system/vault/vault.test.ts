import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { testApp } from '../../../testkit/app.ts'
import { testDatabase } from '../../../testkit/database.ts'
import { TEST_MASTER, TEST_MASTER_HEX, testVault } from '../../../testkit/vault.ts'
import { Failure } from '../../kernel/failure.ts'
import type { Entry } from '../../matching/entry.ts'
import { payersDiffer } from '../../matching/numbers.ts'
import { findMaster, localKey, makeKeyFile, readKeyFile, readMasterKeys, replaceKeyFile } from './master_key.ts'
import { openVault } from './open_vault.ts'
import { cmacOfMany } from './payer_indexes.ts'
import { openFile, sealFile } from './sealed_file.ts'
import { LEAD_MS, Vault } from './vault.ts'

const log = pino({ level: 'silent' })
const failsWith = (code: string, reason?: string) => (error: unknown) =>
  error instanceof Failure && error.code === code && (reason === undefined || error.detail.reason === reason)

test('what is sealed opens at its place, and is different each time', async t => {
  const { vault } = await testApp(t)
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 3000 })), value => {
      const sealed = vault.seal(value, 'orders.person:A1')
      const again = vault.seal(value, 'orders.person:A1')
      assert.deepEqual(Buffer.from(vault.open(sealed, 'orders.person:A1')), Buffer.from(value as string))
      assert.ok(!sealed.equals(again))
    }),
  )
})

test('a sealed value that was altered in any byte, cut, or moved to another place is refused, and the place is named', async t => {
  const { vault } = await testApp(t)
  const sealed = vault.seal('张三 13812345678', 'orders.person:A1')
  for (let at = 0; at < sealed.length; at++) {
    const altered = Buffer.from(sealed)
    altered[at] = (altered[at] as number) ^ 1
    assert.throws(() => vault.open(altered, 'orders.person:A1'), failsWith('sealed_unreadable'), `byte ${at}`)
  }
  for (const length of [0, 1, 30, sealed.length - 1])
    assert.throws(() => vault.open(sealed.subarray(0, length), 'orders.person:A1'), failsWith('sealed_unreadable'))
  assert.throws(
    () => vault.open(Buffer.concat([sealed, Buffer.alloc(1)]), 'orders.person:A1'),
    failsWith('sealed_unreadable'),
  )
  for (const elsewhere of ['orders.person:A2', 'orders.other:A1', 'payments.person:A1'] as const)
    assert.throws(
      () => vault.open(sealed, elsewhere),
      (error: unknown) =>
        failsWith('sealed_unreadable', 'damaged')(error) && (error as Failure).detail.where === elsewhere,
    )
  const strange = Buffer.from(sealed)
  strange.writeUInt16BE(60_000, 1)
  assert.throws(() => vault.open(strange, 'orders.person:A1'), failsWith('sealed_unreadable', 'key_unknown'))
  assert.throws(
    () => vault.open(Buffer.from('plain text that was never sealed by us'), 'orders.person:A1'),
    failsWith('sealed_unreadable', 'format'),
  )
})

test('the cipher is SM4-GCM as the standard has it: RFC 8998, A.1', async () => {
  const { createCipheriv } = await import('node:crypto')
  const cipher = createCipheriv(
    'sm4-gcm' as 'aes-128-gcm',
    Buffer.from('0123456789abcdeffedcba9876543210', 'hex'),
    Buffer.from('00001234567800000000abcd', 'hex'),
  )
  cipher.setAAD(Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex'))
  const plain =
    'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa'
  const text = Buffer.concat([cipher.update(plain, 'hex'), cipher.final()]).toString('hex')
  assert.equal(
    text,
    '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d',
  )
  assert.equal(cipher.getAuthTag().toString('hex'), '83de3541e4c2b58177e065a9bf7b62ec')
})

test('blind indexes: equal for the same thing however it is written, different by kind and by key', async t => {
  const { vault } = await testApp(t)
  const phone = vault.blind('phone', '13812345678')
  for (const same of ['138 1234 5678', '+86 138-1234-5678', '１３８１２３４５６７８', '0086 13812345678'])
    assert.deepEqual(vault.blind('phone', same), phone, same)
  assert.notDeepEqual(vault.blind('phone', '13812345679'), phone)
  assert.notDeepEqual(vault.blind('account_no', '13812345678').subarray(2), phone.subarray(2))
  assert.deepEqual(vault.blind('email', 'Zhang@Example.com'), vault.blind('email', 'zhang@example.com'))
  assert.notDeepEqual(vault.blind('account_no', 'a1'), vault.blind('account_no', 'A1'))
  assert.equal(phone.length, 18)
})

test('another process with the same master key reads what the first sealed; one with another key is refused', async t => {
  const db = await testDatabase(t)
  const first = await testVault(db)
  const sealed = first.seal('王小明', 'orders.person:A1')
  const second = await testVault(db)
  assert.equal(second.openText(sealed, 'orders.person:A1'), '王小明')
  assert.deepEqual(second.blind('phone', '13800000000'), first.blind('phone', '13800000000'))
  const wrong = localKey(Buffer.alloc(16, 9))
  await assert.rejects(
    Vault.open({ db, holder: wrong, now: () => new Date(), log }),
    (error: unknown) => failsWith('master_key_wrong')(error) && (error as Failure).zh.includes(TEST_MASTER.id),
  )
  await db.pool.query(
    `update vault_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where purpose = 'orders'`,
  )
  await assert.rejects(testVault(db), failsWith('vault_key_damaged'))
})

test('a wrapped key that is put into another row opens nothing', async t => {
  const db = await testDatabase(t)
  await testVault(db)
  await db.pool.query(
    `update vault_keys set wrapped = (select wrapped from vault_keys where purpose = 'payments' and use = 'seal') where purpose = 'orders'`,
  )
  await assert.rejects(testVault(db), failsWith('vault_key_damaged'))
})

test('a new key is used from its time on, by every process, and the old one still opens', async t => {
  const app = await testApp(t)
  const other = await testVault(app.db, app.now)
  const before = app.vault.currentKey('seal', 'orders')
  const from = new Date(app.now().getTime() + LEAD_MS)
  await app.db.transaction(tx =>
    app.vault.newKeys(
      tx,
      [
        { use: 'seal', purpose: 'orders' },
        { use: 'blind', purpose: 'phone' },
      ],
      'test',
      from,
    ),
  )
  await app.vault.refresh()
  await other.refresh()
  const early = app.vault.seal('x', 'orders.person:A1')
  assert.equal(early.readUInt16BE(1), before)
  const earlyPhone = app.vault.blind('phone', '13812345678')
  app.pass(LEAD_MS / 1000)
  const late = app.vault.seal('y', 'orders.person:A1')
  assert.ok(late.readUInt16BE(1) > before)
  for (const vault of [app.vault, other]) {
    assert.equal(vault.openText(early, 'orders.person:A1'), 'x')
    assert.equal(vault.openText(late, 'orders.person:A1'), 'y')
    const phones = vault.blinds('phone', '13812345678')
    assert.equal(phones.length, 2)
    assert.ok(phones.some(index => index.equals(earlyPhone)))
    assert.deepEqual(phones[0], vault.blind('phone', '13812345678'))
  }
})

test('how often a key was used is told to the database, by all processes together', async t => {
  const app = await testApp(t)
  const other = await testVault(app.db, app.now)
  for (let i = 0; i < 5; i++) app.vault.seal('x', 'orders.person:A1')
  for (let i = 0; i < 7; i++) other.seal('x', 'orders.person:A1')
  await Promise.all([app.vault.refresh(), app.vault.refresh(), other.refresh()])
  await app.vault.refresh()
  const { rows } = await app.db.pool.query(`select seals from vault_keys where purpose = 'orders' and use = 'seal'`)
  assert.equal(rows[0].seals, 12)
  await app.db.pool.query(`update vault_keys set seals = 4294967290 where purpose = 'orders'`)
  await app.vault.refresh()
  const sealing = () => Array.from({ length: 10 }, () => app.vault.seal('x', 'orders.person:A1'))
  assert.throws(sealing, failsWith('key_exhausted'))
})

test('master keys as text: hexadecimal or base64, comments, two while it is changed; anything else is refused and not shown', () => {
  const base64 = Buffer.from(TEST_MASTER_HEX, 'hex').toString('base64')
  assert.deepEqual(
    readMasterKeys(`# heading\n${TEST_MASTER_HEX}\n\n${base64} # the same\n`, 'x').map(key => key.toString('hex')),
    [TEST_MASTER_HEX, TEST_MASTER_HEX],
  )
  for (const bad of ['', '# nothing', 'hunter2', `${TEST_MASTER_HEX}00`, `${TEST_MASTER_HEX}\nhunter2`])
    assert.throws(
      () => readMasterKeys(bad, 'FZPAY_MASTER_KEY'),
      (error: unknown) =>
        failsWith('master_key_invalid')(error) && !JSON.stringify([error, (error as Failure).zh]).includes('hunter2'),
    )
})

test('the embedded database makes its key once, for its owner only; a given server makes none; a lost one is not made anew', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'fzpay-key-'))
  t.after(() => rm(folder, { recursive: true }))
  assert.equal(findMaster({ folder: null }, true), null)
  assert.equal(findMaster({ folder }, false), null)
  const first = findMaster({ folder }, true)
  assert.equal(first?.made, true)
  assert.equal(statSync(join(folder, 'master.key')).mode & 0o777, 0o600)
  const second = findMaster({ folder }, true)
  assert.equal(second?.made, false)
  assert.deepEqual(second?.keys, first?.keys)
  assert.equal(makeKeyFile(join(folder, 'master.key')), false)
  replaceKeyFile(join(folder, 'master.key'), [Buffer.alloc(16, 1), Buffer.alloc(16, 2)])
  assert.equal(readKeyFile(join(folder, 'master.key'))?.length, 2)

  const db = { ...(await testDatabase(t)), folder: null }
  const said: string[] = []
  const ask = {
    db,
    now: () => new Date(),
    log,
    environment: '',
    say: (notice: { zh: string }) => void said.push(notice.zh),
  }
  await assert.rejects(openVault(ask), failsWith('master_key_missing'))
  const made = await openVault({ ...ask, db: { ...db, folder } })
  assert.equal(made.master, localKey(Buffer.alloc(16, 1)).id)
  await made.close()
  await assert.rejects(openVault(ask), failsWith('master_key_lost'))
  await rm(join(folder, 'master.key'))
  await assert.rejects(openVault({ ...ask, db: { ...db, folder } }), failsWith('master_key_lost'))
  // While the master key is being changed the file holds both, in any order.
  replaceKeyFile(join(folder, 'master.key'), [Buffer.alloc(16, 7), Buffer.alloc(16, 1)])
  await (await openVault({ ...ask, db: { ...db, folder } })).close()
  assert.deepEqual(said, [])
})

test('a sealed file comes back whole, in chunks of any size; a piece altered, left out, moved or cut off is noticed', async t => {
  const { vault } = await testApp(t)
  const all = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(chunks))
  const inChunks = (bytes: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
  for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 * (1 << 20) + 77]) {
    const plain = Buffer.alloc(size, 'evidence 凭证 ')
    const sealed = await all(sealFile(vault, 'exports', inChunks(plain, 700_001)))
    assert.ok((await all(openFile(vault, 'exports', inChunks(sealed, 65_537)))).equals(plain), `${size} bytes`)
  }
  const parts = await Array.fromAsync(sealFile(vault, 'exports', [Buffer.alloc(3 << 20, 'x')]))
  assert.equal(parts.length, 4)
  const [head, one, two, three] = parts as [Buffer, Buffer, Buffer, Buffer]
  const altered = Buffer.from(two)
  altered[1000] = (altered[1000] as number) ^ 1
  const other = await Array.fromAsync(sealFile(vault, 'exports', [Buffer.alloc(3 << 20, 'x')]))
  for (const bad of [
    [head, one, altered, three],
    [head, one, three],
    [head, two, one, three],
    [head, one, two],
    [head, one, two, three, three],
    [head, one, two, three.subarray(0, 500)],
    [head, one, other[2] as Buffer, three],
    [head],
    [Buffer.from('plain')],
  ])
    await assert.rejects(all(openFile(vault, 'exports', bad)), failsWith('sealed_unreadable'))
  await assert.rejects(all(openFile(vault, 'evidence', parts)), failsWith('sealed_unreadable'))
})

test('the MAC of payers is SM4-CMAC, as OpenSSL computes it, however many go together', () => {
  const mac = cmacOfMany(Buffer.from(TEST_MASTER_HEX, 'hex'))
  // printf TEXT | openssl mac -cipher SM4-CBC -macopt hexkey:000102030405060708090a0b0c0d0e0f -in /dev/stdin CMAC
  const known = {
    oUpF8uMuAJO_M2px000000001: 'c177cbe26a72afa3c96c0739c538c4ad',
    '': '4dcf78c73b13a3b9494de1152e66e9ef',
    '0123456789abcdef': 'e5b7dae53b96037c03daa716277e96a3',
  }
  assert.equal(mac(Object.keys(known)).toString('hex'), Object.values(known).join(''))
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 30 }), texts => {
      const together = mac(texts)
      for (const [i, text] of texts.entries())
        assert.deepEqual(together.subarray(16 * i, 16 * i + 16), mac([text]), JSON.stringify(text))
    }),
  )
})

test('payers in the books: equal where they are equal, told apart as far as masks show, never readable', async t => {
  const { vault } = await testApp(t)
  const [account = '', same, other = '', name = '', masked, none] = vault.payers([
    '6222021234561234',
    '6222 0212 3456 1234',
    '6222021234569999',
    '张 三',
    '6222****1234',
    '',
  ])
  assert.match(account, /^~a:[\w-]{20}:1234$/)
  assert.equal(same, account)
  assert.match(name, /^~n:[\w-]{20}$/)
  assert.deepEqual([masked, none], ['6222****1234', ''])
  const entry = (payer: string) => ({ payer }) as Entry
  const differ = (a: string, b: string) => payersDiffer(entry(a), entry(b))
  assert.equal(differ(account, other), true)
  assert.equal(differ(account, name), false, 'a name says nothing against a number')
  assert.equal(differ(account, '6222****1234'), false)
  assert.equal(differ(other, '6222****1234'), true)
  assert.equal(differ(vault.payer('李四'), name), true)
})
