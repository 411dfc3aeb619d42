import { strict as assert } from 'node:assert'
import { type TestContext, test } from 'node:test'
import { actor } from '../../../testkit/actors.ts'
import { closedDay } from '../../../testkit/closed_days.ts'
import { FakeChannel, fakeChannels } from '../../../testkit/fake_channel.ts'
import { testPlatform } from '../../../testkit/platform.ts'
import { kindsByCode } from '../../reviews/kind.ts'
import { approveReview } from '../../reviews/operations.ts'
import { rulesOn } from '../../rules/store.ts'
import { RULE_ACTIVATION } from './activation.ts'
import { runGate } from './operations.ts'

const BOOKS = `
  payment P1 80.00 10:01 order=O1 trade=T1
  payment P2 5.00 10:01 order=O2 trade=T2
  line    L1 80.00 10:02 trade=T1
`
const SECOND = 'name: 第二版\ndefaults: { waive_below: "10.00", confirm_above: "5000.00" }'

async function house(t: TestContext) {
  const { platform, clerk } = await testPlatform(t, fakeChannels(new FakeChannel()))
  const { app } = platform
  await closedDay(app.db.pool, '2026-11-20', BOOKS)
  const checking = { ...app, kinds: kindsByCode([RULE_ACTIVATION]) }
  const gated = async (version: number, id: string) => {
    const { status, body } = await clerk('POST', `/api/rules/versions/${version}/gates`, { id })
    assert.equal(status, 200, JSON.stringify(body))
    await runGate(app, body.gate_id)
    return body.gate_id as string
  }
  const activate = (version: number, id: string, from_day: string, gate_id: string) =>
    clerk('POST', `/api/rules/versions/${version}/activation`, { id, from_day, gate_id, reason: '按新制度' })
  const approve = (reviewId: string, who = 'checker') =>
    approveReview(checking, actor(who), { id: `word-${reviewId}`, reviewId, reason: '同意' })
  return { app, clerk, gated, activate, approve }
}

test('a version is written, compared, replayed, agreed to by a second person, and holds from its day; rolling back is the same way', async t => {
  const { app, clerk, gated, activate, approve } = await house(t)
  const written = await clerk('POST', '/api/rules/versions', {
    id: 'version-2',
    document: SECOND,
    reason: '小额豁免',
    based_on: 1,
  })
  assert.equal(written.status, 200, JSON.stringify(written.body))
  assert.equal(written.body.version, 2)
  assert.equal(written.body.document, SECOND)
  const diff = await clerk('GET', '/api/rules/versions/2/diff?against=1')
  assert.deepEqual(diff.body.changes, [
    { path: 'defaults.confirm_above', before: null, after: '5000.00' },
    { path: 'defaults.waive_below', before: null, after: '10.00' },
    { path: 'name', before: '内置默认 Built-in', after: '第二版' },
  ])

  const gate = await gated(2, 'gate-00002')
  const { body: seen } = await clerk('GET', `/api/rules/gates/${gate}`)
  assert.deepEqual([seen.state, seen.done, seen.total, seen.against, seen.last_day], ['done', 1, 1, 1, '2026-11-20'])
  const kinds = seen.result.changes.find((each: { change: string }) => each.change === 'changed_kind')
  assert.deepEqual(
    [kinds.ours, kinds.theirs, kinds.money],
    [1, 0, { CNY: { ours: '5.00', theirs: '0.00', difference: '0.00' } }],
  )
  assert.equal(kinds.examples[0].after, 'waived below_threshold')
  assert.equal(seen.result.cases.changes.length, 3)

  await app.db.pool.query(
    `insert into days (channel, account, business_date, closes_at, opened_at)
     values ('wechat', '', '2026-11-20'::date - 1, now(), now()), ('wechat', '', '2026-11-23', now(), now())`,
  )
  const asked = await activate(2, 'activate-2', '2026-11-21', gate)
  assert.equal(asked.status, 200, JSON.stringify(asked.body))
  const { body: review } = await clerk('GET', `/api/reviews/${asked.body.review_id}`)
  assert.ok(
    review.facts.some(
      (fact: { en: string; value: string }) =>
        fact.en === 'Otherwise judged' && fact.value === '1 / 0; 5.00 / 0.00 CNY',
    ),
    JSON.stringify(review.facts),
  )
  assert.equal((await rulesOn(app.db.pool, '2026-11-21')).version, 1, 'nothing holds before it is approved')
  await approve(asked.body.review_id)
  assert.equal((await rulesOn(app.db.pool, '2026-11-20')).version, 1)
  assert.equal((await rulesOn(app.db.pool, '2026-11-21')).version, 2)
  assert.equal((await rulesOn(app.db.pool, '2027-01-01')).rules.defaults.waiveBelow, '10.00')

  const { rows: touched } = await app.db.pool.query('select business_date, whole from touched_days')
  assert.deepEqual(touched, [{ business_date: '2026-11-23', whole: true }], 'open days from then on are settled anew')
  const { rows: closing } = await app.db.pool.query("select closes_at from days where business_date = '2026-11-23'")
  assert.equal(closing[0].closes_at.toISOString(), '2026-11-24T02:00:00.000Z')

  const back = await activate(1, 'activate-1', '2026-11-21', await gated(1, 'gate-00001'))
  await approve(back.body.review_id)
  assert.equal((await rulesOn(app.db.pool, '2026-11-21')).version, 1)
  const { body: history } = await clerk('GET', '/api/rules/activations')
  assert.deepEqual(
    history.activations.map((each: { version: number }) => each.version),
    [1, 2, 1],
  )
})

