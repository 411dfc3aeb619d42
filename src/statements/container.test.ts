import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { zipOf } from '../../testkit/zip.ts'
import { Failure } from '../kernel/failure.ts'
import { inspectStatement } from './inspect.ts'
import { openStatement } from './read.ts'
import type { StatementOptions } from './statement.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fzpay-container-'))
after(() => rmSync(scratch, { recursive: true }))

const sample = readFileSync(fileURLToPath(new URL('../../testkit/samples/wechat-revoked.csv', import.meta.url)))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

/** The refusal's code, after checking that both sentences name the file. */
async function refused(path: string, options: StatementOptions = {}): Promise<string> {
  try {
    const document = await inspectStatement(path, options)
    return `read: ${document.verdict}`
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const name = path.split('/').pop()!
    assert.ok(error.zh.includes(name) && error.en.includes(name), `the message does not name ${name}: ${error.zh}`)
    return error.code
  }
}

test('the container is told by the bytes, whatever the name says', async () => {
  assert.equal((await inspectStatement(file('plain.zip', sample))).container, 'none')
  assert.equal((await inspectStatement(file('packed.csv', gzipSync(sample)))).container, 'gzip')
  assert.equal((await inspectStatement(file('zipped.txt', zipOf([{ name: 'a.csv', data: sample }])))).container, 'zip')
})

test('missing, empty, a folder', async () => {
  assert.equal(await refused(join(scratch, 'nowhere.csv')), 'file_missing')
  assert.equal(await refused(file('empty.csv', '')), 'file_empty')
  mkdirSync(join(scratch, 'folder'))
  assert.equal(await refused(join(scratch, 'folder')), 'file_not_regular')
  assert.equal(await refused(file('empty.gz', gzipSync(''))), 'file_empty')
  assert.equal(await refused(file('empty-inside.zip', zipOf([{ name: 'a.csv', data: Buffer.alloc(0) }]))), 'file_empty')
  assert.equal(await refused(file('nothing.zip', zipOf([]))), 'zip_empty')
})

