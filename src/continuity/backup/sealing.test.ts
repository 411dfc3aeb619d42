import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { localKey } from '../../system/vault/master_key.ts'
import { newDataKey, openObject, sealObject, unwrapDataKey } from './envelope.ts'
import { pieceObject } from './names.ts'
import { PIECE, packer, unpack } from './pieces.ts'
import type { Repository } from './repository.ts'
import { joined } from './segments.ts'

const HOLDER = localKey(Buffer.alloc(16, 7))
const OTHER = localKey(Buffer.alloc(16, 8))
const BASE = '20261126T060200Z-000000010000000000000005'

function memory(): Repository & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>()
  return {
    objects,
    title: 'memory',
    put: async (name, bytes) => void objects.set(name, Buffer.from(bytes)),
    get: async name => objects.get(name) ?? null,
    list: async prefix =>
      [...objects].filter(([name]) => name.startsWith(prefix)).map(([name, { length }]) => ({ name, bytes: length })),
    remove: async names => names.forEach(name => void objects.delete(name)),
  }
}

async function packed(bytes: Buffer, cut: number) {
  const repository = memory()
  const { key } = await newDataKey(HOLDER, BASE)
  const packing = packer(repository, key, BASE)
  for (let at = 0; at < bytes.length; at += cut) await packing.add(bytes.subarray(at, at + cut))
  return { repository, key, ...(await packing.finish()) }
}

async function unpacked({ repository, key, pieces }: Awaited<ReturnType<typeof packed>>, count = pieces) {
  const parts: Buffer[] = []
  for await (const part of unpack(repository, key, BASE, count)) parts.push(part)
  return Buffer.concat(parts)
}

// Little of it is random: what compresses well is sealed quickly.
const half = Buffer.concat([randomBytes(1 << 16), Buffer.alloc(PIECE / 2 - (1 << 16))])
const BYTES = Buffer.concat([half, Buffer.alloc(PIECE), half, Buffer.from('the end')])

test('a stream of any length comes back as it was, in pieces of one size', async () => {
  for (const [length, cut, pieces] of [
    [0, 1, 1],
    [1, 1, 1],
    [PIECE, 1_000_003, 1],
    [PIECE + 1, PIECE, 2],
    [BYTES.length, 3 * PIECE, 3],
  ] as const) {
    const was = BYTES.subarray(0, length)
    const made = await packed(was, cut)
    assert.deepEqual([made.pieces, made.bytes, made.repository.objects.size], [pieces, length, pieces])
    assert.ok((await unpacked(made)).equals(was), `${length} bytes`)
  }
})

test('a piece that is altered, moved, missing, or left out at the end is noticed', async () => {
  const made = await packed(BYTES, PIECE)
  const { objects } = made.repository
  const [first, second] = [pieceObject(BASE, 0), pieceObject(BASE, 1)]
  const kept = new Map(objects)
  const damages: [string, () => void][] = [
    ['backup_damaged', () => (objects.get(second) as Buffer).writeUInt8(255 ^ (objects.get(second)?.[99] ?? 0), 99)],
    ['backup_damaged', () => void objects.set(second, kept.get(first) as Buffer)],
    ['backup_damaged', () => void objects.set(first, (kept.get(first) as Buffer).subarray(0, -1))],
    ['backup_object_missing', () => void objects.delete(second)],
  ]
  for (const [code, damage] of damages) {
    for (const [name, bytes] of kept) objects.set(name, Buffer.from(bytes))
    damage()
    await assert.rejects(unpacked(made), { code })
  }
  for (const [name, bytes] of kept) objects.set(name, bytes)
  await assert.rejects(unpacked(made, 2), { code: 'backup_damaged' }, 'the second piece is not the last')
  assert.ok((await unpacked(made)).equals(BYTES))
})

test('a failed write ends the stream instead of being forgotten', async () => {
  const { key } = await newDataKey(HOLDER, BASE)
  const broken: Repository = { ...memory(), put: () => Promise.reject(new Error('disk full')) }
  const packing = packer(broken, key, BASE)
  await packing.add(Buffer.alloc(10))
  await assert.rejects(packing.finish(), /disk full/)
})

test('an object opens under its own name and with its own master key only', async () => {
  const sealed = await sealObject(HOLDER, 'wal/A', Buffer.from('secret'))
  assert.equal(sealed.includes('secret'), false)
  assert.deepEqual(await openObject([OTHER, HOLDER], 'wal/A', sealed, 100), Buffer.from('secret'))
  await assert.rejects(openObject([HOLDER], 'wal/B', sealed, 100), { code: 'backup_damaged' })
  await assert.rejects(openObject([HOLDER], 'wal/A', sealed, 5), { code: 'backup_damaged' }, 'larger than it may be')
  await assert.rejects(openObject([HOLDER], 'wal/A', Buffer.from('no object'), 100), { code: 'backup_damaged' })
  await assert.rejects(openObject([OTHER], 'wal/A', sealed, 100), { code: 'master_key_wrong' })
  const data = await newDataKey(HOLDER, BASE)
  await assert.rejects(unwrapDataKey([HOLDER], data, 'another base'), { code: 'backup_damaged' })
})

test('parts of a segment are joined up to the first hole, overlaps of a run that was cut off included', () => {
  const part = (from: number, text: string, second: number) => ({
    from,
    bytes: Buffer.from(text),
    until: new Date(second * 1000),
  })
  const of = (...parts: ReturnType<typeof part>[]) => {
    const found = joined(parts)
    return found && `${found.bytes} ${found.until.getTime() / 1000}`
  }
  assert.equal(of(), null)
  assert.equal(of(part(3, 'def', 2), part(0, 'abc', 1)), 'abcdef 2')
  assert.equal(of(part(0, 'abcd', 3), part(3, 'def', 2), part(6, '', 9)), 'abcdef 9')
  assert.equal(of(part(0, 'abcdef', 3), part(3, 'd', 2)), 'abcdef 3')
  assert.equal(of(part(0, 'abc', 1), part(4, 'ef', 2)), 'abc 1', 'what lies behind a hole is not known')
  assert.equal(of(part(1, 'bc', 1)), null)
})
