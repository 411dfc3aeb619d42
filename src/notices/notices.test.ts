import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import { openTestSmtp, type SmtpMood } from '../../testkit/smtp.ts'
import { acs3Headers } from './acs3.ts'
import { mailSender, messageId } from './mail.ts'
import type { Message, MessageState } from './message.ts'
import { type Notifying, readNotices, resolveNotice, sendDue, summarizeNotices } from './operations.ts'
import { openSandboxSms, type SandboxSms, type SmsMood } from './sandbox_sms.ts'
import type { SmsSettings } from './settings.ts'
import { smsSender } from './sms.ts'
import { claimDue, enqueue, nextDueAt } from './store.ts'
import { mailText, smsVariables } from './templates.ts'

const DATA = {
  title: '2026年11月水费',
  order_no: 'W1',
  payment_no: 'P1',
  account_no: '3601002688',
  amount: '1234.50',
  currency: 'CNY',
  paid_at: '2026-11-25T01:30:12.000Z',
}

const sms = (n: number, recipient = '13812345678'): Message => ({
  key: `paid:P${n}:sms`,
  medium: 'sms',
  recipient,
  template: 'payment_succeeded',
  data: DATA,
})
const mail = (n: number): Message => ({
  ...sms(n),
  key: `paid:P${n}:mail`,
  medium: 'mail',
  recipient: 'zhang@example.com',
})

const SETTINGS: Omit<SmsSettings, 'endpoint' | 'access_key_id' | 'access_key_secret'> = {
  sign_name: '抚州缴费',
  templates: { payment_succeeded: 'SMS_1' },
  timeout_seconds: 1,
  absent_after_seconds: 600,
  lanes: 10,
}

type Office = { app: TestApp & Notifying; gateway: SandboxSms }

async function smsOffice(
  t: TestContext,
  mood: (n: number, phone: string) => SmsMood = () => 'ok',
  more: { queryMood?: (n: number) => 'ok' | '500'; secret?: string } = {},
): Promise<Office> {
  const base = await testApp(t)
  const gateway = await openSandboxSms({
    now: base.now,
    mood,
    ...(more.queryMood ? { queryMood: more.queryMood } : {}),
  })
  t.after(() => gateway.close())
  const sender = smsSender({
    ...SETTINGS,
    endpoint: gateway.url,
    access_key_id: gateway.key.id,
    access_key_secret: more.secret ?? gateway.key.secret,
  })
  return { app: { ...base, senders: { sms: sender } }, gateway }
}

const put = (app: TestApp, messages: readonly Message[]) =>
  app.db.transaction(tx => enqueue(tx, app.vault, messages, app.now()))

const states = async (app: TestApp): Promise<MessageState[]> =>
  (await app.db.pool.query('select state from outbox order by id')).rows.map(row => row.state)

test('the signature is the one of the published example', () => {
  const headers = acs3Headers(
    {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      action: 'RunInstances',
      version: '2014-05-26',
      query: { RegionId: 'cn-shanghai', ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd' },
      at: new Date('2023-10-26T10:22:32Z'),
      nonce: '3156853299f313e23d1673dc12e1703d',
    },
    { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' },
  )
  assert.equal(
    headers.authorization,
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  )
})

test('the signature is the one of the official SDK, also with Chinese and signs that need encoding', () => {
  const { authorization = '' } = acs3Headers(
    {
      host: 'dysmsapi.aliyuncs.com',
      action: 'SendSms',
      version: '2017-05-25',
      query: {
        PhoneNumbers: '13812345678',
        SignName: '抚州缴费',
        TemplateCode: 'SMS_1',
        TemplateParam: `{"title":"水费 (11月)*!'"}`,
        OutId: 'paid:P1:sms.1',
      },
      at: new Date('2026-11-25T01:00:00Z'),
      nonce: 'n1',
    },
    { id: 'id', secret: 'secret' },
  )
  assert.equal(authorization.split('Signature=')[1], 'bf559bd5ee966442ab597dc7126ffafe93c9257458f44caa0b84f9c0103c74fe')
})

test('a message enters once and is sent once, with masked numbers and local time', async t => {
  const { app, gateway } = await smsOffice(t)
  await put(app, [sms(1), sms(1), sms(2, '+8613900000002')])
  await put(app, [{ ...sms(1), recipient: '13000000000' }])
  assert.deepEqual(await sendDue(app), { sent: 2, refused: 0, unknown: 0, asked: 0 })
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 0, asked: 0 })
  const found = gateway.taken.map(({ phone, template, variables, outId }) => ({ phone, template, variables, outId }))
  assert.deepEqual(
    found.find(({ phone }) => phone === '13812345678'),
    {
      phone: '13812345678',
      template: 'SMS_1',
      variables: { title: '2026年11月水费', account: '******2688', amount: '1234.50元', time: '2026-11-25 09:30:12' },
      outId: 'paid:P1:sms.1',
    },
  )
  assert.equal(gateway.taken.length, 2)
  assert.ok(gateway.taken.some(({ phone }) => phone === '13900000002'))
  assert.equal(gateway.forged(), 0)
  assert.deepEqual(await states(app), ['sent', 'sent'])
})

