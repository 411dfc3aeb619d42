import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { type DiscrepancyCounter, discrepancyCounter } from '../../testkit/discrepancies.ts'
import { DEFAULT_RULES } from '../rules/rules.ts'
import type { ActAsk } from './api.ts'
import { actOnMany } from './bulk.ts'
import { act, comment } from './operations.ts'
import { readDiscrepancies, readDiscrepancy, readFigures, readTotals } from './reading.ts'
import * as store from './store.ts'

const DAY = '2026-11-20'
const at = (time: string, day = DAY) => `${day} ${time}`

const doIt = (c: DiscrepancyCounter, discrepancyId: number, action: ActAsk['action'], change: object = {}) =>
  act(c.app, c.li, {
    id: c.nextId(),
    discrepancyId,
    action,
    reason: '渠道已回函确认',
    trueCause: '',
    vouchers: [],
    ...change,
  })

/** 短款 P1 80.00, 长款 P9 90.00, another amount P2, another status none. */
async function work(c: DiscrepancyCounter): Promise<{ ours: number; theirs: number; amount: number }> {
  await c.paysOnPlatform(
    { no: 'P1', fen: 8000, at: at('10:00:00') },
    { no: 'P2', fen: 5000, at: at('11:00:00') },
    { no: 'P3', fen: 700, at: at('12:00:00') },
  )
  await c.statement(DAY, [
    { no: 'P2', fen: 5010, at: at('11:00:03') },
    { no: 'P3', fen: 700, at: at('12:00:02') },
    { no: 'P9', fen: 9000, at: at('20:00:00') },
  ])
  await c.settle(DAY)
  return {
    ours: await c.discrepancy('platform_only'),
    theirs: await c.discrepancy('channel_only'),
    amount: await c.discrepancy('amount_mismatch'),
  }
}

test('what has a difference is ended by two people; runs leave it alone; it can be opened again while its day is', async t => {
  const c = await discrepancyCounter(t)
  const { ours } = await work(c)
  await assert.rejects(doIt(c, ours, 'accept_channel', { reason: ' ' }), { code: 'reason_missing' })
  await assert.rejects(doIt(c, ours, 'accept_channel', { trueCause: 'moon' }), { code: 'cause_unknown' })
  const ask = { id: c.nextId(), trueCause: 'channel_failed' }
  const asked = await doIt(c, ours, 'accept_channel', ask)
  assert.equal(asked.outcome, 'awaiting_review')
  assert.deepEqual(await doIt(c, ours, 'accept_channel', ask), asked)
  await assert.rejects(doIt(c, ours, 'write_off', ask), { code: 'id_reused' })
  await assert.rejects(doIt(c, ours, 'write_off'), { code: 'discrepancy_under_review' })
  await c.settle(DAY)
  await c.approve(asked.reviewId)
  await c.sound()
  const ended = await c.standing(ours)
  assert.deepEqual(
    [ended.state, ended.action, ended.ended_by, ended.true_cause, ended.review_id],
    ['resolved', 'accept_channel', 'li', 'channel_failed', asked.reviewId],
  )
  await c.settle(DAY)
  await c.sound()
  assert.equal((await c.standing(ours)).state, 'resolved')
  await doIt(c, ours, 'reopen')
  await c.settle(DAY)
  await c.sound()
  const { state, action, true_cause, run } = await c.standing(ours)
  assert.deepEqual([state, action, true_cause, run], ['open', '', '', 4])
})

test('writing off and closing by force always need two; refused, all is as before', async t => {
  const c = await discrepancyCounter(t)
  const { theirs, amount } = await work(c)
  const off = await doIt(c, theirs, 'write_off')
  const force = await doIt(c, amount, 'force_close')
  assert.deepEqual([off.outcome, force.outcome], ['awaiting_review', 'awaiting_review'])
  await c.refuse(off.reviewId)
  await c.approve(force.reviewId)
  const [a, b] = [await c.standing(theirs), await c.standing(amount)]
  assert.deepEqual([a.state, a.review_id, a.asked_action], ['open', '', ''])
  assert.deepEqual([b.state, b.action], ['resolved', 'force_close'])
  await c.sound()
})

