import { type Document, isMap, LineCounter, parseDocument } from 'yaml'
import { documentOf } from '../../../../src/rules/document.ts'
import { parseRules } from '../../../../src/rules/read.ts'
import type { Both } from '../../shell/both.ts'

/** The document as text is the one truth; the form reads it and writes into it, so that comments and order stay. Pure. */

export type Fault = Both & {
  /** From 1. */
  readonly line: number
  /** `defaults.fees.rate`; '' for the whole. */
  readonly place: string
}

export type Reading = {
  /** As it is written; null where it is no YAML. */
  readonly value: unknown
  readonly fault: Fault | null
  /** Every field spelled out, where it is sound: what a field means that is not written. */
  readonly complete: unknown
}

type Failed = { readonly zh: string; readonly en: string; readonly detail: { readonly place?: string } }

/** What the platform would say of this text. The check is the platform's own, so it says the same. */
export function readText(text: string): Reading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [broken] = document.errors
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1
    const why = broken.message.split('\n')[0] ?? ''
    return {
      value: null,
      complete: null,
      fault: { line, place: '', zh: `不合 YAML 的写法：${why}`, en: `This is no YAML: ${why}` },
    }
  }
  const value: unknown = document.toJS() ?? {}
  try {
    return { value, fault: null, complete: documentOf(parseRules(text, '')) }
  } catch (error) {
    const { zh, en, detail } = error as Failed
    const place = detail?.place ?? ''
    const tidy = (words: string): string =>
      words.replace(/^.*?不合规：|^Rules file [^:]*: /, '').replace(/；字段说明见.*|; docs\/rules\.md.*/, '')
    return { value, complete: null, fault: { line: lineOf(document, lines, place), place, zh: tidy(zh), en: tidy(en) } }
  }
}

/** The line of a place, or of what is nearest above it. */
function lineOf(document: Document, lines: LineCounter, place: string): number {
  const path = place === '' ? [] : place.split('.')
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents
    const name = path[length - 1] as string
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => String((key as { value?: unknown })?.value ?? key) === name)
      const at = (pair?.key as { range?: readonly number[] } | undefined)?.range?.[0]
      if (at !== undefined) return lines.linePos(at).line
    }
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined
    if (node?.range) return lines.linePos(node.range[0] as number).line
  }
  return 1
}

/** The text with one field written, or taken out where `value` is undefined; what is empty then goes too. */
export function written(text: string, path: readonly string[], value: unknown): string {
  const document = parseDocument(text)
  if (value === undefined) {
    if (document.hasIn(path)) document.deleteIn(path)
    for (let length = path.length - 1; length > 0; length--) {
      const above = document.getIn(path.slice(0, length), true)
      if (isMap(above) && above.items.length === 0) document.deleteIn(path.slice(0, length))
      else break
    }
  } else {
    // A flow map such as `{}` would stay on one line for ever.
    if (isMap(document.contents) && document.contents.items.length === 0) document.contents.flow = false
    document.setIn(path, document.createNode(value))
  }
  const next = document.toString({ lineWidth: 0 })
  return next === '{}\n' ? '' : next
}

export const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  )
