import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type pg from 'pg'
import { pino } from 'pino'
import { actor } from '../../testkit/actors.ts'
import { type TestApp, testApp } from '../../testkit/app.ts'
import type { Actor } from '../access/actor.ts'
import { ALL_PERMISSIONS } from '../access/permissions.ts'
import type { Scope } from '../access/scope.ts'
import { Failure } from '../kernel/failure.ts'
import { createHttp } from '../system/http.ts'
import { createListener } from '../system/listen.ts'
import { kindsByCode, type ReviewKind } from './kind.ts'
import {
  approveReview,
  askReview,
  expireReviews,
  proposeReviews,
  readReview,
  readReviews,
  refuseReview,
  withdrawReview,
} from './operations.ts'
import { decideVerdict, decideWithdrawal, type Review } from './review.ts'
import { reviewRoutes } from './routes.ts'

/** A thing of the test's that needs a second person: it waits, and is done or let go. `worth` is what the question stands on. */
const lockThing = async (tx: pg.ClientBase, id: string) => {
  const { rows } = await tx.query('select state, worth, done from things where id = $1 for update', [id])
  return rows[0] ? { worth: rows[0].worth } : null
}

const THING: ReviewKind = {
  code: 'thing',
  name: { zh: '事项', en: 'Thing' },
  decide: 'refund.review',
  see: 'refund.read',
  expiresAfterHours: 24,
  needsVoucher: false,
  basis: lockThing,
  async apply(tx, review) {
    const { rows } = await tx.query(
      "update things set state = 'done', done = done + 1 where id = $1 and worth < 1000 returning done",
      [review.object.id],
    )
    if (!rows[0]) throw new Error('the thing cannot be done')
    return { done: rows[0].done }
  },
  async release(tx, review) {
    await tx.query("update things set state = 'free' where id = $1", [review.object.id])
  },
}
const GRANT: ReviewKind = {
  ...THING,
  code: 'grant',
  decide: 'role.grant',
  see: 'account.read',
  expiresAfterHours: null,
}

const WATER: Scope = [{ merchants: ['WATER'], channels: null }]
const POWER: Scope = [{ merchants: ['POWER'], channels: null }]
const WATER_BY_WECHAT: Scope = [{ merchants: ['WATER'], channels: ['wechat'] }]

const li = actor('li')
const wang = actor('wang')
const zhao = actor('zhao')

type World = TestApp & {
  readonly kinds: ReadonlyMap<string, ReviewKind>
  ask(id: string, who?: Actor, kind?: ReviewKind, place?: { merchantNo?: string; channel?: string }): Promise<string>
  thing(id: string): Promise<string>
  word(reviewId: string, reason?: string): { id: string; reviewId: string; reason: string }
}

async function world(t: TestContext): Promise<World> {
  const app = await testApp(t)
  await app.db.pool.query(
    'create table things (id text primary key, state text, worth int, done int not null default 0)',
  )
  let words = 0
  return {
    ...app,
    kinds: kindsByCode([THING, GRANT]),
    async ask(id, who = li, kind = THING, place = { merchantNo: 'WATER', channel: 'wechat' }) {
      const reviewId = app.newId()
      await app.db.transaction(async tx => {
        await tx.query("insert into things values ($1, 'waiting', 7) on conflict do nothing", [id])
        await askReview(tx, { id: reviewId, at: app.now() }, who, kind, {
          object: { kind: 'thing', id },
          facts: [{ zh: '事项', en: 'Thing', value: id }],
          before: { state: 'waiting' },
          after: { state: 'done' },
          amount: { minor: 1_250, currency: 'CNY' },
          reason: '应当如此',
          ...place,
        })
      })
      return reviewId
    },
    async thing(id) {
      const { rows } = await app.db.pool.query('select state, done from things where id = $1', [id])
      return `${rows[0].state} ${rows[0].done}`
    },
    word: (reviewId, reason = '核对无误') => ({ id: `word-${++words}-0000`, reviewId, reason }),
  }
}

