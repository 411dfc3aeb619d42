import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { actor } from '../../testkit/actors.ts'
import { testApp } from '../../testkit/app.ts'
import { seedMerchants } from '../../testkit/merchants.ts'
import { mustBeAgreed } from '../access/accounts.ts'
import { revokeRole } from '../access/grants.ts'
import { grantsOf, houseRoles, insertAccount } from '../access/store.ts'
import { kindsByCode } from './kind.ts'
import { approveReview, readReviews, refuseReview } from './operations.ts'
import { askHouseRole, askRecovery, askRoleGrant, roleReviews } from './role_reviews.ts'

const [li, wang] = [actor('li'), actor('wang')]

async function house(t: TestContext) {
  const plain = await testApp(t)
  const app = { ...plain, kinds: kindsByCode(roleReviews(plain)) }
  await seedMerchants(app)
  for (const login of ['li', 'wang', 'chen'])
    await insertAccount(
      app.db.pool,
      {
        id: login,
        kind: 'staff',
        login,
        name: `${login} 同事`,
        createdBy: 'seed',
        password: null,
        passwordStale: false,
      },
      app.now(),
    )
  let words = 0
  return {
    app,
    word: (reviewId: string, reason = '已核实') => ({ id: `word-${++words}-000`, reviewId, reason }),
    held: async (account: string) =>
      (await grantsOf(app.db.pool, account)).map(grant => `${grant.role} ${grant.merchants ?? 'all'}`),
  }
}

const GRANT = {
  id: 'grant-0001',
  reason: '新任水务出纳',
  accountId: 'chen',
  role: 'cashier',
  departments: null,
  merchants: ['WATER'],
  channels: null,
}

test('a role is handed out by two supervisors: asked by one, held from the other’s word on', async t => {
  const { app, word, held } = await house(t)
  const asked = await askRoleGrant(app, li, GRANT)
  assert.partialDeepStrictEqual(asked, {
    kind: 'role_grant',
    object: { kind: 'account_role', id: 'chen/cashier' },
    after: { role: 'cashier', merchants: ['WATER'] },
    reason: '新任水务出纳',
    mine: true,
  })
  assert.deepEqual(asked.facts[0], { zh: '账户', en: 'Account', value: 'chen 同事 (chen)' })
  assert.deepEqual(await held('chen'), [], 'nothing of the trial is left')
  assert.deepEqual(await askRoleGrant(app, li, GRANT), asked, 'the same request is the same review')
  await assert.rejects(askRoleGrant(app, li, { ...GRANT, id: 'grant-0002' }), { code: 'review_open_already' })
  await assert.rejects(approveReview(app, li, word(asked.review_id)), { code: 'maker_is_checker' })
  const approved = await approveReview(app, wang, word(asked.review_id))
  assert.deepEqual(await held('chen'), ['cashier WATER'])
  const [grant] = await grantsOf(app.db.pool, 'chen')
  assert.deepEqual(approved.outcome, { grant_id: grant?.id })
  const { rows } = await app.db.pool.query(
    "select who_id, what from operation_log where what ~ '^(role|review)' order by id",
  )
  assert.deepEqual(
    rows.map(row => `${row.who_id} ${row.what}`),
    ['li review.ask', 'wang role.grant', 'wang review.approve'],
  )
})

test('what cannot be granted is refused when it is asked, and nobody grants to himself, asking or deciding', async t => {
  const { app, word, held } = await house(t)
  await assert.rejects(askRoleGrant(app, actor('chen'), GRANT), { code: 'grant_to_oneself' })
  await assert.rejects(askRoleGrant(app, li, { ...GRANT, accountId: 'nobody' }), { code: 'account_unknown' })
  await assert.rejects(askRoleGrant(app, li, { ...GRANT, role: 'emperor' }), { code: 'role_unknown' })
  await assert.rejects(askRoleGrant(app, li, { ...GRANT, merchants: ['NONE'] }), { code: 'place_unknown' })
  await assert.rejects(askRoleGrant(app, li, { ...GRANT, role: 'payer' }), { code: 'role_for_staff' })
  assert.deepEqual((await readReviews(app, li, { limit: 9 })).reviews, [])
  const asked = await askRoleGrant(app, li, GRANT)
  await assert.rejects(approveReview(app, actor('chen'), word(asked.review_id)), { code: 'grant_to_oneself' })
  await refuseReview(app, wang, word(asked.review_id, '未到岗'))
  assert.deepEqual(await held('chen'), [])
})

