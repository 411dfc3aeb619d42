import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { peopleTest } from '../../testkit/people.ts'
import { closeTestServer } from '../../testkit/server.ts'
import { addJob } from '../system/jobs.ts'

after(closeTestServer)

test('the operator sees how the house stands, and nobody else does', async t => {
  const { platform, person, browser, clock } = await peopleTest(t)
  const operator = browser()
  assert.equal(await operator.logIn(await person('yunwei', 'operator')), 200)

  const { body: system } = await operator.send('GET', '/api/system')
  assert.match(system.version, /^\d+\.\d+\.\d+$/)
  assert.equal(system.migrations.waiting, 0)
  assert.ok(system.database.bytes > 1_000_000 && system.database.connections <= system.database.connections_max)

  // A task that nobody here can run waits; one that was tried for the last time is a failure with its reason.
  const { pool } = platform.app.db
  await addJob(pool, 'test.later', {}, { at: new Date('2099-01-01T00:00:00Z') })
  await addJob(pool, 'test.broken', {}, { attempts: 1, at: new Date('2099-01-01T00:00:00Z') })
  await pool.query(
    `update fzpay_jobs._private_jobs j set attempts = 1, last_error = E'the server said no\nat somewhere'
       from fzpay_jobs._private_tasks k where k.id = j.task_id and k.identifier = 'test.broken'`,
  )
  const { body: jobs } = await operator.send('GET', '/api/jobs')
  const task = (name: string) => jobs.tasks.find((each: { task: string }) => each.task === name)
  assert.deepEqual(task('test.later'), {
    ...{ task: 'test.later', repeats: false, due: 0, planned: 1, running: 0, retrying: 0, failed: 0 },
    ...{ next_at: '2099-01-01T08:00:00+08:00', last_error: '' },
  })
  assert.deepEqual(task('test.broken'), {
    ...{ task: 'test.broken', repeats: false, due: 0, planned: 0, running: 0, retrying: 0, failed: 1 },
    ...{ next_at: null, last_error: 'the server said no' },
  })
  assert.equal(task('log.seal').repeats, true)
  assert.ok(jobs.workers >= 1)

  const at = clock.now()
  await pool.query(
    `insert into arrivals (channel, account, business_date, kind, state, source, expected_at, alert_at, empty_at, error_code, error_zh, error_en)
     values ('wechat', 'main', '2026-11-18', 'trade', 'empty', 'api', $1, $1, $1, '', '', ''),
            ('wechat', 'main', '2026-11-19', 'trade', 'failed', 'api', $1, $1, null, 'channel_down', '渠道无应答', 'no answer')`,
    [new Date(at.getTime() - 60_000)],
  )
  await pool.query(
    `insert into refused_notices (at, channel, account, address, code, excerpt) values ($1, 'wechat', 'main', '10.0.0.9', 'signature_wrong', '')`,
    [at],
  )
  const { body: channels } = await operator.send('GET', '/api/system/channels')
  assert.deepEqual(channels.accounts, [
    {
      ...{ channel: 'wechat', account: 'main', started: 0, paid: 0, last_booked_at: null },
      ...{ notices_refused: 1, refused_code: 'signature_wrong' },
      statements: [
        {
          ...{ kind: 'trade', last_day: '2026-11-18', last_at: '2026-11-20T09:59:00+08:00', missing: 1 },
          trouble: { zh: '渠道无应答', en: 'no answer' },
        },
      ],
    },
  ])
  assert.deepEqual(channels.waiting, [])

  const { body: status } = await operator.send('GET', '/api/system/status')
  assert.equal(status.level, 'danger')
  assert.ok(status.notes.some((note: { alert: string }) => note.alert === 'StatementMissingAtClose'))

  const cashier = browser()
  await cashier.logIn(await person('chuna', 'cashier'))
  for (const path of ['/api/system', '/api/system/status', '/api/system/channels', '/api/jobs'])
    assert.equal(await cashier.outcome('GET', path), 'not_permitted')
})
