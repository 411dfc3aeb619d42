/** One text in both languages, as the platform's answers carry it, too. */
export type Both = { readonly zh: string; readonly en: string }