test('suspended meanwhile, or given the role elsewhere: stale', async t => {
  const { app, word, held } = await house(t)
  const asked = await askRoleGrant(app, li, GRANT)
  await app.db.pool.query("update accounts set state = 'suspended' where id = 'chen'")
  await assert.rejects(approveReview(app, wang, word(asked.review_id)), { code: 'review_stale' })
  await app.db.pool.query("update accounts set state = 'active' where id = 'chen'")
  await approveReview(app, wang, word(asked.review_id))
  const wider = await askRoleGrant(app, li, { ...GRANT, id: 'grant-0002', merchants: null })
  const [narrow] = await grantsOf(app.db.pool, 'chen')
  await revokeRole(app, li, 'chen', narrow?.id as string)
  await assert.rejects(approveReview(app, wang, word(wider.review_id)), { code: 'review_stale' })
  assert.deepEqual(await held('chen'), [])
})

test('an owner is helped back into his account by the one who asked, after another agreed; two people, never one', async t => {
  const { app, word } = await house(t)
  await assert.rejects(mustBeAgreed(app, li, 'chen'), { code: 'recovery_not_agreed' })
  const asked = await askRecovery(app, li, { id: 'recover-001', reason: '忘记密码', accountId: 'chen' })
  await assert.rejects(mustBeAgreed(app, li, 'chen'), { code: 'recovery_not_agreed' }, 'nothing of the trial is left')
  await assert.rejects(approveReview(app, li, word(asked.review_id)), { code: 'maker_is_checker' })
  await approveReview(app, wang, word(asked.review_id))
  await mustBeAgreed(app, li, 'chen')
  await assert.rejects(mustBeAgreed(app, wang, 'chen'), { code: 'recovery_not_agreed' })
  await assert.rejects(askRecovery(app, li, { id: 'recover-002', reason: 'x', accountId: 'none' }), {
    code: 'account_unknown',
  })
})

test('a role of the house is made and changed by two; before and after say what changes', async t => {
  const { app, word } = await house(t)
  const role = { code: 'counter', nameZh: '柜员', nameEn: 'Counter', permissions: ['order.read'] }
  const made = await askHouseRole(app, li, { ...role, id: 'role-00001', reason: '新柜台' })
  assert.deepEqual([made.before, await houseRoles(app.db.pool)], [null, []])
  await approveReview(app, wang, word(made.review_id))
  const wider = await askHouseRole(app, li, {
    ...role,
    permissions: ['order.read', 'refund.ask'],
    id: 'role-00002',
    reason: '增加退款',
  })
  assert.partialDeepStrictEqual(wider, {
    before: { permissions: ['order.read'] },
    after: { permissions: ['order.read', 'refund.ask'] },
  })
  await approveReview(app, wang, word(wider.review_id))
  assert.deepEqual((await houseRoles(app.db.pool))[0]?.permissions, ['order.read', 'refund.ask'])
  const builtIn = askHouseRole(app, li, { ...role, code: 'finance', id: 'role-00003', reason: 'x' })
  await assert.rejects(builtIn, { code: 'role_built_in' })
  const holder = await askRoleGrant(app, li, { ...GRANT, id: 'grant-0003', accountId: 'wang', role: 'counter' })
  await approveReview(app, actor('zhao'), word(holder.review_id))
  const more = await askHouseRole(app, li, { ...role, permissions: ['refund.review'], id: 'role-00004', reason: 'x' })
  await assert.rejects(approveReview(app, wang, word(more.review_id)), { code: 'grant_to_oneself' }, 'who holds it')
})

test('a supervisor of one merchant sees none of it: roles lie in no single place', async t => {
  const { app, word } = await house(t)
  const asked = await askRoleGrant(app, li, GRANT)
  const narrow = actor('zhao', [{ merchants: ['WATER'], channels: null }])
  assert.deepEqual((await readReviews(app, narrow, { limit: 9 })).reviews, [])
  await assert.rejects(approveReview(app, narrow, word(asked.review_id)), { code: 'review_unknown' })
})
