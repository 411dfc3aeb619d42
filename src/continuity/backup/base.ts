import { lastBlock } from '../../audit/store.ts'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import type { App } from '../../system/app.ts'
import type { Vault } from '../../system/vault/vault.ts'
import { newDataKey } from './envelope.ts'
import { countRows, readFacts, relationOfFile } from './facts_store.ts'
import { keyFields, type Manifest, refuseOther, writeManifest } from './manifest.ts'
import { baseName, parseLsn, pieceObject, segmentName, segmentOf } from './names.ts'
import { type Packer, packer } from './pieces.ts'
import { openReplication, type Replication, type Streamed } from './replication.ts'
import type { Repository } from './repository.ts'

export type Backing = Pick<App, 'db' | 'now'> & {
  readonly repository: Repository
  /** Asked for its master key each time: it may be changed while we run. */
  readonly vault: Pick<Vault, 'holders'>
}

/**
 * A base backup, streamed from the server by its own command BASE_BACKUP: sealed and stored as it comes, with the WAL that makes it consistent, so that
 * it can be restored even where nothing was archived. The server checks every page's checksum on the way. The manifest is written last and
 * makes it a backup. Throws Failure backup_page_corrupt, backup_tablespaces, backup_not_permitted, backup_other_database, and what the repository throws.
 */
export async function makeBase(app: Backing): Promise<Manifest> {
  try {
    return await tryBase(app)
  } catch (error) {
    throw (await corruption(app, error)) ?? error
  }
}

async function tryBase(app: Backing): Promise<Manifest> {
  const began = app.now()
  const facts = await readFacts(app.db.pool)
  const { rows, root } = await app.db.transaction(async tx => {
    await tx.query('set transaction isolation level repeatable read, read only')
    return { rows: await countRows(tx), root: await lastBlock(tx) }
  })
  const replication = await openReplication(app.db.url, 'fzpay backup base')
  try {
    const [identity] = await replication.ask('IDENTIFY_SYSTEM')
    await refuseOther(app.repository, app.vault.holders, identity?.systemid ?? '')
    const taken = await takeBase(app, replication, began, facts.segmentBytes)
    const manifest: Manifest = {
      ...facts,
      ...taken,
      began: began.toISOString(),
      ended: app.now().toISOString(),
      system: identity?.systemid ?? '',
      rows,
      root: root && { block: root.no, digest: root.digest, sealed_at: instantText(new Date(root.sealedAt)) },
    }
    await writeManifest(app.repository, app.vault.holders[0], manifest)
    return manifest
  } finally {
    await replication.end()
  }
}

type Taken = Pick<
  Manifest,
  'base' | 'timeline' | 'start' | 'stop' | 'pieces' | 'bytes' | 'storedBytes' | 'key' | 'master'
>

async function takeBase(app: Backing, replication: Replication, began: Date, segmentBytes: number): Promise<Taken> {
  // The backup's name holds its first segment, which is known once it has begun: the first rows come before the data.
  let base = ''
  let packing: Packer | undefined
  let key: Awaited<ReturnType<typeof newDataKey>> | undefined
  const open = async (rows: Streamed['rows']): Promise<void> => {
    const [start, ...spaces] = rows
    if (spaces.length !== 1) throw tablespaces()
    const segment = { timeline: Number(start?.tli), no: segmentOf(parseLsn(start?.recptr ?? ''), segmentBytes) }
    base = baseName(began, segmentName(segment, segmentBytes))
    key = await newDataKey(app.vault.holders[0], base)
    packing = packer(app.repository, key.key, base)
  }
  try {
    const streamed = await replication.stream(
      `BASE_BACKUP (LABEL 'fzpay', CHECKPOINT 'fast', WAL true, WAIT false, MANIFEST 'no', VERIFY_CHECKSUMS true)`,
      (message, rows) => {
        // 'n' a new archive, 'd' its bytes, 'p' progress: see "BASE_BACKUP" in the protocol's description.
        if (message[0] === DATA) return (packing as Packer).add(message.subarray(1))
        if (message[0] === NEW_ARCHIVE) return open(rows)
      },
    )
    if (!packing || !key) throw new Error('the server sent no archive')
    const packed = await packing.finish()
    const [start] = streamed.rows
    const end = streamed.rows.at(-1)
    return {
      base,
      timeline: Number(start?.tli),
      start: start?.recptr ?? '',
      stop: end?.recptr ?? '',
      ...packed,
      ...keyFields(key),
    }
  } catch (error) {
    if (base !== '') await forget(app.repository, base)
    throw error
  }
}

