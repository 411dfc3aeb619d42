/**
 * A request or an input that is refused. Anything else that is thrown is a bug.
 * `code` is stable and English; `detail` carries what the reader needs to mend it (file, record, column, found, expected).
 * `zh` and `en` are one clear sentence each: what is wrong, where, how to mend it.
 */
export class Failure extends Error {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: string, text: { zh: string; en: string }, detail: Record<string, unknown> = {}) {
    super(text.en)
    this.name = 'Failure'
    this.code = code
    this.zh = text.zh
    this.en = text.en
    this.detail = detail
  }
}

export type Lang = 'zh' | 'en'

/** The sentence for one reader. */
export const failureText = (failure: Failure, lang: Lang): string => failure[lang]
