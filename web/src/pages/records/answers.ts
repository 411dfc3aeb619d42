import type { Both } from '../../shell/both.ts'

/** Why a payment still waits, by what the channel answered last. Pure. */
const WORDS: Readonly<Record<string, Both>> = {
  '': { zh: '尚未查询', en: 'Not asked yet' },
  absent: { zh: '渠道没有这笔支付', en: 'The channel has no such payment' },
  pending: { zh: '渠道处理中', en: 'The channel is working on it' },
  unpaid: { zh: '缴费人尚未付款', en: 'The payer has not paid' },
  unknown: { zh: '渠道没有明确答复', en: 'The channel gave no clear answer' },
}

/** `unknown: timeout` is a word and the channel's own detail. */
export function answerWords(answer: string): { readonly words: Both; readonly detail: string } {
  const [head = '', ...rest] = answer.split(': ')
  const words = WORDS[head]
  return words ? { words, detail: rest.join(': ') } : { words: { zh: answer, en: answer }, detail: '' }
}

/** How long since, in words: from when it was made to when the list was read. */
export function ageWords(from: string, now: string | number): Both {
  const minutes = Math.max(0, Math.floor((new Date(now).getTime() - new Date(from).getTime()) / 60_000))
  if (minutes < 60) return { zh: `${minutes} 分钟`, en: `${minutes} min` }
  const hours = Math.floor(minutes / 60)
  return hours < 48
    ? { zh: `${hours} 小时`, en: `${hours} h` }
    : { zh: `${Math.floor(hours / 24)} 天`, en: `${Math.floor(hours / 24)} d` }
}
