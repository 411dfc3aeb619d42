import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { probeOf, type ReadText, readText, toldCodes } from '../../../testkit/statement_text.ts'
import { Failure } from '../../kernel/failure.ts'
import { formatMinor } from '../../kernel/money.ts'
import { UNDECODABLE } from '../encoding.ts'
import { inspectStatement } from '../inspect.ts'
import { LocalClock } from '../local_time.ts'
import type { StatementOptions } from '../statement.ts'
import { FORMATS } from './index.ts'
import { ofx, ofxMoment } from './ofx.ts'

const SAMPLES = new URL('../../../testkit/samples/', import.meta.url)
const sample = (name: string): string => readFileSync(new URL(name, SAMPLES), 'utf8')

const HEADER =
  'OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n'
const statement = (body: string, currency = 'EUR', header = HEADER): string =>
  `${header}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>${currency}<BANKACCTFROM><ACCTID>77</BANKACCTFROM><BANKTRANLIST>${body}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`
/** "-12.50 F1", then other leaves. */
const transaction = (money: string, rest = '', posted = '20261120'): string => {
  const [amount, id] = money.split(' ')
  return `<STMTTRN><TRNTYPE>OTHER<DTPOSTED>${posted}<TRNAMT>${amount}${id ? `<FITID>${id}` : ''}${rest}</STMTTRN>`
}

function read(text: string, options: StatementOptions = {}): ReadText {
  const found = readText(ofx, text, options)
  assert.ok(found, 'not recognised')
  return found
}

const table = ({ lines }: ReadText): string[] =>
  lines.map(line =>
    [
      line.record,
      line.date ?? new Date(line.at ?? Number.NaN).toISOString(),
      formatMinor(line.amount, line.currency),
      line.currency,
      line.tradeNo || line.channelRefundNo || '_',
      ...(line.status === 'success' ? [] : [line.status]),
      ...(line.neutral ? ['neutral'] : []),
    ].join(' '),
  )

function check(
  text: string,
  records: string[],
  told: string[] = [],
  verdict = told.length === 0 ? 'ready' : records.length > 0 ? 'ready_with_warnings' : 'rejected',
): void {
  const found = read(text)
  assert.deepEqual(table(found), records)
  assert.deepEqual(toldCodes(found), told)
  assert.equal(found.end.verdict, verdict)
}

describe('the body', () => {
  const records = ['1 2026-11-20 -12.50 EUR F1', '2 2026-11-21 3.00 EUR F2']
  const open = statement(transaction('-12.50 F1', '<NAME>A & B') + transaction('3 F2', '', '20261121'))
  test('leaf tags left open, on one line', () => check(open, records))
  test('leaf tags closed, or some of them, on many lines', () => {
    const closed = open.replace(/<(TRNAMT|FITID|DTPOSTED|CURDEF|ACCTID|NAME)>([^<]*)/g, '<$1>$2</$1>')
    check(closed, records)
    check(closed.replaceAll('<', '\r\n\t<'), records)
    check(open.replaceAll('<', '\n <').replace(/<TRNAMT>/g, '<TRNAMT>\n  '), records)
    check(closed.replace('</TRNAMT>', ''), records)
  })
  test('header of version 2 with a body of either, and no header at all', () => {
    const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"?>\n'
    check(open.replace(HEADER, xml), records)
    check(open.replace(HEADER, '\r\n'), records)
  })
  test('aggregates left open by the file end where the next begins', () =>
    check(open.replaceAll('</STMTTRN>', '').replace('</BANKTRANLIST>', ''), records))
  test('CDATA, comments, empty leaves and small letters', () =>
    check(
      statement(
        '<stmttrn><TRNTYPE></TRNTYPE><!-- <TRNAMT>9 --><DTPOSTED>20261120<TRNAMT>-12.50<FITID><![CDATA[F<1&]]></FITID><MEMO></STMTTRN>',
      ),
      ['1 2026-11-20 -12.50 EUR F<1&'],
    ))
  test('a bracket inside a text is text', () =>
    check(statement(transaction('1.00 F1', '<MEMO>A < B <<C> 1<2</MEMO><NAME>x<')), ['1 2026-11-20 1.00 EUR F1']))
  test('entities once and twice escaped, and a bare ampersand', () =>
    check(
      statement(
        transaction('1 A&amp;B') + transaction('1 A&amp;amp;C') + transaction('1 A&D;') + transaction('1 &#65;&#x42;'),
      ),
      [
        '1 2026-11-20 1.00 EUR A&B',
        '2 2026-11-20 1.00 EUR A&C',
        '3 2026-11-20 1.00 EUR A&D;',
        '4 2026-11-20 1.00 EUR AB',
      ],
    ))
  test('several statements, each in its currency; a card is an account', () => {
    const card = statement(transaction('-5 F1'), 'USD', '')
      .replaceAll('STMTRS', 'CCSTMTRS')
      .replace(/<\/?OFX>\n?/g, '')
    check(statement(transaction('1 F1')).replace('</OFX>', `${card}</OFX>`), [
      '1 2026-11-20 1.00 EUR F1',
      '2 2026-11-20 -5.00 USD F1',
    ])
  })
  test('CURRENCY is the amount’s own, ORIGCURRENCY only history', () =>
    check(
      statement(
        transaction('1 F1', '<CURRENCY><CURRATE>1.1<CURSYM>CHF</CURRENCY>') +
          transaction('1 F2', '<ORIGCURRENCY><CURRATE>1.1<CURSYM>CHF</ORIGCURRENCY>'),
      ),
      ['1 2026-11-20 1.00 CHF F1', '2 2026-11-20 1.00 EUR F2'],
    ))
  test('a pending transaction is pending', () =>
    check(statement('<STMTTRNP><TRNTYPE>POS<DTTRAN>20261120<TRNAMT>-4.00<FITID>P1</STMTTRNP>'), [
      '1 2026-11-20 -4.00 EUR P1 pending',
    ]))
})

