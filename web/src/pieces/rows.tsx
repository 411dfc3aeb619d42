import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import type { ChosenRow } from './list_keys.ts'

export type RowsProps<T> = {
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  readonly render: (row: T, index: number) => ReactNode
  /** Pixels of a row before it was measured. */
  readonly height: number
  /** Pixels of the part of the page in which the rows scroll. */
  readonly viewport: string
  /** What these are rows of, for whoever hears the page. */
  readonly label: string
  /** Asked for when the end comes near. */
  readonly more?: (() => void) | undefined
  /** Where the keyboard is. */
  readonly at?: ChosenRow | undefined
}

/** Rows by the hundred thousand: only those in sight are in the page. */
export function Rows<T>({ rows, keyOf, render, height, viewport, label, more, at }: RowsProps<T>) {
  const parent = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => parent.current,
    estimateSize: () => height,
    getItemKey: index => keyOf(rows[index] as T),
    overscan: 8,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= rows.length - 20) more()
  }, [last, rows.length, more])
  useFocusOfRow(parent, at, index => virtual.scrollToIndex(index, { align: 'auto' }))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div ref={parent} className="rows" style={{ height: viewport }} tabIndex={0}>
      <ul aria-label={label} style={{ height: virtual.getTotalSize() }}>
        {shown.map(item => (
          <li
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            aria-setsize={more ? -1 : rows.length}
            aria-posinset={item.index + 1}
            style={{ transform: `translateY(${item.start}px)` }}
            onFocus={at && (() => at.choose(item.index))}
          >
            {render(rows[item.index] as T, item.index)}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Moves by the keyboard bring their row into sight, and the focus to what opens it. */
export function useFocusOfRow(
  parent: RefObject<HTMLElement | null>,
  at: Pick<ChosenRow, 'chosen' | 'moves'> | undefined,
  scrollTo: (index: number) => void,
): void {
  const { chosen = -1, moves = 0 } = at ?? {}
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a move by the keyboard takes the focus along
  useEffect(() => {
    if (moves === 0 || chosen < 0) return
    scrollTo(chosen)
    let frame = 0
    // A row far away is drawn some frames after the list was scrolled to it.
    const take = (tries: number): void => {
      frame = requestAnimationFrame(() => {
        const row = parent.current?.querySelector<HTMLElement>(`li[data-index="${chosen}"] :is(a, button)`)
        if (row) row.focus({ preventScroll: true })
        else if (tries > 1) take(tries - 1)
      })
    }
    take(10)
    return () => cancelAnimationFrame(frame)
  }, [moves])
}
