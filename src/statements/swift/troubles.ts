import type { EntryTrouble } from './entry.ts'

/** What a problem in :61: is called. */
export const TROUBLE_CODE: Readonly<Record<EntryTrouble, string>> = {
  date: 'time_unreadable',
  mark: 'direction_unreadable',
  amount: 'amount_unreadable',
  decimals: 'amount_unreadable',
  type: 'entry_incomplete',
}

/** What is told of it, behind the name of the line; # is the number of decimals. */
export const TROUBLE_TEXT: Readonly<Record<EntryTrouble, readonly [zh: string, en: string]>> = {
  date: [
    '的日期无法识别，应为 YYMMDD 加可选的 MMDD',
    'has no date that can be read; YYMMDD and perhaps MMDD are expected',
  ],
  mark: ['的借贷标志无法识别，应为 C、D、RC、RD、EC 或 ED', 'has no mark C, D, RC, RD, EC or ED behind the date'],
  amount: [
    '的金额无法识别，应为 1234,50 这样用逗号作小数点的数字',
    'has an amount that cannot be read; one like 1234,50 with a decimal comma is expected',
  ],
  decimals: [
    '的金额小数多于该币种的 # 位，或者过大',
    'has an amount with more than the # decimals of its currency, or one that is too large',
  ],
  type: ['缺少业务类型（如 NTRF），这一行不完整', 'has no transaction type (like NTRF): the line is cut off'],
}
