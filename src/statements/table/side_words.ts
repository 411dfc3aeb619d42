import { columnWord } from '../column_word.ts'
import type { Field } from '../statement.ts'
import type { Doubt } from './doubt.ts'
import type { Shape } from './shape.ts'
import { statusOf } from './vocabulary.ts'

/** Words of which one may say that money went out, or came back. */
const OUT =
  /[退返冲撤]|支出|转出|付出|流出|汇出|提现|出金|出账|往账|取款|扣款|扣费|提款|refund|return|revers|charge-?back|withdraw|pay-?out|outgoing|\bdebit|\bout\b/i
/** A file may well be of nothing but these. */
const NO_SIDE = /^(?:已|未|可|不可|无|否|全额|部分)?退(?:款)?(?:状态)?$/

/** More words are a text, not a mark. */
const WORDS_MAX = 8

/**
 * Nothing tells the direction and every amount is plus, yet a column of a few words tells records apart, and some of its words
 * sound like money out: what it means must be said before all of it is taken for money in.
 */
export function askForSideWords(
  headers: readonly string[],
  shapes: readonly Shape[],
  taken: ReadonlySet<number>,
  doubts: Doubt[],
): void {
  for (const [column, shape] of shapes.entries()) {
    if (taken.has(column) || doubts.some(doubt => doubt.column === headers[column])) continue
    const words = new Set(shape.values)
    if (words.size < 2 || words.size > WORDS_MAX || shape.values.length < words.size + 2) continue
    if (shape.amounts > 0 || shape.dates > 0) continue
    const out = [...words].filter(word => OUT.test(word) && !NO_SIDE.test(word))
    if (out.length === 0 || out.length === words.size) continue
    const [name, shown] = [headers[column]!, [...words].slice(0, 4).join('、')]
    doubts.push({
      column: name,
      code: 'direction_column_unsure',
      zh: `金额全是正数，也没有收支方向列，而列“${name}”的值（${shown}）像是在区分收支：请把它的词改成收入/支出后写 ${columnWord(name, 'direction')}，或写 ${columnWord(name, '-')}（全部是收入时）`,
      en: `every amount is plus and no column tells the direction, but the values of column "${name}" (${shown}) seem to tell money in from money out: change them to words such as in/out and say ${columnWord(name, 'direction')}, or ${columnWord(name, '-')} where all of it is money in`,
    })
  }
}

/**
 * A column that was not taken for the status, yet holds words of one, and not only of success: rows that failed moved no money.
 */
export function askForStatusWords(
  headers: readonly string[],
  shapes: readonly Shape[],
  taken: ReadonlySet<number>,
  doubts: Doubt[],
): void {
  for (const [column, shape] of shapes.entries()) {
    if (taken.has(column) || doubts.some(doubt => doubt.column === headers[column])) continue
    const words = [...new Set(shape.values)]
    // One letter may be anything.
    if (words.length < 2 || words.length > WORDS_MAX || shape.values.length < words.length + 2) continue
    const states = words.filter(word => word.length > 1 && statusOf(word) !== null)
    if (states.length === 0 || words.every(word => statusOf(word) === 'success')) continue
    const [name, shown] = [headers[column]!, words.slice(0, 4).join('、')]
    doubts.push({
      column: name,
      code: 'status_unknown',
      zh: `列“${name}”的值（${shown}）像是交易结果，没有成功的记录不应入账：请写 ${columnWord(name, 'status')}（看不懂的状态会被拒收），与结果无关则写 ${columnWord(name, '-')}`,
      en: `the values of column "${name}" (${shown}) look like the outcome of a transaction, and what did not succeed must not be booked: say ${columnWord(name, 'status')} (rows with unknown words are rejected), or ${columnWord(name, '-')} if it tells something else`,
    })
  }
}

/** Columns whose words are no side: who paid, what by, in which currency, in which state. */
export const SIDELESS: ReadonlySet<Field> = new Set<Field>([
  'status',
  'currency',
  'payer_name',
  'channel',
  'zone',
  'merchant_no',
  'batch_no',
])

/** A record's own words say that it gives money back. */
export const saysBack = (text: string): boolean =>
  /^(?:[[【(（]?)(?:退款|退费|退货|退汇|冲正|冲账|撤销|抹账|refund|reversal|reversed|charge-?back)/i.test(text.trim())
