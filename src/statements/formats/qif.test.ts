import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { failedControls, probeOf, type ReadText, readText, toldCodes } from '../../../testkit/statement_text.ts'
import { Failure } from '../../kernel/failure.ts'
import { formatMinor } from '../../kernel/money.ts'
import { UNDECODABLE } from '../encoding.ts'
import { inspectStatement } from '../inspect.ts'
import type { StatementOptions } from '../statement.ts'
import { FORMATS } from './index.ts'
import { qif } from './qif.ts'

const SAMPLES = new URL('../../../testkit/samples/', import.meta.url)
const sample = (name: string): string => readFileSync(new URL(name, SAMPLES), 'utf8')

/** "D20/11/2026|T-1.00" is one record. */
const bank = (...records: string[]): string =>
  `!Type:Bank\n${records.map(record => `${record.replaceAll('|', '\n')}\n^\n`).join('')}`

function read(text: string, options: StatementOptions = {}): ReadText {
  const found = readText(qif, text, options)
  assert.ok(found, 'not recognised')
  return found
}

const table = ({ lines }: ReadText): string[] =>
  lines.map(line =>
    [line.record, line.date, formatMinor(line.amount, line.currency), ...(line.neutral ? ['neutral'] : [])].join(' '),
  )

function check(
  text: string,
  records: string[],
  told: string[] = [],
  options: StatementOptions = {},
  verdict = told.length === 0 ? 'ready' : records.length > 0 ? 'ready_with_warnings' : 'rejected',
): void {
  const found = read(text, options)
  assert.deepEqual(table(found), records)
  assert.deepEqual(toldCodes(found), told)
  assert.deepEqual(failedControls(found), [])
  assert.equal(found.end.verdict, verdict)
}

/** Dates of a file as they are read, or the question. */
function days(dates: string[], options: StatementOptions = {}): string {
  try {
    return read(bank(...dates.map(date => `D${date}|T1.00`)), options)
      .lines.map(line => line.date)
      .join(' ')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return error.code
  }
}

test('N names the record where it is a number, and matches nothing', () => {
  const { lines } = read(bank('D20/11/2026|T35.00|N1042', 'D20/11/2026|T-1.00|NATM'))
  assert.deepEqual(
    lines.map(({ reference, tradeNo, merchantOrderNo }) => [reference, tradeNo, merchantOrderNo]),
    [
      ['1042', '', ''],
      ['', '', ''],
    ],
  )
})

describe('the order of day, month and year', () => {
  test('a month by its name', () => {
    assert.equal(days(['13 Jan 2026', 'Feb 3, 2026']), '2026-01-13 2026-02-03')
    assert.equal(read(bank('D31 Feb 2026|T1.00')).end.verdict, 'rejected')
  })

  test('a part above 12 tells', () => {
    assert.equal(days(['8/12/13', '8/15/13']), '2013-08-12 2013-08-15')
    assert.equal(days(['23/10/2013', '11/10/2013']), '2013-10-23 2013-10-11')
    assert.equal(days(['2013/08/12', '2013-8-3', '20130804']), '2013-08-12 2013-08-03 2013-08-04')
    assert.equal(days(['99/08/12', '99/08/31']), '1999-08-12 1999-08-31')
  })
  test('otherwise it is asked, naming the column; an answer settles it', () => {
    assert.equal(days(['8/12/13', '9/12/13']), 'columns_unsure')
    assert.equal(days(['8/12/13', '9/12/13'], { dateOrder: 'dmy' }), '2013-12-08 2013-12-09')
    assert.equal(days(['8/12/13', '9/12/13'], { dateOrder: 'mdy' }), '2013-08-12 2013-09-12')
    assert.equal(days(['13/08/12']), 'columns_unsure')
    assert.equal(days(['13/08/12'], { dateOrder: 'ymd' }), '2013-08-12')
    try {
      read(bank('D8/12/13|T1.00'))
      assert.fail('not asked')
    } catch (error) {
      assert.ok(error instanceof Failure)
      const [problem] = error.detail.problems as { column: string; code: string }[]
      assert.deepEqual([problem?.column, problem?.code], ['D', 'date_order_unsure'])
      assert.match(error.zh, /日期顺序/)
    }
  })
  test('one day in every order is no question', () =>
    assert.equal(days(['11/11/2011', '12/12/2012']), '2011-11-11 2012-12-12'))
  test('days of one month, and not years of one day', () => {
    assert.equal(
      days(['20/10/13', '21/10/13', '23/10/13', '24/10/13', '29/10/13']),
      '2013-10-20 2013-10-21 2013-10-23 2013-10-24 2013-10-29',
    )
    assert.equal(days(['23/10/13', '24/10/13']), 'columns_unsure')
  })
  test('apostrophes, blanks and old years', () => {
    assert.equal(days(["1/ 2'20", "1/31'20"]), '2020-01-02 2020-01-31')
    assert.equal(days(["1/31' 5", '1/31/99'].slice(1)), '1999-01-31')
    assert.equal(days(["1/31'05"]), '2005-01-31')
  })
  test('a date that is not in the order of the file is rejected', () =>
    check(
      bank('D12/19/2018|T1.00', 'D19/12/2018|T2.00', 'D2/30/2018|T3.00', 'Dsoon|T4.00', 'T5.00'),
      ['1 2018-12-19 1.00'],
      ['2 time_unreadable', '3 time_unreadable', '4 time_unreadable', '5 time_unreadable'],
      { dateOrder: 'mdy' },
    ))
})

