import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { allowRecovery } from './accounts.ts'
import { SYSTEM } from './actor.ts'

after(closeTestServer)

const WRONG = 'nicht das richtige Wort'

test('a log-in gives a cookie that scripts cannot read, and says who one is', async t => {
  const { browser, person } = await peopleTest(t)
  const cashier = await person('chen', 'cashier')
  const page = browser()
  const answer = await page.send('POST', '/api/session', { login: ' Chen ', password: cashier.password })
  assert.equal(answer.status, 200)
  const cookie = answer.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^fzpay=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/)
  assert.ok(!JSON.stringify(answer.body).includes(page.token))
  const { login, kind, permissions, warnings } = answer.body
  assert.deepEqual([login, kind, warnings], ['chen', 'staff', []])
  assert.ok(permissions.includes('refund.ask') && !permissions.includes('review.decide'))
  const again = await page.send('GET', '/api/session')
  assert.equal(again.body.csrf_token, answer.body.csrf_token)
})

test('over https the cookie is bound to this host and to https', async t => {
  const { browser, person } = await peopleTest(t)
  const cashier = await person('chen', 'cashier')
  const page = browser()
  const https = { 'x-forwarded-proto': 'https' }
  const answer = await page.send('POST', '/api/session', { login: 'chen', password: cashier.password }, https)
  assert.match(
    answer.headers.get('set-cookie') ?? '',
    /^__Host-fzpay=[\w-]{43}; .*Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  )
  assert.equal(await page.outcome('GET', '/api/session', undefined, https), 200)
  // Another site of the host could plant the plain one.
  page.cookie = page.cookie.replace('__Host-fzpay', 'fzpay')
  assert.equal(await page.outcome('GET', '/api/session', undefined, https), 'not_authenticated')
})