test('no activation without a gate of this version, that has ended and is of these days, nor for a closed day', async t => {
  const { app, clerk, gated, activate } = await house(t)
  const write = (id: string, form: object) => clerk('POST', '/api/rules/versions', { id, form, reason: '试' })
  await write('version-2', { defaults: { waive_below: '10.00' } })
  await write('version-3', { defaults: { waive_below: '20.00' } })
  const refused = async (version: number, id: string, day: string, gate: string) =>
    (await activate(version, id, day, gate)).body.error.code
  const gate = await gated(2, 'gate-00002')
  assert.equal(await refused(3, 'ask-00001', '2026-11-21', gate), 'gate_unfit')
  assert.equal(await refused(2, 'ask-00002', '2026-11-20', gate), 'day_closed_already')
  assert.equal(await refused(1, 'ask-00003', '2026-11-21', gate), 'version_in_force')
  assert.equal(await refused(9, 'ask-00004', '2026-11-21', gate), 'rule_version_unknown')
  const { body: waiting } = await clerk('POST', '/api/rules/versions/2/gates', { id: 'gate-00003' })
  assert.equal(await refused(2, 'ask-00005', '2026-11-21', waiting.gate_id), 'gate_unfinished')
  await closedDay(app.db.pool, '2026-11-24', '')
  assert.equal(await refused(2, 'ask-00006', '2026-11-25', gate), 'gate_outdated')
})

test('what a gate was asked about is what is approved: a day that closed meanwhile makes it stale', async t => {
  const { app, clerk, gated, activate, approve } = await house(t)
  await clerk('POST', '/api/rules/versions', { id: 'version-2', document: SECOND, reason: '试' })
  const { body } = await activate(2, 'activate-2', '2026-11-21', await gated(2, 'gate-00002'))
  await closedDay(app.db.pool, '2026-11-21', '')
  await assert.rejects(approve(body.review_id), { code: 'review_stale' })
})

test('the same rules are not written twice, and a document that does not fit names the place', async t => {
  const { clerk } = await house(t)
  const write = (id: string, body: object) => clerk('POST', '/api/rules/versions', { id, reason: '试', ...body })
  const first = await write('version-2', { document: SECOND })
  assert.deepEqual(await write('version-2', { document: SECOND }), first, 'the same id, the same answer')
  const same = await write('version-3', {
    form: { name: '第二版', defaults: { waive_below: '10.00', confirm_above: '5000.00' } },
  })
  assert.deepEqual([same.status, same.body.error.code, same.body.error.detail.version], [409, 'rules_unchanged', 2])
  const wrong = await write('version-4', { form: { defaults: { waive_below: 10 } } })
  assert.deepEqual(
    [wrong.status, wrong.body.error.code, wrong.body.error.detail.place],
    [422, 'rules_unreadable', 'defaults.waive_below'],
  )
  assert.equal((await write('version-5', {})).body.error.code, 'document_or_form')
  const { body: form } = await clerk('GET', '/api/rules/form')
  assert.equal(form.in_force.version, 1)
  assert.match(JSON.stringify(form.schema), /低于此金额豁免 Waive below/)
})
