import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ASK, REF, REFUND } from '../../../testkit/channel_asks.ts'
import { referencePlaces } from '../../kernel/transfer_reference.ts'
import type { Channel } from '../channel.ts'
import { openChannels } from '../channels.ts'
import { referenceOf } from './reference.ts'

const referencesIn = (text: string): Set<string> => new Set(referencePlaces(text).map(({ code }) => code))

const NOW = new Date('2026-11-25T02:00:00Z')
const ACCOUNT = {
  channel: 'bank',
  account: 'icbc',
  bank_name: '工商银行抚州分行',
  account_name: '抚州市财政局',
  account_no: '1511200000000012345',
  statements: { folder: 'files', intraday: 'now_{day}.csv', daily: 'day_{date}.csv' },
}
const OURS = referenceOf(ASK.paymentNo)

/** `put` writes a file of the bank: rows of day, time, money in, money out, number, remark. */
function bank(t: TestContext, now = NOW, changes: object = {}, mapping?: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'fzpay-bank-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const statements = { ...ACCOUNT.statements, folder, ...(mapping ? { mapping } : {}) }
  const channel: Channel = openChannels([{ ...ACCOUNT, ...changes, statements }], {
    now: () => now,
    folder: '/',
  }).account('icbc')
  const put = (name: string, rows: readonly string[]) =>
    writeFileSync(
      join(folder, name),
      ['交易日期,交易时间,收入金额,支出金额,对方账号,交易流水号,附言', ...rows, ''].join('\n'),
    )
  return { channel, put, folder }
}

const other = '2026-11-25,09:00:00,10.00,,6222020000000000001,B0001,电费'

test('the payer is told the account and a reference', async t => {
  assert.deepEqual(await bank(t).channel.create({ ...ASK, method: 'transfer' }), {
    state: 'pending',
    checkout: {
      kind: 'transfer',
      bank: '工商银行抚州分行',
      accountName: '抚州市财政局',
      accountNo: '1511200000000012345',
      reference: OURS,
    },
  })
})

test('a reference is found however it was written, and not with a wrong letter', () => {
  const code = referenceOf('01JDCJ3Q0Z5W8M2R7T9V4X6Y1A')
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{11}$/)
  assert.equal(referenceOf('01JDCJ3Q0Z5W8M2R7T9V4X6Y1A'), code)
  const wide = [...code].map(letter => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join('')
  const written = [
    code,
    code.toLowerCase(),
    `水费${code}张三`,
    `${code.slice(0, 4)} ${code.slice(4, 7)}-${code.slice(7)}`,
    wide,
    code.replaceAll('0', 'O').replaceAll('1', 'l'),
    `AB${code}`,
  ]
  for (const text of written) assert.ok(referencesIn(text).has(code), text)
  for (let i = 0; i < code.length; i++) {
    const wrong = `${code.slice(0, i)}${code[i] === '7' ? '8' : '7'}${code.slice(i + 1)}`
    assert.deepEqual([...referencesIn(wrong)], [], wrong)
  }
})

test('references of different payments differ', () => {
  const many = new Set(Array.from({ length: 20_000 }, (_, i) => referenceOf(`P${i}`)))
  assert.equal(many.size, 20_000)
})

test('a credit with the reference in the intraday statement is the payment', async t => {
  const { channel, put } = bank(t)
  put('now_20261125.csv', [other, `2026-11-25,09:55:01,123.45,,6222020000000000002,B0002,水费 ${OURS.toLowerCase()}`])
  assert.deepEqual(await channel.query(REF), {
    state: 'success',
    channelTradeNo: 'B0002',
    amount: 12_345,
    currency: 'CNY',
    paidAt: new Date('2026-11-25T01:55:01Z'),
    payer: '6222020000000000002',
    fee: null,
    merchant: '1511200000000012345',
  })
  assert.deepEqual(await channel.close(REF), { state: 'paid' })
})

test('a configured mapping is for tables: the same bank may send MT940, too', async t => {
  const { channel, put, folder } = bank(t, NOW, {}, { 附言: 'order_no', 收入金额: 'amount' })
  const file = 'now_20261125.csv'
  put(file, [`2026-11-25,09:55:01,123.45,,6222020000000000002,B0002,${OURS}`])
  const inTable = await channel.query(REF)
  assert.ok(inTable.state === 'success' && inTable.channelTradeNo === 'B0002', 'the mapping is used')
  const [before, after] = [
    ':20:R1\n:25:1511200000000012345\n:28C:1/1\n:60F:C261124CNY100,00',
    ':62F:C261125CNY223,45\n-\n',
  ]
  const credit = `:61:2611251125C123,45NTRFNONREF//BOC2026112500001\n:86:/EREF/${OURS}/`
  writeFileSync(join(folder, file), [before, credit, after].join('\n'))
  const inSwift = await channel.query(REF)
  assert.ok(inSwift.state === 'success' && inSwift.channelTradeNo === 'BOC2026112500001', JSON.stringify(inSwift))
  assert.equal(inSwift.amount, 12_345)
})