describe('amounts', () => {
  test('any number of decimals that are zero, decimal comma, signs', () =>
    check(
      statement(
        ['-3.77000 A', '-30.000 B', '200,5 C', '+7 D', '-0 E', '.5 F', '1,234.56 G', '1.234.567,89 H', '0,125 I']
          .map(money => transaction(money))
          .join(''),
      ).replace('0,125', '0,120'),
      [
        '1 2026-11-20 -3.77 EUR A',
        '3 2026-11-20 200.50 EUR C',
        '4 2026-11-20 7.00 EUR D',
        '5 2026-11-20 0.00 EUR E',
        '6 2026-11-20 0.50 EUR F',
        '7 2026-11-20 1234.56 EUR G',
        '8 2026-11-20 1234567.89 EUR H',
        '9 2026-11-20 0.12 EUR I',
      ],
      // A decimal comma elsewhere in the file: three digits behind a point may be thousands.
      ['2 amount_unreadable'],
    ))
  test('what could be two amounts, or is none, is rejected', () =>
    check(
      statement(
        ['1,234 A', '$120 B', '1.2.3 C', '- D', '1.005 E', '1e3 F', '99999999999999999 G']
          .map(money => transaction(money))
          .join('') + transaction('', ''),
      ),
      [],
      ['1', '2', '3', '4', '5', '6', '7', '8'].map(record => `${record} amount_unreadable`),
    ))
  test('an amount that stands twice could mean either', () =>
    check(statement(transaction('1.00 A', '<TRNAMT>2.00')), [], ['1 element_unclear']))
  test('no currency', () => {
    const text = statement(transaction('1.00 A')).replace('<CURDEF>EUR', '')
    check(text, [], ['1 currency_missing'])
    assert.deepEqual(table(read(text, { currency: 'CNY' })), ['1 2026-11-20 1.00 CNY A'])
  })
  test('a type that speaks against the sign is told; the sign is followed', () =>
    check(
      statement(
        transaction('1.00 A').replace('OTHER', 'DEBIT') +
          transaction('-1.00 B').replace('OTHER', 'CREDIT') +
          transaction('-1.00 C').replace('OTHER', 'DEBIT'),
      ),
      ['1 2026-11-20 1.00 EUR A', '2 2026-11-20 -1.00 EUR B', '3 2026-11-20 -1.00 EUR C'],
      ['1 sign_doubtful'],
    ))
  test('money out: the number is the movement’s own', () => {
    const [line] = read(statement(transaction('-1.00 A', '<BANKACCTTO><ACCTID>99</BANKACCTTO>'))).lines
    assert.deepEqual([line?.kind, line?.tradeNo, line?.channelRefundNo, line?.payer], ['refund', '', 'A', '99'])
  })
})

