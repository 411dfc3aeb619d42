import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import {
  failedControls,
  probeOf,
  type ReadText,
  readText,
  recordTable,
  toldCodes,
} from '../../../testkit/statement_text.ts'
import { idsIn } from '../../kernel/ids.ts'
import { onlyReference } from '../../kernel/transfer_reference.ts'
import { UNDECODABLE } from '../encoding.ts'
import { inspectStatement } from '../inspect.ts'
import { mt940 } from './mt940.ts'
import { mt942 } from './mt942.ts'

/** `body` between opening and closing balance of one EUR statement; the closing balance is written by hand in each case. */
const statement = (body: string, closing: string, opening = 'C261119EUR100,00', number = '5/1'): string =>
  `:20:REF1\n:25:DE11222233334444555566\n:28C:${number}\n:60F:${opening}\n${body}\n:62F:${closing}\n-\n`

function read(text: string, format = mt940): ReadText {
  const found = readText(format, text)
  assert.ok(found, 'not recognised')
  return found
}

/** A case: the statement, then the table of its records and what else is told. */
function check(
  text: string,
  expected: { records?: string[]; told?: string[]; failed?: string[]; verdict?: string },
  format = mt940,
) {
  const found = read(text, format)
  assert.deepEqual(recordTable(found), expected.records ?? [])
  assert.deepEqual(toldCodes(found), expected.told ?? [])
  assert.deepEqual(failedControls(found), expected.failed ?? [])
  assert.equal(found.end.verdict, expected.verdict ?? 'ready')
}

