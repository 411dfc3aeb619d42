import { isDeepStrictEqual } from 'node:util'
import type { Who } from '../audit/act.ts'
import { record } from '../audit/record.ts'
import { Failure } from '../kernel/failure.ts'
import type { Database } from '../system/database.ts'
import { openStatement } from './read.ts'
import type { Field, StatementEnd, StatementOptions } from './statement.ts'
import { insertTemplate, lockTemplate, newestTemplates, templateVersions } from './template_store.ts'
import type { Template } from './templates.ts'

export type Confirmation = Pick<
  StatementOptions,
  'zone' | 'currency' | 'mapping' | 'dateOrder' | 'decimal' | 'widths'
> & {
  readonly path: string
  /** What the file is called where that is not its path. */
  readonly file?: string
  readonly name: string
  /** The person whose word it is, as he is named; `who` typed it. */
  readonly by: string
  readonly who: Who
  readonly at: Date
}

export type Confirmed = { readonly template: Template; readonly repeated: boolean; readonly records: number }

/**
 * Keeps what a person says about a file's columns for every later file of that layout. The file itself is the proof: it is
 * read to its end, and a mapping that leaves a question open, rejects a record or breaks a total is not kept. The same
 * confirmation again changes nothing; another under the same name is its next version.
 */
export async function confirmTemplate(db: Database, asked: Confirmation): Promise<Confirmed> {
  const { path, file, name, by, who, at, ...options } = asked
  const statement = await openStatement(path, {
    ...options,
    ...(file === undefined ? {} : { name: file }),
    digest: false,
    templates: await newestTemplates(db.pool),
  })
  const { head } = statement
  let end: StatementEnd
  try {
    if (!head.layout) throw ownColumns(head.file, head.format)
    for await (const _ of statement.records()) statement.rejected()
    end = statement.end()
  } finally {
    await statement.close()
  }
  if (end.verdict === 'rejected') throw notProven(head.file, end)
  const layout = head.layout
  const unproven = end.problems.some(({ code }) => code === 'balance_unproven' || code === 'balance_broken')
  const mapping: Record<string, Field | null> = Object.fromEntries(
    head.columns.map(({ header, field }, column) => [
      isUnique(header, head.columns) ? header : `#${column + 1}`,
      // A balance that does not follow here would be asked about in every file to come.
      field === 'balance' && unproven ? null : field,
    ]),
  )
  return await db.transaction(async tx => {
    await lockTemplate(tx, name)
    const [newest] = await templateVersions(tx, name)
    const template: Template = {
      ...layout,
      name,
      version: (newest?.version ?? 0) + 1,
      mapping,
      dateOrder: options.dateOrder ?? null,
      decimal: options.decimal ?? null,
      currency: options.currency ?? null,
      confirmedBy: by,
      confirmedAt: at,
    }
    if (newest && isDeepStrictEqual(contentOf(newest), contentOf(template)))
      return { template: newest, repeated: true, records: end.records }
    await insertTemplate(tx, template)
    await record(tx, at, who, [
      {
        what: 'template.confirm',
        object: { kind: 'statement_template', id: name },
        before: newest ? { version: newest.version, mapping: newest.mapping } : null,
        after: { version: template.version, mapping, confirmed_by: by },
      },
    ])
    return { template, repeated: false, records: end.records }
  })
}

const isUnique = (header: string, columns: readonly { readonly header: string }[]): boolean =>
  columns.filter(column => column.header === header).length === 1

const contentOf = ({ dialect, columns, mapping, dateOrder, decimal, currency }: Template) => ({
  dialect,
  columns,
  mapping,
  dateOrder,
  decimal,
  currency,
})

export async function readTemplate(db: Database, name: string): Promise<Template[]> {
  const versions = await templateVersions(db.pool, name)
  if (versions.length > 0) return versions
  const names = (await newestTemplates(db.pool)).map(template => template.name)
  throw new Failure(
    'template_unknown',
    {
      zh: `没有名为“${name}”的模板${names.length > 0 ? `；已有：${names.join('、')}` : '；还没有确认过任何模板'}`,
      en: `there is no template "${name}"${names.length > 0 ? `; there are: ${names.join(', ')}` : '; none has been confirmed yet'}`,
    },
    { name },
  )
}

const ownColumns = (file: string, format: string): Failure =>
  new Failure(
    'template_needless',
    {
      zh: `“${file}”是 ${format}，格式自己规定了列的含义，不需要模板`,
      en: `"${file}" is ${format}, whose columns are fixed by the format; it needs no template`,
    },
    { file, format },
  )

function notProven(file: string, end: StatementEnd): Failure {
  const problem = end.problems.find(each => each.severity === 'error')
  return new Failure(
    'template_not_proven',
    {
      zh: `按此列映射读“${file}”，结果不能入账，未保存模板${problem ? `：${problem.zh}` : ''}`,
      en: `read by this mapping, "${file}" could not be booked, so the template is not kept${problem ? `: ${problem.en}` : ''}`,
    },
    { file },
  )
}
