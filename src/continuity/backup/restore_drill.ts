import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, rememberOpen } from '../../system/database.ts'
import { openEmbedded } from '../../system/embedded.ts'
import { silent } from '../../system/notice.ts'
import type { SealedColumn } from '../../system/vault/columns.ts'
import type { Drill } from '../drill.ts'
import { checkPages } from './base.ts'
import { movementsFile } from './facts_store.ts'
import { type Outcome, type Rehearsal, rehearse, WAL_SECONDS } from './rehearsal.ts'

/** Aims of docs/continuity.md, in milliseconds: what was acknowledged up to the last archived WAL is there, in five minutes. */
const AIMS = { rtoMs: 300_000, rpoMs: (WAL_SECONDS + 4) * 1000 }
const BACK_MS = 120_000

/** The data folder is lost, or a page of it is corrupt: the database is restored from its backup and takes the old one's place. */
export const restoreDrill = (columns: readonly SealedColumn[]): Drill => ({
  name: 'restore',
  damages: ['delete', 'page'],
  usual: { rate: 50, seconds: 10 },
  run: ask => rehearse(ask, AIMS, columns, rehearsal => loseAndRestore(rehearsal)),
})

async function loseAndRestore(rehearsal: Rehearsal): Promise<Outcome> {
  const { ask, node, stage, clerk, note, figure } = rehearsal
  if (ask.damage === 'page') await corruptPage(rehearsal)
  else {
    rehearsal.damageNow()
    await node.kill()
    node.deleteData()
    note({ zh: '数据目录被删除', en: 'the data folder is deleted' })
  }
  const damagedAt = Date.now()
  const folder = join(ask.folder, 'restored')
  const { seconds, bytes, storedBytes, segments, lastCommit } = await rehearsal.restoreTo(null, folder)
  note({ zh: '恢复完成并通过验证', en: 'restored and verified' })
  const megabytes = (bytes / 1e6).toFixed(0)
  figure(
    { zh: '基础备份 / 存储 / WAL 段', en: 'base backup / stored / segments of WAL' },
    `${megabytes} MB / ${(storedBytes / 1e6).toFixed(0)} MB / ${segments}`,
  )
  figure(
    { zh: '取回 / 重放 / 验证', en: 'fetched / replayed / verified' },
    `${seconds.fetch} s (${(bytes / 1e6 / Math.max(0.1, seconds.fetch)).toFixed(0)} MB/s) / ${seconds.recover} s / ${seconds.verify} s`,
  )
  figure({ zh: '最后一笔重放的提交', en: 'last commit that was replayed' }, lastCommit ?? '–')
  // What was acknowledged by the damage is looked up before the platform can mend anything.
  const embedded = await openEmbedded({ dataDir: folder, volatile: false, port: node.port, say: silent })
  rememberOpen(embedded)
  const restored = await openDatabase({ url: embedded.url, connections: 2 })
  const lost = await rehearsal.lookUp(restored.pool, damagedAt)
  await restored.close()
  note({ zh: '恢复出的数据库接替原库', en: 'the restored database takes the old one’s place' })
  const backAt = await clerk.backSince(Date.now(), BACK_MS)
  if (backAt !== null) note({ zh: '平台重新确认写入', en: 'the platform acknowledges writes again' })
  figure({ zh: '平台进程启动次数', en: 'starts of the platform' }, String(stage.platform.starts()))
  return { backAt, lost }
}

/** Overwrites bytes in the middle of a page of the movements, has it found, and stops the server for good. */
async function corruptPage({ node, stage, note, check, damageNow }: Rehearsal): Promise<void> {
  await stage.db.pool.query('checkpoint')
  const file = join(node.folder, 'postgres', await movementsFile(stage.db.pool))
  damageNow()
  const handle = openSync(file, 'r+')
  const bytes = Buffer.alloc(64)
  readSync(handle, bytes, 0, bytes.length, 4096)
  writeSync(
    handle,
    bytes.map(byte => byte ^ 0x55),
    0,
    bytes.length,
    4096,
  )
  closeSync(handle)
  note({ zh: '一个数据页被改坏', en: 'a page is corrupted' })
  const found = await checkPages({ db: stage.db }).catch(error => error)
  check({
    what: { zh: '页校验查出损坏的表和块', en: 'the check of pages names table and block' },
    holds: found?.code === 'backup_page_corrupt' && found.detail.relation === 'movements',
    detail: { zh: found?.zh ?? '', en: found?.en ?? '' },
  })
  await node.kill()
  node.deleteData()
  note({ zh: '停用损坏的数据库', en: 'the damaged database is taken out of use' })
}