describe(':61:', () => {
  test('marks: C and RD are money in, D and RC money out, CR with EUR is a credit', () =>
    check(
      statement(
        `:61:2611201120C10,00NTRFNONREF//B1
:61:2611201120D1,00NTRFNONREF//B2
:61:2611201120RC2,00NTRFNONREF//B3
:61:2611201120RD3,00NTRFNONREF//B4
:61:2611201120CR20,00NTRFNONREF//B5
:61:2611201120DR4,00NTRFNONREF//B6
:61:2611201120RCR5,00NTRFNONREF//B7
:61:2611201120RDR6,00NTRFNONREF//B8`,
        'C261120EUR127,00',
      ),
      {
        records: [
          '1 2026-11-20 10.00 EUR B1 _ _',
          '2 2026-11-20 -1.00 EUR B2 _ _',
          '3 2026-11-20 -2.00 EUR B3 _ _',
          '4 2026-11-20 3.00 EUR B4 _ _',
          '5 2026-11-20 20.00 EUR B5 _ _',
          '6 2026-11-20 -4.00 EUR B6 _ _',
          '7 2026-11-20 -5.00 EUR B7 _ _',
          '8 2026-11-20 6.00 EUR B8 _ _',
        ],
      },
    ))

  test('money out is a refund to the product, and zero is not', () => {
    const { lines } = read(
      statement(':61:261120D1,NTRFR1\n:61:261120CD0,00NMSCINFO', 'C261120USD99,00', 'C261119USD100,'),
    )
    assert.deepEqual(
      lines.map(line => [line.kind, line.amount, line.status, line.at]),
      [
        ['refund', -100, 'success', null],
        ['payment', 0, 'success', null],
      ],
    )
  })

  test('amounts: no decimals, one, leading zeros, no comma at all', () =>
    check(
      statement(
        ':61:261120C300,NTRFA\n:61:261120C0,5NTRFB\n:61:261120C000000000050,00N541C\n:61:261120C7NTRFD',
        'C261120EUR457,50',
      ),
      {
        records: [
          '1 2026-11-20 300.00 EUR A A _',
          '2 2026-11-20 0.50 EUR B B _',
          '3 2026-11-20 50.00 EUR C C _',
          '4 2026-11-20 7.00 EUR D D _',
        ],
      },
    ))

  test('decimals are those of the currency', () => {
    check(statement(':61:261120C1200,NTRFA', 'C261120JPY1300,', 'C261119JPY100,'), {
      records: ['1 2026-11-20 1200 JPY A A _'],
    })
    check(statement(':61:261120C1,234NTRFA', 'C261120KWD2,234', 'C261119KWD1,'), {
      records: ['1 2026-11-20 1.234 KWD A A _'],
    })
    check(statement(':61:011120C1,50NTRFA', 'C011120DEM2,50', 'C011119DEM1,'), {
      records: ['1 2001-11-20 1.50 DEM A A _'],
    })
    check(statement(':61:261120C1,5NTRFA', 'C261120JPY100,', 'C261119JPY100,'), {
      told: ['1 amount_unreadable'],
      verdict: 'rejected',
    })
  })

  test('the entry date is the day, in the year nearest to the value date; blank with Citi', () =>
    check(
      statement(
        ':61:2701011231C1,00NTRFA\n:61:2612310102C1,00NTRFB\n:61:261130    C1,00NTRFC\n:61:261128C1,00NTRFD',
        'C261231EUR104,00',
      ),
      {
        records: [
          '1 2026-12-31 1.00 EUR A A _',
          '2 2027-01-02 1.00 EUR B B _',
          '3 2026-11-30 1.00 EUR C C _',
          '4 2026-11-28 1.00 EUR D D _',
        ],
      },
    ))

  test('30 February of a 30-day month is its last day, and told; 31 April is no day', () =>
    check(
      statement(
        ':61:270230C1,00NTRFA\n:61:270229C1,00NTRFB\n:61:270431C1,00NTRFC\n:61:280229C1,00NTRFD',
        'C270301EUR103,00',
      ),
      {
        records: ['1 2027-02-28 1.00 EUR A A _', '2 2027-02-28 1.00 EUR B B _', '4 2028-02-29 1.00 EUR D D _'],
        told: ['1 date_mended', '2 date_mended', '3 time_unreadable'],
        verdict: 'ready_with_warnings',
      },
    ))

  test('references: bank before customer, NONREF is none, sixteen characters and a name of old Rabobank', () =>
    check(
      statement(
        `:61:261120C1,00NTRFCUST1//BANK1
:61:261120C1,00NTRFCUST2
:61:261120C1,00NTRFNONREF
:61:261120C1,00N084P002445588      BELASTINGDIENST
:61:261120C1,00NOV NONREF//A//B/C
:61:261120C1,00NTRFLONGER-THAN-SIXTEEN-CHARACTERS
:61:261120C1,00MCI0NONREF//7`,
        'C261120EUR107,00',
      ),
      {
        records: [
          '1 2026-11-20 1.00 EUR BANK1 _ _',
          '2 2026-11-20 1.00 EUR CUST2 CUST2 _',
          '3 2026-11-20 1.00 EUR _ _ _',
          '4 2026-11-20 1.00 EUR P002445588 P002445588 BELASTINGDIENST',
          '5 2026-11-20 1.00 EUR A//B/C _ _',
          '6 2026-11-20 1.00 EUR LONGER-THAN-SIXTEEN-CHARACTERS LONGER-THAN-SIXTEEN-CHARACTERS _',
          '7 2026-11-20 1.00 EUR 7 _ _',
        ],
      },
    ))

  test('a line that cannot be read is rejected with its number and line, its :86: goes with it', () => {
    const found = read(
      statement(
        ':61:261120X1,00NTRFA\n:86:lost\n:61:261120C1.234,50NTRFB\n:61:26112C1,00NTRFC\n:61:261120C1,00NT\n:61:\n:61:261120C5,00NTRFE//OK',
        'C261120EUR105,00',
      ),
    )
    assert.deepEqual(recordTable(found), ['6 2026-11-20 5.00 EUR OK _ _'])
    assert.deepEqual(
      found.end.problems.map(({ record, line, code }) => [record, line, code]),
      [
        [1, 5, 'direction_unreadable'],
        [2, 7, 'amount_unreadable'],
        [3, 8, 'time_unreadable'],
        [4, 9, 'entry_incomplete'],
        [5, 10, 'time_unreadable'],
      ],
    )
    assert.deepEqual([found.end.records, found.end.rejected, found.end.verdict], [6, 5, 'ready_with_warnings'])
  })

  test('a rejected amount explains a closing balance that does not hold', () =>
    check(statement(':61:261120C1.50NTRFA\n:61:261120C2,00NTRFB', 'C261120EUR103,50'), {
      records: ['2 2026-11-20 2.00 EUR B B _'],
      told: ['1 amount_unreadable'],
      failed: [':62F: DE11222233334444555566 5/1: 103.50, not 102.00'],
      verdict: 'ready_with_warnings',
    }))

  test('expected entries are pending and not in the balance', () => {
    const found = read(statement(':61:261120EC7,00NTRFA\n:61:261120C1,00NTRFB', 'C261120EUR101,00'))
    assert.deepEqual(
      found.lines.map(line => [line.status, line.amount]),
      [
        ['pending', 700],
        ['success', 100],
      ],
    )
    assert.equal(found.end.verdict, 'ready')
  })

  test('a byte that could not be decoded rejects its record, not the next', () =>
    check(
      statement(`:61:261120C1,00NTRFA\n:86:M${UNDECODABLE}LLER\n:61:261120C2,00NTRFB\n:86:fine`, 'C261120EUR103,00'),
      {
        records: ['2 2026-11-20 2.00 EUR B B _'],
        told: ['1 bytes_undecodable'],
        failed: [':62F: DE11222233334444555566 5/1: 103.00, not 102.00'],
        verdict: 'ready_with_warnings',
      },
    ))

  test('a funds code that is not of the currency is told', () =>
    check(statement(':61:261120CX1,00NTRFA', 'C261120EUR101,00'), {
      records: ['1 2026-11-20 1.00 EUR A A _'],
      told: ['1 funds_code'],
      verdict: 'ready_with_warnings',
    }))
})