test('what rolls back with its transaction is never sent', async t => {
  const { app, gateway } = await smsOffice(t)
  const failed = app.db.transaction(async tx => {
    await enqueue(tx, app.vault, [sms(1)], app.now())
    throw new Error('the payment could not be booked')
  })
  await assert.rejects(failed)
  await sendDue(app)
  assert.equal(gateway.taken.length, 0)
})

for (const mood of ['take_and_hang', 'take_and_500', 'take_and_cut'] as const)
  test(`taken but not answered (${mood}): it is asked about, found, and not sent again`, async t => {
    const { app, gateway } = await smsOffice(t, () => mood)
    await put(app, [sms(1)])
    assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 1, asked: 0 })
    assert.deepEqual(await states(app), ['sending'])
    app.pass(29)
    assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 0, asked: 0 })
    app.pass(1)
    assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 0, asked: 1 })
    assert.deepEqual(await states(app), ['sent'])
    app.pass(86_400)
    await sendDue(app)
    assert.equal(gateway.taken.length, 1)
  })

for (const mood of ['hang', '500'] as const)
  test(`not taken and not answered (${mood}): asked until that is certain, then sent once more`, async t => {
    const { app, gateway } = await smsOffice(t, n => (n === 0 ? mood : 'ok'), {
      queryMood: n => (n === 0 ? '500' : 'ok'),
    })
    await put(app, [sms(1)])
    await sendDue(app)
    for (let second = 0; second < 590; second += 10) {
      app.pass(10)
      await sendDue(app)
      assert.equal(gateway.taken.length, 0, `after ${second + 10} s`)
    }
    for (let second = 0; second < 600; second += 10) {
      app.pass(10)
      await sendDue(app)
    }
    assert.deepEqual(
      gateway.taken.map(({ outId }) => outId),
      ['paid:P1:sms.2'],
    )
    assert.deepEqual(await states(app), ['sent'])
  })

test('a crash between mark and send: nothing is lost, nothing is sent twice', async t => {
  const { app, gateway } = await smsOffice(t)
  await put(app, [sms(1), sms(2)])
  // One sender marks both, hands the first over, and dies.
  const lease = new Date(app.now().getTime() + 60_000)
  const claimed = await claimDue(app.db.pool, app.vault, ['sms'], app.now(), lease, 10)
  assert.deepEqual(
    claimed.map(({ fresh, attempts }) => [fresh, attempts]),
    [
      [true, 1],
      [true, 1],
    ],
  )
  await app.senders.sms?.send(claimed[0] as (typeof claimed)[0], app.now())
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 0, asked: 0 })
  for (let minute = 0; minute < 25; minute++) {
    app.pass(60)
    await sendDue(app)
  }
  assert.deepEqual(await states(app), ['sent', 'sent'])
  assert.deepEqual(gateway.taken.map(({ outId }) => outId).toSorted(), ['paid:P1:sms.1', 'paid:P2:sms.2'])
})