const code = (name: string) => ({ code: name })

describe('what a word does', () => {
  const AT = new Date('2026-11-25T01:00:00Z')
  const open: Review = {
    id: 'R1',
    kind: 'thing',
    object: { kind: 'thing', id: 'A' },
    facts: [],
    before: null,
    after: null,
    basis: null,
    payload: null,
    amount: null,
    currency: null,
    merchantNo: 'WATER',
    channel: 'wechat',
    askedBy: 'staff:li',
    askedName: '李',
    askedAccount: 'li',
    askedAt: new Date('2026-11-24T01:00:01Z'),
    reason: 'x',
    expiresAt: new Date('2026-11-25T01:00:01Z'),
    state: 'open',
    decidedBy: '',
    decidedName: '',
    endedAt: null,
    endedWhy: '',
    outcome: null,
  }
  const approved: Review = { ...open, state: 'approved', decidedBy: 'staff:wang', decidedName: '王', endedAt: AT }
  const person = (id: string, change: Partial<Actor> = {}): Actor => ({
    ...actor(id),
    id: `staff:${id}`,
    accountId: id,
    ...change,
  })
  const only = (...permissions: string[]) => ({ permissions: new Set(permissions) })

  const CASES: [
    name: string,
    review: Review,
    who: Actor,
    verdict: 'approved' | 'refused',
    reason: string,
    result: string,
  ][] = [
    ['a second person agrees', open, person('wang'), 'approved', '', 'do'],
    ['a second person refuses', open, person('wang'), 'refused', '无凭证', 'do'],
    ['refuses without a reason', open, person('wang'), 'refused', '  ', 'reason_missing'],
    ['the maker', open, person('li'), 'approved', '', 'maker_is_checker'],
    ['the maker refuses', open, person('li'), 'refused', 'x', 'maker_is_checker'],
    [
      'the maker under another name of his account',
      open,
      person('li', { id: 'x' }),
      'approved',
      '',
      'maker_is_checker',
    ],
    ['a program', open, person('p', { kind: 'service' }), 'approved', '', 'checker_not_person'],
    ['the system', open, person('', { kind: 'system' }), 'approved', '', 'checker_not_person'],
    ['a payer', open, person('p', { kind: 'payer' }), 'approved', '', 'checker_not_person'],
    ['may decide, not this kind', open, person('w', only('review.decide')), 'approved', '', 'not_permitted'],
    ['may this kind, not decide', open, person('w', only('refund.review')), 'approved', '', 'not_permitted'],
    ['both', open, person('w', only('review.decide', 'refund.review')), 'approved', '', 'do'],
    ['elsewhere', open, person('w', { scopeOf: () => POWER }), 'approved', '', 'not_permitted'],
    ['here', open, person('w', { scopeOf: () => WATER_BY_WECHAT }), 'approved', '', 'do'],
    ['at the moment it expires', { ...open, expiresAt: AT }, person('wang'), 'approved', '', 'review_expired'],
    ['without an end', { ...open, expiresAt: null }, person('wang'), 'approved', '', 'do'],
    ['of the platform', { ...open, askedBy: 'platform', askedAccount: '' }, person('wang'), 'approved', '', 'do'],
    ['the same again', approved, person('wang'), 'approved', '', 'same'],
    ['agreed, now refuses', approved, person('wang'), 'refused', 'x', 'review_decided_already'],
    ['somebody else agrees too', approved, person('zhao'), 'approved', '', 'review_decided_already'],
    ['withdrawn', { ...open, state: 'withdrawn' }, person('wang'), 'approved', '', 'review_decided_already'],
    ['expired', { ...open, state: 'expired' }, person('wang'), 'approved', '', 'review_decided_already'],
  ]
  for (const [name, review, who, verdict, reason, result] of CASES)
    test(name, () => {
      const decide = () => decideVerdict(review, THING, verdict, who, { at: AT, reason })
      if (result === 'do' || result === 'same') assert.equal(decide(), result)
      else assert.throws(decide, code(result))
    })

  test('only its maker withdraws, once, and only what is open', () => {
    assert.equal(decideWithdrawal(open, person('li')), 'do')
    assert.equal(decideWithdrawal({ ...open, state: 'withdrawn' }, person('li')), 'same')
    assert.throws(() => decideWithdrawal(open, person('wang')), code('not_permitted'))
    assert.throws(() => decideWithdrawal(approved, person('li')), code('review_decided_already'))
    // The platform has no account: nobody is its maker.
    const proposed = { ...open, askedBy: 'platform', askedAccount: '' }
    assert.throws(() => decideWithdrawal(proposed, person('', { id: 'service:x' })), code('not_permitted'))
  })

  test('whoever is told that it is over is told by whom', () => {
    assert.throws(
      () => decideVerdict(approved, THING, 'approved', person('zhao'), { at: AT, reason: '' }),
      /approved already by 王/,
    )
  })
})