describe(':86:', () => {
  const about = (information: string, supplement = ''): string => {
    const found = read(statement(`:61:261120C1,00NTRFNONREF//B${supplement}\n:86:${information}`, 'C261120EUR101,00'))
    assert.equal(found.end.verdict, 'ready')
    const [line] = found.lines
    return `${line?.merchantOrderNo || '_'} | ${line?.payer || '_'}`
  }

  test('German subfields: wrapped in the middle of a code and of a word', () => {
    assert.equal(
      about(
        '166?00SEPA-GUTSCHRIFT?109262?20EREF+ORD-2026-0001?21SVWZ+Wasser?30GENODE\nM1?31DE12345678901234567890?\n32PETRA?33 TESTER',
      ),
      'ORD-2026-0001 | DE12345678901234567890',
    )
    assert.equal(
      about('166?00X?20EREF+ABCDEFGHIJKLMNOPQRSTUV?21WXYZ1234?22KREF+1?32PETRA?33 TESTER'),
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ1234 | PETRA TESTER',
    )
    assert.equal(about('166?00X?20EREF+SHORT?21more text?32P'), 'SHORT | P')
    assert.equal(about('166?00X?20EREF+NOTPROVIDED?21SVWZ+x'), '_ | _')
    assert.equal(about('000>100000>20EREF+R1>21text>310454545454>32NAME'), 'R1 | 0454545454')
    assert.equal(about('020?00X?20x?310000777?32HUTA?38PL0810600076'), '_ | PL0810600076')
    assert.equal(about('166\n00SEPA\n20EREF+R2\n21SVWZ+t\n31DE99\n32NAME'), 'R2 | DE99')
  })

  test('slash codes of Dutch banks', () => {
    assert.equal(
      about(
        '/EREF/0000008668-0000000000-001//MARF/00004444-001//CSID/NL53\nZZZ//CNTP/NL88INGB0999999999/INGBNL2A/RAAMEN NV///REMI/USTD//x/',
      ),
      '0000008668-0000000000-001 | NL88INGB0999999999',
    )
    assert.equal(
      about('/TRTP/SEPA OVERBOEKING/IBAN/NL12ABNA0123456789/BIC/ABNANL2A/NAME/J JANSEN/REMI/x/EREF/AB/GS/9'),
      'AB/GS/9 | NL12ABNA0123456789',
    )
    assert.equal(about('/ORDP//NAME/Bedrijf B.V./REMI/NR.1/11.3.2013'), '_ | Bedrijf B.V.')
    assert.equal(about('/EREF/NOTPROVIDED/ORDP//NAME/X', '\nNL55RABO0444444444'), '_ | NL55RABO0444444444')
  })

  test('free text that names an account', () => {
    assert.equal(
      about('12160475 MEDIA MARKT ONLINE NE\nREK: NL84INGB0234561789/NAAM: MMS ONLINE B.V.'),
      '_ | NL84INGB0234561789',
    )
    assert.equal(about('just words'), '_ | _')
  })

  test('several fields :86: of one entry, and one of the statement', () => {
    const text = statement(
      ':86:opening words\n:61:261120C1,00NTRFNONREF//B\n:86:first\n:86:/EREF/E1/ORDP//NAME/N',
      'C261120EUR101,00',
    ).replace('\n-\n', '\n:86:of the statement /EREF/NO/\n-\n')
    check(text, { records: ['1 2026-11-20 1.00 EUR B E1 N'] })
  })

  test('text that looks like a tag is text where the tag is not legal', () =>
    check(
      statement(
        `:61:261120C1,00NTRFNONREF//B1
:86:paid at 2026-11-20 20
:26:37
:00:00/ and again 08
:20:15 and
- a dash begins this line
-
:25:10 and
:21:00
:64:no balance
:61:261120C2,00NTRFNONREF//B2`,
        'C261120EUR103,00',
      ),
      { records: ['1 2026-11-20 1.00 EUR B1 _ _', '2 2026-11-20 2.00 EUR B2 _ _'] },
    ))
})

