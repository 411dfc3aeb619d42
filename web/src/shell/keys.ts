/** Keys that do the same, and what it is. */
export type Shortcut = { readonly keys: readonly string[]; readonly zh: string; readonly en: string }

/** Of an event of the keyboard. */
type Pressed = {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly defaultPrevented: boolean
  readonly target: unknown
}

const FIELDS =
  'input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=combobox], [role=menu]'
const PRESSED_BY_ENTER = 'a, button, summary, [role=tab]'

/** Whether what has the focus stands within such an element. */
export const isWithin = (target: unknown, selector: string): boolean =>
  (target as { closest?: (selector: string) => unknown } | null)?.closest?.(selector) != null

/**
 * Whether a key is the page's, and not its browser's, nor of what has the focus: a field, a dialog, or a button that Enter presses. What is marked
 * `data-enter="page"` leaves Enter to the page. Pure.
 */
export const isOfPage = ({ key, ctrlKey, metaKey, altKey, defaultPrevented, target }: Pressed): boolean =>
  !(ctrlKey || metaKey || altKey || defaultPrevented || isWithin(target, FIELDS)) &&
  (key !== 'Enter' || !isWithin(target, PRESSED_BY_ENTER) || isWithin(target, '[data-enter=page]'))
