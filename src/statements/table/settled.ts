import { Failure } from '../../kernel/failure.ts'
import type { Collector } from '../collector.ts'
import { columnWord } from '../column_word.ts'
import type { ReaderHead } from '../format.ts'
import type { StatementOptions } from '../statement.ts'
import { layoutColumns, learnt } from '../templates.ts'
import { cleanCell } from './cell.ts'
import type { FoundTable } from './dialect.ts'
import type { Doubt } from './doubt.ts'
import { type Layout, proposeLayout } from './layout.ts'
import { shapeOf } from './shape.ts'

/** A table whose columns are certain; a Failure that asks a person where they are not. */
export function settledTable(
  table: FoundTable,
  delimiter: string | null,
  options: StatementOptions,
  into: Collector,
): { layout: Layout; head: ReaderHead } {
  const known = {
    dialect: delimiter ?? table.delimiter,
    columns: layoutColumns(
      table.headers.map(header => header.trim()),
      column => shapeOf(table.sample.map(row => cleanCell(row[column] ?? ''))),
    ),
  }
  const told = learnt(known, options)
  const layout = withUnit(
    withTold(proposeLayout(table.headers, table.sample, told.options, table.above), told, options),
    table,
  )
  const head: ReaderHead = {
    delimiter,
    confidence: layout.confidence,
    columns: layout.columns,
    zone: layout.zone ?? options.zone ?? 'Asia/Shanghai',
    period: null,
    currency: layout.currency ?? options.currency ?? null,
    layout: known,
  }
  if (layout.doubts.length === 0) return { layout, head }
  throw new Failure(
    'columns_unsure',
    {
      zh: `文件“${into.file}”的列含义不能确定：${layout.doubts.map(doubt => doubt.zh).join('；')}`,
      en: `the columns of "${into.file}" are not certain: ${layout.doubts.map(doubt => doubt.en).join('; ')}`,
    },
    {
      file: into.file,
      head,
      sample: table.sample,
      problems: layout.doubts.map(doubt => ({ severity: 'error', record: null, line: null, ...doubt })),
    },
  )
}

/** What a template leaves to ask, and what it says of the currency. */
function withTold(layout: Layout, told: ReturnType<typeof learnt>, now: StatementOptions): Layout {
  const { template } = told
  if (!template) return layout
  const asked = new Set(told.doubts.map(doubt => doubt.column))
  // A balance is kept in a template only where it followed: now it does not, so something changed its meaning.
  const balance = layout.at.balance < 0 ? '' : layout.headers[layout.at.balance]!
  const said = Object.keys(now.mapping ?? {}).some(name => name === balance || name === `#${layout.at.balance + 1}`)
  const refuted = said ? [] : layout.notes.filter(note => note.code === 'balance_unproven')
  return {
    ...layout,
    currency: layout.currency ?? (layout.at.currency < 0 ? (told.options.currency ?? null) : null),
    // A column that is missing since is asked about as what changed, not once more.
    doubts: [
      ...told.doubts,
      ...layout.doubts.filter(doubt =>
        doubt.column === null ? asked.size === 0 || !doubt.code.endsWith('_missing') : !asked.has(doubt.column),
      ),
      ...refuted.map(
        (): Doubt => ({
          column: balance,
          code: 'layout_contradicted',
          zh: `按模板“${template.name}”第 ${template.version} 版读取，余额列“${balance}”与金额对不上，而确认模板时是对得上的：列名没变，含义可能变了。请核对金额和余额两列，用列映射重新指明；余额确实不连续的文件请写 ${columnWord(balance, '-')}`,
          en: `read by version ${template.version} of template "${template.name}", the balance column "${balance}" does not follow the amounts, as it did when the template was confirmed: the names are the same, but what they mean may have changed. Check the columns of amount and balance and say what they are; where the balance of this file cannot follow, say ${columnWord(balance, '-')}`,
        }),
      ),
    ],
    notes: [...told.notes, ...layout.notes.filter(note => !refuted.includes(note))],
  }
}

const NAMES_UNIT = /元|分|fen|yuan|cent|minor|rmb|cny/i

/**
 * Whole numbers filled up with zeros (000000010000) are 分 in the files of acquirers, and nothing in the file says so; where
 * another column of money has decimals, whole amounts are hardly yuan either (19000 with a fee of 34.2). A hundredfold is not
 * taken in silence: columns a person named can name their unit, and of all others it is told.
 */
function withUnit(layout: Layout, table: FoundTable): Layout {
  if (layout.minorUnits || layout.unitStated) return layout
  const fields = ['amount', 'amount_in', 'amount_out'] as const
  const at = fields.map(field => layout.at[field]).find(column => column >= 0)
  const header = layout.headers[at ?? -1]
  if (at === undefined || header === undefined || NAMES_UNIT.test(header)) return layout
  const valuesOf = (column: number) =>
    table.sample.map(row => cleanCell(row[column] ?? '').replace(/^[-+]/, '')).filter(cell => cell !== '')
  const values = valuesOf(at)
  const whole = values.length > 0 && values.every(value => /^\d+$/.test(value))
  const padded = whole && values.some(value => /^0\d{5,}$/.test(value))
  const fees = layout.at.fee >= 0 ? valuesOf(layout.at.fee) : []
  if (!padded && !(whole && fees.some(fee => /\.\d*[1-9]/.test(fee)) && values.every(value => Number(value) >= 100)))
    return layout
  const [first = ''] = values
  const zh = `列“${header}”全是没有小数点的整数（如 ${first}），文件没有说明单位`
  const en = `column "${header}" holds whole numbers without decimals (such as ${first}) and the file names no unit`
  if (!padded)
    return {
      ...layout,
      notes: [
        ...layout.notes.filter(({ code }) => code !== 'unit_assumed'),
        {
          column: header,
          code: 'amount_unit_assumed',
          zh: `${zh}：已按元读取；若是分，请把列名改为“${header}(分)”后重新提交`,
          en: `${en}: they are read as yuan; if they are fen, rename the column to "${header}(分)" and give the file again`,
        },
      ],
    }
  const widths = table.delimiter.startsWith('width:')
  return {
    ...layout,
    doubts: [
      ...layout.doubts,
      {
        column: header,
        code: 'amount_unit_unsure',
        zh: `${zh}，不知道是元还是分：请${widths ? '在列宽里' : '在列名中'}写明，如 ${widths ? `--widths …,${header}(分)=${first.length},…` : `${header}(分)`} 或 ${header}(元)`,
        en: `${en}, yuan or fen? Say so in the ${widths ? 'widths' : "column's name"}, such as ${widths ? `--widths …,${header}(分)=${first.length},…` : `${header}(分)`} or ${header}(元)`,
      },
    ],
  }
}
