import { useCallback, useMemo, useState } from 'react'
import type { ItemView } from '../../../../src/reconciliation/items/api.ts'
import type { Pages } from './use_pages.ts'

export type Selection = {
  readonly items: readonly ItemView[]
  readonly numbers: ReadonlySet<string>
  /** One row, or with `range` all from the last one that was selected. */
  readonly toggle: (index: number, range: boolean) => void
  readonly all: () => void
  readonly clear: () => void
}

/** Rows that several things are to be done to at once; only what `fits` is taken in. */
export function useSelection(pages: Pages, fits: (index: number) => boolean): Selection {
  const [chosen, setChosen] = useState<ReadonlyMap<string, ItemView>>(new Map())
  const [anchor, setAnchor] = useState(-1)
  const toggle = (index: number, range: boolean): void => {
    const after = new Map(chosen)
    const [low, high] = range && anchor >= 0 ? [Math.min(anchor, index), Math.max(anchor, index)] : [index, index]
    for (let row = low; row <= high; row++) {
      const item = pages.at(row)?.item
      if (!item || !fits(row)) continue
      if (!range && after.has(item.payment_no)) after.delete(item.payment_no)
      else after.set(item.payment_no, item)
    }
    setAnchor(index)
    setChosen(after)
  }
  return {
    items: useMemo(() => [...chosen.values()], [chosen]),
    numbers: useMemo(() => new Set(chosen.keys()), [chosen]),
    toggle,
    all: () => {
      const after = new Map(chosen)
      for (let row = 0; row < pages.count; row++) {
        const item = pages.at(row)?.item
        if (item && fits(row)) after.set(item.payment_no, item)
      }
      setChosen(after)
    },
    clear: useCallback(() => {
      setChosen(new Map())
      setAnchor(-1)
    }, []),
  }
}
