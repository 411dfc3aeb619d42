import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { Decoder, encodingOf, UNDECODABLE } from './encoding.ts'
import type { Encoding } from './statement.ts'

const HEADER = '交易时间,微信订单号,商户订单号,金额（元）\n'
const gbk = (text: string) => iconv.encode(text, 'gb18030')

test('the encoding is told by the bytes', () => {
  const cases: [Uint8Array, Encoding | null][] = [
    [Buffer.from('date,amount\n'), 'ascii'],
    [Buffer.from(HEADER), 'utf-8'],
    [Buffer.from(`\ufeff${HEADER}`), 'utf-8-bom'],
    [gbk(HEADER), 'gb18030'],
    [gbk('名称,𠀀㐀\n'), 'gb18030'],
    [Buffer.from(`\ufeff${HEADER}`, 'utf16le'), 'utf-16le'],
    [Buffer.from(`\ufeff${HEADER}`, 'utf16le').swap16(), 'utf-16be'],
    [Buffer.from('date,amount\n2026-11-20,1.00\n', 'utf16le'), 'utf-16le'],
    [iconv.encode('交易日期,摘要,金額\n115/11/20,收水費測試小區,35.00\n', 'big5'), 'big5'],
    [Buffer.from('Date;Libellé;Débit;Crédit\n', 'latin1'), 'windows-1252'],
    [Buffer.from([0, 1, 2, 3, 0xff]), null],
  ]
  for (const [bytes, encoding] of cases) assert.equal(encodingOf(bytes, true), encoding)
})

test('the end of the first bytes may cut a character', () => {
  const utf8 = Buffer.from(HEADER.repeat(3))
  const chinese = gbk(HEADER.repeat(3))
  for (let length = 20; length < 60; length++) {
    assert.equal(encodingOf(utf8.subarray(0, length), false), 'utf-8', `UTF-8 cut to ${length}`)
    assert.equal(encodingOf(chinese.subarray(0, length), false), 'gb18030', `GB18030 cut to ${length}`)
  }
})

test('a few broken bytes do not turn the rest into another encoding', () => {
  const broken = (bytes: Buffer, at: number) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at)])
  for (const at of [0, 1, 7, 20]) {
    assert.equal(encodingOf(broken(Buffer.from(HEADER), at), true), 'utf-8', `UTF-8 broken at ${at}`)
    assert.equal(encodingOf(broken(gbk(HEADER.repeat(3)), at), true), 'gb18030', `GB18030 broken at ${at}`)
  }
})

/** Decodes in pieces that end at the given places. */
function decoded(bytes: Uint8Array, encoding: Encoding, cuts: readonly number[]): { text: string; encoding: Encoding } {
  const decoder = new Decoder(encoding, 'test.csv')
  let text = ''
  let from = 0
  for (const cut of [...cuts.map(cut => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    // One buffer is read into again and again, as the file reader does.
    const shared = Uint8Array.from(bytes.subarray(from, cut))
    text += decoder.decode(shared)
    shared.fill(0x2a)
    from = cut
  }
  return { text: text + decoder.end(), encoding: decoder.encoding }
}

test('pieces of any size give the same text in every encoding', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '\n', '\r', '1', '元', '（', '𠀀', '€', 'é') })
  const encodings: [Encoding, (text: string) => Buffer][] = [
    ['utf-8', text => Buffer.from(text)],
    ['utf-8-bom', text => Buffer.from(`\ufeff${text}`)],
    ['gb18030', gbk],
    ['utf-16le', text => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be', text => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ]
  for (const [encoding, encode] of encodings)
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (text, cuts) =>
        assert.equal(decoded(encode(text), encoding, cuts).text, text),
      ),
      { numRuns: 200 },
    )
})

test('plain ASCII for a long time, then GBK: the choice is made at the first other byte', () => {
  const ascii = 'T0001,2026-11-20,1.00\n'.repeat(100)
  const tail = 'T0002,2026-11-20,水费缴纳\n'
  assert.deepEqual(decoded(Buffer.concat([Buffer.from(ascii), gbk(tail)]), 'ascii', [1000]), {
    text: ascii + tail,
    encoding: 'gb18030',
  })
  assert.deepEqual(decoded(Buffer.from(ascii + tail), 'ascii', [1000]), { text: ascii + tail, encoding: 'utf-8' })
})

test('UTF-8 that turns into GBK later is not read as something else: those lines are marked', () => {
  const { text, encoding } = decoded(
    Buffer.concat([Buffer.from('名称,水费\n'), gbk('名称,水费\n'), Buffer.from('名称,燃气\n')]),
    'utf-8',
    [],
  )
  const lines = text.split('\n')
  assert.equal(encoding, 'utf-8')
  assert.deepEqual([lines[0], lines[2]], ['名称,水费', '名称,燃气'])
  assert.ok(lines[1]!.includes(UNDECODABLE) && lines[1]!.includes(','))
})

test('a cut character is marked where it stands, also at the end of the file', () => {
  assert.equal(
    decoded(Buffer.from([0xe6, 0xb0, 0xb4, 0x2c, 0xe8, 0xb4, 0x0a, 0x31]), 'utf-8', []).text,
    `水,${UNDECODABLE}${UNDECODABLE}\n1`,
  )
  assert.equal(
    decoded(Buffer.from([0xe6, 0xb0, 0xb4, 0xe8, 0xb4]), 'utf-8', [2, 3]).text,
    `水${UNDECODABLE}${UNDECODABLE}`,
  )
  assert.equal(decoded(Buffer.from([0xcb, 0xae, 0xb7]), 'gb18030', [1]).text, `水${UNDECODABLE}`)
})

test('a replacement character is never made up', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom<Encoding>('utf-8', 'gb18030', 'big5'),
      fc.array(fc.nat()),
      (bytes, encoding, cuts) => {
        const { text } = decoded(bytes, encoding, cuts)
        const stated =
          Buffer.from(bytes).includes(Buffer.from('efbfbd', 'hex')) ||
          Buffer.from(bytes).includes(Buffer.from('8431a437', 'hex'))
        if (!stated) assert.ok(!text.includes('\ufffd'))
      },
    ),
    { numRuns: 500 },
  )
})