test('without the credit it is pending, and a file that grew is read again', async t => {
  const { channel, put } = bank(t)
  put('now_20261125.csv', [other])
  assert.deepEqual(await channel.query(REF), { state: 'pending' })
  assert.deepEqual(await channel.close(REF), { state: 'closed' })
  put('now_20261125.csv', [other, `2026-11-25,09:58:00,100.00,,6222020000000000002,B0003,${OURS}`])
  const found = await channel.query(REF)
  assert.ok(found.state === 'success' && found.amount === 10_000, 'what came, not what was asked for')
})

test('without a statement, or with one that cannot be read, nothing is known', async t => {
  const { channel, folder } = bank(t)
  assert.equal((await channel.query(REF)).state, 'unknown')
  assert.equal((await channel.close(REF)).state, 'unknown')
  writeFileSync(join(folder, 'now_20261125.csv'), '<html>please log in</html>')
  assert.equal((await channel.query(REF)).state, 'unknown')
})

test("a later day's statement counts, and the final one goes before the intraday one", async t => {
  const { channel, put } = bank(t, new Date('2026-11-27T02:00:00Z'))
  put('day_2026-11-25.csv', [other])
  put('now_20261126.csv', [`2026-11-26,10:00:00,123.45,,6222020000000000002,B0009,${OURS}`])
  put('now_20261127.csv', [other])
  assert.equal((await channel.query(REF)).state, 'success')
  put('day_2026-11-26.csv', [other])
  assert.equal((await channel.query(REF)).state, 'pending', 'the final statement no longer has it')
})

test('the first of two credits is the payment; one that was taken back is none', async t => {
  const { channel, put } = bank(t)
  const first = `2026-11-25,09:55:01,123.45,,6222020000000000002,B0002,${OURS}`
  put('now_20261125.csv', [first, `2026-11-25,09:56:00,123.45,,6222020000000000002,B0004,${OURS}`])
  const found = await channel.query(REF)
  assert.ok(found.state === 'success' && found.channelTradeNo === 'B0002')
  put('now_20261125.csv', [first, `2026-11-25,09:57:00,,123.45,6222020000000000002,B0005,退汇 ${OURS}`])
  assert.equal((await channel.query(REF)).state, 'unknown')
})

test('a refund is made by hand with its own reference, and pending until a statement shows it', async t => {
  const { channel, put } = bank(t)
  const channelRefundNo = referenceOf(REFUND.refundNo)
  const pending = { state: 'pending', channelRefundNo }
  assert.deepEqual(await channel.refund(REFUND), pending)
  assert.deepEqual(await channel.queryRefund(REFUND), pending)
  put('now_20261125.csv', [`2026-11-25,09:59:00,,3.45,6222020000000000002,B0006,退款 ${channelRefundNo}`])
  assert.deepEqual(await channel.queryRefund(REFUND), {
    state: 'success',
    channelRefundNo: 'B0006',
    amount: 345,
    refundedAt: new Date('2026-11-25T01:59:00Z'),
  })
})

test('banks send no notices, and their files are their statements', async t => {
  const { channel, put } = bank(t)
  const notice = channel.readNotice({ headers: {}, body: Buffer.from(''), at: NOW })
  await assert.rejects(notice, { code: 'notice_unreadable' })
  assert.deepEqual(await channel.downloadStatement('2026-11-24', 'trade'), { state: 'not_published' })
  put('day_2026-11-24.csv', [other])
  const ready = await channel.downloadStatement('2026-11-24', 'trade')
  assert.ok(ready.state === 'ready' && ready.name === 'day_2026-11-24.csv')
})