describe('envelopes', () => {
  const body = ':25:A1\n:28C:1/1\n:60F:C261119EUR1,00\n:61:261120C1,00NTRFR1\n:62F:C261120EUR2,00'
  const expected = { records: ['1 2026-11-20 1.00 EUR R1 R1 _'] }

  for (const [name, text] of Object.entries({
    blocks: `{1:F01KNABNL2HAXXX0000000000}{2:I940KNABNL2HXXXXN3020}{4:\n:20:X\n${body}\n-}{5:}`,
    'blocks, tag behind the brace': `{1:F01KNABNL2HAXXX0000000000}{2:I940X}{4::20:X\n${body}\n-}`,
    bare: `:20:X\n${body}`,
    ':940:': `:940:\n:20:X\n${body}\n`,
    'lines of the bank': `ABNANL2A\n940\nABNANL2A\n:20:X\n${body}\n-\n`,
    prose: `This is an example.\n\n------\n:20:X\n${body}\n\n`,
    'SOH and ETX': `\u0001{1:F01X}{2:O940X}{4:\n:20:X\n${body}\n-}\u0003`,
    'Ctrl-Z': `\u001a:20:X\n${body}\n\u001a`,
    'terminator with letters': `:20:X\n${body}\n-XXX\n`,
    'blank before the dash': `:20:X\n${body}\n -\n`,
    CRLF: `:20:X\n${body}\n-\n`.replaceAll('\n', '\r\n'),
    'CR alone': `:20:X\n${body}\n-\n`.replaceAll('\n', '\r'),
    'unknown tags': `:20:X\n:NSF:hello\n${body.replace(':61:', ':NS:01word\nmore\n:61:').replace('\n:62F', '\n:NS:x\n:62F')}\n:64:C261120EUR2,00\n:65:C261121EUR2,00\n:86:bye\n-\n`,
    'byte order mark': `\ufeff:20:X\n${body}\n`,
  }))
    test(name, () => check(text, expected))

  test('several messages on joined lines', () =>
    check(`{1:F01A}{2:I940X}{4:\n:20:X\n${body}\n-}{1:F01A}{2:I940X}{4:\n:20:Y\n${body.replace('A1', 'A2')}\n-}`, {
      records: ['1 2026-11-20 1.00 EUR R1 R1 _', '2 2026-11-20 1.00 EUR R1 R1 _'],
    }))

  test('the account is the merchant, without the currency some banks put behind it', () => {
    assert.equal(read(`:20:X\n${body.replace('A1', '1567.50.961 EUR')}`).lines[0]?.merchant, '1567.50.961')
    assert.equal(
      read(`:20:X\n${body.replace('A1', 'NL47INGB0001212121EUR  ')}`).lines[0]?.merchant,
      'NL47INGB0001212121',
    )
  })
})

describe('controls', () => {
  test('a closing balance that does not hold rejects the file', () =>
    check(statement(':61:261120C1,00NTRFA', 'C261120EUR101,01'), {
      records: ['1 2026-11-20 1.00 EUR A A _'],
      failed: [':62F: DE11222233334444555566 5/1: 101.01, not 101.00'],
      verdict: 'rejected',
    }))

  test('pages: 62M is carried to 60M, and the entries of all of them count', () => {
    const pages = statement(':61:261120C1,00NTRFA', 'C261120EUR101,00', undefined, '5/1').replace(':62F:', ':62M:')
    const second = statement(':61:261120D201,00NTRFB', 'D261120EUR100,00', 'C261120EUR101,00', '5/2').replace(
      ':60F:',
      ':60M:',
    )
    const records = ['1 2026-11-20 1.00 EUR A A _', '2 2026-11-20 -201.00 EUR B B _']
    check(pages + second, { records })
    check(pages, { records: records.slice(0, 1), told: ['next_page_missing'], verdict: 'ready_with_warnings' })
    check(pages + second.replace(':60M:C261120EUR101,00', ':60M:C261120EUR102,00').replace('EUR100,00', 'EUR99,00'), {
      records,
      failed: [':60M: DE11222233334444555566 5/2: 102.00, not 101.00'],
      verdict: 'rejected',
    })
  })

  test('a gap in the numbers: told, and failed when money moved in between', () => {
    const day5 = statement(':61:261120C1,00NTRFA', 'C261120EUR101,00')
    const records = ['1 2026-11-20 1.00 EUR A A _', '2 2026-11-21 1.00 EUR B B _']
    const day7 = (opening: string, closing: string) =>
      statement(':61:261121C1,00NTRFB', `C261121EUR${closing}`, `C261120EUR${opening}`, '7/1')
    check(day5 + day7('101,00', '102,00'), { records, told: ['statement_gap'], verdict: 'ready_with_warnings' })
    check(day5 + day7('90,00', '91,00'), {
      records,
      told: ['statement_gap'],
      failed: [':60F: DE11222233334444555566 7/1: 90.00, not 101.00', ':28C: 连续 in sequence: 1, not 0'],
      verdict: 'rejected',
    })
  })

  test('the same statement twice is told', () =>
    check(statement(':61:261120C1,00NTRFA', 'C261120EUR101,00').repeat(2), {
      records: ['1 2026-11-20 1.00 EUR A A _', '2 2026-11-20 1.00 EUR A A _'],
      told: ['statement_repeated'],
      verdict: 'ready_with_warnings',
    }))

  test('counts and sums of the day in the last :86:', () => {
    const text = statement(':61:261120C3,00NTRFA\n:61:261120D1,00NTRFB', 'C261120EUR102,00')
    const records = ['1 2026-11-20 3.00 EUR A A _', '2 2026-11-20 -1.00 EUR B B _']
    check(text.replace('\n-\n', '\n:86:D000001C000001D1,00C3,00\n-\n'), { records })
    check(text.replace('\n-\n', '\n:86:D000001C000001D1,00C3,50\n-\n'), {
      records,
      failed: [':86: C DE11222233334444555566 5/1 金额: 3.50, not 3.00'],
      verdict: 'rejected',
    })
  })

  test('what is cut off, or begins in the middle, is no statement', () => {
    const whole = statement(':61:261120C1,00NTRFA', 'C261120EUR101,00')
    const records = ['1 2026-11-20 1.00 EUR A A _']
    check(whole.slice(0, whole.indexOf(':62F')), {
      records,
      told: ['closing_missing', 'statement_missing'],
      verdict: 'rejected',
    })
    check(`${whole}:61:261121C1,00NTRFB\n`, { records, told: ['2 entry_outside'], verdict: 'ready_with_warnings' })
    check(whole.replace(/:60F.*\n/, ':NS:lost\n'), {
      told: ['1 currency_missing', 'opening_missing', 'statement_missing'],
      verdict: 'rejected',
    })
    assert.equal(readText(mt940, whole.replace(/:60F.*\n/, ':NS:lost\n'), { currency: 'EUR' })?.end.verdict, 'rejected')
    check(whole.replace('\n-\n', '\n:62F:C261120EUR101,00\n-\n'), {
      records,
      told: ['closing_repeated'],
      verdict: 'rejected',
    })
    const headless = whole.slice(whole.indexOf(':60F'))
    check(whole + headless, {
      records: ['1 2026-11-20 1.00 EUR A A _', '2 2026-11-20 1.00 EUR A A _'],
      told: ['statement_start_missing'],
      verdict: 'rejected',
    })
  })

  test('a file of very many pages tells a thousand controls and counts the rest', () => {
    const pages = Array.from({ length: 1_500 }, (_, i) =>
      statement('', 'C261119EUR100,00').replace('DE11222233334444555566', `A${i}`),
    )
    const { end } = read(pages.join(''))
    assert.equal(end.controls.length, 1_001)
    assert.deepEqual(end.controls.at(-1), {
      name: '其余控制 further controls',
      stated: '500',
      computed: '500',
      ok: true,
    })
  })
})

