import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorOfGrants, heldBy } from './actor_of_grants.ts'
import { lockedUntil, networkOf, targetName } from './lock_out.ts'
import { checkPassword, hashPassword } from './password.ts'
import { checkPasswordRules } from './password_rules.ts'
import { elsewhere, stateOf } from './session.ts'

const AT = new Date('2026-11-25T09:00:00+08:00')
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000)

test('the lock grows from a minute to an hour, and begins after five', () => {
  const table: [failures: number, seconds: number | null][] = [
    [1, null],
    [4, null],
    [5, 60],
    [6, 120],
    [10, 1920],
    [11, 3600],
    [10_000, 3600],
  ]
  for (const [failures, seconds] of table)
    assert.deepEqual(lockedUntil('login', failures, AT), seconds === null ? null : later(seconds), `${failures}`)
  assert.equal(lockedUntil('address', 29, AT), null)
  assert.deepEqual(lockedUntil('address', 30, AT), later(60))
})

test('half an IPv6 address is one sender, an IPv4 address in IPv6 clothes itself', () => {
  const table: [string, string][] = [
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ]
  for (const [address, network] of table) assert.equal(networkOf(address), network)
  assert.equal(targetName({ kind: 'address', of: '::1' }), 'address 0:0:0:0')
  assert.equal(targetName({ kind: 'login', of: '::1' }), 'login ::1')
})

test('a session is live until it is idle, over or ended, to the second', () => {
  const of = (seen: number, expires: number, ended: number | null) =>
    stateOf(
      { seenAt: later(seen), expiresAt: later(expires), endedAt: ended === null ? null : later(ended) },
      { idle_minutes: 30 },
      AT,
    )
  assert.equal(of(-1799, 1, null), 'live')
  assert.equal(of(-1800, 1, null), 'idle')
  assert.equal(of(0, 0, null), 'expired')
  assert.equal(of(0, 3600, -1), 'ended')
})

test('two places are two addresses or two devices, within ten minutes', () => {
  const own = { id: '1', address: 'a', device: 'd' }
  const others = [
    { id: '1', address: 'b', device: 'e', seenAt: AT },
    { id: '2', address: 'a', device: 'd', seenAt: AT },
    { id: '3', address: 'b', device: 'd', seenAt: later(-599) },
    { id: '4', address: 'a', device: 'e', seenAt: AT },
    { id: '5', address: 'b', device: 'e', seenAt: later(-600) },
  ]
  assert.deepEqual(
    elsewhere(own, others, AT).map(({ id }) => id),
    ['3', '4'],
  )
})

test('passwords: length, what everybody guesses, what belongs to the person; no mixture of signs asked for', () => {
  const person = { login: 'chen.wei', name: '陈伟' }
  const refused = [
    'elf Zeichen', // 11
    'x'.repeat(129),
    'aaaaaaaaaaaaaaaa',
    'password123456',
    'Passw0rd!Passw0rd!',
    'chen.wei.2026',
    '1990010119900101',
    'abcdefghijklmnop',
    'fuzhoufuzhou',
  ]
  const accepted = [
    'correcthorsebatterystaple', // long, no digit, no sign
    'vier störche am kanal',
    '山高月小水落石出也无风雨',
    'x7#kQ2!mP9$z',
  ]
  for (const password of refused)
    assert.throws(() => checkPasswordRules(password, person), { code: 'password_weak' }, password)
  for (const password of accepted) checkPasswordRules(password, person)
})

test('Argon2id in PHC text: right, wrong, no hash at all, weaker parameters of before', async () => {
  const hash = await hashPassword('ｖｉｅｒ störche')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(hash, await hashPassword('ｖｉｅｒ störche'))
  assert.deepEqual(await checkPassword(hash, 'vier störche'), { right: true, stale: false })
  assert.deepEqual(await checkPassword(hash, 'vier storche'), { right: false, stale: false })
  assert.deepEqual(await checkPassword(null, 'vier störche'), { right: false, stale: false })
  const known = await checkPassword(await weak('password', 'somesaltsomesalt'), 'password')
  assert.deepEqual(known, { right: true, stale: true })
})

/** A hash of earlier days: 1 MiB. */
async function weak(message: string, nonce: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto')
  const parameters = { message, nonce: Buffer.from(nonce), parallelism: 1, tagLength: 32, memory: 1024, passes: 2 }
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=1024,t=2,p=1$${text(Buffer.from(nonce))}$${text(argon2Sync('argon2id', parameters))}`
}

test('a permission holds where the grants that bring it hold; roles that are gone bring none', () => {
  const held = heldBy({
    grants: [
      { role: 'cashier', permissions: null, merchants: ['M1'], channels: null },
      { role: 'auditor', permissions: null, merchants: null, channels: ['wechat'] },
      { role: 'gone', permissions: null, merchants: null, channels: null },
      { role: 'desk', permissions: ['notice.manage'], merchants: ['M2'], channels: null },
    ],
  })
  const actor = actorOfGrants({ kind: 'staff', login: 'chen', name: '陈', accountId: 'A1' }, held, '', {
    address: '10.0.0.1',
    device: '',
    requestId: 'r',
  })
  assert.deepEqual(actor.scopeOf('order.read'), [
    { merchants: ['M1'], channels: null },
    { merchants: null, channels: ['wechat'] },
  ])
  assert.deepEqual(actor.scopeOf('refund.ask'), [{ merchants: ['M1'], channels: null }])
  assert.deepEqual(actor.scopeOf('notice.manage'), [{ merchants: ['M2'], channels: null }])
  assert.deepEqual(actor.scopeOf('role.grant'), [])
  assert.equal(actor.permissions.has('own.session'), false)
})
