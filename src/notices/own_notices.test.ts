import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { outboxOf } from '../../testkit/outbox.ts'
import { enterAsPayer, peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import type { Message, Template } from './message.ts'
import { sendDue } from './operations.ts'
import type { Sender } from './sender.ts'
import { enqueue } from './store.ts'

after(closeTestServer)

const message = (key: string, template: Template, recipient: string): Message => ({
  ...{ key, template, recipient, medium: recipient.includes('@') ? 'mail' : 'sms' },
  data: { title: '水费', amount: '1.00', currency: 'CNY' },
})

test('a payer is not told by SMS what he does not want, is told all else, and nobody else goes without', async t => {
  const people = await peopleTest(t)
  const { app } = people.platform
  const payer = people.browser()
  await enterAsPayer(people, payer, '13800001234')
  const before = await payer.send('GET', '/api/own/notices')
  assert.deepEqual(before.body.notices, [
    { template: 'bill_issued', wanted: true },
    { template: 'payment_succeeded', wanted: true },
    { template: 'appeal_received', wanted: true },
  ])
  const wish = { muted: ['bill_issued'] }
  assert.equal(await payer.outcome('PUT', '/api/own/notices', { muted: ['refund_made'] }), 'request_invalid')
  assert.equal(await payer.outcome('PUT', '/api/own/notices', wish), 200)
  assert.equal(await payer.outcome('PUT', '/api/own/notices', wish), 200)
  const set = (await people.acts()).filter(({ what }) => what === 'own_notice.set')
  assert.equal(set.length, 1, 'one change, one entry')

  await app.db.pool.query('delete from outbox')
  await app.db.transaction(tx =>
    enqueue(
      tx,
      app.vault,
      [
        message('a', 'bill_issued', '+86 138-0000-1234'),
        message('b', 'payment_succeeded', '13800001234'),
        message('c', 'bill_issued', '13900001234'),
        message('d', 'refund_made', '13800001234'),
        message('e', 'bill_issued', 'wang@example.com'),
        message('f', 'bill_issued', '010-12345'),
      ],
      app.now(),
    ),
  )
  const handed: string[] = []
  const sender: Sender = {
    ...{ lanes: 2, timeoutMs: 1000, ask: null, close: async () => {} },
    async send({ key }) {
      handed.push(key)
      return { state: 'sent', ref: key }
    },
  }
  await sendDue({ ...app, senders: { sms: sender, mail: sender } })
  assert.deepEqual(handed.sort(), ['b', 'c', 'd', 'e', 'f'])
  const told = (await outboxOf(app)).find(({ key }) => key === 'a')
  assert.deepEqual([told?.state, told?.lastError, told?.nextAt], ['withdrawn', 'muted by the payer', null])
  assert.equal(await people.browser().outcome('GET', '/api/own/notices'), 'not_authenticated')
})