describe('MT942', () => {
  const report = (totals: string, floor = ':34F:EURD0,00\n:34F:EURC0,00') =>
    `:20:X\n:25:A1\n:28C:13/37\n${floor}\n:13D:2611201733+0800\n:61:2611201120C10,00NTRFR1\n:86:words\n:61:2611201120D4,00NTRFR2\n${totals}\n-\n`
  const records = ['1 2026-11-20 10.00 EUR R1 R1 _', '2 2026-11-20 -4.00 EUR R2 R2 _']

  test('number and sum of debits and credits are proven', () => {
    check(report(':90D:1EUR4,00\n:90C:1EUR10,00'), { records }, mt942)
    check(
      report(':90D:2EUR4,00\n:90C:1EUR10,10'),
      {
        records,
        failed: [':90D: A1 13/37 笔数: 2, not 1', ':90C: A1 13/37 金额: 10.10, not 10.00'],
        verdict: 'rejected',
      },
      mt942,
    )
  })

  test('a floor limit means that entries are left out; without totals nothing is proven', () => {
    check(
      report(':90D:1EUR4,00\n:90C:1EUR10,00', ':34F:EUR500,00'),
      { records, told: ['floor_limit'], verdict: 'ready_with_warnings' },
      mt942,
    )
    check(report(':90D:1EUR4,00'), { records, told: ['totals_missing'], verdict: 'ready_with_warnings' }, mt942)
    check(
      report('-').replace('-\n-\n', '-\n'),
      { records, told: ['totals_missing'], verdict: 'ready_with_warnings' },
      mt942,
    )
  })

  test('two reports without totals, divided by a dash', () =>
    check(
      report('').replace(/\n\n-/, '\n:86:/EREF/E1\n-') + report('').replaceAll('13/37', '14/37').replace('\n\n', '\n'),
      {
        records: [
          ...records.slice(0, 1),
          '2 2026-11-20 -4.00 EUR R2 E1 _',
          '3 2026-11-20 10.00 EUR R1 R1 _',
          '4 2026-11-20 -4.00 EUR R2 R2 _',
        ],
        told: ['totals_missing'],
        verdict: 'ready_with_warnings',
      },
      mt942,
    ))

  test('a file is one type or the other', () => {
    assert.equal(mt940.recognise(probeOf(report(''))), null)
    assert.equal(mt942.recognise(probeOf(statement('', 'C261119EUR100,00'))), null)
  })
})