describe('reviews', () => {
  test('approved is done, once, in one transaction; all of it is shown afterwards', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    assert.equal((await readReview(app, wang, id)).may_decide, true)
    const view = await approveReview(app, wang, app.word(id))
    assert.partialDeepStrictEqual(view, {
      review_id: id,
      kind: 'thing',
      kind_zh: '事项',
      object: { kind: 'thing', id: 'A' },
      facts: [{ zh: '事项', en: 'Thing', value: 'A' }],
      before: { state: 'waiting' },
      after: { state: 'done' },
      amount: '12.50',
      currency: 'CNY',
      asked_by: 'li',
      reason: '应当如此',
      state: 'approved',
      decided_by: 'wang',
      ended_why: '核对无误',
      outcome: { done: 1 },
      mine: false,
      may_decide: false,
    })
    assert.equal(await app.thing('A'), 'done 1')
  })

  test('each act is in the operation log, with who did it; an act that was refused is not', async t => {
    const app = await world(t)
    const a = await app.ask('A')
    const b = await app.ask('B')
    await assert.rejects(approveReview(app, li, app.word(a)), code('maker_is_checker'))
    await approveReview(app, wang, app.word(a))
    await withdrawReview(app, li, app.word(b, '不需要了'))
    await app.ask('C')
    app.pass(86_400)
    await expireReviews(app)
    const { rows } = await app.db.pool.query('select who_id, what, object_id, detail from operation_log order by id')
    assert.deepEqual(
      rows.map(row => `${row.who_id} ${row.what} ${row.object_id}`),
      [
        'li review.ask A',
        'li review.ask B',
        'wang review.approve A',
        'li review.withdraw B',
        'li review.ask C',
        'system review.expire C',
      ],
    )
    assert.deepEqual(JSON.parse(rows[2].detail), {
      before: { asked_by: 'li', kind: 'thing', review: a, state: 'open' },
      after: { kind: 'thing', outcome: { done: 1 }, reason: '核对无误', review: a, state: 'approved' },
    })
  })

  test('the same word again, by its id or anew, changes nothing; another word is told who was first', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    const word = app.word(id)
    const first = await approveReview(app, wang, word)
    assert.deepEqual(await approveReview(app, wang, word), first)
    assert.deepEqual(await approveReview(app, wang, app.word(id)), first)
    await assert.rejects(approveReview(app, wang, { ...word, reason: 'y' }), code('id_reused'))
    await assert.rejects(refuseReview(app, wang, app.word(id, 'x')), code('review_decided_already'))
    await assert.rejects(approveReview(app, zhao, app.word(id)), code('review_decided_already'))
    assert.equal(await app.thing('A'), 'done 1')
  })

  test('refused, withdrawn, expired: what was held is free, and it may be asked anew', async t => {
    const app = await world(t)
    const refused = await refuseReview(app, wang, app.word(await app.ask('A'), ' 无凭证 '))
    assert.deepEqual([refused.state, refused.ended_why, refused.outcome], ['refused', '无凭证', null])
    assert.equal(await app.thing('A'), 'free 0')
    const withdrawn = await withdrawReview(app, li, app.word(await app.ask('B'), ''))
    assert.deepEqual([withdrawn.state, withdrawn.decided_by], ['withdrawn', ''])
    assert.equal(await app.thing('B'), 'free 0')
    const late = await app.ask('C')
    app.pass(86_399)
    assert.equal(await expireReviews(app), 0)
    app.pass(1)
    assert.equal((await readReview(app, wang, late)).may_decide, false)
    await assert.rejects(approveReview(app, wang, app.word(late)), code('review_expired'))
    assert.equal(await expireReviews(app), 1)
    assert.equal((await readReview(app, wang, late)).state, 'expired')
    assert.equal(await app.thing('C'), 'free 0')
    await approveReview(app, wang, app.word(await app.ask('C')))
    assert.equal(await app.thing('C'), 'done 1')
  })

  test('one that cannot be let go keeps none of the others from it', async t => {
    const app = await world(t)
    const stuck = await app.ask('A')
    await app.ask('B')
    await app.db.pool.query("alter table things add check (id <> 'A' or state <> 'free')")
    app.pass(86_400)
    assert.equal(await expireReviews(app), 1)
    assert.equal(await app.thing('B'), 'free 0')
    assert.equal((await readReview(app, li, stuck)).state, 'open')
  })

  test('maker and checker are two people: the operation says so, and the database does', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    const sameAccount: Actor = { ...actor('li'), id: 'service:of-li' }
    for (const who of [li, sameAccount])
      await assert.rejects(approveReview(app, who, app.word(id)), code('maker_is_checker'))
    const byHand = (by: string, account: string) =>
      app.db.pool.query(
        "update reviews set state = 'approved', decided_by = $2, decided_account = $3, ended_at = now() where id = $1",
        [id, by, account],
      )
    await assert.rejects(byHand('li', 'li'), /maker_is_not_checker/)
    await assert.rejects(byHand('other', 'li'), /maker_is_not_checker/)
    await assert.rejects(byHand('li', 'other'), /maker_is_not_checker/)
    await assert.rejects(byHand('', ''), /decided_by_a_person/)
    await assert.rejects(byHand('wang', ''), /decided_by_a_person/)
    const half = "update reviews set decided_by = 'wang', decided_account = 'wang' where id = $1"
    await assert.rejects(app.db.pool.query(half, [id]), /decided_by_a_person/)
    assert.equal(await app.thing('A'), 'waiting 0')
  })

  test('what was asked is never edited, what is over stays as it ended, and nothing is deleted', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    const change = (set: string) => app.db.pool.query(`update reviews set ${set} where id = $1`, [id])
    for (const set of ['amount = 1', "after = '{}'", "asked_by = 'x'", "payload = '{}'", 'expires_at = null'])
      await assert.rejects(change(set), /asked once and ends once/)
    await approveReview(app, wang, app.word(id))
    await assert.rejects(change("state = 'open', ended_at = null"), /asked once and ends once/)
    await assert.rejects(change("ended_why = 'x'"), /asked once and ends once/)
    await assert.rejects(app.db.pool.query('delete from reviews where id = $1', [id]), /asked once and ends once/)
  })

  test('agreed and refused at the same moment: one of them counts, the other is told', async t => {
    const app = await world(t)
    for (let round = 0; round < 10; round++) {
      const id = await app.ask(`T${round}`)
      const both = await Promise.allSettled([
        approveReview(app, wang, app.word(id)),
        refuseReview(app, zhao, app.word(id, 'x')),
      ])
      const lost = both.filter(one => one.status === 'rejected')
      assert.deepEqual(
        lost.map(({ reason }) => reason.code),
        ['review_decided_already'],
      )
      const { state } = await readReview(app, li, id)
      assert.equal(await app.thing(`T${round}`), state === 'approved' ? 'done 1' : 'free 0')
      assert.equal(both[0]?.status === 'fulfilled', state === 'approved')
    }
  })

  test('changed since it was asked: it cannot be approved, only refused or withdrawn', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    await app.db.pool.query("update things set worth = 8 where id = 'A'")
    await assert.rejects(approveReview(app, wang, app.word(id)), {
      code: 'review_stale',
      detail: { review_id: id, asked: { worth: 7 }, now: { worth: 8 } },
    })
    assert.equal((await readReview(app, wang, id)).state, 'open')
    await app.db.pool.query("delete from things where id = 'A'")
    await assert.rejects(approveReview(app, wang, app.word(id)), code('review_stale'))
    assert.equal((await refuseReview(app, wang, app.word(id, '已变化'))).state, 'refused')
  })

  test('what cannot be done is not approved either', async t => {
    const app = await world(t)
    await app.db.pool.query("insert into things values ('A', 'waiting', 1000)")
    const id = await app.ask('A')
    await assert.rejects(approveReview(app, wang, app.word(id)), /cannot be done/)
    assert.equal((await readReview(app, wang, id)).state, 'open')
  })

  test('one open question of a kind about one object', async t => {
    const app = await world(t)
    const id = await app.ask('A')
    await assert.rejects(app.ask('A', zhao), code('review_open_already'))
    await app.ask('A', zhao, GRANT)
    await approveReview(app, wang, app.word(id))
    await app.ask('A')
  })

  test('whoever listens is told of each change, after the commit', async t => {
    const app = await world(t)
    const listener = createListener(app.db, pino({ level: 'silent' }))
    t.after(() => listener.close())
    const told: string[] = []
    const two = Promise.withResolvers<void>()
    await listener.subscribe('review_changed', {
      message: payload => void (told.push(payload) === 2 && two.resolve()),
      gap() {},
    })
    const id = await app.ask('A')
    await approveReview(app, wang, app.word(id))
    await two.promise
    assert.deepEqual(told, [id, id])
  })

  test('the platform proposes in sets; nobody takes such a one back, and it waits', async t => {
    const app = await world(t)
    const proposals = ['A', 'B'].map(id => ({
      id: `P${id}`,
      object: { kind: 'thing', id },
      facts: [],
      basis: { worth: 7 },
      merchantNo: 'WATER',
      reason: 'surplus',
    }))
    await app.db.pool.query("insert into things values ('A', 'waiting', 7), ('B', 'waiting', 7)")
    await app.db.transaction(tx => proposeReviews(tx, app.now(), 'thing', proposals))
    app.pass(365 * 86_400)
    assert.equal(await expireReviews(app), 0)
    await assert.rejects(withdrawReview(app, wang, app.word('PA')), code('not_permitted'))
    assert.equal((await approveReview(app, wang, app.word('PA'))).state, 'approved')
    assert.equal(await app.thing('A'), 'done 1')
  })
})

