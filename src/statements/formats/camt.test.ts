import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { failedControls, probeOf, type ReadText, readText, toldCodes } from '../../../testkit/statement_text.ts'
import { Failure } from '../../kernel/failure.ts'
import { formatMinor } from '../../kernel/money.ts'
import { Collector } from '../collector.ts'
import { UNDECODABLE } from '../encoding.ts'
import { inspectStatement } from '../inspect.ts'
import type { StatementOptions } from '../statement.ts'
import { camt052, camt053, camt054 } from './camt.ts'
import { FORMATS } from './index.ts'

const SAMPLES = new URL('../../../testkit/samples/', import.meta.url)
const sample = (name: string): string => readFileSync(new URL(name, SAMPLES), 'utf8')

/** A camt.053.001.02 of one EUR statement; balances and entries are written by hand in each case. */
const statement = (body: string, head = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>
<Stmt><Id>S1</Id>${head}<Acct><Id><IBAN>DE11222233334444555566</IBAN></Id></Acct>
${body}
</Stmt></BkToCstmrStmt></Document>
`
const balance = (code: string, amount: string, side = 'CRDT', currency = 'EUR', day = '2026-11-20'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
const between = (opening: string, closing: string, body: string): string =>
  statement(balance('OPBD', opening) + balance('CLBD', closing) + body)
/** "10.00 CRDT", then what else the entry holds; `dated` is its booking and value date. */
const entry = (money: string, rest = '', status = 'BOOK', dated = '<BookgDt><Dt>2026-11-20</Dt></BookgDt>'): string => {
  const [amount, side, currency = 'EUR'] = money.split(' ')
  return `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts>${status}</Sts>${dated}${rest}</Ntry>`
}
const details = (...each: string[]): string =>
  `<NtryDtls>${each.map(detail => `<TxDtls>${detail}</TxDtls>`).join('')}</NtryDtls>`
const amount = (value: string, currency = 'EUR'): string => `<Amt Ccy="${currency}">${value}</Amt>`
const refs = (references: Record<string, string>): string =>
  `<Refs>${Object.entries(references)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</Refs>`

function read(text: string, options: StatementOptions = {}, format = camt053): ReadText {
  const found = readText(format, text, options)
  assert.ok(found, 'not recognised')
  return found
}

type Expected = { records?: string[]; told?: string[]; failed?: string[]; verdict?: string }

/** N, day or instant, amount, currency, bank's number, merchantOrderNo; status where it is not success. */
const table = ({ lines }: ReadText): string[] =>
  lines.map(line =>
    [
      line.record,
      line.date ?? new Date(line.at ?? Number.NaN).toISOString(),
      formatMinor(line.amount, line.currency),
      line.currency,
      line.tradeNo || line.channelRefundNo || '_',
      line.merchantOrderNo || '_',
      ...(line.status === 'success' ? [] : [line.status]),
      ...(line.neutral ? ['neutral'] : []),
    ].join(' '),
  )

function check(text: string, expected: Expected, options: StatementOptions = {}, format = camt053): void {
  const found = read(text, options, format)
  assert.deepEqual(table(found), expected.records ?? [])
  assert.deepEqual(toldCodes(found), expected.told ?? [])
  assert.deepEqual(failedControls(found), expected.failed ?? [])
  assert.equal(found.end.verdict, expected.verdict ?? 'ready')
}

describe('amounts and directions', () => {
  test('CdtDbtInd is the sign; no, one and five decimals', () =>
    check(between('100', '88.7', entry('10 CRDT') + entry('1.7 DBIT') + entry('19.60000 DBIT')), {
      records: ['1 2026-11-20 10.00 EUR _ _', '2 2026-11-20 -1.70 EUR _ _', '3 2026-11-20 -19.60 EUR _ _'],
    }))

  test('a reversal goes the way its own mark says', () =>
    check(between('0', '5.00', entry('5.00 CRDT', '<RvslInd>true</RvslInd>')), {
      records: ['1 2026-11-20 5.00 EUR _ _'],
    }))

  test('decimals by currency: none of a yen, three of a dinar', () =>
    check(
      statement(
        balance('OPBD', '0', 'CRDT', 'JPY') +
          balance('CLBD', '1200', 'CRDT', 'JPY') +
          entry('1200.0 CRDT JPY') +
          entry('0.125 CRDT KWD'),
      ),
      { records: ['1 2026-11-20 1200 JPY _ _', '2 2026-11-20 0.125 KWD _ _'] },
    ))

  test('what is no amount is rejected, and the others go on', () =>
    check(
      statement(
        [
          '1.234 CRDT',
          '1,50 CRDT',
          '-1.00 CRDT',
          '1E3 CRDT',
          '12..34 CRDT',
          '99999999999999999 CRDT',
          '1.00 CREDIT',
          '1.00 CRDT EURO',
          '2.00 CRDT',
        ]
          .map(money => entry(money))
          .join(''),
      ),
      {
        records: ['9 2026-11-20 2.00 EUR _ _'],
        told: [
          '1 amount_unreadable',
          '2 amount_unreadable',
          '3 amount_unreadable',
          '4 amount_unreadable',
          '5 amount_unreadable',
          '6 amount_unreadable',
          '7 direction_unreadable',
          '8 currency_missing',
          'totals_missing',
        ],
        verdict: 'ready_with_warnings',
      },
    ))

  test('an amount that stands twice, or amid text, could mean either', () =>
    check(
      statement(
        entry('1.00 CRDT', '<Amt Ccy="EUR">2.00</Amt>') +
          entry('1.00 CRDT', '<CdtDbtInd>DBIT</CdtDbtInd>') +
          '<Ntry><Amt Ccy="EUR">12<x/>34</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>',
      ),
      {
        told: ['1 element_unclear', '2 element_unclear', '3 element_unclear', 'totals_missing'],
        verdict: 'rejected',
      },
    ))

  test('a comment inside an amount and CDATA change nothing', () =>
    check(
      between(
        '0',
        '12.50',
        '<Ntry><Amt Ccy="EUR">1<!-- x -->2<![CDATA[.5]]></Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-11-20</Dt></ValDt></Ntry>',
      ),
      {
        records: ['1 2026-11-20 12.50 EUR _ _'],
      },
    ))

  test('the currency comes from the amount, else from the account, else from the reader', () => {
    const bare =
      '<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt></Ntry>'
    assert.deepEqual(table(read(statement(bare).replace('</Acct>', '<Ccy>CHF</Ccy></Acct>'))), [
      '1 2026-11-20 1.00 CHF _ _',
    ])
    assert.deepEqual(table(read(statement(bare), { currency: 'USD' })), ['1 2026-11-20 1.00 USD _ _'])
    assert.deepEqual(toldCodes(read(statement(bare))), ['1 currency_missing', 'totals_missing'])
  })
})

describe('time', () => {
  const dated = (value: string) => between('0', '1.00', entry('1.00 CRDT', '', 'BOOK', value))
  test('a time with an offset is an instant; without one it is local', () => {
    check(dated('<BookgDt><DtTm>2026-11-20T10:15:00.250+01:00</DtTm></BookgDt>'), {
      records: ['1 2026-11-20T09:15:00.250Z 1.00 EUR _ _'],
    })
    check(dated('<BookgDt><DtTm>2026-11-20T10:15:00</DtTm></BookgDt>'), {
      records: ['1 2026-11-20T02:15:00.000Z 1.00 EUR _ _'],
    })
    check(dated('<BookgDt><DtTm>2026-11-20T24:00:00Z</DtTm></BookgDt>'), {
      records: ['1 2026-11-21T00:00:00.000Z 1.00 EUR _ _'],
    })
  })
  test('the booking date first, else the value date; a zone behind a date does not move it', () => {
    check(dated('<BookgDt><Dt>2026-11-20+01:00</Dt></BookgDt><ValDt><Dt>2026-11-19</Dt></ValDt>'), {
      records: ['1 2026-11-20 1.00 EUR _ _'],
    })
    check(dated('<ValDt><Dt>2026-11-19</Dt></ValDt>'), { records: ['1 2026-11-19 1.00 EUR _ _'] })
  })
  test('no such day', () =>
    check(dated('<BookgDt><Dt>2026-02-30</Dt></BookgDt>'), {
      told: ['1 time_unreadable'],
      failed: ['OPBD + BOOK = CLBD S1: 1.00, not 0.00'],
      verdict: 'rejected',
    }))
  test('without any date the day of the message is taken, and told', () =>
    check(statement(entry('1.00 CRDT', '', 'BOOK', ''), '<CreDtTm>2026-11-21T08:00:00+01:00</CreDtTm>'), {
      records: ['1 2026-11-21 1.00 EUR _ _'],
      told: ['date_missing', 'totals_missing'],
      verdict: 'ready_with_warnings',
    }))
})

describe('status', () => {
  test('only BOOK moves the balance: PDNG and FUTR are pending, INFO moves nothing', () =>
    check(
      between(
        '100',
        '101.00',
        entry('1.00 CRDT') +
          entry('2.00 CRDT', '', 'PDNG') +
          entry('4.00 DBIT', '', '<Cd>FUTR</Cd>') +
          entry('8.00 CRDT', '', '<Cd>INFO</Cd>'),
      ),
      {
        records: [
          '1 2026-11-20 1.00 EUR _ _',
          '2 2026-11-20 2.00 EUR _ _ pending',
          '3 2026-11-20 -4.00 EUR _ _ pending',
          '4 2026-11-20 8.00 EUR _ _ neutral',
        ],
      },
    ))
  test('a status that is not known is rejected', () =>
    check(statement(entry('1.00 CRDT', '', '<Prtry>MAYBE</Prtry>')), {
      told: ['1 status_unknown', 'totals_missing'],
      verdict: 'rejected',
    }))
})

describe('batches', () => {
  const batch = (rest: string) => entry('30.00 CRDT', `<AcctSvcrRef>E1</AcctSvcrRef>${rest}`)
  test('several details are the records, and their sum is the entry', () => {
    const text = between(
      '0',
      '30.00',
      batch(
        '<NtryDtls><Btch><PmtInfId>P1</PmtInfId><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="EUR">30</TtlAmt></Btch>' +
          `<TxDtls>${refs({ AcctSvcrRef: 'T1', EndToEndId: 'O1' })}${amount('10.00')}</TxDtls>` +
          `<TxDtls>${refs({ EndToEndId: 'NOTPROVIDED', TxId: 'T2' })}<AmtDtls><TxAmt>${amount('20.00')}</TxAmt></AmtDtls></TxDtls></NtryDtls>`,
      ),
    )
    check(text, { records: ['1 2026-11-20 10.00 EUR T1 O1', '2 2026-11-20 20.00 EUR T2 _'] })
    assert.deepEqual(
      read(text).lines.map(line => line.batchNo),
      ['P1', 'P1'],
    )
    assert.deepEqual(
      read(text).end.controls.map(control => control.name),
      ['NbOfTxs E1', 'TtlAmt E1', 'OPBD + BOOK = CLBD S1', 'ΣTxDtls = Ntry'],
    )
  })
  test('a sum, a number or a total that is not the entry is a failed control', () =>
    check(
      between(
        '0',
        '30.00',
        batch(
          `<NtryDtls><Btch><NbOfTxs>3</NbOfTxs><TtlAmt Ccy="EUR">31</TtlAmt></Btch>${['10.00', '21.00'].map(value => `<TxDtls>${amount(value)}</TxDtls>`).join('')}</NtryDtls>`,
        ),
      ),
      {
        records: ['1 2026-11-20 10.00 EUR _ _', '2 2026-11-20 21.00 EUR _ _'],
        failed: ['NbOfTxs E1: 3, not 2', 'ΣTxDtls = Ntry E1: 30.00, not 31.00'],
        verdict: 'rejected',
      },
    ))
  test('a detail against the direction of its entry counts with its own', () =>
    check(between('0', '30.00', batch(details(amount('40.00'), `${amount('10.00')}<CdtDbtInd>DBIT</CdtDbtInd>`))), {
      records: ['1 2026-11-20 40.00 EUR _ _', '2 2026-11-20 -10.00 EUR _ _'],
    }))
  test('details without amounts, or of another currency, leave one record: the entry', () => {
    check(between('0', '30.00', batch(details('', ''))), { records: ['1 2026-11-20 30.00 EUR E1 _'] })
    check(between('0', '30.00', batch(details(amount('16', 'USD'), amount('17', 'USD')))), {
      records: ['1 2026-11-20 30.00 EUR E1 _'],
      told: ['1 details_other_currency'],
      verdict: 'ready_with_warnings',
    })
    check(between('0', '30.00', batch(details(amount('10.00'), ''))), {
      records: ['1 2026-11-20 30.00 EUR E1 _'],
      told: ['1 details_incomplete'],
      verdict: 'ready_with_warnings',
    })
  })
  test('the amount in the currency of the account is found where another stands first', () =>
    check(
      between(
        '0',
        '30.00',
        batch(
          details(
            `${amount('11', 'USD')}<AmtDtls><CntrValAmt>${amount('10.00')}</CntrValAmt></AmtDtls>`,
            amount('20.00'),
          ),
        ),
      ),
      {
        records: ['1 2026-11-20 10.00 EUR _ _', '2 2026-11-20 20.00 EUR _ _'],
      },
    ))
  test('a reference that details share is the batch’s, not theirs: two equal gifts are no repeated line', () =>
    check(
      between('0', '30.00', batch(details(...[1, 2].map(() => refs({ AcctSvcrRef: 'PACKET' }) + amount('15.00'))))),
      {
        records: ['1 2026-11-20 15.00 EUR _ _', '2 2026-11-20 15.00 EUR _ _'],
      },
    ))
  test('one detail tells about the entry; where its amount differs, the entry is what was booked', () =>
    check(between('0', '30.00', batch(details(refs({ EndToEndId: 'O1' }) + amount('29.00')))), {
      records: ['1 2026-11-20 30.00 EUR E1 O1'],
      told: ['1 detail_differs'],
      verdict: 'ready_with_warnings',
    }))
  test('a number of transactions whose details are told elsewhere is no control', () =>
    check(between('0', '30.00', batch('<NtryDtls><Btch><MsgId>B</MsgId><NbOfTxs>20</NbOfTxs></Btch></NtryDtls>')), {
      records: ['1 2026-11-20 30.00 EUR E1 _'],
    }))
  test('a long batch is read in constant memory, and still checked to its end', () => {
    const many = Array.from({ length: 2_500 }, (_, n) => refs({ AcctSvcrRef: `T${n}` }) + amount('0.01'))
    const found = read(between('0', '25.00', entry('25.00 CRDT', details(...many))))
    assert.deepEqual([found.lines.length, found.end.verdict], [2_500, 'ready'])
    const short = read(between('0', '25.01', entry('25.01 CRDT', details(...many))))
    assert.deepEqual(
      failedControls(short),
      ['ΣTxDtls = Ntry L6: 25.01, not 25.00'].map(text => text.replace('L6', `L${short.lines[0]?.lineNumber}`)),
    )
  })
  test('version 01 has batch and details in the entry itself', () =>
    check(
      statement(
        '<Ntry><Amt Ccy="EUR">30</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>' +
          `<Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls>${amount('10')}</TxDtls><TxDtls>${amount('20')}</TxDtls></Ntry>`,
      ).replaceAll('BkToCstmrStmt>', 'BkToCstmrStmtV01>'),
      {
        records: ['1 2026-11-20 10.00 EUR _ _', '2 2026-11-20 20.00 EUR _ _'],
        told: ['totals_missing'],
        verdict: 'ready_with_warnings',
      },
    ))
})

describe('what a line says', () => {
  const detail =
    refs({ EndToEndId: 'O1' }) +
    '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">0.31</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">0.41</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd><Rcrd><Amt Ccy="EUR">0.10</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>' +
    '<RltdPties><Dbtr><Pty><Nm>Payer</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>NL46ABNA0499998748</IBAN></Id></DbtrAcct><CdtrAcct><Id><Othr><Id>77</Id></Othr></Id></CdtrAcct></RltdPties>' +
    '<RmtInf><Strd><CdtrRefInf><Ref>INV9</Ref></CdtrRefInf></Strd></RmtInf>'
  test('money in: the bank’s number, the debtor’s account, our reference, the charges', () => {
    const [line] = read(
      between('0', '5.00', entry('5.00 CRDT', `<AcctSvcrRef>B1</AcctSvcrRef>${details(detail)}`)),
    ).lines
    assert.deepEqual(
      [line?.kind, line?.tradeNo, line?.channelRefundNo, line?.merchantOrderNo, line?.orderNo, line?.payer, line?.fee],
      ['payment', 'B1', '', 'O1', 'INV9', 'NL46ABNA0499998748', 31],
    )
  })
  test('money out: the bank’s number is the movement’s own, and the other side is the creditor', () => {
    const [line] = read(
      between('10', '5.00', entry('5.00 DBIT', `<AcctSvcrRef>B1</AcctSvcrRef>${details(detail)}`)),
    ).lines
    assert.deepEqual(
      [line?.kind, line?.amount, line?.tradeNo, line?.channelRefundNo, line?.payer],
      ['refund', -500, '', 'B1', '77'],
    )
  })
  test('the account’s own number is nobody else’s reference and nobody else’s account', () => {
    const own = 'DE11222233334444555566'
    const text = between(
      '0',
      '5.00',
      entry('5.00 CRDT', details(`<RltdPties><DbtrAcct><Id><IBAN>${own}</IBAN></Id></DbtrAcct></RltdPties>`)).replace(
        '<Ntry>',
        `<Ntry><NtryRef>${own}</NtryRef>`,
      ),
    )
    const [line] = read(text).lines
    assert.deepEqual([line?.tradeNo, line?.payer], ['', ''])
  })
})

describe('controls', () => {
  test('opening balance and entries that do not make the closing one', () =>
    check(between('100.00', '109.99', entry('10.00 CRDT')), {
      records: ['1 2026-11-20 10.00 EUR _ _'],
      failed: ['OPBD + BOOK = CLBD S1: 109.99, not 110.00'],
      verdict: 'rejected',
    }))
  test('a debit balance is below zero; PRCD opens where OPBD is missing', () =>
    check(statement(balance('PRCD', '5.00', 'DBIT') + balance('CLBD', '1.00', 'DBIT') + entry('4.00 CRDT')), {
      records: ['1 2026-11-20 4.00 EUR _ _'],
    }))
  test('balances of different currencies prove nothing', () =>
    check(statement(balance('OPBD', '5.00') + balance('CLBD', '9.00', 'CRDT', 'SEK') + entry('4.00 CRDT')), {
      records: ['1 2026-11-20 4.00 EUR _ _'],
      told: ['balance_not_comparable', 'totals_missing'],
      verdict: 'ready_with_warnings',
    }))
  test('available balances are proof where they add up, and nothing where they do not', () => {
    check(statement(balance('OPAV', '5.00') + balance('CLAV', '9.00') + entry('4.00 CRDT')), {
      records: ['1 2026-11-20 4.00 EUR _ _'],
    })
    check(statement(balance('OPAV', '5.00') + balance('CLAV', '8.00') + entry('4.00 CRDT')), {
      records: ['1 2026-11-20 4.00 EUR _ _'],
      told: ['totals_missing'],
      verdict: 'ready_with_warnings',
    })
  })
  test('an entry of a later value date may be left out of the closing balance: told, and not hidden', () =>
    check(
      between(
        '100.00',
        '104.00',
        entry('4.00 CRDT') +
          entry('7.00 CRDT', '', 'BOOK', '<BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-23</Dt></ValDt>'),
      ),
      {
        records: ['1 2026-11-20 4.00 EUR _ _', '2 2026-11-20 7.00 EUR _ _'],
        told: ['value_dated_later'],
        verdict: 'ready_with_warnings',
      },
    ))
  const summary = (net: string) =>
    `<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries><Sum>17.00</Sum>${net}</TtlNtries><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>12</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>5.0</Sum></TtlDbtNtries></TxsSummry>`
  const three = entry('10.00 CRDT') + entry('2.00 CRDT') + entry('5.00 DBIT')
  test('the totals of TxsSummry, in the spelling of every version', () => {
    for (const net of [
      '<TtlNetNtryAmt>7.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd>',
      '<TtlNetNtry><Amt>7</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>',
    ]) {
      const found = read(statement(summary(net) + three))
      assert.equal(found.end.controls.length, 7)
      assert.deepEqual(failedControls(found), [])
    }
    assert.deepEqual(
      failedControls(
        read(
          statement(
            summary('<TtlNetNtryAmt>7.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>') + three + entry('1.00 DBIT'),
          ),
        ),
      ),
      [
        'TxsSummry TtlNtries NbOfNtries S1: 3, not 4',
        'TxsSummry TtlNtries Sum S1: 17.00, not 18.00',
        'TxsSummry TtlNetNtry S1: -7.00, not 6.00',
        'TxsSummry TtlDbtNtries NbOfNtries S1: 1, not 2',
        'TxsSummry TtlDbtNtries Sum S1: 5.0, not 6.00',
      ],
    )
  })
  test('several statements, each with its own balances; the same one twice is refused', () => {
    const one = (id: string) =>
      `<Stmt><Id>${id}</Id>${balance('OPBD', '1')}${balance('CLBD', '2')}${entry('1 CRDT')}</Stmt>`
    const message = (...each: string[]) => `<BkToCstmrStmt>${each.join('')}</BkToCstmrStmt>`
    check(message(one('A'), one('B')), { records: ['1 2026-11-20 1.00 EUR _ _', '2 2026-11-20 1.00 EUR _ _'] })
    check(message(one('A'), one('A')), {
      records: ['1 2026-11-20 1.00 EUR _ _', '2 2026-11-20 1.00 EUR _ _'],
      told: ['statement_repeated'],
      verdict: 'rejected',
    })
  })
  test('pages: the balance is proven over all of them, and a missing one is told', () => {
    const page = (number: number, last: boolean, rest: string) =>
      `<Stmt><Id>A</Id><StmtPgntn><PgNb>${number}</PgNb><LastPgInd>${last}</LastPgInd></StmtPgntn><Acct><Id><IBAN>X1</IBAN></Id></Acct>${rest}</Stmt>`
    const first = page(1, false, balance('OPBD', '1') + entry('1 CRDT'))
    const second = page(2, true, balance('CLBD', '4') + entry('2 CRDT'))
    const message = (...each: string[]) => `<BkToCstmrStmt>${each.join('')}</BkToCstmrStmt>`
    const both = ['1 2026-11-20 1.00 EUR _ _', '2 2026-11-20 2.00 EUR _ _']
    check(message(first, second), { records: both })
    check(message(first, second.replace('>4<', '>5<')), {
      records: both,
      failed: ['OPBD + BOOK = CLBD A: 5.00, not 4.00'],
      verdict: 'rejected',
    })
    check(message(first), {
      records: ['1 2026-11-20 1.00 EUR _ _'],
      told: ['page_missing'],
      verdict: 'ready_with_warnings',
    })
    check(message(second), {
      records: ['1 2026-11-20 2.00 EUR _ _'],
      told: ['page_missing', 'totals_missing'],
      verdict: 'ready_with_warnings',
    })
  })
  test('a statement marked as a duplicate', () =>
    check(statement(balance('OPBD', '0') + balance('CLBD', '1') + entry('1 CRDT'), '<CpyDplctInd>DUPL</CpyDplctInd>'), {
      records: ['1 2026-11-20 1.00 EUR _ _'],
      told: ['statement_duplicate'],
      verdict: 'ready_with_warnings',
    }))
})

describe('recognition', () => {
  const names = (text: string) =>
    FORMATS.filter(format => (format.recognise(probeOf(text))?.score ?? 0) >= 0.6).map(format => format.name)
  test('by the message, with or without namespace, prefix, document and version', () => {
    assert.deepEqual(names(statement('')), ['camt.053'])
    assert.deepEqual(names('<BkToCstmrAcctRpt><Rpt/></BkToCstmrAcctRpt>'), ['camt.052'])
    assert.deepEqual(names('\ufeff<n:Document xmlns:n="x"><n:BkToCstmrDbtCdtNtfctn/></n:Document>'), ['camt.054'])
    assert.deepEqual(
      names(
        '<?xml version="1.0"?><!-- BkToCstmrStmt --><Document><BkToCstmrAcctRptV01></BkToCstmrAcctRptV01></Document>',
      ),
      ['camt.052'],
    )
    assert.deepEqual(
      names('<Envelope><Header/><Body><Document><BkToCstmrStmt></BkToCstmrStmt></Document></Body></Envelope>'),
      ['camt.053'],
    )
  })
  test('other XML, text about it, and other messages are not claimed', () => {
    for (const text of [
      '<Document><CstmrCdtTrfInitn/></Document>',
      '<html><body>BkToCstmrStmt</body></html>',
      'date,amount\n2026-11-20,<BkToCstmrStmt>\n',
      '<BkToCstmrStmtus></BkToCstmrStmtus>',
    ])
      assert.deepEqual(
        names(text).filter(name => name.startsWith('camt')),
        [],
        text,
      )
  })
  test('a prefix changes nothing', () => {
    const text = between('0', '1.00', entry('1.00 CRDT', details(refs({ EndToEndId: 'O1' }))))
    const prefixed = text.replace(/<(\/?)(?=[A-Z])/g, '<$1ns2:').replace('xmlns=', 'xmlns:ns2=')
    assert.deepEqual(table(read(prefixed)), table(read(text)))
  })
  test('a notification has no balances and misses none', () =>
    check(
      statement(entry('1.00 CRDT')).replaceAll('BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn').replaceAll('Stmt>', 'Ntfctn>'),
      { records: ['1 2026-11-20 1.00 EUR _ _'] },
      {},
      camt054,
    ))
  test('an intraday report', () =>
    check(
      statement(balance('OPBD', '9') + balance('ITBD', '9') + entry('1.00 CRDT'))
        .replaceAll('BkToCstmrStmt', 'BkToCstmrAcctRpt')
        .replaceAll('Stmt>', 'Rpt>'),
      { records: ['1 2026-11-20 1.00 EUR _ _'] },
      {},
      camt052,
    ))
  test('two kinds of message in one file are not one statement', () =>
    check(
      `<Body>${statement(entry('1.00 CRDT')).replace(/^.*\n/, '')}<Document><BkToCstmrDbtCdtNtfctn/></Document></Body>`,
      {
        records: ['1 2026-11-20 1.00 EUR _ _'],
        told: ['messages_mixed', 'totals_missing'],
        verdict: 'rejected',
      },
    ))
  test('the days it covers', () => {
    const range = '<FrToDt><FrDtTm>2026-11-20T00:00:00</FrDtTm><ToDtTm>2026-11-21T00:00:00</ToDtTm></FrToDt>'
    const { head } = camt053.read(probeOf(statement('', range)), new Collector('sample'))
    assert.deepEqual(head.period, { from: '2026-11-20', to: '2026-11-20' })
    const named = camt053.read(probeOf(statement(balance('OPBD', '0'))), new Collector('sample')).head
    assert.deepEqual([named.period, named.currency], [null, 'EUR'])
  })
})

describe('hostile and damaged files', () => {
  const code = (run: () => unknown): string => {
    try {
      run()
    } catch (error) {
      if (error instanceof Failure) return error.code
      throw error
    }
    return 'read'
  }
  test('document types and entities are refused', () => {
    const bomb = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert.equal(
      code(() => read(statement(entry('1.00 CRDT')).replace('?>\n', `?>\n${bomb}`))),
      'xml_doctype',
    )
    assert.equal(
      code(() =>
        read(statement(entry('1.00 CRDT')).replace('?>\n', '?>\n<!DOCTYPE Document SYSTEM "http://example.com/x">')),
      ),
      'xml_doctype',
    )
    const unknown = read(statement(entry('1.00 CRDT', '<AcctSvcrRef>&a;</AcctSvcrRef>')))
    assert.deepEqual([toldCodes(unknown), unknown.end.verdict], [['xml_broken'], 'rejected'])
  })
  test('depth and length are bounded', () => {
    assert.equal(
      code(() => read(statement('<a>'.repeat(100_000)))),
      'xml_too_deep',
    )
    for (const text of [
      `<AddtlStmtInf>${'x'.repeat(3_000_000)}`,
      `<!--${'x'.repeat(3_000_000)}`,
      `<a b="${'x'.repeat(3_000_000)}`,
      `<${'x'.repeat(3_000_000)}`,
    ])
      assert.equal(
        code(() => read(statement(text), { limits: { rowLength: 100_000 } })),
        'row_too_long',
      )
  })
  test('bytes that cannot be decoded lose their record only', () =>
    check(
      between('0', '3.00', entry('1.00 CRDT', `<AddtlNtryInf>caf${UNDECODABLE}</AddtlNtryInf>`) + entry('2.00 CRDT')),
      {
        records: ['2 2026-11-20 2.00 EUR _ _'],
        told: ['1 bytes_undecodable'],
        failed: ['OPBD + BOOK = CLBD S1: 3.00, not 2.00'],
        verdict: 'ready_with_warnings',
      },
    ))
  const text = sample('camt053-v08-batch-two-statements.xml')
  test('the sample', () =>
    check(text, {
      records: [
        '1 2026-11-20T02:15:00.000Z 300.00 CNY BK0001 FZ2026112000000001',
        '2 2026-11-20 120.50 CNY BK0002-1 FZ2026112000000002',
        '3 2026-11-20 79.50 CNY BK0002-2 FZ2026112000000003',
        '4 2026-11-20T09:00:00.000Z -60.00 CNY BK0003 R2026112000000001',
        '5 2026-11-20 15.00 USD BK0004 _',
      ],
    }))
  test('pieces of any size give the same', () => {
    const whole = read(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }), sizes => {
        let turn = 0
        assert.deepEqual(readText(camt053, text, { pieces: () => sizes[turn++ % sizes.length] ?? 1 }), whole)
      }),
      { numRuns: 60 },
    )
  })
  test('cut off at any place it is rejected', () => {
    for (let length = text.indexOf('<Stmt>'); length < text.trimEnd().length; length++)
      assert.equal(read(text.slice(0, length)).end.verdict, 'rejected', `cut at ${length}`)
  })
  test('changed characters never crash, and a changed amount is noticed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'<>/&"0129.-CDx \u0000')), {
          minLength: 1,
          maxLength: 6,
        }),
        changes => {
          const changed = [...text]
          for (const [at, character] of changes) changed[at] = character
          code(() => readText(camt053, changed.join('')))
        },
      ),
      { numRuns: 1_500 },
    )
    for (const digit of text.matchAll(/(?<=<Amt Ccy="CNY">\d*)\d/g)) {
      const at = digit.index
      const changed = `${text.slice(0, at)}${(Number(digit[0]) + 1) % 10}${text.slice(at + 1)}`
      assert.notEqual(read(changed).end.verdict, 'ready', `digit at ${at}`)
    }
  })
})