describe('time', () => {
  const utc = new LocalClock('UTC')
  const moment = (text: string) => {
    const found = ofxMoment(text, utc)
    return found && (found.date ?? new Date(found.at ?? Number.NaN).toISOString())
  }
  test('without an offset it is GMT; midnight is a date, whatever the offset', () => {
    assert.equal(moment('20261120'), '2026-11-20')
    assert.equal(moment('20261120000000'), '2026-11-20')
    assert.equal(moment('20261120000000.000[-8:PST]'), '2026-11-20')
    assert.equal(moment('20261120120000.000'), '2026-11-20T12:00:00.000Z')
    assert.equal(moment('202611201120'), '2026-11-20T11:20:00.000Z')
    assert.equal(moment('20261120235959.250[-5:EST]'), '2026-11-21T04:59:59.250Z')
    assert.equal(moment('20261120010000[+8:CST]'), '2026-11-19T17:00:00.000Z')
    assert.equal(moment('20261120120000[+5.5:IST]'), '2026-11-20T06:30:00.000Z')
    assert.equal(moment('20261120120000[5.30:IST]'), '2026-11-20T06:30:00.000Z')
    assert.equal(moment('20261120120000[-3]'), '2026-11-20T15:00:00.000Z')
    assert.equal(moment('20261120120000[0:GMT]'), '2026-11-20T12:00:00.000Z')
  })
  test('no such time', () => {
    for (const text of [
      '',
      '20260230',
      '20261320',
      '201120000000',
      '20261120250000',
      '2026-11-20',
      '2026112',
      '20261120120000[+99]',
      'today',
    ])
      assert.equal(moment(text), null, text)
  })
})

describe('what is told', () => {
  test('a repeated FITID of one account, and not of two', () => {
    check(
      statement(transaction('1 A') + transaction('2 A')),
      ['1 2026-11-20 1.00 EUR A', '2 2026-11-20 2.00 EUR A'],
      ['2 id_repeated'],
    )
    check(
      statement(
        `${transaction('1 A')}</BANKTRANLIST></STMTRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>78</BANKACCTFROM><BANKTRANLIST>${transaction('1 A')}`,
      ),
      ['1 2026-11-20 1.00 EUR A', '2 2026-11-20 1.00 EUR A'],
    )
  })
  test('a missing FITID leaves REFNUM, or nothing', () =>
    check(statement(transaction('1.00', '<REFNUM>R7') + transaction('2.00', '<FITID></FITID>')), [
      '1 2026-11-20 1.00 EUR R7',
      '2 2026-11-20 2.00 EUR _',
    ]))
  test('corrections: a replacement is told, a deletion moves nothing, both in one file are refused', () => {
    check(
      statement(transaction('1 B', '<CORRECTFITID>A<CORRECTACTION>REPLACE')),
      ['1 2026-11-20 1.00 EUR B'],
      ['1 correction'],
    )
    check(
      statement(transaction('1 B', '<CORRECTFITID>A<CORRECTACTION>DELETE')),
      ['1 2026-11-20 1.00 EUR B neutral'],
      ['1 correction'],
    )
    check(
      statement(transaction('1 A') + transaction('2 B', '<CORRECTFITID>A<CORRECTACTION>REPLACE')),
      ['1 2026-11-20 1.00 EUR A', '2 2026-11-20 2.00 EUR B'],
      ['2 correction_in_file'],
      'rejected',
    )
  })
  test('securities, an answer of error, and a second file behind the first', () => {
    check(statement('<BUYSTOCK><INVBUY><TOTAL>-5</INVBUY></BUYSTOCK>'), [], ['investments_unsupported'], 'rejected')
    check(
      statement('').replace('<STMTRS>', '<STATUS><CODE>2000<SEVERITY>ERROR</STATUS><STMTRS>'),
      [],
      ['server_error'],
      'rejected',
    )
    check(
      statement(transaction('1 A')) + statement(transaction('1 B')),
      ['1 2026-11-20 1.00 EUR A'],
      ['content_after_end'],
      'rejected',
    )
  })
  test('bytes that cannot be decoded lose their record only', () =>
    check(
      statement(transaction('1 A', `<NAME>caf${UNDECODABLE}`) + transaction('2 B')),
      ['2 2026-11-20 2.00 EUR B'],
      ['1 bytes_undecodable'],
    ))
})