describe('who sees what', () => {
  const seen = async (app: World, who: Actor, filter: object = {}) =>
    (await readReviews(app, who, { limit: 50, ...filter })).reviews.map(review => review.object.id).sort()

  test('outside the scope it looks like one that is not there, in lists, reading and deciding', async t => {
    const app = await world(t)
    const water = await app.ask('A')
    const power = await app.ask('B', li, THING, { merchantNo: 'POWER', channel: 'alipay' })
    const nowhere = await app.ask('C', li, THING, {})
    const inWater = actor('wang', WATER)
    assert.deepEqual(await seen(app, inWater), ['A'])
    assert.deepEqual(await seen(app, actor('w', WATER_BY_WECHAT)), ['A'])
    assert.deepEqual(await seen(app, actor('w', POWER)), ['B'])
    assert.deepEqual(await seen(app, actor('w', [...WATER, ...POWER])), ['A', 'B'])
    assert.deepEqual(await seen(app, actor('w', [])), [])
    assert.deepEqual(await seen(app, wang), ['A', 'B', 'C'])
    for (const id of [power, nowhere, 'NONE']) {
      const unknown = { code: 'review_unknown', detail: { review_id: id } }
      await assert.rejects(readReview(app, inWater, id), unknown)
      await assert.rejects(approveReview(app, inWater, app.word(id)), unknown)
      await assert.rejects(refuseReview(app, inWater, app.word(id, 'x')), unknown)
      await assert.rejects(withdrawReview(app, inWater, app.word(id)), unknown)
    }
    assert.equal((await approveReview(app, inWater, app.word(water))).state, 'approved')
  })

  test('one sees the kinds that one may see, and always one’s own', async t => {
    const app = await world(t)
    const thing = await app.ask('A')
    const grant = await app.ask('B', li, GRANT)
    const may = (name: string, ...permissions: string[]): Actor => ({
      ...actor(name),
      permissions: new Set(permissions),
    })
    assert.deepEqual(await seen(app, may('w', 'review.read', 'refund.read')), ['A'])
    assert.deepEqual(await seen(app, may('w', 'review.read', 'account.read')), ['B'])
    assert.deepEqual(await seen(app, may('w', 'refund.read', 'account.read')), [])
    assert.deepEqual(await seen(app, may('li')), ['A', 'B'])
    const cashier = may('w', 'review.read', 'refund.read')
    await assert.rejects(readReview(app, cashier, grant), code('review_unknown'))
    const view = await readReview(app, cashier, thing)
    assert.equal(view.may_decide, false)
    await assert.rejects(approveReview(app, cashier, app.word(thing)), code('not_permitted'))
  })

  test('by state, kind, object, mine and others; page by page, newest first, none twice', async t => {
    const app = await world(t)
    const ids: string[] = []
    for (let n = 0; n < 7; n++) {
      ids.unshift(await app.ask(`T${n}`, n % 2 ? li : zhao, n === 6 ? GRANT : THING))
      if (n % 3 === 0) app.pass(1)
    }
    await approveReview(app, wang, app.word(ids.at(-1) as string))
    assert.deepEqual(await seen(app, li, { whose: 'mine' }), ['T1', 'T3', 'T5'])
    assert.deepEqual(await seen(app, li, { whose: 'others' }), ['T0', 'T2', 'T4', 'T6'])
    assert.deepEqual(await seen(app, li, { state: 'approved' }), ['T0'])
    assert.deepEqual(await seen(app, li, { state: 'open', whose: 'mine' }), ['T1', 'T3', 'T5'])
    assert.deepEqual(await seen(app, li, { kind: 'grant' }), ['T6'])
    assert.deepEqual(await seen(app, li, { object: { kind: 'thing', id: 'T4' } }), ['T4'])
    const paged: string[] = []
    let after: { askedAt: Date; id: string } | undefined
    for (let pages = 0; pages < 4; pages++) {
      const page = await readReviews(app, wang, { limit: 3, after })
      paged.push(...page.reviews.map(review => review.review_id))
      const [, at, id] = /^(\d+)_(.+)$/.exec(page.next ?? '') ?? []
      if (at === undefined || id === undefined) break
      after = { askedAt: new Date(Number(at)), id }
    }
    assert.deepEqual(paged, ids)
  })
})

