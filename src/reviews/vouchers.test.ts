import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { actor } from '../../testkit/actors.ts'
import { testApp } from '../../testkit/app.ts'
import type { Actor } from '../access/actor.ts'
import { ALL_PERMISSIONS } from '../access/permissions.ts'
import { BUILT_IN_ROLES } from '../access/roles.ts'
import { createHttp } from '../system/http.ts'
import { checkColumn } from '../system/vault/check.ts'
import { kindsByCode, type ReviewKind } from './kind.ts'
import { askReview, readReview } from './operations.ts'
import { voucherRoutes } from './routes.ts'
import { VOUCHER_BYTES_MAX, voucherName, voucherType } from './voucher.ts'
import { forgetVouchers, readVoucher, uploadVoucher } from './voucher_operations.ts'
import { SEALED_VOUCHERS } from './voucher_store.ts'

const PDF = Buffer.from('%PDF-1.7\n退款申请书\n%%EOF')
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex')

const FINAL: ReviewKind = {
  code: 'final',
  name: { zh: '终态', en: 'Final' },
  decide: 'refund.review',
  see: 'refund.read',
  expiresAfterHours: 24,
  needsVoucher: true,
  basis: async () => ({}),
  apply: async () => ({}),
  release: async () => {},
}

async function desk(t: TestContext) {
  const app = { ...(await testApp(t)), kinds: kindsByCode([FINAL]) }
  const ask = async (who: Actor, vouchers: string[]) => {
    const id = app.newId()
    await app.db.transaction(tx =>
      askReview(tx, { id, at: app.now() }, who, FINAL, {
        object: { kind: 'thing', id },
        facts: [],
        reason: 'x',
        merchantNo: 'WATER',
        vouchers,
      }),
    )
    return id
  }
  return { app, ask }
}

const li = actor('li')

test('a voucher is what its first bytes say', () => {
  assert.deepEqual([PDF, PNG, JPEG].map(voucherType), ['application/pdf', 'image/png', 'image/jpeg'])
  for (const content of ['<html>', 'GIF89a', 'PK\u0003\u0004', ' %PDF-1.7', '%PDF'])
    assert.throws(() => voucherType(Buffer.from(content)), { code: 'voucher_type_unknown' }, content)
  assert.throws(() => voucherType(Buffer.alloc(0)), { code: 'body_missing' })
  const most = Buffer.alloc(VOUCHER_BYTES_MAX)
  PDF.copy(most)
  assert.equal(voucherType(most), 'application/pdf')
  assert.throws(() => voucherType(Buffer.concat([most, Buffer.of(0)])), { code: 'file_too_large' })
})

test('a name is a name: no path, nothing that a browser or a shell reads otherwise', () => {
  const names: [string, string][] = [
    ['申请书.pdf', '申请书.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\王\\凭证 1.png', '凭证 1.png'],
    ['a\r\nset-cookie: x.pdf', 'aset-cookie x.pdf'],
    ['"><script>.pdf', 'script.pdf'],
    ['...hidden', 'hidden'],
    ['///', '凭证'],
    [`${'长'.repeat(200)}.pdf`, '长'.repeat(120)],
  ]
  for (const [given, kept] of names) assert.equal(voucherName(given), kept)
})

test('kept sealed, given back whole; the same upload again is the same voucher', async t => {
  const { app } = await desk(t)
  const upload = { id: 'upload-001', name: '申请书.pdf', content: PDF }
  const first = await uploadVoucher(app, li, upload)
  assert.partialDeepStrictEqual(first, { name: '申请书.pdf', media_type: 'application/pdf', size: PDF.length })
  assert.deepEqual(await uploadVoucher(app, li, upload), first)
  await assert.rejects(uploadVoucher(app, li, { ...upload, content: PNG }), { code: 'id_reused' })
  const { rows } = await app.db.pool.query('select sealed from vouchers')
  assert.equal(rows.length, 1)
  assert.equal(rows[0].sealed.includes(PDF.subarray(0, 8)), false)
  assert.deepEqual((await readVoucher(app, li, first.voucher_id)).content, PDF)
})

test('the vault knows where vouchers are sealed, so that it checks and re-seals them', async t => {
  const { app } = await desk(t)
  await uploadVoucher(app, li, { id: 'upload-001', name: 'a', content: PDF })
  await uploadVoucher(app, li, { id: 'upload-002', name: 'b', content: PNG })
  assert.partialDeepStrictEqual(await checkColumn(app.db.pool, app.vault, SEALED_VOUCHERS), {
    rows: 2,
    failed: 0,
  })
})

