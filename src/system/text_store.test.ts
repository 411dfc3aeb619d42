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
