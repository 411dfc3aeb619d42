import type pg from 'pg'
import type { Scope } from '../access/scope.ts'
import type { Vault } from '../system/vault/vault.ts'
import { localText, type Reader, Table } from './cells.ts'
import { type Column, type Content, columnsOf } from './content.ts'
import { csvBytes } from './csv.ts'
import { readDaily } from './daily.ts'
import { dailyContents, dailyPaper, dailySheet } from './daily_file.ts'
import { type Format, PDF_ROWS_MAX, tooLongForPaper, type What } from './export.ts'
import { Paper } from './paper.ts'
import { type Moment, type Query, queryOf } from './query.ts'
import { batchesOf, countRows } from './rows.ts'
import { type Cell, type Sheet, workbookBytes } from './workbook.ts'

/** What writing a file needs; `client` is inside a reading transaction (rows.ts). */
export type Writing = {
  readonly client: pg.ClientBase
  readonly vault: Vault
  readonly scope: Scope
  readonly reader: Reader
  readonly moment: Moment
  /** Asked before each batch: throws when the writing is to end. */
  readonly go: () => void
  /** Rows that will come, and rows that came. */
  readonly total: (rows: number) => Promise<void>
  readonly done: (rows: number) => Promise<void>
}

/** The bytes of a report as a file, while its rows are read. Throws Failure report_too_long_for_pdf. */
export async function* fileBytes(
  writing: Writing,
  { what, format, name, by }: { what: What; format: Format; name: string; by: string },
): AsyncGenerator<Uint8Array> {
  if ('daily' in what) return yield* dailyBytes(writing, what, format, name, by)
  const source = await openSource(writing, what.content, 'rows')
  await writing.total(source.total)
  if (format === 'csv')
    yield* csvBytes(
      source.columns.map(({ title }) => title),
      source.batches(),
    )
  else if (format === 'xlsx') yield* workbookBytes([sheetOf(writing, source, name)])
  else {
    if (source.total > PDF_ROWS_MAX) throw tooLongForPaper(source.total)
    const paper = paperOf(writing, name, by)
    paper.title(name, madeAt(writing))
    await putTable(writing, paper, source)
    yield* paper.bytes()
  }
}

type Source = {
  readonly columns: readonly Column[]
  readonly table: Table
  readonly total: number
  readonly batches: () => AsyncGenerator<Cell[][]>
}

async function openSource(writing: Writing, content: Content, cursor: string): Promise<Source> {
  const { client, vault, scope, reader, moment, go, done } = writing
  const columns = columnsOf(content, reader.lang)
  const query: Query = queryOf(content, scope, moment, accountNo => vault.blinds('account_no', accountNo))
  const table = new Table(columns, query, vault, reader)
  return {
    columns,
    table,
    total: await countRows(client, query),
    async *batches() {
      for await (const batch of batchesOf(client, cursor, query, go)) {
        yield batch.map(row => table.cells(row))
        await done(batch.length)
      }
    },
  }
}

const right = ({ field }: Column): boolean => ['money', 'count', 'percent'].includes(field.type)
const widthOf = ({ field }: Column): number => field.width ?? 12

function sheetOf({ reader }: Writing, source: Source, name: string): Sheet {
  async function* rows() {
    yield* source.batches()
    yield source.table.totalRows(reader.lang === 'zh' ? '合计' : 'Total')
  }
  return {
    name: sheetName(name),
    widths: source.columns.map(widthOf),
    head: [source.columns.map(column => ({ text: column.title, style: right(column) ? 'header_right' : 'header' }))],
    rows: rows(),
    freeze: true,
  }
}

/** Excel takes 31 letters, and some of them not. */
const sheetName = (name: string): string =>
  [...name.replace(/[[\]:*?/\\]/g, ' ').replace(/^'|'$/g, ' ')].slice(0, 24).join('').trim() || 'report'

const paperOf = ({ reader, moment }: Writing, title: string, by: string): Paper =>
  new Paper({
    title,
    at: moment.now,
    foot:
      reader.lang === 'zh'
        ? `抚州支付平台 · ${title} · 供 ${by} 使用，个人信息按其权限遮蔽`
        : `Fuzhou Pay · ${title} · for ${by}, masked by what he may see`,
  })

const madeAt = ({ reader, moment }: Writing): string =>
  `${reader.lang === 'zh' ? '生成时间' : 'Made at'} ${localText(moment.now, reader.zone)} (${reader.zone})`

async function putTable({ reader }: Writing, paper: Paper, source: Source): Promise<void> {
  const put = paper.table(
    source.columns.map(column => ({ title: column.title, weight: widthOf(column), right: right(column) })),
  )
  for await (const batch of source.batches()) for (const cells of batch) put(cells)
  for (const cells of source.table.totalRows(reader.lang === 'zh' ? '合计' : 'Total')) put(cells)
}

async function* dailyBytes(
  writing: Writing,
  { daily, matches }: { daily: string; matches: boolean },
  format: Format,
  name: string,
  by: string,
): AsyncGenerator<Uint8Array> {
  const { client, scope, reader } = writing
  const days = await readDaily(client, scope, daily, writing.moment.now)
  const contents = dailyContents(daily, matches && format === 'xlsx', reader.lang)
  const sources: { title: string; source: Source }[] = []
  for (const [i, { title, content }] of contents.entries())
    sources.push({ title, source: await openSource(writing, content, `part${i}`) })
  await writing.total(sources.reduce((sum, { source }) => sum + source.total, 0))
  if (format === 'xlsx')
    return yield* workbookBytes([
      dailySheet(days, daily, reader.lang, reader.zone),
      ...sources.map(({ title, source }) => sheetOf(writing, source, title)),
    ])
  const paper = paperOf(writing, name, by)
  paper.title(name, madeAt(writing))
  dailyPaper(paper, days, reader)
  // Above the lists: what is signed is the proof, and no page bears signatures alone.
  paper.signatures(
    reader.lang === 'zh' ? ['制表（出纳）', '复核（财务）', '财务主管'] : ['Prepared by', 'Reviewed by', 'Supervisor'],
  )
  for (const { title, source } of sources) {
    const long = source.total > PAPER_ROWS
    paper.heading(`${title}  ${source.total}`)
    if (source.total === 0) paper.note(reader.lang === 'zh' ? '无' : 'none')
    else if (long)
      paper.note(
        reader.lang === 'zh'
          ? `共 ${source.total} 项，见同日 Excel 报表`
          : `${source.total} of them: see the workbook of the day`,
      )
    else await putTable(writing, paper, source)
  }
  yield* paper.bytes()
}

/** A report for signing has one to three pages. */
const PAPER_ROWS = 40
