/** What the policy of this page lets styles in by; made anew for each load. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Style elements that libraries make get it when they are made: the lock of the page behind an open dialog (@rc-component/portal) asks nobody for it. Scripts get
 * nothing by this.
 */
const createElement = document.createElement.bind(document)
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const element = createElement(name, options)
  if (element instanceof HTMLStyleElement) element.nonce = nonce
  return element
}) as typeof document.createElement
