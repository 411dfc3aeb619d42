import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TextStore } from './text_store.ts'

test('texts come back as they were given, over the ends of pages too', () => {
  const store = new TextStore()
  const texts = ['', '抚州', 'a'.repeat((1 << 20) - 8), '😀費', '金'.repeat(1 << 20), '', 'z']
  for (const text of texts) store.add(text)
  assert.equal(store.length, texts.length)
  for (const [index, text] of texts.entries()) assert.ok(store.at(index) === text, `text ${index}`)
  for (const index of [-1, texts.length, Number.NaN]) assert.equal(store.at(index), undefined)
})

test('any texts, many of them', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1 }), given => {
      const store = new TextStore()
      for (let round = 0; round < 200; round++) for (const text of given) store.add(text)
      given.forEach((text, index) => {
        assert.equal(store.at(199 * given.length + index), text)
      })
    }),
    { numRuns: 50 },
  )
})

test('texts of packed pages come back in order, in no order, and beside pages of one long text', () => {
  const store = new TextStore()
  const textOf = (number: number): string =>
    number % 90_000 === 17 ? `${number}`.repeat(30_000) : `${number}缴费${'·'.repeat(number % 300)}`
  const count = 100_000
  for (let number = 0; number < count; number++) store.add(textOf(number))
  for (let number = 0; number < count; number++) assert.ok(store.at(number) === textOf(number), `text ${number}`)
  for (let step = 0; step < 20_000; step++) {
    const number = (step * 7_919_111) % count
    assert.ok(store.at(number) === textOf(number), `text ${number}`)
  }
})