const NEW_ARCHIVE = 'n'.charCodeAt(0)
const DATA = 'd'.charCodeAt(0)

/** What was stored of a backup that did not come to its end; where that fails too, pruning removes it later. */
async function forget(repository: Repository, base: string): Promise<void> {
  const prefix = pieceObject(base, 0).replace(/[^/]*$/, '')
  const left = await repository.list(prefix).catch(() => [])
  await repository.remove(left.map(({ name }) => name)).catch(() => {})
}

/** Reads every page of the cluster on the server, without sending it anywhere. Throws Failure backup_page_corrupt. */
export async function checkPages(app: Pick<App, 'db'>): Promise<void> {
  const replication = await openReplication(app.db.url, 'fzpay page check')
  try {
    await replication.stream(
      `BASE_BACKUP (LABEL 'fzpay page check', TARGET 'blackhole', CHECKPOINT 'fast', WAIT false, MANIFEST 'no', VERIFY_CHECKSUMS true)`,
      () => {},
    )
  } catch (error) {
    throw (await corruption(app, error)) ?? error
  } finally {
    await replication.end()
  }
}

const DATA_CORRUPTED = 'XX001'

/** Streaming, the server names file and block in a warning before it refuses; reading rows, in what it refuses with. A person knows the table. */
async function corruption(app: Pick<App, 'db'>, error: unknown): Promise<Failure | null> {
  const { code, notices = [], message } = error as Error & { code?: string; notices?: readonly string[] }
  if (code !== DATA_CORRUPTED) return null
  const found = [...notices, message].map(cornerOf).find(corner => corner !== null)
  const { file = '', block = '?' } = found ?? {}
  const relation = file === '' ? null : await relationOfFile(app.db.pool, file).catch(() => null)
  return pageCorrupt(file, block, relation ?? '', message)
}

function cornerOf(text: string): { file: string; block: string } | null {
  const [, file, block] = /in file "([^"]+)", block (\d+)/.exec(text) ?? []
  if (file !== undefined && block !== undefined) return { file, block }
  const [, at, of] = /in block (\d+) of relation "?([^"\s]+)"?/.exec(text) ?? []
  return at === undefined || of === undefined ? null : { file: of, block: at }
}

const pageCorrupt = (file: string, block: string, relation: string, reason: string): Failure =>
  new Failure(
    'backup_page_corrupt',
    {
      zh: `数据文件 ${file || '（未指明）'} 第 ${block} 块校验和不符${relation && `（${relation}）`}：磁盘或内存损坏，不要继续写入；请按 docs/continuity.md「页损坏」从备份恢复`,
      en: `Block ${block} of the data file ${file || '(not named)'}${relation && ` (${relation})`} does not fit its checksum: disk or memory is damaged; write nothing more, and restore as docs/continuity.md says under "A corrupt page"`,
    },
    { file, block, relation, reason },
  )

const tablespaces = (): Failure =>
  new Failure('backup_tablespaces', {
    zh: '数据库使用了自建表空间，备份不支持：请把其中的表移回 pg_default（ALTER TABLE … SET TABLESPACE pg_default）后删除该表空间',
    en: 'The database uses tablespaces of its own, which are not backed up: move their tables to pg_default (ALTER TABLE … SET TABLESPACE pg_default) and drop them',
  })
