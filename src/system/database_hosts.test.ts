import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePrimary, hostsOf } from './database_hosts.ts'

test('an address with several servers is one address for each', () => {
  assert.deepEqual(
    hostsOf('postgres://u:p%40@a:5433,b,[::1]:5434/fzpay?sslmode=verify-full&target_session_attrs=read-write'),
    {
      addresses: [
        'postgres://u:p%40@a:5433/fzpay?sslmode=verify-full',
        'postgres://u:p%40@b/fzpay?sslmode=verify-full',
        'postgres://u:p%40@[::1]:5434/fzpay?sslmode=verify-full',
      ],
      fenced: true,
    },
  )
  // One address that moves between servers is followed as well, when it says so.
  assert.deepEqual(hostsOf('postgres://u@vip/fzpay?target_session_attrs=primary'), {
    addresses: ['postgres://u@vip/fzpay'],
    fenced: true,
  })
})

test('a plain address is left as it is; one that asks for a standby is refused', () => {
  for (const plain of ['postgres://u:p@a:5433/fzpay', 'postgres:///fzpay?host=/tmp', '/var/run/postgresql fzpay'])
    assert.deepEqual(hostsOf(plain), { addresses: [plain], fenced: false })
  assert.throws(() => hostsOf('postgres://a,b/x?target_session_attrs=standby'), { code: 'database_attributes_unknown' })
})

// Each server: w writable, s standby, - silent; with its term.
const CASES: readonly [servers: string, seen: number, chosen: string][] = [
  ['w1 s1 s1', 0, '0 term 1'],
  ['-  w2 s2', 1, '1 term 2'],
  ['s2 w2 -', 2, '1 term 2'],
  ['w1 w2 s2', 1, '1 term 2'], // the old primary is back, and the new one counts
  ['w1 -  -', 2, 'outdated'], // the old one alone never does
  ['w1 s2 s2', 2, 'outdated'],
  ['w2 w2 -', 1, 'two_primaries'],
  ['w1 w1 w2', 1, '2 term 2'],
  ['s1 s1 -', 1, 'no_primary'],
  ['-  -  -', 0, 'no_primary'],
  ['w0 -  -', 0, '0 term 0'], // before the first migration
]

test('the newest primary is taken, an older one never, and of two equals none', () => {
  for (const [servers, seen, chosen] of CASES) {
    const standings = servers
      .split(/\s+/)
      .map(text => (text === '-' ? null : { writable: text.startsWith('w'), term: Number(text.slice(1)) }))
    const found = choosePrimary(standings, seen)
    assert.equal('none' in found ? found.none : `${found.index} term ${found.term}`, chosen, `${servers} seen ${seen}`)
  }
})