describe('over HTTP', () => {
  const people: Record<string, Actor> = { li, wang, program: { ...actor('p'), kind: 'service' } }

  async function served(t: TestContext) {
    const app = await world(t)
    const http = await createHttp({
      log: pino({ level: 'silent' }),
      newId: app.newId,
      guard: request => people[String(request.headers['x-who'])] as Actor,
      permissions: ALL_PERMISSIONS,
    })
    await http.register(async server => reviewRoutes(server, app), { prefix: '/api' })
    await http.ready()
    t.after(() => http.close())
    const call = async (who: string, method: 'GET' | 'POST', url: string, body?: object) => {
      const answer = await http.inject({
        method,
        url: `/api${url}`,
        headers: { 'x-who': who },
        ...(body ? { payload: body } : {}),
      })
      return { status: answer.statusCode, body: answer.json() }
    }
    return { app, call }
  }

  test('listed, read, decided; each refusal has its status', async t => {
    const { app, call } = await served(t)
    const id = await app.ask('A')
    const list = await call('wang', 'GET', '/reviews?state=open&whose=others&kind=thing')
    assert.partialDeepStrictEqual(list.body, {
      reviews: [{ review_id: id, before: { state: 'waiting' }, may_decide: true }],
    })
    assert.equal((await call('li', 'GET', '/reviews?whose=others')).body.reviews.length, 0)
    const say = async (who: string, act: string, body: object) => {
      const { status, body: said } = await call(who, 'POST', `/reviews/${id}/${act}`, body)
      return `${status} ${said.error?.code ?? said.state}`
    }
    const word = { id: 'word-http-1' }
    assert.equal(await say('li', 'approve', { id: 'word-http-0' }), '403 maker_is_checker')
    assert.equal(await say('program', 'approve', { id: 'word-http-0' }), '403 checker_not_person')
    assert.equal(await say('wang', 'refuse', { id: 'word-http-0' }), '400 request_invalid')
    assert.equal(await say('wang', 'withdraw', { id: 'word-http-0' }), '403 not_permitted')
    assert.equal(await say('wang', 'approve', word), '200 approved')
    assert.equal(await say('wang', 'approve', word), '200 approved')
    assert.equal(await say('li', 'withdraw', { id: 'word-http-2' }), '409 review_decided_already')
    assert.equal((await call('wang', 'GET', '/reviews/NONE')).status, 404)
    assert.equal((await call('wang', 'GET', '/reviews?after=x')).body.error.code, 'page_unknown')
    assert.equal((await call('wang', 'GET', '/reviews?object_id=A')).body.error.code, 'object_incomplete')
    assert.deepEqual(
      (await call('wang', 'GET', '/review-kinds')).body.kinds.map((kind: { kind: string }) => kind.kind),
      ['thing', 'grant'],
    )
  })
})