describe('amounts', () => {
  const money = (amounts: string[], options: StatementOptions = {}) => {
    const { lines, end } = read(bank(...amounts.map(amount => `D2026-11-20|T${amount}`)), options)
    return [
      ...lines.map(line => formatMinor(line.amount, line.currency)),
      ...end.problems.map(problem => `${problem.record} ${problem.code}`),
    ].join(' ')
  }
  test('thousands of either kind, once the file shows which sign is decimal', () => {
    assert.equal(money(['-1,000.00', '1,234', '5']), '-1000.00 1234.00 5.00')
    assert.equal(money(['-1.000,00', '1.234', '5']), '-1000.00 1234.00 5.00')
    assert.equal(money(['1,234', '1.234']), '1 amount_unreadable 2 amount_unreadable')
    assert.equal(money(['1.5', '1,5']), '1.50 2 amount_unreadable')
  })
  test('no amount, too many decimals, nonsense', () =>
    assert.equal(
      money(['', '1.005', 'abc', '1.00']),
      '1.00 1 amount_unreadable 2 amount_unreadable 3 amount_unreadable',
    ))
  test('U is the amount again: it must agree', () =>
    check(
      bank('D2026-11-20|U1.00|T1.00', 'D2026-11-20|U2.00', 'D2026-11-20|U3.00|T4.00'),
      ['1 2026-11-20 1.00', '2 2026-11-20 2.00'],
      ['3 amounts_disagree'],
    ))
  test('the currency is the reader’s', () => {
    const { end } = read(bank('D2026-11-20|T1.00'), { currency: 'CNY' })
    assert.deepEqual([...end.byCurrency.keys()], ['CNY'])
    assert.deepEqual([...read(bank('D2026-11-20|T1.00')).end.byCurrency.keys()], [''])
  })
})

describe('records', () => {
  test('splits must add up to their record', () => {
    const good = bank('D2026-11-20|T-48.00|S[Card]|$-31.00|Sfood|Enote|$-17.00')
    assert.deepEqual(read(good).end.controls, [{ name: 'Σ$ = T', stated: '1', computed: '1', ok: true }])
    const bad = read(bank('D2026-11-20|T-48.00|S[Card]|$-31.00|Sfood|$-16.00'))
    assert.deepEqual(failedControls(bad), ['Σ$ = T #1: -48.00, not -47'])
    assert.equal(bad.end.verdict, 'rejected')
    check(bank('D2026-11-20|T-48.00|S[Card]|%50|Sfood|$-16.00'), ['1 2026-11-20 -48.00'])
  })
  test('lists are no records; investments are told and not read', () => {
    const file = `!Type:Cat\nNfood\nE\n^\n!Account\nNCash\nTCash\n^\n${bank('D2026-11-20|T1.00')}!Type:Invst\nD2026-11-20\nNBuyX\nT5.00\n^\n!Type:Memorized\nT-1.00\nKC\n^\n`
    check(file, ['1 2026-11-20 1.00'], ['investments_skipped'])
    check('!Type:Invst\nD2026-11-20\nT5.00\n^\n', [], ['investments_skipped'], {}, 'rejected')
  })
  test('an opening balance is no movement', () =>
    check(
      bank('D2026-11-20|T100.00|CX|POpening Balance|L[Bank]', 'D2026-11-20|T1.00|POpening Balance'),
      ['1 2026-11-20 100.00 neutral', '2 2026-11-20 1.00'],
      ['1 opening_balance'],
    ))
  test('sections without name, records without end', () => {
    check(
      `${bank('D2026-11-20|T1.00')}!Type:Frobs\nD2026-11-20\nT2.00\n^\n`,
      ['1 2026-11-20 1.00'],
      ['section_unknown'],
      {},
      'rejected',
    )
    check(`${bank('D2026-11-20|T1.00')}D2026-11-21\nT2.00\n`, ['1 2026-11-20 1.00'], ['file_cut_off'], {}, 'rejected')
    check(
      `!Type:Bank\nD2026-11-20\nT1.00\n!Type:Cash\nD2026-11-20\nT2.00\n^\n`,
      ['1 2026-11-20 2.00'],
      ['record_not_ended'],
      {},
      'rejected',
    )
    check(bank('D2026-11-20|T1.00|D2026-11-20|T2.00'), [], ['1 element_unclear'])
    check(
      `!Option:AllXfr\nD2026-11-20\n^\n${bank('D2026-11-20|T1.00')}`,
      ['1 2026-11-20 1.00'],
      ['section_missing'],
      {},
      'rejected',
    )
  })
  test('bytes that cannot be decoded lose their record only', () =>
    check(
      bank(`D2026-11-20|T1.00|Pcaf${UNDECODABLE}`, 'D2026-11-20|T2.00'),
      ['2 2026-11-20 2.00'],
      ['1 bytes_undecodable'],
    ))
})