test('a closed day: what was ended stays ended, what is open goes on and never changes its proof', async t => {
  const c = await discrepancyCounter(t)
  const { ours, theirs } = await work(c)
  const asked = await doIt(c, ours, 'accept_channel')
  await c.approve(asked.reviewId)
  c.clock.forward(3 * 3600)
  const { state, proof } = await c.close(DAY)
  assert.equal(state, 'closed')
  await assert.rejects(doIt(c, ours, 'reopen'), { code: 'day_closed_already' })
  const later = await doIt(c, theirs, 'accept_channel')
  await c.approve(later.reviewId)
  await c.sound()
  assert.deepEqual((await c.day(DAY))?.proof, proof)
  assert.equal((await c.standing(theirs)).state, 'resolved')
})

test('above the amount of the rules one person does not decide, difference or not', async t => {
  const c = await discrepancyCounter(t)
  const { theirs } = await work(c)
  await c.db.pool.query('update discrepancies set difference = 0 where id = $1', [theirs])
  assert.equal(DEFAULT_RULES.defaults.confirmAbove, null)
  const alone = await doIt(c, theirs, 'accept_channel')
  assert.equal(alone.outcome, 'done')
  await doIt(c, theirs, 'reopen')
  const document = JSON.stringify({ defaults: { confirm_above: '89.99' } })
  await c.db.pool.query(
    `insert into rule_versions (version, name, document, canonical, sm3, author, author_name, reason, based_on, created_at)
     select max(version) + 1, '新', $1, $1, repeat('1', 64), 'li', '李', '试', null, now() from rule_versions`,
    [document],
  )
  await c.db.pool.query(
    `insert into rule_activations (version, from_day, activated_at, asked_by, decided_by, reason, review_id, gate_id)
     select max(version), '2026-11-01', now(), 'li', 'wang', '试', 'R', 'G' from rule_versions`,
  )
  assert.equal((await doIt(c, theirs, 'accept_channel')).outcome, 'awaiting_review')
})

test('whose work it is, waiting, and moving to the next day', async t => {
  const c = await discrepancyCounter(t)
  const { ours, theirs } = await work(c)
  await doIt(c, ours, 'take', { reason: '' })
  assert.equal((await c.standing(ours)).owner, 'li')
  await assert.rejects(doIt(c, ours, 'assign', { owner: 'nobody.here' }), { code: 'assignee_unknown' })
  await doIt(c, ours, 'release', { reason: '' })
  assert.equal((await c.standing(ours)).owner, '')
  c.clock.forward(30 * 3600)
  const overdue = async () =>
    (await readDiscrepancies(c.app, c.li, { overdue: true, order: 'due' })).discrepancies.map(each => each.kind).sort()
  assert.deepEqual(await overdue(), ['amount_mismatch', 'channel_only', 'platform_only'])
  await doIt(c, ours, 'wait', { until: new Date(c.clock.now().getTime() + 1000) })
  assert.deepEqual(await overdue(), ['amount_mismatch', 'channel_only'])
  c.clock.forward(1)
  assert.deepEqual(await overdue(), ['amount_mismatch', 'channel_only', 'platform_only'])
  await doIt(c, theirs, 'transfer')
  const moved = await store.findDiscrepancy(c.db.pool, theirs)
  assert.deepEqual(
    [moved?.day, moved?.businessDate, moved?.dueAt],
    ['2026-11-21', DAY, new Date('2026-11-22T10:00:00+08:00')],
  )
  await c.sound()
  await c.settle(DAY)
  await c.sound()
  assert.equal((await c.close(DAY)).state, 'closed')
})

test('many at once: a result for each, and the same results for the same id', async t => {
  const c = await discrepancyCounter(t)
  const { ours, theirs, amount } = await work(c)
  const ask = {
    id: c.nextId(),
    discrepancies: [ours, 424242, theirs, amount],
    action: 'take' as const,
    reason: '',
    trueCause: '',
    vouchers: [],
  }
  const answer = await actOnMany(c.app, c.li, ask)
  assert.deepEqual(
    answer.results.map(each => each.outcome + each.code),
    ['done', 'refuseddiscrepancy_unknown', 'done', 'done'],
  )
  assert.deepEqual([answer.done, answer.refused], [3, 1])
  await c.db.pool.query("update discrepancies set owner = ''")
  assert.deepEqual(await actOnMany(c.app, c.li, ask), answer)
  assert.equal((await c.standing(ours)).owner, '')
})