test('tables, other formats and scraps are not claimed', () => {
  for (const text of [
    '',
    ':20:',
    'a,b,c\n1,2,3\n',
    'text,:20:,x\n:25:,1\n',
    '交易时间,金额\n:20:15,1.00\n:25:10,2.00\n',
    '01,A,B,261120,0000,1,,,2/\n02,A,B,1,261120,,,/\n',
    '{1:F01X}{2:I103X}{4:\n:20:REF\n:32A:261120EUR1,00\n-}',
  ])
    for (const format of [mt940, mt942]) assert.equal(format.recognise(probeOf(text)), null, text)
})

const SAMPLE =
  `{1:F01KNABNL2HAXXX0000000000}{2:I940X}{4:\r\n:20:X\r\n:25:A1\r\n:28C:1/1\r\n:60F:C261119EUR1000,17\r\n` +
  `:61:2611201120CR12,34NTRFC1//B1\r\nsupplement\r\n:86:166?00X?20EREF+E1?31DE11?32N\r\n:61:2611201120D1000,00NTRFC2\r\n:86:20\r\n:20:15\r\n- x\r\n:61:2611201120RC1,11NMSCNONREF\r\n` +
  `:62M:C261120EUR11,40\r\n-}\r\n{1:F01X}{2:I940X}{4:\r\n:20:Y\r\n:25:A1\r\n:28C:1/2\r\n:60M:C261120EUR11,40\r\n:61:261120C3,33NTRFC4\r\n:62F:C261120EUR14,73\r\n:86:D000000C000001D0,00C3,33\r\n-}\r\n`

test('the size of the pieces does not matter', () => {
  const whole = read(SAMPLE)
  assert.deepEqual([whole.lines.length, whole.end.verdict], [4, 'ready'])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), sizes => {
      assert.deepEqual(readText(mt940, SAMPLE, { pieces: at => sizes[at % sizes.length] ?? 1 }), whole)
    }),
    { numRuns: 200 },
  )
})

test('a file cut off anywhere is refused, not ready, or ends with a whole message', () => {
  for (let to = 0; to < SAMPLE.length; to++) {
    const text = SAMPLE.slice(0, to)
    const found = readText(mt940, text)
    if (found?.end.verdict === 'ready')
      assert.ok(to > SAMPLE.indexOf('EUR14,73') && found.lines.length === 4, `cut at ${to}`)
  }
})

test('a changed byte never passes with other money', () => {
  fc.assert(
    fc.property(fc.nat(SAMPLE.length - 1), fc.constantFrom(...'0123456789CDR:,-/NE{}\r\n\u0001 '), (at, character) => {
      const found = readText(mt940, SAMPLE.slice(0, at) + character + SAMPLE.slice(at + 1))
      if (found?.end.verdict !== 'ready') return
      assert.deepEqual(
        found.lines.map(line => line.amount),
        [1_234, -100_000, -111, 333],
      )
    }),
    { numRuns: 3_000 },
  )
})

test('random damage never crashes, hangs or loses a record', () => {
  const line = fc.constantFrom(
    ...SAMPLE.split('\r\n'),
    ':61:',
    ':86:',
    '-',
    ':62F:',
    ':60F:',
    '{4:',
    ':20:',
    ':25:',
    ':28C:',
    ':34F:EURD1,',
    ':90C:1EUR1,00',
    '',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), lines => {
      for (const format of [mt940, mt942]) {
        const found = readText(format, lines.join('\n'))
        if (found) assert.equal(found.lines.length + found.end.rejected, found.end.records)
      }
    }),
    { numRuns: 1_000 },
  )
})

/**
 * Real files of others, beside the repository and not in it: "records | credits; debits per currency | first | last | verdict".
 * Sums were added up by hand from the files. Where amounts were made anonymous, the balances do not hold and the file is rejected.
 */
const SHARED = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url))
const skip = existsSync(SHARED) ? false : 'no ../shared/samples beside the repository: the real files are not checked'

