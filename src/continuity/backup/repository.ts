import { Failure } from '../../kernel/failure.ts'

/**
 * Where backups lie: a folder, or a bucket of anything that speaks S3. It holds whole objects of some megabytes and nothing else, so that an object is there
 * or is not, and an upload that was cut off leaves nothing to clean up.
 */
export type Repository = {
  /** For people: the folder's path, or the bucket's address. Shows no secret. */
  readonly title: string
  /** Durable when it resolves; what stood under the name before is replaced at once or not at all. */
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>
  /** null: there is no such object. */
  readonly get: (name: string) => Promise<Buffer | null>
  /** Names and sizes of the objects below a prefix that ends in `/`, in the order of their names. */
  readonly list: (prefix: string) => Promise<readonly Stored[]>
  /** Objects that are gone already are fine. */
  readonly remove: (names: readonly string[]) => Promise<void>
}

export type Stored = { readonly name: string; readonly bytes: number }

/** The repository cannot be read or written: with the reason of whoever refused. */
export const repositoryUnreachable = (title: string, doing: string, reason: string): Failure =>
  new Failure(
    'backup_repository_unreachable',
    {
      zh: `备份存储 ${title} 无法访问（${doing}：${reason}）：请检查配置 backup 中的地址、密钥、权限和剩余空间`,
      en: `The backup repository ${title} cannot be used (${doing}: ${reason}): check address, keys, rights and free space in the section backup of the configuration`,
    },
    { repository: title, doing, reason },
  )

export const repositoryMissing = (): Failure =>
  new Failure('backup_not_configured', {
    zh: '没有配置备份存储：请在配置中写入 backup.folder（目录）或 backup.s3（地址、区域、密钥），或用 --repository 目录',
    en: 'No backup repository is configured: give backup.folder or backup.s3 (endpoint, region, keys) in the configuration, or --repository FOLDER',
  })
