import type { FundEntry } from './statement.ts'

/**
 * What a channel's own word for a movement means (微信资金账单 业务类型, 支付宝账务明细 业务类型). Charges first: 退还交易手续费 is a charge given
 * back, not a refund. What is not known is `other`, which is shown and never guessed.
 */
const WORDS: readonly (readonly [FundEntry, RegExp])[] = [
  ['fee', /手续费|服务费|收费|退费/],
  ['withdrawal', /提现/],
  ['refund', /退款/],
  ['payment', /^(交易|交易付款|在线支付|支付|收款)$/],
]

export const fundEntry = (word: string): FundEntry => WORDS.find(([, pattern]) => pattern.test(word))?.[0] ?? 'other'
