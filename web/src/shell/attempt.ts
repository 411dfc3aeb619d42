import { useCallback, useState } from 'react'
import { Refused } from './api.ts'

export type Attempts = {
  readonly busy: boolean
  /** What the last attempt was answered; null while one is under way, and after one that went well. */
  readonly refused: Refused | null
  /** Does it; true when it was done. What the platform refuses is kept to be shown, anything else is thrown. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>
  readonly forget: () => void
}

/** Work that is given to a dialog, or takes more than one request: whether it is under way, and why it was refused. A single request has both from `useDeed`. */
export function useAttempt(): Attempts {
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)
  const attempt = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    setRefused(null)
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setRefused(error)
      return false
    } finally {
      setBusy(false)
    }
  }, [])
  const forget = useCallback(() => setRefused(null), [])
  return { busy, refused, attempt, forget }
}
