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
import { inspectStatement } from '../inspect.ts'
import { bai2 } from './bai2.ts'

/** One account of one group; the numbers of its trailers are written by hand in each case. */
const file = (
  records: string,
  account: string,
  group: string,
  whole: string,
  { head = '1,261120,2359,USD,2', accountHead = '00123,,,,,/' } = {},
): string =>
  `01,BANK,CUSTOMER,261121,0200,1,,,2/\n02,CUSTOMER,BANK,${head}/\n03,${accountHead}\n${records}\n49,${account}/\n98,${group}/\n99,${whole}/\n`

function read(text: string): ReadText {
  const found = readText(bai2, text)
  assert.ok(found, 'not recognised')
  return found
}

function check(text: string, expected: { records?: string[]; told?: string[]; failed?: string[]; verdict?: string }) {
  const found = read(text)
  assert.deepEqual(recordTable(found), expected.records ?? [])
  assert.deepEqual(toldCodes(found), expected.told ?? [])
  assert.deepEqual(failedControls(found), expected.failed ?? [])
  assert.equal(found.end.verdict, expected.verdict ?? 'ready')
}

describe('16', () => {
  test('credits, debits and messages by their type code; bank and customer reference', () => {
    const text = file(
      '16,195,1234,0,B1,C1,text/\n16,475,200,,B2,1001/\n16,890,,,,,words only/',
      '1434,5',
      '1434,1,7',
      '1434,1,9',
    )
    check(text, {
      records: ['1 2026-11-20 12.34 USD B1 C1 _', '2 2026-11-20 -2.00 USD B2 1001 _', '3 2026-11-20 0.00 USD _ _ _'],
    })
    const { lines } = read(text)
    assert.deepEqual(
      lines.map(line => [line.kind, line.neutral, line.merchant, line.at, line.lineNumber]),
      [
        ['payment', false, '00123', null, 4],
        ['refund', false, '00123', null, 5],
        ['payment', true, '00123', null, 6],
      ],
    )
  })

  test('funds types with their own fields', () =>
    check(
      file(
        '16,115,100,S,50,30,20,B1,C1,t/\n16,115,100,V,261122,,B2,C2,t/\n16,115,100,V,261122,1200,B3,C3/\n16,115,100,D,3,0,50,1,25,3,25,B4,C4/\n16,115,100,Z,B5,C5/\n16,115,100,,B6,C6/',
        '600,8',
        '600,1,10',
        '600,1,12',
      ),
      { records: [1, 2, 3, 4, 5, 6].map(n => `${n} 2026-11-20 1.00 USD B${n} C${n} _`) },
    ))

  test('88 goes on with the next field, or with the text', () =>
    check(
      file(
        '16,195,100/\n88,V,261122/\n88,,B1/\n88,C1/\n88,text, with a comma/\n88,more\n16,195,200,,B2,C2,/\n88,DBNM: SOMEBODY\n88,DACT: 4711\n16,495,300,,B3,C3,text\n88,DACT: 1\n88,CRNM: OTHER\nbroken line of text',
        '600,14',
        '600,1,16',
        '600,1,18',
      ),
      {
        records: [
          '1 2026-11-20 1.00 USD B1 C1 _',
          '2 2026-11-20 2.00 USD B2 C2 4711',
          '3 2026-11-20 -3.00 USD B3 C3 OTHER',
        ],
      },
    ))

  test('a slash inside a reference is no end', () =>
    check(file('16,447,100,,B/1,AB/GS/0001,ACH, words; -, EXP\n88,EREF: AB/GS', '100,4', '100,1,6', '100,1,8'), {
      records: ['1 2026-11-20 -1.00 USD B/1 AB/GS/0001 _'],
    }))

  test('codes that a bank defines itself are asked about, never guessed; totals and others neither', () =>
    check(
      file(
        '16,920,1,,B1,/\n16,100,2,,B2,/\n16,400,4,,B3,/\n16,720,8,,B4,/\n16,015,16,,B5,/\n16,,32,,B6,/\n16,108,64,,B7,/',
        '127,9',
        '127,1,11',
        '127,1,13',
      ),
      {
        records: ['7 2026-11-20 0.64 USD B7 _ _'],
        told: [1, 2, 3, 4, 5, 6].map(n => `${n} type_code_unknown`),
        verdict: 'ready_with_warnings',
      },
    ))

  test('amounts that cannot be read are rejected and explain the totals', () =>
    check(
      file(
        '16,195,1.50,,B1,/\n16,195,,,B2,/\n16,195,-5,,B3,/\n16,195,99999999999999999999,,B4,/\n16,195,7,,B5,/',
        '152,7',
        '152,1,9',
        '152,1,11',
      ),
      {
        records: ['5 2026-11-20 0.07 USD B5 _ _'],
        told: ['1 amount_unreadable', '2 amount_unreadable', '3 amount_sign', '4 amount_unreadable'],
        failed: ['49 00123 控制合计: 152, not 2', '98 控制合计: 152, not 2', '99 控制合计: 152, not 2'],
        verdict: 'ready_with_warnings',
      },
    ))

  test('implied decimals are those of the currency: of the account, of the group, else USD', () => {
    const one = (head: string, accountHead: string) =>
      recordTable(read(file('16,195,1234,,B,/', '1234,3', '1234,1,5', '1234,1,7', { head, accountHead })))[0]
    assert.equal(one('1,261120,,,', '1/'), '1 2026-11-20 12.34 USD B _ _')
    assert.equal(one('1,261120,,JPY,', '1/'), '1 2026-11-20 1234 JPY B _ _')
    assert.equal(one('1,261120,,JPY,', '1,KWD/'), '1 2026-11-20 1.234 KWD B _ _')
    assert.equal(one('1,990120,,ITL,', '1/'), '1 1999-01-20 1234.00 ITL B _ _')
  })
})