test('no login, a wrong password, a suspended account: one answer, one count, one lock', async t => {
  const { browser, person, platform, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const zhao = await person('zhao', 'cashier')
  const boss = await person('boss', 'supervisor')
  const office = browser('10.1.0.1')
  assert.equal(await office.logIn(boss), 200)
  assert.equal(await office.outcome('POST', `/api/accounts/${zhao.id}/state`, { state: 'suspended' }), 200)
  const tries = [
    { login: 'chen', password: WRONG },
    { login: 'nobody.of.this.name', password: WRONG },
    { login: 'zhao', password: zhao.password },
  ]
  const seen = await Promise.all(
    tries.map(async (ask, index) => {
      const page = browser(`10.2.0.${index}`)
      const answers: string[] = []
      for (let n = 0; n < 7; n++) {
        const answer = await page.send('POST', '/api/session', ask)
        answers.push(`${answer.status} ${answer.body.error.code} ${answer.headers.get('retry-after') ?? ''}`)
        assert.ok(!page.cookie)
      }
      return answers
    }),
  )
  const five = Array(5).fill('401 log_in_refused ')
  for (const answers of seen) assert.deepEqual(answers, [...five, '429 log_in_locked 60', '429 log_in_locked 60'])
  // Locked for the right password too, from wherever; then open, and the count begins anew.
  const elsewhere = browser('10.3.0.1')
  assert.equal(await elsewhere.logIn(chen), 'log_in_locked')
  clock.forward(60)
  assert.equal(await elsewhere.logIn(chen), 200)
  assert.equal(await elsewhere.logIn({ ...chen, password: WRONG }), 'log_in_refused')
  // The sixth in a row locks for twice as long.
  const stranger = browser('10.2.0.9')
  assert.equal(await stranger.logIn({ login: 'nobody.of.this.name', password: WRONG }), 'log_in_refused')
  const locked = await stranger.send('POST', '/api/session', { login: 'nobody.of.this.name', password: WRONG })
  assert.equal(locked.headers.get('retry-after'), '120')
  const { rows } = await platform.app.db.pool.query(
    'select count(*)::integer as n from log_in_tries where locked_until is not null',
  )
  assert.equal(rows[0].n, 2)
})

test('a hundred guesses at once are no more than five', async t => {
  const { browser, person } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const guesses = Array.from({ length: 24 }, (_, n) => ({ login: 'chen', password: `${WRONG} ${n}` }))
  const answers = await Promise.all([...guesses, chen].map((ask, n) => browser(`10.4.${n}.1`).logIn(ask)))
  assert.equal(answers.filter(answer => answer === 'log_in_refused').length, 5)
  assert.ok(answers.slice(0, -1).every(answer => answer !== 200))
})

test('an address that guesses at many logins is locked, and nobody else', async t => {
  const { browser, person } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const attacker = browser('2001:db8:1:2:3::7')
  for (let n = 0; n < 30; n++)
    assert.equal(await attacker.logIn({ login: `user${n}`, password: WRONG }), 'log_in_refused')
  assert.equal(await browser('2001:db8:1:2:ffff::1').logIn(chen), 'log_in_locked')
  assert.equal(await browser('2001:db8:1:3::1').logIn(chen), 200)
})

test('the operation log has every log-in and refusal, and never a password, a token or what was typed as a login', async t => {
  const { browser, person, acts, said, platform } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const page = browser('10.5.0.1', 'Edge')
  await page.logIn({ login: chen.password, password: 'chen' })
  await page.logIn({ login: 'chen', password: WRONG })
  await page.logIn(chen)
  const { token, csrf } = page
  assert.ok(token.length > 40 && csrf.length > 40)
  await page.outcome('DELETE', '/api/session')
  const log = await acts()
  assert.deepEqual(
    log.map(({ what, who }) => `${who} ${what}`),
    ['anonymous session.refused', 'staff:chen session.refused', 'staff:chen session.open', 'staff:chen session.end'],
  )
  const { rows } = await platform.app.db.pool.query('select row_to_json(l)::text as text from operation_log l')
  const all = rows.map(row => row.text).join('') + said()
  for (const secret of [chen.password, WRONG, token, csrf]) assert.ok(!all.includes(secret))
})

test('what changes something needs the token of the page, and comes from our own pages', async t => {
  const { browser, person } = await peopleTest(t)
  const page = browser()
  await page.logIn(await person('chen', 'cashier'))
  const change = (headers: Record<string, string>) => page.outcome('DELETE', '/api/session/all', undefined, headers)
  const table: [Record<string, string>, 200 | string][] = [
    [{ 'x-csrf-token': '' }, 'csrf_refused'],
    [{ 'x-csrf-token': page.csrf.toUpperCase() }, 'csrf_refused'],
    [{ 'sec-fetch-site': 'cross-site' }, 'csrf_refused'],
    [{ 'sec-fetch-site': 'same-site' }, 'csrf_refused'],
    [{ origin: 'https://evil.example' }, 'csrf_refused'],
    [{ origin: 'null' }, 'csrf_refused'],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{}, 200],
  ]
  for (const [headers, expected] of table) assert.equal(await change(headers), expected, JSON.stringify(headers))
  assert.equal(await page.outcome('GET', '/api/session', undefined, { 'x-csrf-token': '' }), 200)
})

test('a session ends without use, at its longest, at log-out; its cookie then opens nothing', async t => {
  const { browser, person, clock } = await peopleTest(t, { sessions: { idle_minutes: 30, longest_hours: 2 } })
  const chen = await person('chen', 'cashier')
  const page = browser()
  const alive = () => page.outcome('GET', '/api/session')
  await page.logIn(chen)
  clock.forward(29 * 60 + 59)
  assert.equal(await alive(), 200)
  clock.forward(30 * 60)
  assert.equal(await alive(), 'session_over')
  await page.logIn(chen)
  for (const minutes of [29, 29, 29, 29]) {
    clock.forward(minutes * 60)
    assert.equal(await alive(), 200)
  }
  clock.forward(4 * 60)
  assert.equal(await alive(), 'session_over')
  await page.logIn(chen)
  const stolen = page.cookie
  assert.equal(await page.outcome('DELETE', '/api/session'), 200)
  page.cookie = stolen
  assert.equal(await alive(), 'session_over')
})

test('a token that somebody planted before the log-in is worth nothing after it', async t => {
  const { browser, person } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const victim = browser()
  victim.cookie = `fzpay=${'A'.repeat(43)}`
  assert.equal(await victim.logIn(chen), 200)
  assert.notEqual(victim.token, 'A'.repeat(43))
  // The attacker's own live session, planted: logging in ends it.
  const attacker = browser()
  await attacker.logIn(await person('mallory', 'support'))
  const fooled = browser()
  fooled.cookie = attacker.cookie
  fooled.csrf = attacker.csrf
  assert.equal(await fooled.logIn(chen), 200)
  assert.notEqual(fooled.token, attacker.token)
  assert.equal(await attacker.outcome('GET', '/api/session'), 'session_over')
})

