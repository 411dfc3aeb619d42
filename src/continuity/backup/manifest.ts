import type { KeyObject } from 'node:crypto'
import { Failure } from '../../kernel/failure.ts'
import { instantText } from '../../kernel/instant_text.ts'
import type { KeyHolder } from '../../system/vault/master_key.ts'
import { type DataKey, damaged, type Holders, missing, openObject, sealObject, unwrapDataKey } from './envelope.ts'
import { BASE, type BaseName, manifestObject, parseBaseName } from './names.ts'
import type { Repository, Stored } from './repository.ts'

/** What a base backup is; sealed itself, because counts of rows and roots of the log are nobody's business. */
export type Manifest = {
  readonly base: string
  /** ISO 8601. It can be restored to any moment from its end on. */
  readonly began: string
  readonly ended: string
  /** Of the database cluster, as initdb drew it. */
  readonly system: string
  readonly timeline: number
  readonly start: string
  readonly stop: string
  readonly segmentBytes: number
  /** Major version of PostgreSQL. */
  readonly postgres: number
  readonly database: string
  readonly role: string
  readonly pieces: number
  readonly bytes: number
  readonly storedBytes: number
  readonly key: string
  readonly master: string
  /** Rows of each table just before the backup began. */
  readonly rows: Readonly<Record<string, number>>
  /** The operation log's last block at that time. */
  readonly root: { readonly block: number; readonly digest: string; readonly sealed_at: string } | null
}

const MANIFEST_MAX = 1 << 20

export async function writeManifest(repository: Repository, holder: KeyHolder, manifest: Manifest): Promise<void> {
  const name = manifestObject(manifest.base)
  await repository.put(name, await sealObject(holder, name, Buffer.from(JSON.stringify(manifest))))
}

/** Throws Failure backup_object_missing, backup_damaged, master_key_wrong. */
export async function readManifest(repository: Repository, holders: Holders, base: string): Promise<Manifest> {
  const name = manifestObject(base)
  const object = await repository.get(name)
  if (!object) throw missing(name)
  const text = (await openObject(holders, name, object, MANIFEST_MAX)).toString('utf8')
  const manifest = JSON.parse(text) as Manifest
  if (manifest.base !== base) throw damaged(name)
  return manifest
}

/** The first whole second it can be restored to, RFC 3339. */
export const restorableFrom = ({ ended }: Pick<Manifest, 'ended'>): string =>
  instantText(new Date(Math.ceil(Date.parse(ended) / 1000) * 1000))

export const dataKeyOf = (holders: Holders, { base, key, master }: Manifest): Promise<KeyObject> =>
  unwrapDataKey(holders, { wrapped: key, master }, base)

export const keyFields = ({ wrapped, master }: DataKey): Pick<Manifest, 'key' | 'master'> => ({ key: wrapped, master })

/** A base as the repository's names tell it. */
export type ListedBase = BaseName & {
  readonly complete: boolean
  readonly storedBytes: number
  readonly objects: readonly string[]
}

/** All bases, oldest first, from their names alone: no key is needed. */
export async function listBases(repository: Repository): Promise<ListedBase[]> {
  return basesOf(await repository.list(BASE))
}

export function basesOf(objects: readonly Stored[]): ListedBase[] {
  const byBase = Map.groupBy(objects, ({ name }) => name.slice(BASE.length).split('/')[0] ?? '')
  return [...byBase].flatMap(([name, own]) => {
    const parsed = parseBaseName(name)
    if (!parsed) return []
    return [
      {
        ...parsed,
        complete: own.some(object => object.name === manifestObject(name)),
        storedBytes: own.reduce((sum, object) => sum + object.bytes, 0),
        objects: own.map(object => object.name),
      },
    ]
  })
}

/**
 * One repository is for one database cluster: with two in it a restore would not know whose second is meant. Throws Failure backup_other_database. Where the newest
 * manifest is under a master key of before, its word is not asked.
 */
export async function refuseOther(repository: Repository, holders: Holders, system: string): Promise<void> {
  const newest = (await listBases(repository)).findLast(({ complete }) => complete)
  if (!newest) return
  const manifest = await readManifest(repository, holders, newest.name).catch((error: Error & { code?: string }) => {
    if (error.code === 'master_key_wrong') return null
    throw error
  })
  if (!manifest || manifest.system === system) return
  throw new Failure(
    'backup_other_database',
    {
      zh: `备份存储 ${repository.title} 属于另一个数据库（系统标识 ${manifest.system}，本库为 ${system}）：请为本库配置另一个目录或前缀`,
      en: `The repository ${repository.title} belongs to another database (system ${manifest.system}, this one is ${system}): give this one a folder or prefix of its own`,
    },
    { repository: repository.title, found: manifest.system, own: system },
  )
}
