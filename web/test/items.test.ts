import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ItemView } from '../../src/reconciliation/items/api.ts'
import { addressOfFilters, countOf, filtersOf, queryOf } from '../src/pages/items/filters.ts'
import { keyAct } from '../src/pages/items/keys.ts'
import { type Done, placed, standing, sumsOf, withKept } from '../src/pages/items/timeline.ts'
import { isOfPage } from '../src/shell/keys.ts'

const item = (place: number, time: string, more: Partial<ItemView> = {}): ItemView =>
  ({
    place,
    payment_no: `P${place}`,
    paid_at: `2026-11-20T${time}+08:00`,
    business_date: '2026-11-20',
    amount: '10.00',
    currency: 'CNY',
    state: 'matched',
    confirmed: null,
    review_id: null,
    undoable: false,
    ...more,
  }) as ItemView

test('what the address says is the filter, and the other way round; nonsense in it is as if it were not there', () => {
  const said = 'state=matched&channel=wechat&from=2026-11-19&least=10&number=WB0001'
  assert.equal(addressOfFilters(filtersOf(new URLSearchParams(said))).toString(), said)
  assert.deepEqual(filtersOf(new URLSearchParams('state=lost&from=yesterday&least=ten&number=ab')), { state: 'open' })
  assert.equal(addressOfFilters({ state: 'open', channel: '' }).toString(), '')
  assert.equal(countOf(filtersOf(new URLSearchParams(said))), 4)
  assert.deepEqual(queryOf({ state: 'matched', channel: 'wechat', number: 'WB0001' }), { number: 'WB0001' })
})

test('rows stand under the hour they were paid in; one that was booked late makes no heads of its own', () => {
  const rows = placed([
    item(5, '14:10:00'),
    item(4, '10:59:00'),
    item(3, '14:01:00'),
    item(2, '13:59:59'),
    item(1, '13:00:00'),
  ])
  assert.deepEqual(
    rows.map(({ item: { place }, group, late }) => `${place} ${group.hour}${late ? ' late' : ''}`),
    ['5 14', '4 14 late', '3 14', '2 13', '1 13'],
  )
  const [overnight] = placed([item(1, '00:00:00', { paid_at: '2026-11-19T16:00:00Z' })])
  assert.deepEqual(overnight?.group, { day: '2026-11-20', hour: '00' })
})

test('what was dealt with stays where it was, on its page and on no other', () => {
  const page = { items: [item(9, '10:00:00'), item(7, '09:00:00')], next: 7 }
  const places = (kept: ItemView[], after: number | null) => withKept(page, kept, after).map(({ place }) => place)
  assert.deepEqual(places([item(8, '09:30:00')], 10), [9, 8, 7])
  assert.deepEqual(places([item(10, '10:30:00'), item(6, '08:00:00')], 10), [9, 7])
  assert.deepEqual(places([item(7, '09:00:00', { state: 'reconciled' })], 10), [9, 7], 'what the platform says counts')
  assert.equal(withKept(page, [], 10), page.items)
})

test('a row stands as the platform said last', () => {
  const before = item(1, '10:00:00')
  const done = (more: Partial<Done>): Done => ({
    ...{
      item: before,
      phase: 'done',
      wish: 'confirm',
      requestId: 'r',
      state: 'reconciled',
      reviewId: null,
      at: 10_000,
    },
    ...more,
  })
  const at = (read: number, deed?: Done, seen = before) => {
    const { state, confirmable, undoable } = standing({ item: seen, read }, deed)
    return `${state}${confirmable ? ' confirmable' : ''}${undoable ? ' undoable' : ''}`
  }
  assert.equal(at(0), 'matched confirmable')
  assert.equal(at(0, done({ phase: 'sending', state: 'confirmed' })), 'confirmed')
  assert.equal(at(0, done({ phase: 'unsent' })), 'matched')
  assert.equal(at(0, done({})), 'reconciled undoable')
  assert.equal(at(0, done({ state: 'awaiting_review', reviewId: 'R' })), 'awaiting_review')
  assert.equal(at(0, done({ wish: 'undo', state: 'matched' })), 'matched confirmable')
  const other = item(1, '10:00:00')
  assert.equal(at(10_200, done({}), other), 'reconciled undoable', 'a list that was under way is not believed')
  assert.equal(at(12_000, done({}), other), 'matched confirmable', 'somebody else took it back')
  assert.equal(at(0, undefined, item(1, '10:00:00', { review_id: 'R' })), 'awaiting_review')
})

test('sums are exact, by currency, refunds taken off', () => {
  const rows = ['9007199254740993.01', '0.02', '-0.03'].map(amount => ({ amount, currency: 'CNY' }))
  assert.deepEqual(sumsOf([...rows, { amount: '120', currency: 'JPY' }]), [
    { currency: 'CNY', amount: '9007199254740993.00' },
    { currency: 'JPY', amount: '120' },
  ])
})

test('keys move within the list, and leave the page what is the page’s', () => {
  const press = (key: string, chosen: number, { shiftKey = false, within = false, count = 5 } = {}) =>
    keyAct({ key, shiftKey }, chosen, count, within)
  assert.deepEqual(press('j', -1), { kind: 'choose', index: 0, range: false })
  assert.deepEqual(press('ArrowUp', 0), { kind: 'choose', index: 0, range: false })
  assert.deepEqual(press('ArrowDown', 4, { shiftKey: true }), { kind: 'choose', index: 4, range: true })
  assert.deepEqual(press('End', 1, { within: true }), { kind: 'choose', index: 4, range: false })
  assert.equal(press('End', 1), null, 'the page scrolls to its end')
  assert.equal(press('q', 1), null)
  assert.equal(press('j', -1, { count: 0 }), null)
})

test('a key is the page’s unless its browser, a field, a dialog or a button has it', () => {
  const within = (...selectors: string[]) => ({
    closest: (asked: string) => (selectors.some(each => asked.includes(each)) ? {} : null),
  })
  const of = (key: string, target: unknown = null, more: object = {}) =>
    isOfPage({ key, target, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, ...more })
  assert.equal(of('c'), true)
  assert.equal(of('c', null, { ctrlKey: true }), false, 'copies')
  assert.equal(of('ArrowRight', null, { defaultPrevented: true }), false, 'moved along tabs')
  assert.equal(of('j', within('textarea')), false)
  assert.equal(of('j', within('[role=dialog]')), false)
  assert.equal(of('j', within('button')), true)
  assert.equal(of('Enter', within('button')), false, 'presses the button')
  assert.equal(of('Enter', within('button', '[data-enter=page]')), true)
})