test('the list by its filters, page by page; totals; evidence side by side with its file and record', async t => {
  const c = await discrepancyCounter(t)
  const { ours, theirs, amount } = await work(c)
  const list = async (query: object) =>
    (await readDiscrepancies(c.app, c.li, query)).discrepancies.map(each => Number(each.discrepancy_id))
  for (const [query, wanted] of [
    [{}, [amount, ours, theirs]],
    [{ kind: 'platform_only,amount_mismatch' }, [amount, ours]],
    [{ number: 'P1' }, [ours]],
    [{ number: 'OP1' }, [ours]],
    [{ number: '4200000000202611200000000009' }, [theirs]],
    [{ number: 'P9' }, [theirs]],
    [{ number: 'P' }, []],
    [{ amount_from: '80.00', amount_to: '80.00' }, [ours]],
    [{ amount_from: '80.01' }, [theirs]],
    [{ amount_from: '1', currency: 'USD' }, []],
    [{ merchant_no: 'M' }, [amount, ours]],
    [{ from: '2026-11-21' }, []],
    [{ to: DAY, channel: 'wechat', account: 'wx', state: 'open', owner: 'nobody' }, [amount, ours, theirs]],
    [{ owner: 'mine' }, []],
    [{ cause: 'lost_notice' }, [theirs]],
    [{ older_than_days: 1 }, []],
    [{ order: 'due' }, [amount, ours, theirs]],
  ] as const) {
    const found = await list(query)
    assert.deepEqual(
      found.sort((a, b) => a - b),
      [...wanted].sort((a, b) => a - b),
      JSON.stringify(query),
    )
  }
  for (const order of ['due', 'newest'] as const) {
    const pages: number[] = []
    for (let after: string | undefined; ; ) {
      const page = await readDiscrepancies(c.app, c.li, { order, limit: 2, ...(after ? { after } : {}) })
      pages.push(...page.discrepancies.map(each => Number(each.discrepancy_id)))
      if (page.next === null) break
      after = page.next
    }
    assert.deepEqual(pages, await list({ order }))
  }
  await assert.rejects(list({ kind: 'open' }), { code: 'filter_kind_unknown' })
  const { figures } = await readFigures(c.app, c.li, { state: 'open', kind: 'channel_only' })
  assert.deepEqual(
    figures.map(each => [each.cause, each.age, each.count].join(' ')),
    ['lost_notice today 1'],
  )
  const { totals } = await readTotals(c.app, c.li, { state: 'open' })
  assert.deepEqual(
    totals.map(each => [each.kind, each.count, each.amount, each.difference].join(' ')),
    ['amount_mismatch 1 50.10 0.10', 'channel_only 1 90.00 90.00', 'platform_only 1 80.00 -80.00'],
  )

  await comment(c.app, c.li, { id: c.nextId(), discrepancyId: amount, text: '已电话联系' })
  const detail = await readDiscrepancy(c.app, c.li, amount)
  assert.deepEqual(
    detail.rows.map(row => [row.side, row.name.replace(/^.*#/, '#'), row.amount, row.fee].join(' ')),
    ['ours P2 50.00 ', 'theirs #1 50.10 0.00'],
  )
  assert.match(detail.rows[1]?.file ?? '', /2026-11-20-1\.csv$/)
  assert.deepEqual(
    detail.compared.filter(each => !each.equal).map(each => each.field),
    ['amount', 'occurred_at', 'fee'],
  )
  assert.deepEqual(
    detail.payments.map(each => [each.payment_no, each.order_no, each.state, each.title]),
    [['P2', 'OP2', 'success', '水费']],
  )
  assert.deepEqual([detail.rules_version, detail.comments.map(each => each.text)], [1, ['已电话联系']])
  assert.deepEqual(
    detail.history.map(each => each.what),
    ['discrepancy.comment'],
  )
  assert.ok(detail.actions.includes('match') && !detail.actions.includes('reopen'))
})

test('of another merchant or channel nothing is seen, counted or done', async t => {
  const c = await discrepancyCounter(t)
  const { ours } = await work(c)
  for (const area of [
    { merchants: ['OTHER'], channels: null },
    { merchants: null, channels: ['alipay'] },
  ]) {
    const narrow = { ...c.li, scopeOf: () => [area] }
    assert.deepEqual((await readDiscrepancies(c.app, narrow, {})).discrepancies, [])
    assert.deepEqual((await readTotals(c.app, narrow, {})).totals, [])
    assert.deepEqual((await readFigures(c.app, narrow, {})).figures, [])
    await assert.rejects(readDiscrepancy(c.app, narrow, ours), { code: 'discrepancy_unknown' })
    const ask = {
      id: c.nextId(),
      discrepancyId: ours,
      action: 'take',
      reason: '',
      trueCause: '',
      vouchers: [],
    } as const
    await assert.rejects(act(c.app, narrow, ask), { code: 'discrepancy_unknown' })
  }
})
