import type { CauseList } from '../../../src/causes/api.ts'
import { useRead } from '../shell/reading.ts'
import { useSession } from '../shell/session.tsx'
import { useText } from '../shell/text.ts'

/** Names of causes by their codes, for whoever may see discrepancies. */
export function useCauseNames(): (code: string) => string {
  const t = useText()
  const { may } = useSession()
  const { data } = useRead<CauseList>('discrepancies', '/api/causes', {}, { enabled: may('discrepancy.read') })
  return code => {
    const found = data?.causes.find(({ cause }) => cause === code)
    return found ? t(found.name_zh, found.name_en) : code
  }
}
