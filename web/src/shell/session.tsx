import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import type { SessionView } from '../../../src/access/api.ts'
import { ask, keepCsrf, onSessionOver, Refused } from './api.ts'
import { queries } from './reading.ts'

export type Session = {
  readonly who: SessionView
  readonly may: (...permissions: readonly string[]) => boolean
  /** Reads it again, after the password or a factor was changed. */
  readonly refresh: () => Promise<void>
  readonly leave: () => Promise<void>
}

export type Entry =
  | { readonly state: 'looking' }
  | { readonly state: 'out'; readonly over: boolean }
  | { readonly state: 'unreachable'; readonly why: Refused; readonly again: () => void }
  | { readonly state: 'in'; readonly session: Session }

type Door = { readonly entry: Entry; readonly enter: (who: SessionView) => void }
const DoorContext = createContext<Door | null>(null)

/** Who is logged in, for everything beneath it. */
export function SessionDoor({ children }: { readonly children: ReactNode }) {
  const [who, setWho] = useState<SessionView | null>(null)
  const [state, setState] = useState<'looking' | 'out' | 'over' | Refused>('looking')

  const enter = useCallback((entered: SessionView): void => {
    keepCsrf(entered.csrf_token)
    setWho(entered)
  }, [])
  const look = useCallback(async (): Promise<void> => {
    try {
      enter(await ask<SessionView>('GET', '/api/session'))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setWho(null)
      setState(error.status === 401 ? 'out' : error)
    }
  }, [enter])

  useEffect(() => {
    void look()
    // What stands on the page was this person's: the next one begins with nothing.
    onSessionOver(() => {
      setWho(null)
      setState('over')
      queries.clear()
    })
  }, [look])

  const door = useMemo<Door>(() => {
    const leave = async (): Promise<void> => {
      await ask('DELETE', '/api/session').catch(() => {})
      keepCsrf('')
      setWho(null)
      setState('out')
      queries.clear()
    }
    if (who === null) {
      if (state === 'looking') return { enter, entry: { state: 'looking' } }
      if (state instanceof Refused)
        return { enter, entry: { state: 'unreachable', why: state, again: () => void look() } }
      return { enter, entry: { state: 'out', over: state === 'over' } }
    }
    const held = new Set(who.permissions)
    return {
      enter,
      entry: {
        state: 'in',
        session: { who, may: (...asked) => asked.every(each => held.has(each)), refresh: look, leave },
      },
    }
  }, [who, state, enter, look])
  return <DoorContext value={door}>{children}</DoorContext>
}

export function useDoor(): Door {
  const door = useContext(DoorContext)
  if (!door) throw new Error('outside of SessionDoor')
  return door
}

/** Who is logged in; only beneath pages that are shown to whoever is. */
export function useSession(): Session {
  const { entry } = useDoor()
  if (entry.state !== 'in') throw new Error('nobody is logged in')
  return entry.session
}