describe('trailers and groups', () => {
  const records = ['1 2026-11-20 1.00 USD B _ _']
  const one = (changes: Parameters<typeof file>[4] = {}, account = '100,3', group = '100,1,5', whole = '100,1,7') =>
    file('16,195,100,,B,/', account, group, whole, changes)

  test('each of the eight figures is proven', () => {
    check(one(), { records })
    const failed = (text: string) => {
      const found = read(text)
      assert.equal(found.end.verdict, 'rejected')
      return failedControls(found)
    }
    assert.deepEqual(failed(one({}, '101,3')), ['49 00123 控制合计: 101, not 100'])
    assert.deepEqual(failed(one({}, '100,4')), ['49 00123 记录数: 4, not 3'])
    assert.deepEqual(failed(one({}, '100,3', '-100,1,5')), ['98 控制合计: -100, not 100'])
    assert.deepEqual(failed(one({}, '100,3', '100,2,5')), ['98 账户数: 2, not 1'])
    assert.deepEqual(failed(one({}, '100,3', '100,1,6')), ['98 记录数: 6, not 5'])
    assert.deepEqual(failed(one({}, '100,3', '100,1,5', '99,1,7')), ['99 控制合计: 99, not 100'])
    assert.deepEqual(failed(one({}, '100,3', '100,1,5', '100,2,7')), ['99 组数: 2, not 1'])
    assert.deepEqual(failed(one({}, '100,3', '100,1,5', '100,1,')), ['99 记录数: , not 7'])
  })

  test('balances with their sign are in the total, sub-amounts of funds types are not', () =>
    check(
      one(
        { accountHead: '1,,010,-500,,,040,+300,,S,1,2,3,072,20,1,D,1,0,20/\n88,074,,,/' },
        '-80,4',
        '-80,1,6',
        '-80,1,8',
      ),
      {
        records,
      },
    ))

  test('100 and 400 with an item count prove sum and number; without details they are only told', () => {
    check(one({ accountHead: '1,,100,100,1,,400,0,0,/' }, '200,3', '200,1,5', '200,1,7'), { records })
    check(one({ accountHead: '1,,100,150,2,/' }, '250,3', '250,1,5', '250,1,7'), {
      records,
      failed: ['100 1 笔数: 2, not 1', '100 1 金额: 150, not 100'],
      verdict: 'rejected',
    })
    check(one({ accountHead: '1,,100,150,2,/' }, '150,2', '150,1,4', '150,1,6').replace('16,195,100,,B,/\n', ''), {
      told: ['details_missing'],
      verdict: 'ready_with_warnings',
    })
  })

  test('group status: test data and deletions are not booked, a correction is told', () => {
    check(one({ head: '4,261120,,,' }), { records, told: ['group_test'], verdict: 'rejected' })
    check(one({ head: '2,261120,,,' }), { records, told: ['group_deletion'], verdict: 'rejected' })
    check(one({ head: '3,261120,,,2' }), { records, told: ['group_correction'], verdict: 'ready_with_warnings' })
    check(one({ head: '1,261120,,,3' }), { records, told: ['group_interim'], verdict: 'ready_with_warnings' })
  })

  test('a currency that is none is told: the decimals hang on it', () =>
    check(one({ accountHead: '1,USS/' }), {
      records: ['1 2026-11-20 1.00 USS B _ _'],
      told: ['currency_unknown'],
      verdict: 'ready_with_warnings',
    }))

  test('a day that is none rejects the records of its group', () =>
    check(one({ head: '1,260230,,,' }), { told: ['1 time_unreadable'], verdict: 'rejected' }))

  test('what is missing is told', () => {
    const text = one()
    check(text.slice(0, text.indexOf('99,')), {
      records,
      told: ['trailer_missing', 'statement_missing'],
      verdict: 'rejected',
    })
    check(text.replace('49,100,3/\n', ''), {
      records,
      told: ['trailer_missing'],
      failed: ['98 控制合计: 100, not 0', '98 记录数: 5, not 4', '99 控制合计: 100, not 0', '99 记录数: 7, not 6'],
      verdict: 'rejected',
    })
    check(text.replace('03,00123,,,,,/\n', ''), {
      told: ['1 record_outside', 'record_unknown'],
      failed: [
        '98 控制合计: 100, not 0',
        '98 账户数: 1, not 0',
        '98 记录数: 5, not 4',
        '99 控制合计: 100, not 0',
        '99 记录数: 7, not 6',
      ],
      verdict: 'rejected',
    })
  })
})