const REAL: Readonly<Record<string, string>> = {
  // 999/1 opens with 3058.98 where 998/1 closed with 500.00.
  'mt940/afas_test1.mt940':
    '3 | EUR 2=1000.00; 1=2760.00 | 2014-05-07 500.00 B4E07XM00J000023 | 2014-07-29 500.00 B4G29PGDCK1QFV3E | rejected',
  'mt940/bsp_sample.mt940':
    '2 | EUR 1=1250.50; 1=80.25 | 2026-03-20 1250.50 MT940-1 | 2026-03-21 -80.25 MT940-2 | ready',
  'mt940/cmxl_mt940-handelsbank.txt': '0 |  | null | null | ready_with_warnings',
  'mt940/cmxl_mt940-windows-line-breaks.txt':
    '2 | EUR 1=3000.00; 1=800.00 | 2002-11-02 -800.00 55555 | 2002-11-02 3000.00 55555 | ready',
  // The first statement stands there once more as the fourth.
  'mt940/cmxl_mt940.txt':
    '27 | DEM 8=98793.48; 14=98618.88, EUR 1=3000.00; 1=800.00, PLN 2=20040.00; 1=10000.00 | 2013-10-17 -6800.00 16703074 | 2013-10-27 -5862.14 null | ready_with_warnings',
  'mt940/jejik_abnamro.txt': '10 | EUR 0=0.00; 10=345.93 | 2011-05-24 -9.00 null | 2011-05-24 -15.00 null | rejected',
  'mt940/jejik_generic.txt': '2 | EUR 0=0.00; 2=20.00 | 2011-01-01 -10.00 null | 2011-02-01 -10.00 null | ready',
  'mt940/jejik_ing-dos.txt': '7 | EUR 2=4.68; 5=50.27 | 2010-07-22 -25.03 null | 2010-07-23 1.00 null | rejected',
  'mt940/jejik_rabobank-iban.txt':
    '4 | EUR 0=0.00; 4=70.00 | 2013-01-01 -25.00 01-01-2013 12:00 0030000987654321 | 2013-01-09 -10.00 null | ready',
  'mt940/jejik_sns.txt': '2 | EUR 0=0.00; 2=25.00 | 2012-06-08 -20.00 0987654321 | 2012-06-08 -5.00 0987654321 | ready',
  'mt940/jejik_sparkasse.txt': '2 | EUR 0=0.00; 2=40.00 | 2019-02-18 -20.00 null | 2019-02-19 -20.00 null | ready',
  'mt940/rs_MT940_DK_Example.sta':
    '89 | DKK 8=3910886.35; 81=2538433.58 | 2009-09-29 -829419.78 Dansken | 2009-10-20 -3009.51 DBT.Pet Van Park | ready',
  // 13564.13 - 141.04 = 13423.09, the file says 13523.09.
  'mt940/rs_buxtehude.sta': '3 | EUR 0=0.00; 3=141.04 | 2018-11-27 -119.35 null | 2018-11-27 -5.00 null | rejected',
  'mt940/rs_with_binary_character.sta':
    '4 | EUR 3=14215.30; 1=193282.05 | 2010-03-19 27.00 32-P1-TCS49518 | 2010-03-19 1120.00 null | ready',
  'mt940/wolph_details_60-63.sta':
    '1 | EUR 0=0.00; 1=233.15 | 2017-09-14 -233.15 123/123/12345-----L110 | 2017-09-14 -233.15 123/123/12345-----L110 | rejected',
  'mt940/wolph_long_statement_number.sta': '0 |  | null | null | ready',
  // The second record is a :61: behind the end of the statement: rejected.
  'mt940/wolph_multiline.sta':
    '2 | EUR 0=0.00; 1=5.00 | 2004-08-04 -5.00 MUL0408041114005 | 2004-08-04 -5.00 MUL0408041114005 | ready_with_warnings',
  // Value date 30 February 2016.
  'mt940/wolph_transaction_details_wrapped.sta':
    '1 | EUR 0=0.00; 1=6.00 | 2016-03-01 -6.00 null | 2016-03-01 -6.00 null | ready_with_warnings',
  'mt940/zilverline_deutsche_bank.txt':
    '2 | EUR 2=4.00; 0=0.00 | 2014-03-26 3.99 8848037917407749 | 2014-03-28 0.01 96550046549608644 | rejected',
  'mt940/zilverline_ing_ing_00_00.txt':
    '1 | EUR 0=0.00; 1=100.00 | 2017-06-01 -100.00 6666666666666 | 2017-06-01 -100.00 6666666666666 | ready',
  'mt940/zilverline_knab_knab_two_blocks.txt':
    '3 | EUR 3=1060.00; 0=0.00 | 2014-10-22 50.00 ABCDE777777777 | 2014-10-24 10.00 RU9834758937598 | ready',
  'mt940/zilverline_rabobank_dash_as_start_of_line.txt':
    '1 | EUR 1=1000.00; 0=0.00 | 2017-06-06 1000.00 3434343434343 | 2017-06-06 1000.00 3434343434343 | ready',
  'mt940/zilverline_rabobank_mt940_structured.txt':
    '9 | EUR 5=19216.51; 4=1518.12 | 2013-04-03 -127.50 02-04-2013 22:56 1120000153447185 | 2013-04-04 13431.00 null | ready',
  'mt940/zilverline_triodos_iban.txt':
    '3 | EUR 1=1000.00; 2=52.00 | 2013-10-07 1000.00 null | 2013-10-25 -10.00 null | ready',
  'mt940/zilverline_two_accounts.txt':
    '3 | EUR 1=250.00; 2=6598.75 | 2012-09-18 -6098.75 P002445588 | 2012-10-28 250.00 0156750961 | ready',
  'mt942/cmxl_mt942.txt':
    '2 | EUR 2=19584.00; 0=0.00 | 2019-01-09 9792.00 null | 2019-01-09 9792.00 null | ready_with_warnings',
  // :90D: says 2.30.
  'mt942/wolph_mt942.sta':
    '1 | EUR 0=0.00; 1=0.42 | 2016-10-31 -0.42 055001022000001 | 2016-10-31 -0.42 055001022000001 | rejected',
}

