import { Failure } from '../kernel/failure.ts'
import { narrow } from '../statements/amount_text.ts'

export const BILL_COLUMNS = [
  'order_no',
  'fee_item',
  'account_no',
  'payer_name',
  'phone',
  'email',
  'title',
  'period',
  'amount',
  'due_on',
] as const
export type BillColumn = (typeof BILL_COLUMNS)[number]

const REQUIRED: readonly BillColumn[] = ['order_no', 'fee_item', 'account_no', 'amount']

/** The first name is the one that messages and documents use. */
export const BILL_HEADERS: Readonly<Record<BillColumn, readonly string[]>> = {
  order_no: ['缴费单号', '账单号', '账单编号', '单号', '缴费单编号'],
  fee_item: ['缴费项目', '缴费项目编号', '项目编号', '缴费项目名称', '项目', '费用项目', 'fee_item_id'],
  account_no: ['户号', '缴费户号', '用户编号', '用户号', '学号', '账号', '户编号'],
  payer_name: ['缴费人', '户名', '姓名', '缴费人姓名', '用户名称', '学生姓名'],
  phone: ['手机号', '手机', '手机号码', '电话', '联系电话'],
  email: ['邮箱', '电子邮箱', '电子邮件', 'e-mail', 'mail'],
  title: ['账单名称', '标题', '名称', '摘要', '账单标题'],
  period: ['所属期', '账单所属期', '账期', '缴费期', '期间'],
  amount: ['金额', '缴费金额', '应缴金额', '账单金额', '应缴'],
  due_on: ['截止日期', '缴费截止日期', '截止日', '缴费期限', '到期日', '最晚缴费日期'],
}

const BY_HEADER: ReadonlyMap<string, BillColumn> = new Map(
  BILL_COLUMNS.flatMap(column => [column, ...BILL_HEADERS[column]].map(header => [header, column] as const)),
)

/** "应缴金额（元）*" is 应缴金额. */
const bare = (header: string): string =>
  narrow(header)
    .replace(/[\s\ufeff*]/g, '')
    .replace(/\((?:元|人民币|必填|选填|可选)\)/g, '')
    .toLowerCase()

/** What a header cell means; undefined: nothing of ours. */
export const columnOf = (header: string): BillColumn | undefined => BY_HEADER.get(bare(header))

export const columnName = (column: BillColumn): string => `${BILL_HEADERS[column][0]} ${column}`

export type BillHeader = {
  /** Where each column stands; -1: the file does not have it. */
  readonly at: Readonly<Record<BillColumn, number>>
  readonly width: number
  /** Header cells that mean nothing to us. */
  readonly ignored: readonly string[]
}

/** Throws column_missing, column_twice: naming what stands there and what should. */
export function readHeader(file: string, row: number, cells: readonly string[]): BillHeader {
  const at = Object.fromEntries(BILL_COLUMNS.map(column => [column, -1])) as Record<BillColumn, number>
  const ignored: string[] = []
  for (const [i, cell] of cells.entries()) {
    const column = columnOf(cell)
    if (column === undefined) {
      if (cell.trim() !== '') ignored.push(cell.trim())
      continue
    }
    if (at[column] >= 0) throw columnTwice(file, row, column, cells[at[column]] ?? '', cell)
    at[column] = i
  }
  const missing = REQUIRED.filter(column => at[column] < 0)
  if (missing.length > 0) throw columnsMissing(file, row, missing, cells)
  return { at, width: cells.length, ignored }
}

/** How many of our columns a row of cells names: the header is the row that names most. */
export const columnsNamed = (cells: readonly string[]): number =>
  new Set(cells.map(columnOf).filter(column => column !== undefined)).size

function columnsMissing(file: string, row: number, missing: readonly BillColumn[], cells: readonly string[]): Failure {
  const names = missing.map(columnName)
  const found = cells
    .map(cell => cell.trim())
    .join(', ')
    .slice(0, 120)
  return new Failure(
    'column_missing',
    {
      zh: `文件“${file}”缺少列“${names.join('”“')}”（第 ${row} 行为：${found}）：请在表头补上这些列名`,
      en: `File "${file}" has no column "${names.join('", "')}" (row ${row} is: ${found}): add these names to the header row`,
    },
    { file, row, columns: missing, found: cells },
  )
}

const columnTwice = (file: string, row: number, column: BillColumn, first: string, second: string): Failure =>
  new Failure(
    'column_twice',
    {
      zh: `文件“${file}”第 ${row} 行的列“${first}”和“${second}”都表示${columnName(column)}：请删去或改名其中一列`,
      en: `File "${file}", row ${row}: the columns "${first}" and "${second}" both mean ${columnName(column)}: remove or rename one`,
    },
    { file, row, column },
  )
