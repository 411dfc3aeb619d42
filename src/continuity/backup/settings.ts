import { resolve } from 'node:path'
import { Failure } from '../../kernel/failure.ts'
import type { BackupSettings } from './api.ts'
import { folderRepository } from './folder_repository.ts'
import type { Repository } from './repository.ts'
import { s3Repository } from './s3_repository.ts'

/** The repository that the configuration names; `from`: where relative names of folders start. null: none. Throws Failure config_invalid. */
export function repositoryOf({ folder, s3 }: BackupSettings, from: string): Repository | null {
  if (folder !== undefined && s3 !== undefined)
    throw new Failure('config_invalid', {
      zh: '配置 backup 同时给出了 folder 和 s3：只能选其一',
      en: 'The section backup of the configuration gives both folder and s3: only one of them may be given',
    })
  if (folder !== undefined) return folderRepository(resolve(from, folder))
  return s3 ? s3Repository(s3) : null
}
