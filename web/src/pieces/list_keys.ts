import { useState } from 'react'
import { useKeyboard } from '../shell/keyboard.ts'
import { isWithin, type Shortcut } from '../shell/keys.ts'
import { MOVE, movedTo } from './list_moves.ts'

/** Whether the rows of a list have the focus. */
export const isInRows = ({ target }: KeyboardEvent): boolean => isWithin(target, '.rows')

/** The row that the keyboard is at, for `Rows`. */
export type ChosenRow = {
  /** -1: none. */
  readonly chosen: number
  /** Grows with each move by the keyboard: the focus follows those. */
  readonly moves: number
  readonly choose: (index: number) => void
}

export const OPEN: Shortcut = { keys: ['Enter'], zh: '打开', en: 'Open it' }
const PICK: Shortcut = { keys: ['x'], zh: '选中或取消选中', en: 'Pick it, or put it back' }
const SEARCH: Shortcut = { keys: ['/'], zh: '查找', en: 'Search' }

/** The row that is chosen, by keys or by the focus, and moving it. */
export function useChosenRow(count: number): ChosenRow & { readonly moveTo: (index: number) => void } {
  const [{ at, moves }, set] = useState({ at: -1, moves: 0 })
  return {
    chosen: Math.min(at, count - 1),
    moves,
    choose: index => set(before => ({ ...before, at: index })),
    moveTo: index => set(before => ({ at: index, moves: before.moves + 1 })),
  }
}

/** The keyboard of a list: moves through its rows, opens one, and picks it where several can be worked on at once. */
export function useListKeys({
  count,
  open,
  toggle,
}: {
  readonly count: number
  readonly open: (index: number) => void
  readonly toggle?: ((index: number) => void) | undefined
}): ChosenRow {
  const row = useChosenRow(count)
  const { chosen } = row
  useKeyboard({
    shortcuts: toggle ? [MOVE, OPEN, PICK] : [MOVE, OPEN],
    press: event => {
      const to = movedTo(event.key, chosen, count, isInRows(event))
      if (to !== null) row.moveTo(to)
      else if (event.key === 'Enter' && chosen >= 0) open(chosen)
      else if (event.key === 'x' && chosen >= 0 && toggle) toggle(chosen)
      else return false
      return true
    },
  })
  return row
}

/** `/` goes to where one searches. */
export function useSearchKey(focus: () => void): void {
  useKeyboard({
    shortcuts: [SEARCH],
    press: ({ key }) => {
      if (key === '/') focus()
      return key === '/'
    },
  })
}
