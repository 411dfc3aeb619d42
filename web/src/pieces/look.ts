import type { Both } from '../shell/both.ts'

export type Colour = 'success' | 'processing' | 'warning' | 'error' | 'default'
/** How a state is shown: its word and its colour. */
export type StateLook = Both & { readonly colour: Colour }