test('as a file: format, encoding and money of the sample', async () => {
  const document = await inspectStatement(new URL('camt053-v08-batch-two-statements.xml', SAMPLES).pathname)
  assert.deepEqual(
    [document.format, document.encoding, document.confidence, document.records, document.currency, document.verdict],
    ['camt.053', 'utf-8', 0.99, 5, null, 'ready'],
  )
  assert.deepEqual(document.by_currency.CNY?.credits, { count: 3, amount: '500.00' })
})

test('what the XML declaration says of a legacy encoding is believed, however late the first letter comes', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-camt-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const text = between('0', '1.00', entry('1.00 CRDT', details(refs({ EndToEndId: 'Zürich Müß' })))).replace(
    'UTF-8',
    'ISO-8859-1',
  )
  for (const padding of [0, 400_000]) {
    const path = join(folder, `p${padding}.xml`)
    writeFileSync(path, Buffer.from(text.replace('<Ntry>', `${'<x/>\n'.repeat(padding / 5)}<Ntry>`), 'latin1'))
    const document = await inspectStatement(path)
    assert.deepEqual([document.encoding, document.first?.id, document.verdict], ['windows-1252', 'Zürich Müß', 'ready'])
  }
})

test('a batch booked net of its charges: each detail in full, its fee beside it, the entry proves the difference', () => {
  const charged = (value: string, id: string, fee: string) =>
    `${refs({ EndToEndId: id })}${amount(value)}<CdtDbtInd>CRDT</CdtDbtInd><Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">${fee}</TtlChrgsAndTaxAmt></Chrgs>`
  const booked = (net: string, closing: string) =>
    between(
      '0.00',
      closing,
      entry(`${net} CRDT`, details(charged('10.00', 'A', '0.40'), charged('20.00', 'B', '0.60'))),
    )
  const records = ['1 2026-11-20 10.00 EUR _ A', '2 2026-11-20 20.00 EUR _ B']
  check(booked('29.00', '29.00'), { records, told: ['charges_netted'], verdict: 'ready_with_warnings' })
  assert.deepEqual(
    read(booked('29.00', '29.00')).lines.map(line => line.fee),
    [40, 60],
  )
  check(booked('30.00', '30.00'), { records })
  check(booked('28.99', '28.99'), { records, failed: ['ΣTxDtls = Ntry L4: 28.99, not 30.00'], verdict: 'rejected' })
})

test('an amount with a minus sign is refused in words that say where the direction stands', () => {
  const { end } = read(between('10.00', '9.00', entry('-1.00 CRDT')))
  assert.match(end.problems[0]?.en ?? '', /minus sign.*CdtDbtInd/)
})