test('refusals are tried again later and later, hopeless ones are not', async t => {
  const { app, gateway } = await smsOffice(t, (n, phone) =>
    phone === '13900000000' ? 'bad_number' : n < 3 ? 'throttle' : 'ok',
  )
  await put(app, [sms(1), sms(2, '13900000000')])
  const delays: number[] = []
  for (let i = 0; i < 4; i++) {
    await sendDue(app)
    const due = await nextDueAt(app.db.pool)
    if (!due) break
    delays.push((due.getTime() - app.now().getTime()) / 1000)
    app.pass(delays.at(-1) as number)
  }
  assert.deepEqual(await states(app), ['sent', 'failed'])
  assert.ok(delays.length >= 2 && delays.every((delay, i) => i === 0 || delay > (delays[i - 1] as number)))
  assert.equal(gateway.taken.length, 1)
  const { notices } = await readNotices(app, {})
  assert.deepEqual(
    notices.map(({ recipient, state, last_error }) => [recipient, state, last_error]),
    [['139****0000', 'failed', 'isv.MOBILE_NUMBER_ILLEGAL: no such number']],
  )
})

test('a wrong key is refused by the gateway and no message is lost', async t => {
  const { app, gateway } = await smsOffice(t, () => 'ok', { secret: 'wrong' })
  await put(app, [sms(1)])
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 1, unknown: 0, asked: 0 })
  assert.equal(gateway.forged(), 1)
  assert.deepEqual(await states(app), ['waiting'])
})

test('a gateway that is not there: nothing left, so it is tried again', async t => {
  const { app, gateway } = await smsOffice(t)
  await gateway.close()
  await put(app, [sms(1)])
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 1, unknown: 0, asked: 0 })
  assert.deepEqual(await states(app), ['waiting'])
})

test('many senders, a bad gateway, lost answers: each message arrives exactly once', async t => {
  const moods: SmsMood[] = ['ok', 'take_and_500', 'ok', '500', 'ok', 'take_and_cut', 'throttle', 'ok']
  const { app, gateway } = await smsOffice(t, n => moods[(n * 7) % moods.length] as SmsMood)
  const count = 600
  await put(
    app,
    Array.from({ length: count }, (_, i) => sms(i, `138${String(i).padStart(8, '0')}`)),
  )
  for (let round = 0; round < 200; round++) {
    await Promise.all([sendDue(app), sendDue(app), sendDue(app)])
    const due = await nextDueAt(app.db.pool)
    if (!due) break
    app.pass(Math.max(1, (due.getTime() - app.now().getTime()) / 1000))
  }
  const { rows } = await app.db.pool.query('select state, count(*) as count from outbox group by state')
  assert.deepEqual(rows, [{ state: 'sent', count }])
  const keys = gateway.taken.map(({ outId }) => outId.replace(/\.\d+$/, ''))
  assert.equal(keys.length, count)
  assert.equal(new Set(keys).size, count)
})

// --- mail ----------------------------------------------------------------------------------------------------------------

async function mailOffice(t: TestContext, mood: (n: number) => SmtpMood = () => 'ok') {
  const base = await testApp(t)
  const server = await openTestSmtp(mood)
  const sender = mailSender({
    host: '127.0.0.1',
    port: server.port,
    tls: 'none',
    from: 'pay@fuzhou.example',
    from_name: '抚州支付平台',
    timeout_seconds: 1,
    lanes: 2,
  })
  t.after(async () => {
    await sender.close()
    await server.close()
  })
  return { app: { ...base, senders: { mail: sender } } as TestApp & Notifying, server }
}

test('a mail arrives with its stable id, readable in both languages', async t => {
  const { app, server } = await mailOffice(t)
  await put(app, [mail(1), mail(2), mail(3)])
  assert.deepEqual(await sendDue(app), { sent: 3, refused: 0, unknown: 0, asked: 0 })
  const raw = server.taken.find(({ raw }) => raw.includes(messageId('paid:P1:mail', 'pay@fuzhou.example')))?.raw ?? ''
  assert.match(raw, /^To: zhang@example\.com$/m)
  const body = Buffer.from(raw.slice(raw.indexOf('\r\n\r\n')), 'latin1').toString()
  assert.ok(/base64/i.test(raw) ? Buffer.from(body, 'base64').toString().includes('您的缴费已成功') : body.length > 0)
  assert.deepEqual(await states(app), ['sent', 'sent', 'sent'])
})

