import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../testkit/mutate.ts'
import { CODE, checkLetter, LETTERS, onlyReference, referencePlaces } from './transfer_reference.ts'

const referencesIn = (text: string): Set<string> => new Set(referencePlaces(text).map(({ code }) => code))

const A = '7KQ2M4XT9Z'.concat(checkLetter('7KQ2M4XT9Z'))
const B = 'C3PR8W0HJ5'.concat(checkLetter('C3PR8W0HJ5'))
/** The same text, and the code that a person would take from it. */
const table = (rows: readonly (readonly [text: string, named: string, held: readonly string[]])[]) => {
  for (const [text, named, held] of rows) {
    assert.equal(onlyReference(text), named, JSON.stringify(text))
    const found = referencesIn(text)
    for (const code of [A, B]) assert.equal(found.has(code), held.includes(code), `${code} in ${JSON.stringify(text)}`)
  }
}

test('a reference in what a payer wrote: named in one word, or held at all', () =>
  table([
    [A, A, [A]],
    [A.toLowerCase(), A, [A]],
    [`水费${A}张三`, A, [A]],
    [`Water bill Nov. ${A}, flat 12`, A, [A]],
    [`${A}/${A}`, A, [A]],
    [[...A].map(letter => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join(''), A, [A]],
    // Cut into pieces: found by who knows the code, but not taken for one by who does not.
    [`${A.slice(0, 4)} ${A.slice(4, 8)} ${A.slice(8)}`, '', [A]],
    [`${A.slice(0, 5)}\n${A.slice(5)}`, '', [A]],
    [`${A.slice(0, 5)}-${A.slice(5)}`, '', [A]],
    [`REF${A}`, '', [A]],
    [`${A}7`, '', [A]],
    // Two are a question.
    [`${A} ${B}`, '', [A, B]],
    [`${A} und ${B.slice(0, 6)} ${B.slice(6)}`, '', [A, B]],
    // A wrong letter, one too few, two exchanged, something else between.
    [`${A.slice(0, 3)}${A[3] === '5' ? '6' : '5'}${A.slice(4)}`, '', []],
    [A.slice(1), '', []],
    [`${A.slice(0, 2)}${A[3]}${A[2]}${A.slice(4)}`, '', []],
    [`${A.slice(0, 5)}/${A.slice(5)}`, '', []],
    ['', '', []],
  ]))

test('numbers and words alone are no references, whatever their check letter says', () => {
  const random = seeded(1)
  for (const letters of [LETTERS.slice(0, 10), LETTERS.slice(10)])
    for (let i = 0; i < 300; i++) {
      const code = Array.from({ length: CODE }, () => letters[Math.floor(random() * letters.length)]).join('')
      const whole = code + checkLetter(code)
      if (/\d/.test(whole) !== /[A-Z]/.test(whole)) assert.equal(onlyReference(whole), '', whole)
    }
})