describe('recognition', () => {
  const names = (text: string) =>
    FORMATS.filter(format => (format.recognise(probeOf(text))?.score ?? 0) >= 0.6).map(format => format.name)
  test('by header or first element', () => {
    for (const header of [HEADER, '', '\ufeff\r\n', 'OFXHEADER: 100 DATA:OFXSGML VERSION:102 \n'])
      assert.deepEqual(names(statement('', 'EUR', header)), ['ofx'], header)
  })
  test('other text is not claimed', () => {
    for (const text of ['date,OFXHEADER\n2026-11-20,1\n', '<html><OFX></OFX></html>', '<OFXX></OFXX>', 'OFX\n'])
      assert.deepEqual(
        names(text).filter(name => name === 'ofx'),
        [],
        text,
      )
  })
})

describe('damaged files', () => {
  const text = sample('ofx-sgml-open-tags-two-accounts.ofx')
  const whole = [
    '1 2026-11-20 -12.50 CNY F1',
    '2 2026-11-20T04:00:00.000Z 300.00 CNY F2',
    '3 2026-11-20T15:59:59.000Z 0.05 CNY F3',
    '4 2026-11-20 -9.90 USD C1',
  ]
  test('the sample', () => check(text, whole))
  test('pieces of any size give the same', () => {
    const expected = read(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }), sizes => {
        let turn = 0
        assert.deepEqual(readText(ofx, text, { pieces: () => sizes[turn++ % sizes.length] ?? 1 }), expected)
      }),
      { numRuns: 60 },
    )
  })
  test('cut off at any place it is rejected', () => {
    for (let length = text.indexOf('<OFX>'); length < text.indexOf('</OFX>') + 6; length++)
      assert.equal(read(text.slice(0, length)).end.verdict, 'rejected', `cut at ${length}`)
  })
  test('changed characters never crash', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'<>/&![]"0129.-CDx \u0000')), {
          minLength: 1,
          maxLength: 6,
        }),
        changes => {
          const changed = [...text]
          for (const [at, character] of changes) changed[at] = character
          try {
            readText(ofx, changed.join(''))
          } catch (error) {
            assert.ok(error instanceof Failure)
          }
        },
      ),
      { numRuns: 1_500 },
    )
  })
  test('hostile text is read in time or refused', () => {
    const limits = { rowLength: 200_000 }
    for (const text of ['<a', '<', '<STMTTRN>', '<TRNAMT>1', '&amp;', '<!--', '<![CDATA[', '<?'])
      try {
        readText(ofx, statement(text.repeat(300_000)), { limits, pieces: () => 65_536 })
      } catch (error) {
        assert.ok(error instanceof Failure)
      }
    assert.throws(() => read(statement('<!DOCTYPE x [<!ENTITY a "b">]>')), /DOCTYPE/)
  })
})

test('as a file: CHARSET 1252, told by its bytes', async () => {
  const document = await inspectStatement(new URL('ofx-windows-1252.qfx', SAMPLES).pathname)
  assert.deepEqual(
    [document.format, document.encoding, document.records, document.debits, document.currency, document.verdict],
    ['ofx', 'windows-1252', 1, { count: 1, amount: '58.73' }, 'CAD', 'ready'],
  )
})

test('a statement without transactions still says its currency', () => {
  assert.equal(read(statement('')).end.currency, 'EUR')
  const two = statement('').replace(
    '</BANKMSGSRSV1>',
    '<STMTTRNRS><STMTRS><CURDEF>USD</STMTRS></STMTTRNRS></BANKMSGSRSV1>',
  )
  assert.equal(read(two).end.currency, null)
})