test('sealed for its own place: moved to another voucher, it does not open', async t => {
  const { app } = await desk(t)
  const a = await uploadVoucher(app, li, { id: 'upload-001', name: 'a', content: PDF })
  const b = await uploadVoucher(app, li, { id: 'upload-002', name: 'b', content: PNG })
  await app.db.pool.query('update vouchers set sealed = (select sealed from vouchers where id = $1) where id = $2', [
    a.voucher_id,
    b.voucher_id,
  ])
  await assert.rejects(readVoucher(app, li, b.voucher_id), { code: 'sealed_unreadable' })
})

test('a request that needs one is refused without; whoever may see the request may read it, nobody else', async t => {
  const { app, ask } = await desk(t)
  await assert.rejects(ask(li, []), { code: 'voucher_required' })
  const { voucher_id: id } = await uploadVoucher(app, li, { id: 'upload-001', name: 'a.pdf', content: PDF })
  const inWater = actor('wang', [{ merchants: ['WATER'], channels: null }])
  const inPower = actor('zhao', [{ merchants: ['POWER'], channels: null }])
  await assert.rejects(readVoucher(app, inWater, id), { code: 'voucher_unknown' })
  await assert.rejects(ask(inWater, [id]), { code: 'voucher_unknown' }, 'a voucher of somebody else')
  await assert.rejects(ask(li, [id, 'NONE']), { code: 'voucher_unknown' })
  assert.equal((await app.db.pool.query('select from reviews')).rowCount, 0)
  const reviewId = await ask(li, [id, id])
  assert.partialDeepStrictEqual(await readReview(app, inWater, reviewId), {
    vouchers: [{ voucher_id: id, name: 'a.pdf' }],
  })
  assert.deepEqual((await readVoucher(app, inWater, id)).content, PDF)
  await assert.rejects(readVoucher(app, inPower, id), { code: 'voucher_unknown' })
  // It shows whole what an auditor sees masked; so may its name.
  const auditor = { ...actor('shen'), permissions: new Set<string>(BUILT_IN_ROLES.auditor.permissions) }
  await assert.rejects(readVoucher(app, auditor, id), { code: 'not_permitted' })
  assert.partialDeepStrictEqual(await readReview(app, auditor, reviewId), {
    vouchers: [{ voucher_id: id, name: '凭证 1' }],
  })
  await assert.rejects(readVoucher(app, inPower, 'NONE'), { code: 'voucher_unknown' })
})

test('what no request took within a day is forgotten', async t => {
  const { app, ask } = await desk(t)
  const used = await uploadVoucher(app, li, { id: 'upload-001', name: 'a', content: PDF })
  await uploadVoucher(app, li, { id: 'upload-002', name: 'b', content: PDF })
  await ask(li, [used.voucher_id])
  app.pass(86_400)
  assert.equal(await forgetVouchers(app), 0)
  app.pass(1)
  assert.equal(await forgetVouchers(app), 1)
  assert.deepEqual((await readVoucher(app, li, used.voucher_id)).content, PDF)
})

test('over HTTP: the file is the body, and comes back as a file, never as a page', async t => {
  const { app } = await desk(t)
  const http = await createHttp({
    log: pino({ level: 'silent' }),
    newId: app.newId,
    guard: () => li,
    permissions: ALL_PERMISSIONS,
  })
  await http.register(async server => voucherRoutes(server, app), { prefix: '/api' })
  await http.ready()
  t.after(() => http.close())
  const upload = (content: Buffer, type: string, name = '申请书 1.pdf') =>
    http.inject({
      method: 'POST',
      url: '/api/vouchers',
      query: { id: 'upload-001', name },
      headers: { 'content-type': type },
      payload: content,
    })
  const made = await upload(PDF, 'text/html')
  assert.equal(made.json().media_type, 'application/pdf')
  const got = await http.inject(`/api/vouchers/${made.json().voucher_id}`)
  assert.deepEqual(got.rawPayload, PDF)
  assert.partialDeepStrictEqual(got.headers, {
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent('申请书 1.pdf')}`,
    'x-content-type-options': 'nosniff',
  })
  assert.equal((await upload(Buffer.from('<script>'), 'application/pdf')).json().error.code, 'voucher_type_unknown')
  assert.equal((await upload(Buffer.alloc(0), 'application/pdf')).json().error.code, 'body_missing')
  const large = await upload(Buffer.alloc(VOUCHER_BYTES_MAX + 1), 'application/pdf')
  assert.deepEqual([large.statusCode, large.json().error.code], [413, 'body_too_large'])
})
