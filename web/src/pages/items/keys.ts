import type { Shortcut } from '../../pieces/shortcut.ts'

export const KEYS: readonly Shortcut[] = [
  { keys: ['↑', '↓', 'j', 'k'], zh: '上一笔、下一笔', en: 'One up, one down' },
  { keys: ['Shift', '↑', '↓'], zh: '连续选择', en: 'Select on the way' },
  { keys: ['Enter', 'c'], zh: '确认这一笔（异常的先看说明）', en: 'Confirm (anomalous ones are explained first)' },
  { keys: ['o', '→'], zh: '查看详情', en: 'Details' },
  { keys: ['u'], zh: '撤回确认', en: 'Take the confirmation back' },
  { keys: ['x'], zh: '选择或取消选择', en: 'Select or not' },
  { keys: ['/'], zh: '按号码查找', en: 'Find by a number' },
  { keys: ['Esc'], zh: '关闭详情，取消选择', en: 'Close the details, clear the selection' },
]

export type KeyAct =
  | { readonly kind: 'choose'; readonly index: number; readonly range: boolean }
  | { readonly kind: 'confirm' | 'open' | 'undo' | 'select' | 'clear' }

type Pressed = {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** What a key does in a list of `count` rows of which `chosen` is chosen (-1: none). Pure. */
export function keyAct(
  { key, shiftKey, ctrlKey, metaKey, altKey }: Pressed,
  chosen: number,
  count: number,
): KeyAct | null {
  if (ctrlKey || metaKey || altKey) return null
  const to = (index: number): KeyAct | null =>
    count === 0 ? null : { kind: 'choose', index: Math.max(0, Math.min(count - 1, index)), range: shiftKey }
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return to(chosen + 1)
    case 'ArrowUp':
    case 'k':
      return to(Math.max(chosen, 1) - 1)
    case 'PageDown':
      return to(chosen + 10)
    case 'PageUp':
      return to(chosen - 10)
    case 'Home':
      return to(0)
    case 'End':
      return to(count - 1)
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
