import { dirname } from 'node:path'
import { type Static, Type } from 'typebox'
import { Failure } from '../../kernel/failure.ts'
import type { Database } from '../database.ts'
import type { Say } from '../notice.ts'
import { readKeys } from './key_store.ts'
import { masterKeyWrong } from './keyring.ts'
import { type FoundMaster, findMaster, type KeyHolder, localKey, ownKeyFile } from './master_key.ts'
import { Vault, type VaultOptions } from './vault.ts'

/** The section `vault` of the configuration; `master_key_file: PATH` stands for the content of that file. */
export const VaultSettings = Type.Object(
  {
    master_key: Type.Optional(
      Type.String({ minLength: 22, description: '32 hexadecimal digits; or master_key_file: PATH' }),
    ),
  },
  { additionalProperties: false, default: {} },
)
export type VaultSettings = Static<typeof VaultSettings>

export type VaultAsk = Omit<VaultOptions, 'holder' | 'successor'> & {
  /** An HSM, or a test's key. Without it the master key is looked for. */
  readonly holder?: KeyHolder | undefined
  readonly settings?: VaultSettings | undefined
  /** The same with its files as they are now; without it a changed `master_key_file` is taken up at the next start. */
  readonly settingsNow?: (() => VaultSettings) | undefined
  readonly environment?: string | undefined
  readonly say: Say
}

/**
 * The vault of a database, by the master key from FZPAY_MASTER_KEY, the configuration, or the embedded database's own file (made at its
 * first start). Throws Failure master_key_missing, master_key_lost, master_key_wrong, master_key_invalid, vault_key_damaged.
 */
export async function openVault(ask: VaultAsk): Promise<Vault> {
  const { settingsNow = () => ask.settings } = ask
  const successor = async () => (await masterOf({ ...ask, settings: settingsNow() })).holder
  return await Vault.open(
    ask.holder ? { ...ask, holder: ask.holder } : { ...ask, holder: await successor(), successor },
  )
}

/** The master key that fits the database, and where it was found. */
export async function masterOf({
  db,
  settings = {},
  environment = process.env.FZPAY_MASTER_KEY,
  say,
}: Pick<VaultAsk, 'db' | 'settings' | 'environment' | 'say'>): Promise<{ holder: KeyHolder; found: FoundMaster }> {
  const used = (await readKeys(db.pool)).find(key => key.wrapped !== null)?.master
  const found = findMaster({ environment, configured: settings.master_key, folder: db.folder }, used === undefined)
  if (!found) throw used === undefined ? masterKeyMissing() : masterKeyLost(db, used)
  if (found.made && found.path) say(keyMade(found.path))
  const holders = found.keys.map(localKey)
  const holder = used === undefined ? holders[0] : holders.find(({ id }) => id === used)
  if (!holder) throw masterKeyWrong(used ?? '', holders.map(({ id }) => id).join(', '))
  return { holder, found }
}

const keyMade = (path: string) => ({
  zh: `已生成主密钥 ${path}（权限 0600）：请立即离线备份，与数据库备份分开存放；丢失后所有加密数据都无法读取`,
  en: `The master key ${path} was made (mode 0600): keep a copy offline now, apart from the database's backups; without it nothing sealed can be read`,
})

const masterKeyMissing = (): Failure =>
  new Failure('master_key_missing', {
    zh: '没有主密钥：使用 DATABASE_URL 时不会自动生成。请执行 fzpay vault new-key 文件，离线备份，再写入配置 vault.master_key_file 或环境变量 FZPAY_MASTER_KEY',
    en: 'There is no master key, and with DATABASE_URL none is made by itself: run fzpay vault new-key FILE, keep a copy offline, and name it in vault.master_key_file of the configuration or give it in FZPAY_MASTER_KEY',
  })

function masterKeyLost(db: Database, used: string): Failure {
  const place = db.folder === null ? 'FZPAY_MASTER_KEY / vault.master_key_file' : ownKeyFile(db.folder)
  return new Failure(
    'master_key_lost',
    {
      zh: `找不到主密钥 ${used}（应在 ${place}）：库中数据用它加密，没有它任何人都无法读取姓名、手机号、账号和原始对账单；请从离线备份恢复到原处`,
      en: `The master key ${used} is not there (expected in ${place}): the data is sealed under it, and without it nobody can read names, phones, account numbers and raw statements; put it back from its offline copy`,
    },
    { master: used, folder: db.folder === null ? null : dirname(ownKeyFile(db.folder)) },
  )
}
