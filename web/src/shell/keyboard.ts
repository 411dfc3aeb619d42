import { useEffect, useRef } from 'react'
import type { Shortcut } from './keys.ts'

/** The keys of something on the page: what `?` shows of them, and what each does; false: it is none of them. */
export type Keyboard = {
  readonly shortcuts: readonly Shortcut[]
  readonly press: (event: KeyboardEvent) => boolean
}

const inForce = new Set<{ readonly current: Keyboard }>()
/** What came last, such as a page within its frame, stands and hears first. */
const newestFirst = (): Keyboard[] => [...inForce].reverse().map(({ current }) => current)

/** Has these keys as long as its component stands on the page. */
export function useKeyboard(keyboard: Keyboard): void {
  const latest = useRef(keyboard)
  latest.current = keyboard
  useEffect(() => {
    inForce.add(latest)
    return () => void inForce.delete(latest)
  }, [])
}

export const shortcutsInForce = (): Shortcut[] => newestFirst().flatMap(({ shortcuts }) => shortcuts)

/** Gives a key to what on the page knows it. */
export function press(event: KeyboardEvent): void {
  if (newestFirst().some(keyboard => keyboard.press(event))) event.preventDefault()
}