for (const mood of ['take_and_cut', 'take_and_hang'] as const)
  test(`a mail taken but not confirmed (${mood}) is unknown: shown to a person, never sent again by itself`, async t => {
    const { app, server } = await mailOffice(t, n => (n === 0 ? mood : 'ok'))
    await put(app, [mail(1)])
    assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 1, asked: 0 })
    app.pass(7 * 86_400)
    await sendDue(app)
    assert.equal(server.taken.length, 1)
    const [notice] = (await readNotices(app, {})).notices
    assert.deepEqual([notice?.state, notice?.recipient], ['unknown', 'z****@example.com'])
    const ask = { id: 'resolve-1', as: 'again' as const, note: '收件人确认未收到' }
    const resolved = await resolveNotice(app, actor('op'), notice?.notice_id as number, ask)
    assert.equal(resolved.state, 'waiting')
    assert.deepEqual(await resolveNotice(app, actor('op'), notice?.notice_id as number, ask), resolved)
    await assert.rejects(resolveNotice(app, actor('op'), notice?.notice_id as number, { ...ask, id: 'resolve-2' }), {
      code: 'notice_not_open',
    })
    await sendDue(app)
    assert.equal(server.taken.length, 2)
    const ids = server.taken.map(({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1])
    assert.equal(ids[0], ids[1])
  })

test("the server's word counts: no such box is final, busy is not", async t => {
  const { app, server } = await mailOffice(
    t,
    n => (['no_such_box', 'busy', 'refuse_content', 'ok'] as const)[Math.min(n, 3)] as SmtpMood,
  )
  for (const n of [1, 2, 3]) {
    await put(app, [mail(n)])
    await sendDue(app)
  }
  assert.deepEqual(await states(app), ['failed', 'waiting', 'failed'])
  app.pass(30)
  await sendDue(app)
  assert.deepEqual(await states(app), ['failed', 'sent', 'failed'])
  assert.equal(server.taken.length, 1)
})

test('a sender of mails that dies leaves an unknown one', async t => {
  const { app, server } = await mailOffice(t)
  await put(app, [mail(1)])
  await claimDue(app.db.pool, app.vault, ['mail'], app.now(), new Date(app.now().getTime() + 60_000), 10)
  app.pass(61)
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 0, unknown: 0, asked: 1 })
  assert.deepEqual(await states(app), ['unknown'])
  assert.equal(server.taken.length, 0)
  assert.deepEqual(
    (await summarizeNotices(app)).counts.map(({ medium, state, count }) => [medium, state, count]),
    [['mail', 'unknown', 1]],
  )
})

test('mail goes over TLS or not at all', async t => {
  const base = await testApp(t)
  const server = await openTestSmtp()
  t.after(() => server.close())
  const settings = { host: '127.0.0.1', port: server.port, from: 'a@b.cn', from_name: '', timeout_seconds: 1, lanes: 1 }
  assert.throws(() => mailSender({ ...settings, host: 'mail.example.com', tls: 'none' }), { code: 'mail_unencrypted' })
  const app = { ...base, senders: { mail: mailSender({ ...settings, tls: 'starttls' }) } }
  await put(app, [mail(1)])
  assert.deepEqual(await sendDue(app), { sent: 0, refused: 1, unknown: 0, asked: 0 })
  assert.equal(server.taken.length, 0)
})

test('media without a sender wait', async t => {
  const { app } = await smsOffice(t)
  await put(app, [mail(1)])
  await sendDue(app)
  assert.deepEqual(await states(app), ['waiting'])
})

// --- words -----------------------------------------------------------------------------------------------------------------

test('texts: no line of a title becomes a line of the mail, long titles are cut for SMS', () => {
  const message = { ...mail(1), data: { ...DATA, title: `水费\r\nBcc: x@y.z\n${'长'.repeat(60)}` } }
  const { subject, text } = mailText(message)
  assert.ok(!subject.includes('\n') && !/^Bcc/m.test(text))
  assert.ok(text.includes('户号：******2688') && text.includes('Account: ******2688'))
  assert.ok(!text.includes('3601002688'))
  assert.equal([...(smsVariables(message).title ?? '')].length, 35)
})

test('every template has its words', () => {
  for (const template of ['payment_succeeded', 'payment_surplus', 'refund_made', 'bill_issued'] as const) {
    const message = {
      ...mail(1),
      template,
      data: { ...DATA, merchant: '自来水公司', refunded_at: DATA.paid_at, due_on: '2026-12-31' },
    }
    const { subject, text } = mailText(message)
    assert.match(subject, /1234\.50元/)
    assert.match(text, /[\u4e00-\u9fff][\s\S]*[A-Z][a-z]+/)
    for (const value of Object.values(smsVariables(message))) assert.notEqual(value, '-')
  }
})