describe('recognition', () => {
  const names = (text: string) =>
    FORMATS.filter(format => (format.recognise(probeOf(text))?.score ?? 0) >= 0.6).map(format => format.name)
  test('by its first line', () => {
    for (const text of [
      bank(''),
      '!type:ccard\r\n^\r\n',
      '\ufeff!Account\nNCash\n^\n',
      '!Option:AllXfr\n!Type:Bank\n^\n',
    ])
      assert.deepEqual(names(text), ['qif'], text)
  })
  test('other text is not claimed', () => {
    for (const text of ['!important\n', 'date,amount\n!Type:Bank\n', '!Types\n'])
      assert.deepEqual(
        names(text).filter(name => name === 'qif'),
        [],
        text,
      )
  })
})

describe('damaged files', () => {
  const text = sample('qif-splits-month-first-two-accounts.qif')
  const records = ['1 2026-11-20 -1000.00', '2 2026-11-03 31.00', '3 2026-11-04 -48.00', '4 2026-11-05 0.05']
  test('the sample', () => check(text, records))
  test('pieces of any size give the same', () => {
    const whole = read(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), sizes => {
        let turn = 0
        assert.deepEqual(readText(qif, text, { pieces: () => sizes[turn++ % sizes.length] ?? 1 }), whole)
      }),
      { numRuns: 60 },
    )
  })
  test('cut off anywhere it is refused, rejected or a shorter file', () => {
    const whole = table(read(text))
    for (let length = text.length - 1; length > 0; length--) {
      let found: ReadText | null = null
      try {
        found = readText(qif, text.slice(0, length), { dateOrder: 'mdy' })
      } catch (error) {
        assert.ok(error instanceof Failure)
      }
      if (found?.end.verdict === 'ready')
        assert.deepEqual(table(found), whole.slice(0, found.lines.length), `cut at ${length}`)
    }
  })
  test('changed characters never crash', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'!^DTUS$%\n\r,.-0129/ \u0000')), {
          minLength: 1,
          maxLength: 6,
        }),
        changes => {
          const changed = [...text]
          for (const [at, character] of changes) changed[at] = character
          try {
            readText(qif, changed.join(''))
          } catch (error) {
            assert.ok(error instanceof Failure)
          }
        },
      ),
      { numRuns: 1_500 },
    )
  })
})

test('as a file: the question is an answer too', async () => {
  const path = new URL('qif-date-order-unsure.qif', SAMPLES).pathname
  const asked = await inspectStatement(path)
  assert.deepEqual(
    [asked.format, asked.verdict, asked.problems.map(({ code, column }) => [code, column])],
    ['qif', 'rejected', [['date_order_unsure', 'D']]],
  )
  const told = await inspectStatement(path, { dateOrder: 'dmy', currency: 'EUR' })
  assert.deepEqual(
    [told.verdict, told.records, told.first?.at, told.debits],
    ['ready', 2, '2026-12-08', { count: 2, amount: '75.46' }],
  )
})
