import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { pino } from 'pino'
import { Type } from 'typebox'
import { createHttp } from './http.ts'
import { type FileKind, fileKind, laidDown } from './upload.ts'

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')

test('a file is what its first bytes say', () => {
  const cases: readonly (readonly [FileKind, Buffer])[] = [
    ['text', Buffer.from('户号,金额\n10086,12.50\n')],
    ['text', Buffer.from('MZ-001,12.50\n')],
    ['text', Buffer.from('bba7bac52cbdf0b6ee0a', 'hex')], // 户号,金额 in GBK
    ['text', utf16('\ufeff户号,金额\n')],
    ['text', utf16('a,b\n1,2\n')],
    ['text', Buffer.alloc(0)],
    ['zip', Buffer.from('504b030414000600', 'hex')],
    ['ole', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
    ['pdf', Buffer.from('%PDF-1.7\n')],
    ['png', Buffer.from('89504e470d0a1a0a0000000d', 'hex')],
    ['jpeg', Buffer.from('ffd8ffe000104a46', 'hex')],
    ['gzip', Buffer.from('1f8b0800000000', 'hex')],
    ['program', Buffer.from('7f454c4602010100', 'hex')],
    ['program', Buffer.from('4d5a90000300000004000000', 'hex')],
    ['program', Buffer.from('#!/bin/sh\nid\n')],
    ['unknown', Buffer.from('0001020304ff00', 'hex')],
  ]
  for (const [kind, bytes] of cases) assert.equal(fileKind(bytes), kind, bytes.toString('latin1'))
})

const take = (pieces: readonly Buffer[], bytesMax = 10_000) =>
  laidDown(Readable.from(pieces), { bytesMax, kinds: ['text', 'zip'] }, path => readFile(path))

test('a body is laid down whole, however it comes in pieces, and nothing is laid down of another kind or size', async () => {
  const text = Buffer.from('a,b\n'.repeat(2000))
  assert.deepEqual(await take([text]), text)
  assert.deepEqual(await take(Array.from({ length: 800 }, (_, i) => text.subarray(i * 10, i * 10 + 10))), text)
  await assert.rejects(take([text], 7999), { code: 'file_too_large' })
  await assert.rejects(take([Buffer.from('7f454c46', 'hex'), Buffer.from('02010100', 'hex')]), {
    code: 'upload_type_wrong',
  })
  await assert.rejects(take([]), { code: 'body_missing' })
  await assert.rejects(
    laidDown(null, { bytesMax: 1, kinds: [] }, async () => {}),
    { code: 'body_missing' },
  )
})

test('a route for files that does not say how large and of what kind is not registered', async () => {
  const http = await createHttp({
    log: pino({ level: 'silent' }),
    newId: () => 'x',
    guard: () => ({ id: 'a' }),
    permissions: new Set(['p']),
  })
  const schema = { consumes: ['application/octet-stream'], response: { 200: Type.Object({}) } }
  const route = (more: object, config: object) => () =>
    http.post(
      `/${Object.keys({ ...more, ...config }).join('-')}`,
      { ...more, config: { permission: 'p', ...config }, schema },
      async () => ({}),
    )
  assert.throws(route({}, {}), /bodyLimit/)
  assert.throws(route({ bodyLimit: 10 }, {}), /upload/)
  assert.throws(route({}, { upload: ['text'] }), /bodyLimit/)
  route({ bodyLimit: 10 }, { upload: ['text'] })()
})
