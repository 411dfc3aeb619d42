import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressKey, addressTest } from './address.ts'
import { nextBlock, sampleOf } from './alert.ts'

const at = (text: string): Date => new Date(`2026-11-${text}Z`)

test('each block in a row is longer than the one before, up to a day', () => {
  let now = at('25T00:00:00')
  const seconds: number[] = []
  let last: ReturnType<typeof nextBlock> | null = null
  for (let i = 0; i < 7; i++) {
    const block = nextBlock(last, now)
    seconds.push((block.until.getTime() - now.getTime()) / 1000)
    assert.equal(block.level, i + 1)
    now = block.until
    last = block
  }
  assert.deepEqual(seconds, [60, 300, 1800, 14400, 86400, 86400, 86400])
})

test('a week of peace, and no less, begins the count anew', () => {
  const last = { level: 3, until: at('10T00:00:00') }
  assert.equal(nextBlock(last, at('17T00:00:00')).level, 4)
  assert.equal(nextBlock(last, at('17T00:00:01')).level, 1)
})

test('a block under way is not made shorter', () => {
  const last = { level: 1, until: at('25T12:00:00') }
  assert.deepEqual(nextBlock(last, at('25T00:00:00')), { level: 2, until: at('25T12:00:00') })
})

test('a sample is cut, and shows no number, mail address, secret or control character', () => {
  assert.equal(sampleOf('q', "' or phone='13812345678'--"), "' or phone='*******5678'--")
  assert.equal(sampleOf('q', 'zhang@example.com<script>'), 'z****@example.com<script>')
  assert.equal(sampleOf('api_key', 'fzk_abc'), '***')
  assert.equal(sampleOf('q', 'a\u0000b\u001b[31m\r\n\u202e'), 'a\\u0000b\\u001b[31m\\u000d\\u000a\\u202e')
  assert.equal(sampleOf('q', 'x'.repeat(1000)).length, 200)
})

test('IPv6 counts by its network, IPv4 within IPv6 as IPv4', () => {
  assert.equal(addressKey('192.0.2.7'), '192.0.2.7')
  assert.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(addressKey('2001:DB8:0:1:aaaa:bbbb:cccc:dddd'), '2001:db8:0:1::/64')
  assert.equal(addressKey('2001:db8:0:1::5'), '2001:db8:0:1::/64')
  assert.equal(addressKey('2001:0db8::1'), '2001:db8:0:0::/64')
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
})

test('lists take addresses, ranges and the names that proxies go by', () => {
  const test = addressTest(['loopback', '10.0.0.0/8', '2001:db8::/32', '192.0.2.1'])
  for (const ip of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.9.8.7', '2001:db8::9', '192.0.2.1'])
    assert.equal(test(ip), true, ip)
  for (const ip of ['11.0.0.1', '192.0.2.2', '2001:db9::1', 'nonsense', '']) assert.equal(test(ip), false, ip)
  for (const entry of ['10.0.0.0/33', 'office', '10.0.0', '::1/129'])
    assert.throws(() => addressTest([entry]), { code: 'address_list_invalid' })
})
