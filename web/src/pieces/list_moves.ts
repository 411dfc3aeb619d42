import type { Shortcut } from '../shell/keys.ts'

export const MOVE: Shortcut = { keys: ['↑', '↓', 'j', 'k'], zh: '上一行、下一行', en: 'One row up, one down' }

/** By how many rows a key moves. Those that leaf are a list's only within it: elsewhere they scroll the page. */
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }
const LEAPS: Readonly<Record<string, number>> = {
  ...{ PageDown: 10, PageUp: -10, End: Number.POSITIVE_INFINITY, Home: Number.NEGATIVE_INFINITY },
}

/** Which row of `count` a key leads to from the one that is chosen (-1: none); null: it leads nowhere. `within`: the list has the focus. Pure. */
export function movedTo(key: string, chosen: number, count: number, within: boolean): number | null {
  const by = STEPS[key] ?? (within ? LEAPS[key] : undefined)
  return by === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, chosen + by))
}
