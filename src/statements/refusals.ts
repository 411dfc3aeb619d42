import { Failure } from '../kernel/failure.ts'
import { columnWord } from './column_word.ts'

/** What people send by mistake, by its first bytes. */
const KNOWN: readonly [magic: string, zh: string, en: string][] = [
  ['25504446', 'PDF 文件', 'a PDF'],
  ['89504e47', 'PNG 图片', 'a PNG picture'],
  ['ffd8ff', 'JPEG 图片', 'a JPEG picture'],
  ['47494638', 'GIF 图片', 'a GIF picture'],
  ['52617221', 'RAR 压缩包', 'a RAR archive'],
  ['377abcaf', '7z 压缩包', 'a 7z archive'],
  ['d0cf11e0', '旧版 Excel/Office 文件', 'an old Excel/Office file'],
  ['1f8b', 'gzip 压缩文件（套在压缩包里）', 'a gzip file (inside another container)'],
  ['504b', 'zip 压缩包（套在压缩包里）或 Excel 文件', 'a zip (inside another container) or an Excel file'],
  ['7f454c46', '程序文件', 'a program'],
]

export function unknownBinary(name: string, bytes: Uint8Array): Failure {
  if (bytes.length === 0)
    return new Failure(
      'file_empty',
      { zh: `文件“${name}”解压后是空的：请重新下载`, en: `file "${name}" is empty inside: download it again` },
      { file: name },
    )
  const hex = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  const known = KNOWN.find(([magic]) => hex.startsWith(magic))
  return new Failure(
    'file_binary',
    {
      zh: `文件“${name}”不是文本对账单${known ? `，而是${known[1]}` : '（含有二进制内容）'}：请从渠道下载 CSV/文本格式的对账单`,
      en: `file "${name}" is not a text statement${known ? ` but ${known[2]}` : ' (it holds binary data)'}: download the statement as CSV or text`,
    },
    { file: name, found: known?.[2] ?? 'binary' },
  )
}

