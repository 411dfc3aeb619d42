import { columnWord } from './column_word.ts'
import { type DateOrder, FIELDS, type Field, type StatementOptions } from './statement.ts'
import { CRITICAL } from './table/meanings.ts'
import { type Shape, shapeWords } from './table/shape.ts'
import { bareHeader } from './table/vocabulary.ts'

/** One layout as files of it look: the separator, and the names of its columns in order. */
export type KnownLayout = { readonly dialect: string; readonly columns: readonly string[] }

/** A layout whose columns a person has confirmed. A new confirmation under the same name is a new version. */
export type Template = KnownLayout & {
  readonly name: string
  readonly version: number
  /** By column name as the file writes it, "#3" where it has none. */
  readonly mapping: Readonly<Record<string, Field | null>>
  readonly dateOrder: DateOrder | null
  readonly decimal: '.' | ',' | null
  readonly currency: string | null
  readonly confirmedBy: string
  readonly confirmedAt: Date
}

export type LayoutChange = {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly renamed: readonly (readonly [from: string, to: string])[]
  readonly moved: readonly string[]
}

/** Of two layouts' columns so many must agree for one to be a changed form of the other. */
const ALIKE = 0.6

/**
 * The columns as a template keeps them. Nameless ones are told apart by what stands in them: six columns without names are
 * not one layout.
 */
export const layoutColumns = (headers: readonly string[], shapeAt: (column: number) => Shape): string[] =>
  headers.map((header, column) =>
    /^#\d+$/.test(header) ? `${header} ${shapeWords(shapeAt(column))[0] ?? ''}` : header,
  )

/** Two files are of one layout when this is the same: separator and columns, in order, however they are spelt. */
export const fingerprintOf = ({ dialect, columns }: KnownLayout): string =>
  JSON.stringify([dialect, ...columns.map(plain)])

const plain = (column: string): string => (column.startsWith('#') ? column : bareHeader(column) || column)

/** What became of `before`. A column that went where another came, between the same neighbours, was renamed. */
export function compareLayouts(before: readonly string[], now: readonly string[]): LayoutChange {
  const [old, fresh] = [before.map(plain), now.map(plain)]
  const gone = before.filter((_, at) => !fresh.includes(old[at]!))
  const come = now.filter((_, at) => !old.includes(fresh[at]!))
  const renamed: (readonly [string, string])[] = []
  for (const from of gone) {
    const at = before.indexOf(from)
    const to = come.find(column => {
      const place = now.indexOf(column)
      const neighbours = [old[at - 1] === fresh[place - 1], old[at + 1] === fresh[place + 1]]
      return neighbours.every(Boolean) && !renamed.some(([, taken]) => taken === column)
    })
    if (to !== undefined) renamed.push([from, to])
  }
  const common = now.filter((_, at) => old.includes(fresh[at]!))
  const places = common.map(column => old.indexOf(plain(column)))
  const kept = longestRising(places)
  return {
    added: come.filter(column => !renamed.some(([, to]) => to === column)),
    removed: gone.filter(column => !renamed.some(([from]) => from === column)),
    renamed,
    moved: common.filter((_, at) => !kept.has(places[at]!)),
  }
}

/** The most numbers that stand in rising order: what is not among them has moved. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  const best: number[][] = []
  for (const [at, number] of numbers.entries()) {
    let longest: number[] = []
    for (let i = 0; i < at; i++) if (numbers[i]! < number && best[i]!.length > longest.length) longest = best[i]!
    best.push([...longest, number])
  }
  return new Set(best.reduce((a, b) => (b.length > a.length ? b : a), []))
}

export type Remark = { readonly column: string | null; readonly code: string; readonly zh: string; readonly en: string }

export type Learnt = {
  /** The person's word of now, upon what was confirmed before. */
  readonly options: StatementOptions
  readonly template: Template | null
  /** The file differs from its template where it matters: these are the questions, and the only ones. */
  readonly doubts: readonly Remark[]
  readonly notes: readonly Remark[]
}

