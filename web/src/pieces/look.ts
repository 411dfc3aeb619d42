import type { Both } from '../shell/both.ts'

/** Types of words, for files that tables and tests share. */

export type Colour = 'success' | 'processing' | 'warning' | 'error' | 'default'
/** How a state looks to a reader. */
export type StateLook = Both & { readonly colour: Colour }

/** As `useText` gives it. */
export type Say = { (zh: string, en: string): string; (both: Both): string }