test('more sessions than allowed end the oldest; all can be seen and ended', async t => {
  const { browser, person } = await peopleTest(t, { sessions: { per_account: 2 } })
  const chen = await person('chen', 'cashier')
  const pages = [browser('10.0.0.1'), browser('10.0.0.2'), browser('10.0.0.3')] as const
  for (const page of pages) await page.logIn(chen)
  const [first, second, third] = pages
  assert.equal(await first.outcome('GET', '/api/session'), 'session_over')
  const { sessions } = (await third.send('GET', '/api/session/all')).body
  assert.deepEqual(
    sessions.map((row: { address: string; present: boolean }) => [row.address, row.present]),
    [
      ['10.0.0.3', true],
      ['10.0.0.2', false],
    ],
  )
  assert.equal(await third.outcome('DELETE', `/api/session/all/${sessions[1].session_id}`), 200)
  assert.equal(await second.outcome('GET', '/api/session'), 'session_over')
  assert.equal(await third.outcome('DELETE', `/api/session/all/${sessions[1].session_id}`), 'session_unknown')
})

test('one account in two places warns both sessions and is logged once', async t => {
  const { browser, person, acts, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const desk = browser('10.0.0.1', 'Edge')
  await desk.logIn(chen)
  clock.forward(300)
  const other = browser('10.0.0.2', 'Edge')
  const entered = await other.send('POST', '/api/session', { login: 'chen', password: chen.password })
  assert.deepEqual(entered.body.warnings[0].address, '10.0.0.1')
  assert.equal((await desk.send('GET', '/api/session')).body.warnings[0].address, '10.0.0.2')
  const shared = async () => (await acts()).filter(({ what }) => what === 'account.shared').length
  assert.equal(await shared(), 1)
  clock.forward(120)
  await desk.send('GET', '/api/session')
  assert.equal(await shared(), 1)
  const rows = (await desk.send('GET', '/api/session/all')).body.sessions
  assert.ok(rows.every((row: { warned_at: string | null }) => row.warned_at !== null))
})

test('the same person moving from one place to the next is no warning', async t => {
  const { browser, person, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  await browser('10.0.0.1').logIn(chen)
  clock.forward(11 * 60)
  const later = await browser('10.0.0.2').send('POST', '/api/session', { login: 'chen', password: chen.password })
  assert.deepEqual(later.body.warnings, [])
})

test('a password that somebody else set is changed before anything else', async t => {
  const { browser, person } = await peopleTest(t)
  const boss = browser()
  await boss.logIn(await person('boss', 'supervisor'))
  const made = await boss.send('POST', '/api/accounts', { kind: 'staff', login: 'newbie', name: '新人' })
  assert.equal(made.status, 200)
  const fresh = { login: 'newbie', password: made.body.password }
  const page = browser('10.0.0.9')
  assert.equal(await page.logIn(fresh), 200)
  assert.equal((await page.send('GET', '/api/session')).body.password_change_due, true)
  assert.equal(await page.outcome('GET', '/api/merchants'), 'password_change_due')
  const change = (present: string, next: string) => page.outcome('POST', '/api/session/password', { present, next })
  assert.equal(await change(WRONG, 'ein anderer Satz mit vielen Wörtern'), 'log_in_refused')
  const weak = ['kurz', 'password1234', 'newbie-newbie-newbie', '123456789012', 'qwertyuiop[]']
  for (const next of weak) assert.equal(await change(fresh.password, next), 'password_weak', next)
  assert.equal(await change(fresh.password, 'ein anderer Satz mit vielen Wörtern'), 200)
  // It may nothing yet, but for another reason.
  assert.equal(await page.outcome('GET', '/api/merchants'), 'not_permitted')
  assert.equal(await browser('10.0.0.10').logIn(fresh), 'log_in_refused')
})

test('a changed password ends the other sessions; a reset ends all', async t => {
  const { browser, person, platform, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const [one, two] = [browser('10.0.0.1'), browser('10.0.0.2')]
  await one.logIn(chen)
  await two.logIn(chen)
  const next = 'vier Störche stehen am Kanal'
  assert.equal(await one.outcome('POST', '/api/session/password', { present: chen.password, next }), 200)
  assert.equal(await one.outcome('GET', '/api/session'), 200)
  assert.equal(await two.outcome('GET', '/api/session'), 'session_over')
  const boss = browser('10.0.0.3')
  const supervisor = await person('boss', 'supervisor')
  await boss.logIn(supervisor)
  const reset = () => boss.outcome('POST', `/api/accounts/${chen.id}/password`)
  const totpOff = () => boss.outcome('DELETE', `/api/accounts/${chen.id}/totp`)
  assert.deepEqual([await reset(), await totpOff()], ['recovery_not_agreed', 'recovery_not_agreed'])
  const other = await person('other', 'supervisor')
  const agree = (maker: string) =>
    platform.app.db.transaction(tx => allowRecovery(platform.app, tx, SYSTEM, chen.id, maker))
  await agree(other.id)
  assert.equal(await reset(), 'recovery_not_agreed', 'it was agreed that somebody else does it')
  await agree(supervisor.id)
  assert.deepEqual([await totpOff(), await reset()], [200, 200])
  clock.forward(3_601)
  await boss.logIn(supervisor)
  assert.equal(await reset(), 'recovery_not_agreed', 'an hour later it is over')
  assert.equal(await one.outcome('GET', '/api/session'), 'session_over')
  assert.equal(await browser('10.0.0.4').logIn({ login: 'chen', password: next }), 'log_in_refused')
})

test('a second factor: set up by its first code, asked for at log-in, each code good once, switched off by a code', async t => {
  const { browser, person, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const page = browser()
  await page.logIn(chen)
  const { uri } = (await page.send('POST', '/api/session/totp')).body
  const secret = new URL(uri).searchParams.get('secret') as string
  const code = (offset = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now().getTime() + offset * 1000 })
  assert.equal(await page.logIn(chen), 200, 'not before it is confirmed')
  assert.equal(await page.outcome('POST', '/api/session/totp/confirm', { code: code(600) }), 'code_refused')
  assert.equal(await page.outcome('POST', '/api/session/totp/confirm', { code: code() }), 200)
  const other = browser('10.0.0.2')
  assert.equal(await other.logIn(chen), 'totp_needed')
  assert.equal(await other.logIn(chen, code()), 'log_in_refused', 'the code that confirmed it is used')
  clock.forward(30)
  const used = code()
  assert.equal(await other.logIn(chen, used), 200)
  assert.equal(await browser('10.0.0.3').logIn(chen, used), 'log_in_refused', 'replayed')
  assert.equal(await browser('10.0.0.3').logIn(chen, code(-60)), 'log_in_refused', 'older than what was used')
  assert.equal(await browser('10.0.0.3').logIn(chen, code(30)), 200, 'a clock that is fast')
  assert.equal(await page.outcome('POST', '/api/session/totp'), 'totp_in_use')
  assert.equal(await page.outcome('POST', '/api/session/totp/end', { code: used }), 'code_refused')
  clock.forward(90)
  assert.equal(await page.outcome('POST', '/api/session/totp/end', { code: code() }), 200)
  assert.equal(await other.logIn(chen), 200)
})

test('wrong codes lock like wrong passwords', async t => {
  const { browser, person, clock } = await peopleTest(t)
  const chen = await person('chen', 'cashier')
  const page = browser()
  await page.logIn(chen)
  const { uri } = (await page.send('POST', '/api/session/totp')).body
  const totp = new TOTP({ secret: Secret.fromBase32(new URL(uri).searchParams.get('secret') as string) })
  const at = () => ({ timestamp: clock.now().getTime() })
  await page.outcome('POST', '/api/session/totp/confirm', { code: totp.generate(at()) })
  clock.forward(60)
  const right = totp.generate(at())
  const wrong = right === '000000' ? '000001' : '000000'
  const thief = browser('10.0.0.6')
  for (let n = 0; n < 5; n++) assert.equal(await thief.logIn(chen, wrong), 'log_in_refused')
  assert.equal(await thief.logIn(chen, right), 'log_in_locked')
})