test('a SWIFT statement is searched in its references', async t => {
  const { channel, folder } = bank(t)
  const mine = referenceOf(REFUND.refundNo)
  const swift = [
    ':20:1',
    ':25:1511200000000012345',
    ':28C:1/1',
    ':60F:C261124CNY1000,00',
    `:61:2611251125C123,45NTRFNONREF//B0002`,
    `:86:/EREF/${OURS}/NAME/ZHANG SAN/`,
    `:61:2611251125D3,45NTRF${mine}//B0006`,
    ':86:/NAME/ZHANG SAN/',
    ':62F:C261125CNY1120,00',
    '-',
  ]
  writeFileSync(join(folder, 'now_20261125.csv'), swift.join('\r\n'))
  const found = await channel.query(REF)
  assert.ok(found.state === 'success' && found.channelTradeNo === 'B0002')
  assert.deepEqual(found.paidAt, REF.createdAt, 'only the day is told: not before we asked')
  const refunded = await channel.queryRefund(REFUND)
  assert.ok(refunded.state === 'success' && refunded.channelRefundNo === 'B0006')
})

/** An MT940 of one credit of 123.45 whose :86: is `information`, and a camt.053 of the same with `words`. */
const mt940 = (information: string, numbers = 'NTRFNONREF//B0002'): string =>
  `:20:1\n:25:1511200000000012345\n:28C:1/1\n:60F:C261124CNY1000,00\n:61:2611251125C123,45${numbers}\n:86:${information}\n:62F:C261125CNY1123,45\n-\n`

const camt = (words: string): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-25</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-25</Dt></Dt></Bal>
<Ntry><Amt Ccy="CNY">123.45</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-25</Dt></BookgDt><AcctSvcrRef>B0002</AcctSvcrRef>
<NtryDtls><TxDtls>${words}</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`

test("a reference in the payer's own words of MT940 and camt: found however it was cut, never guessed", async t => {
  const [head, tail] = [OURS.slice(0, 6), OURS.slice(6)]
  const other = referenceOf(REFUND.refundNo)
  const german = (...parts: readonly string[]) => `166?00GUTSCHRIFT${parts.join('')}?30GENODEM1MSS?32ZHANG SAN`
  const full = 'SVWZ+Wasser November'.padEnd(27 - head.length, ' ')
  const rows: readonly (readonly [string, 'success' | 'pending' | 'unknown'])[] = [
    [mt940(`水费 ${OURS} 张三`), 'success'],
    [mt940(`water bill ${OURS.toLowerCase()}`), 'success'],
    [mt940(`water bill ${head} ${tail}`), 'success'],
    [mt940(`${'x'.repeat(50)} ref ${head}\n${tail} thanks`), 'success'],
    [mt940(`/ORDP//NAME/ZHANG SAN/REMI/USTD//water ${OURS}/`), 'success'],
    [mt940(german(`?20${full}${head}`, `?21${tail} danke`)), 'success'],
    [mt940(german('?20EREF+NOTPROVIDED', `?21SVWZ+${OURS}`)), 'success'],
    [mt940(`bills ${OURS} and ${other}`), 'unknown'],
    [mt940(`/EREF/${other}/REMI/USTD//${OURS}/`), 'unknown'],
    [mt940(`${head} something else ${tail}`), 'pending'],
    [mt940(`${head}${tail.slice(0, -1)}${tail.endsWith('7') ? '8' : '7'}`), 'pending'],
    [mt940('no reference at all'), 'pending'],
    [camt(`<RmtInf><Ustrd>水费 ${OURS.toLowerCase()}</Ustrd></RmtInf>`), 'success'],
    [
      camt(
        `<RmtInf><Ustrd>${`${'x'.repeat(130)} `.padEnd(140 - head.length)}${head}</Ustrd><Ustrd>${tail}</Ustrd></RmtInf>`,
      ),
      'success',
    ],
    [camt(`<AddtlTxInf>GIRO ${OURS}</AddtlTxInf>`), 'success'],
    [camt(`<RmtInf><Ustrd>${OURS}</Ustrd><Ustrd>${other}</Ustrd></RmtInf>`), 'unknown'],
    [camt(`<Refs><EndToEndId>${other}</EndToEndId></Refs><RmtInf><Ustrd>${OURS}</Ustrd></RmtInf>`), 'unknown'],
    [camt('<RmtInf><Ustrd>水费</Ustrd></RmtInf>'), 'pending'],
  ]
  for (const [text, state] of rows) {
    const { channel, folder } = bank(t)
    writeFileSync(join(folder, 'now_20261125.csv'), text)
    const found = await channel.query(REF)
    assert.equal(found.state, state, `${text}\n${JSON.stringify(found)}`)
    if (found.state === 'success') assert.deepEqual([found.channelTradeNo, found.amount], ['B0002', 12_345])
  }
})