/** Text of known kinds that are not read: what it is, and what to ask the sender for. */
const KNOWN_TEXT: readonly [RegExp, zh: string, en: string][] = [
  [
    /^\s*1CClientBankExchange/,
    '1C 银企交换文件（俄罗斯付款单格式）',
    'a 1C client-bank exchange (Russian payment orders)',
  ],
  [/^\s*<!doctype html|^\s*<html[\s>]/i, '网页（可能是登录页或错误页）', 'a web page (a log-in or error page?)'],
  [/^\s*MIME-Version:/i, '网页存档（mht）', 'a web archive (mht)'],
  [/^\s*\{\\rtf/, 'RTF 文档', 'an RTF document'],
  [/^%PDF-/, 'PDF 文件', 'a PDF'],
]

/** A person's word against what the format itself says: booked under another channel, nothing would ever match. */
export const channelContradicted = (file: string, format: string, own: string, given: string): Failure =>
  new Failure(
    'channel_contradicted',
    {
      zh: `“${file}”是 ${format}，属于渠道 ${own}，却要记入渠道 ${given}：请改选 ${own} 的账户（命令行中去掉 --channel，或改为 ${own}）`,
      en: `"${file}" is ${format} of the channel ${own}, and was to be booked as ${given}'s: choose an account of ${own} (at the terminal leave --channel out, or say ${own})`,
    },
    { file, format, channel: own, given },
  )

/** What a channel answers instead of a bill: its own words for "no bill that day", and any other error. */
function channelAnswer(name: string, text: string): Failure | null {
  if (!/^\s*[{<]/.test(text) || !/"code"|"sub_code"|return_code|err_code/i.test(text.slice(0, 2_000))) return null
  const none = /NO_STATEMENT_EXIST|No Bill Exist|BILL_NOT_EXIST/i.test(text)
  return none
    ? new Failure(
        'statement_none',
        {
          zh: `“${name}”不是账单，是渠道的答复：当日没有账单（没有交易）。这一天不需要对账单`,
          en: `"${name}" is no statement but the channel's answer: there is no bill for that day (no trade). None is needed`,
        },
        { file: name },
      )
    : new Failure(
        'statement_error_answer',
        {
          zh: `“${name}”不是账单，是渠道接口的错误答复（开头是“${text.trim().slice(0, 80)}”）：请重新下载`,
          en: `"${name}" is no statement but an error answer of the channel (it begins with "${text.trim().slice(0, 80)}"): download it again`,
        },
        { file: name },
      )
}

export function unrecognised(name: string, text: string): Failure {
  const answer = channelAnswer(name, text)
  if (answer) return answer
  if (text.trim() === '')
    return new Failure(
      'file_empty',
      {
        zh: `文件“${name}”没有内容（只有空白）：请重新下载`,
        en: `file "${name}" holds nothing but blanks: download it again`,
      },
      { file: name },
    )
  const known = KNOWN_TEXT.find(([start]) => start.test(text))
  if (known)
    return new Failure(
      'format_unsupported',
      {
        zh: `文件“${name}”是${known[1]}，本产品不读取：请从银行下载 CSV、xlsx、MT940 或 camt.053 格式的对账单`,
        en: `file "${name}" is ${known[2]}, which is not read: ask the bank for CSV, xlsx, MT940 or camt.053`,
      },
      { file: name, found: known[2] },
    )
  const first = text.split(/\r\n|\r|\n/).find(line => line.trim() !== '') ?? ''
  const start = first.slice(0, 60)
  const names = namesIn(first)
  if (names)
    return new Failure(
      'format_unknown',
      {
        zh: `认不出文件“${name}”的格式：它像一张表，列有 ${names.join('、')}，但看不出哪一列是日期、哪一列是金额。若它是对账单，请指明，如 ${columnWord(names[0], 'date')} ${columnWord(names[1], 'amount')}`,
        en: `the format of "${name}" is not known: it looks like a table with the columns ${names.join(', ')}, but none is seen to be a date or an amount. If it is a statement, say which they are, such as ${columnWord(names[0], 'date')} ${columnWord(names[1], 'amount')}`,
      },
      { file: name, found: start, headers: names },
    )
  if (isPacked(text))
    return new Failure(
      'format_unknown',
      {
        zh: `认不出文件“${name}”的列：每行等长、列与列之间没有分隔，看不出列在哪里分开。请给出每列的列名和宽度（字节），如 --widths 日期=8,流水号=7,金额(分)=12,借贷=1；用 fzpay template confirm 确认后，以后同样的文件不再询问`,
        en: `the columns of "${name}" cannot be told: its lines are of one length and nothing stands between columns. Give the name and width (in bytes) of each, such as --widths 日期=8,流水号=7,金额(分)=12,借贷=1; confirmed with fzpay template confirm, later files need no question`,
      },
      { file: name, found: start },
    )
  return new Failure(
    'format_unknown',
    {
      zh: `认不出文件“${name}”的格式：没有找到含日期和金额列的表头（开头是“${start}”）。请确认它是对账单，且带有列名一行`,
      en: `the format of "${name}" is not known: no header row with a date and an amount was found (it begins with "${start}"); check that it is a statement with a row of column names`,
    },
    { file: name, found: start },
  )
}

/** Lines of one length with many digits and no separator: columns of fixed width that touch. */
function isPacked(text: string): boolean {
  const lines = text
    .slice(0, 65_536)
    .split(/\r\n|\r|\n/)
    .filter(line => line.trim() !== '')
    .slice(0, 100)
  // As the sender counts: a Chinese character is two bytes of GBK.
  const bytes = (line: string): number => line.replace(/[\u0080-\uffff]/g, '00').length
  const length = bytes(lines.at(-2) ?? '')
  const even = lines.filter(line => bytes(line) === length && /\d{8,}/.test(line) && !/[,;|^\t]/.test(line))
  return length >= 16 && even.length >= 2 && even.length >= lines.length * 0.5
}

export const onlyTotals = (name: string): Failure =>
  new Failure(
    'records_missing',
    {
      zh: `文件“${name}”是汇总（或明细与汇总混在一个文件里），没有单独的明细：请提交原始的明细文件，或下载时的整个压缩包`,
      en: `file "${name}" is a summary (or records and summary run together) without records of its own: give the original file of records, or the whole zip as it was downloaded`,
    },
    { file: name },
  )

/** Words between separators: a row of column names, perhaps. */
function namesIn(line: string): string[] | null {
  const cut = [',', '\t', ';', '|', '^', '\x01'].map(sign => line.split(sign)).sort((a, b) => b.length - a.length)[0]!
  const names = cut.map(name => name.replace(/^[\s"'`]+|[\s"'`]+$/g, '')).filter(name => name !== '')
  const namely = (name: string): boolean => name.length <= 30 && /\p{L}/u.test(name) && !/[<>{}]/.test(name)
  return names.length >= 2 && names.length >= cut.length - 1 && names.every(namely) ? names.slice(0, 30) : null
}

/** The file is of this format, but a column it cannot do without is not there. */
export function columnMissing(name: string, format: string, column: string, headers: readonly string[]): Failure {
  const near = nearest(column, headers)
  return new Failure(
    'column_missing',
    {
      zh: `文件“${name}”（${format}）缺少列“${column}”${near ? `，最接近的列是“${near}”（可能改名了）` : ''}：请下载原始对账单，不要改动表头；如渠道改了列名，请告知开发人员`,
      en: `file "${name}" (${format}) has no column "${column}"${near ? `; the nearest one is "${near}" (renamed?)` : ''}: fetch the original statement and leave its header as it is; if the channel renamed the column, tell the developers`,
    },
    { file: name, column, nearest: near, found: headers },
  )
}

/** Refuses a header in which a column that is read stands twice: which of the two is meant, nothing says. `read`: the names of the format. */
export function refuseRepeated(name: string, format: string, headers: readonly string[], read: Iterable<string>): void {
  const known = new Set(read)
  const twice = headers.find((header, at) => known.has(header) && headers.indexOf(header) !== at)
  if (twice === undefined) return
  throw new Failure(
    'column_repeated',
    {
      zh: `文件“${name}”（${format}）的列“${twice}”出现了两次，无法判断以哪一列为准：请下载原始对账单，不要改动表头`,
      en: `file "${name}" (${format}) has the column "${twice}" twice, and nothing says which one counts: fetch the original statement and leave its header as it is`,
    },
    { file: name, column: twice, found: headers },
  )
}

/** The header most like the wanted one: by edit distance, if at least half of it agrees. */
export function nearest(wanted: string, headers: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(1, Math.floor(wanted.length / 2)) + 0.5
  for (const header of headers) {
    const distance = editDistance(wanted, header)
    if (distance < least) {
      least = distance
      best = header
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** A person's word about a column is never passed over in silence: here it would change nothing. */
export const columnsFixed = (file: string, format: string, column: string): Failure =>
  new Failure(
    'columns_fixed',
    {
      zh: `文件“${file}”是 ${format}，格式自己规定了列的含义，“${column}”的列映射不会起作用：请去掉列映射（--column）再读`,
      en: `file "${file}" is ${format}, whose columns are fixed by the format, so a mapping of "${column}" changes nothing: leave out --column`,
    },
    { file, format, column },
  )
