import { MOVE, movedTo } from '../../pieces/list_moves.ts'
import type { Shortcut } from '../../shell/keys.ts'

export const KEYS: readonly Shortcut[] = [
  MOVE,
  { keys: ['Shift', '↑', '↓'], zh: '连续选择', en: 'Select on the way' },
  { keys: ['Enter', 'c'], zh: '确认这一笔（异常的先看说明）', en: 'Confirm (anomalous ones are explained first)' },
  { keys: ['o', '→'], zh: '查看详情', en: 'Details' },
  { keys: ['u'], zh: '撤回确认', en: 'Take the confirmation back' },
  { keys: ['x'], zh: '选择或取消选择', en: 'Select or not' },
  { keys: ['Esc'], zh: '关闭详情，取消选择', en: 'Close the details, clear the selection' },
]

export type KeyAct =
  | { readonly kind: 'choose'; readonly index: number; readonly range: boolean }
  | { readonly kind: 'confirm' | 'open' | 'undo' | 'select' | 'clear' }

/** What a key does in a list of `count` rows of which `chosen` is chosen (-1: none); `within`: the list has the focus. Pure. */
export function keyAct(
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  chosen: number,
  count: number,
  within: boolean,
): KeyAct | null {
  const index = movedTo(key, chosen, count, within)
  if (index !== null) return { kind: 'choose', index, range: shiftKey }
  switch (key) {
    case 'Enter':
    case 'c':
      return { kind: 'confirm' }
    case 'o':
    case 'ArrowRight':
      return { kind: 'open' }
    case 'u':
      return { kind: 'undo' }
    case 'x':
      return { kind: 'select' }
    case 'Escape':
      return { kind: 'clear' }
    default:
      return null
  }
}