test('binary files and text that is no statement', async () => {
  assert.equal(await refused(file('photo.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))), 'file_binary')
  assert.equal(await refused(file('paper.csv', Buffer.from('%PDF-1.7\n\0\x01\x02'))), 'file_binary')
  assert.equal(await refused(file('letter.csv', '您好，\n附件是对账单，请查收。\n')), 'format_unknown')
  assert.equal(
    await refused(file('page.csv', '<!doctype html><html><body>登录已过期</body></html>')),
    'format_unsupported',
  )
  assert.equal(await refused(file('blank.csv', '\n\n   \n')), 'file_empty')
})

test('a cut or damaged gzip or zip', async () => {
  const gz = gzipSync(sample)
  assert.equal(await refused(file('cut.gz', gz.subarray(0, gz.length - 9))), 'container_damaged')
  assert.equal(await refused(file('flipped.gz', flipped(gz, gz.length - 6))), 'container_damaged')
  const zip = zipOf([{ name: 'a.csv', data: sample }])
  assert.equal(await refused(file('cut.zip', zip.subarray(0, zip.length - 30))), 'container_damaged')
  assert.equal(await refused(file('crc.zip', zipOf([{ name: 'a.csv', data: sample, crc: 1 }]))), 'container_damaged')
})

test('an encrypted zip, entry names that leave the folder, containers in containers', async () => {
  assert.equal(
    await refused(file('locked.zip', zipOf([{ name: 'a.csv', data: sample, encrypted: true }]))),
    'zip_encrypted',
  )
  for (const name of ['../a.csv', 'x/../../a.csv', '/etc/passwd', 'C:\\a.csv', '..\\a.csv'])
    assert.equal(await refused(file('escape.zip', zipOf([{ name, data: sample }]))), 'zip_path_escape', name)
  assert.equal(
    await refused(file('nested.zip', zipOf([{ name: 'a.zip', data: zipOf([{ name: 'a.csv', data: sample }]) }]))),
    'file_binary',
  )
  assert.equal(await refused(file('nested.gz', gzipSync(gzipSync(sample)))), 'file_binary')
})

test('a bomb is refused by its ratio, and anything by its absolute size', async () => {
  const zeros = Buffer.alloc(80 << 20, '0,0,0,0,0\n')
  assert.equal(await refused(file('bomb.gz', gzipSync(Buffer.concat([sample, zeros])))), 'unpacked_too_large')
  assert.equal(
    await refused(file('bomb.zip', zipOf([{ name: 'a.csv', data: Buffer.concat([sample, zeros]) }]))),
    'unpacked_too_large',
  )
  const path = file('small.gz', gzipSync(sample))
  assert.equal(await refused(path, { limits: { unpackedBytes: sample.length } }), 'read: ready')
  assert.equal(await refused(path, { limits: { unpackedBytes: sample.length - 1 } }), 'unpacked_too_large')
})

test('a zip entry that lies about its size is not unpacked past it', async () => {
  const honest = zipOf([{ name: 'a.csv', data: sample }])
  const lying = Buffer.from(honest)
  // Both headers state the unpacked size; make it one byte less than it is.
  for (let at = honest.indexOf(deflateRawSync(sample)); at >= 0; at = -1) lying.writeUInt32LE(sample.length - 1, 22)
  const central = honest.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
  lying.writeUInt32LE(sample.length - 1, central + 24)
  assert.equal(await refused(file('lying.zip', lying)), 'container_damaged')
})

test('a row without end is refused; the limit can be raised', async () => {
  const header = '交易时间,流水号,金额\n'
  assert.equal(
    await refused(file('endless.csv', `${header}2026-11-20 08:00:00,T1,1.00\n${'x'.repeat(3 << 20)}`)),
    'row_too_long',
  )
  const path = file('long.csv', `${header}2026-11-20 08:00:00,${'T'.repeat(2 << 20)},-1.00\n`)
  assert.equal(await refused(path), 'row_too_long')
  assert.equal(await refused(path, { limits: { rowLength: 4 << 20 } }), 'read: ready')
})

test('several statements of one format in a zip are read one after another; a stranger among them is told', async () => {
  const second = Buffer.from(sample.toString().replaceAll('A2026112000', 'B2026112000'))
  const two = await inspectStatement(
    file(
      'two.zip',
      zipOf([
        { name: 'a.csv', data: sample },
        { name: 'b.csv', data: second },
      ]),
    ),
  )
  assert.deepEqual(
    [two.records, two.credits, two.debits, two.verdict],
    [4, { count: 2, amount: '16.00' }, { count: 2, amount: '12.00' }, 'ready'],
  )
  const odd = await inspectStatement(
    file(
      'odd.zip',
      zipOf([
        { name: 'a.csv', data: sample },
        { name: 'logo.png', data: Buffer.from([0x89, 0x50, 0, 1]) },
      ]),
    ),
  )
  assert.deepEqual(
    [odd.records, odd.verdict, odd.problems.map(problem => problem.code)],
    [2, 'ready_with_warnings', ['entry_ignored']],
  )
})

test('the SM3 is that of the file on disk, small or large, plain or packed, and can be left out', async () => {
  const path = file('digest.csv', 'abc')
  const { sm3Of } = await import('./digest.ts')
  const { openSync, closeSync } = await import('node:fs')
  const fd = openSync(path, 'r')
  // The example of the standard GB/T 32905: SM3("abc").
  assert.equal(sm3Of(fd), '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0')
  closeSync(fd)
  const lines = sample.toString().split('\n')
  const large = file('large.csv', `${lines[0]}\n${`${lines[1]}\n`.repeat(30_000)}`)
  const document = await inspectStatement(large)
  const largeFd = openSync(large, 'r')
  assert.equal(document.sm3, sm3Of(largeFd))
  closeSync(largeFd)
  assert.equal((await inspectStatement(large, { digest: false })).sm3, null)
})

test('a statement that is not read to its end lets go of the file', async () => {
  const statement = await openStatement(file('left.csv', sample))
  await statement.close()
  await statement.close()
  const again = await openStatement(file('left.csv', sample))
  for await (const _ of again.records()) break
  await again.close()
})

test('progress tells the bytes of the file, up to all of them', async () => {
  const seen: number[] = []
  await inspectStatement(file('progress.csv', sample), {
    limits: { pieceBytes: 256 },
    onProgress: bytes => seen.push(bytes),
  })
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.equal(seen.at(-1), sample.length)
})

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at]! ^= 0xff
  return changed
}
