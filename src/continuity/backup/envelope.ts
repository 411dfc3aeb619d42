import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { Failure } from '../../kernel/failure.ts'
import { masterKeyWrong } from '../../system/vault/keyring.ts'
import { type KeyHolder, MASTER_KEY_BYTES } from '../../system/vault/master_key.ts'
import { openNow, sealNow } from './piece.ts'
import { inThread, Refused } from './piece_threads.ts'

/**
 * How a backup is sealed. Bytes are compressed (zstd), then sealed by SM4-GCM under a data key that the vault's master key wraps. The object's name is
 * authenticated with it, so that no object can stand in for another one. A base backup has one data key for all its pieces, which its manifest carries;
 * manifests and files of the WAL carry their own in their first line. The master key itself lies in no backup.
 */
const FORMAT = 'fzpay-backup-1'
const LINE_END = 0x0a
/** Longer is no heading. */
const HEADING_MAX = 4096

/** Smaller ones are quicker done than handed to another thread. */
const SMALL = 64 << 10

export type DataKey = { readonly key: KeyObject; readonly wrapped: string; readonly master: string }

/** `context` names what the key is for. */
export async function newDataKey(holder: KeyHolder, context: string): Promise<DataKey> {
  const bytes = randomBytes(MASTER_KEY_BYTES)
  const wrapped = await holder.wrap(bytes, `backup/${context}`)
  return { key: createSecretKey(bytes), wrapped: wrapped.toString('base64'), master: holder.id }
}

/** The master keys that are at hand: after a change of the master key older backups still need the older one. */
export type Holders = readonly KeyHolder[]

/** Throws Failure master_key_wrong where none of them wrapped it, backup_damaged. */
export async function unwrapDataKey(
  holders: Holders,
  { wrapped, master }: Pick<DataKey, 'wrapped' | 'master'>,
  context: string,
): Promise<KeyObject> {
  const holder = holders.find(({ id }) => id === master)
  if (!holder) throw masterKeyWrong(master, holders.map(({ id }) => id).join(', '))
  try {
    return createSecretKey(await holder.unwrap(Buffer.from(wrapped, 'base64'), `backup/${context}`))
  } catch {
    throw damaged(context)
  }
}

/** A piece of a larger whole, for its place: index and whether it is the last are part of what is authenticated. */
export async function sealPiece(key: KeyObject, bytes: Uint8Array, place: string): Promise<Buffer> {
  return bytes.length < SMALL
    ? sealNow(key, bytes, place)
    : await inThread({ work: 'seal', key, bytes, place, most: 0 })
}

/** `most`: bytes it may hold at the most. Throws Failure backup_damaged. */
export async function openPiece(key: KeyObject, sealed: Uint8Array, place: string, most: number): Promise<Buffer> {
  if (sealed.length >= SMALL)
    return await inThread({ work: 'open', key, bytes: sealed, place, most }).catch(error => {
      throw error instanceof Refused ? damaged(place) : error
    })
  try {
    return openNow(key, sealed, place, most)
  } catch {
    throw damaged(place)
  }
}

/** An object that can be opened alone. */
export async function sealObject(holder: KeyHolder, name: string, bytes: Uint8Array): Promise<Buffer> {
  const { key, wrapped, master } = await newDataKey(holder, name)
  const heading = `${JSON.stringify({ format: FORMAT, master, key: wrapped })}\n`
  return Buffer.concat([Buffer.from(heading), await sealPiece(key, bytes, name)])
}

/** Throws Failure backup_damaged, master_key_wrong. */
export async function openObject(holders: Holders, name: string, object: Buffer, most: number): Promise<Buffer> {
  const end = object.subarray(0, HEADING_MAX).indexOf(LINE_END)
  let heading: { format?: unknown; master?: unknown; key?: unknown } = {}
  try {
    heading = JSON.parse(object.toString('utf8', 0, Math.max(0, end)))
  } catch {
    throw damaged(name)
  }
  if (heading.format !== FORMAT || typeof heading.master !== 'string' || typeof heading.key !== 'string')
    throw damaged(name)
  const key = await unwrapDataKey(holders, { wrapped: heading.key, master: heading.master }, name)
  return await openPiece(key, object.subarray(end + 1), name, most)
}

export const damaged = (name: string): Failure =>
  new Failure(
    'backup_damaged',
    {
      zh: `备份对象 ${name} 已损坏、被改动或不在原来的位置：它不能用于恢复，请改用其他基础备份（fzpay backup list），并检查备份存储`,
      en: `The backup object ${name} is damaged, altered or out of its place and cannot be restored from: use another base backup (fzpay backup list) and check the repository`,
    },
    { object: name },
  )

export const missing = (name: string): Failure =>
  new Failure(
    'backup_object_missing',
    {
      zh: `备份存储中缺少 ${name}：用到它的备份不能恢复，请改用其他基础备份（fzpay backup list）`,
      en: `${name} is missing in the repository: what needs it cannot be restored; use another base backup (fzpay backup list)`,
    },
    { object: name },
  )
