import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_RULES, rulesOf } from '../../rules/rules.ts'
import { assignPayouts, type Credit, type Due, paidOn } from './payouts.ts'

/**
 * Payouts as lines of text: what is due (`due wx 19 100.00`: 2026-11-19, paid the day after; `on=23` says otherwise), what came
 * (`credit 20 100.00 wx`), and below the line who pays what (`exact 19 = c1`), or `ambiguous 19 c1`.
 */
function check(table: string): void {
  const [given = '', expected = ''] = table.split(/^\s*---\s*$/m)
  const { dues, credits } = read(given)
  const lines = (text: string) =>
    text
      .split('\n')
      .map(line => line.trim().replace(/\s+/g, ' '))
      .filter(line => line !== '')
  assert.deepEqual(told(dues, credits).sort(), lines(expected).sort())
  assert.deepEqual(told(dues.toReversed(), credits.toReversed()).sort(), lines(expected).sort(), 'order decides')
}

const dayOf = (text = ''): string => `2026-11-${text.padStart(2, '0')}`
const fen = (text = ''): number => Math.round(Number(text) * 100)

function read(text: string): { dues: Due[]; credits: Credit[] } {
  const dues: Due[] = []
  const credits: Credit[] = []
  for (const line of text.trim().split('\n')) {
    const [word, first, second, third, ...more] = line.trim().split(/\s+/)
    if (word === 'due') {
      const on = [third, ...more].find(part => part?.startsWith('on='))?.slice(3) ?? String(Number(second) + 1)
      const amount = [third, ...more].find(part => part !== undefined && !part.startsWith('on='))
      dues.push({
        id: dues.length + 1,
        account: first as string,
        day: dayOf(second),
        dueOn: dayOf(on),
        amount: fen(amount),
      })
    } else {
      const accounts = [third, ...more] as string[]
      credits.push({ id: credits.length + 1, paidOn: dayOf(first), amount: fen(second), accounts })
    }
  }
  return { dues, credits }
}

function told(dues: readonly Due[], credits: readonly Credit[]): string[] {
  const { payouts, ambiguous } = assignPayouts(dues, credits)
  const days = (of: readonly Due[]) =>
    of
      .map(due => due.day.slice(8))
      .sort()
      .join('+')
  const found = payouts.map(
    ({ how, dues: paid, credits: by, difference }) =>
      `${how} ${days(paid)} = ${by
        .map(credit => `c${credit.id}`)
        .sort()
        .join('+')}${difference === 0 ? '' : ` diff=${(difference / 100).toFixed(2)}`}`,
  )
  if (ambiguous.dues.size + ambiguous.credits.size === 0) return found
  const names = [...ambiguous.credits].sort().map(id => `c${id}`)
  return [...found, `ambiguous ${days(dues.filter(due => ambiguous.dues.has(due.id)))} ${names.join('+')}`]
}

test('T+1: each day by its own credit, also where two days come to the same sum', () =>
  check(`
    due wx 17 100.00
    due wx 18 100.00
    due wx 19  55.50
    credit 18 100.00 wx
    credit 19 100.00 wx
    credit 20  55.50 wx
    ---
    exact 17 = c1
    exact 18 = c2
    exact 19 = c3`))

test('the days of a weekend come together on Monday, with one of refunds only among them', () =>
  check(`
    due wx 20 100.00 on=23
    due wx 21  40.00 on=23
    due wx 22  -7.00 on=23
    due wx 23  30.00
    credit 23 133.00 wx
    credit 24  30.00 wx
    ---
    batch 20+21+22 = c1
    exact 23 = c2`))

test('late: on its day nothing came, three days later it did', () =>
  check(`
    due wx 17 100.00
    due wx 18  80.00
    credit 19  80.00 wx
    credit 21 100.00 wx
    ---
    exact 18 = c1
    exact 17 = c2`))

test('two days in one late credit; a credit before its day pays nothing', () =>
  check(`
    due wx 17 100.00
    due wx 18  80.00
    credit 16 100.00 wx
    credit 20 180.00 wx
    ---
    batch 17+18 = c2`))

test('a day of refunds only is kept from the next payout', () =>
  check(`
    due wx 17 -20.00
    due wx 18 100.00
    credit 19  80.00 wx
    ---
    batch 17+18 = c1`))

