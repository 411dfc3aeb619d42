import { columnWord } from '../column_word.ts'

/** Something a person must say (or should know) about a column. */
export type Doubt = { readonly column: string | null; readonly code: string; readonly zh: string; readonly en: string }

const WANTED = {
  time: { zh: '时间', en: 'time', field: 'occurred_at' },
  amount: { zh: '金额', en: 'amount', field: 'amount' },
  direction: { zh: '收支方向', en: 'direction', field: 'direction' },
} as const
/** What is never guessed. */
export type Wanted = keyof typeof WANTED

/** No column at all can be the time (or the amount). */
export const missingDoubt = (what: 'time' | 'amount', headers: readonly string[]): Doubt => ({
  column: null,
  code: what === 'time' ? 'time_column_missing' : 'amount_column_missing',
  zh: `没有找到${WANTED[what].zh}列（列有：${headers.join('、')}）：请用列映射指明，写作 --column 列名=${WANTED[what].field}`,
  en: `no ${WANTED[what].en} column was found among: ${headers.join(', ')}; name it by a mapping, written --column HEADER=${WANTED[what].field}`,
})

/** The time column's values are no dates. */
export const unreadTimes = (header: string, example: string): Doubt => ({
  column: header,
  code: 'time_column_unreadable',
  zh: `列“${header}”应是时间，但它的值（如 ${example.slice(0, 30)}）不是看得懂的日期：请改成 2026-11-20 或 2026-11-20 09:30:00 这样的写法，或用列映射指明另一列，写作 --column 列名=occurred_at`,
  en: `column "${header}" should be the time, but its values (such as ${example.slice(0, 30)}) are no dates that can be read: write them like 2026-11-20 or 2026-11-20 09:30:00, or name another column by a mapping, written --column HEADER=occurred_at`,
})

/** The column may be it, which a person must say. */
export const unsureDoubt = (header: string, what: Wanted): Doubt => ({
  column: header,
  code: `${what}_column_unsure`,
  zh: `列“${header}”可能是${WANTED[what].zh}，但不能确定：请用列映射确认，如 ${columnWord(header, WANTED[what].field)}（不是则写 ${columnWord(header, '-')}）`,
  en: `column "${header}" may be the ${WANTED[what].en}, which is not certain: confirm by a mapping, such as ${columnWord(header, WANTED[what].field)} (or ${columnWord(header, '-')} if it is not)`,
})