describe('layouts', () => {
  const records = ['1 2026-11-20 1.00 USD B1 C1 _', '2 2026-11-20 -2.00 USD B2 C2 _']
  const lines = [
    '01,A,B,261121,0200,1,80,,2/',
    '02,B,A,1,261120,2400,USD,2/',
    '03,1,USD,,,,/',
    '16,195,100,Z,B1,C1,SOMEBODY    PPD/',
    '16,475,200,Z,B2,C2,X/',
    '49,300,4/',
    '98,300,1,6/',
    '99,300,1,8/',
  ]

  test('several records on one physical line', () =>
    check(`${lines.slice(0, 2).join('   ')}\n${lines.slice(2).join('  ')}\n`, { records }))
  test('one record a line: text that looks like a record stays text', () =>
    check(lines.join('\n').replace('SOMEBODY    PPD/', 'SEE INV/ 16,475,300,Z,B9,C9,Y/'), { records }))
  test('padded to the record length, CRLF, blank lines', () =>
    check(`\r\n${lines.map(line => line.padEnd(80)).join('\r\n\r\n')}\r\n`, { records }))
  test('records of a fixed length without line ends', () =>
    check(lines.map(line => line.padEnd(80)).join(''), { records }))
  test('two files in one', () =>
    check(`${lines.join('\n')}\n${lines.join('\n')}\n`, {
      records: [...records, '3 2026-11-20 1.00 USD B1 C1 _', '4 2026-11-20 -2.00 USD B2 C2 _'],
    }))
})

test('tables and other formats are not claimed', () => {
  for (const text of [
    '',
    '01,a,b\n02,c,d\n',
    '01,A,B,261121,0200,1,80,,1/\n',
    'a,b\n01,A,B,261121,0200,1,80,,2/\n',
    ':20:X\n:25:Y\n',
    '01,水费,1.00,20261120\n',
  ])
    assert.equal(bai2.recognise(probeOf(text)), null, text)
})

