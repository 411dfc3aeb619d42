import type { Lang } from '../kernel/failure.ts'
import { type AmountTrouble, amountTroubleText } from '../statements/amount_text.ts'
import { neutralized } from '../system/spreadsheet.ts'
import type { BillProblem, BillProblemCode } from './bill_batch.ts'
import { columnName } from './bill_batch_columns.ts'

/** What is wrong, and how to mend it: one sentence each. */
type Text = { readonly zh: string; readonly en: string }

/** The sentence for a problem, without its place. */
export function problemText({ code, found, expected, column }: BillProblem): Text {
  const name = column === null ? '' : columnName(column)
  const like = expected === '' ? { zh: '', en: '' } : { zh: `，应如 ${expected}`, en: `; expected like ${expected}` }
  const texts: Record<BillProblemCode, () => Text> = {
    undecodable: () => ({
      zh: `“${found}”含有无法识别的字符（文件损坏或混用编码）：请以 UTF-8 重新导出`,
      en: `"${found}" holds bytes that are no characters (damaged, or mixed encodings): export the file again as UTF-8`,
    }),
    quote_open: () => ({
      zh: '有引号没有配对：含逗号、引号或换行的内容用双引号括起，其中的引号写两次',
      en: 'a quote has no partner: put text with commas, quotes or newlines in double quotes, and write a quote inside twice',
    }),
    field_count: () => ({
      zh: `比表头多出内容“${found}”：含分隔符的内容请用双引号括起`,
      en: `has more cells than the header ("${found}"): put text with the separator inside in double quotes`,
    }),
    missing: () => ({ zh: `${name} 为空${like.zh}：请补上`, en: `${name} is empty${like.en}: fill it in` }),
    digits_lost: () => ({
      zh: `${name}“${found}”是科学计数法，号码已丢失数字：请把该列设为文本后从系统重新导出`,
      en: `${name} "${found}" is in scientific notation and has lost its digits: format the column as text and export again`,
    }),
    unreadable: () => ({
      zh: `${name}“${found}”不符合格式${like.zh}`,
      en: `${name} "${found}" is not of the right form${like.en}`,
    }),
    too_long: () => ({
      zh: `${name}“${found}”太长，应 ${expected} 个字`,
      en: `${name} "${found}" is too long; ${expected} characters are possible`,
    }),
    order_no_twice: () => ({
      zh: `缴费单号 ${found} 与第 ${expected} 行重复：每张账单须有唯一单号，请改号或删去一行`,
      en: `order number ${found} stands in row ${expected} already: each bill needs a number of its own`,
    }),
    order_no_taken: () => ({
      zh: `缴费单号 ${found} 系统中已有账单：请换号；若已开过此账单请删去本行`,
      en: `order number ${found} is a bill in the book already: take another number, or remove the row if it was issued before`,
    }),
    fee_item_unknown: () => ({
      zh: `没有缴费项目“${found}”：请填项目编号或名称${expected ? `，如 ${expected}` : '，或先建立该项目'}`,
      en: `there is no fee item "${found}": give its id or name${expected ? `, such as ${expected}` : ', or create it first'}`,
    }),
    fee_item_ambiguous: () => ({
      zh: `有几个缴费项目都叫“${found}”：请改填项目编号 ${expected}`,
      en: `several fee items are named "${found}": give the id instead: ${expected}`,
    }),
    fee_item_unavailable: () => ({
      zh: `缴费项目“${found}”或其收费单位已暂停或停用，不能开单：请换项目${expected ? `（如 ${expected}）` : ''}或先恢复`,
      en: `fee item "${found}" or its merchant is suspended or retired: take another${expected ? ` (such as ${expected})` : ''}, or resume it first`,
    }),
    fee_item_foreign: () => ({
      zh: `缴费项目“${found}”不属于本批次的收费单位 ${expected}`,
      en: `fee item "${found}" is not one of merchant ${expected}, whose batch this is`,
    }),
    amount_unreadable: () => amountTroubleText(expected as AmountTrouble, found, 2),
    amount_not_positive: () => ({
      zh: `金额“${found}”须大于 0，应如 ${expected}`,
      en: `the amount "${found}" must be above 0; expected like ${expected}`,
    }),
    due_date_past: () => ({
      zh: `截止日期“${found}”已过（${expected}）：请核对年份`,
      en: `the due date "${found}" is over (${expected}): look at the year`,
    }),
    like_another: () => ({
      zh: `与第 ${expected} 行的户号、项目、所属期、金额都相同：请确认不是重复开单`,
      en: `account, fee item, period and amount equal row ${expected}: make sure it is not billed twice`,
    }),
    like_existing: () => ({
      zh: `系统中缴费单 ${expected} 的户号、项目、所属期、金额都相同：请确认不是重复开单`,
      en: `account, fee item, period and amount equal order ${expected} in the book: make sure it is not billed twice`,
    }),
    column_ignored: () => ({
      zh: `列“${found}”不在格式中，其内容不会导入：如需导入请改用规定的列名`,
      en: `column "${found}" is not one of the format and is left out: rename it if it should be read`,
    }),
    file_issued: () => ({
      zh: `同一个文件已在批次 ${expected} 开单：请勿重复上传；如需更正请用新的单号`,
      en: `the same file was issued as batch ${expected}: do not upload it again; corrections take new order numbers`,
    }),
  }
  return texts[code]()
}

/** RFC 4180 with a byte order mark, so that Excel reads it as UTF-8; nothing in it runs as a formula. */
export function* problemsCsv(problems: readonly BillProblem[], lang: Lang): Generator<string> {
  const zh = lang === 'zh'
  yield `\ufeff${(
    zh
      ? ['行', '列', '级别', '实际内容', '应为', '问题与改法', '代码']
      : ['row', 'column', 'severity', 'found', 'expected', 'what and how to mend', 'code']
  ).join(',')}\r\n`
  for (const problem of problems) {
    const severity = problem.severity === 'error' ? (zh ? '错误' : 'error') : zh ? '提醒' : 'warning'
    const column = problem.column === null ? '' : columnName(problem.column)
    const cells = [column, severity, problem.found, expectedText(problem), problemText(problem)[lang], problem.code]
    yield `${problem.row},${cells.map(quoted).join(',')}\r\n`
  }
}

/** An example of what should stand there, where one can be given. */
export const expectedText = ({ code, expected }: BillProblem): string =>
  code === 'amount_unreadable' ? '1234.50' : NO_EXAMPLE.includes(code) ? '' : expected

const NO_EXAMPLE: readonly BillProblemCode[] = ['order_no_twice', 'like_another', 'like_existing', 'file_issued']

function quoted(text: string): string {
  const safe = neutralized(text)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
