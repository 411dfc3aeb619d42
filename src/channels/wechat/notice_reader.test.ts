import assert from 'node:assert/strict'
import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { API_KEY, NOW, noticeOf, PLATFORM_KEY, transaction, WECHAT } from '../../../testkit/wechat_platform.ts'
import { Failure } from '../../kernel/failure.ts'
import type { RawNotice } from '../channel.ts'
import { openChannels } from '../channels.ts'
import { openNoticeReader } from './notice_reader.ts'

const open = () => openChannels([WECHAT], { now: () => NOW, folder: '.' }).account('wx')
const told = (promise: Promise<unknown>) =>
  promise.catch((error: unknown) => {
    assert.ok(error instanceof Failure, String(error))
    return { code: error.code, zh: error.zh, en: error.en, detail: error.detail }
  })

test('a crowd is read as each of it alone: what is signed, and what is forged, replayed, unreadable or foreign', async () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const good = (i: number) => noticeOf(transaction({ out_trade_no: `P${i}`, attach: `O${i}` }))
  const changed = (i: number) => ({ ...good(i), body: Buffer.from(good(i + 1).body) })
  const kinds: ((i: number) => RawNotice)[] = [
    good,
    good,
    changed,
    () => noticeOf(transaction(), 'transaction', { key: stranger }),
    () => noticeOf(transaction(), 'transaction', { at: new Date(NOW.getTime() - 301_000) }),
    () => noticeOf(transaction(), 'transaction', { serial: 'PUB_KEY_ID_9' }),
    () => noticeOf(transaction(), 'coupon'),
    () => noticeOf(transaction({ mchid: '1900000110', trade_state: 'CLOSED' })),
    i => noticeOf(transaction({ mchid: `19000002${i}` })),
  ]
  const notices = Array.from({ length: 90 }, (_, i) => (kinds[i % kinds.length] as (typeof kinds)[number])(i))
  const [crowd, alone] = [open(), open()]
  const together = await Promise.all(notices.map(notice => told(crowd.readNotice(notice))))
  const single: unknown[] = []
  for (const notice of notices) single.push(await told(alone.readNotice(notice)))
  assert.deepEqual(together, single)
  const codes = new Map<string, number>()
  for (const one of together as { kind?: string; code?: string }[]) {
    const code = one.kind ?? one.code ?? ''
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(codes), {
    payment: 30,
    notice_forged: 30,
    notice_replayed: 10,
    notice_unreadable: 10,
    notice_foreign: 10,
  })
})

test('crowds one after the other, larger than what the thread may have at once, come back each to its own', async () => {
  const channel = open()
  const made = Array.from({ length: 50 }, (_, i) => noticeOf(transaction({ out_trade_no: `P${i}` })))
  const crowd = async (size: number) =>
    await Promise.all(
      Array.from({ length: size }, async (_, i) => {
        const read = await channel.readNotice(made[i % made.length] as RawNotice)
        assert.equal(read.paymentNo, `P${i % made.length}`)
      }),
    )
  const crowds: Promise<unknown>[] = []
  for (const size of [500, 30, 4, 1, 200]) {
    crowds.push(crowd(size))
    await new Promise(resolve => setImmediate(resolve))
  }
  await Promise.all(crowds)
})

test('a thread that ends loses nothing: what it had is read without it, and forged ones are refused all the same', async t => {
  const told: string[] = []
  const hear = (warning: Error) => told.push(warning.message)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  const reader = openNoticeReader(new URL('data:text/javascript,throw new Error("out of order")'))
  const key = createPublicKey(PLATFORM_KEY)
  const keys = { account: 'wx', mchid: WECHAT.mchid, apiKey: createSecretKey(Buffer.from(API_KEY)), keyOf: () => key }
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const notices = Array.from({ length: 8 }, (_, i) =>
    noticeOf(transaction({ out_trade_no: `P${i}` }), 'transaction', i === 3 ? { key: stranger } : {}),
  )
  for (let round = 0; round < 2; round++) {
    const read = await Promise.allSettled(notices.map(notice => reader.read(keys, notice)))
    assert.deepEqual(
      read.map(one => (one.status === 'fulfilled' ? one.value.paymentNo : (one.reason as Failure).code)),
      ['P0', 'P1', 'P2', 'notice_forged', 'P4', 'P5', 'P6', 'P7'],
    )
  }
  assert.deepEqual(told, ['out of order', 'out of order'])
})