test('one day in two credits; three of which two could be chosen twice are nobody’s guess', () => {
  check(`
    due wx 17 100.00
    credit 18  60.00 wx
    credit 18  40.00 wx
    ---
    parts 17 = c1+c2`)
  check(`
    due wx 17 100.00
    credit 18  60.00 wx
    credit 18  40.00 wx
    credit 19  40.00 wx
    ---
    ambiguous 17 c1+c2+c3`)
})

test('late, and equal: which of two days it pays cannot be told', () =>
  check(`
    due wx 17 100.00
    due wx 18 100.00
    credit 21 100.00 wx
    ---
    ambiguous 17+18 c1`))

test('two accounts, one text: the amount alone tells whose it is, and where it does not, nobody says so', () => {
  check(`
    due wx 17 100.00
    due zf 17  70.00
    credit 18 100.00 wx zf
    credit 18  70.00 wx zf
    ---
    exact 17 = c1
    exact 17 = c2`)
  check(`
    due wx 17 100.00
    due zf 17 100.00
    credit 18 100.00 wx zf
    ---
    ambiguous 17+17 c1`)
})

test('the one credit of the day with another amount is that day’s, and the difference is told', () =>
  check(`
    due wx 17 100.00
    due wx 18  80.00
    credit 18  99.40 wx
    credit 19  80.00 wx
    ---
    differs 17 = c1 diff=-0.60
    exact 18 = c2`))

test('nothing due, nothing paid; twenty days after it was due a credit is another one’s', () => {
  check(`
    due wx 17 0.00
    credit 18 5.00 wx
    ---
  `)
  check(`
    due wx 01 100.00
    credit 22 100.00 wx
    ---
    exact 01 = c1`)
  check(`
    due wx 01 100.00
    credit 23 100.00 wx
    ---
  `)
})

test('T+1 of working days: Friday is paid on Monday, before the National Day holiday on the 8th', () => {
  const { closing } = rulesOf(DEFAULT_RULES, 'wechat')
  const holidays = ['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07']
  const plan = { daysAfter: 1, workingDaysOnly: true }
  assert.equal(paidOn('2026-11-20', plan, { ...closing, holidays: [], workdays: [] }), '2026-11-23')
  assert.equal(paidOn('2026-09-30', plan, { holidays, workdays: [] }), '2026-10-08')
  assert.equal(paidOn('2026-11-20', { daysAfter: 1, workingDaysOnly: false }, closing), '2026-11-21')
  assert.equal(paidOn('2026-11-20', { daysAfter: 0, workingDaysOnly: true }, closing), '2026-11-20')
})

test('whatever is due and comes: nothing is used twice, and what is called exact is', () => {
  const day = fc.integer({ min: 1, max: 12 }).map(number => dayOf(String(number)))
  const amount = fc.integer({ min: -3, max: 6 })
  const dues = fc.uniqueArray(fc.record({ account: fc.constantFrom('wx', 'zf'), day, amount }), {
    selector: due => `${due.account}${due.day}`,
    maxLength: 12,
  })
  const credits = fc.array(
    fc.record({ paidOn: day, amount, accounts: fc.constantFrom(['wx'], ['zf'], ['wx', 'zf']) }),
    { maxLength: 10 },
  )
  fc.assert(
    fc.property(dues, credits, (due, credit) => {
      const given = due.map((one, i) => ({ ...one, id: i, dueOn: dayOf(String(Number(one.day.slice(8)) + 1)) }))
      const came = credit.map((one, i) => ({ ...one, id: i }))
      const { payouts, ambiguous } = assignPayouts(given, came)
      const used = payouts.flatMap(payout => [...payout.dues, ...payout.credits])
      assert.equal(new Set(used).size, used.length)
      for (const payout of payouts) {
        assert.ok(payout.dues.every(one => one.account === payout.account && !ambiguous.dues.has(one.id)))
        assert.ok(payout.credits.every(one => one.accounts.includes(payout.account) && !ambiguous.credits.has(one.id)))
        const paid = payout.credits.reduce((total, one) => total + one.amount, 0)
        const owed = payout.dues.reduce((total, one) => total + one.amount, 0)
        assert.equal(payout.difference, paid - owed)
        assert.equal(payout.how === 'differs', paid !== owed)
      }
      const shuffled = assignPayouts(given.toReversed(), came.toReversed())
      const keys = (of: typeof payouts) =>
        of.map(p => `${p.how} ${p.dues.map(d => d.id).sort()} ${p.credits.map(c => c.id).sort()}`).sort()
      assert.deepEqual(keys(shuffled.payouts), keys(payouts))
    }),
  )
})
