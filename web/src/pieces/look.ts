/** One text in both languages, as the platform's answers carry it, too. */
export type Both = { readonly zh: string; readonly en: string }

export type Colour = 'success' | 'processing' | 'warning' | 'error' | 'default'
/** How a state is shown: its word and its colour. */
export type StateLook = Both & { readonly colour: Colour }
