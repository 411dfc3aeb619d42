import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { S3_KEYS, type S3StandIn, s3StandIn } from '../../../testkit/s3.ts'
import { folderRepository } from './folder_repository.ts'
import type { Repository } from './repository.ts'
import { s3Repository } from './s3_repository.ts'

const FOLDER = mkdtempSync(join(tmpdir(), 'fzpay-repository-'))
after(() => rmSync(FOLDER, { recursive: true, force: true }))

const bucketOf = ({ endpoint }: S3StandIn, more = {}) =>
  s3Repository({ endpoint, prefix: 'city/one', ...S3_KEYS, ...more })

async function keepsWholeObjects(repository: Repository): Promise<void> {
  assert.equal(await repository.get('wal/00000001/none'), null)
  assert.deepEqual(await repository.list('base/'), [])
  const names = ['wal/00000001/A', 'wal/00000001/A.partial', 'wal/00000002/B', 'wal/00000002.history', 'wal/C']
  for (const [index, name] of names.entries()) await repository.put(name, Buffer.alloc(index + 1, index))
  await repository.put('base/x/manifest', Buffer.from('other prefix'))
  await repository.put('wal/C', Buffer.from('put again'))
  assert.deepEqual(await repository.get('wal/C'), Buffer.from('put again'))
  assert.deepEqual(
    (await repository.list('wal/')).map(({ name, bytes }) => `${name} ${bytes}`),
    names.map((name, index) => `${name} ${name === 'wal/C' ? 9 : index + 1}`).sort(),
  )
  await repository.remove([...names, 'wal/never'])
  assert.deepEqual(await repository.list('wal/'), [])
  assert.equal((await repository.list('base/')).length, 1)
}

test('a folder keeps whole objects, for their owner only', async () => {
  const repository = folderRepository(join(FOLDER, 'new'))
  await keepsWholeObjects(repository)
  assert.equal(statSync(join(FOLDER, 'new/base/x/manifest')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(FOLDER, 'new/base/x')), ['manifest'])
})

test('a folder that cannot be written says so, once', async () => {
  writeFileSync(join(FOLDER, 'file'), '')
  await assert.rejects(folderRepository(join(FOLDER, 'file')).put('wal/A', Buffer.alloc(1)), {
    code: 'backup_repository_unreachable',
  })
})

test('S3 keeps whole objects, lists page by page, and sees signatures and checksums that its server accepts', async t => {
  const s3 = await s3StandIn()
  t.after(() => s3.close())
  await keepsWholeObjects(bucketOf(s3))
  assert.deepEqual([...s3.objects.keys()], ['city/one/base/x/manifest'])
})

test('S3: what fails for a moment is tried again, what is refused is told at once', async t => {
  const s3 = await s3StandIn()
  t.after(() => s3.close())
  s3.outOfOrder = 1
  await bucketOf(s3).put('wal/A', Buffer.from('x'))
  assert.equal(s3.objects.size, 1)
  const from = performance.now()
  await assert.rejects(bucketOf(s3, { secret_key: 'another' }).put('wal/B', Buffer.from('x')), (error: Error) => {
    assert.equal((error as { code?: string }).code, 'backup_repository_unreachable')
    assert.match(error.message, /SignatureDoesNotMatch/)
    assert.doesNotMatch(error.message, /another/)
    return true
  })
  assert.ok(performance.now() - from < 400, 'not tried again')
  assert.equal(s3.objects.size, 1)
})
