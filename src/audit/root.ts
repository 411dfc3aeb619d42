import { Failure } from '../kernel/failure.ts'

export const ROOT_FORMAT = 'fzpay-log-root-1'

/** A digest that is kept outside of the house: on paper, with the auditor, in another system. */
export type ExportedRoot = {
  readonly format: typeof ROOT_FORMAT
  readonly block: number
  readonly digest: string
  /** RFC 3339. */
  readonly sealed_at: string
  readonly exported_at: string
}

/** Throws root_unreadable. */
export function readRoot(text: string): ExportedRoot {
  let found: Partial<ExportedRoot>
  try {
    found = JSON.parse(text)
  } catch {
    throw rootUnreadable('not JSON')
  }
  if (found?.format !== ROOT_FORMAT) throw rootUnreadable(`format ${found?.format}`)
  if (!Number.isSafeInteger(found.block) || (found.block as number) < 1) throw rootUnreadable(`block ${found.block}`)
  if (!/^[0-9a-f]{64}$/.test(String(found.digest))) throw rootUnreadable(`digest ${found.digest}`)
  return found as ExportedRoot
}

const rootUnreadable = (found: string): Failure =>
  new Failure(
    'root_unreadable',
    {
      zh: `这不是操作日志的根文件（${found}）：请使用 fzpay audit export-root 写出的文件`,
      en: `This is no root of the operation log (${found}): give a file that fzpay audit export-root wrote`,
    },
    { found },
  )