/** Reads a layout by the newest template of the same, or of one that it comes from. */
export function learnt(layout: KnownLayout, options: StatementOptions): Learnt {
  const nothing: Learnt = { options, template: null, doubts: [], notes: [] }
  const found = templateFor(layout, options.templates ?? [])
  if (!found) return nothing
  const { template, change } = found
  const here = new Map(layout.columns.map((column, at) => [plain(column), `#${at + 1}`]))
  const said = new Set(
    Object.keys(options.mapping ?? {}).map(name => (/^#\d+$/.test(name) ? name : (here.get(plain(name)) ?? name))),
  )
  const mapping: Record<string, Field | null> = {}
  const doubled: string[] = []
  for (const [at, column] of template.columns.entries()) {
    // In the very layout a column is where it was; in a changed one, of two with one name nobody knows which is which.
    const several = change !== null && [template.columns, layout.columns].some(all => isDoubled(all, column))
    if (several) doubled.push(column)
    const place = change === null ? `#${at + 1}` : several ? undefined : here.get(plain(column))
    const key = [column, `#${at + 1}`].find(name => Object.hasOwn(template.mapping, name))
    if (place !== undefined && key !== undefined && !said.has(place)) mapping[place] = template.mapping[key]!
  }
  const namesakes = [...new Set(doubled)].filter(
    column => isCritical(template, column) && !said.has(here.get(plain(column)) ?? ''),
  )
  const changed = change ? questionsOf(template, change, name => said.has(here.get(plain(name)) ?? '')) : null
  return {
    options: {
      ...options,
      mapping: { ...mapping, ...options.mapping },
      ...(options.dateOrder || !template.dateOrder ? {} : { dateOrder: template.dateOrder }),
      ...(options.decimal || !template.decimal ? {} : { decimal: template.decimal }),
      ...(options.currency || !template.currency ? {} : { currency: template.currency }),
    },
    template,
    doubts: [...(changed?.doubts ?? []), ...namesakes.map(column => namesakeDoubt(template, column, layout))],
    notes: changed?.notes ?? [],
  }
}

const isDoubled = (columns: readonly string[], column: string): boolean =>
  columns.filter(other => plain(other) === plain(column)).length > 1

const isCritical = (template: Template, column: string): boolean =>
  template.columns.some((other, at) => {
    const field = template.mapping[other] ?? template.mapping[`#${at + 1}`] ?? null
    return plain(other) === plain(column) && field !== null && CRITICAL.has(field)
  })

function namesakeDoubt({ name, version }: Template, column: string, { columns }: KnownLayout): Remark {
  const places = columns.flatMap((other, at) => (plain(other) === plain(column) ? [`#${at + 1}`] : []))
  return {
    column,
    code: 'layout_changed',
    zh: `与模板“${name}”第 ${version} 版相比列有变化，而叫“${column}”的列不止一个（${places.join('、')}）：请按列号指明用哪一列，如 ${columnWord(places.at(-1), 'amount')}`,
    en: `the layout differs from version ${version} of template "${name}", and more than one column is called "${column}" (${places.join(', ')}): say by its number which one counts, such as ${columnWord(places.at(-1), 'amount')}`,
  }
}

/** The template of this layout, or the nearest one it may come from with what has changed since. */
export function templateFor(
  layout: KnownLayout,
  templates: readonly Template[],
): { readonly template: Template; readonly change: LayoutChange | null } | null {
  const own = fingerprintOf(layout)
  const exact = templates.find(template => fingerprintOf(template) === own)
  if (exact) return { template: exact, change: null }
  const names = new Set(layout.columns.map(plain))
  if (layout.columns.some(column => column.startsWith('#'))) return null
  let best: Template | null = null
  let most = ALIKE
  for (const template of templates) {
    const theirs = template.columns.map(plain)
    const both = theirs.filter(name => names.has(name)).length
    const share = both / Math.max(names.size, theirs.length)
    if (share >= most && (best === null || share > most)) {
      best = template
      most = share
    }
  }
  return best && { template: best, change: compareLayouts(best.columns, layout.columns) }
}

/** 新增“甲”；“乙”改名为“丙”. */
export function changeText(change: LayoutChange): { zh: string; en: string } {
  const zh = [
    ...change.added.map(column => `新增列“${column}”`),
    ...change.removed.map(column => `少了列“${column}”`),
    ...change.renamed.map(([from, to]) => `列“${from}”似改名为“${to}”`),
    ...change.moved.map(column => `列“${column}”换了位置`),
  ]
  const en = [
    ...change.added.map(column => `column "${column}" was added`),
    ...change.removed.map(column => `column "${column}" is gone`),
    ...change.renamed.map(([from, to]) => `column "${from}" seems renamed to "${to}"`),
    ...change.moved.map(column => `column "${column}" moved`),
  ]
  return { zh: zh.join('，') || '分隔符或列宽不同', en: en.join(', ') || 'the separator or a width differs' }
}

function questionsOf(
  template: Template,
  change: LayoutChange,
  answered: (column: string) => boolean,
): { doubts: Remark[]; notes: Remark[] } {
  const { name, version } = template
  const what = changeText(change)
  const title = {
    zh: `与模板“${name}”第 ${version} 版相比，`,
    en: `compared with version ${version} of template "${name}", `,
  }
  const doubts: Remark[] = []
  const meant = (column: string): Field | null =>
    template.mapping[column] ?? template.mapping[`#${template.columns.indexOf(column) + 1}`] ?? null
  for (const [from, to] of change.renamed) {
    const field = meant(from)
    if (field === null || !CRITICAL.has(field) || answered(to)) continue
    doubts.push({
      column: to,
      code: 'layout_changed',
      zh: `${title.zh}列“${from}”（${field}）似改名为“${to}”：请确认，如 ${columnWord(to, field)}`,
      en: `${title.en}column "${from}" (${field}) seems renamed to "${to}": confirm it, such as ${columnWord(to, field)}`,
    })
  }
  for (const column of change.removed) {
    const field = meant(column)
    if (field === null || !CRITICAL.has(field)) continue
    // Somebody has said which other column it is now.
    if (change.added.some(answered)) continue
    doubts.push({
      column: null,
      code: 'layout_changed',
      zh: `${title.zh}少了列“${column}”（${field}）${change.added.length > 0 ? `，新增了“${change.added.join('”“')}”` : ''}：请指明现在是哪一列`,
      en: `${title.en}column "${column}" (${field}) is gone${change.added.length > 0 ? ` and "${change.added.join('", "')}" came` : ''}: say which column it is now`,
    })
  }
  const notes =
    doubts.length > 0
      ? []
      : [{ column: null, code: 'layout_changed', zh: `${title.zh}${what.zh}`, en: `${title.en}${what.en}` }]
  return { doubts, notes }
}

/** Names that make a row a header: those a person gives now, and those of the templates. */
export const saidNames = (options: StatementOptions): ReadonlySet<string> =>
  new Set(
    [...Object.keys(options.mapping ?? {}), ...(options.templates ?? []).flatMap(template => template.columns)]
      .filter(name => !name.startsWith('#'))
      .map(bareHeader)
      .filter(name => name !== ''),
  )

export const isField = (text: unknown): text is Field => (FIELDS as readonly unknown[]).includes(text)
