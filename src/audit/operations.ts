import { Failure } from '../kernel/failure.ts'
import { instantText } from '../kernel/instant_text.ts'
import type { App } from '../system/app.ts'
import type { Who } from './act.ts'
import type { EntryView, LogList, LogQuery, LogState } from './api.ts'
import { entryDigest } from './entry.ts'
import { makeProof, type Proof, placeOf } from './proof.ts'
import { record } from './record.ts'
import { type ExportedRoot, ROOT_FORMAT } from './root.ts'
import * as store from './store.ts'

type Reading = Pick<App, 'db'>

/** Newest first. */
export async function readLog(app: Reading, query: LogQuery): Promise<LogList> {
  const limit = query.limit ?? 100
  const rows = await store.findEntries(app.db.pool, {
    who: query.who,
    object: query.object,
    kind: query.kind,
    what: query.what,
    address: query.address,
    requestId: query.request_id,
    from: query.from === undefined ? undefined : new Date(query.from),
    to: query.to === undefined ? undefined : new Date(query.to),
    before: query.before,
    limit,
  })
  return { entries: rows.map(entryView), next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null }
}

export async function readState(app: Reading): Promise<LogState> {
  const last = await store.lastBlock(app.db.pool)
  return {
    blocks: last?.no ?? 0,
    unsealed: await store.countAfter(app.db.pool, last),
    last_block: last && {
      block: last.no,
      digest: last.digest,
      sealed_at: instantText(new Date(last.sealedAt)),
      entries: last.entries,
    },
  }
}

/**
 * The last block's digest, to be kept outside of the house: nothing before it can be changed any more without being found. The export is itself an
 * entry of the log. Throws log_empty.
 */
export async function exportRoot(app: Pick<App, 'db' | 'now'>, who: Who): Promise<ExportedRoot> {
  return await app.db.transaction(async tx => {
    const last = await store.lastBlock(tx)
    if (!last)
      throw new Failure('log_empty', {
        zh: '操作日志尚无已封存的块：产生操作并稍候几秒后再导出',
        en: 'The operation log has no sealed block yet: export again some seconds after the first act',
      })
    const at = app.now()
    await store.insertRoot(tx, last.no, at, who.id)
    await record(tx, at, who, [
      { what: 'log.export_root', object: { kind: 'log_block', id: String(last.no) }, after: { digest: last.digest } },
    ])
    return {
      format: ROOT_FORMAT,
      block: last.no,
      digest: last.digest,
      sealed_at: instantText(new Date(last.sealedAt)),
      exported_at: instantText(at),
    }
  })
}

/**
 * What shows, together with the exported root that it names, that an entry stood in the log. Throws entry_unknown; entry_unsealed; root_not_exported
 * where no root was exported since, as there would be nothing to check it against.
 */
export async function prove(app: Reading, id: string): Promise<Proof> {
  const { pool } = app.db
  const fields = await store.sealedFields(pool, id)
  if (!fields) throw entryUnknown(id)
  const block = await store.blockOf(pool, { id: fields[0], xact: fields[1] })
  if (!block)
    throw notYet('entry_unsealed', id, '尚未封存：请几秒后再试', 'is not sealed yet: try again in a few seconds')
  const upTo = await store.rootAtOrAfter(pool, block.no)
  if (upTo === null)
    throw notYet(
      'root_not_exported',
      id,
      '之后还没有导出过根：请先执行 fzpay audit export-root 并妥善保管',
      'is in a block since which no root was exported: run fzpay audit export-root first, and keep it outside',
    )
  const place = placeOf(block.leaves, entryDigest(fields))
  if (place < 0)
    throw new Failure(
      'entry_altered',
      {
        zh: `操作日志第 ${id} 条与封存时不一致：它被改动过，请立即执行 fzpay audit verify`,
        en: `Entry ${id} of the operation log is not what was sealed: it was altered; run fzpay audit verify at once`,
      },
      { entry: id, block: block.no },
    )
  return makeProof(fields, block.leaves, place, await store.headersBetween(pool, block.no, upTo))
}

const entryView = (row: store.LogRow): EntryView => {
  const detail = JSON.parse(row.detail) as { before?: unknown; after?: unknown }
  return {
    entry_id: row.id,
    at: instantText(row.at),
    request_id: row.requestId,
    who: row.whoId,
    who_name: row.whoName,
    address: row.address,
    device: row.device,
    what: row.what,
    object_kind: row.objectKind,
    object_id: row.objectId,
    before: detail.before ?? null,
    after: detail.after ?? null,
  }
}

const entryUnknown = (id: string): Failure =>
  new Failure(
    'entry_unknown',
    { zh: `操作日志没有第 ${id} 条`, en: `The operation log has no entry ${id}` },
    { entry: id },
  )

const notYet = (code: string, id: string, zh: string, en: string): Failure =>
  new Failure(code, { zh: `操作日志第 ${id} 条${zh}`, en: `Entry ${id} of the operation log ${en}` }, { entry: id })
