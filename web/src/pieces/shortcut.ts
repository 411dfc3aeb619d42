/** Keys that do the same, and what it is. */
export type Shortcut = { readonly keys: readonly string[]; readonly zh: string; readonly en: string }