const SAMPLE = `01,A,B,261121,0200,1,,,2/\n02,B,A,1,261120,2400,USD,2/\n03,1,USD,010,-500,,,100,377,2,,400,20,1,/\n16,195,123,S,1,2,\n88,3,B1,C1,text/\n16,195,254,V,261122,,B2,C2/\n88,text\n88,DACT: 7/\n16,475,20,Z,B3,C3,x/\n49,294,8/\n03,2/\n49,0,2/\n98,294,2,12/\n99,294,1,14/\n`

test('the size of the pieces does not matter', () => {
  const whole = read(SAMPLE)
  assert.deepEqual([recordTable(whole).length, failedControls(whole), whole.end.verdict], [3, [], 'ready'])
  for (let size = 1; size < 60; size++) assert.deepEqual(readText(bai2, SAMPLE, { pieces: () => size }), whole)
})

test('a file cut off anywhere is refused or not ready', () => {
  for (let to = 0; to < SAMPLE.length - 2; to++)
    assert.notEqual(readText(bai2, SAMPLE.slice(0, to))?.end.verdict, 'ready', `cut at ${to}`)
})

test('a changed byte never passes with another amount', () => {
  fc.assert(
    fc.property(fc.nat(SAMPLE.length - 1), fc.constantFrom(...'0123456789,/-\n SVD'), (at, character) => {
      const found = readText(bai2, SAMPLE.slice(0, at) + character + SAMPLE.slice(at + 1))
      if (found?.end.verdict !== 'ready') return
      assert.deepEqual(
        found.lines.map(line => line.amount),
        [123, 254, -20],
      )
    }),
    { numRuns: 3_000 },
  )
})

test('random damage never crashes, hangs or loses a record', () => {
  const line = fc.constantFrom(
    ...SAMPLE.split('\n'),
    '88',
    '16',
    '16,',
    '88,',
    '03,',
    '49,',
    '98,,,',
    'words',
    '16,195,1,D,999999999,1',
    '',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), lines => {
      const found = readText(bai2, `${SAMPLE.slice(0, SAMPLE.indexOf('03'))}${lines.join('\n')}`)
      if (found) assert.equal(found.lines.length + found.end.rejected, found.end.records)
    }),
    { numRuns: 1_000 },
  )
})

/** Real files of others, beside the repository and not in it; counted and added up by hand. */
const SHARED = fileURLToPath(new URL('../../../../shared/samples/bai2/', import.meta.url))
const skip = existsSync(SHARED) ? false : 'no ../shared/samples beside the repository: the real files are not checked'

const REAL: Readonly<Record<string, string>> = {
  'moj_account_trailer_amount_blank_example.bai2': '0 |  | null | null | ready',
  'moj_citi_example.bai2': '1 | GBP 1=0.01; 0=0.00 | 2015-07-15 0.01 1234567890 | 2015-07-15 0.01 1234567890 | ready',
  // The last group is a correction.
  'moov_sample2.txt':
    '4 | USD 4=309500.00; 0=0.00 | 2004-06-20 4500.00 null | 2004-06-20 100000.00 null | ready_with_warnings',
  'moov_sample3.txt': '26 | USD 13=397.13; 13=594.18 | 2022-09-19 25.00 null | 2022-09-19 -1.05 null | ready',
  // Amounts and records were taken out; its totals do not hold.
  'moov_sample5-issue113.txt':
    '20 | USD 11=37986021.19; 9=318125.17 | 2023-09-06 -600.00 SPB2322984714570 | 2023-09-06 17.64 SBD85710_20230731_0021 | rejected',
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
    assert.equal(document.format, 'bai2')
  })

test('every real file has an expectation', { skip }, () => {
  assert.deepEqual(
    readdirSync(SHARED)
      .filter(name => name !== 'SOURCES.md')
      .sort(),
    Object.keys(REAL).sort(),
  )
})

test("money out: the bank reference is the movement's own number; an account without records has a currency", () => {
  const { lines } = read(file('16,475,200,,B2,1001/', '200,3', '200,1,5', '200,1,7'))
  assert.deepEqual([lines[0]?.tradeNo, lines[0]?.channelRefundNo, lines[0]?.merchantOrderNo], ['', 'B2', '1001'])
})
