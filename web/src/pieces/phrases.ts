import type { Say } from './look.ts'

/** How the two languages put words together: their signs, and their plural. Pure. */

/** "微信支付、支付宝", "WeChat Pay, Alipay" */
export const listed = (t: Say, parts: readonly string[]): string => parts.join(t('、', ', '))

/** "金额不符：手续费从货款扣除", "Amounts differ: fee taken from the money" */
export const titled = (t: Say, title: string, text: string): string => `${title}${t('：', ': ')}${text}`

/** "抚州市自来水公司（FZWATER）", "Water works (FZWATER)" */
export const aside = (t: Say, text: string, more: string): string => t(`${text}（${more}）`, `${text} (${more})`)

/** English only, Chinese has no plural: "1 day", "2 days", "3 boxes". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** What the platform keeps in both languages at once, "平台 Platform": the reader's. Anything else as it is. */
export function spoken(t: Say, text: string): string {
  const [, zh, en] = /^([\u3400-\u9fff]+) ([A-Z][A-Za-z -]*)$/.exec(text) ?? []
  return zh === undefined || en === undefined ? text : t(zh, en)
}
