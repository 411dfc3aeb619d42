/** The word by which this page's policy lets styles in that are made while it runs. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Two styles of the components (the lock of the page beneath a dialog, the measure of its scroll bar) are made without that word, and there is no place to give it to
 * them: so every style that a script of ours makes gets it.
 */
export function giveNonceToStyles(): void {
  const create = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions): HTMLElement => {
    const made = create(name, options)
    if (made instanceof HTMLStyleElement) made.nonce = nonce
    return made
  }) as typeof document.createElement
}
