import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import { openWith, sealWith } from './sealed.ts'

/** Whoever holds the master key: wraps data keys and unwraps them. An HSM does so without ever giving it away. */
export type KeyHolder = {
  /** A name for the key that tells nothing about it. */
  readonly id: string
  /** `context` must be given again to unwrap. */
  readonly wrap: (key: Buffer, context: string) => Promise<Buffer>
  /** Rejects when it was wrapped with another key or for another context. */
  readonly unwrap: (wrapped: Buffer, context: string) => Promise<Buffer>
}

export const MASTER_KEY_BYTES = 16

/** The master key in this process's memory: wraps with SM4-GCM. */
export function localKey(bytes: Buffer): KeyHolder {
  const key = createSecretKey(bytes)
  return {
    id: createHmac('sm3', key).update('fzpay master key').digest('hex').slice(0, 16),
    wrap: async (data, context) => sealWith(key, 0, data, context),
    unwrap: async (wrapped, context) => openWith(key, wrapped, context),
  }
}

/**
 * Keys in a text: each on a line of its own as 32 hexadecimal digits or the base64 of 16 bytes; `#` begins a comment. While the master key is
 * being changed there are two. Throws Failure master_key_invalid, which shows nothing of the text.
 */
export function readMasterKeys(text: string, from: string): Buffer[] {
  const lines = text.split(/\r?\n/).map(line => line.replace(/#.*$/, '').trim())
  const keys = lines.filter(line => line !== '').map(keyOf)
  if (keys.length === 0 || keys.includes(undefined)) throw masterKeyInvalid(from)
  return keys as Buffer[]
}

function keyOf(line: string): Buffer | undefined {
  if (/^[0-9a-f]{32}$/i.test(line)) return Buffer.from(line, 'hex')
  if (/^[A-Za-z0-9+/_-]{22}(==)?$/.test(line)) return Buffer.from(line, 'base64')
  return undefined
}

const HEADING = `# 抚州支付平台主密钥：请离线备份本文件，与数据库备份分开存放；丢失后所有加密数据都无法读取
# Master key of Fuzhou Pay: keep a copy offline, apart from the backups of the database; without it nothing sealed can be read
`

/** Writes a new key into a file that only its owner may read; what is there already stays. False: there was one. */
export function makeKeyFile(path: string, key: Buffer = randomBytes(MASTER_KEY_BYTES)): boolean {
  const draft = `${path}.${process.pid}.tmp`
  writeDurably(draft, [key])
  try {
    // A link, not a rename: of two processes that start at once, one makes the key and both use it.
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw keyFileFailure(path, error)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Puts these keys into the file in place of what it holds: never half of it, and on the disk when this returns. */
export function replaceKeyFile(path: string, keys: readonly Buffer[]): void {
  const draft = `${path}.${process.pid}.tmp`
  writeDurably(draft, keys)
  renameSync(draft, path)
}

function writeDurably(path: string, keys: readonly Buffer[]): void {
  try {
    const handle = openSync(path, 'w', 0o600)
    writeFileSync(handle, `${HEADING}${keys.map(key => `${key.toString('hex')}\n`).join('')}`)
    fsyncSync(handle)
    closeSync(handle)
  } catch (error) {
    throw keyFileFailure(path, error)
  }
}

/** Keys of a file, or null where there is none. */
export function readKeyFile(path: string): Buffer[] | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw keyFileFailure(path, error)
  }
  return readMasterKeys(text, path)
}

/** Of the embedded database, beside its folder and not in it: a copy of the database's folder holds no key. */
export const ownKeyFile = (dataFolder: string): string => join(dataFolder, 'master.key')

export type MasterSource = {
  /** FZPAY_MASTER_KEY. */
  readonly environment?: string | undefined
  /** `vault.master_key` or the content of `vault.master_key_file`. */
  readonly configured?: string | undefined
  /** The embedded database's data folder; null where a server is given. */
  readonly folder: string | null
}

export type FoundMaster = {
  readonly keys: readonly Buffer[]
  readonly from: 'environment' | 'configuration' | 'file'
  /** The embedded database's own file. */
  readonly path?: string
  /** It was made just now. */
  readonly made: boolean
}

/**
 * The master key: from the environment, the configuration, or the embedded database's own file, which is made where nothing is sealed yet. Null:
 * there is none.
 */
export function findMaster({ environment, configured, folder }: MasterSource, mayMake: boolean): FoundMaster | null {
  if (environment) return { keys: readMasterKeys(environment, 'FZPAY_MASTER_KEY'), from: 'environment', made: false }
  if (configured !== undefined)
    return { keys: readMasterKeys(configured, 'vault.master_key'), from: 'configuration', made: false }
  if (folder === null) return null
  const path = ownKeyFile(folder)
  const made = mayMake && readKeyFile(path) === null && makeKeyFile(path)
  const keys = readKeyFile(path)
  return keys && { keys, from: 'file', path, made }
}

const masterKeyInvalid = (from: string): Failure =>
  new Failure(
    'master_key_invalid',
    {
      zh: `${from} 不是有效的主密钥：应为 32 位十六进制数（或 16 字节的 base64）；新密钥用 fzpay vault new-key 文件 生成`,
      en: `${from} is no valid master key: 32 hexadecimal digits (or base64 of 16 bytes) are expected; fzpay vault new-key FILE makes one`,
    },
    { from },
  )

function keyFileFailure(path: string, error: unknown): Failure {
  const { code = '' } = error as NodeJS.ErrnoException
  return new Failure(
    'master_key_file',
    {
      zh: `主密钥文件 ${path} 无法读写（${code}）：请检查路径和权限（应为 0600，属于运行平台的账户）`,
      en: `The master key's file ${path} cannot be read or written (${code}): check its path and rights (0600, owned by the account that runs the platform)`,
    },
    { file: path, reason: code },
  )
}
