import { Failure } from '../kernel/failure.ts'
import type { CsvTrouble } from './csv_records.ts'

/** Why a payments file is refused: always the file, the row, the column, and how to mend it. */

export type Place = { readonly name: string; readonly record: number; readonly line: number }

const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

export const unreadable = (name: string, reason: string): Failure => {
  const why =
    reason === 'ENOENT'
      ? { zh: '文件不存在', en: 'there is no such file' }
      : reason === 'EISDIR'
        ? { zh: '不是普通文件', en: 'it is no regular file' }
        : { zh: `无法读取（${reason}）`, en: `it cannot be read (${reason})` }
  return new Failure(
    'file_unreadable',
    {
      zh: `平台记录文件“${name}”：${why.zh}，请检查路径和权限`,
      en: `payments file "${name}": ${why.en}; check the path and its permissions`,
    },
    { file: name, reason },
  )
}

export const empty = (name: string): Failure =>
  new Failure(
    'file_empty',
    {
      zh: `平台记录文件“${name}”是空的：第一行应为列名，请重新导出`,
      en: `payments file "${name}" is empty: its first row should hold the column names; export it again`,
    },
    { file: name },
  )

export function troubled(name: string, { code, line }: CsvTrouble): Failure {
  const text = {
    encoding: {
      zh: '不是 UTF-8 编码（可能是 GBK，或字符被截断），请另存为 UTF-8',
      en: 'is not UTF-8 (perhaps GBK, or a character was cut); save the file as UTF-8',
    },
    binary: {
      zh: '含有二进制内容（可能是 UTF-16 或其他文件），请导出为 UTF-8 的 CSV',
      en: 'holds binary data (perhaps UTF-16, or another kind of file); export it as CSV in UTF-8',
    },
    quote: {
      zh: '的引号不成对（RFC 4180：含逗号、引号或换行的字段用双引号括起，其中的引号写两次）',
      en: 'has a quote without its partner (RFC 4180: a field with a comma, quote or newline stands in double quotes, a quote inside is written twice)',
    },
  }[code]
  return new Failure(
    code === 'quote' ? 'csv_quote' : code === 'binary' ? 'file_binary' : 'file_encoding',
    { zh: `平台记录文件“${name}”第 ${line} 行${text.zh}`, en: `payments file "${name}", line ${line} ${text.en}` },
    { file: name, line },
  )
}

export function columnsMissing(name: string, missing: readonly string[], header: readonly string[]): Failure {
  const found = shown(header.join(','))
  return new Failure(
    'column_missing',
    {
      zh: `平台记录文件“${name}”缺少列 ${missing.join('、')}（第 1 行为 ${found}）：请补上列名，逗号分隔`,
      en: `payments file "${name}" has no column ${missing.join(', ')} (its first row is ${found}): add the names, separated by commas`,
    },
    { file: name, columns: missing, found: header },
  )
}

export const columnTwice = (name: string, column: string): Failure =>
  new Failure(
    'column_twice',
    {
      zh: `平台记录文件“${name}”有两个列都叫 ${column}：请删去或改名一列`,
      en: `payments file "${name}" has two columns named ${column}: remove or rename one`,
    },
    { file: name, column },
  )

const at = ({ name, record, line }: Place): { zh: string; en: string } => ({
  zh: `平台记录文件“${name}”第 ${record} 条记录（文件第 ${line} 行）`,
  en: `payments file "${name}", record ${record} (line ${line} of the file)`,
})

export const fieldCount = (place: Place, found: number, expected: number): Failure =>
  new Failure(
    'field_count',
    {
      zh: `${at(place).zh}有 ${found} 个字段，表头有 ${expected} 个：含逗号的字段请用双引号括起`,
      en: `${at(place).en} has ${found} fields, the header ${expected}: put fields with commas in double quotes`,
    },
    { file: place.name, record: place.record, line: place.line, found, expected },
  )

export const unreadableField = (place: Place, column: string, found: string, expected: string): Failure =>
  new Failure(
    `${column}_unreadable`,
    {
      zh: `${at(place).zh}的 ${column} “${shown(found)}”无法读取，应如 ${expected}`,
      en: `${at(place).en}: ${column} "${shown(found)}" cannot be read; expected something like ${expected}`,
    },
    { file: place.name, record: place.record, line: place.line, column, found },
  )

export const digitsLost = (place: Place, column: string, found: string): Failure =>
  new Failure(
    'digits_lost',
    {
      zh: `${at(place).zh}的 ${column} “${found}”是电子表格的科学计数法，号码已丢失数字：请从系统重新导出`,
      en: `${at(place).en}: ${column} "${found}" is a spreadsheet's scientific notation and has lost its digits: export it from the system again`,
    },
    { file: place.name, record: place.record, line: place.line, column, found },
  )

export const paymentNoMissing = (place: Place): Failure =>
  new Failure(
    'payment_no_missing',
    {
      zh: `${at(place).zh}的 payment_no 为空：每条记录须有唯一编号`,
      en: `${at(place).en}: payment_no is empty; every record needs a unique one`,
    },
    { file: place.name, record: place.record, line: place.line, column: 'payment_no' },
  )

export const paymentNoTwice = (
  paymentNo: string,
  first: { name: string; record: number },
  second: { name: string; record: number },
): Failure =>
  new Failure(
    'payment_no_twice',
    {
      zh: `平台记录文件“${second.name}”第 ${second.record} 条记录的 payment_no “${shown(paymentNo)}”与${first.name === second.name ? '' : `“${first.name}”`}第 ${first.record} 条重复：请删去重复的记录`,
      en: `payments file "${second.name}", record ${second.record}: payment_no "${shown(paymentNo)}" repeats record ${first.record}${first.name === second.name ? '' : ` of "${first.name}"`}; remove the repeated one`,
    },
    { file: second.name, record: second.record, column: 'payment_no', found: paymentNo, first },
  )