test('at any interleaving: what was applied was approved by somebody else, once, and all else was let go', async t => {
  const app = await world(t)
  const people = [li, wang, zhao]
  const move = fc.record({
    act: fc.constantFrom('approve', 'refuse', 'withdraw', 'expire', 'change'),
    who: fc.nat({ max: 2 }),
    thing: fc.nat({ max: 1 }),
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async waves => {
        run++
        const names = [`${run}-0`, `${run}-1`]
        const ids = [await app.ask(names[0] as string, li), await app.ask(names[1] as string, wang)]
        for (const wave of waves) {
          const words = await Promise.allSettled<unknown>(
            wave.map(({ act, who, thing }) => {
              const [actor, word] = [people[who] as Actor, app.word(ids[thing] as string)]
              if (act === 'approve') return approveReview(app, actor, word)
              if (act === 'refuse') return refuseReview(app, actor, word)
              if (act === 'withdraw') return withdrawReview(app, actor, word)
              if (act === 'change')
                return app.db.pool.query('update things set worth = worth + 1 where id = $1', [names[thing]])
              app.pass(40_000)
              return expireReviews(app)
            }),
          )
          for (const word of words)
            if (word.status === 'rejected') assert.ok(word.reason instanceof Failure, String(word.reason))
        }
        const { rows } = await app.db.pool.query(
          `select r.state, r.asked_by, r.decided_by, t.state as thing, t.done from reviews r join things t on t.id = r.object_id
          where r.id = any($1)`,
          [ids],
        )
        for (const row of rows) {
          const applied = row.state === 'approved'
          assert.equal(row.done, applied ? 1 : 0)
          assert.equal(row.thing, { approved: 'done', open: 'waiting' }[row.state as string] ?? 'free')
          if (applied) assert.ok(row.decided_by !== '' && row.decided_by !== row.asked_by)
        }
      },
    ),
    { numRuns: Number(process.env.FZPAY_RUNS ?? 60) },
  )
})