for (const [name, expected] of Object.entries(REAL))
  test(name, { skip }, async () => {
    const document = await inspectStatement(SHARED + name)
    const end = (record: typeof document.first) => (record ? `${record.at} ${record.amount} ${record.id}` : 'null')
    const sums = Object.entries(document.by_currency).map(
      ([currency, { credits, debits }]) =>
        `${currency} ${credits.count}=${credits.amount}; ${debits.count}=${debits.amount}`,
    )
    const found = [document.records, sums.join(', '), end(document.first), end(document.last), document.verdict]
    assert.equal(found.join(' | '), expected)
    assert.equal(document.format, name.slice(0, 5))
  })

test('every real file has an expectation', { skip }, () => {
  const files = ['mt940', 'mt942'].flatMap(folder =>
    readdirSync(SHARED + folder)
      .filter(name => name !== 'SOURCES.md')
      .map(name => `${folder}/${name}`),
  )
  assert.deepEqual(files.sort(), Object.keys(REAL).sort())
})

test("money out: the bank's number is the movement's own, the customer reference is what we sent", () => {
  const { lines } = read(
    statement(
      ':61:261120D1,00NTRFOURS1//BANK1\n:61:261120RC2,00NTRFNONREF//BANK2\n:61:261120C4,00NTRFTHEIRS//BANK3\n:61:261120C5,00NTRFTHEIRS2',
      'C261120EUR106,00',
    ),
  )
  assert.deepEqual(
    lines.map(line => [line.tradeNo, line.channelRefundNo, line.merchantOrderNo, line.reference]),
    [
      ['', 'BANK1', 'OURS1', 'OURS1'],
      ['', 'BANK2', '', ''],
      ['BANK3', '', '', 'THEIRS'],
      // No number of the channel: it must not stand against the one that our payment carries.
      ['', '', 'THEIRS2', 'THEIRS2'],
    ],
  )
})

test('a statement without entries still says its currency; two currencies are shown where they clash', () => {
  assert.equal(read(statement('', 'C261119EUR100,00')).end.currency, 'EUR')
  check(statement(':61:261120C1,00NTRFA', 'C261120USD101,00'), {
    records: ['1 2026-11-20 1.00 EUR A A _'],
    failed: [':62F: DE11222233334444555566 5/1: USD 101.00, not EUR 101.00'],
    verdict: 'rejected',
  })
})

test("numbers of our own in the payer's words: only where the bank and the payer gave none, and never one of two", () => {
  const [reference, other, id] = ['7KQ2M4XT9ZS', 'C3PR8W0HJ5Q', '01M7V41F000W3GE1R70W3GE1R7']
  assert.deepEqual([onlyReference(reference), onlyReference(other), idsIn(id)], [reference, other, [id]])
  const line = (numbers: string, information: string) => `:61:2611201120C1,00NTRF${numbers}\n:86:${information}`
  const lines = [
    line('NONREF', `water ${reference}`),
    line('NONREF//B1', `water ${reference}`),
    line('NONREF', `water ${reference} and ${other}`),
    line('NONREF', `/EREF/${reference}/REMI/water/`),
    line('NONREF//B2', `paid ${id.toLowerCase()}`),
    line('NONREF//B3', `/EREF/E2E-1/REMI/USTD//${id}/`),
    line(`MINE`, `water ${reference}`),
  ]
  const found = read(statement(lines.join('\n'), 'C261120EUR107,00'))
  assert.deepEqual(
    found.lines.map(({ tradeNo, merchantOrderNo }) => [tradeNo, merchantOrderNo]),
    [
      [reference, ''],
      ['B1', ''],
      ['', ''],
      [reference, reference],
      ['B2', id],
      ['B3', 'E2E-1'],
      [reference, 'MINE'],
    ],
  )
})

test('a statement that stands twice in a file is told, also where it has no pages or no number', () => {
  for (const number of ['5/1', '5', '']) {
    const once = statement(':61:2611201120C10,00NTRFNONREF//B1', 'C261120EUR110,00', undefined, number)
    assert.deepEqual(toldCodes(read(once)), [], number)
    assert.deepEqual(toldCodes(read(once + once)), ['statement_repeated'], number)
    // The next one of the day goes on from the balance; one that moved nothing leaves it as it was.
    const next = statement(
      ':61:2611201120C1,00NTRFNONREF//B2',
      'C261120EUR111,00',
      'C261120EUR110,00',
      number === '5/1' ? '5/2' : number,
    )
    assert.deepEqual(toldCodes(read(once + next)), [], `${number} and the next`)
  }
})
