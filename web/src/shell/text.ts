import type { Both } from './both.ts'
import { remembered, useRemembered } from './memory.ts'

export type Lang = 'zh' | 'en'

export const language = remembered<Lang>('lang', ['zh', 'en'], () => 'zh')
export const useLang = (): Lang => useRemembered(language)

/** Gives the one of two texts that the user reads: `t('复核', 'Review')`, or `t(both)`. */
export type Text = { (zh: string, en: string): string; (both: Both): string }

export function useText(): Text {
  return textIn(useLang())
}

export const textIn =
  (lang: Lang): Text =>
  (zh: string | Both, en?: string): string =>
    typeof zh === 'string' ? (lang === 'zh' ? zh : (en ?? zh)) : zh[lang]
