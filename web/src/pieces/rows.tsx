import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

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
  /** A row that must be seen, such as the one chosen by the keyboard. */
  readonly focus?: number | undefined
}

/** Rows by the hundred thousand: only those in sight are in the page. */
export function Rows<T>({ rows, keyOf, render, height, viewport, label, more, focus }: RowsProps<T>) {
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
  useEffect(() => {
    if (focus !== undefined && focus >= 0) virtual.scrollToIndex(focus, { align: 'auto' })
  }, [focus, virtual])
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
          >
            {render(rows[item.index] as T, item.index)}
          </li>
        ))}
      </ul>
    </div>
  )
}
