import { pino } from 'pino'
import { ROOT_FORMAT } from '../../audit/root.ts'
import { verify as verifyLog } from '../../audit/verify.ts'
import { Failure } from '../../kernel/failure.ts'
import { reproveClosedDays } from '../../reconciliation/days/reprove.ts'
import type { Database } from '../../system/database.ts'
import { migrate } from '../../system/migrate.ts'
import { checkColumn } from '../../system/vault/check.ts'
import type { SealedColumn } from '../../system/vault/columns.ts'
import { readKeys } from '../../system/vault/key_store.ts'
import { masterKeyWrong } from '../../system/vault/keyring.ts'
import { Vault } from '../../system/vault/vault.ts'
import type { Check, Text } from '../drill.ts'
import { checkPages } from './base.ts'
import type { Holders } from './envelope.ts'
import { countRows } from './facts_store.ts'
import type { Manifest } from './manifest.ts'

/** Tables whose rows are never deleted: restored, they have as many as when the backup began, or more. */
export const GROWING = [
  'movements',
  'statement_lines',
  'statement_files',
  'payments',
  'refunds',
  'operation_log',
  'operation_blocks',
  'days',
]

/**
 * What must hold of a restored database before it is called good: every page's checksum, rows against the manifest, the operation log with the root that the
 * manifest kept, the balance proofs of all closed days computed anew, and every sealed value opened. It is brought to this version's schema first.
 */
export async function verifyRestored(
  db: Database,
  manifest: Manifest,
  holders: Holders,
  columns: readonly SealedColumn[],
  now: () => Date,
): Promise<Check[]> {
  const applied = await migrate(db.pool)
  return [
    await checked(PAGES, () => pagesCheck(db)),
    await checked(ROWS, () => rowsCheck(db, manifest, applied)),
    await checked(LOG, () => logCheck(db, manifest)),
    await checked(PROOFS, () => proofsCheck(db, now())),
    await checked(SEALED, () => sealedCheck(db, holders, columns, now)),
  ]
}

const PAGES = { zh: '数据页校验和', en: 'checksums of all pages' }
const ROWS = { zh: '行数不少于备份清单', en: 'no fewer rows than the manifest tells' }
const LOG = { zh: '操作日志完整，且含备份时的根', en: 'the operation log is whole, and holds the root of the backup' }
const PROOFS = { zh: '已关账期的平衡证明重新计算', en: 'balance proofs of closed days, computed anew' }
const SEALED = { zh: '密文全部可以解开', en: 'every sealed value opens' }

type Found = Omit<Check, 'what'>

/** What the database refuses to answer (a table that is gone at that second, an unreadable page) does not hold. */
async function checked(what: Text, look: () => Promise<Found>): Promise<Check> {
  try {
    return { what, ...(await look()) }
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (error instanceof Failure || !/^[0-9A-Z]{5}$/.test(code ?? '')) throw error
    return { what, holds: false, detail: { zh: message, en: message } }
  }
}

async function pagesCheck(db: Database): Promise<Found> {
  try {
    await checkPages({ db })
    return { holds: true, detail: { zh: '', en: '' } }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { holds: false, detail: { zh: error.zh, en: error.en } }
  }
}

async function rowsCheck(db: Database, manifest: Manifest, applied: readonly string[]): Promise<Found> {
  const rows = await db.transaction(countRows)
  const fewer = GROWING.filter(table => (rows[table] ?? 0) < (manifest.rows[table] ?? 0))
  const gone = Object.keys(manifest.rows).filter(table => rows[table] === undefined && applied.length === 0)
  const bad = [...new Set([...fewer, ...gone])]
  const shown = bad.map(table => `${table} ${rows[table] ?? '–'} < ${manifest.rows[table]}`).join(', ')
  const total = GROWING.reduce((sum, table) => sum + (rows[table] ?? 0), 0)
  const more = total - GROWING.reduce((sum, table) => sum + (manifest.rows[table] ?? 0), 0)
  return {
    holds: bad.length === 0,
    detail:
      bad.length > 0
        ? { zh: shown, en: shown }
        : { zh: `${total} 行，比备份时多 ${more} 行`, en: `${total} rows, ${more} more than in the backup` },
  }
}

async function logCheck(db: Database, { root }: Manifest): Promise<Found> {
  const kept = root && ({ format: ROOT_FORMAT, ...root, exported_at: root.sealed_at } as const)
  const { blocks, entries, findings } = await verifyLog(db, kept)
  return {
    holds: findings.length === 0,
    detail:
      findings.length === 0
        ? { zh: `${entries} 条，${blocks} 块`, en: `${entries} entries in ${blocks} blocks` }
        : {
            zh: `${findings.length} 处不符，首处 ${findings[0]?.what}（块 ${findings[0]?.block}）`,
            en: `${findings.length} findings, first ${findings[0]?.what} in block ${findings[0]?.block}`,
          },
  }
}

async function proofsCheck(db: Database, at: Date): Promise<Found> {
  const { held, broken } = await reproveClosedDays(db, at)
  const shown = broken
    .slice(0, 5)
    .map(({ channel, account, day }) => `${channel}/${account}/${day}`)
    .join(', ')
  return {
    holds: broken.length === 0,
    detail:
      broken.length === 0
        ? { zh: `${held} 个账期全部成立`, en: `all ${held} hold` }
        : { zh: `${broken.length} 个不成立：${shown}`, en: `${broken.length} do not hold: ${shown}` },
  }
}

/** Throws Failure master_key_wrong where none of the given master keys is that of the restored database. */
async function sealedCheck(
  db: Database,
  holders: Holders,
  columns: readonly SealedColumn[],
  now: () => Date,
): Promise<Found> {
  const used = (await readKeys(db.pool)).find(key => key.wrapped !== null)?.master
  const holder = used === undefined ? holders[0] : holders.find(({ id }) => id === used)
  if (!holder) throw masterKeyWrong(used ?? '', holders.map(({ id }) => id).join(', '))
  const vault = await Vault.open({ db, holder, now, log: pino({ level: 'silent' }) })
  try {
    let rows = 0
    const failed: string[] = []
    for (const column of columns) {
      const check = await checkColumn(db.pool, vault, column)
      rows += check.rows
      if (check.failed > 0) failed.push(`${check.target} ${check.failed}`)
    }
    return {
      holds: failed.length === 0,
      detail:
        failed.length === 0
          ? { zh: `${rows} 个`, en: `${rows} values` }
          : { zh: `无法解开：${failed.join('、')}`, en: `cannot be opened: ${failed.join(', ')}` },
    }
  } finally {
    await vault.close()
  }
}
