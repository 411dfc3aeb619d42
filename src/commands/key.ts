import { makeKey } from '../access/service_keys.ts'
import { parseWords } from '../command_line.ts'
import type { Lang } from '../kernel/failure.ts'

/** `fzpay key`: a new key for a service account, and the digest for the configuration. The key is shown once and kept nowhere. */
export async function keyCommand(args: readonly string[], lang: Lang): Promise<void> {
  parseWords(args, { flags: [], single: ['lang'], many: [] })
  const { key, digest } = makeKey()
  process.stdout.write(
    lang === 'en'
      ? `key (give it to the caller; it is shown only now): ${key}\nfor service_accounts in the configuration: key_sha256: ${digest}\n`
      : `密钥（交给调用方，只显示这一次）：${key}\n写入配置 service_accounts：key_sha256: ${digest}\n`,
  )
}
